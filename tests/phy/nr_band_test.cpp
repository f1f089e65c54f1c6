// Goal: bands and transmission bandwidths are those of TS 38.104 and TS 38.101.
// Method: golden points of the tables, and laws that a mistyped row would break.
#include "phy/nr/band.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace redcell::phy {
namespace {

int prbs(double bandwidth_mhz, int scs_khz, FrequencyRange range = FrequencyRange::fr1) {
  return max_prb_count(bandwidth_mhz, scs_khz, range).value_or(base::PrbCount(-1)).value();
}

TEST(Band, has_the_two_bands_of_the_field_trial) {
  const Band* n41 = find_band("n41");
  ASSERT_NE(n41, nullptr);
  EXPECT_TRUE(n41->is_tdd);
  EXPECT_EQ(n41->downlink_low_mhz, 2496);
  EXPECT_EQ(n41->uplink_high_mhz, 2690);
  EXPECT_EQ(n41->ssb_case_30_khz, SsbCase::c);
  const Band* n28 = find_band("n28");
  ASSERT_NE(n28, nullptr);
  EXPECT_FALSE(n28->is_tdd);
  EXPECT_EQ(n28->uplink_low_mhz, 703);
  EXPECT_EQ(n28->downlink_low_mhz, 758);
  EXPECT_EQ(n28->ssb_case_15_khz, SsbCase::a);
  EXPECT_FALSE(n28->ssb_case_30_khz.has_value());
  EXPECT_EQ(find_band("n5")->ssb_case_30_khz, SsbCase::b);
}

TEST(Band, knows_no_other_names) {
  for (const std::string name : {"", "n", "41", "n041", "n4", "n41x", "N41", "n9999"}) {
    EXPECT_EQ(find_band(name), nullptr) << name;
  }
}

TEST(Band, has_the_same_frequencies_both_ways_exactly_in_tdd) {
  int seen = 0;
  for (int number = 1; number < 300; ++number) {
    const Band* band = find_band("n" + std::to_string(number));
    if (band == nullptr) continue;
    ++seen;
    EXPECT_LT(band->uplink_low_mhz, band->uplink_high_mhz) << number;
    EXPECT_LT(band->downlink_low_mhz, band->downlink_high_mhz) << number;
    EXPECT_EQ(band->is_tdd, band->uplink_low_mhz == band->downlink_low_mhz) << number;
    EXPECT_TRUE(band->ssb_case_15_khz || band->ssb_case_30_khz) << number;
  }
  EXPECT_GE(seen, 12);
}

TEST(MaxPrbCount, equals_the_golden_points) {
  EXPECT_EQ(prbs(100, 30), 273);
  EXPECT_EQ(prbs(20, 15), 106);
  EXPECT_EQ(prbs(30, 15), 160);
  EXPECT_EQ(prbs(20, 30), 51);
  EXPECT_EQ(prbs(5, 15), 25);
  EXPECT_EQ(prbs(20, 60), 24);
  EXPECT_EQ(prbs(100, 60), 135);
  EXPECT_EQ(prbs(100, 60, FrequencyRange::fr2), 132);
  EXPECT_EQ(prbs(100, 120, FrequencyRange::fr2), 66);
}

TEST(MaxPrbCount, is_absent_where_no_such_channel_exists) {
  EXPECT_EQ(prbs(100, 15), -1);
  EXPECT_EQ(prbs(5, 60), -1);
  EXPECT_EQ(prbs(12, 30), -1);
  EXPECT_EQ(prbs(20, 45), -1);
  EXPECT_EQ(prbs(20, 120), -1);
}

TEST(MaxPrbCount, leaves_a_guard_and_never_more_than_a_fifth_of_the_channel_from_10_mhz_on) {
  for (const double mhz : {10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100}) {
    for (const int scs : {15, 30, 60}) {
      const int count = prbs(mhz, scs);
      if (count < 0) continue;
      const double used = count * 12 * scs * 1e-3 / mhz;
      EXPECT_LT(used, 1.0) << mhz << " " << scs;
      EXPECT_GT(used, 0.79) << mhz << " " << scs;
    }
  }
}

int widest(double max_bandwidth_mhz, int scs_khz) {
  return widest_prb_count(max_bandwidth_mhz, scs_khz).value_or(base::PrbCount(-1)).value();
}

// TS 38.101-1 Table 5.3.2-1, by hand.
TEST(WidestPrbCount, is_that_of_the_widest_channel_the_terminal_takes) {
  EXPECT_EQ(widest(20, 30), 51);
  EXPECT_EQ(widest(20, 15), 106);
  EXPECT_EQ(widest(20, 60), 24);
  EXPECT_EQ(widest(100, 30), 273);
  EXPECT_EQ(widest(100, 60), 135);
  EXPECT_EQ(widest(5, 15), 25);
  EXPECT_EQ(widest(5, 30), 11);
}

// 15 kHz ends with 50 MHz.
TEST(WidestPrbCount, is_that_of_a_narrower_channel_where_this_spacing_has_no_wider_one) {
  EXPECT_EQ(widest(100, 15), 270);
  EXPECT_EQ(widest(60, 15), 270);
  EXPECT_EQ(widest(50, 15), 270);
  EXPECT_EQ(widest(40, 15), 216);
}

TEST(WidestPrbCount, is_absent_for_no_channel_bandwidth_and_where_nothing_is_narrow_enough) {
  EXPECT_EQ(widest(12, 15), -1);
  EXPECT_EQ(widest(12, 30), -1);
  EXPECT_EQ(widest(99, 30), -1);
  EXPECT_EQ(widest(200, 60), -1) << "a bandwidth of FR2";
  EXPECT_EQ(widest(5, 60), -1) << "60 kHz begins with 10 MHz";
  EXPECT_EQ(widest(20, 120), -1);
}

TEST(NrArfcn, follows_the_global_raster) {
  // Ends of the ranges of TS 38.104 Table 5.4.2.1-1, and two carriers by its formula.
  EXPECT_EQ(nr_arfcn(0.0), 0U);
  EXPECT_EQ(nr_arfcn(2999.995), 599'999U);
  EXPECT_EQ(nr_arfcn(3000.0), 600'000U);
  EXPECT_EQ(nr_arfcn(24'249.99), 2'016'666U);
  EXPECT_EQ(nr_arfcn(24'250.08), 2'016'667U);
  EXPECT_EQ(nr_arfcn(99'999.96), 3'279'165U);
  EXPECT_EQ(nr_arfcn(2593.0), 518'600U);
  EXPECT_EQ(nr_arfcn(3500.01), 633'334U);
}

}  // namespace
}  // namespace redcell::phy
