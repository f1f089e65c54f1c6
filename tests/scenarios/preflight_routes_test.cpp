// Goal: preflight lets no route through that cannot be gone or contradicts itself. Method: routes
// as text, each a step away from a legal one; the path and clause of the finding.
#include <gtest/gtest.h>

#include "scenarios/preflight.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

class RouteRule : public testing::TestWithParam<Case> {};

TEST_P(RouteRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string route = "terminal_group[cam].route.";
const std::string two_points = "way_point { x_m: 100 } way_point { x_m: 200 } ";

INSTANTIATE_TEST_SUITE_P(
    WayPoints, RouteRule,
    testing::Values(
        Case{"a_way_without_speed",
             route_text(two_points),
             {},
             route + "way_point[0].speed_kmh",
             "[ours]"},
        Case{"a_way_slower_than_a_way_point_may_say",
             route_text(two_points + "speed_kmh: 0.09"),
             {},
             route + "way_point[0].speed_kmh",
             "[ours]"},
        Case{"as_slow_as_a_way_point_may_say",
             route_text(two_points + "speed_kmh: 0.1"),
             {},
             "",
             ""},
        Case{"the_last_way_point_needs_no_speed",
             route_text("way_point { x_m: 100 speed_kmh: 30 } way_point { x_m: 200 }"),
             {},
             "",
             ""},
        Case{"the_last_of_a_loop_needs_one",
             route_text("way_point { x_m: 100 speed_kmh: 30 } way_point { x_m: 200 } loop: true"),
             {},
             route + "way_point[1].speed_kmh",
             "[ours]"},
        Case{"twice_the_same_place_is_no_way",
             route_text("way_point { x_m: 100 wait_s: 1 } way_point { x_m: 100 wait_s: 1 }"),
             {},
             "",
             ""},
        Case{"a_way_to_the_north",
             route_text("way_point { x_m: 100 } way_point { x_m: 100 y_m: 50 }"),
             {},
             route + "way_point[0].speed_kmh",
             "[ours]"},
        Case{"a_heading_beside_way_points",
             route_text(two_points + "speed_kmh: 30 heading_deg: 90"),
             {},
             "",
             ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Loops, RouteRule,
    testing::Values(
        Case{"an_offset_on_a_loop",
             route_text(two_points + "speed_kmh: 30 loop: true start_offset_m: 500"),
             {},
             "",
             ""},
        Case{"an_offset_on_no_loop",
             route_text(two_points + "speed_kmh: 30 start_offset_m: 50"),
             {},
             route + "start_offset_m",
             "[ours]"},
        Case{"an_offset_on_a_loop_of_one_point",
             route_text("way_point { x_m: 100 } loop: true start_offset_m: 50"),
             {},
             route + "start_offset_m",
             "[ours]"},
        Case{"an_offset_on_a_loop_of_one_place",
             route_text("way_point { x_m: 100 } way_point { x_m: 100 }\n"
                        "speed_kmh: 30 loop: true start_offset_m: 50"),
             {},
             route + "start_offset_m",
             "[ours]"},
        Case{"a_loop_of_one_point", route_text("way_point { x_m: 100 } loop: true"), {}, "", ""},
        Case{"a_loop_without_way_points",
             tdd_text,
             {route + "loop=true"},
             route + "loop",
             "[ours]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    RandomWay, RouteRule,
    testing::Values(Case{"alone", tdd_text, {route + "random_way.radius_m=50"}, "", ""},
                    Case{"beside_way_points",
                         route_text(two_points + "speed_kmh: 30 random_way { }"),
                         {},
                         route + "random_way",
                         "[ours]"},
                    Case{"speeds_swapped",
                         tdd_text,
                         {route + "random_way.min_speed_kmh=31"},
                         route + "random_way.min_speed_kmh",
                         "[ours]"},
                    Case{"one_speed", tdd_text, {route + "random_way.min_speed_kmh=30"}, "", ""}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
