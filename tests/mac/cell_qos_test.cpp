// Goal: a cell that ranks by QoS knows of each terminal what its flow is owed and how long its data
// has waited: the oldest packet in the downlink, reports in the uplink.
// Method: two terminals, of which a slot serves one; ages slot by slot around the edges of a
// budget; guarantees over long runs.
#include <gtest/gtest.h>

#include <array>

#include "mac/bsr.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::CellConfig;
using gnb::PolicyKind;

constexpr base::UeId first_ue{100};
constexpr base::UeId second_ue{101};
constexpr base::Duration short_budget = base::milliseconds(20);  ///< 40 slots.
constexpr base::Duration window = base::milliseconds(2000);
constexpr base::Duration long_budget = base::milliseconds(10'000);

CellWorld qos_world(PolicyKind kind = PolicyKind::qos) {
  return CellWorld(fdd_carrier(), [&](CellConfig& c) {
    c.policy.kind = kind;
    c.max_ues_per_slot = 1;
    c.k2 = {2};
  });
}

void connect(CellWorld& world, const QosFlow& flow, int cqi = 9) {
  const auto ue = world.cell().is_connected(0) ? second_ue : first_ue;
  gnb::ConnectionConfig config = connection_config(ue.value);
  config.flow = flow;
  world.connect(cqi, config);
}

/// The first is of lower priority and has less time; both are below their guarantees.
void connect_both(CellWorld& world) {
  connect(world, {.priority_level = 70,
                  .radio_budget = short_budget,
                  .averaging_window = window,
                  .dl_gfbr_bps = 1e6,
                  .ul_gfbr_bps = 1e6});
  connect(world, {.priority_level = 60,
                  .radio_budget = long_budget,
                  .averaging_window = window,
                  .dl_gfbr_bps = 1e6,
                  .ul_gfbr_bps = 1e6});
}

TEST(CellQos, serves_the_lower_priority_level_first) {
  for (const PolicyKind kind : {PolicyKind::qos, PolicyKind::proportional_fair}) {
    CellWorld world = qos_world(kind);
    connect(world, {.priority_level = 70}, 12);
    connect(world, {.priority_level = 60}, 6);
    for (std::uint32_t i = 0; i < 2; ++i) {
      world.load(i, 100);
      world.connection(i).ul_backlog_bytes = 100'000;
      world.cell().activate(i);
    }
    const gnb::SlotPlan& plan = world.run(0);
    const base::UeId ue = kind == PolicyKind::qos ? second_ue : first_ue;
    EXPECT_EQ(plan.downlink.at(0).ue, ue);
    EXPECT_EQ(plan.uplink.at(0).ue, ue);
  }
}

TEST(CellQos, lets_a_packet_go_first_that_nears_its_budget) {
  for (const auto& [slot, ue] : {std::pair{19, second_ue}, std::pair{20, first_ue}}) {
    CellWorld world = qos_world();
    connect_both(world);
    for (std::uint32_t i = 0; i < 2; ++i) world.load(i, 10);
    EXPECT_EQ(world.run(slot).downlink.at(0).ue, ue) << slot;
  }
}

TEST(CellQos, counts_the_age_of_an_uplink_from_the_report_that_told_of_it) {
  for (const auto& [age, ue] : {std::pair{19, second_ue}, std::pair{20, first_ue}}) {
    CellWorld world = qos_world();
    connect_both(world);
    MacPdu report;
    report.bsr = buffer_status(20'000);
    for (const std::uint32_t i : {1u, 0u}) {
      world.cell().on_scheduling_request(i);
      const UlGrant grant = world.run(5 - i).uplink.at(0);
      ASSERT_EQ(grant.ue.value, 100 + i) << "nothing is known of who asks: it goes first";
      world.arrive(grant, {.decoded = true, .sinr_db = 15}, report);
    }
    EXPECT_EQ(world.connection(0).ul_told.slot, base::Slot(7));
    EXPECT_EQ(world.run(7 + age).uplink.at(0).ue, ue) << age;
  }
}

TEST(CellQos, counts_the_age_of_the_rest_of_an_uplink_from_the_newest_report) {
  CellWorld world = qos_world();
  connect(world, {.priority_level = 70, .radio_budget = short_budget});
  gnb::Connection& c = world.connection(0);
  const auto report = [&](std::int64_t slot, std::uint64_t bytes) {
    c.ul_report_slot = base::Slot(slot);
    c.hear_backlog(bytes);
  };
  report(6, 1000);
  report(9, 3000);
  EXPECT_EQ(c.ul_told.slot, base::Slot(6)) << "the first 1000 have waited since then";
  c.grant_backlog(999);
  EXPECT_EQ(c.ul_told.slot, base::Slot(6));
  c.grant_backlog(1);
  EXPECT_EQ(c.ul_told.slot, base::Slot(9));
  EXPECT_EQ(c.ul_told.bytes, 2000u);
  report(12, 500);
  EXPECT_EQ(c.ul_told.bytes, 500u) << "the rest is no longer there";
  EXPECT_EQ(c.ul_told.slot, base::Slot(9));
  c.grant_backlog(5000);
  EXPECT_EQ(c.ul_backlog_bytes, 0u);
  report(20, 100);
  EXPECT_EQ(c.ul_told.slot, base::Slot(20)) << "all had been granted";
  report(21, 0);
  report(30, 100);
  EXPECT_EQ(c.ul_told.slot, base::Slot(30)) << "nothing had waited";
}

TEST(CellQos, puts_signalling_before_all_data) {
  CellWorld world = qos_world();
  connect_both(world);
  for (std::uint32_t i = 0; i < 2; ++i) world.load(i, 10);
  world.send_message(0, 100);
  EXPECT_EQ(world.run(0).downlink.at(0).ue, first_ue);
  EXPECT_EQ(world.run(1).downlink.at(0).ue, second_ue) << "the message has been sent";
}

struct Slots {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Mbps of the first, which is saturated beside one of higher priority, [direction].
std::array<double, 2> rates_of_first(const QosFlow& flow, const Slots& slots) {
  CellWorld world = qos_world();
  connect(world, flow);
  connect(world, {.priority_level = 55, .radio_budget = flow.radio_budget});
  std::array<double, 2> bits{};
  for (std::int64_t slot = 0; slot < slots.end; ++slot) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      while (world.connection(i).waiting_bytes(world.now()) < 100'000) world.load(i, 100);
      world.connection(i).ul_backlog_bytes = 100'000;
      world.cell().activate(i);
    }
    const gnb::SlotPlan plan = world.run(slot);
    for (const DlAssignment& a : plan.downlink) {
      const auto tbs = static_cast<double>(a.format.tbs.value());
      if (slot >= slots.begin && a.ue == first_ue) bits[0] += tbs;
      world.answer(a, true);
    }
    for (const UlGrant& g : plan.uplink) {
      const auto tbs = static_cast<double>(g.format.tbs.value());
      if (slot >= slots.begin && g.ue == first_ue) bits[1] += tbs;
      world.arrive(g, {.decoded = true, .sinr_db = 20});
    }
  }
  const double seconds = static_cast<double>(slots.end - slots.begin) * 0.5e-3;
  return {bits[0] / seconds / 1e6, bits[1] / seconds / 1e6};
}

constexpr Slots settled{.begin = 4000, .end = 12'000};

TEST(CellQos, holds_a_guaranteed_rate_in_each_direction_for_itself) {
  QosFlow flow = qos_flow(71);
  EXPECT_EQ(rates_of_first(flow, settled), (std::array{0.0, 0.0}));
  flow.dl_gfbr_bps = 3e6;
  flow.ul_gfbr_bps = 1e6;
  const auto [dl_mbps, ul_mbps] = rates_of_first(flow, settled);
  EXPECT_NEAR(dl_mbps, 3, 0.03);
  EXPECT_NEAR(ul_mbps, 1, 0.03);
}

TEST(CellQos, lets_a_flow_have_what_its_averaging_window_holds_at_once) {
  QosFlow flow = qos_flow(71);
  flow.dl_gfbr_bps = 3e6;
  flow.ul_gfbr_bps = 1e6;
  // In the first 2 s what it is guaranteed for these, and a window of 2 s.
  const auto [dl_mbps, ul_mbps] = rates_of_first(flow, {.begin = 0, .end = 4000});
  EXPECT_NEAR(dl_mbps, 2 * 3, 0.1);
  EXPECT_NEAR(ul_mbps, 2 * 1, 0.1);
}

TEST(TxBearer, tells_how_long_the_first_has_waited_that_has_bytes_to_send) {
  const auto at = [](std::int64_t ms) { return base::Instant() + base::milliseconds(ms); };
  for (const bool acknowledged : {false, true}) {
    TxBearer tx({.acknowledged = acknowledged});
    std::vector<DroppedSdu> drops;
    std::vector<RlcPdu> out;
    EXPECT_FALSE(tx.oldest_unsent());
    tx.enqueue(sdu(0, 1000), at(3), drops);
    tx.enqueue(sdu(1, 1000), at(8), drops);
    EXPECT_EQ(tx.oldest_unsent(), at(3));
    tx.build(500, at(9), out, drops);
    EXPECT_EQ(tx.oldest_unsent(), at(3)) << "a part of it waits";
    tx.build(600, at(10), out, drops);
    EXPECT_EQ(tx.oldest_unsent(), at(8));
    tx.build(2000, at(11), out, drops);
    EXPECT_FALSE(tx.oldest_unsent());
    tx.enqueue(sdu(2, 1000), at(12), drops);
    tx.reestablish(drops);
    EXPECT_EQ(tx.oldest_unsent(), acknowledged ? at(8) : at(12)) << "AM sends the others again";
  }
}

}  // namespace
}  // namespace redcell::mac::testing
