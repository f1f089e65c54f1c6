// Goal: no terminal of a deployment leaves the ways that are said of its group, the bounds on
// distances hold, and they are no wider than documented. Method: figures by hand; deployments of
// each kind of placement and route, asked at many moments.
#include "scenarios/resolve_ways.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "scenarios/deployment.h"
#include "scenarios/resolve.h"
#include "scenarios/resolve_carrier.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

constexpr PlanePoint origin{};
constexpr double exact_m = 1e-6;

schema::Scenario scenario_of(const std::string& text,
                             const std::vector<std::string>& overrides = {}) {
  return load_text(text, overrides).scenario;
}

DistanceRange range_in(const schema::Scenario& scenario, const PlanePoint& site = origin) {
  return distance_range(ways_of(scenario, scenario.terminal_group(0)), site);
}

TEST(DistanceRange, follows_a_ring_along_its_route) {
  schema::Scenario scenario = scenario_of(tdd_text);  // 4 s
  schema::TerminalGroup& group = *scenario.mutable_terminal_group(0);
  group.mutable_placement()->set_x_m(300);
  group.mutable_placement()->set_y_m(400);
  EXPECT_NEAR(range_in(scenario).near_m, 500, exact_m);
  group.mutable_placement()->set_max_radius_m(50);
  EXPECT_NEAR(range_in(scenario).near_m, 450, exact_m);
  EXPECT_NEAR(range_in(scenario).far_m, 550, exact_m);
  // 600 m to the west: passes 400 m north of the mast.
  group.mutable_route()->set_speed_kmh(540);
  group.mutable_route()->set_heading_deg(270);
  EXPECT_NEAR(range_in(scenario).near_m, 350, exact_m);
  EXPECT_NEAR(range_in(scenario).far_m, 550, exact_m);
  // A ring around the mast, with terminals that cannot come to its centre.
  group.mutable_placement()->set_x_m(0);
  group.mutable_placement()->set_y_m(0);
  group.mutable_route()->set_speed_kmh(9);  // 10 m
  group.mutable_placement()->set_min_radius_m(30);
  EXPECT_NEAR(range_in(scenario).near_m, 20, exact_m);
  EXPECT_NEAR(range_in(scenario).far_m, 60, exact_m);
}

// 10 m/s: two seconds' halt, 20 m to the east, two more seconds or 20 m to the north.
TEST(DistanceRange, goes_along_way_points_as_far_as_the_run_lasts) {
  const std::string text = route_text(
      "speed_kmh: 36 way_point { x_m: 100 wait_s: 2 } way_point { x_m: 120 }\n"
      "way_point { x_m: 120 y_m: 500 }");
  EXPECT_NEAR(range_in(scenario_of(text, {"duration_s=1"})).far_m, 100, exact_m);
  EXPECT_NEAR(range_in(scenario_of(text, {"duration_s=3"})).far_m, 110, exact_m);
  const DistanceRange around_the_corner = range_in(scenario_of(text, {"duration_s=6"}));
  EXPECT_NEAR(around_the_corner.near_m, 100, exact_m);
  EXPECT_NEAR(around_the_corner.far_m, std::sqrt(120.0 * 120 + 20 * 20), exact_m);
  EXPECT_NEAR(range_in(scenario_of(text, {"duration_s=6000"})).far_m,
              std::sqrt(120.0 * 120 + 500 * 500), exact_m);
}

TEST(DistanceRange, takes_a_loop_whole) {
  const std::string text = route_text(
      "speed_kmh: 36 loop: true way_point { x_m: 100 } way_point { x_m: 300 }\n"
      "way_point { x_m: 100 y_m: 200 }");
  // Half way back to the first point, and at the second one, which four seconds do not reach.
  EXPECT_NEAR(range_in(scenario_of(text), {.east_m = 50, .north_m = 100}).near_m, 50, exact_m);
  EXPECT_NEAR(range_in(scenario_of(text), {.east_m = 310, .north_m = 0}).near_m, 10, exact_m);
}

TEST(DistanceRange, takes_a_random_way_as_the_circle_around_area_and_starts) {
  const std::string radius = "terminal_group[cam].route.random_way.radius_m=50";
  EXPECT_NEAR(range_in(scenario_of(tdd_text, {radius})).far_m, 150, exact_m);
  const auto ring =
      scenario_of(tdd_text, {radius, "terminal_group[cam].placement.max_radius_m=60"});
  EXPECT_NEAR(range_in(ring).near_m, 40, exact_m);
  EXPECT_NEAR(range_in(ring).far_m, 160, exact_m);
}

// Seven hexagons of 500 m; the corners are 500 / sqrt(3) from their sites.
TEST(DistanceRange, reaches_the_corners_of_the_cells) {
  const auto scenario = scenario_of(with(grid_text(), "{ x_m: 100 }", "{ per_cell: true }"));
  EXPECT_EQ(ways_of(scenario, scenario.terminal_group(0)).size(), 7U);
  EXPECT_NEAR(range_in(scenario).far_m, 500 + 500 / std::sqrt(3.0), exact_m);
}

TEST(Ways, begin_in_the_cells_of_the_locked_carrier) {
  const auto scenario = scenario_of(
      with(and_block(and_block(grid_text(), n28_block),
                     "site_grid { name: \"wide\" rings: 2 sector { carrier: \"n28\" } }"),
           "{ x_m: 100 }", "{ per_cell: true } carrier: \"n28\""));
  EXPECT_EQ(ways_of(scenario, scenario.terminal_group(0)).size(), 19U);
}

TEST(Ways, are_none_in_cells_of_which_there_is_none) {
  const auto scenario = scenario_of(with(tdd_text, "{ x_m: 100 }", "{ per_cell: true }"));
  EXPECT_TRUE(ways_of(scenario, scenario.terminal_group(0)).empty());
}

/// Does a way hold the place?
bool is_on(const std::vector<Way>& ways, const phy::Position& at) {
  return std::any_of(ways.begin(), ways.end(), [&](const Way& way) {
    const DistanceRange range = distance_range(std::vector<Way>{{.from = way.from, .to = way.to}},
                                               {.east_m = at.east_m, .north_m = at.north_m});
    return range.near_m <= way.max_radius_m + exact_m && range.far_m >= way.min_radius_m - exact_m;
  });
}

TEST(Ways, hold_every_terminal_of_a_deployment_at_any_time) {
  const std::string cells = "placement { per_cell: true } ";
  const std::string walk = "random_way { radius_m: 80 min_speed_kmh: 30 max_speed_kmh: 300 } ";
  for (const std::string& where : std::vector<std::string>{
           "placement { x_m: 200 min_radius_m: 20 max_radius_m: 50 }",
           "placement { x_m: 200 max_radius_m: 50 } route { speed_kmh: 200 heading_deg: 30 }",
           "route { speed_kmh: 200 way_point { x_m: 150 wait_s: 1 }\n"
           "way_point { x_m: 200 y_m: 50 speed_kmh: 100 } way_point { x_m: 150 y_m: 150 } }",
           "route { speed_kmh: 200 way_point { x_m: 150 } way_point { x_m: 200 y_m: 50 }\n"
           "way_point { x_m: 150 y_m: 150 } loop: true start_offset_m: 20 }",
           cells, cells + "route { speed_kmh: 200 heading_deg: 200 }",
           "placement { x_m: 150 max_radius_m: 10 } route { " + walk + "}"}) {
    SCOPED_TRACE(where);
    schema::Scenario scenario = scenario_of(with(grid_text(), "placement { x_m: 100 }", where),
                                            {"terminal_group[cam].count=12"});
    scenario = resolve(scenario);
    const std::vector<Way> ways = ways_of(scenario, scenario.terminal_group(0));
    const Deployment deployment = make_deployment(scenario, base::Random(5, 1));
    ASSERT_GE(deployment.terminals.size(), 12U);
    for (const TerminalPlan& terminal : deployment.terminals) {
      for (int ms = 0; ms <= 4000; ms += 100) {
        const auto at = terminal.route.position_at(base::Instant() + base::milliseconds(ms));
        EXPECT_TRUE(is_on(ways, at)) << at.east_m << " " << at.north_m << " at " << ms << " ms";
      }
    }
  }
}

// ------------------------------------------------------------------------------------ uncovered

const std::vector<Way> road{{.from = {.east_m = 0, .north_m = 30}, .to = {100, 30}}};

TEST(Uncovered, lets_one_disc_lead_into_the_next) {
  const std::vector<Disc> gap{{{0, 0}, 50}, {{100, 0}, 50}};  // 40 m each.
  const auto place = uncovered(road, gap);
  ASSERT_TRUE(place.has_value());
  EXPECT_NEAR(place->east_m, 40, exact_m);
  EXPECT_NEAR(place->north_m, 30, exact_m);
  const std::vector<Disc> bridge{{{100, 0}, 50}, {{0, 0}, 50}, {{50, 30}, 11}};
  EXPECT_FALSE(uncovered(road, bridge).has_value());
}

TEST(Uncovered, begins_where_the_way_begins) {
  const std::vector<Disc> end{{{100, 30}, 99}};
  const auto place = uncovered(road, end);
  ASSERT_TRUE(place.has_value());
  EXPECT_NEAR(place->east_m, 0, exact_m);
  EXPECT_TRUE(uncovered(road, std::vector<Disc>{}).has_value());
}

TEST(Uncovered, keeps_room_for_those_around_the_way) {
  std::vector<Way> standing{{.from = {.east_m = 30, .north_m = 0}, .to = {30, 0}}};
  const std::vector<Disc> disc{{{0, 0}, 50}};
  standing[0].max_radius_m = 20;
  EXPECT_FALSE(uncovered(standing, disc).has_value());
  standing[0].max_radius_m = 20.001;
  EXPECT_TRUE(uncovered(standing, disc).has_value());
  standing[0].max_radius_m = 51;
  standing[0].from = standing[0].to = {};
  EXPECT_TRUE(uncovered(standing, disc).has_value());
}

// ------------------------------------------------------------------------------------ farthest_m

TEST(Farthest, is_the_distance_to_any_single_site) {
  EXPECT_NEAR(farthest_m(scenario_of(tdd_text)), 100, exact_m);
  const std::string two =
      and_block(tdd_text, "site { name: \"b\" x_m: -4000 sector { carrier: \"n41\" } }");
  EXPECT_NEAR(farthest_m(scenario_of(two)), 4100, exact_m);
}

TEST(Farthest, is_the_distance_of_neighbours_in_a_grid_without_end) {
  EXPECT_NEAR(farthest_m(scenario_of(grid_text(), {"terminal_group[cam].placement.x_m=99999"})),
              500, exact_m);
}

TEST(Farthest, is_the_same_inside_a_grid_with_an_end_and_more_outside) {
  const auto far_m = [](double x_m) {
    return farthest_m(
        scenario_of(grid_text(), {"site_grid[town].wrap_around=false",
                                  "terminal_group[cam].placement.x_m=" + std::to_string(x_m)}));
  };
  EXPECT_NEAR(far_m(1000), 500, exact_m);
  EXPECT_NEAR(far_m(1001), 1501, exact_m);  // From the site at the other end.
}

TEST(Farthest, makes_k2_longer_for_a_route_that_leads_away) {
  const std::string text = with(fdd_text, "placement { x_m: 100 }",
                                "route { way_point { x_m: 100 } way_point { x_m: 30000 }\n"
                                "speed_kmh: 500 }");
  EXPECT_EQ(resolve(scenario_of(text, {"duration_s=10"})).carrier(0).uplink().k2(0), 1U);
  EXPECT_EQ(resolve(scenario_of(text, {"duration_s=300"})).carrier(0).uplink().k2(0), 2U);
}

}  // namespace
}  // namespace redcell::scenarios
