// How sure mean and percentiles of autocorrelated samples are, by resampling stretches of them.
//
// Moving blocks (Kuensch, Annals of Statistics 17, 1989): samples of a drive depend on those before
// them, so whole stretches are drawn, long enough to keep that. The spread of the draws is the
// standard error, after a factor for what blocks of finite length miss of the correlation of an
// AR(1) series; few blocks tell it poorly, so the interval is Student's. It covers better than the
// quantiles of the draws, whose blocks are too few (measured on AR(1) drives).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "analysis/statistics.h"
#include "base/random.h"

namespace redcell::analysis {

inline constexpr std::array<double, 7> percentile_shares = {0.05, 0.10, 0.25, 0.50,
                                                            0.75, 0.90, 0.95};
inline constexpr std::size_t median_index = 3;  ///< In percentile_shares.
/// [ours] The spread of this many is known to 3 %.
inline constexpr std::uint32_t replicate_count = 600;
/// [ours] Fewer samples say too little about the spread: the interval is infinite.
inline constexpr std::size_t bootstrap_samples_min = 30;
/// Shares of 95 % intervals of mean and median that contain the truth, for drives of 600 samples
/// with an AR(1) coefficient up to 0.8. Of p5, p10, p90 and p95 at least
/// bootstrap_tail_coverage_min: the tails of a drive are a few stretches.
inline constexpr double bootstrap_coverage_min = 0.93;
inline constexpr double bootstrap_coverage_max = 0.97;
inline constexpr double bootstrap_tail_coverage_min = 0.89;

/// A figure with its 95 % interval.
struct Estimate {
  double value = 0.0;
  double standard_error = infinity;
  double degrees_of_freedom = 0.0;  ///< Of Student's t; 0 when nothing is known of the spread.
  Interval interval;
};

struct Bootstrapped {
  std::size_t count = 0;
  double effective_count = 0.0;  ///< Of independent samples; see two_samples.h.
  std::size_t block_length = 0;
  Estimate mean;
  std::array<Estimate, percentile_shares.size()> percentile;  ///< [percentile_shares]

  [[nodiscard]] const Estimate& median() const { return percentile[median_index]; }
};

/// Samples in order of time. stream: another number gives other draws. The percentile is the
/// sample of rank ceil(share x count). Pre: series is not empty, all finite.
[[nodiscard]] Bootstrapped bootstrap(std::span<const double> series, const base::Random& random,
                                     std::uint32_t stream);

/// The same of several terminals, whose samples of one second depend on one another: stretches of
/// seconds are drawn, each with all its samples. Pre: second[i] is when sample i was taken; samples
/// of one terminal in order of time.
[[nodiscard]] Bootstrapped bootstrap(std::span<const double> samples,
                                     std::span<const std::int64_t> second,
                                     const base::Random& random, std::uint32_t stream);

/// a - b of independent figures, with Welch and Satterthwaite's degrees of freedom.
[[nodiscard]] Estimate difference(const Estimate& a, const Estimate& b);

/// value +- t standard_error at a confidence of 0 to 1.
[[nodiscard]] Interval t_interval(const Estimate& estimate, double confidence);

/// Two one-sided t tests (Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987): the
/// chance of such a difference when the true one lies at the margin or beyond. Below 0.05 both are
/// the same within the margin; then the 90 % interval lies inside. Pre: margin > 0.
[[nodiscard]] double equivalence_p_value(const Estimate& difference, double margin);

}  // namespace redcell::analysis
