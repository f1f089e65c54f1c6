#include "analysis/statistics.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace redcell::analysis {
namespace {

constexpr double tail = (1.0 - confidence_level) / 2.0;
/// Merging goes on while the lag-1 autocorrelation of the residuals exceeds this many of its
/// standard deviations, 1 / sqrt(batches). [ours]: found by simulation, see coverage_min.
constexpr double merge_threshold = 0.5;
/// Standard normal quantile of 1 - tail, at a confidence of 0.95.
constexpr double normal_quantile = 1.9599639845400542;

double student_quantile(std::size_t batch_count) {
  const boost::math::students_t distribution(static_cast<double>(batch_count) - 1.0);
  return boost::math::quantile(boost::math::complement(distribution, tail));
}

std::vector<Batch> merge_pairs(const std::vector<Batch>& batches) {
  std::vector<Batch> merged;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const bool opens_pair = i % 2 == 0 && i + 1 < batches.size();
    if (opens_pair) {
      merged.push_back(batches[i]);
    } else {
      merged.back().sum += batches[i].sum;
      merged.back().weight += batches[i].weight;
    }
  }
  return merged;
}

struct Spread {
  double squares = 0.0;     ///< Sum of squared residuals.
  double neighbours = 0.0;  ///< Sum of products of neighbouring residuals.
};

/// Of the residuals of a ratio estimator: sum minus what the mean makes of the weight.
Spread residual_spread(const std::vector<Batch>& batches, double mean) {
  Spread spread;
  double last = 0.0;
  for (const Batch& batch : batches) {
    const double residual = batch.sum - mean * batch.weight;
    spread.squares += residual * residual;
    spread.neighbours += residual * last;
    last = residual;
  }
  return spread;
}

/// Factor on the variance for the correlation that merging has left: that of an AR(1) series.
double remaining_correlation(const Spread& spread) {
  constexpr double lag_1_max = 0.8;  // [ours] A near-constant series must not divide by zero.
  if (spread.squares <= 0.0) return 1.0;
  const double lag_1 = std::clamp(spread.neighbours / spread.squares, 0.0, lag_1_max);
  return (1.0 + lag_1) / (1.0 - lag_1);
}

}  // namespace

BatchMean batch_mean(std::span<const Batch> batches) {
  std::vector<Batch> kept;
  Batch total;
  for (const Batch& batch : batches) {
    if (batch.weight <= 0.0) continue;
    kept.push_back(batch);
    total.sum += batch.sum;
    total.weight += batch.weight;
  }
  RC_CHECK(total.weight > 0.0);
  const double mean = total.sum / total.weight;
  Spread spread = residual_spread(kept, mean);
  while (kept.size() >= 2 * batch_count_min &&
         spread.neighbours * std::sqrt(static_cast<double>(kept.size())) >
             merge_threshold * spread.squares) {
    kept = merge_pairs(kept);
    spread = residual_spread(kept, mean);
  }
  if (kept.size() < 2) return {.mean = mean, .standard_error = infinity, .batch_count = 1};
  const double count = static_cast<double>(kept.size());
  const double variance = spread.squares * count / (count - 1.0) / (total.weight * total.weight);
  const double error = std::sqrt(variance * remaining_correlation(spread));
  return {.mean = mean, .standard_error = error, .batch_count = kept.size()};
}

Interval mean_interval(const BatchMean& mean) {
  if (mean.batch_count < 2) return {};
  const double half_width = student_quantile(mean.batch_count) * mean.standard_error;
  return {.low = mean.mean - half_width, .high = mean.mean + half_width};
}

Interval wilson_interval(double successes, double trials) {
  RC_CHECK(successes >= 0.0 && successes <= trials);
  if (trials <= 0.0) return {};
  constexpr double z2 = normal_quantile * normal_quantile;
  const double ratio = successes / trials;
  const double centre = (ratio + z2 / (2.0 * trials)) / (1.0 + z2 / trials);
  const double half_width =
      normal_quantile * std::sqrt(ratio * (1.0 - ratio) / trials + z2 / (4.0 * trials * trials)) /
      (1.0 + z2 / trials);
  // At the ends of the scale the bound is the end itself; rounding must not move it.
  return {.low = successes == 0.0 ? 0.0 : std::max(0.0, centre - half_width),
          .high = successes == trials ? 1.0 : std::min(1.0, centre + half_width)};
}

double effective_trials(std::span<const Batch> batches) {
  double trials = 0.0;
  for (const Batch& batch : batches) trials += batch.weight;
  if (trials <= 0.0) return 0.0;
  const BatchMean ratio = batch_mean(batches);
  if (ratio.batch_count < 2) return 0.0;
  const double independent = ratio.mean * (1.0 - ratio.mean) / trials;
  const double variance = ratio.standard_error * ratio.standard_error;
  const double burst = independent > 0.0 ? std::max(1.0, variance / independent) : 1.0;
  const double few_batches = student_quantile(ratio.batch_count) / normal_quantile;
  return trials / (burst * few_batches * few_batches);
}

std::size_t rank_of_share(double share, std::size_t count) {
  RC_CHECK(count > 0);
  // Shares are no binary fractions: 0.05 x 20 must stay 1.
  const double rank = std::ceil(share * static_cast<double>(count) - 1e-9);
  return static_cast<std::size_t>(std::max(1.0, rank)) - 1;
}

Interval quantile_ranks(double quantile, double effective_sample_count) {
  RC_CHECK(quantile > 0.0 && quantile < 1.0);
  const double count = std::floor(effective_sample_count);
  if (count < 1.0) return {.low = 0.0, .high = infinity};
  const boost::math::binomial below(count, quantile);
  // The r-th sample lies above the quantile when fewer than r samples lie below it.
  const auto lies_above = [&](double rank) { return boost::math::cdf(below, rank - 1.0); };
  const auto first_rank = [&](auto&& holds) {
    double no = 0.0, yes = count + 1.0;
    while (yes - no > 1.0) {
      const double middle = std::floor((no + yes) / 2.0);
      (holds(middle) ? yes : no) = middle;
    }
    return yes;
  };
  const double low = first_rank([&](double rank) { return lies_above(rank) > tail; }) - 1.0;
  const double high = first_rank([&](double rank) { return 1.0 - lies_above(rank) <= tail; });
  return {.low = low / count, .high = high / count};
}

}  // namespace redcell::analysis
