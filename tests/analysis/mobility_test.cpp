// Goal: what became of each handover, what was heard on the way and how busy cells were, in
// figures. Method: event sequences and rows whose figures are worked out by hand; Wilson's formula
// in closed form for trials without a failure.
#include "analysis/mobility.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>

#include "analysis/log_error.h"
#include "analysis/verdict.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t warm_up_s = 3;

/// Phones 0 to 9 and ten terminals of background load.
SummaryBuilder builder_of_phones() {
  KpiRecord record;
  RunStart& start = *record.mutable_run_start();
  start.set_warm_up_ns(warm_up_s * second);
  for (const bool background : {false, true}) {
    RunStart::Group& group = *start.add_groups();
    group.set_name(background ? "load" : "phones");
    group.set_first_ue(background ? 10 : 0);
    group.set_count(10);
    group.set_background(background);
  }
  SummaryBuilder builder;
  builder.add(record);
  return builder;
}

struct At {
  std::int64_t time_s = warm_up_s;
  std::uint32_t ue = 0;
};

void add_events(SummaryBuilder& builder, At at, std::initializer_list<MobilityEventKind> kinds) {
  KpiRecord record;
  for (const MobilityEventKind kind : kinds) {
    MobilityEvent& event = *record.mutable_mobility_event();
    event.set_time_ns(at.time_s * second);
    event.set_ue(at.ue);
    event.set_kind(kind);
    builder.add(record);
  }
}

void add_handovers(SummaryBuilder& builder, int count) {
  for (int i = 0; i < count; ++i) {
    add_events(builder, {warm_up_s + i},
               {REPORT_RECEIVED, PREPARATION_STARTED, PREPARED, COMMAND_SENT, COMMAND_RECEIVED,
                COMPLETED});
  }
}

struct Counted {
  std::int64_t successes = 0;
  std::int64_t trials = 0;
  friend bool operator==(const Counted&, const Counted&) = default;
};

Counted counted(const Summary& summary, const char* name, const char* group = "") {
  const Kpi* kpi = summary.find(name, group, "ratio");
  if (kpi == nullptr) return {};
  return {std::llround(kpi->value * static_cast<double>(kpi->samples)), kpi->samples};
}

Kpi figure(const Summary& summary, const char* name, const char* statistic,
           const char* group = "") {
  const Kpi* found = summary.find(name, group, statistic);
  EXPECT_NE(found, nullptr) << name << " " << statistic << " of " << group;
  return found ? *found : Kpi{};
}

TEST(Mobility, counts_a_handover_from_preparation_and_from_command) {
  SummaryBuilder builder = builder_of_phones();
  add_handovers(builder, 3);
  add_events(builder, {50}, {PREPARATION_STARTED, PREPARATION_FAILED});
  add_events(builder, {60},
             {PREPARATION_STARTED, PREPARED, COMMAND_SENT, COMMAND_RECEIVED, EXECUTION_FAILED,
              REESTABLISHED});
  const Summary summary = builder.finish();
  EXPECT_EQ(counted(summary, "handover_execution_ratio"), (Counted{3, 4}));
  EXPECT_EQ(counted(summary, "handover_ratio"), (Counted{3, 5}));
  EXPECT_EQ(counted(summary, "mobility_ratio"), (Counted{3, 4}));
  EXPECT_EQ(figure(summary, "handover_count", "mean").value, 3.0);
  EXPECT_EQ(figure(summary, "handover_count", "mean", "phones").value, 3.0);
  EXPECT_EQ(summary.find("handover_count", "load", "mean"), nullptr);
}

TEST(Mobility, counts_who_was_not_admitted_beside_the_failed_preparation) {
  SummaryBuilder builder = builder_of_phones();
  add_events(builder, {warm_up_s - 1}, {PREPARATION_STARTED, NOT_ADMITTED, PREPARATION_FAILED});
  add_handovers(builder, 3);
  add_events(builder, {50}, {PREPARATION_STARTED, NOT_ADMITTED, PREPARATION_FAILED});
  add_events(builder, {60}, {RADIO_LINK_FAILURE, NOT_ADMITTED, REESTABLISHMENT_FAILED});
  const Summary summary = builder.finish();
  EXPECT_EQ(counted(summary, "handover_ratio"), (Counted{3, 4}));
  EXPECT_EQ(counted(summary, "mobility_ratio"), (Counted{3, 4}));
  EXPECT_EQ(figure(summary, "not_admitted_count", "mean").value, 2.0) << "one in the warm-up";
  EXPECT_EQ(figure(summary, "not_admitted_count", "mean", "phones").value, 2.0);
}

TEST(Mobility, gives_no_interval_where_no_figure_can_lie) {
  SummaryBuilder builder = builder_of_phones();
  for (int i = 0; i < 3; ++i) {
    KpiRecord record;
    HandoverInterruption& interruption = *record.mutable_handover_interruption();
    interruption.set_time_ns((warm_up_s + i) * second);
    interruption.set_interruption_ns(i == 0 ? 400'000'000 : 20'000'000);
    builder.add(record);
    record.Clear();
    record.mutable_cell_bin()->set_time_ns((warm_up_s + i) * second);
    record.mutable_cell_bin()->set_dl_prb_slots_available(100);
    record.mutable_cell_bin()->set_dl_prb_slots_used(i == 0 ? 40 : 100);
    builder.add(record);
    record.Clear();
    record.mutable_drive_row()->set_time_ns((warm_up_s + i) * second);
    record.mutable_drive_row()->set_duration_ns(second);
    record.mutable_drive_row()->set_ss_sinr_mdb(i == 0 ? -10'000 : 10'000);
    builder.add(record);
  }
  const Summary summary = builder.finish();
  const Kpi interruption = figure(summary, "handover_interruption_ms", "mean");
  EXPECT_EQ(interruption.ci_low, 0.0);
  EXPECT_GT(interruption.ci_high, 500.0);
  EXPECT_EQ(figure(summary, "dl_prb_utilisation_percent", "mean", cell_group).ci_high, 100.0);
  EXPECT_LT(figure(summary, "ss_sinr_db", "mean").ci_low, -10.0) << "decibels have no least";
}

TEST(Mobility, blames_a_link_lost_before_a_command_on_mobility_alone) {
  SummaryBuilder builder = builder_of_phones();
  add_handovers(builder, 1);
  add_events(builder, {20}, {RADIO_LINK_FAILURE, REESTABLISHED});
  add_events(
      builder, {30},
      {PREPARATION_STARTED, PREPARED, COMMAND_SENT, RADIO_LINK_FAILURE, REESTABLISHMENT_FAILED});
  const Summary summary = builder.finish();
  EXPECT_EQ(counted(summary, "handover_execution_ratio"), (Counted{1, 1}));
  EXPECT_EQ(counted(summary, "handover_ratio"), (Counted{1, 2}));
  EXPECT_EQ(counted(summary, "mobility_ratio"), (Counted{1, 3}));
}

TEST(Mobility, counts_one_failure_once_whatever_the_log_calls_it) {
  SummaryBuilder builder = builder_of_phones();
  add_events(
      builder, {20},
      {PREPARATION_STARTED, COMMAND_RECEIVED, EXECUTION_FAILED, RADIO_LINK_FAILURE, REESTABLISHED});
  add_events(builder, {30}, {COMMAND_RECEIVED, RADIO_LINK_FAILURE, REESTABLISHED});
  add_events(builder, {40}, {COMMAND_RECEIVED, REESTABLISHMENT_FAILED});
  const Summary summary = builder.finish();
  EXPECT_EQ(counted(summary, "handover_execution_ratio"), (Counted{0, 3}));
  EXPECT_EQ(counted(summary, "handover_ratio"), (Counted{0, 1}));
  EXPECT_EQ(counted(summary, "mobility_ratio"), (Counted{0, 3}));
}

TEST(Mobility, counts_an_attempt_that_another_follows_as_failed_and_an_open_one_not) {
  SummaryBuilder builder = builder_of_phones();
  add_events(builder, {20}, {PREPARATION_STARTED, COMMAND_SENT, PREPARATION_STARTED});
  add_events(builder, {21}, {COMMAND_RECEIVED, COMMAND_RECEIVED});
  const Summary summary = builder.finish();
  EXPECT_EQ(counted(summary, "handover_ratio"), (Counted{0, 2}));
  EXPECT_EQ(counted(summary, "handover_execution_ratio"), (Counted{0, 1}));
}

TEST(Mobility, is_not_misled_by_an_answer_that_comes_too_late) {
  SummaryBuilder builder = builder_of_phones();
  add_events(builder, {20}, {PREPARATION_STARTED, COMMAND_RECEIVED, PREPARATION_FAILED, COMPLETED});
  EXPECT_EQ(counted(builder.finish(), "handover_ratio"), (Counted{1, 1}));
  EXPECT_EQ(counted(builder.finish(), "handover_execution_ratio"), (Counted{1, 1}));
}

TEST(Mobility, leaves_out_attempts_that_began_in_the_warm_up) {
  SummaryBuilder builder = builder_of_phones();
  add_events(builder, {warm_up_s - 1}, {PREPARATION_STARTED});
  add_events(builder, {warm_up_s}, {COMMAND_RECEIVED, COMPLETED});
  add_events(builder, {warm_up_s - 1, 1}, {COMMAND_RECEIVED});
  add_events(builder, {warm_up_s, 1}, {EXECUTION_FAILED, REESTABLISHED});
  add_events(builder, {warm_up_s - 1, 2}, {RADIO_LINK_FAILURE, REESTABLISHED});
  add_events(builder, {warm_up_s - 1, 3}, {COMMAND_RECEIVED});
  add_events(builder, {warm_up_s, 3}, {RADIO_LINK_FAILURE, REESTABLISHED});
  const Summary summary = builder.finish();
  EXPECT_EQ(counted(summary, "handover_ratio"), (Counted{0, 0}));
  EXPECT_EQ(counted(summary, "handover_execution_ratio"), (Counted{1, 1}));
  EXPECT_EQ(counted(summary, "mobility_ratio"), (Counted{1, 1}));
}

TEST(Mobility, follows_each_terminal_by_itself) {
  SummaryBuilder builder = builder_of_phones();
  add_events(builder, {20, 0}, {COMMAND_RECEIVED});
  add_events(builder, {20, 1}, {COMMAND_RECEIVED});
  add_events(builder, {21, 1}, {EXECUTION_FAILED});
  add_events(builder, {21, 0}, {COMPLETED});
  EXPECT_EQ(counted(builder.finish(), "handover_execution_ratio"), (Counted{1, 2}));
}

TargetResult judged(int successes, int failures, Target::Statistic statistic) {
  SummaryBuilder builder = builder_of_phones();
  add_handovers(builder, successes);
  for (int i = 0; i < failures; ++i) {
    add_events(builder, {2000 + i}, {COMMAND_RECEIVED, EXECUTION_FAILED, REESTABLISHED});
  }
  Target target;
  target.set_kpi("handover_execution_ratio");
  target.set_statistic(statistic);
  target.set_sense(Target::AT_LEAST);
  target.set_value(0.99);
  return judge(builder.finish(), {&target, 1}).targets.front();
}

TEST(HandoverVerdict, passes_from_381_handovers_without_a_failure_on) {
  // Without a failure Wilson's lower bound is n / (n + z^2), z = 1.95996.
  const TargetResult enough = judged(381, 0, Target::MEAN);
  EXPECT_EQ(enough.result, Result::pass);
  EXPECT_NEAR(enough.kpi->ci_low, 381.0 / (381.0 + 3.841459), 1e-7);
  EXPECT_EQ(enough.kpi->samples, 381);
  const TargetResult short_of_one = judged(380, 0, Target::MEAN);
  EXPECT_EQ(short_of_one.result, Result::undecided);
  EXPECT_EQ(short_of_one.further_samples, 1);
  EXPECT_EQ(judged(10, 0, Target::RATIO).further_samples, 371);
}

TEST(HandoverVerdict, fails_only_when_the_whole_interval_lies_below) {
  EXPECT_EQ(judged(380, 1, Target::MEAN).result, Result::undecided);
  EXPECT_EQ(judged(370, 11, Target::MEAN).result, Result::fail);
  EXPECT_EQ(judged(0, 5, Target::RATIO).result, Result::fail);
  const TargetResult on_the_limit = judged(99, 1, Target::RATIO);
  EXPECT_EQ(on_the_limit.result, Result::undecided);
  EXPECT_FALSE(on_the_limit.further_samples.has_value());
}

TEST(HandoverVerdict, foretells_samples_that_do_decide) {
  const TargetResult few = judged(199, 1, Target::RATIO);
  ASSERT_TRUE(few.further_samples.has_value());
  const double count = 200.0 + static_cast<double>(*few.further_samples);
  EXPECT_GE(wilson_interval(0.995 * count, count).low, 0.99);
  EXPECT_LT(wilson_interval(0.995 * (count - 2), count - 2).low, 0.99);
}

TEST(Mobility, gives_the_interruption_of_each_direction_apart) {
  SummaryBuilder builder = builder_of_phones();
  KpiRecord record;
  HandoverInterruption& interruption = *record.mutable_handover_interruption();
  for (int i = 1; i <= 101; ++i) {
    interruption.set_time_ns((i == 101 ? 1 : 10 + i) * second);
    interruption.set_ue(static_cast<std::uint32_t>(i % 10));
    interruption.set_interruption_ns(i * 1'000'000);
    interruption.set_direction(i == 100 ? UPLINK : DOWNLINK);
    builder.add(record);
  }
  const Summary summary = builder.finish();
  const Kpi mean = figure(summary, "handover_interruption_ms", "mean");
  EXPECT_DOUBLE_EQ(mean.value, 50.0);
  EXPECT_EQ(mean.samples, 99);
  EXPECT_NEAR(figure(summary, "handover_interruption_ms", "median", "phones").value, 50.0,
              50.0 * percentile_relative_error_max);
  EXPECT_NEAR(figure(summary, "handover_interruption_ms", "p95").value, 95.0,
              95.0 * percentile_relative_error_max);
  EXPECT_DOUBLE_EQ(figure(summary, "handover_interruption_ul_ms", "mean").value, 100.0);
}

KpiRecord drive_row(At at) {
  KpiRecord record;
  DriveRow& row = *record.mutable_drive_row();
  row.set_time_ns(at.time_s * second);
  row.set_duration_ns(second);
  row.set_ue(at.ue);
  return record;
}

TEST(Mobility, gives_levels_and_ranks_on_the_way) {
  SummaryBuilder builder = builder_of_phones();
  for (int i = 0; i < 100; ++i) {
    KpiRecord record = drive_row({warm_up_s - 1 + i});
    DriveRow& row = *record.mutable_drive_row();
    if (i == 50) row.clear_cell();
    if (i != 50) {
      row.set_ss_rsrp_mdbm(i == 0 ? 0 : -120'000 + 500 * i);
      row.set_ss_rsrq_mdb(-11'000);
      row.set_ss_sinr_mdb(i % 2 ? -3'000 : 5'000);
      row.set_dl_first_blocks(10);
      row.set_dl_rank_sum(i < 20 ? 10 : 15);
    }
    builder.add(record);
  }
  const Summary summary = builder.finish();
  // Of i = 1 to 99 without 50: the mean is that of 1 to 99, 50, as is the middle.
  const Kpi mean = figure(summary, "ss_rsrp_dbm", "mean");
  EXPECT_NEAR(mean.value, -95.0, 1e-9);
  EXPECT_EQ(mean.samples, 98);
  EXPECT_EQ(mean.unit, "dbm");
  const double error_db = static_cast<double>(level_buckets.width) / 2e3;
  EXPECT_NEAR(figure(summary, "ss_rsrp_dbm", "median").value, -95.5, error_db);
  EXPECT_NEAR(figure(summary, "ss_rsrp_dbm", "p5").value, -117.5, error_db);
  EXPECT_NEAR(figure(summary, "ss_rsrp_dbm", "p95").value, -72.5, error_db + 0.5);
  EXPECT_EQ(figure(summary, "ss_rsrp_dbm", "max").value, -70.5);
  EXPECT_EQ(figure(summary, "ss_rsrq_db", "median").value, -11.0);
  EXPECT_NEAR(figure(summary, "ss_sinr_db", "mean").value, (50 * -3.0 + 48 * 5.0) / 98, 1e-9);
  EXPECT_NEAR(figure(summary, "dl_rank", "mean").value, (19 * 10 + 79 * 15) / 980.0, 1e-12);
  EXPECT_NEAR(figure(summary, "dl_rank2_share_percent", "mean").value, 100 * 79 * 5 / 980.0, 1e-9);
  EXPECT_EQ(figure(summary, "handover_count", "mean").value, 0.0) << "the way had none";
}

TEST(CellLoad, is_taken_over_all_cells_after_warm_up) {
  SummaryBuilder builder = builder_of_phones();
  KpiRecord record;
  CellBin& bin = *record.mutable_cell_bin();
  for (int i = 0; i < 20; ++i) {
    bin.set_time_ns((i == 0 ? 0 : 10 + i) * second);
    bin.set_duration_ns(second);
    bin.set_cell(static_cast<std::uint32_t>(i % 2));
    bin.set_dl_prb_slots_available(1000);
    bin.set_dl_prb_slots_used(i % 2 ? 250 : 500);
    bin.set_ul_prb_slots_available(400);
    bin.set_ul_prb_slots_used(i == 0 ? 400 : 100);
    bin.set_iot_samples(i % 2 ? 0 : 4);
    bin.set_iot_sum_mdb(i % 2 ? 0 : 12'000);
    builder.add(record);
  }
  const Summary summary = builder.finish();
  const Kpi dl = figure(summary, "dl_prb_utilisation_percent", "mean", cell_group);
  EXPECT_NEAR(dl.value, (10 * 25.0 + 9 * 50.0) / 19, 1e-9);
  EXPECT_EQ(dl.samples, 19);
  EXPECT_NEAR(figure(summary, "ul_prb_utilisation_percent", "mean", cell_group).value, 25.0, 1e-9);
  const Kpi iot = figure(summary, "ul_interference_over_thermal_db", "mean", cell_group);
  EXPECT_NEAR(iot.value, 3.0, 1e-12);
  EXPECT_EQ(iot.samples, 36);
  EXPECT_NE(kpi_table(summary).find("all cells:\ndl_prb_utilisation_percent"), std::string::npos);
}

TEST(Cells, have_their_efficiency_by_the_prbs_used_and_by_those_there_were) {
  SummaryBuilder builder = builder_of_phones();
  for (int i = 0; i < 10; ++i) {
    KpiRecord load;
    CellBin& bin = *load.mutable_cell_bin();
    bin.set_time_ns((10 + i) * second);
    bin.set_duration_ns(second);
    bin.set_dl_prb_slots_available(1000);
    bin.set_dl_prb_slots_used(250);
    bin.set_ul_prb_slots_available(400);
    // 4 bit/s/Hz of a PRB and slot: twelve subcarriers of 15 kHz for a millisecond.
    bin.set_dl_mac_bytes_acked(250 * 12 * 15 * 4 / 8);
    builder.add(load);
  }
  const Summary summary = builder.finish();
  const auto of = [&](const char* name) { return figure(summary, name, "mean", cell_group).value; };
  EXPECT_NEAR(of("dl_spectral_efficiency_bps_hz"), 4, 1e-12);
  EXPECT_NEAR(of("dl_carrier_efficiency_bps_hz"), 1, 1e-12);
  EXPECT_NEAR(of("ul_carrier_efficiency_bps_hz"), 0, 1e-12);
  EXPECT_EQ(summary.find("ul_spectral_efficiency_bps_hz", cell_group, "mean"), nullptr)
      << "no PRB was used";
}

TEST(CellLoad, tells_how_many_dcis_were_blocked_and_at_which_level_they_were_wanted) {
  SummaryBuilder builder = builder_of_phones();
  KpiRecord record;
  CellBin& bin = *record.mutable_cell_bin();
  bin.set_duration_ns(second);
  const auto add_row = [&](std::uint32_t bwp, std::uint32_t level, int sent, int blocked) {
    CellBin::Pdcch& row = *bin.add_pdcch();
    row.set_bwp(bwp);
    row.set_aggregation_level(level);
    row.set_dci_sent(sent);
    row.set_dci_blocked(blocked);
  };
  for (int i = 0; i < 20; ++i) {
    bin.set_time_ns((i == 0 ? 0 : 10 + i) * second);
    bin.clear_pdcch();
    if (i == 0) add_row(0, 16, 0, 1'000);  // Before the warm-up has ended.
    add_row(0, 1, 60, 0);
    add_row(0, 8, 10, 5);
    add_row(1, 1, 20, 5);
    builder.add(record);
  }
  const Summary summary = builder.finish();
  const Kpi blocking = figure(summary, "pdcch_blocking_ratio", "ratio", cell_group);
  EXPECT_NEAR(blocking.value, 0.1, 1e-12);
  EXPECT_EQ(blocking.samples, 1'900);
  const auto share = [&](const char* name) {
    return figure(summary, name, "mean", cell_group).value;
  };
  EXPECT_NEAR(share("pdcch_level1_share_percent"), 85, 1e-9);
  EXPECT_NEAR(share("pdcch_level8_share_percent"), 15, 1e-9);
  EXPECT_EQ(share("pdcch_level16_share_percent"), 0);
}

TEST(CellLoad, tells_what_holds_up_who_has_something_to_send) {
  SummaryBuilder builder = builder_of_phones();
  KpiRecord record;
  CellBin& bin = *record.mutable_cell_bin();
  bin.set_duration_ns(second);
  for (const std::uint32_t bwp : {0U, 1U}) {
    CellBin::Bound& row = *bin.add_bound();
    row.set_bwp(bwp);
    row.set_direction(UPLINK);
    row.set_wanting(100);
    row.set_by_prbs(bwp == 0 ? 60 : 10);
    row.set_by_cces(20);
    row.set_by_slice(10);
  }
  for (int i = 0; i < 4; ++i) {
    bin.set_time_ns((10 + i) * second);
    builder.add(record);
  }
  const Summary summary = builder.finish();
  const auto of = [&](const char* name) { return figure(summary, name, "mean", cell_group).value; };
  EXPECT_NEAR(of("ul_bound_by_prbs_percent"), 35, 1e-9);
  EXPECT_NEAR(of("ul_bound_by_cces_percent"), 20, 1e-9);
  EXPECT_NEAR(of("ul_bound_by_slice_percent"), 10, 1e-9);
  EXPECT_NEAR(of("ul_bound_by_terminals_percent"), 0, 1e-9);
  EXPECT_EQ(summary.find("dl_bound_by_prbs_percent", cell_group, "mean"), nullptr);
}

TEST(Background, is_no_part_of_all_terminals) {
  SummaryBuilder builder = builder_of_phones();
  KpiRecord record;
  ThroughputBin& bin = *record.mutable_throughput_bin();
  for (const std::uint32_t ue : {0U, 10U}) {
    bin.set_time_ns(5 * second);
    bin.set_duration_ns(second);
    bin.set_ue(ue);
    bin.set_mac_bytes_acked(ue == 0 ? 1'000'000 : 3'000'000);
    builder.add(record);
  }
  add_events(builder, {20, 10}, {COMMAND_RECEIVED, COMPLETED});
  const Summary summary = builder.finish();
  EXPECT_EQ(figure(summary, "dl_throughput_mbps", "mean").value, 8.0);
  EXPECT_EQ(figure(summary, "dl_throughput_mbps", "mean", "load").value, 24.0);
  EXPECT_NE(summary.find("dl_goodput_mbps", "phones", "mean"), nullptr);
  EXPECT_EQ(summary.find("dl_goodput_mbps", "load", "mean"), nullptr) << "nobody receives it";
  EXPECT_EQ(counted(summary, "mobility_ratio"), (Counted{0, 0}));
  EXPECT_EQ(counted(summary, "mobility_ratio", "load"), (Counted{1, 1}));
}

TEST(Mobility, refuses_records_that_contradict_themselves) {
  SummaryBuilder builder = builder_of_phones();
  const auto expect_refused = [&](auto&& change) {
    KpiRecord record = drive_row({});
    builder.add(record);
    change(record);
    EXPECT_THROW(builder.add(record), LogError) << record.ShortDebugString();
  };
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_dl_first_errors(1); });
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_ul_first_errors(1); });
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_ss_rsrp_mdbm(-200'001); });
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_ss_rsrq_mdb(200'001); });
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_ss_sinr_mdb(200'001); });
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_dl_rank_sum(1); });
  expect_refused([](KpiRecord& r) { r.mutable_drive_row()->set_dl_first_blocks(1); });
  expect_refused([](KpiRecord& r) { r.mutable_cell_bin()->set_dl_prb_slots_used(1); });
  expect_refused([](KpiRecord& r) { r.mutable_cell_bin()->set_ul_prb_slots_used(1); });
  expect_refused([](KpiRecord& r) { r.mutable_cell_bin()->set_iot_samples(-1); });
  expect_refused([](KpiRecord& r) { r.mutable_cell_bin()->add_pdcch()->set_dci_sent(-1); });
  expect_refused([](KpiRecord& r) { r.mutable_cell_bin()->add_pdcch()->set_dci_blocked(-1); });
  expect_refused([](KpiRecord& r) { r.mutable_handover_interruption()->set_interruption_ns(-1); });
}

}  // namespace
}  // namespace redcell::analysis
