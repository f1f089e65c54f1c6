#include "scenarios/sweep/judge.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace redcell::scenarios {
namespace {

constexpr double tail = (1.0 - analysis::confidence_level) / 2.0;
/// Standard normal quantile of 1 - tail, at a confidence of 0.95.
constexpr double normal_quantile = 1.9599639845400542;
constexpr double foretold_seed_count_max = 1e9;  ///< [ours] Nobody waits for more.

double student_quantile(double sample_count) {
  const boost::math::students_t distribution(sample_count - 1.0);
  return boost::math::quantile(boost::math::complement(distribution, tail));
}

/// By how much the true spread may lie below the one seen, as a factor.
double least_spread(double sample_count) {
  const boost::math::chi_squared distribution(sample_count - 1.0);
  return std::sqrt((sample_count - 1.0) / boost::math::quantile(distribution, 1.0 - tail));
}

Estimate mean_estimate(std::span<const Sample> samples) {
  const double count = static_cast<double>(samples.size());
  double sum = 0.0;
  for (const Sample& sample : samples) sum += sample.value;
  const double mean = sum / count;
  Estimate result{
      .value = mean, .interval = {}, .seed_count = static_cast<std::uint32_t>(samples.size())};
  if (samples.size() < 2) return result;
  double squares = 0.0;
  for (const Sample& sample : samples) squares += (sample.value - mean) * (sample.value - mean);
  const double error = std::sqrt(squares / (count - 1.0) / count);
  result.interval = analysis::mean_interval(
      {.mean = mean, .standard_error = error, .batch_count = samples.size()});
  return result;
}

double weight_sum(std::span<const Sample> samples) {
  double sum = 0.0;
  for (const Sample& sample : samples) sum += sample.weight;
  return sum;
}

/// Trials of all seeds together, as many as independent trials would show the same spread.
struct Trials {
  double ratio = 0.0;
  double seed_count = 0.0;
  double independent = 0.0;
};

/// A ratio's interval when as many seeds with such trials are there.
analysis::Interval ratio_interval(const Trials& trials, double seed_count) {
  const double few_seeds = student_quantile(seed_count) / normal_quantile;
  const double effective =
      trials.independent * (seed_count / trials.seed_count) / (few_seeds * few_seeds);
  return analysis::wilson_interval(trials.ratio * effective, effective);
}

Trials trials_of(std::span<const Sample> samples) {
  double successes = 0.0;
  for (const Sample& sample : samples) successes += sample.value * sample.weight;
  const double trials = weight_sum(samples);
  RC_CHECK(trials > 0.0);
  const double ratio = std::clamp(successes / trials, 0.0, 1.0);
  const double count = static_cast<double>(samples.size());
  if (samples.size() < 2) return {.ratio = ratio, .seed_count = count, .independent = trials};
  double squares = 0.0;
  for (const Sample& sample : samples) {
    const double residual = (sample.value - ratio) * sample.weight;
    squares += residual * residual;
  }
  const double variance = squares * count / (count - 1.0) / (trials * trials);
  const double independent = ratio * (1.0 - ratio) / trials;
  const double burst = independent > 0.0 ? std::max(1.0, variance / independent) : 1.0;
  return {.ratio = ratio, .seed_count = count, .independent = trials / burst};
}

Estimate ratio_estimate(std::span<const Sample> samples) {
  const Trials trials = trials_of(samples);
  Estimate result{.value = trials.ratio,
                  .interval = {},
                  .seed_count = static_cast<std::uint32_t>(samples.size())};
  if (samples.size() >= 2) result.interval = ratio_interval(trials, trials.seed_count);
  return result;
}

double half_width(const analysis::Interval& interval) {
  return (interval.high - interval.low) / 2.0;
}

/// Whole numbers, the same in every seed: a rare count that has not come yet looks so.
bool counts_alike(std::span<const Sample> samples) {
  const double first = samples.front().value;
  return first == std::floor(first) &&
         std::all_of(samples.begin(), samples.end(),
                     [&](const Sample& sample) { return sample.value == first; });
}

/// Seeds after which a mean's interval of this half width, now over `count` seeds, has shrunk to
/// `goal`.
double mean_seeds_for(double goal, double width, double count) {
  const double square = width * width / (goal * goal);
  const double now = student_quantile(count);
  double needed = count * square;
  // Student's quantile falls as well as seeds are added.
  for (int i = 0; i < 4; ++i) {
    const double then = student_quantile(std::max(2.0, needed));
    needed = count * square * (then * then) / (now * now);
  }
  return needed;
}

/// Seeds after which a ratio's interval has shrunk to `goal`. Wilson's shrinks as 1 / n where all
/// trials end alike, and as 1 / sqrt(n) elsewhere: the interval itself is asked.
double ratio_seeds_for(double goal, const Trials& trials) {
  const auto is_enough = [&](double count) {
    return half_width(ratio_interval(trials, count)) <= goal;
  };
  double too_few = trials.seed_count;
  double enough = 2.0 * too_few;
  while (!is_enough(enough) && enough < foretold_seed_count_max) {
    too_few = enough;
    enough *= 2.0;
  }
  while (enough - too_few > 1.0) {
    const double middle = std::floor((too_few + enough) / 2.0);
    (is_enough(middle) ? enough : too_few) = middle;
  }
  return enough;
}

/// Seeds that a goal needs, with the true spread this share of the one seen.
double seeds_for(double goal, std::span<const Sample> samples, FigureKind kind, double spread) {
  if (kind == FigureKind::ratio) {
    Trials trials = trials_of(samples);
    trials.independent /= spread * spread;
    return ratio_seeds_for(goal, trials);
  }
  const double width = half_width(mean_estimate(samples).interval) * spread;
  return mean_seeds_for(goal, width, static_cast<double>(samples.size()));
}

/// Half width that a difference of ratios has at the least: Newcombe's (Statistics in Medicine 17
/// (1998)) where all trials end alike. Pairs that agree throughout show no spread, and yet the next
/// trial may differ. With the ratios seen it would be as wide as for worlds not shared. [ours]
double least_difference_width(double trials, double reference_trials, double seed_count) {
  const auto width = [&](double count) {
    return half_width(
        ratio_interval({.ratio = 1.0, .seed_count = seed_count, .independent = count}, seed_count));
  };
  return std::hypot(width(trials), width(reference_trials));
}

Estimate ratio_difference(std::span<const Sample> values, std::span<const Sample> references) {
  const double ratio = trials_of(values).ratio;
  const double reference = trials_of(references).ratio;
  Estimate result{.value = ratio - reference,
                  .interval = {},
                  .seed_count = static_cast<std::uint32_t>(values.size())};
  if (values.size() < 2) return result;
  const double weight = weight_sum(values);
  const double reference_weight = weight_sum(references);
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double part = (values[i].value - ratio) * values[i].weight / weight;
    const double reference_part =
        (references[i].value - reference) * references[i].weight / reference_weight;
    squares += (part - reference_part) * (part - reference_part);
  }
  const double count = static_cast<double>(values.size());
  result.interval =
      analysis::mean_interval({.mean = result.value,
                               .standard_error = std::sqrt(squares * count / (count - 1)),
                               .batch_count = values.size()});
  const double least = least_difference_width(weight, reference_weight, count);
  result.interval.low = std::min(result.interval.low, result.value - least);
  result.interval.high = std::max(result.interval.high, result.value + least);
  return result;
}

}  // namespace

Estimate estimate(std::span<const Sample> samples, FigureKind kind) {
  RC_CHECK(!samples.empty());
  return kind == FigureKind::ratio ? ratio_estimate(samples) : mean_estimate(samples);
}

const char* precision_name(Precision precision) {
  switch (precision) {
    case Precision::no_goal:
      return "no goal";
    case Precision::met:
      return "met";
    case Precision::more_seeds:
      return "more seeds";
    case Precision::out_of_reach:
      return "out of reach";
  }
  return "";
}

StopDecision decide(std::span<const Sample> samples, FigureKind kind, const PrecisionGoal& goal,
                    std::uint32_t seed_count_max) {
  if (goal.half_width <= 0.0 && goal.half_width_percent <= 0.0) return {};
  const auto count = static_cast<std::uint32_t>(samples.size());
  const std::uint32_t least = std::min(goal_seed_count_min, seed_count_max);
  if (count < std::max(least, 2U)) {
    if (count >= seed_count_max) return {.precision = Precision::out_of_reach};
    return {.precision = Precision::more_seeds,
            .next_seed_count = std::min(std::max(least, 2U), seed_count_max)};
  }
  const Estimate now = estimate(samples, kind);
  const double width = half_width(now.interval);
  const double allowed = goal.half_width > 0.0
                             ? goal.half_width
                             : goal.half_width_percent / 100 * std::fabs(now.value);
  if (kind == FigureKind::mean && counts_alike(samples) && count < seed_count_max) {
    return {.precision = Precision::more_seeds,
            .next_seed_count = std::min(2 * count, seed_count_max)};
  }
  if (width <= allowed) return {.precision = Precision::met};
  StopDecision decision{.precision = Precision::out_of_reach};
  if (allowed <= 0.0) return decision;
  decision.needed_seed_count = std::ceil(seeds_for(allowed, samples, kind, 1.0));
  const double at_least = seeds_for(allowed, samples, kind, least_spread(count));
  if (count >= seed_count_max || at_least > seed_count_max) return decision;
  decision.precision = Precision::more_seeds;
  const double step = std::max(1.0, std::floor(count / 4.0));
  const double wanted = std::clamp(decision.needed_seed_count, count + step, 2.0 * count);
  decision.next_seed_count = std::min(seed_count_max, static_cast<std::uint32_t>(wanted));
  return decision;
}

Estimate paired_difference(std::span<const Sample> values, std::span<const Sample> references,
                           FigureKind kind) {
  RC_CHECK(values.size() == references.size() && !values.empty());
  if (kind == FigureKind::ratio) return ratio_difference(values, references);
  std::vector<Sample> differences;
  for (std::size_t i = 0; i < values.size(); ++i) {
    differences.push_back({.value = values[i].value - references[i].value});
  }
  return mean_estimate(differences);
}

}  // namespace redcell::scenarios
