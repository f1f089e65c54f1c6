// Goal: every figure of a run follows from its records, per terminal group and for all.
// Method: small runs whose figures are worked out by hand; broken runs.
#include "analysis/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/distribution.h"
#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Two groups, cameras 0 and 1, meters 2; three seconds of warm-up.
SummaryBuilder builder_of_two_groups() {
  KpiRecord record;
  RunStart& start = *record.mutable_run_start();
  start.set_warm_up_ns(3 * second);
  RunStart::Group& cameras = *start.add_groups();
  cameras.set_name("cameras");
  cameras.set_first_ue(0);
  cameras.set_count(2);
  RunStart::Group& meters = *start.add_groups();
  meters.set_name("meters");
  meters.set_first_ue(2);
  meters.set_count(1);
  SummaryBuilder builder;
  builder.add(record);
  return builder;
}

KpiRecord throughput(std::int64_t at_s, std::uint32_t ue, std::int64_t mac_bytes) {
  KpiRecord record;
  ThroughputBin& bin = *record.mutable_throughput_bin();
  bin.set_time_ns(at_s * second);
  bin.set_duration_ns(second);
  bin.set_ue(ue);
  bin.set_direction(DOWNLINK);
  bin.set_mac_bytes_acked(mac_bytes);
  bin.set_payload_bytes(mac_bytes / 2);
  return record;
}

Kpi figure(const Summary& summary, const char* name, const char* statistic,
           const char* group = "") {
  const Kpi* found = summary.find(name, group, statistic);
  EXPECT_NE(found, nullptr) << name << " " << statistic << " of " << group;
  return found ? *found : Kpi{};
}

TEST(Summary, takes_the_mean_rate_of_one_second_bins_after_warm_up) {
  SummaryBuilder builder = builder_of_two_groups();
  builder.add(throughput(2, 0, 999'000'000));  // Warm-up.
  for (int i = 0; i < 10; ++i) {
    builder.add(throughput(3 + i, 0, 1'000'000));  // 8 Mbps.
    builder.add(throughput(3 + i, 1, i < 5 ? 0 : 3'000'000));
    builder.add(throughput(3 + i, 2, 125'000));
  }
  KpiRecord shorter = throughput(13, 0, 999'000'000);
  shorter.mutable_throughput_bin()->set_duration_ns(second / 2);
  builder.add(shorter);
  const Summary summary = builder.finish();
  const Kpi cameras = figure(summary, "dl_throughput_mbps", "mean", "cameras");
  EXPECT_DOUBLE_EQ(cameras.value, (8.0 * 10 + 24.0 * 5) / 20.0);
  EXPECT_EQ(cameras.samples, 20);
  EXPECT_EQ(cameras.unit, "mbps");
  const Kpi meters = figure(summary, "dl_throughput_mbps", "mean", "meters");
  EXPECT_DOUBLE_EQ(meters.value, 1.0);
  EXPECT_EQ(meters.ci_low, meters.ci_high) << "equal bins leave no doubt";
  EXPECT_DOUBLE_EQ(figure(summary, "dl_throughput_mbps", "mean").value, 210.0 / 30.0);
  EXPECT_DOUBLE_EQ(figure(summary, "dl_goodput_mbps", "mean", "cameras").value, 5.0);
  EXPECT_DOUBLE_EQ(figure(summary, "dl_throughput_mbps", "max").value, 24.0);
  EXPECT_DOUBLE_EQ(figure(summary, "dl_throughput_mbps", "min").value, 0.0);
  EXPECT_NEAR(figure(summary, "dl_throughput_mbps", "median", "cameras").value, 8.0,
              8.0 * percentile_relative_error_max);
  EXPECT_EQ(summary.find("ul_throughput_mbps", "", "mean"), nullptr) << "nothing was measured";
}

TEST(Summary, does_not_judge_the_spread_by_one_bin) {
  SummaryBuilder builder = builder_of_two_groups();
  builder.add(throughput(3, 0, 1'000'000));
  const Kpi mean = figure(builder.finish(), "dl_throughput_mbps", "mean");
  EXPECT_EQ(mean.value, 8.0);
  EXPECT_EQ(mean.ci_low, -infinity);
  EXPECT_EQ(mean.ci_high, infinity);
}

TEST(Summary, gives_round_trip_percentiles_in_milliseconds) {
  SummaryBuilder builder = builder_of_two_groups();
  KpiRecord record;
  RoundTrip& trip = *record.mutable_round_trip();
  for (int i = 1; i <= 400; ++i) {
    trip.set_time_ns(3 * second + i * second / 4);
    trip.set_ue(static_cast<std::uint32_t>(i % 3));
    trip.set_rtt_ns((i * 7 % 401) * 100'000LL);  // Each of 0.1 to 40 ms once.
    builder.add(record);
  }
  const Summary summary = builder.finish();
  const auto expect_near = [&](const char* statistic, double expected) {
    EXPECT_NEAR(figure(summary, "rtt_ms", statistic).value, expected,
                expected * percentile_relative_error_max)
        << statistic;
  };
  expect_near("p5", 2.0);
  expect_near("median", 20.0);
  expect_near("p95", 38.0);
  expect_near("p99", 39.6);
  expect_near("p99.9", 39.96);
  EXPECT_NEAR(figure(summary, "rtt_ms", "mean").value, 20.05, 1e-9);
  EXPECT_LT(figure(summary, "rtt_ms", "median").ci_low, 20.0);
  EXPECT_GT(figure(summary, "rtt_ms", "median").ci_high, 20.0);
  EXPECT_EQ(figure(summary, "rtt_ms", "mean", "meters").samples, 133);
}

KpiRecord uplink_packet(std::int64_t at_s, std::int64_t unattributed_ns) {
  KpiRecord record;
  PacketLatency& packet = *record.mutable_packet_latency();
  packet.set_time_ns(at_s * second);
  packet.set_ue(2);
  packet.set_direction(UPLINK);
  packet.set_core_ns(1'000'000);
  packet.set_queue_ns(2'000'000);
  packet.set_alignment_ns(3'000'000);
  packet.set_grant_ns(4'000'000);
  packet.set_air_ns(5'000'000);
  packet.set_processing_ns(6'000'000);
  packet.set_harq_ns(7'000'000);
  packet.set_rlc_ns(8'000'000);
  packet.set_reordering_ns(9'000'000);
  packet.set_total_ns(45'000'000 + unattributed_ns);
  return record;
}

TEST(Summary, splits_latency_into_parts_that_sum_to_the_whole) {
  SummaryBuilder builder = builder_of_two_groups();
  for (int i = 0; i < 20; ++i) builder.add(uplink_packet(3 + i, 0));
  const Summary summary = builder.finish();
  double sum = 0.0;
  for (const char* part :
       {"core", "queue", "alignment", "grant", "air", "processing", "harq", "rlc", "reordering"}) {
    sum += figure(summary, ("ul_latency_" + std::string(part) + "_ms").c_str(), "mean").value;
  }
  EXPECT_DOUBLE_EQ(sum, figure(summary, "ul_latency_ms", "mean").value);
  EXPECT_DOUBLE_EQ(figure(summary, "ul_latency_grant_ms", "mean", "meters").value, 4.0);
  EXPECT_EQ(figure(summary, "ul_latency_unattributed_ms", "max").value, 0.0);
}

TEST(Summary, shows_latency_that_no_part_explains) {
  SummaryBuilder builder = builder_of_two_groups();
  builder.add(uplink_packet(3, 0));
  builder.add(uplink_packet(4, -2'000'000));
  EXPECT_DOUBLE_EQ(figure(builder.finish(), "ul_latency_unattributed_ms", "max").value, 2.0);
}

TEST(Summary, counts_a_dropped_packet_as_lost) {
  SummaryBuilder builder = builder_of_two_groups();
  KpiRecord drop;
  drop.mutable_packet_drop()->set_direction(UPLINK);
  drop.mutable_packet_drop()->set_ue(2);
  for (int i = 0; i < 40; ++i) {
    builder.add(uplink_packet(3 + i, 0));
    if (i % 4 != 0) continue;
    drop.mutable_packet_drop()->set_time_ns((3 + i) * second);
    builder.add(drop);
  }
  const Kpi loss = figure(builder.finish(), "ul_packet_loss_ratio", "ratio");
  EXPECT_DOUBLE_EQ(loss.value, 0.2);
  EXPECT_EQ(loss.samples, 50);
  EXPECT_LT(loss.ci_low, 0.2);
  EXPECT_GT(loss.ci_low, 0.05);
  EXPECT_GT(loss.ci_high, 0.2);
  EXPECT_LT(loss.ci_high, 0.4);
}

TEST(Summary, takes_link_ratios_over_first_transmissions) {
  SummaryBuilder builder = builder_of_two_groups();
  KpiRecord record;
  LinkBin& bin = *record.mutable_link_bin();
  bin.set_direction(DOWNLINK);
  for (int i = 0; i < 20; ++i) {
    bin.set_time_ns((3 + i) * second);
    bin.set_blocks(120);
    bin.set_first_blocks(100);
    bin.set_first_errors(10);
    bin.set_residual_losses(0);
    bin.set_mcs_sum(2000);
    bin.set_rank_sum(150);
    bin.set_prb_sum(120 * 40);
    builder.add(record);
  }
  const Summary summary = builder.finish();
  EXPECT_DOUBLE_EQ(figure(summary, "dl_bler_first_ratio", "ratio").value, 0.1);
  const Kpi residual = figure(summary, "dl_residual_loss_ratio", "ratio");
  EXPECT_EQ(residual.value, 0.0);
  EXPECT_EQ(residual.ci_low, 0.0);
  EXPECT_GT(residual.ci_high, 0.0) << "2000 blocks without a loss do not prove that none is lost";
  EXPECT_LT(residual.ci_high, 0.003);
  EXPECT_DOUBLE_EQ(figure(summary, "dl_mcs_index", "mean").value, 20.0);
  EXPECT_DOUBLE_EQ(figure(summary, "dl_rank_layers", "mean").value, 1.5);
  EXPECT_DOUBLE_EQ(figure(summary, "dl_block_size_prb", "mean").value, 40.0);
}

TEST(Summary, finds_bytes_that_are_neither_delivered_nor_queued_nor_dropped) {
  SummaryBuilder builder = builder_of_two_groups();
  KpiRecord record;
  Ledger& ledger = *record.mutable_ledger();
  ledger.set_bytes_in(1000);
  ledger.set_bytes_delivered(700);
  ledger.set_bytes_queued(200);
  Ledger::Dropped& dropped = *ledger.add_dropped();
  dropped.set_reason(DISCARD_TIMER);
  dropped.set_bytes(100);
  builder.add(record);
  EXPECT_EQ(figure(builder.finish(), "dl_unaccounted_bytes", "max").value, 0.0);
  ledger.set_ue(1);
  dropped.set_bytes(103);
  builder.add(record);
  EXPECT_EQ(figure(builder.finish(), "dl_unaccounted_bytes", "max").value, 3.0);
  EXPECT_EQ(figure(builder.finish(), "dl_unaccounted_bytes", "max").samples, 2);
}

TEST(Summary, knows_whether_the_run_came_to_its_end) {
  SummaryBuilder builder = builder_of_two_groups();
  builder.add(throughput(7, 0, 1));
  EXPECT_FALSE(builder.finish().complete);
  EXPECT_DOUBLE_EQ(builder.finish().simulated_s, 7.0);
  KpiRecord end;
  end.mutable_run_end()->set_simulated_ns(9 * second);
  builder.add(end);
  EXPECT_TRUE(builder.finish().complete);
  EXPECT_DOUBLE_EQ(builder.finish().simulated_s, 9.0);
}

TEST(Summary, refuses_records_that_contradict_themselves) {
  SummaryBuilder headless;
  EXPECT_THROW(headless.add(throughput(1, 0, 1)), LogError);
  SummaryBuilder builder = builder_of_two_groups();
  EXPECT_THROW(builder.add(throughput(-1, 0, 1)), LogError);
  EXPECT_THROW(builder.add(throughput(5, 0, -1)), LogError);
  KpiRecord link;
  link.mutable_link_bin()->set_first_errors(1);
  EXPECT_THROW(builder.add(link), LogError);
  KpiRecord again;
  again.mutable_run_start();
  EXPECT_THROW(builder.add(again), LogError);
  KpiRecord trip;
  trip.mutable_round_trip()->set_rtt_ns(-1);
  EXPECT_THROW(builder.add(trip), LogError);
}

TEST(SummaryJson, has_the_promised_keys_in_order) {
  SummaryBuilder builder = builder_of_two_groups();
  builder.add(throughput(3, 0, 1'000'000));
  RunFacts run;
  run.scenario = "a \"quoted\"\nname";
  run.seed = 4'000'000'000U;
  const auto json = nlohmann::ordered_json::parse(summary_json(run, builder.finish()));
  const auto keys = [](const nlohmann::ordered_json& object) {
    std::string names;
    for (const auto& entry : object.items()) names += entry.key() + " ";
    return names;
  };
  EXPECT_EQ(keys(json), "run kpi ");
  EXPECT_EQ(keys(json["run"]),
            "scenario seed run version build_type isa simulated_s wall_s real_time_factor "
            "peak_memory_mb signature world selftest_channel ");
  EXPECT_EQ(keys(json["run"]["selftest_channel"]), "version target result ");
  EXPECT_EQ(json["run"]["selftest_channel"]["result"], "not run here");
  EXPECT_EQ(keys(json["kpi"][0]),
            "name terminal_group statistic value unit ci_low ci_high samples ");
  EXPECT_EQ(json["run"]["scenario"], run.scenario);
  EXPECT_EQ(json["run"]["seed"], 4'000'000'000U);
  EXPECT_EQ(json["kpi"][0]["value"], 8.0);
  EXPECT_TRUE(json["kpi"][0]["ci_high"].is_null()) << "one bin: the spread is unknown";
}

TEST(KpiTable, fits_the_terminal_and_shows_each_figure_once) {
  SummaryBuilder builder = builder_of_two_groups();
  for (int i = 0; i < 10; ++i) {
    builder.add(throughput(3 + i, 0, 12'345'678));
    builder.add(uplink_packet(3 + i, i == 5 ? 1 : 0));
  }
  const std::string table = kpi_table(builder.finish());
  std::istringstream lines(table);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_GT(count, 20);
  EXPECT_NE(table.find("dl_throughput_mbps                 98.77 [98.77, 98.77]"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("terminal group cameras:"), std::string::npos);
  EXPECT_NE(table.find("ul_latency_unattributed_ms"), std::string::npos) << "it is not zero";
  EXPECT_EQ(table.find("ul_latency_grant_ms"), table.rfind("ul_latency_grant_ms"));
}

}  // namespace
}  // namespace redcell::analysis
