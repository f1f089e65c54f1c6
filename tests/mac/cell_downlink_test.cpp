// Goal: what an assignment says is what the report, the slot and the queue allow.
// Method: one or two UEs, one slot at a time; blocks against phy::transport_block_size.
#include "mac/gnb/cell.h"

#include <gtest/gtest.h>

#include "phy/nr/tbs.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::bytes_of;
using mac::testing::CellWorld;
using mac::testing::connection_config;
using mac::testing::fdd_carrier;
using mac::testing::tdd_carrier;
using mac::testing::um_bearer;

base::Bits size_on(const phy::SlotResources& slot, const BlockFormat& format) {
  return phy::transport_block_size({.symbol_count = slot.symbols.count,
                                    .dmrs_re_per_prb = slot.dmrs_re_per_prb,
                                    .prb_count = format.prb.count,
                                    .modulation_order = format.modulation_order,
                                    .rate_x1024 = format.rate_x1024,
                                    .layer_count = format.layer_count});
}

TEST(CellDownlink, sizes_a_block_as_the_standard_does) {
  CellWorld world(tdd_carrier());
  const std::uint32_t ue = world.connect(9);
  for (std::int64_t slot = 0; slot < 8; ++slot) {
    world.connection(ue).csi.rank = slot % 2 == 0 ? 1 : 2;
    world.load(ue, 1);
    const SlotPlan& plan = world.run(slot);
    ASSERT_EQ(plan.downlink.size(), 1u) << slot;
    const DlAssignment& a = plan.downlink[0];
    const phy::SlotResources& resources = world.map().downlink(base::Slot(slot));
    EXPECT_EQ(a.ue, base::UeId{100});
    EXPECT_EQ(a.epoch, 7u);
    EXPECT_EQ(a.format.layer_count, slot % 2 == 0 ? 1 : 2);
    EXPECT_EQ(a.format.tbs, size_on(resources, a.format)) << slot;
    const MacPdu& pdu = world.connection(ue).dl_blocks[static_cast<std::size_t>(a.harq.process)];
    ASSERT_EQ(pdu.data.pdus.size(), 1u);
    EXPECT_TRUE(pdu.data.pdus[0].last);
    EXPECT_TRUE(pdu.signalling.empty());
    EXPECT_EQ(bytes_of(pdu), 1002u + 1 + 3) << "PDCP PDU, RLC and MAC header";
    EXPECT_LE(8 * static_cast<std::int64_t>(bytes_of(pdu)), a.format.tbs.value());
  }
}

TEST(CellDownlink, wants_the_answer_in_the_first_uplink_slot_its_k1_reach) {
  CellWorld world(tdd_carrier());
  const std::uint32_t ue = world.connect(9);
  for (std::int64_t slot = 0; slot < 8; ++slot) {
    world.load(ue, 1);
    const SlotPlan& plan = world.run(slot);
    ASSERT_EQ(plan.downlink.size(), 1u);
    EXPECT_EQ(plan.downlink[0].feedback_slot, base::Slot(slot <= 6 ? 8 : 9)) << slot;
  }
}

TEST(CellDownlink, sends_nothing_that_could_not_be_answered) {
  CellWorld world(tdd_carrier(), [](CellConfig& c) { c.k1 = {3}; });
  const std::uint32_t ue = world.connect(9);
  for (std::int64_t slot = 0; slot < 10; ++slot) {
    world.load(ue, 1);
    const bool can_be_answered = slot == 5 || slot == 6;
    EXPECT_EQ(world.run(slot).downlink.size(), can_be_answered ? 1u : 0u) << slot;
  }
}

TEST(CellDownlink, follows_the_reported_quality) {
  for (int index = 1; index <= 15; ++index) {
    CellWorld world(fdd_carrier());
    world.load(world.connect(index), 5);
    const SlotPlan& plan = world.run(0);
    ASSERT_EQ(plan.downlink.size(), 1u);
    const base::McsIndex mcs = plan.downlink[0].format.mcs;
    const double reported =
        phy::cqi(phy::CqiTable::table_2, base::CqiIndex(index)).spectral_efficiency();
    const auto efficiency = [](int i) {
      return phy::mcs(phy::McsTable::qam256, base::McsIndex(i)).spectral_efficiency();
    };
    EXPECT_TRUE(mcs.value() == 0 || efficiency(mcs.value()) <= reported) << "CQI " << index;
    if (mcs.value() + 1 < phy::mcs_count(phy::McsTable::qam256)) {
      EXPECT_GT(efficiency(mcs.value() + 1), reported) << "CQI " << index;
    }
  }
}

TEST(CellDownlink, sends_the_lowest_scheme_when_out_of_range) {
  CellWorld world(fdd_carrier());
  world.load(world.connect(0), 1);
  const SlotPlan& plan = world.run(0);
  ASSERT_EQ(plan.downlink.size(), 1u);
  EXPECT_EQ(plan.downlink[0].format.mcs, base::McsIndex(0));
}

TEST(CellDownlink, never_exceeds_the_modulation_a_ue_can_do) {
  for (const int order : {2, 4, 6, 8}) {
    CellWorld world(fdd_carrier());
    ConnectionConfig connection = connection_config(100);
    connection.max_dl_modulation_order = order;
    world.load(world.connect(15, connection), 5);
    EXPECT_EQ(world.run(0).downlink.at(0).format.modulation_order, order);
  }
}

TEST(CellDownlink, corrects_the_report_by_the_answers) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.outer_loop = {}; });
  const std::uint32_t ue = world.connect(8);
  world.load(ue, 400);
  const int first = world.run(0).downlink.at(0).format.mcs.value();
  for (std::int64_t slot = 1; slot < 12; ++slot) {
    ASSERT_FALSE(world.plan().downlink.empty());
    const DlAssignment last = world.plan().downlink[0];
    world.answer(last, last.harq.attempt > 0);
    world.run(slot);
  }
  EXPECT_LT(world.connection(ue).dl_loop.offset_db(), -2);
  while (world.plan().downlink.at(0).harq.attempt > 0) {
    world.answer(DlAssignment(world.plan().downlink[0]), true);
    world.run(20);
  }
  EXPECT_LT(world.plan().downlink.at(0).format.mcs.value(), first);
}

TEST(CellDownlink, does_not_wind_up_where_rate_matching_lowers_the_highest_scheme) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.csi_rs = {.period = base::milliseconds(20), .slot_offset = 4, .port_count = 8};
  CellWorld world(carrier, [](CellConfig& c) { c.outer_loop = {}; });
  const std::uint32_t ue = world.connect(15);
  const base::McsIndex highest = world.connection(ue).dl_thresholds.highest();
  for (std::int64_t turn = 0; turn < 100; ++turn) {
    world.load(ue, 1);
    const SlotPlan& plan = world.run(4 + 40 * turn);
    ASSERT_EQ(plan.downlink.size(), 1u);
    ASSERT_LT(plan.downlink[0].format.mcs, highest) << "the slot was to lower the scheme";
    world.answer(DlAssignment(plan.downlink[0]), true);
  }
  EXPECT_EQ(world.connection(ue).dl_loop.offset_db(), 0);
}

TEST(CellDownlink, repeats_a_block_unchanged_before_new_data_and_then_gives_up) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.harq.max_transmissions = 3; });
  const std::uint32_t ue = world.connect(9);
  world.load(ue, 1);
  const DlAssignment first = world.run(0).downlink.at(0);
  world.load(ue, 1);
  EXPECT_EQ(world.answer(first, false), HarqOutcome::to_repeat);
  const DlAssignment second = world.run(1).downlink.at(0);
  EXPECT_EQ(world.plan().downlink.size(), 1u) << "one block a slot for one UE";
  EXPECT_EQ(second.harq.process, first.harq.process);
  EXPECT_EQ(second.harq.block, first.harq.block);
  EXPECT_EQ(second.harq.attempt, 1);
  EXPECT_EQ(second.format.tbs, first.format.tbs);
  EXPECT_EQ(second.format.mcs, first.format.mcs);
  EXPECT_EQ(second.format.prb.count, first.format.prb.count);
  EXPECT_EQ(world.answer(first, true), HarqOutcome::stale);
  EXPECT_EQ(world.answer(second, false), HarqOutcome::to_repeat);
  const DlAssignment third = world.run(2).downlink.at(0);
  EXPECT_EQ(world.answer(third, false), HarqOutcome::given_up);
  const DlAssignment other = world.run(3).downlink.at(0);
  EXPECT_EQ(other.harq.attempt, 0);
  EXPECT_NE(other.harq.block, first.harq.block);
}

TEST(CellDownlink, serves_no_more_ues_than_it_may) {
  for (const int limit : {1, 3}) {
    CellWorld world(fdd_carrier(), [&](CellConfig& c) { c.max_ues_per_slot = limit; });
    for (int i = 0; i < 6; ++i) world.load(world.connect(15), 1);
    EXPECT_EQ(world.run(0).downlink.size(), static_cast<std::size_t>(limit));
  }
}

TEST(CellDownlink, repeats_for_no_more_ues_than_it_may) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.max_ues_per_slot = 1; });
  for (int i = 0; i < 2; ++i) world.load(world.connect(15), 1);
  const DlAssignment first = world.run(0).downlink.at(0);
  const DlAssignment second = world.run(1).downlink.at(0);
  ASSERT_NE(first.ue, second.ue);
  world.answer(first, false);
  world.answer(second, false);
  EXPECT_EQ(world.run(2).downlink.size(), 1u);
  EXPECT_EQ(world.run(3).downlink.size(), 1u);
  EXPECT_EQ(world.plan().downlink[0].harq.attempt, 1);
}

TEST(CellDownlink, repeats_for_others_when_the_control_channel_is_too_short_for_one) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 24;
  CellWorld world(carrier);
  ASSERT_EQ(world.map().cce_count(), 4);
  const std::uint32_t far = world.connect(0);
  const std::uint32_t near = world.connect(15);
  const std::uint32_t third = world.connect(15);
  std::vector<DlAssignment> lost;
  for (const std::uint32_t index : {far, near}) {
    world.load(index, 1);
    lost.push_back(world.run(index).downlink.at(0));
  }
  ASSERT_EQ(lost[0].aggregation_level, 4);
  for (const DlAssignment& a : lost) world.answer(a, false);
  world.cell().on_scheduling_request(third);
  const SlotPlan& plan = world.run(2);
  ASSERT_EQ(plan.uplink.size(), 1u) << "its DCI leaves the far UE too few CCEs";
  ASSERT_EQ(plan.downlink.size(), 1u);
  EXPECT_EQ(plan.downlink[0].ue, lost[1].ue);
  EXPECT_EQ(plan.downlink[0].harq.attempt, 1);
  EXPECT_EQ(world.run(3).downlink.at(0).ue, lost[0].ue) << "in its turn";
}

TEST(CellDownlink, gives_the_worst_channel_all_of_a_short_control_region) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 12;
  CellWorld world(carrier);
  world.load(world.connect(0), 1);
  const SlotPlan& plan = world.run(0);
  ASSERT_EQ(plan.downlink.size(), 1u);
  EXPECT_EQ(plan.downlink[0].aggregation_level, 2);
}

TEST(CellDownlink, blocks_whom_the_control_channel_has_no_room_for) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 12;
  CellWorld world(carrier);
  ASSERT_EQ(world.map().cce_count(), 2);
  for (int i = 0; i < 4; ++i) world.load(world.connect(15), 1);
  const SlotPlan& plan = world.run(0);
  ASSERT_EQ(plan.downlink.size(), 2u);
  for (const DlAssignment& a : plan.downlink) EXPECT_EQ(a.aggregation_level, 1);
  EXPECT_NE(world.run(1).downlink.at(0).ue, base::UeId{100}) << "the next in turn";
}

TEST(CellDownlink, sends_control_more_robustly_to_worse_channels) {
  int last = 17;
  for (const int cqi : {0, 1, 2, 4, 8, 15}) {
    CellWorld world(fdd_carrier());
    world.load(world.connect(cqi), 1);
    const int level = world.run(0).downlink.at(0).aggregation_level;
    EXPECT_LE(level, last) << "CQI " << cqi;
    EXPECT_LE(level, world.map().cce_count());
    last = level;
  }
  EXPECT_EQ(last, 1);
  CellWorld careful(fdd_carrier(), [](CellConfig& c) { c.aggregation_level_min = 4; });
  careful.load(careful.connect(15), 1);
  EXPECT_EQ(careful.run(0).downlink.at(0).aggregation_level, 4);
}

TEST(CellDownlink, leaves_to_others_what_a_discarded_queue_does_not_need) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 6;
  CellWorld world(carrier);
  BearerConfig impatient = um_bearer();
  impatient.pdcp_discard = base::milliseconds(10);
  world.load(world.connect(15, impatient), 1);
  world.load(world.connect(15), 60);
  const SlotPlan& plan = world.run(40);
  ASSERT_EQ(plan.drops.size(), 1u);
  EXPECT_EQ(plan.drops[0].reason, DropReason::discard_timer);
  ASSERT_EQ(plan.downlink.size(), 1u);
  EXPECT_EQ(plan.downlink[0].ue, base::UeId{101});
  EXPECT_EQ(plan.downlink[0].format.prb.count, 51);
}

TEST(CellDownlink, reaches_over_what_other_channels_occupy) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.paging = {.slot_offset = 3, .prb_count = 10, .first_prb = 20};
  carrier.ssb = {.beam_count = 1, .first_prb = 0, .pattern = phy::SsbCase::c};
  CellWorld world(carrier);
  world.load(world.connect(5), 60);
  const BlockFormat format = world.run(3).downlink.at(0).format;
  ASSERT_EQ(world.map().downlink(base::Slot(3)).usable_prb_count, 39)
      << "groups of four: paging on 20-29 takes 30 and 31 with it";
  EXPECT_EQ(format.prb, (phy::PrbRange{0, 51}));
  EXPECT_EQ(format.prb_count, 39);
}

TEST(CellDownlink, answers_a_poll_with_a_status) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9, BearerConfig{});
  world.cell().on_scheduling_request(ue);
  const UlGrant grant = world.run(0).uplink.at(0);
  MacPdu pdu;
  pdu.data.pdus.push_back(mac::testing::polled_pdu(0, 100));
  world.run(3);
  world.arrive(grant, {.decoded = true, .sinr_db = 10}, pdu);
  ASSERT_EQ(world.output().data.delivered.size(), 1u);
  EXPECT_TRUE(world.cell().has_work());
  const DlAssignment a = world.run(4).downlink.at(0);
  const MacPdu& sent = world.connection(ue).dl_blocks[static_cast<std::size_t>(a.harq.process)];
  EXPECT_TRUE(sent.data.has_status);
  EXPECT_EQ(sent.data.status.ack_sn, 1u);
  EXPECT_EQ(bytes_of(sent), sent.data.status.bytes);
}

TEST(CellDownlink, rests_when_there_is_nothing_left_to_do) {
  CellWorld world(tdd_carrier());
  const std::uint32_t ue = world.connect(9);
  world.run(0);
  EXPECT_FALSE(world.cell().has_work()) << "a bearer came and was empty";
  world.load(ue, 1);
  EXPECT_TRUE(world.cell().has_work());
  const DlAssignment first = world.run(1).downlink.at(0);
  EXPECT_FALSE(world.cell().has_work()) << "the block is on the air";
  world.answer(first, false);
  EXPECT_TRUE(world.cell().has_work()) << "a block to repeat";
  world.run(8);
  EXPECT_TRUE(world.cell().has_work()) << "an uplink slot settles nothing";
  world.answer(DlAssignment(world.run(10).downlink.at(0)), true);
  EXPECT_TRUE(world.run(11).downlink.empty());
  EXPECT_FALSE(world.cell().has_work());
}

}  // namespace
}  // namespace redcell::mac::gnb
