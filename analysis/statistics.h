// How sure a figure is: confidence intervals for means, ratios and percentiles of autocorrelated
// samples.
//
// All of them start from the run cut into batches of equal time, each with a sum and a weight
// (samples, trials). Batches are merged in pairs while neighbours are correlated, down to
// batch_count_min; what correlation is left is taken as that of an AR(1) series; then Student's t.
// Schmeiser, "Batch size effects in the analysis of simulation output", Operations Research 30
// (1982). Twenty seconds of strongly correlated samples are too few for any method: run longer.
//
// Degenerate cases: no samples, or one batch, leaves the interval infinite (nothing is known about
// the spread); equal whole samples in two or more batches give an interval of zero width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace redcell::analysis {

inline constexpr double confidence_level = 0.95;
/// Pairs are not merged below this many batches.
inline constexpr std::size_t batch_count_min = 8;
/// Share of intervals that contain the truth, for 64 batches of samples with an AR(1) coefficient
/// up to 0.6, at the least.
inline constexpr double coverage_min = 0.90;
/// The same of means, p5, median and p95 of drives of 600 seconds with a coefficient of 0.8, at the
/// least and at the most. Percentiles of independent seconds have wider intervals than they need:
/// up to independent_coverage_max.
inline constexpr double drive_coverage_min = 0.93;
inline constexpr double drive_coverage_max = 0.97;
inline constexpr double independent_coverage_max = 0.995;

inline constexpr double infinity = std::numeric_limits<double>::infinity();

struct Interval {
  double low = -infinity;
  double high = infinity;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// What fell into one stretch of time.
struct Batch {
  double sum = 0.0;     ///< Of the samples, or successes.
  double weight = 0.0;  ///< Number of samples, or trials; >= 0.
};

/// Mean over all samples with the standard error that autocorrelation leaves.
struct BatchMean {
  double mean = 0.0;
  double standard_error = infinity;
  std::size_t batch_count = 0;  ///< After merging; degrees of freedom plus one.
};

/// Sum of sums over sum of weights. Pre: the weights sum to more than 0.
[[nodiscard]] BatchMean batch_mean(std::span<const Batch> batches);

/// mean +- t standard_error. Infinite with fewer than two batches.
[[nodiscard]] Interval mean_interval(const BatchMean& mean);

/// Wilson's score interval for successes out of trials; both may be fractional (effective counts).
/// Pre: 0 <= successes <= trials. Infinite for no trials. Wilson, J. Am. Stat. Assoc. 22 (1927).
[[nodiscard]] Interval wilson_interval(double successes, double trials);

/// Independent trials that would tell as much as these: batches hold successes and trials. Never
/// more than the trials there are; smaller when successes come in bursts or batches are few. 0 with
/// fewer than two batches. Korn and Graubard, Survey Methodology 24 (1998).
[[nodiscard]] double effective_trials(std::span<const Batch> batches);

/// Rank from 0 of the sample that stands for a share of all: ceil(share x count) - 1, so the lower
/// median of an even number. Pre: count > 0.
[[nodiscard]] std::size_t rank_of_share(double share, std::size_t count);

/// Ranks, as shares of all samples in (0, 1], of the two order statistics between which a quantile
/// lies. low = 0 or high > 1 say that no sample bounds it on that side. Exact for independent
/// samples. David and Nagaraja, Order Statistics, 7.1.
[[nodiscard]] Interval quantile_ranks(double quantile, double effective_sample_count);

}  // namespace redcell::analysis
