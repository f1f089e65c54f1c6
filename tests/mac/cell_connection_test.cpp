// Goal: a connection that has ended leaves nothing behind for the next of its number, and SRB1 is
// served whether or not the data bearer is there.
// Method: two or three UEs, one slot at a time, with connections and bearers that come and go.
#include "mac/gnb/connection.h"

#include <gtest/gtest.h>

#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::bytes_of;
using mac::testing::CellWorld;
using mac::testing::connection_config;
using mac::testing::fdd_carrier;
using mac::testing::polled_pdu;
using mac::testing::tdd_carrier;

const MacPdu& block_of(CellWorld& world, const DlAssignment& a) {
  return world.connection(world.index_of(a.ue)).dl_blocks[static_cast<std::size_t>(a.harq.process)];
}

TEST(CellConnection, takes_the_lowest_free_number) {
  CellWorld world(fdd_carrier());
  for (std::uint32_t index = 0; index < 4; ++index) EXPECT_EQ(world.connect(9), index);
  world.disconnect(2);
  world.disconnect(0);
  EXPECT_FALSE(world.cell().is_connected(0));
  EXPECT_TRUE(world.cell().is_connected(1));
  EXPECT_FALSE(world.cell().is_connected(2));
  EXPECT_FALSE(world.cell().is_connected(4)) << "never given";
  EXPECT_EQ(world.connect(9), 0u);
  EXPECT_EQ(world.connect(9), 2u);
  EXPECT_EQ(world.connect(9), 4u);
}

TEST(CellConnection, gives_its_number_back_when_the_cell_is_full) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.policy.connection_count = 1; });
  for (int turn = 0; turn < 5; ++turn) {
    EXPECT_EQ(world.connect(9), 0u);
    world.disconnect(0);
  }
}

TEST(CellConnection, begins_without_anything_of_the_one_before) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.outer_loop = {}; });
  const std::uint32_t old = world.connect(9);
  world.load(old, 3);
  world.answer(DlAssignment(world.run(0).downlink.at(0)), false);
  world.disconnect(old);
  ASSERT_EQ(world.cell().connect(connection_config(500)), old);
  const Connection& c = world.connection(old);
  EXPECT_EQ(c.config.ue, base::UeId{500});
  EXPECT_EQ(c.data, nullptr);
  EXPECT_EQ(c.csi.cqi, base::CqiIndex(0));
  EXPECT_FALSE(c.ul_quality.sinr_db_one_prb_full_power.has_value());
  EXPECT_EQ(c.dl_loop.offset_db(), 0);
  EXPECT_FALSE(c.dl_harq.is_busy(0));
  EXPECT_TRUE(c.dl_blocks[0].data.empty());
  EXPECT_FALSE(c.has_downlink(world.now()));
  EXPECT_FALSE(world.cell().has_work());
}

class CellHistory : public ::testing::TestWithParam<PolicyKind> {
 protected:
  CellHistory()
      : world_(fdd_carrier(), [](CellConfig& c) {
          c.max_ues_per_slot = 1;
          c.k2 = {2};
          c.policy.kind = GetParam();
        }) {
    for (int i = 0; i < 2; ++i) world_.connect(9);
  }
  CellWorld world_;
};

TEST_P(CellHistory, ends_with_the_connection_in_the_downlink) {
  for (const std::uint32_t index : {1u, 0u}) {
    world_.load(index, 1);
    ASSERT_EQ(world_.run(1 - index).downlink.size(), 1u);
  }
  world_.disconnect(0);
  ASSERT_EQ(world_.connect(9), 0u);
  for (const std::uint32_t index : {0u, 1u}) world_.load(index, 1);
  EXPECT_EQ(world_.run(2).downlink.at(0).ue, base::UeId{102}) << "served never, the other before";
}

TEST_P(CellHistory, ends_with_the_connection_in_the_uplink) {
  for (const std::uint32_t index : {1u, 0u}) {
    world_.cell().on_scheduling_request(index);
    ASSERT_EQ(world_.run(1 - index).uplink.size(), 1u);
    world_.connection(index).ul_granted_bytes = 0;
  }
  world_.disconnect(0);
  ASSERT_EQ(world_.connect(9), 0u);
  for (const std::uint32_t index : {0u, 1u}) world_.cell().on_scheduling_request(index);
  EXPECT_EQ(world_.run(2).uplink.at(0).ue, base::UeId{102});
}

INSTANTIATE_TEST_SUITE_P(Policies, CellHistory,
                         ::testing::Values(PolicyKind::round_robin, PolicyKind::proportional_fair,
                                           PolicyKind::qos),
                         [](const auto& kind) {
                           return kind.param == PolicyKind::qos           ? "qos"
                                  : kind.param == PolicyKind::round_robin ? "round_robin"
                                                                          : "proportional_fair";
                         });

TEST(CellConnection, is_neither_served_nor_granted_after_its_end) {
  CellWorld world(fdd_carrier());
  const std::uint32_t gone = world.connect(9);
  const std::uint32_t kept = world.connect(9);
  world.load(gone, 1);
  world.cell().on_scheduling_request(gone);
  const SlotPlan first = world.run(0);
  world.answer(first.downlink.at(0), false);
  world.arrive(first.uplink.at(0), {.decoded = false, .sinr_db = 0});
  world.load(gone, 20);
  world.connection(gone).ul_backlog_bytes = 50'000;
  for (const std::uint32_t index : {gone, kept}) world.load(index, 1);
  world.disconnect(gone);
  for (std::int64_t slot = 1; slot < 10; ++slot) {
    const SlotPlan& plan = world.run(slot);
    for (const DlAssignment& a : plan.downlink) EXPECT_EQ(a.ue, base::UeId{101});
    EXPECT_EQ(plan.downlink.size(), slot == 1 ? 1u : 0u);
    EXPECT_TRUE(plan.uplink.empty());
  }
  EXPECT_FALSE(world.cell().has_work());
  ASSERT_EQ(world.connect(9), gone);
  world.load(gone, 1);
  EXPECT_EQ(world.run(10).downlink.at(0).ue, base::UeId{102}) << "the next of its number is";
}

TEST(CellConnection, frees_its_place_in_a_pusch_slot_to_come_for_the_next_of_its_number) {
  CellWorld world(tdd_carrier(), [](CellConfig& c) {
    c.k2 = {7, 8};
    c.max_ues_per_slot = 1;
  });
  const std::uint32_t gone = world.connect(9);
  world.cell().on_scheduling_request(gone);
  const UlGrant old = world.run(0).uplink.at(0);
  ASSERT_EQ(old.pusch_slot, base::Slot(8));
  world.disconnect(gone);
  const std::uint32_t next = world.connect(9);
  ASSERT_EQ(next, gone);
  world.cell().on_scheduling_request(next);
  const UlGrant grant = world.run(1).uplink.at(0);
  EXPECT_EQ(grant.pusch_slot, base::Slot(8)) << "not put off to slot 9";
  EXPECT_GE(grant.format.prb.first, old.format.prb.end()) << "the old PRBs are on their way";
}

TEST(CellBearer, stops_the_data_alone_when_it_goes_and_takes_up_again_when_it_comes) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(3);
  world.load(ue, 20);
  EXPECT_FALSE(block_of(world, world.run(0).downlink.at(0)).data.empty());
  std::unique_ptr<RadioBearer> bearer = world.cell().detach(ue);
  const std::uint32_t left_bytes = bearer->tx.buffered_bytes();
  ASSERT_GT(left_bytes, 0u);
  EXPECT_TRUE(world.run(1).downlink.empty());
  EXPECT_FALSE(world.cell().has_work());

  world.send_message(ue, 60);
  const MacPdu& message = block_of(world, world.run(2).downlink.at(0));
  ASSERT_EQ(message.signalling.pdus.size(), 1u);
  EXPECT_EQ(message.signalling.pdus[0].bytes, 62u);
  EXPECT_TRUE(message.data.empty());
  EXPECT_TRUE(world.run(3).downlink.empty());

  world.cell().attach(ue, std::move(bearer));
  const MacPdu& data = block_of(world, world.run(4).downlink.at(0));
  ASSERT_FALSE(data.data.pdus.empty());
  EXPECT_TRUE(data.signalling.empty());
  EXPECT_LT(world.connection(ue).data->tx.buffered_bytes(), left_bytes);
}

TEST(CellBearer, goes_on_in_another_cell_where_it_was) {
  CellWorld source(fdd_carrier());
  CellWorld target(fdd_carrier());
  const std::uint32_t from = source.connect(9);
  source.load(from, 1);
  ASSERT_EQ(block_of(source, source.run(0).downlink.at(0)).data.pdus[0].pdcp_count, 0u);
  source.load(from, 1);
  std::unique_ptr<RadioBearer> bearer = source.cell().detach(from);
  source.cell().disconnect(from);
  const std::uint32_t to = target.connect(9);
  target.cell().detach(to);
  target.cell().attach(to, std::move(bearer));
  EXPECT_EQ(block_of(target, target.run(1).downlink.at(0)).data.pdus[0].pdcp_count, 1u);
}

TEST(CellBearer, hears_nothing_while_it_is_away) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9, BearerConfig{});
  world.cell().on_scheduling_request(ue);
  const UlGrant grant = world.run(0).uplink.at(0);
  const std::unique_ptr<RadioBearer> bearer = world.cell().detach(ue);
  MacPdu pdu;
  pdu.data.pdus.push_back(polled_pdu(0, 100));
  pdu.signalling.pdus.push_back(polled_pdu(0, 40));
  world.arrive(grant, {.decoded = true, .sinr_db = 10}, pdu);
  EXPECT_TRUE(world.output().data.delivered.empty());
  EXPECT_TRUE(world.output().data.drops.empty());
  ASSERT_EQ(world.output().signalling.delivered.size(), 1u);
  EXPECT_EQ(world.output().signalling.delivered[0].bytes, 40u);
  EXPECT_FALSE(bearer->rx.status_pending(world.now()));
}

TEST(CellSignalling, goes_before_data_and_leaves_it_the_rest_of_the_block) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(3);
  world.load(ue, 20);
  world.send_message(ue, 60);
  const DlAssignment a = world.run(0).downlink.at(0);
  const MacPdu& pdu = block_of(world, a);
  ASSERT_EQ(pdu.signalling.pdus.size(), 1u);
  EXPECT_TRUE(pdu.signalling.pdus[0].last);
  ASSERT_FALSE(pdu.data.pdus.empty());
  EXPECT_EQ(8 * static_cast<std::int64_t>(bytes_of(pdu)), a.format.tbs.value());
}

TEST(CellSignalling, takes_all_of_a_block_it_fills) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(0);
  world.load(ue, 20);
  world.send_message(ue, 8000);
  const DlAssignment a = world.run(0).downlink.at(0);
  const MacPdu& pdu = block_of(world, a);
  ASSERT_EQ(pdu.signalling.pdus.size(), 1u);
  EXPECT_FALSE(pdu.signalling.pdus[0].last);
  EXPECT_TRUE(pdu.data.empty());
  EXPECT_LE(8 * static_cast<std::int64_t>(bytes_of(pdu)), a.format.tbs.value());
}

TEST(CellSignalling, is_counted_in_the_size_of_a_block) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9);
  for (const std::uint32_t bytes : {100u, 1000u, 3000u}) {
    world.send_message(ue, bytes);
    const DlAssignment a = world.run(bytes).downlink.at(0);
    EXPECT_TRUE(block_of(world, a).signalling.pdus.at(0).last) << bytes;
    EXPECT_LT(a.format.prb.count, 51) << bytes;
  }
}

TEST(CellSignalling, comes_out_and_is_answered_in_lists_of_its_own) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9, BearerConfig{});
  world.cell().on_scheduling_request(ue);
  const UlGrant grant = world.run(0).uplink.at(0);
  MacPdu pdu;
  pdu.signalling.pdus.push_back(polled_pdu(0, 40));
  pdu.data.pdus.push_back(polled_pdu(0, 100));
  world.arrive(grant, {.decoded = true, .sinr_db = 10}, pdu);
  ASSERT_EQ(world.output().signalling.delivered.size(), 1u);
  EXPECT_EQ(world.output().signalling.delivered[0].bytes, 40u);
  ASSERT_EQ(world.output().data.delivered.size(), 1u);
  EXPECT_EQ(world.output().data.delivered[0].bytes, 100u);
  const MacPdu& answer = block_of(world, world.run(4).downlink.at(0));
  EXPECT_TRUE(answer.signalling.has_status);
  EXPECT_TRUE(answer.data.has_status);
}

/// STATUS PDUs that miss the first SDU of both channels, until both senders give it up.
TEST(CellSignalling, keeps_what_senders_give_up_apart) {
  BearerConfig config;
  config.max_retransmissions = 1;
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9, config);
  world.load(ue, 1);
  world.send_message(ue, 50);
  for (std::int64_t turn = 1; turn <= 9; ++turn) {
    world.cell().on_scheduling_request(ue);
    const SlotPlan plan = world.run(10 * turn);
    ASSERT_EQ(plan.downlink.size(), 1u) << turn;
    world.answer(plan.downlink[0], true);
    MacPdu pdu;
    for (ChannelContent* const content : {&pdu.signalling, &pdu.data}) {
      content->has_status = true;
      content->status = {.ack_sn = 1, .nacks = {{.sn = 0}}, .bytes = 8};
    }
    world.arrive(plan.uplink.at(0), {.decoded = true, .sinr_db = 10}, pdu);
    EXPECT_EQ(world.output().sender_drops.size(), turn == 2 ? 1u : 0u) << turn;
    EXPECT_EQ(world.output().signalling_sender_drops.size(), turn == 9 ? 1u : 0u) << turn;
  }
  EXPECT_TRUE(world.connection(ue).signalling.tx.failed());
}

TEST(CellConnectionDeathTest, knows_what_is_connected_and_which_bearers_are_there) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9);
  EXPECT_DEATH(world.cell().disconnect(ue), "data == nullptr") << "its bearer is still there";
  EXPECT_DEATH(world.cell().attach(ue, std::make_unique<RadioBearer>(BearerConfig{})),
               "data == nullptr");
  world.cell().detach(ue);
  EXPECT_DEATH(world.cell().detach(ue), "data != nullptr");
  EXPECT_DEATH(world.cell().attach(ue, nullptr), "data != nullptr");
  EXPECT_DEATH(world.load(ue, 1), "data != nullptr");
  world.cell().disconnect(ue);
  EXPECT_DEATH(world.cell().disconnect(ue), "is_connected");
  EXPECT_DEATH(world.send_message(ue, 50), "is_connected");
  EXPECT_DEATH(world.cell().activate(ue), "is_connected");
  EXPECT_DEATH(world.cell().on_scheduling_request(ue + 1), "is_connected");
}

}  // namespace
}  // namespace redcell::mac::gnb
