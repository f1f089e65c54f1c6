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

/// Draws stretches of seconds, each with all its samples, and says mean and percentiles of each
/// draw.
class Resampler {
 public:
  /// at: which second, from 0 and without gaps, each sample belongs to.
  Resampler(std::span<const double> samples, std::span<const std::size_t> at, std::size_t length)
      : length_(length), sorted_(samples.begin(), samples.end()) {
    std::vector<std::size_t> order(samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return samples[a] < samples[b]; });
    ranks_.resize(*std::max_element(at.begin(), at.end()) + 1);
    for (std::size_t i = 0; i < order.size(); ++i) ranks_[at[order[i]]].push_back(i);
    std::sort(sorted_.begin(), sorted_.end());
  }

  /// Of the samples themselves.
  [[nodiscard]] Figures figures() {
    times_.assign(sorted_.size(), 1);
    return drawn(sorted_.size());
  }
  [[nodiscard]] Figures draw(const base::Random& random, base::RandomIds ids) {
    times_.assign(sorted_.size(), 0);
    const std::uint64_t starts = ranks_.size() - length_ + 1;
    std::array<std::uint32_t, 4> words{};
    std::size_t taken = 0, count = 0;
    for (std::uint64_t block = 0; taken < ranks_.size(); ++block) {
      if (block % 4 == 0) words = random.at(base::Purpose::bootstrap, ids, block / 4);
      const std::size_t start = static_cast<std::size_t>((words[block % 4] * starts) >> 32U);
      const std::size_t length = std::min(length_, ranks_.size() - taken);
      for (std::size_t i = start; i < start + length; ++i) {
        for (const std::size_t rank : ranks_[i]) ++times_[rank];
        count += ranks_[i].size();
      }
      taken += length;
    }
    return drawn(count);
  }

 private:
  [[nodiscard]] Figures drawn(std::size_t count) const {
    Figures figures{};
    double sum = 0.0;
    std::size_t below = 0, next = 0;
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      sum += times_[i] * sorted_[i];
      below += times_[i];
      while (next < percentile_shares.size() &&
             below > rank_of_share(percentile_shares[next], count)) {
        figures[1 + next++] = sorted_[i];
      }
    }
    figures[0] = sum / static_cast<double>(count);
    return figures;
  }

  std::size_t length_;
  std::vector<double> sorted_;
  std::vector<std::vector<std::size_t>> ranks_;  ///< [second] Of its samples.
  std::vector<std::uint32_t> times_;             ///< [rank] How often it was drawn.
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

/// Number from 0 of each sample's second among those that have samples.
std::vector<std::size_t> places_of(std::span<const std::int64_t> second) {
  std::vector<std::int64_t> distinct(second.begin(), second.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::size_t> places;
  places.reserve(second.size());
  for (const std::int64_t one : second) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), one);
    places.push_back(static_cast<std::size_t>(found - distinct.begin()));
  }
  return places;
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

/// What each second adds to the mean of all samples: one series for all terminals, whose mean is as
/// uncertain as theirs.
std::vector<double> parts_of_mean(std::span<const double> samples,
                                  std::span<const std::size_t> at) {
  std::vector<double> parts(*std::max_element(at.begin(), at.end()) + 1);
  const double mean = mean_of(samples);
  const double weight = static_cast<double>(parts.size()) / static_cast<double>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) parts[at[i]] += weight * (samples[i] - mean);
  return parts;
}

}  // namespace

Bootstrapped bootstrap(std::span<const double> series, const base::Random& random,
                       std::uint32_t stream) {
  std::vector<std::int64_t> second(series.size());
  std::iota(second.begin(), second.end(), std::int64_t{0});
  return bootstrap(series, second, random, stream);
}

Bootstrapped bootstrap(std::span<const double> samples, std::span<const std::int64_t> second,
                       const base::Random& random, std::uint32_t stream) {
  RC_CHECK(!samples.empty() && samples.size() == second.size());
  const std::vector<std::size_t> at = places_of(second);
  const std::vector<double> parts = parts_of_mean(samples, at);
  const auto count = static_cast<double>(parts.size());
  const double effective_seconds = effective_count(parts);
  const double part_variance = variance_of(parts);
  Bootstrapped result;
  result.count = samples.size();
  // Independent terminals tell more of the mean each second, such with one load do not.
  const double per_second = part_variance > 0.0 ? variance_of(samples) / part_variance : 1.0;
  result.effective_count =
      std::clamp(effective_seconds * per_second, 1.0, static_cast<double>(samples.size()));
  const double coefficient = equal_coefficient(count, effective_seconds);
  const bool is_known = parts.size() >= bootstrap_samples_min;
  result.block_length = is_known ? block_length(count, coefficient) : 1;
  Resampler resampler(samples, at, result.block_length);
  const Figures figures = resampler.figures();
  const auto estimate = [&](std::size_t i) -> Estimate& {
    return i == 0 ? result.mean : result.percentile[i - 1];
  };
  for (std::size_t i = 0; i < figure_count; ++i) estimate(i).value = figures[i];
  if (!is_known) return result;
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
