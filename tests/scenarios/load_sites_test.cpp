// Goal: sites listed by latitude and longitude stand where they should on the scenario's plane.
// Method: a degree of latitude and of longitude from the WGS 84 ellipsoid at 45 degrees; findings
// for half a coordinate and for sites too far apart.
#include "scenarios/load_sites.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "scenarios/load_parse.h"
#include "scenarios/site_grid.h"

namespace redcell::scenarios {
namespace {

schema::Scenario sites(const std::string& text) {
  schema::Scenario scenario;
  std::ignore = parse_text("sites", text, scenario);
  return scenario;
}

// 45 degrees north: 111 131.75 m a degree of latitude, 78 846.81 m a degree of longitude.
TEST(PlaceSites, counts_metres_from_the_first_site_with_coordinates) {
  schema::Scenario scenario = sites(R"(
site { name: "plain" x_m: 7 }
site { name: "first" lat_deg: 45 lon_deg: 9 }
site { name: "north" lat_deg: 45.01 lon_deg: 9 }
site { name: "east" lat_deg: 45 lon_deg: 9.01 x_m: 5 }
)");
  EXPECT_TRUE(place_sites(scenario, {}).empty());
  const double tolerance_m = 2000 * local_plane_error_max(2000) + 0.1;
  EXPECT_EQ(scenario.site(0).x_m(), 7);
  EXPECT_NEAR(scenario.site(1).x_m(), 0, 1e-6);
  EXPECT_NEAR(scenario.site(1).y_m(), 0, 1e-6);
  EXPECT_NEAR(scenario.site(2).x_m(), 0, tolerance_m);
  EXPECT_NEAR(scenario.site(2).y_m(), 1111.32, tolerance_m);
  EXPECT_NEAR(scenario.site(3).x_m(), 788.47, tolerance_m);
  EXPECT_NEAR(scenario.site(3).y_m(), 0, 0.1);
}

TEST(PlaceSites, wants_both_coordinates) {
  schema::Scenario scenario = sites("site { name: \"half\" lat_deg: 45 }");
  const auto findings = place_sites(scenario, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].found, "lat_deg without lon_deg");
}

TEST(PlaceSites, refuses_a_site_beyond_the_plane) {
  schema::Scenario scenario = sites(
      "site { name: \"a\" lat_deg: 45 lon_deg: 9 } site { name: \"b\" lat_deg: 46 lon_deg: 9 }");
  EXPECT_EQ(place_sites(scenario, {}).size(), 1U);
}

}  // namespace
}  // namespace redcell::scenarios
