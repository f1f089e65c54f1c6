// Goal: the sector element has the pattern of TR 38.901 Table 7.3-1, turned and tilted with its
// mast. Method: points of the parabola worked out by hand, symmetry, and the floor of the pattern.
#include "phy/channel/antenna.h"

#include <gtest/gtest.h>

namespace redcell::phy {
namespace {

constexpr SectorPattern plain = {base::Db(8.0), 0.0, 0.0};

double gain_db(const SectorPattern& pattern, double azimuth_deg, double zenith_deg) {
  return element_gain(pattern, {azimuth_deg, zenith_deg}).value();
}

// Angles come back from sines and cosines: 12 (x / 65)^2 turns their rounding into less than this.
constexpr double rounding_db = 1e-10;

TEST(SectorElement, has_its_gain_at_boresight_and_3_db_less_at_half_the_beamwidth) {
  EXPECT_NEAR(gain_db(plain, 0.0, 90.0), 8.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, 32.5, 90.0), 5.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, -32.5, 90.0), 5.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, 0.0, 57.5), 5.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, 0.0, 122.5), 5.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, 65.0, 90.0), -4.0, rounding_db);
}

TEST(SectorElement, adds_both_cuts) {
  // At azimuth 20 and zenith 100 of the element's own frame: 12 (20/65)^2 + 12 (10/65)^2 = 1.4201.
  EXPECT_NEAR(gain_db(plain, 20.0, 100.0), 8.0 - 12.0 * (400.0 + 100.0) / 4225.0, rounding_db);
}

TEST(SectorElement, is_never_more_than_30_db_down) {
  EXPECT_NEAR(gain_db(plain, 180.0, 90.0), -22.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, 180.0, 10.0), -22.0, rounding_db);
  EXPECT_NEAR(gain_db(plain, 103.0, 90.0), -22.0, rounding_db);
}

TEST(SectorElement, turns_with_its_azimuth) {
  const SectorPattern turned = {base::Db(8.0), 120.0, 0.0};
  EXPECT_NEAR(gain_db(turned, 120.0, 90.0), 8.0, rounding_db);
  EXPECT_NEAR(gain_db(turned, 152.5, 90.0), 5.0, rounding_db);
  EXPECT_NEAR(gain_db(turned, -207.5, 90.0), 5.0, rounding_db);
}

TEST(SectorElement, looks_down_by_its_downtilt) {
  const SectorPattern tilted = {base::Db(8.0), 0.0, 10.0};
  EXPECT_NEAR(gain_db(tilted, 0.0, 100.0), 8.0, rounding_db);
  EXPECT_NEAR(gain_db(tilted, 0.0, 90.0), 8.0 - 12.0 * 100.0 / 4225.0, rounding_db);
  EXPECT_NEAR(gain_db(tilted, 0.0, 67.5), 5.0, rounding_db);
  // A mast tilted forward looks up behind itself; sideways nothing changes but the roll.
  EXPECT_NEAR(gain_db(tilted, 90.0, 90.0), gain_db(plain, 90.0, 90.0), rounding_db);
}

}  // namespace
}  // namespace redcell::phy
