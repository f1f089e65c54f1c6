// Goal: intervals of autocorrelated drives contain the truth as often as they say, and tests of
// equivalence decide at the published quantiles.
// Method: 2000 synthetic AR(1) drives of known mean and median; Student's table; laws.
#include "analysis/compare/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace redcell::analysis {
namespace {

constexpr std::uint32_t seed = 4711;

/// A drive of an AR(1) process with mean and median 0 and variance 1.
std::vector<double> ar_1_drive(std::size_t count, double coefficient, std::uint32_t drive) {
  const base::Random random(seed, 2);
  const auto noise = [&](std::size_t i) {
    return random.normal(base::Purpose::arrival, {.a = drive, .b = 0}, i);
  };
  std::vector<double> series = {noise(0)};
  while (series.size() < count) {
    series.push_back(coefficient * series.back() +
                     std::sqrt(1.0 - coefficient * coefficient) * noise(series.size()));
  }
  return series;
}

struct Coverage {
  double mean = 0.0;
  double median = 0.0;
  std::array<double, 4> tail{};  ///< p5, p10, p90, p95.
};

Coverage coverage_of(double coefficient, std::uint32_t drive_count) {
  const base::Random random(seed, 1);
  const auto holds = [](const Interval& interval, double truth) {
    return interval.low <= truth && truth <= interval.high ? 1.0 : 0.0;
  };
  struct Tail {
    std::size_t percentile;
    double truth;  ///< Of the unit normal.
  };
  constexpr double p95 = 1.6448536269514722, p90 = 1.2815515655446004;
  constexpr std::array<Tail, 4> tails = {{{0, -p95}, {1, -p90}, {5, p90}, {6, p95}}};
  Coverage coverage;
  for (std::uint32_t drive = 0; drive < drive_count; ++drive) {
    const Bootstrapped b = bootstrap(ar_1_drive(600, coefficient, drive), random, drive);
    coverage.mean += holds(b.mean.interval, 0.0) / drive_count;
    coverage.median += holds(b.median().interval, 0.0) / drive_count;
    for (std::size_t i = 0; i < tails.size(); ++i) {
      const Interval& interval = b.percentile[tails[i].percentile].interval;
      coverage.tail[i] += holds(interval, tails[i].truth) / drive_count;
    }
  }
  return coverage;
}

TEST(Bootstrap, covers_the_truth_of_autocorrelated_drives_as_often_as_it_says) {
  const Coverage coverage = coverage_of(0.8, 2000);
  EXPECT_GE(coverage.mean, bootstrap_coverage_min);
  EXPECT_LE(coverage.mean, bootstrap_coverage_max);
  EXPECT_GE(coverage.median, bootstrap_coverage_min);
  EXPECT_LE(coverage.median, bootstrap_coverage_max);
  for (const double tail : coverage.tail) {
    EXPECT_GE(tail, bootstrap_tail_coverage_min);
    EXPECT_LE(tail, bootstrap_coverage_max);
  }
}

TEST(Bootstrap, covers_the_truth_of_independent_samples) {
  const Coverage coverage = coverage_of(0.0, 700);
  EXPECT_GE(coverage.mean, bootstrap_coverage_min);
  EXPECT_LE(coverage.mean, bootstrap_coverage_max);
  EXPECT_GE(coverage.median, bootstrap_coverage_min);
  EXPECT_LE(coverage.median, bootstrap_coverage_max);
}

TEST(Bootstrap, knows_the_standard_error_of_an_ar_1_mean) {
  constexpr double coefficient = 0.6;
  double sum = 0.0;
  constexpr std::uint32_t drive_count = 60;
  for (std::uint32_t drive = 0; drive < drive_count; ++drive) {
    sum += bootstrap(ar_1_drive(2000, coefficient, drive), base::Random(seed, 1), 0)
               .mean.standard_error /
           drive_count;
  }
  const double expected = std::sqrt((1.0 + coefficient) / (1.0 - coefficient) / 2000.0);
  EXPECT_NEAR(sum, expected, 0.06 * expected);
}

TEST(Bootstrap, gives_the_percentiles_of_the_samples) {
  std::vector<double> series;
  for (int i = 0; i < 100; ++i) series.push_back((37 * i) % 100 + 1);
  const Bootstrapped b = bootstrap(series, base::Random(seed, 1), 0);
  EXPECT_EQ(b.count, 100U);
  EXPECT_DOUBLE_EQ(b.mean.value, 50.5);
  for (std::size_t i = 0; i < percentile_shares.size(); ++i) {
    EXPECT_EQ(b.percentile[i].value, std::round(100.0 * percentile_shares[i])) << i;
  }
  EXPECT_EQ(b.median().value, 50.0) << "the lower median";
}

TEST(Bootstrap, repeats_with_the_same_numbers_and_differs_with_others) {
  const std::vector<double> drive = ar_1_drive(300, 0.5, 1);
  const Bootstrapped a = bootstrap(drive, base::Random(seed, 1), 5);
  const Bootstrapped b = bootstrap(drive, base::Random(seed, 1), 5);
  EXPECT_EQ(a.mean.interval, b.mean.interval);
  EXPECT_NE(a.mean.interval, bootstrap(drive, base::Random(seed, 1), 6).mean.interval);
}

TEST(Bootstrap, knows_nothing_of_few_samples_and_all_of_equal_ones) {
  const Bootstrapped few = bootstrap(std::vector<double>(29, 3.0), base::Random(seed, 1), 0);
  EXPECT_EQ(few.mean.value, 3.0);
  EXPECT_EQ(few.mean.interval, Interval{});
  const Bootstrapped equal = bootstrap(std::vector<double>(30, 3.0), base::Random(seed, 1), 0);
  EXPECT_EQ(equal.mean.interval, (Interval{3.0, 3.0}));
}

Estimate estimate(double value, double error, double freedom) {
  return {.value = value, .standard_error = error, .degrees_of_freedom = freedom, .interval = {}};
}

TEST(Difference, of_equal_spreads_has_the_root_and_the_sum) {
  const Estimate d = difference(estimate(10.0, 3.0, 7.0), estimate(6.0, 3.0, 7.0));
  EXPECT_DOUBLE_EQ(d.value, 4.0);
  EXPECT_DOUBLE_EQ(d.standard_error, std::sqrt(18.0));
  EXPECT_NEAR(d.degrees_of_freedom, 14.0, 1e-12);
  // Student's quantile of 0.975 with 14 degrees of freedom, from tables: 2.1448.
  EXPECT_NEAR(d.interval.high, 4.0 + 2.1448 * std::sqrt(18.0), 1e-3);
  const Estimate known = difference(estimate(10.0, 3.0, 7.0), estimate(6.0, 0.0, 5.0));
  EXPECT_NEAR(known.degrees_of_freedom, 7.0, 1e-12) << "only one side is uncertain";
  EXPECT_EQ(difference(estimate(1.0, 1.0, 5.0), Estimate{}).interval, Interval{});
}

TEST(Equivalence, decides_at_students_quantiles) {
  // Quantiles of 0.95 from tables: 1.8125 at 10, 1.6973 at 30 degrees of freedom.
  EXPECT_NEAR(equivalence_p_value(estimate(0.0, 1.0, 10.0), 1.8125), 0.05, 1e-5);
  EXPECT_NEAR(equivalence_p_value(estimate(2.0, 1.0, 30.0), 3.6973), 0.05, 1e-5);
  EXPECT_NEAR(equivalence_p_value(estimate(-2.0, 1.0, 30.0), 3.6973), 0.05, 1e-5);
  EXPECT_DOUBLE_EQ(equivalence_p_value(estimate(3.0, 1.0, 30.0), 3.0), 0.5) << "at the margin";
  EXPECT_GT(equivalence_p_value(estimate(5.0, 1.0, 30.0), 3.0), 0.95);
  EXPECT_EQ(equivalence_p_value(Estimate{}, 3.0), 1.0);
  EXPECT_EQ(equivalence_p_value(estimate(1.0, 0.0, 5.0), 3.0), 0.0);
  EXPECT_EQ(equivalence_p_value(estimate(3.0, 0.0, 5.0), 3.0), 1.0);
}

TEST(Equivalence, agrees_with_the_90_percent_interval) {
  for (const double value : {-2.0, -0.3, 0.0, 0.7, 1.4, 2.6}) {
    for (const double freedom : {4.0, 25.0}) {
      const Estimate d = estimate(value, 0.6, freedom);
      const Interval interval = t_interval(d, 0.90);
      const bool inside = interval.low > -2.0 && interval.high < 2.0;
      EXPECT_EQ(equivalence_p_value(d, 2.0) < 0.05, inside) << value;
    }
  }
}

}  // namespace
}  // namespace redcell::analysis
