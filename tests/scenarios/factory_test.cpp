// Goal: a scenario in a factory hall is checked against the hall and hears what TR 38.901 says of
// it. Method: a mast and terminals moved just inside and just outside of what Tables 7.2-4 and
// 7.4.1-1 allow; means over thousands of places against the formulas in plain double precision.
#include "scenarios/clutter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

class HallRule : public testing::TestWithParam<Case> {};

TEST_P(HallRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string cam = "terminal_group[cam].";
const std::string channel = "carrier[n41].channel.";
const std::string model = channel + "path_loss=";
const std::string hall_table = "TR 38.901 Table 7.2-4";
const std::string loss_table = "TR 38.901 Table 7.4.1-1";

std::string mast(double m) { return "site[mast].height_m=" + std::to_string(m); }
std::string terminals(double m) { return cam + "height_m=" + std::to_string(m); }
std::string at_x(double m) { return cam + "placement.x_m=" + std::to_string(m); }

Case hall(const char* name, std::vector<std::string> overrides, std::string path = "",
          std::string clause = "") {
  overrides.push_back(at_x(20));
  return {name, tdd_text, std::move(overrides), std::move(path), std::move(clause)};
}

INSTANTIATE_TEST_SUITE_P(
    Heights, HallRule,
    testing::Values(hall("low_in_sparse_clutter", {model + "INF_SL", mast(1.9)}),
                    hall("above_sparse_clutter", {model + "INF_SL", mast(2.1)},
                         "site[mast].height_m", hall_table),
                    hall("low_in_dense_clutter", {model + "INF_DL", mast(5.9), terminals(5.9)}),
                    hall("above_dense_clutter", {model + "INF_DL", mast(6.1)},
                         "site[mast].height_m", hall_table),
                    hall("high_over_sparse_clutter", {model + "INF_SH", mast(2.1)}),
                    hall("not_over_sparse_clutter", {model + "INF_SH", mast(1.9)},
                         "site[mast].height_m", hall_table),
                    hall("high_over_dense_clutter", {model + "INF_DH", mast(6.1), terminals(5.9)}),
                    hall("not_over_dense_clutter", {model + "INF_DH", mast(5.9)},
                         "site[mast].height_m", hall_table),
                    hall("over_clutter_of_its_own_height",
                         {model + "INF_DH", mast(5.9), channel + "clutter_height_m=4"}),
                    hall("a_terminal_as_high_as_the_clutter",
                         {model + "INF_SH", mast(8), terminals(2)}, cam + "height_m", hall_table),
                    hall("a_terminal_above_the_clutter_below",
                         {model + "INF_SL", mast(1.5), terminals(2.5)}, cam + "height_m",
                         hall_table),
                    hall("both_ends_above_all", {model + "INF_HH", mast(8), terminals(8)})),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Clutter, HallRule,
    testing::Values(hall("clutter_in_a_town", {channel + "clutter_height_m=4"},
                         channel + "clutter_height_m", hall_table),
                    hall("density_above_all_clutter",
                         {model + "INF_HH", mast(8), channel + "clutter_density_percent=30"},
                         channel + "clutter_density_percent", hall_table),
                    hall("sparse_enough",
                         {model + "INF_SH", mast(8), channel + "clutter_density_percent=39.9"}),
                    hall("too_dense_for_sparse",
                         {model + "INF_SH", mast(8), channel + "clutter_density_percent=40"},
                         channel + "clutter_density_percent", hall_table),
                    hall("dense_enough",
                         {model + "INF_DH", mast(8), channel + "clutter_density_percent=40"}),
                    hall("too_sparse_for_dense",
                         {model + "INF_DH", mast(8), channel + "clutter_density_percent=39.9"},
                         channel + "clutter_density_percent", hall_table)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Range, HallRule,
    testing::Values(hall("clusters_in_a_hall",
                         {model + "INF_DH", mast(8), channel + "fading=CLUSTERS"}),
                    hall("a_building_in_a_hall",
                         {model + "INF_DH", mast(8), cam + "penetration=BUILDING_LOW_LOSS"},
                         cam + "penetration", "TR 38.901 7.4.3.1"),
                    Case{"across_a_hall", tdd_text, {model + "INF_SH", mast(8), at_x(599)}, "", ""},
                    Case{"out_of_the_hall",
                         tdd_text,
                         {model + "INF_SH", mast(8), at_x(600)},
                         cam + "placement",
                         loss_table}),
    name_of);

constexpr CellKind kind = CellKind::n41_tdd;

std::vector<std::string> in_hall(const std::string& name, double mast_m) {
  return {on(kind, "channel.path_loss=" + name), on(kind, "channel.fading=BY_SIGHT"), mast(mast_m)};
}

TEST(Hall, has_the_clutter_of_its_table_or_the_scenarios_own) {
  schema::Channel carrier;
  EXPECT_EQ(hall_of(carrier), std::nullopt);
  carrier.set_path_loss(schema::Channel::INF_SL);
  EXPECT_EQ(hall_of(carrier)->clutter.density, 0.2);
  EXPECT_EQ(hall_of(carrier)->clutter.height, base::Metres(2));
  carrier.set_path_loss(schema::Channel::INF_DH);
  EXPECT_EQ(hall_of(carrier)->clutter.density, 0.6);
  EXPECT_EQ(hall_of(carrier)->clutter.height, base::Metres(6));
  carrier.set_clutter_density_percent(45);
  carrier.set_clutter_height_m(3);
  EXPECT_EQ(hall_of(carrier)->clutter.density, 0.45);
  EXPECT_EQ(hall_of(carrier)->clutter.height, base::Metres(3));
  carrier.set_path_loss(schema::Channel::INF_HH);
  EXPECT_EQ(hall_of(carrier), std::nullopt);
}

// 100 worlds of 64 places 20 m apart, more than the 5 m over which sight is alike.
TEST(Hall, sees_the_share_of_places_that_the_standard_has) {
  const World world(one_cell(kind, ""),
                    in_hall("INF_SH", 8) +
                        std::vector<std::string>{on(kind, "channel.clutter_density_percent=35")});
  double in_sight = 0;
  double expected = 0;
  double places = 0;
  TerminalLinks links;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    const LargeScale large_scale(world.layer(), world.deployment(), base::Random(seed, 0));
    for (double north_m = -70; north_m <= 70; north_m += 20) {
      for (double east_m = -70; east_m <= 70; east_m += 20) {
        TerminalPlan terminal = world.terminal(0);
        terminals::RouteConfig config;
        config.start = {.east_m = east_m, .north_m = north_m, .up_m = 1.5};
        terminal.route = terminals::Route(config);
        large_scale.links_at(terminal, base::Instant(), links);
        in_sight += links.cells.front().in_sight ? 1 : 0;
        // 10 m wide, over clutter of 2 m from 8 m down to 1.5 m.
        const double things = std::hypot(east_m, north_m) / 10 * (2 - 1.5) / (8 - 1.5);
        expected += std::pow(0.65, things);
        ++places;
      }
    }
  }
  EXPECT_LT(expected / places, 0.9);
  EXPECT_NEAR(in_sight / places, expected / places, 0.02);
}

TEST(Hall, carries_traffic_among_dense_clutter) {
  const auto run = simulate_recorded(ready_text(
      one_cell(kind, full_buffer("DOWNLINK")),
      in_hall("INF_DH", 8) +
          std::vector<std::string>{on(kind, "channel.fading=CLUSTERS"), "duration_s=2"}));
  EXPECT_GT(kpi(run, "dl_throughput_mbps"), 1.0);
}

}  // namespace
}  // namespace redcell::scenarios
