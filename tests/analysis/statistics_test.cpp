// Goal: intervals agree with published figures and contain the truth as often as they promise.
// Method: published examples; binomial sums written out in double; coverage by simulation with
// fixed seeds. A simulation of 4000 runs whose true coverage is 0.92 falls below 0.90 less than
// once in 100 000 seeds.
#include "analysis/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "analysis/distribution.h"

namespace redcell::analysis {
namespace {

/// SplitMix64, enough for simulated samples.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  double uniform() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
  }
  double normal() {
    return std::sqrt(-2.0 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
  }

 private:
  std::uint64_t state_;
};

constexpr int run_count = 4000;

std::vector<Batch> singles(const std::vector<double>& samples) {
  std::vector<Batch> batches;
  for (const double sample : samples) batches.push_back({.sum = sample, .weight = 1.0});
  return batches;
}

TEST(MeanInterval, equals_students_own_sleep_data) {
  // Student, Biometrika 6 (1908): mean 1.58; the paired interval every textbook gives is below.
  const std::vector<double> hours = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
  const BatchMean mean = batch_mean(singles(hours));
  EXPECT_NEAR(mean.mean, 1.58, 1e-12);
  EXPECT_EQ(mean.batch_count, 10U);
  EXPECT_NEAR(mean_interval(mean).low, 0.7001142, 1e-6);
  EXPECT_NEAR(mean_interval(mean).high, 2.4598858, 1e-6);
}

TEST(MeanInterval, weighs_batches_by_their_samples) {
  const std::vector<Batch> batches = {{10.0, 1.0}, {0.0, 0.0}, {60.0, 3.0}, {30.0, 2.0}};
  const BatchMean mean = batch_mean(batches);
  EXPECT_DOUBLE_EQ(mean.mean, 100.0 / 6.0);
  EXPECT_EQ(mean.batch_count, 3U) << "an empty batch tells nothing";
}

TEST(MeanInterval, has_no_width_for_equal_samples) {
  const Interval interval = mean_interval(batch_mean(singles(std::vector<double>(37, 3e7 + 1))));
  EXPECT_EQ(interval, (Interval{3e7 + 1, 3e7 + 1}));
}

TEST(MeanInterval, is_infinite_for_one_batch) {
  const Interval interval = mean_interval(batch_mean(singles({5.0})));
  EXPECT_EQ(interval, (Interval{-infinity, infinity}));
}

TEST(MeanIntervalDeathTest, rejects_no_samples) {
  EXPECT_DEATH(static_cast<void>(batch_mean({})), "broken precondition");
}

double mean_coverage(double lag_1, std::uint64_t seed) {
  Chance chance(seed);
  int covered = 0;
  for (int run = 0; run < run_count; ++run) {
    std::vector<double> samples;
    double x = chance.normal();
    for (int i = 0; i < 64; ++i) {
      x = lag_1 * x + std::sqrt(1.0 - lag_1 * lag_1) * chance.normal();
      samples.push_back(x);
    }
    const Interval interval = mean_interval(batch_mean(singles(samples)));
    covered += interval.low <= 0.0 && 0.0 <= interval.high;
  }
  return static_cast<double>(covered) / run_count;
}

TEST(MeanInterval, contains_the_truth_as_often_as_promised) {
  for (const double lag_1 : {0.0, 0.3, 0.6}) {
    const double coverage = mean_coverage(lag_1, 11);
    EXPECT_GE(coverage, coverage_min) << "AR(1) coefficient " << lag_1 << ", seed 11";
  }
}

TEST(MeanInterval, merges_batches_only_while_neighbours_are_alike) {
  std::vector<double> slow, quick;
  for (int i = 0; i < 64; ++i) {
    slow.push_back(i % 32 < 16 ? 1.0 : 2.0);
    quick.push_back(i % 2 == 0 ? 1.0 : 2.0);
  }
  EXPECT_EQ(batch_mean(singles(slow)).batch_count, batch_count_min);
  EXPECT_EQ(batch_mean(singles(quick)).batch_count, 64U);
  EXPECT_LT(mean_interval(batch_mean(singles(slow))).low, 1.2) << "four stretches, not 64 samples";
}

TEST(MeanInterval, is_not_wider_than_needed_for_independent_samples) {
  EXPECT_LE(mean_coverage(0.0, 12), confidence_level + 0.025) << "seed 12";
}

TEST(WilsonInterval, equals_the_published_table) {
  // Newcombe, Statistics in Medicine 17 (1998), Table I, method 3.
  struct Row {
    double successes, trials, low, high;
  };
  for (const Row& row : {Row{81, 263, 0.2553, 0.3662}, Row{15, 148, 0.0624, 0.1605},
                         Row{0, 20, 0.0, 0.1611}, Row{1, 29, 0.0061, 0.1718}}) {
    const Interval interval = wilson_interval(row.successes, row.trials);
    EXPECT_NEAR(interval.low, row.low, 5e-5) << row.successes << " of " << row.trials;
    EXPECT_NEAR(interval.high, row.high, 5e-5) << row.successes << " of " << row.trials;
  }
}

TEST(WilsonInterval, ends_at_the_ends_of_the_scale) {
  EXPECT_EQ(wilson_interval(0, 7).low, 0.0);
  EXPECT_EQ(wilson_interval(7, 7).high, 1.0);
  EXPECT_EQ(wilson_interval(0, 0), (Interval{-infinity, infinity}));
}

TEST(EffectiveTrials, never_exceed_the_trials_and_need_two_batches) {
  const std::vector<Batch> even(50, Batch{.sum = 1.0, .weight = 10.0});
  EXPECT_LE(effective_trials(even), 500.0);
  EXPECT_GT(effective_trials(even), 400.0) << "Student's factor for 50 batches is small";
  EXPECT_EQ(effective_trials(std::vector<Batch>{{1.0, 10.0}}), 0.0);
  EXPECT_EQ(effective_trials({}), 0.0);
}

TEST(EffectiveTrials, count_a_burst_as_one) {
  // Ten trials that always agree are one trial: the variance of the ratio is ten times the
  // binomial.
  std::vector<Batch> bursts;
  for (int i = 0; i < 64; ++i) bursts.push_back({.sum = i % 3 == 0 ? 10.0 : 0.0, .weight = 10.0});
  const double trials = effective_trials(bursts);
  EXPECT_LT(trials, 64.0);
  EXPECT_GT(trials, 50.0);
}

TEST(WilsonInterval, contains_the_truth_as_often_as_promised_for_bursts) {
  Chance chance(13);
  int covered = 0;
  constexpr double truth = 0.1;
  for (int run = 0; run < run_count; ++run) {
    Batch total;
    std::vector<Batch> batches;
    for (int i = 0; i < 64; ++i) {
      // Good and bad seconds by turns of chance: 2 % or 18 % of 40 blocks.
      const double ratio = chance.uniform() < 0.5 ? 0.02 : 0.18;
      Batch batch{.sum = 0.0, .weight = 40.0};
      for (int block = 0; block < 40; ++block) batch.sum += chance.uniform() < ratio;
      total.sum += batch.sum;
      total.weight += batch.weight;
      batches.push_back(batch);
    }
    const double trials = effective_trials(batches);
    const Interval interval = wilson_interval(total.sum / total.weight * trials, trials);
    covered += interval.low <= truth && truth <= interval.high;
  }
  EXPECT_GE(static_cast<double>(covered) / run_count, coverage_min) << "seed 13";
}

/// P(at least low and fewer than high of n samples lie below the quantile), each term written out.
double order_statistic_coverage(int n, double quantile, int low, int high) {
  double sum = 0.0;
  for (int k = low; k < high; ++k) {
    const double choose = std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
    sum += std::exp(choose + k * std::log(quantile) + (n - k) * std::log(1.0 - quantile));
  }
  return sum;
}

TEST(QuantileRanks, equal_the_sign_test_table) {
  // Ranks of the 95 % interval of a median; Conover, Practical Nonparametric Statistics.
  struct Row {
    int count, low, high;
  };
  for (const Row& row : {Row{10, 2, 9}, Row{20, 6, 15}, Row{25, 8, 18}, Row{50, 18, 33}}) {
    const Interval ranks = quantile_ranks(0.5, row.count);
    EXPECT_DOUBLE_EQ(ranks.low * row.count, row.low);
    EXPECT_DOUBLE_EQ(ranks.high * row.count, row.high);
  }
}

TEST(QuantileRanks, are_the_narrowest_that_keep_both_tails) {
  for (const int count : {73, 100, 400, 1000}) {
    const Interval ranks = quantile_ranks(0.95, count);
    const int low = static_cast<int>(std::lround(ranks.low * count));
    const int high = static_cast<int>(std::lround(ranks.high * count));
    ASSERT_LE(high, count);
    EXPECT_GE(order_statistic_coverage(count, 0.95, low, high), confidence_level);
    EXPECT_GT(order_statistic_coverage(count, 0.95, 0, low + 1), 0.025);
    EXPECT_GT(order_statistic_coverage(count, 0.95, high - 1, count + 1), 0.025);
  }
}

TEST(QuantileRanks, say_when_no_sample_bounds_the_quantile) {
  EXPECT_EQ(quantile_ranks(0.5, 5).low, 0.0) << "the table begins at 6 samples";
  EXPECT_GT(quantile_ranks(0.5, 5).high, 1.0);
  EXPECT_GT(quantile_ranks(0.95, 71).high, 1.0) << "0.95^71 = 0.0262 is more than 0.025";
  EXPECT_LE(quantile_ranks(0.95, 72).high, 1.0) << "0.95^72 = 0.0249";
  EXPECT_GT(quantile_ranks(0.99, 0.0).high, 1.0);
}

TEST(QuantileInterval, contains_the_truth_as_often_as_promised) {
  Chance chance(14);
  constexpr double p90_of_unit_normal = 1.2815515655446004;
  constexpr int runs = 1000;
  constexpr double promised = coverage_min;
  int covered = 0;
  for (int run = 0; run < runs; ++run) {
    Distribution samples;
    double x = chance.normal();
    for (int second = 0; second < 64; ++second) {
      x = 0.6 * x + 0.8 * chance.normal();
      for (int i = 0; i < 4; ++i) {
        const double ms = 100.0 + 6.0 * x + 8.0 * chance.normal();
        samples.add(second * std::int64_t{1'000'000'000}, std::llround(ms * 1e6));
      }
    }
    const Interval interval = samples.quantile(0.9).interval;
    const double truth = (100.0 + 10.0 * p90_of_unit_normal) * 1e6;
    covered += interval.low <= truth && truth <= interval.high;
  }
  EXPECT_GE(static_cast<double>(covered) / runs, promised) << "seed 14";
}

/// Of 600 seconds of an AR(1) level, as a drive's.
struct DriveCoverage {
  double mean = 0.0, p5 = 0.0, median = 0.0, p95 = 0.0;
};

DriveCoverage drive_coverage(double lag_1, int drives) {
  Chance chance(15);
  constexpr double p95_of_unit_normal = 1.6448536269514722;
  DriveCoverage coverage;
  for (int drive = 0; drive < drives; ++drive) {
    // Buckets of half a dB: far less than an interval is wide.
    Distribution levels({.low = -200'000, .width = 500});
    double x = chance.normal();
    for (int second = 0; second < 600; ++second) {
      x = lag_1 * x + std::sqrt(1.0 - lag_1 * lag_1) * chance.normal();
      levels.add(second * std::int64_t{1'000'000'000}, std::llround(10'000.0 * x));
    }
    const auto holds = [&](const Interval& interval, double truth) {
      return interval.low <= truth && truth <= interval.high ? 1.0 / drives : 0.0;
    };
    coverage.mean += holds(mean_interval(batch_mean(levels.batches())), 0.0);
    coverage.p5 += holds(levels.quantile(0.05).interval, -10'000.0 * p95_of_unit_normal);
    coverage.median += holds(levels.quantile(0.5).interval, 0.0);
    coverage.p95 += holds(levels.quantile(0.95).interval, 10'000.0 * p95_of_unit_normal);
  }
  return coverage;
}

TEST(Distribution, covers_the_truth_of_drives_as_often_as_it_says) {
  const DriveCoverage coverage = drive_coverage(0.8, 2000);
  for (const double one : {coverage.mean, coverage.p5, coverage.median, coverage.p95}) {
    EXPECT_GE(one, drive_coverage_min) << "seed 15";
    EXPECT_LE(one, drive_coverage_max) << "seed 15";
  }
}

TEST(Distribution, is_cautious_about_independent_seconds) {
  const DriveCoverage coverage = drive_coverage(0.0, 1000);
  for (const double one : {coverage.mean, coverage.p5, coverage.median, coverage.p95}) {
    EXPECT_GE(one, drive_coverage_min) << "seed 15";
    EXPECT_LE(one, independent_coverage_max) << "seed 15";
  }
}

}  // namespace
}  // namespace redcell::analysis
