// Goal: power per PRB follows the open loop until P_CMAX is shared out.
// Method: the decibel sums by hand.
#include "mac/gnb/connection.h"

#include <gtest/gtest.h>

namespace redcell::mac::gnb {
namespace {

constexpr double rounding_db = 1e-12;

TEST(UplinkQuality, shares_all_the_power_while_no_headroom_is_known) {
  const UplinkQuality quality;
  EXPECT_NEAR(quality.prb_power_below_max_db(1), 0, rounding_db);
  EXPECT_NEAR(quality.prb_power_below_max_db(10), -10, rounding_db);
  EXPECT_NEAR(quality.prb_power_below_max_db(100), -20, rounding_db);
}

TEST(UplinkQuality, keeps_the_open_loop_power_until_the_maximum_is_reached) {
  UplinkQuality quality;
  quality.one_prb_power_below_max_db = -13.0;
  for (const int prb_count : {1, 2, 10, 19}) {
    EXPECT_NEAR(quality.prb_power_below_max_db(prb_count), -13, rounding_db) << prb_count;
  }
  EXPECT_NEAR(quality.prb_power_below_max_db(100), -20, rounding_db);
}

TEST(UplinkQuality, is_never_above_the_maximum) {
  UplinkQuality quality;
  quality.one_prb_power_below_max_db = 6.0;
  EXPECT_NEAR(quality.prb_power_below_max_db(1), 0, rounding_db);
  EXPECT_NEAR(quality.prb_power_below_max_db(10), -10, rounding_db);
}

TEST(UplinkQuality, knows_no_sinr_before_something_was_heard) {
  UplinkQuality quality;
  quality.one_prb_power_below_max_db = -13.0;
  EXPECT_FALSE(quality.sinr_db(1).has_value());
  quality.sinr_db_one_prb_full_power = 20.0;
  EXPECT_NEAR(quality.sinr_db(1).value(), 7, rounding_db);
  EXPECT_NEAR(quality.sinr_db(100).value(), 0, rounding_db);
}

TEST(UplinkQuality, counts_prbs_in_decibels) {
  EXPECT_NEAR(UplinkQuality::prbs_to_db(1), 0, rounding_db);
  EXPECT_NEAR(UplinkQuality::prbs_to_db(1000), 30, rounding_db);
}

}  // namespace
}  // namespace redcell::mac::gnb
