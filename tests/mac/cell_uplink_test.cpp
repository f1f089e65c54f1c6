// Goal: grants lie K2 ahead on PUSCH slots, are as large as was asked for and no wider than the
// UE's power. Method: one or two UEs, scripted PUSCH results and buffer status reports.
#include "mac/gnb/cell.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mac/bsr.h"
#include "mac/gnb/block_size.h"
#include "phy/nr/tbs.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::CellWorld;
using mac::testing::fdd_carrier;
using mac::testing::tdd_carrier;

MacPdu reporting(std::uint64_t bytes) {
  MacPdu pdu;
  pdu.bsr = buffer_status(bytes);
  return pdu;
}

std::int64_t bytes_of(const UlGrant& grant) { return grant.format.tbs.value() / 8; }

/// The grant after a scheduling request of a UE that has sent nothing yet.
UlGrant first_grant(CellWorld& world, std::uint32_t ue) {
  world.cell().on_scheduling_request(ue);
  const SlotPlan& plan = world.run(0);
  EXPECT_EQ(plan.uplink.size(), 1u);
  return plan.uplink.at(0);
}

TEST(CellUplink, answers_a_scheduling_request_once_with_the_configured_size) {
  for (const std::uint32_t bytes : {40u, 128u, 1000u}) {
    CellWorld world(fdd_carrier(), [&](CellConfig& c) { c.sr_grant_bytes = bytes; });
    const std::uint32_t ue = world.connect(9);
    const UlGrant grant = first_grant(world, ue);
    EXPECT_EQ(grant.ue, base::UeId{100});
    EXPECT_EQ(grant.epoch, 7u);
    EXPECT_EQ(grant.harq.attempt, 0);
    EXPECT_GE(bytes_of(grant), static_cast<std::int64_t>(bytes));
    EXPECT_LT(bytes_of(grant), static_cast<std::int64_t>(2 * bytes + 200));
    EXPECT_FALSE(world.cell().has_work());
    world.cell().on_scheduling_request(ue);
    EXPECT_TRUE(world.run(1).uplink.empty()) << "the block on its way brings a report";
  }
}

TEST(CellUplink, grants_pusch_slots_k2_ahead_alone) {
  CellWorld world(tdd_carrier(), [](CellConfig& c) { c.k2 = {3, 4}; });
  const std::uint32_t ue = world.connect(9);
  for (std::int64_t slot = 0; slot < 20; ++slot) {
    world.connection(ue).ul_granted_bytes = 0;
    world.cell().on_scheduling_request(ue);
    const SlotPlan& plan = world.run(slot);
    for (const UlGrant& grant : plan.uplink) {
      const std::int64_t k2 = (grant.pusch_slot - base::Slot(slot)).value();
      EXPECT_TRUE(k2 == 3 || k2 == 4) << slot;
      EXPECT_GT(world.map().uplink(grant.pusch_slot).symbols.count, 0) << slot;
    }
    // K2 = 4 reaches 8 from 4, and 9 from 5. K2 = 3 comes too late: the UE has its grant there.
    const std::int64_t turn = slot % 10;
    EXPECT_EQ(plan.uplink.size(), turn == 4 || turn == 5 ? 1u : 0u) << slot;
  }
}

TEST(CellUplink, sizes_a_block_as_the_standard_does) {
  CellWorld world(tdd_carrier());
  const std::uint32_t ue = world.connect(9);
  const UlGrant grant = first_grant(world, ue);
  const phy::SlotResources& slot = world.map().uplink(grant.pusch_slot);
  EXPECT_EQ(grant.format.tbs,
            phy::transport_block_size({.symbol_count = slot.symbols.count,
                                       .dmrs_re_per_prb = slot.dmrs_re_per_prb,
                                       .prb_count = grant.format.prb.count,
                                       .modulation_order = grant.format.modulation_order,
                                       .rate_x1024 = grant.format.rate_x1024}));
}

TEST(CellUplink, grants_what_was_reported_and_no_more) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.k2 = {2}; });
  const std::uint32_t ue = world.connect(9);
  const UlGrant first = first_grant(world, ue);
  world.arrive(first, {.decoded = true, .sinr_db = 15}, reporting(50'000));
  EXPECT_EQ(world.connection(ue).ul_backlog_bytes, buffer_status_bytes(buffer_status(50'000)));
  std::int64_t granted = 0;
  std::vector<UlGrant> grants;
  for (std::int64_t slot = 1; slot < 40; ++slot) {
    for (const UlGrant& grant : world.run(slot).uplink) {
      grants.push_back(grant);
      granted += bytes_of(grant);
    }
  }
  EXPECT_GE(granted, 55'474) << "upper edge of the level of 50 000 bytes";
  EXPECT_LT(granted - bytes_of(grants.back()), 55'474) << "the last one was needed";
  EXPECT_EQ(world.connection(ue).ul_granted_bytes, static_cast<std::uint64_t>(granted));
  EXPECT_FALSE(world.cell().has_work());
}

TEST(CellUplink, takes_grants_on_their_way_off_a_report) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.k2 = {2}; });
  const std::uint32_t ue = world.connect(9);
  world.arrive(first_grant(world, ue), {.decoded = true, .sinr_db = 15}, reporting(20'000));
  const UlGrant a = world.run(1).uplink.at(0);
  const UlGrant b = world.run(2).uplink.at(0);
  world.arrive(a, {.decoded = true, .sinr_db = 15}, reporting(20'000));
  EXPECT_EQ(world.connection(ue).ul_granted_bytes, static_cast<std::uint64_t>(bytes_of(b)));
  EXPECT_EQ(world.connection(ue).ul_backlog_bytes,
            20'516 - static_cast<std::uint64_t>(bytes_of(b)));
  world.arrive(b, {.decoded = true, .sinr_db = 15}, reporting(0));
  EXPECT_EQ(world.connection(ue).ul_granted_bytes, 0u);
  EXPECT_EQ(world.connection(ue).ul_backlog_bytes, 0u);
  EXPECT_TRUE(world.run(3).uplink.empty());
}

TEST(CellUplink, repeats_a_lost_block_unchanged_and_then_gives_up) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.harq.max_transmissions = 3; });
  const std::uint32_t ue = world.connect(9);
  UlGrant grant = first_grant(world, ue);
  const UlGrant first = grant;
  for (int attempt = 1; attempt < 3; ++attempt) {
    EXPECT_EQ(world.arrive(grant, {.decoded = false, .sinr_db = 0}), HarqOutcome::to_repeat);
    ASSERT_EQ(world.run(10 * attempt).uplink.size(), 1u);
    grant = world.plan().uplink[0];
    EXPECT_EQ(grant.harq.attempt, attempt);
    EXPECT_EQ(grant.harq.block, first.harq.block);
    EXPECT_EQ(grant.format.tbs, first.format.tbs);
    EXPECT_EQ(grant.format.mcs, first.format.mcs);
    EXPECT_EQ(grant.format.prb.count, first.format.prb.count);
  }
  EXPECT_EQ(world.arrive(grant, {.decoded = false, .sinr_db = 0}), HarqOutcome::given_up);
  EXPECT_TRUE(world.run(40).uplink.empty());
  world.cell().on_scheduling_request(ue);
  EXPECT_EQ(world.run(41).uplink.size(), 1u) << "nothing is left over that hides a request";
}

TEST(CellUplink, learns_nothing_of_the_channel_from_a_missed_grant) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.outer_loop = {}; });
  const std::uint32_t ue = world.connect(9);
  const UlGrant grant = first_grant(world, ue);
  const HarqOutcome outcome =
      world.arrive(grant, {.decoded = false, .sinr_db = -99, .detected = false});
  EXPECT_EQ(outcome, HarqOutcome::to_repeat);
  EXPECT_EQ(world.connection(ue).ul_quality.sinr_db_one_prb_full_power, 40);
  EXPECT_EQ(world.connection(ue).ul_loop.offset_db(), 0);
  EXPECT_EQ(world.connection(ue).ul_granted_bytes, 0u);
}

TEST(CellUplink, delivers_what_arrived_and_counts_a_failure_in_its_loop) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.outer_loop = {}; });
  const std::uint32_t ue = world.connect(9);
  const UlGrant grant = first_grant(world, ue);
  MacPdu pdu = reporting(0);
  pdu.data.pdus.push_back(mac::testing::whole_pdu(0, 60));
  world.arrive(grant, {.decoded = false, .sinr_db = 3}, pdu);
  EXPECT_TRUE(world.output().data.delivered.empty());
  EXPECT_LT(world.connection(ue).ul_loop.offset_db(), 0);
  world.arrive(UlGrant(world.run(10).uplink.at(0)), {.decoded = true, .sinr_db = 3}, pdu);
  ASSERT_EQ(world.output().data.delivered.size(), 1u);
  EXPECT_EQ(world.output().data.delivered[0].bytes, 60u);
  EXPECT_DOUBLE_EQ(world.connection(ue).ul_loop.offset_db(), -0.5) << "first transmissions alone";
}

TEST(CellUplink, spreads_no_more_power_than_a_ue_has) {
  CellWorld world(fdd_carrier());
  const std::uint32_t weak = world.connect(9);
  Connection& c = world.connection(weak);
  // One PRB at full power is heard 6 dB above the lowest scheme's need: four PRB are the most.
  const double least_db = c.ul_thresholds.required_sinr_db(base::McsIndex(0));
  c.ul_quality.one_prb_power_below_max_db = 0.0;
  c.ul_quality.sinr_db_one_prb_full_power = least_db + 6.1;
  c.ul_backlog_bytes = 100'000;
  world.cell().activate(weak);
  const UlGrant grant = world.run(0).uplink.at(0);
  EXPECT_LE(grant.format.prb.count, 4);
  EXPECT_GE(grant.format.prb.count, 2);

  CellWorld strong_world(fdd_carrier());
  const std::uint32_t strong = strong_world.connect(9);
  strong_world.connection(strong).ul_backlog_bytes = 100'000;
  strong_world.cell().activate(strong);
  EXPECT_EQ(strong_world.run(0).uplink.at(0).format.prb.count, 51);
}

TEST(CellUplink, chooses_the_scheme_for_the_power_of_the_prbs_granted) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9);
  Connection& c = world.connection(ue);
  c.ul_quality.one_prb_power_below_max_db = 0.0;
  c.ul_quality.sinr_db_one_prb_full_power = 25;
  c.ul_backlog_bytes = 100'000;
  world.cell().activate(ue);
  const UlGrant grant = world.run(0).uplink.at(0);
  ASSERT_EQ(grant.format.prb.count, 51);
  EXPECT_EQ(grant.format.mcs, c.ul_thresholds.at(25 - 10 * std::log10(51.0)));
}

TEST(CellUplink, grants_a_small_block_of_the_lowest_scheme_to_whom_it_has_never_heard) {
  for (const phy::McsTable table : {phy::McsTable::qam256, phy::McsTable::qam64_low_se}) {
    CellWorld world(fdd_carrier(), [&](CellConfig& c) { c.ul_table = table; });
    const std::uint32_t ue = world.connect(9);
    UplinkQuality& quality = world.connection(ue).ul_quality;
    quality = {};
    const UlGrant grant = first_grant(world, ue);
    EXPECT_EQ(grant.format.mcs, base::McsIndex(0));
    EXPECT_GE(bytes_of(grant), 16) << "reports and some data";
    EXPECT_LE(bytes_of(grant), 20);
    world.arrive(grant, {.decoded = false, .sinr_db = -99, .detected = false});
    EXPECT_FALSE(quality.sinr_db(1).has_value()) << "silence tells nothing";
    world.arrive(UlGrant(world.run(10).uplink.at(0)), {.decoded = true, .sinr_db = 9});
    EXPECT_NEAR(quality.sinr_db(grant.format.prb.count).value(), 9, 1e-9);
  }
}

TEST(CellUplink, refers_a_sinr_to_the_headroom_that_came_with_it) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9);
  world.connection(ue).ul_quality.one_prb_power_below_max_db.reset();
  const UlGrant grant = first_grant(world, ue);
  MacPdu pdu = reporting(0);
  pdu.phr = {.headroom_db = 12, .prb_count = grant.format.prb.count};
  world.arrive(grant, {.decoded = true, .sinr_db = 9}, pdu);
  const UplinkQuality& quality = world.connection(ue).ul_quality;
  EXPECT_NEAR(quality.sinr_db(grant.format.prb.count).value(), 9, 1e-9)
      << "the same PUSCH again is heard alike";
  EXPECT_NEAR(*quality.one_prb_power_below_max_db, -12 - 10 * std::log10(grant.format.prb.count),
              1e-9);
}

TEST(CellUplink, grants_dft_sizes_under_transform_precoding) {
  for (const bool transform_precoding : {false, true}) {
    CellWorld world(fdd_carrier(), [&](CellConfig& c) {
      c.transform_precoding = transform_precoding;
      c.ul_table = phy::McsTable::tp_qam64;
    });
    const std::uint32_t ue = world.connect(9);
    world.connection(ue).ul_backlog_bytes = 100'000;
    world.cell().activate(ue);
    EXPECT_EQ(world.run(0).uplink.at(0).format.prb.count, transform_precoding ? 50 : 51);
  }
}

TEST(CellUplink, never_exceeds_the_modulation_a_ue_can_do) {
  for (const int order : {2, 4, 6, 8}) {
    CellWorld world(fdd_carrier());
    ConnectionConfig connection = mac::testing::connection_config(100);
    connection.max_ul_modulation_order = order;
    const std::uint32_t ue = world.connect(9, connection);
    world.connection(ue).ul_quality.sinr_db_one_prb_full_power = 80;
    EXPECT_EQ(first_grant(world, ue).format.modulation_order, order);
  }
}

}  // namespace
}  // namespace redcell::mac::gnb
