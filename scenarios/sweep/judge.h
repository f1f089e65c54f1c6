// How sure a sweep's figures are, and whether more seeds are worth their time.
//
// Runs with different seeds are independent. A mean's interval is Student's t over the seeds; a
// ratio's is Wilson's on the trials of all seeds together, as many of them as independent trials
// would show the same spread between seeds (Korn and Graubard, Survey Methodology 24 (1998)).
#pragma once

#include <cstdint>
#include <span>

#include "analysis/statistics.h"

namespace redcell::scenarios {

/// A figure of one run.
struct Sample {
  double value = 0.0;
  double weight = 1.0;  ///< Trials of a ratio; of other figures not read.
};

enum class FigureKind { mean, ratio };

struct Estimate {
  double value = 0.0;
  analysis::Interval interval;  ///< Of 95 %; infinite for one seed.
  std::uint32_t seed_count = 0;
};

/// Over all seeds. Pre: at least one sample; a ratio has trials.
[[nodiscard]] Estimate estimate(std::span<const Sample> samples, FigureKind kind);

/// Half the width that the interval may have; both 0: no goal.
struct PrecisionGoal {
  double half_width = 0.0;
  double half_width_percent = 0.0;  ///< Of the value.
};

enum class Precision {
  no_goal,
  met,
  more_seeds,
  out_of_reach,  ///< Not with the seeds allowed.
};

[[nodiscard]] const char* precision_name(Precision precision);

struct StopDecision {
  Precision precision = Precision::no_goal;
  std::uint32_t next_seed_count = 0;  ///< In all; only with more_seeds.
  double needed_seed_count = 0.0;     ///< Foretold from the spread so far; 0 where nothing is.
};

/// A spread is not judged from fewer seeds: two that happen to agree would end a sweep. [ours]
inline constexpr std::uint32_t goal_seed_count_min = 5;
/// Share of intervals that hold the truth when the rule has stopped, at the least. Looking after
/// each round costs a little of the 95 %.
inline constexpr double stop_coverage_min = 0.92;

/// Goes on while the interval is wider than the goal, in steps of a quarter to the double of the
/// seeds there are. Ends when the goal is met, at `seed_count_max`, or before when the goal is out
/// of reach even with a spread at the lower end of what the seeds allow (97.5 %). A count that is
/// the same in all seeds is no proof of no spread: it goes on to `seed_count_max`.
[[nodiscard]] StopDecision decide(std::span<const Sample> samples, FigureKind kind,
                                  const PrecisionGoal& goal, std::uint32_t seed_count_max);

/// Difference of the two estimates, of pairs that share a seed: the mean of the pairs' differences,
/// or the difference of the ratios of all seeds' trials. The interval is Student's over the seeds,
/// a ratio's on what each pair adds to the difference to first order, and no narrower than for as
/// many trials that all end alike. Pre: as many of both, at least one; ratios have trials.
[[nodiscard]] Estimate paired_difference(std::span<const Sample> values,
                                         std::span<const Sample> references, FigureKind kind);

}  // namespace redcell::scenarios
