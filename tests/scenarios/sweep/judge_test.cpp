// Goal: seeds are added until the goal is met or said to be out of reach, and no longer; intervals
// hold the truth as often as they say.
// Method: synthetic points with known mean and variance, hundreds of repetitions; the number of
// seeds that the normal distribution asks for, (1.96 sigma / half width)^2.
#include "scenarios/sweep/judge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t repetition_count = 400;

/// One run's figure of a point with mean 10 and standard deviation 1.
Sample normal_sample(std::uint32_t repetition, std::uint32_t seed) {
  const base::Random random(2, repetition);
  return {.value = 10 + random.normal(base::Purpose::bootstrap, {}, seed)};
}

/// One run's ratio: 100 trials, each a success with this chance.
Sample ratio_sample(std::uint32_t repetition, std::uint32_t seed, double chance) {
  const base::Random random(3, repetition);
  constexpr std::uint32_t trials = 100;
  double successes = 0;
  for (std::uint32_t i = 0; i < trials; ++i) {
    const std::uint64_t index = std::uint64_t{seed} * trials + i;
    if (random.uniform(base::Purpose::bootstrap, {}, index) < chance) ++successes;
  }
  return {.value = successes / trials, .weight = trials};
}

struct Stopped {
  std::vector<Sample> samples;
  StopDecision decision;
};

/// Adds seeds as the rule says, until it stops.
template <class Draw>
Stopped run_rule(const PrecisionGoal& goal, std::uint32_t seed_count_max, FigureKind kind,
                 Draw&& draw) {
  Stopped stopped;
  std::uint32_t wanted = 2;
  do {
    while (stopped.samples.size() < wanted) {
      stopped.samples.push_back(draw(static_cast<std::uint32_t>(stopped.samples.size())));
    }
    stopped.decision = decide(stopped.samples, kind, goal, seed_count_max);
    EXPECT_TRUE(stopped.decision.precision != Precision::more_seeds ||
                stopped.decision.next_seed_count > wanted);
    wanted = stopped.decision.next_seed_count;
  } while (stopped.decision.precision == Precision::more_seeds && wanted <= seed_count_max);
  return stopped;
}

TEST(Decide, stops_near_the_seeds_that_a_known_variance_needs) {
  constexpr double half_width = 0.25;
  constexpr double needed = 1.96 * 1.96 / (half_width * half_width);  // 61.5
  double seed_sum = 0;
  std::uint32_t covered = 0;
  for (std::uint32_t r = 0; r < repetition_count; ++r) {
    const Stopped stopped = run_rule({.half_width = half_width}, 1000, FigureKind::mean,
                                     [&](std::uint32_t seed) { return normal_sample(r, seed); });
    ASSERT_EQ(stopped.decision.precision, Precision::met) << "repetition " << r;
    const Estimate e = estimate(stopped.samples, FigureKind::mean);
    EXPECT_LE(e.interval.high - e.interval.low, 2 * half_width);
    seed_sum += static_cast<double>(stopped.samples.size());
    if (e.interval.low <= 10 && 10 <= e.interval.high) ++covered;
  }
  EXPECT_GT(seed_sum / repetition_count, 0.8 * needed);
  EXPECT_LT(seed_sum / repetition_count, 1.3 * needed);
  EXPECT_GE(covered, stop_coverage_min * repetition_count);
}

TEST(Decide, says_early_that_a_goal_is_out_of_reach) {
  constexpr std::uint32_t seed_count_max = 50;  // 1537 would be needed.
  for (std::uint32_t r = 0; r < repetition_count; ++r) {
    const Stopped stopped = run_rule({.half_width = 0.05}, seed_count_max, FigureKind::mean,
                                     [&](std::uint32_t seed) { return normal_sample(r, seed); });
    ASSERT_EQ(stopped.decision.precision, Precision::out_of_reach) << "repetition " << r;
    EXPECT_LE(stopped.samples.size(), 20u) << "repetition " << r;
    EXPECT_GT(stopped.decision.needed_seed_count, seed_count_max);
  }
}

TEST(Decide, never_goes_beyond_the_most_seeds) {
  constexpr std::uint32_t seed_count_max = 40;  // 61 would be needed: by luck fewer do.
  std::uint32_t met = 0;
  for (std::uint32_t r = 0; r < repetition_count; ++r) {
    const Stopped stopped = run_rule({.half_width = 0.25}, seed_count_max, FigureKind::mean,
                                     [&](std::uint32_t seed) { return normal_sample(r, seed); });
    EXPECT_NE(stopped.decision.precision, Precision::more_seeds);
    EXPECT_LE(stopped.samples.size(), seed_count_max);
    if (stopped.decision.precision == Precision::met) ++met;
  }
  EXPECT_LT(met, repetition_count / 4);
}

TEST(Decide, reaches_a_goal_for_a_ratio_within_its_trials) {
  constexpr double chance = 0.98;
  constexpr double half_width = 0.005;
  constexpr double needed = 1.96 * 1.96 * chance * (1 - chance) / (half_width * half_width) / 100;
  double seed_sum = 0;
  std::uint32_t covered = 0;
  for (std::uint32_t r = 0; r < repetition_count; ++r) {
    const Stopped stopped =
        run_rule({.half_width = half_width}, 1000, FigureKind::ratio,
                 [&](std::uint32_t seed) { return ratio_sample(r, seed, chance); });
    ASSERT_EQ(stopped.decision.precision, Precision::met) << "repetition " << r;
    const Estimate e = estimate(stopped.samples, FigureKind::ratio);
    seed_sum += static_cast<double>(stopped.samples.size());
    if (e.interval.low <= chance && chance <= e.interval.high) ++covered;
  }
  EXPECT_GT(seed_sum / repetition_count, 0.8 * needed);
  EXPECT_LT(seed_sum / repetition_count, 2.0 * needed);
  EXPECT_GE(covered, stop_coverage_min * repetition_count);
}

TEST(Decide, goes_on_where_all_trials_end_alike_and_few_more_seeds_do) {
  constexpr double half_width = 0.005;
  const Stopped stopped = run_rule({.half_width = half_width}, 50, FigureKind::ratio,
                                   [](std::uint32_t) { return Sample{.value = 1, .weight = 10}; });
  EXPECT_EQ(stopped.decision.precision, Precision::met);
  // Wilson's half width at a ratio of 1 is z^2 / 2 / (n + z^2): 381 trials, and more for Student.
  EXPECT_GE(stopped.samples.size(), 39u);
}

TEST(Decide, foretells_the_seeds_that_a_ratio_of_one_needs) {
  constexpr double half_width = 0.005;
  const auto width_of = [](std::size_t count) {
    const std::vector<Sample> samples(count, {.value = 1, .weight = 10});
    const Estimate e = estimate(samples, FigureKind::ratio);
    return (e.interval.high - e.interval.low) / 2;
  };
  const std::vector<Sample> five(5, {.value = 1, .weight = 10});
  const StopDecision decision = decide(five, FigureKind::ratio, {.half_width = half_width}, 50);
  EXPECT_EQ(decision.precision, Precision::more_seeds);
  const auto needed = static_cast<std::size_t>(decision.needed_seed_count);
  EXPECT_LE(width_of(needed), half_width);
  EXPECT_GT(width_of(needed - 1), half_width);
}

TEST(Decide, asks_for_no_more_seeds_than_are_allowed) {
  const StopDecision decision = decide({}, FigureKind::mean, {.half_width = 1}, 1);
  EXPECT_EQ(decision.precision, Precision::more_seeds);
  EXPECT_EQ(decision.next_seed_count, 1u);
}

TEST(Decide, does_not_believe_two_seeds_that_agree) {
  const std::vector<Sample> equal = {{.value = 5}, {.value = 5}};
  const StopDecision decision = decide(equal, FigureKind::mean, {.half_width = 1}, 50);
  EXPECT_EQ(decision.precision, Precision::more_seeds);
  EXPECT_EQ(decision.next_seed_count, goal_seed_count_min);
}

TEST(Decide, does_not_believe_a_count_that_is_the_same_in_all_seeds_while_there_are_more) {
  const auto zeros = [](std::size_t count) { return std::vector<Sample>(count, {.value = 0}); };
  const StopDecision decision = decide(zeros(8), FigureKind::mean, {.half_width = 0.5}, 50);
  EXPECT_EQ(decision.precision, Precision::more_seeds);
  EXPECT_EQ(decision.next_seed_count, 16u);
  EXPECT_EQ(decide(zeros(50), FigureKind::mean, {.half_width = 0.5}, 50).precision, Precision::met);
  const std::vector<Sample> no_counts(8, {.value = 2.5});
  EXPECT_EQ(decide(no_counts, FigureKind::mean, {.half_width = 0.5}, 50).precision, Precision::met);
}

TEST(Decide, takes_a_share_of_the_mean_as_goal) {
  std::vector<Sample> samples;
  for (std::uint32_t seed = 0; seed < 30; ++seed) samples.push_back(normal_sample(1, seed));
  const double width =
      estimate(samples, FigureKind::mean).interval.high - estimate(samples, FigureKind::mean).value;
  const double share = 100 * width / estimate(samples, FigureKind::mean).value;
  const auto precision = [&](double percent) {
    return decide(samples, FigureKind::mean, {.half_width_percent = percent}, 500).precision;
  };
  EXPECT_EQ(precision(share * 1.01), Precision::met);
  EXPECT_EQ(precision(share * 0.99), Precision::more_seeds);
}

TEST(Decide, adds_at_least_a_quarter) {
  std::vector<Sample> samples;
  for (std::uint32_t seed = 0; seed < 40; ++seed) samples.push_back(normal_sample(1, seed));
  const Estimate now = estimate(samples, FigureKind::mean);
  const double width = (now.interval.high - now.interval.low) / 2;
  EXPECT_EQ(decide(samples, FigureKind::mean, {.half_width = 0.999 * width}, 500).next_seed_count,
            50u);
  EXPECT_EQ(decide(samples, FigureKind::mean, {.half_width = 0.4 * width}, 500).next_seed_count,
            80u);
}

TEST(Decide, asks_for_nothing_without_a_goal) {
  EXPECT_EQ(decide({}, FigureKind::mean, {}, 50).precision, Precision::no_goal);
}

TEST(Decide, ends_when_no_more_seeds_are_allowed) {
  const std::vector<Sample> one = {{.value = 5}};
  EXPECT_EQ(decide(one, FigureKind::mean, {.half_width = 1}, 1).precision, Precision::out_of_reach);
}

TEST(Estimate, knows_no_spread_from_one_seed) {
  const std::vector<Sample> one = {{.value = 5}};
  const Estimate e = estimate(one, FigureKind::mean);
  EXPECT_EQ(e.value, 5);
  EXPECT_EQ(e.interval, analysis::Interval{});
}

TEST(Estimate, is_students_interval_over_seeds) {
  const std::vector<Sample> samples = {{.value = 1}, {.value = 2}, {.value = 3}};
  const Estimate e = estimate(samples, FigureKind::mean);
  // t of 2 degrees of freedom at 97.5 % is 4.302653; the standard error is 1 / sqrt(3).
  EXPECT_NEAR(e.interval.high, 2 + 4.302653 / std::sqrt(3.0), 1e-5);
  EXPECT_NEAR(e.interval.low, 2 - 4.302653 / std::sqrt(3.0), 1e-5);
}

TEST(Estimate, widens_a_ratio_whose_failures_come_in_bursts) {
  std::vector<Sample> even;
  std::vector<Sample> bursts;
  for (int i = 0; i < 10; ++i) {
    even.push_back({.value = 0.9, .weight = 100});
    bursts.push_back({.value = i == 0 ? 0.0 : 1.0, .weight = 100});
  }
  const Estimate a = estimate(even, FigureKind::ratio);
  const Estimate b = estimate(bursts, FigureKind::ratio);
  EXPECT_NEAR(a.value, b.value, 1e-12);
  EXPECT_GT(b.interval.high - b.interval.low, 5 * (a.interval.high - a.interval.low));
}

TEST(Estimate, weighs_a_ratio_by_trials) {
  const std::vector<Sample> samples = {{.value = 1.0, .weight = 300},
                                       {.value = 0.0, .weight = 100}};
  EXPECT_NEAR(estimate(samples, FigureKind::ratio).value, 0.75, 1e-12);
}

TEST(PairedDifference, is_narrow_where_worlds_are_shared) {
  std::vector<Sample> a;
  std::vector<Sample> b;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    a.push_back({.value = normal_sample(1, seed).value + 0.5});
    b.push_back({.value = normal_sample(1, seed).value + 0.01 * normal_sample(2, seed).value});
  }
  const Estimate e = paired_difference(a, b, FigureKind::mean);
  EXPECT_NEAR(e.value, 0.4, 0.01);
  EXPECT_LT(e.interval.high - e.interval.low, 0.03);
  EXPECT_EQ(e.seed_count, 20u);
}

TEST(PairedDifference, of_ratios_is_that_of_their_estimates) {
  // The seeds' mean is 0.1 the other way.
  const std::vector<Sample> a = {{.value = 1.0, .weight = 10}, {.value = 0.5, .weight = 90}};
  const std::vector<Sample> b = {{.value = 0.5, .weight = 10}, {.value = 0.8, .weight = 90}};
  const Estimate e = paired_difference(a, b, FigureKind::ratio);
  EXPECT_NEAR(e.value, estimate(a, FigureKind::ratio).value - estimate(b, FigureKind::ratio).value,
              1e-12);
  EXPECT_LT(e.value, 0);
  EXPECT_GT(paired_difference(a, b, FigureKind::mean).value, 0);
}

TEST(PairedDifference, of_ratios_is_that_of_means_where_all_runs_have_as_many_trials) {
  std::vector<Sample> a;
  std::vector<Sample> b;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    a.push_back(ratio_sample(1, seed, 0.9));
    b.push_back(ratio_sample(2, seed, 0.8));
  }
  const Estimate ratio = paired_difference(a, b, FigureKind::ratio);
  const Estimate mean = paired_difference(a, b, FigureKind::mean);
  EXPECT_NEAR(ratio.value, mean.value, 1e-12);
  EXPECT_NEAR(ratio.interval.low, mean.interval.low, 1e-12);
  EXPECT_NEAR(ratio.interval.high, mean.interval.high, 1e-12);
}

TEST(PairedDifference, of_ratios_holds_the_truth_as_often_as_it_says) {
  constexpr double share_min = 0.92;  // Of 95 %, less three standard errors of 400 repetitions.
  std::uint32_t covered = 0;
  for (std::uint32_t r = 0; r < repetition_count; ++r) {
    std::vector<Sample> a;
    std::vector<Sample> b;
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
      a.push_back(ratio_sample(r, seed, 0.9));
      b.push_back(ratio_sample(repetition_count + r, seed, 0.8));
      a.back().weight *= 1 + seed % 4;
    }
    const analysis::Interval interval = paired_difference(a, b, FigureKind::ratio).interval;
    if (interval.low <= 0.1 && 0.1 <= interval.high) ++covered;
  }
  EXPECT_GE(covered, share_min * repetition_count);
  EXPECT_LT(covered, repetition_count);
}

/// One run's ratio of a few trials, each a success with this chance.
Sample few_trials(std::uint32_t repetition, std::uint32_t seed, double chance) {
  const base::Random random(4, repetition);
  constexpr std::uint32_t trials = 10;
  double successes = 0;
  for (std::uint32_t i = 0; i < trials; ++i) {
    const std::uint64_t index = std::uint64_t{seed} * trials + i;
    if (random.uniform(base::Purpose::bootstrap, {}, index) < chance) ++successes;
  }
  return {.value = successes / trials, .weight = trials};
}

TEST(PairedDifference, of_ratios_holds_the_truth_where_often_all_trials_end_alike) {
  constexpr double share_min = 0.92;  // Of 95 %, less three standard errors of 400 repetitions.
  for (const bool is_shared : {false, true}) {
    std::uint32_t covered = 0;
    for (std::uint32_t r = 0; r < repetition_count; ++r) {
      std::vector<Sample> a;
      std::vector<Sample> b;
      for (std::uint32_t seed = 0; seed < 5; ++seed) {
        a.push_back(few_trials(r, seed, 0.99));
        b.push_back(few_trials(is_shared ? r : repetition_count + r, seed, 0.995));
      }
      const analysis::Interval interval = paired_difference(a, b, FigureKind::ratio).interval;
      if (interval.low <= -0.005 && -0.005 <= interval.high) ++covered;
    }
    EXPECT_GE(covered, share_min * repetition_count) << is_shared;
  }
}

TEST(PairedDifference, of_ratios_has_newcombes_width_where_all_trials_end_alike) {
  const std::vector<Sample> alike(5, {.value = 1, .weight = 10});
  const Estimate one = estimate(alike, FigureKind::ratio);
  const Estimate e = paired_difference(alike, alike, FigureKind::ratio);
  EXPECT_EQ(e.value, 0);
  EXPECT_NEAR(e.interval.high, std::sqrt(0.5) * (one.interval.high - one.interval.low), 1e-12);
  EXPECT_NEAR(e.interval.low, -e.interval.high, 1e-12);
}

}  // namespace
}  // namespace redcell::scenarios
