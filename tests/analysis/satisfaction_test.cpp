// Goal: a terminal counts as satisfied when 99 % of its packets came in time, and only then.
// Method: records of terminals with a budget of 500 ms, whose figures are known by hand.
#include <gtest/gtest.h>

#include "analysis/summary.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t budget_ns = second / 2;

/// Cameras 4 to 7 with the budget, a meter 8 without; one second of warm-up.
class Budget : public testing::Test {
 protected:
  Budget() {
    KpiRecord record;
    RunStart& start = *record.mutable_run_start();
    start.set_warm_up_ns(second);
    RunStart::Group& cameras = *start.add_groups();
    cameras.set_name("cameras");
    cameras.set_first_ue(4);
    cameras.set_count(4);
    cameras.set_delay_budget_ns(budget_ns);
    RunStart::Group& meter = *start.add_groups();
    meter.set_name("meter");
    meter.set_first_ue(8);
    meter.set_count(1);
    builder_.add(record);
  }

  void delivered(std::uint32_t ue, int count, std::int64_t latency_ns,
                 std::int64_t at_ns = 2 * second) {
    KpiRecord record;
    PacketLatency& packet = *record.mutable_packet_latency();
    packet.set_time_ns(at_ns);
    packet.set_ue(ue);
    packet.set_direction(UPLINK);
    packet.set_total_ns(latency_ns);
    packet.set_queue_ns(latency_ns);
    for (int i = 0; i < count; ++i) builder_.add(record);
  }
  void dropped(std::uint32_t ue, int count) {
    KpiRecord record;
    PacketDrop& packet = *record.mutable_packet_drop();
    packet.set_time_ns(2 * second);
    packet.set_ue(ue);
    packet.set_direction(UPLINK);
    for (int i = 0; i < count; ++i) builder_.add(record);
  }
  void waits(std::uint32_t ue, std::int64_t packets_overdue) {
    KpiRecord record;
    Ledger& ledger = *record.mutable_ledger();
    ledger.set_ue(ue);
    ledger.set_direction(UPLINK);
    ledger.set_bytes_in(1000);
    ledger.set_bytes_queued(1000);
    ledger.set_packets_overdue(packets_overdue);
    builder_.add(record);
  }
  [[nodiscard]] Kpi figure(const char* name) const {
    const Summary summary = builder_.finish();
    const Kpi* found = summary.find(name, "cameras", "ratio");
    EXPECT_NE(found, nullptr) << name;
    return found ? *found : Kpi{};
  }

  SummaryBuilder builder_;
};

TEST_F(Budget, is_met_by_99_packets_of_100_and_not_by_98) {
  delivered(4, 99, budget_ns);
  delivered(4, 1, budget_ns + 1);
  delivered(5, 98, budget_ns);
  delivered(5, 2, budget_ns + 1);
  const Kpi satisfied = figure("ul_satisfied_ratio");
  EXPECT_DOUBLE_EQ(satisfied.value, 0.5);
  EXPECT_EQ(satisfied.samples, 2);
  EXPECT_DOUBLE_EQ(figure("ul_within_budget_ratio").value, 197.0 / 200);
}

TEST_F(Budget, is_not_met_by_what_was_dropped) {
  delivered(4, 98, 1);
  dropped(4, 2);
  EXPECT_DOUBLE_EQ(figure("ul_satisfied_ratio").value, 0.0);
  EXPECT_DOUBLE_EQ(figure("ul_within_budget_ratio").value, 0.98);
}

TEST_F(Budget, does_not_count_the_warm_up) {
  delivered(4, 50, 3 * budget_ns, second - 1);
  delivered(4, 1, 1, second);
  EXPECT_DOUBLE_EQ(figure("ul_satisfied_ratio").value, 1.0);
}

TEST_F(Budget, is_not_met_by_what_waits_longer_at_the_end) {
  delivered(4, 99, 1);
  waits(4, 1);
  delivered(5, 98, 1);
  waits(5, 2);
  waits(6, 1);
  waits(7, 0);  // What it has may still come in time.
  const Kpi satisfied = figure("ul_satisfied_ratio");
  EXPECT_DOUBLE_EQ(satisfied.value, 1.0 / 3);
  EXPECT_EQ(satisfied.samples, 3);
  EXPECT_DOUBLE_EQ(figure("ul_within_budget_ratio").value, 197.0 / 201);
}

TEST_F(Budget, belongs_to_its_group_alone) {
  delivered(4, 1, 1);
  delivered(8, 1, 1);
  const Summary summary = builder_.finish();
  for (const char* name : {"ul_satisfied_ratio", "ul_within_budget_ratio"}) {
    EXPECT_NE(summary.find(name, "cameras", "ratio"), nullptr);
    EXPECT_EQ(summary.find(name, "meter", "ratio"), nullptr);
    EXPECT_EQ(summary.find(name, "", "ratio"), nullptr);
  }
}

}  // namespace
}  // namespace redcell::analysis
