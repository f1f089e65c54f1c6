// Goal: measurements follow layer 1, the layer 3 filter and event A3 as the standard writes them,
// to the sample. Method: the formulas written out in double; scripted levels with filters switched
// off for the event; limits from both sides.
#include "mac/ue/measurements.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace redcell::mac::ue {
namespace {

double from_db(double db) { return std::pow(10, db / 10); }
double to_db(double ratio) { return 10 * std::log10(ratio); }

constexpr base::CellId serving{0}, neighbour{1}, third{2};

/// No filter of either layer: values are what the last sample was.
MeasurementConfig plain() {
  MeasurementConfig c;
  c.filter_coefficient = 0;
  c.samples_per_measurement = 1;
  return c;
}

CellSample sample(base::CellId cell, double rsrp_dbm) {
  return {.cell = cell,
          .rsrp_mw = from_db(rsrp_dbm),
          .rsrq_lin = from_db(rsrp_dbm + 80),
          .sinr_lin = from_db(rsrp_dbm + 110)};
}

/// Samples in a row, one each period from time zero.
class Drive {
 public:
  explicit Drive(const MeasurementConfig& config) : config_(config), m_(config, serving) {}

  std::optional<MeasurementReport> step(const std::vector<CellSample>& samples) {
    now_ = base::Instant() + config_.sample_period * step_count_++;
    m_.sample(now_, samples);
    return m_.update(now_);
  }
  /// Serving cell at -90 dBm, the neighbour so many dB above.
  std::optional<MeasurementReport> step(double above_db) {
    return step({sample(serving, -90), sample(neighbour, -90 + above_db)});
  }
  /// Index, within so many steps at this level, of the first report; -1: none.
  int first_report(double above_db, int steps) {
    for (int i = 0; i < steps; ++i) {
      if (step(above_db)) return i;
    }
    return -1;
  }
  Measurements& m() { return m_; }
  double rsrp(base::CellId cell) { return m_.filtered(cell).value().rsrp_dbm; }

 private:
  MeasurementConfig config_;
  Measurements m_;
  base::Instant now_;
  std::int64_t step_count_ = 0;
};

TEST(Measurements, layer_1_is_the_sliding_mean_of_linear_samples) {
  MeasurementConfig config = plain();
  config.samples_per_measurement = 5;
  Drive d(config);
  const auto step = [&](double value) {
    (void)d.step({CellSample{serving, value, 2 * value, 3 * value}});
  };
  for (const double value : {1., 2., 3., 4.}) step(value);
  EXPECT_FALSE(d.m().filtered(serving)) << "four samples are no measurement";
  step(5);
  EXPECT_NEAR(d.rsrp(serving), to_db(3), filter_error_db_max);
  step(26);
  EXPECT_NEAR(d.rsrp(serving), to_db(8), filter_error_db_max);
  EXPECT_NEAR(d.m().filtered(serving)->rsrq_db, to_db(16), filter_error_db_max);
  EXPECT_NEAR(d.m().filtered(serving)->sinr_db, to_db(24), filter_error_db_max);
}

TEST(Measurements, layer_3_follows_its_formula_and_begins_with_the_first_measurement) {
  MeasurementConfig config = plain();
  config.filter_coefficient = 8;  // a = 1/4 for one value in 200 ms; here one in 20 ms.
  Drive d(config);
  const double a = 1 - std::pow(0.75, 0.1);
  double expected = 0;
  for (int i = 0; i < 200; ++i) {
    const double level = -90 + (i * 37 % 23);
    expected = i == 0 ? level : (1 - a) * expected + a * level;
    (void)d.step({sample(serving, level)});
    ASSERT_NEAR(d.rsrp(serving), expected, filter_error_db_max) << i;
    ASSERT_NEAR(d.m().filtered(serving)->rsrq_db, expected + 80, filter_error_db_max) << i;
    ASSERT_NEAR(d.m().filtered(serving)->sinr_db, expected + 110, filter_error_db_max) << i;
  }
}

/// Share of a step of level that the filter has taken after this time.
double step_answer(base::Duration period, int samples_per_measurement, base::Duration after) {
  MeasurementConfig config = plain();
  config.filter_coefficient = 4;  // a = 1/2
  config.sample_period = period;
  config.samples_per_measurement = samples_per_measurement;
  Drive d(config);
  for (int i = 0; i < samples_per_measurement; ++i) (void)d.step({sample(serving, -100)});
  // The step itself is put behind layer 1, which would smear it, by one sample per measurement.
  for (std::int64_t i = 0; i < after.value() / period.value(); ++i) {
    (void)d.step({sample(serving, -90)});
  }
  return (d.rsrp(serving) + 100) / 10;
}

TEST(Measurements, the_step_answer_does_not_depend_on_the_sample_rate) {
  for (const int period_ms : {5, 10, 20, 40, 200}) {
    EXPECT_NEAR(step_answer(base::milliseconds(period_ms), 1, base::milliseconds(200)), 0.5,
                filter_error_db_max)
        << period_ms;
  }
  // 400 ms is one layer 1 period then.
  EXPECT_NEAR(step_answer(base::milliseconds(400), 1, base::milliseconds(400)), 0.5,
              filter_error_db_max);
  EXPECT_LT(step_answer(base::milliseconds(80), 5, base::milliseconds(400)), 0.5);
}

TEST(EventA3, is_reported_at_the_first_sample_at_or_after_time_to_trigger) {
  MeasurementConfig config = plain();
  config.time_to_trigger = base::milliseconds(160);
  EXPECT_EQ(Drive(config).first_report(5, 50), 8);
  config.time_to_trigger = base::milliseconds(0);
  EXPECT_EQ(Drive(config).first_report(5, 50), 0);
  config.time_to_trigger = base::milliseconds(100);
  config.sample_period = base::milliseconds(40);
  EXPECT_EQ(Drive(config).first_report(5, 50), 3);
}

TEST(EventA3, starts_time_to_trigger_anew_after_one_sample_outside) {
  Drive d(plain());
  EXPECT_EQ(d.first_report(5, 8), -1);
  EXPECT_FALSE(d.step(3.9));
  EXPECT_EQ(d.first_report(5, 50), 8);
}

TEST(EventA3, is_entered_only_above_offset_plus_hysteresis) {
  EXPECT_EQ(Drive(plain()).first_report(3.999, 100), -1);
  EXPECT_EQ(Drive(plain()).first_report(4.001, 100), 8);
  MeasurementConfig config = plain();
  config.a3_offset = base::Db(-2);
  config.hysteresis = base::Db(0);
  EXPECT_EQ(Drive(config).first_report(-2.001, 100), -1);
  EXPECT_EQ(Drive(config).first_report(-1.999, 100), 8);
}

TEST(EventA3, is_left_only_below_offset_less_hysteresis_for_time_to_trigger) {
  Drive d(plain());
  ASSERT_EQ(d.first_report(5, 50), 8);
  EXPECT_EQ(d.first_report(2.001, 50), 11) << "within the hysteresis it goes on reporting";
  EXPECT_EQ(d.first_report(1.999, 8), -1);
  EXPECT_FALSE(d.step(2.001)) << "160 ms were not over";
  EXPECT_EQ(d.first_report(1.999, 8), 2) << "the interval of 12 samples goes on";
  EXPECT_EQ(d.first_report(1.999, 100), -1) << "left";
  EXPECT_EQ(d.first_report(5, 50), 8) << "and entered again";
}

TEST(EventA3, is_repeated_each_report_interval_while_a_cell_stays_triggered) {
  MeasurementConfig config = plain();
  config.report_interval = base::milliseconds(250);
  Drive d(config);
  ASSERT_EQ(d.first_report(5, 50), 8);
  for (int repetition = 0; repetition < 20; ++repetition) {
    EXPECT_EQ(d.first_report(5, 50), 12) << "13 samples later";
  }
}

TEST(EventA3, a_second_cell_is_reported_at_once_and_the_interval_begins_again) {
  Drive d(plain());
  ASSERT_EQ(d.first_report(5, 50), 8);
  const std::vector<CellSample> both = {sample(serving, -90), sample(neighbour, -85),
                                        sample(third, -80), sample({3}, -88)};
  std::optional<MeasurementReport> report;
  for (int i = 0; i <= 8; ++i) {
    EXPECT_FALSE(report) << i;
    report = d.step(both);
  }
  ASSERT_TRUE(report);
  EXPECT_EQ(report->serving.cell, serving);
  EXPECT_NEAR(report->serving.rsrp_dbm, -90, filter_error_db_max);
  ASSERT_EQ(report->neighbour_count, 2) << "the third neighbour did not trigger";
  EXPECT_EQ(report->neighbours[0].cell, third);
  EXPECT_EQ(report->neighbours[1].cell, neighbour);
  EXPECT_NEAR(report->neighbours[0].rsrp_dbm, -80, filter_error_db_max);
  for (int i = 1; i < 12; ++i) EXPECT_FALSE(d.step(both)) << i;
  EXPECT_TRUE(d.step(both));
}

TEST(EventA3, forgets_what_triggered_when_another_cell_serves) {
  Drive d(plain());
  ASSERT_EQ(d.first_report(5, 50), 8);
  d.m().set_serving(neighbour);
  EXPECT_EQ(d.first_report(5, 100), -1);
  EXPECT_NEAR(d.rsrp(neighbour), -85, filter_error_db_max) << "filters go on";
  EXPECT_EQ(d.first_report(-5, 100), 8) << "the old cell is a neighbour now";
  EXPECT_EQ(d.first_report(0, 4), -1);
  d.m().set_serving(serving);
  d.m().set_serving(neighbour);
  EXPECT_EQ(d.first_report(-5, 100), 8) << "the interval was forgotten too";
}

TEST(EventA3, is_not_reported_without_the_serving_cell) {
  Drive d(plain());
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(d.step({sample(neighbour, -60)}));
}

TEST(EventA3, reports_at_most_the_eight_strongest) {
  MeasurementConfig config = plain();
  config.time_to_trigger = base::milliseconds(0);
  Drive d(config);
  std::vector<CellSample> samples = {sample(serving, -90)};
  for (std::uint32_t i = 1; i <= 12; ++i) samples.push_back(sample({i}, -80. + i * 5 % 13));
  const auto report = d.step(samples);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->neighbour_count, report_cell_count_max);
  for (int i = 0; i < report_cell_count_max; ++i) {
    EXPECT_NEAR(report->neighbours[static_cast<std::size_t>(i)].rsrp_dbm, -68 - i,
                filter_error_db_max);
  }
}

TEST(Measurements, forgets_a_cell_not_seen_for_longer_than_one_measurement) {
  MeasurementConfig config = plain();
  config.samples_per_measurement = 3;
  Drive d(config);
  for (int i = 0; i < 3; ++i) (void)d.step(0);
  for (int i = 0; i < 3; ++i) (void)d.step({sample(serving, -90)});
  EXPECT_TRUE(d.m().filtered(neighbour));
  (void)d.step({sample(serving, -90)});
  EXPECT_FALSE(d.m().filtered(neighbour));
  (void)d.step(0);
  EXPECT_FALSE(d.m().filtered(neighbour)) << "it begins with a whole measurement again";
}

TEST(EventA3, time_to_leave_begins_after_the_entry) {
  MeasurementConfig config = plain();
  config.report_interval = base::milliseconds(120);
  Drive d(config);
  ASSERT_EQ(d.first_report(5, 50), 8);
  EXPECT_EQ(d.first_report(0, 50), 5) << "it has not yet been outside for 160 ms";
  EXPECT_EQ(d.first_report(0, 50), -1);
}

TEST(Measurements, a_forgotten_cell_begins_time_to_trigger_anew) {
  Drive d(plain());
  EXPECT_EQ(d.first_report(5, 6), -1);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(d.step({sample(serving, -90)}));
  EXPECT_EQ(d.first_report(5, 50), 8);
}

TEST(Measurements, a_forgotten_cell_does_not_come_back_triggered) {
  Drive d(plain());
  ASSERT_EQ(d.first_report(5, 50), 8);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(d.step({sample(serving, -90)}));
  EXPECT_EQ(d.first_report(5, 50), 8);
}

TEST(Measurements, follow_the_strongest_cells_when_there_are_too_many) {
  Drive d(plain());
  std::vector<CellSample> samples;
  for (std::uint32_t i = 1; i <= 16; ++i) samples.push_back(sample({i}, -70 - 1. * i));
  (void)d.step(samples);
  samples.push_back(sample({17}, -86.5));
  (void)d.step(samples);
  EXPECT_FALSE(d.m().filtered({17})) << "weaker than all";
  samples.back() = sample({17}, -85.5);
  (void)d.step(samples);
  EXPECT_TRUE(d.m().filtered({17}));
  EXPECT_FALSE(d.m().filtered({16}));
  samples.push_back(sample(serving, -120));
  (void)d.step(samples);
  EXPECT_TRUE(d.m().filtered(serving)) << "the serving cell always has a place";
  EXPECT_FALSE(d.m().filtered({17}));
  samples.push_back(sample({18}, -60));
  (void)d.step(samples);
  EXPECT_TRUE(d.m().filtered({18}));
  EXPECT_TRUE(d.m().filtered(serving)) << "and is never the one that goes";
}

TEST(Measurements, list_the_strongest_cells_in_order) {
  Drive d(plain());
  (void)d.step({sample({5}, -80), sample(serving, -90), sample({4}, -70), sample({3}, -80)});
  std::array<CellMeasurement, 8> all;
  ASSERT_EQ(d.m().strongest(all), 4);
  EXPECT_EQ(all[0].cell, base::CellId{4});
  EXPECT_EQ(all[1].cell, base::CellId{3}) << "equal levels: the lower id first";
  EXPECT_EQ(all[2].cell, base::CellId{5});
  EXPECT_EQ(all[3].cell, serving);
  std::array<CellMeasurement, 1> one;
  ASSERT_EQ(d.m().strongest(one), 1);
  EXPECT_EQ(one[0].cell, base::CellId{4});
}

}  // namespace
}  // namespace redcell::mac::ue
