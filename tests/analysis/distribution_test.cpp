// Goal: bounded memory costs no more accuracy than the header says, for any run length.
// Method: the same samples kept and sorted (oracle); laws of sums.
#include "analysis/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace redcell::analysis {
namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Log-uniform over many octaves, a different one each step.
std::int64_t sample(std::int64_t index) {
  const double turn = std::fmod(static_cast<double>(index) * 0.6180339887498949, 1.0);
  return static_cast<std::int64_t>(std::exp(turn * 25.0));
}

TEST(Distribution, gives_the_quantiles_of_the_sorted_samples) {
  Distribution distribution;
  std::vector<double> kept;
  for (std::int64_t i = 0; i < 5000; ++i) {
    distribution.add(i * second / 100, sample(i));
    kept.push_back(static_cast<double>(sample(i)));
  }
  std::sort(kept.begin(), kept.end());
  for (const double share : {0.001, 0.05, 0.2, 0.5, 0.9, 0.95, 0.99, 0.9999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * 5000.0));
    const double exact = kept[rank - 1];
    EXPECT_NEAR(distribution.quantile(share).value, exact, exact * percentile_relative_error_max)
        << share;
  }
  EXPECT_EQ(static_cast<double>(distribution.min()), kept.front());
  EXPECT_EQ(static_cast<double>(distribution.max()), kept.back());
}

TEST(Distribution, keeps_levels_of_any_sign_to_half_a_bucket) {
  Distribution distribution(level_buckets);
  std::vector<double> kept;
  for (std::int64_t i = 0; i < 5000; ++i) {
    const std::int64_t level = -140'000 + i * 7919 % 200'003;
    distribution.add(i * second / 100, level);
    kept.push_back(static_cast<double>(level));
  }
  std::sort(kept.begin(), kept.end());
  for (const double share : {0.001, 0.05, 0.5, 0.7, 0.95, 0.9999}) {
    const double exact = kept[static_cast<std::size_t>(std::ceil(share * 5000.0)) - 1];
    const Quantile found = distribution.quantile(share);
    EXPECT_NEAR(found.value, exact, static_cast<double>(level_buckets.width) / 2.0) << share;
    EXPECT_LE(found.interval.low, found.value);
    EXPECT_GE(found.interval.high, found.value);
  }
  EXPECT_EQ(static_cast<double>(distribution.min()), kept.front());
}

TEST(DistributionDeathTest, rejects_a_value_below_all_buckets) {
  Distribution levels(level_buckets), counts;
  EXPECT_DEATH(levels.add(0, level_buckets.low - 1), "broken precondition");
  EXPECT_DEATH(counts.add(0, -1), "broken precondition");
}

TEST(Distribution, is_exact_where_all_samples_are_equal) {
  Distribution distribution;
  for (int i = 0; i < 2000; ++i) distribution.add(i * second / 20, 27'123'457);
  const Quantile p99 = distribution.quantile(0.99);
  EXPECT_EQ(p99.value, 27'123'457.0);
  EXPECT_EQ(p99.interval, (Interval{27'123'457.0, 27'123'457.0}));
}

TEST(Distribution, leaves_the_interval_open_where_samples_are_few) {
  Distribution distribution;
  for (int i = 0; i < 30; ++i) distribution.add(i * second, 1000 + i * 7 % 30);
  EXPECT_EQ(distribution.quantile(0.99).interval.high, infinity);
  EXPECT_TRUE(std::isfinite(distribution.quantile(0.99).interval.low));
  EXPECT_TRUE(std::isfinite(distribution.quantile(0.5).interval.high));
}

TEST(Distribution, loses_nothing_when_a_long_run_widens_its_batches) {
  Distribution distribution;
  double sum = 0.0;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    distribution.add(i * second, sample(i));
    sum += static_cast<double>(sample(i));
  }
  Batch total;
  for (const Batch& batch : distribution.batches()) {
    total.sum += batch.sum;
    total.weight += batch.weight;
  }
  EXPECT_LE(distribution.batches().size(), batch_count_max);
  EXPECT_GT(distribution.batches().size(), batch_count_max / 2);
  EXPECT_EQ(total.weight, 10'000.0);
  EXPECT_DOUBLE_EQ(total.sum, sum);
  std::vector<double> kept;
  for (std::int64_t i = 0; i < 10'000; ++i) kept.push_back(static_cast<double>(sample(i)));
  std::sort(kept.begin(), kept.end());
  EXPECT_NEAR(distribution.quantile(0.5).value, kept[4999],
              kept[4999] * percentile_relative_error_max);
}

TEST(Distribution, takes_times_in_any_order) {
  Distribution forward, backward;
  for (std::int64_t i = 0; i < 500; ++i) forward.add(i * second, sample(i));
  for (std::int64_t i = 499; i >= 0; --i) backward.add(i * second, sample(i));
  ASSERT_EQ(forward.batches().size(), backward.batches().size());
  for (std::size_t i = 0; i < forward.batches().size(); ++i) {
    EXPECT_EQ(forward.batches()[i].weight, backward.batches()[i].weight);
    EXPECT_DOUBLE_EQ(forward.batches()[i].sum, backward.batches()[i].sum);
  }
  EXPECT_EQ(forward.quantile(0.9).interval, backward.quantile(0.9).interval);
}

TEST(BatchedSums, put_each_second_in_its_batch) {
  BatchedSums sums;
  sums.add(0, {1.0, 2.0});
  sums.add(second - 1, {10.0, 20.0});
  sums.add(second, {100.0, 200.0});
  ASSERT_EQ(sums.batches().size(), 2U);
  EXPECT_EQ(sums.batches()[0].sum, 11.0);
  EXPECT_EQ(sums.batches()[1].weight, 200.0);
  EXPECT_EQ(sums.total().sum, 111.0);
}

}  // namespace
}  // namespace redcell::analysis
