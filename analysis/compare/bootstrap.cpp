#include "analysis/compare/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "analysis/compare/two_samples.h"
#include "base/check.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t figure_count = 1 + percentile_shares.size();  ///< Mean, then percentiles.
using Figures = std::array<double, figure_count>;

/// Rank from 0 of the sample that stands for a share.
std::size_t rank_of(double share, std::size_t count) {
  const double rank = std::ceil(share * static_cast<double>(count) - 1e-9);
  return static_cast<std::size_t>(std::max(1.0, rank)) - 1;
}

/// The AR(1) coefficient whose means are as uncertain as those of the series.
double equal_coefficient(double count, double effective) {
  const double time = count / effective;  // (1 + c) / (1 - c)
  return std::clamp((time - 1.0) / (time + 1.0), 0.0, 0.99);
}

/// Blocks as long as the correlation asks for, but no fewer than blocks_min. [ours]: twice what
/// minimises the error of the variance of a mean (Lahiri, Annals of Statistics 27, 1999): a bias is
/// worse here than a spread, which Student's t knows of.
std::size_t block_length(double count, double coefficient) {
  constexpr double blocks_min = 8.0;
  const double ratio = 2.0 * coefficient / (1.0 - coefficient * coefficient);
  const double best = std::cbrt(1.5 * ratio * ratio * count);
  return static_cast<std::size_t>(std::clamp(std::ceil(2.0 * best), 1.0, count / blocks_min));
}

/// Factor on the standard error for what blocks miss of the variance of an AR(1) series' mean.
double missing_variance(double count, double length, double coefficient) {
  const double c = coefficient;
  const double seen = 1.0 - 2.0 * c * (1.0 - std::pow(c, length)) / (length * (1.0 - c * c));
  constexpr double seen_min = 0.25;
  return std::sqrt(count / (count - length) / std::max(seen, seen_min));
}

/// Draws stretches of the series and says mean and percentiles of each draw.
class Resampler {
 public:
  Resampler(std::span<const double> series, std::size_t length)
      : series_(series), length_(length), sorted_(series.begin(), series.end()) {
    std::vector<std::size_t> order(series.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return series[a] < series[b]; });
    rank_.resize(series.size());
    for (std::size_t i = 0; i < order.size(); ++i) rank_[order[i]] = i;
    std::sort(sorted_.begin(), sorted_.end());
  }

  /// Of the series itself.
  [[nodiscard]] Figures figures() {
    times_.assign(series_.size(), 1);
    return drawn();
  }
  [[nodiscard]] Figures draw(const base::Random& random, base::RandomIds ids) {
    times_.assign(series_.size(), 0);
    const std::uint64_t starts = series_.size() - length_ + 1;
    std::array<std::uint32_t, 4> words{};
    std::size_t taken = 0;
    for (std::uint64_t block = 0; taken < series_.size(); ++block) {
      if (block % 4 == 0) words = random.at(base::Purpose::bootstrap, ids, block / 4);
      const std::size_t start = static_cast<std::size_t>((words[block % 4] * starts) >> 32U);
      const std::size_t length = std::min(length_, series_.size() - taken);
      for (std::size_t i = start; i < start + length; ++i) ++times_[rank_[i]];
      taken += length;
    }
    return drawn();
  }

 private:
  [[nodiscard]] Figures drawn() const {
    Figures figures{};
    double sum = 0.0;
    std::size_t below = 0, next = 0;
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      sum += times_[i] * sorted_[i];
      below += times_[i];
      while (next < percentile_shares.size() &&
             below > analysis::rank_of(percentile_shares[next], sorted_.size())) {
        figures[1 + next++] = sorted_[i];
      }
    }
    figures[0] = sum / static_cast<double>(sorted_.size());
    return figures;
  }

  std::span<const double> series_;
  std::size_t length_;
  std::vector<double> sorted_;
  std::vector<std::size_t> rank_;     ///< [sample]
  std::vector<std::uint32_t> times_;  ///< [rank] How often it was drawn.
};

Estimate estimate_of(double value, const std::vector<double>& draws, double factor,
                     double freedom) {
  const auto count = static_cast<double>(draws.size());
  const double mean = std::accumulate(draws.begin(), draws.end(), 0.0) / count;
  double squares = 0.0;
  for (const double draw : draws) squares += (draw - mean) * (draw - mean);
  Estimate estimate = {.value = value,
                       .standard_error = factor * std::sqrt(squares / (count - 1.0)),
                       .degrees_of_freedom = freedom,
                       .interval = {}};
  estimate.interval = t_interval(estimate, confidence_level);
  return estimate;
}

}  // namespace

Bootstrapped bootstrap(std::span<const double> series, const base::Random& random,
                       std::uint32_t stream) {
  RC_CHECK(!series.empty());
  Bootstrapped result;
  result.count = series.size();
  result.effective_count = effective_count(series);
  const auto count = static_cast<double>(series.size());
  const double coefficient = equal_coefficient(count, result.effective_count);
  result.block_length =
      series.size() < bootstrap_samples_min ? 1 : block_length(count, coefficient);
  Resampler resampler(series, result.block_length);
  const Figures figures = resampler.figures();
  const auto estimate = [&](std::size_t i) -> Estimate& {
    return i == 0 ? result.mean : result.percentile[i - 1];
  };
  for (std::size_t i = 0; i < figure_count; ++i) estimate(i).value = figures[i];
  if (series.size() < bootstrap_samples_min) return result;
  std::array<std::vector<double>, figure_count> draws;
  for (std::uint32_t replicate = 0; replicate < replicate_count; ++replicate) {
    const Figures drawn = resampler.draw(random, {.a = stream, .b = replicate});
    for (std::size_t i = 0; i < figure_count; ++i) draws[i].push_back(drawn[i]);
  }
  const auto length = static_cast<double>(result.block_length);
  const double factor = missing_variance(count, length, coefficient);
  // Overlapping blocks tell as much of the spread as half as many again apart (Meketon and
  // Schmeiser, 1984).
  const double freedom = 1.5 * (count / length - 1.0);
  for (std::size_t i = 0; i < figure_count; ++i) {
    estimate(i) = estimate_of(figures[i], draws[i], factor, freedom);
  }
  return result;
}

Estimate difference(const Estimate& a, const Estimate& b) {
  Estimate result;
  result.value = a.value - b.value;
  if (a.degrees_of_freedom == 0.0 || b.degrees_of_freedom == 0.0) return result;
  const double square_a = a.standard_error * a.standard_error;
  const double square_b = b.standard_error * b.standard_error;
  const double square = square_a + square_b;
  result.standard_error = std::sqrt(square);
  const double parts =
      square_a * square_a / a.degrees_of_freedom + square_b * square_b / b.degrees_of_freedom;
  result.degrees_of_freedom =
      parts > 0.0 ? square * square / parts : a.degrees_of_freedom + b.degrees_of_freedom;
  result.interval = t_interval(result, confidence_level);
  return result;
}

Interval t_interval(const Estimate& estimate, double confidence) {
  if (estimate.degrees_of_freedom == 0.0) return {};
  const boost::math::students_t student(estimate.degrees_of_freedom);
  const double tail = (1.0 - confidence) / 2.0;
  const double half =
      estimate.standard_error * boost::math::quantile(boost::math::complement(student, tail));
  return {.low = estimate.value - half, .high = estimate.value + half};
}

double equivalence_p_value(const Estimate& difference, double margin) {
  RC_CHECK(margin > 0.0);
  if (difference.degrees_of_freedom == 0.0) return 1.0;
  const double distance = margin - std::fabs(difference.value);
  if (difference.standard_error == 0.0) return distance > 0.0 ? 0.0 : 1.0;
  const boost::math::students_t student(difference.degrees_of_freedom);
  // The nearer margin decides.
  return boost::math::cdf(boost::math::complement(student, distance / difference.standard_error));
}

}  // namespace redcell::analysis
