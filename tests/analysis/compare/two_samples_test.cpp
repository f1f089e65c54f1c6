// Goal: distances of samples are what their definitions say.
// Method: worked examples, a second way to compute each, and published quantiles.
#include "analysis/compare/two_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace redcell::analysis {
namespace {

using Values = std::vector<double>;

Values normals(std::size_t count, std::uint32_t stream, double mean = 0.0) {
  const base::Random random(20260101, 1);
  Values values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(mean + random.normal(base::Purpose::arrival, {.a = stream, .b = 0}, i));
  }
  return values;
}

TEST(KsDistance, equals_worked_examples) {
  EXPECT_DOUBLE_EQ(ks_distance(Values{1, 2, 3, 4}, Values{5, 6}), 1.0);
  EXPECT_DOUBLE_EQ(ks_distance(Values{3, 1, 2}, Values{1, 2, 3}), 0.0);
  EXPECT_DOUBLE_EQ(ks_distance(Values{1, 2, 3, 4}, Values{3, 4, 5, 6}), 0.5);
  EXPECT_DOUBLE_EQ(ks_distance(Values{1, 1, 2}, Values{1, 2, 2}), 1.0 / 3.0) << "ties count once";
}

TEST(KsDistance, is_the_greatest_gap_at_any_value) {
  const Values a = normals(57, 1), b = normals(91, 2, 0.3);
  const auto share = [](const Values& values, double x) {
    return static_cast<double>(
               std::count_if(values.begin(), values.end(), [&](double v) { return v <= x; })) /
           static_cast<double>(values.size());
  };
  double expected = 0.0;
  for (const Values* values : {&a, &b}) {
    for (const double x : *values)
      expected = std::max(expected, std::fabs(share(a, x) - share(b, x)));
  }
  EXPECT_DOUBLE_EQ(ks_distance(a, b), expected);
  EXPECT_DOUBLE_EQ(ks_distance(b, a), expected);
}

TEST(KsPValue, equals_smirnovs_table_for_large_samples) {
  // N. Smirnov, Table for estimating the goodness of fit of empirical distributions, 1948.
  constexpr double count = 2e14;
  const double root = std::sqrt(count / 2.0);
  EXPECT_NEAR(ks_p_value(1.22385 / root, count, count), 0.10, 1e-5);
  EXPECT_NEAR(ks_p_value(1.35810 / root, count, count), 0.05, 1e-5);
  EXPECT_NEAR(ks_p_value(1.62762 / root, count, count), 0.01, 1e-5);
  EXPECT_NEAR(ks_p_value(0.5 / root, count, count), 0.96394, 1e-5);
  EXPECT_EQ(ks_p_value(0.0, 10, 10), 1.0);
}

/// Exact: of all orders of n and n samples, those whose path leaves the band of n d around the
/// diagonal.
double exact_p_value(int n, int steps) {
  std::vector<double> inside(static_cast<std::size_t>(n) + 1), all(inside.size());
  for (int i = 0; i <= n; ++i) {
    for (int k = 0; k <= n; ++k) {
      const auto at = static_cast<std::size_t>(k);
      if (i == 0 && k == 0) {
        inside[0] = all[0] = 1.0;
        continue;
      }
      const double left = k > 0 ? inside[at - 1] : 0.0, left_all = k > 0 ? all[at - 1] : 0.0;
      inside[at] = std::abs(i - k) >= steps ? 0.0 : (i > 0 ? inside[at] : 0.0) + left;
      all[at] = (i > 0 ? all[at] : 0.0) + left_all;
    }
  }
  return 1.0 - inside.back() / all.back();
}

TEST(KsPValue, is_near_the_exact_chance_for_small_samples) {
  constexpr int n = 40;
  for (const int steps : {8, 10, 12, 14, 16}) {
    EXPECT_NEAR(ks_p_value(static_cast<double>(steps) / n, n, n), exact_p_value(n, steps), 0.01)
        << steps;
  }
}

TEST(KsPValue, is_exact_for_samples_of_any_number) {
  for (const int n : {3, 9, 40}) {
    for (int steps = 1; steps <= n; ++steps) {
      const auto count = static_cast<std::size_t>(n);
      EXPECT_NEAR(ks_p_value_exact(static_cast<double>(steps) / n, count, count),
                  exact_p_value(n, steps), 1e-12)
          << n << ", " << steps;
    }
  }
  // D of 1: one of the orders has all of the one sample first, one all of the other.
  EXPECT_NEAR(ks_p_value_exact(1.0, 3, 2), 2.0 / 10.0, 1e-12);
  // The ends of (0, 0) to (2, 1): D is 1/2 when the single sample stands in the middle, else 1.
  EXPECT_NEAR(ks_p_value_exact(1.0, 2, 1), 2.0 / 3.0, 1e-12);
  EXPECT_EQ(ks_p_value_exact(0.5, 2, 1), 1.0);
  EXPECT_EQ(ks_p_value_exact(0.0, 9, 96), 1.0);
  EXPECT_GT(std::fabs(ks_p_value_exact(0.45, 9, 96) - ks_p_value(0.45, 9, 96)), 0.01)
      << "the limit is not near for as few";
  EXPECT_EQ(ks_p_value_exact(0.02, 4000, 4000), ks_p_value(0.02, 4000, 4000));
}

TEST(Wasserstein, equals_the_distance_of_sorted_samples) {
  Values a = normals(200, 3), b = normals(200, 4, 1.5);
  const double got = wasserstein_distance(a, b);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double expected = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) expected += std::fabs(a[i] - b[i]) / 200.0;
  EXPECT_NEAR(got, expected, 1e-12);
}

TEST(Wasserstein, of_shifted_samples_is_the_shift) {
  Values a = normals(300, 5), b = a;
  for (double& value : b) value += 2.25;
  EXPECT_NEAR(wasserstein_distance(a, b), 2.25, 1e-12);
  EXPECT_EQ(wasserstein_distance(a, a), 0.0);
}

TEST(Wasserstein, does_not_change_when_a_sample_is_repeated) {
  const Values a = normals(30, 6), b = normals(50, 7, 0.5);
  Values twice = a;
  twice.insert(twice.end(), a.begin(), a.end());
  EXPECT_NEAR(wasserstein_distance(twice, b), wasserstein_distance(a, b), 1e-12);
  EXPECT_NEAR(wasserstein_distance(Values{0.0}, Values{1.0, 3.0}), 2.0, 1e-15);
}

TEST(EffectiveCount, is_what_theory_says_of_ar_1_series) {
  constexpr std::size_t count = 4000;
  for (const double coefficient : {0.0, 0.5, 0.9}) {
    double sum = 0.0;
    constexpr std::uint32_t series_count = 20;
    for (std::uint32_t stream = 0; stream < series_count; ++stream) {
      const Values noise = normals(count, 100 + stream);
      Values series = {noise[0]};
      for (std::size_t i = 1; i < count; ++i) {
        series.push_back(coefficient * series.back() +
                         std::sqrt(1.0 - coefficient * coefficient) * noise[i]);
      }
      sum += effective_count(series) / series_count;
    }
    const double expected = count * (1.0 - coefficient) / (1.0 + coefficient);
    EXPECT_NEAR(sum, expected, 0.12 * expected) << coefficient;
  }
}

TEST(EffectiveCount, lies_between_one_and_the_count) {
  EXPECT_EQ(effective_count(Values{3.0}), 1.0);
  EXPECT_EQ(effective_count(Values(50, 7.0)), 50.0) << "equal samples have no correlation";
  Values ramp, saw;
  for (int i = 0; i < 100; ++i) {
    ramp.push_back(i);
    saw.push_back(i % 2);
  }
  EXPECT_LT(effective_count(ramp), 5.0);
  EXPECT_EQ(effective_count(saw), 100.0) << "never more than there are";
}

}  // namespace
}  // namespace redcell::analysis
