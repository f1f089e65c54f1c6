// Goal: the loop holds the first-transmission error rate at its target, and stops at its limits.
// Method: a synthetic channel whose error rate is a smooth function of the offset; keyed chance.
#include "mac/gnb/outer_loop.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace redcell::mac::gnb {
namespace {

/// Errors in block_count blocks when the report is wrong by bias_db: one half at no margin, steep.
int errors_of(OuterLoop& loop, double bias_db, int block_count, const base::Random& random) {
  int errors = 0;
  for (int i = 0; i < block_count; ++i) {
    const double margin_db = -(bias_db + loop.offset_db());
    const double error_rate = 1 / (1 + std::exp(2.0 * margin_db));
    const bool ack = random.uniform(base::Purpose::transport_block, {.a = 0, .b = 0},
                                    static_cast<std::uint64_t>(i)) >= error_rate;
    errors += ack ? 0 : 1;
    loop.on_first_transmission(ack, false, false);
  }
  return errors;
}

TEST(OuterLoop, holds_its_target_whatever_the_bias_of_the_report) {
  // The sum of all steps stays inside the loop's swing, so the mean differs from the target by at
  // most swing / (step x blocks) / (1 + b / (1 - b)). A swing of the bound on both sides never
  // happens: no false alarm is possible below it.
  constexpr int block_count = 20'000;
  for (const double target : {0.01, 0.1, 0.3}) {
    for (const double bias_db : {-15.0, -3.0, 0.0, 3.0, 15.0}) {
      OuterLoop loop({.target_bler = target});
      const base::Random random(21, 0);
      const int errors = errors_of(loop, bias_db, block_count, random);
      const double tolerance = outer_loop_offset_max_db / 0.5 / block_count;
      EXPECT_NEAR(static_cast<double>(errors) / block_count, target, tolerance)
          << "target " << target << " bias " << bias_db;
    }
  }
}

TEST(OuterLoop, steps_down_after_an_error_and_up_by_the_odds_after_a_success) {
  OuterLoop loop({.target_bler = 0.1, .step_db = 0.9});
  loop.on_first_transmission(false, false, false);
  EXPECT_DOUBLE_EQ(loop.offset_db(), -0.9);
  loop.on_first_transmission(true, false, false);
  EXPECT_NEAR(loop.offset_db(), -0.8, 1e-12);
}

TEST(OuterLoop, learns_nothing_from_a_success_at_the_highest_or_an_error_at_the_lowest) {
  OuterLoop loop({});
  for (int i = 0; i < 1000; ++i) loop.on_first_transmission(true, true, false);
  EXPECT_EQ(loop.offset_db(), 0);
  for (int i = 0; i < 1000; ++i) loop.on_first_transmission(false, false, true);
  EXPECT_EQ(loop.offset_db(), 0);
  loop.on_first_transmission(false, true, false);
  EXPECT_LT(loop.offset_db(), 0) << "an error at the highest scheme does teach";
  const double before_db = loop.offset_db();
  loop.on_first_transmission(true, false, true);
  EXPECT_GT(loop.offset_db(), before_db) << "a success at the lowest scheme does teach";
}

TEST(OuterLoop, stays_within_its_bound_and_leaves_it_at_once) {
  OuterLoop loop({});
  for (int i = 0; i < 10'000; ++i) loop.on_first_transmission(true, false, false);
  EXPECT_EQ(loop.offset_db(), outer_loop_offset_max_db);
  loop.on_first_transmission(false, false, false);
  EXPECT_DOUBLE_EQ(loop.offset_db(), outer_loop_offset_max_db - 0.5);
  for (int i = 0; i < 1000; ++i) loop.on_first_transmission(false, false, false);
  EXPECT_EQ(loop.offset_db(), -outer_loop_offset_max_db);
}

TEST(OuterLoop, does_nothing_when_disabled) {
  OuterLoop loop({.enabled = false});
  for (int i = 0; i < 100; ++i) loop.on_first_transmission(i % 3 == 0, false, false);
  EXPECT_EQ(loop.offset_db(), 0);
}

}  // namespace
}  // namespace redcell::mac::gnb
