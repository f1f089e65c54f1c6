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

Estimate ratio_estimate(std::span<const Sample> samples) {
  double successes = 0.0;
  double trials = 0.0;
  for (const Sample& sample : samples) {
    successes += sample.value * sample.weight;
    trials += sample.weight;
  }
  RC_CHECK(trials > 0.0);
  const double ratio = std::clamp(successes / trials, 0.0, 1.0);
  const double count = static_cast<double>(samples.size());
  Estimate result{
      .value = ratio, .interval = {}, .seed_count = static_cast<std::uint32_t>(samples.size())};
  if (samples.size() < 2) return result;
  double squares = 0.0;
  for (const Sample& sample : samples) {
    const double residual = (sample.value - ratio) * sample.weight;
    squares += residual * residual;
  }
  const double variance = squares * count / (count - 1.0) / (trials * trials);
  const double independent = ratio * (1.0 - ratio) / trials;
  const double burst = independent > 0.0 ? std::max(1.0, variance / independent) : 1.0;
  const double few_seeds = student_quantile(count) / normal_quantile;
  const double effective = trials / (burst * few_seeds * few_seeds);
  result.interval = analysis::wilson_interval(ratio * effective, effective);
  return result;
}

double half_width(const Estimate& result) {
  return (result.interval.high - result.interval.low) / 2.0;
}

/// Seeds after which an interval of this half width, now over `count` seeds, has shrunk to `goal`.
double seeds_for(double goal, double width, double count) {
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
    return {.precision = Precision::more_seeds, .next_seed_count = std::max(least, 2U)};
  }
  const Estimate now = estimate(samples, kind);
  const double width = half_width(now);
  const double allowed = goal.half_width > 0.0
                             ? goal.half_width
                             : goal.half_width_percent / 100 * std::fabs(now.value);
  if (width <= allowed) return {.precision = Precision::met};
  StopDecision decision{.precision = Precision::out_of_reach};
  if (allowed <= 0.0) return decision;
  decision.needed_seed_count = std::ceil(seeds_for(allowed, width, count));
  const double at_least = seeds_for(allowed, width * least_spread(count), count);
  if (count >= seed_count_max || at_least > seed_count_max) return decision;
  decision.precision = Precision::more_seeds;
  const double step = std::max(1.0, std::floor(count / 4.0));
  const double wanted = std::clamp(decision.needed_seed_count, count + step, 2.0 * count);
  decision.next_seed_count = std::min(seed_count_max, static_cast<std::uint32_t>(wanted));
  return decision;
}

Estimate paired_difference(std::span<const double> values, std::span<const double> references) {
  RC_CHECK(values.size() == references.size() && !values.empty());
  std::vector<Sample> differences;
  for (std::size_t i = 0; i < values.size(); ++i) {
    differences.push_back({.value = values[i] - references[i]});
  }
  return mean_estimate(differences);
}

}  // namespace redcell::scenarios
