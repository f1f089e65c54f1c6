// Goal: preflight lets no path loss model, fading or building be used where the standard does not
// give it, and none where the formula has no value. Method: a mast or a grid, and terminals moved
// just inside and just outside of what the model allows (TR 38.901 Table 7.4.1-1).
#include <gtest/gtest.h>

#include "scenarios/preflight.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

class ModelRule : public testing::TestWithParam<Case> {};

TEST_P(ModelRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string cam = "terminal_group[cam].";
const std::string place = cam + "placement";
const std::string table = "TR 38.901 Table 7.4.1-1";
const std::string model = "carrier[n41].channel.path_loss=";
const std::string n28_model = "carrier[n28].channel.path_loss=";
const std::string no_end = "site_grid[town].wrap_around=false";
const std::string sector = "sector { carrier: \"n41\" } ";

std::string at_x(double x_m) { return place + ".x_m=" + std::to_string(x_m); }
std::string height(double m) { return cam + "height_m=" + std::to_string(m); }

INSTANTIATE_TEST_SUITE_P(Heights, ModelRule,
                         testing::Values(Case{"a_grid_at_30_m",
                                              grid_text(),
                                              {"site_grid[town].height_m=30"},
                                              "site_grid[town].height_m",
                                              table},
                                         Case{"a_grid_at_25_m_for_streets",
                                              grid_text(),
                                              {model + "UMI"},
                                              "site_grid[town].height_m",
                                              table},
                                         Case{"a_grid_at_10_m_for_streets",
                                              grid_text(),
                                              {model + "UMI", "site_grid[town].height_m=10"},
                                              "",
                                              ""},
                                         Case{"a_terminal_at_11_m_in_the_country",
                                              grid_text(),
                                              {model + "RMA", height(11)},
                                              cam + "height_m",
                                              table},
                                         Case{"a_terminal_at_14_m_where_sight_is_drawn",
                                              grid_text(),
                                              {model + "UMA", height(14)},
                                              cam + "height_m",
                                              "TR 38.901 Table 7.4.1-1 note 1"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    Far, ModelRule,
    testing::Values(
        Case{"as_far_as_rma_goes_in_sight", tdd_text, {model + "RMA_LOS", at_x(10000)}, "", ""},
        Case{"farther_than_rma_goes_without_sight",
             tdd_text,
             {model + "RMA", at_x(5001)},
             place,
             table},
        Case{"as_far_as_rma_goes_without_sight", tdd_text, {model + "RMA", at_x(5000)}, "", ""},
        Case{"across_an_office",
             tdd_text,
             {model + "INH_OPEN", "site[mast].height_m=3", at_x(149.9)},
             "",
             ""},
        Case{"out_of_the_office",
             tdd_text,
             {model + "INH_MIXED", "site[mast].height_m=3", at_x(150)},
             place,
             table},
        Case{"far_from_one_site_and_near_another",
             and_block(tdd_text, "site { name: \"b\" x_m: 9000 " + sector + "}"),
             {},
             "",
             ""},
        Case{"between_sites_too_far_from_each_other",
             and_block(route_text("way_point { x_m: 20 y_m: 20 } way_point { x_m: 10100 y_m: 20 }\n"
                                  "speed_kmh: 500"),
                       "site { name: \"b\" x_m: 10100 " + sector + "}"),
             {"duration_s=80"},
             cam + "route",
             table},
        Case{"between_sites_near_enough_to_each_other",
             and_block(route_text("way_point { x_m: 20 y_m: 20 } way_point { x_m: 9900 y_m: 20 }\n"
                                  "speed_kmh: 500"),
                       "site { name: \"b\" x_m: 9900 " + sector + "}"),
             {"duration_s=80"},
             "",
             ""},
        Case{"near_a_site_of_another_carrier",
             and_block(and_block(tdd_text, n28_block),
                       "site { name: \"b\" x_m: 9000 sector { carrier: \"n28\" } }"),
             {at_x(9100), cam + "carrier=n41"},
             place,
             table},
        Case{"far_from_a_site_of_a_carrier_it_may_not_use",
             and_block(and_block(tdd_text, n28_block),
                       "site { name: \"b\" x_m: 9000 sector { carrier: \"n28\" } }"),
             {cam + "carrier=n41"},
             "",
             ""},
        Case{"out_of_a_grid_with_an_end", grid_text(), {no_end, at_x(5501)}, place, table},
        Case{"at_the_edge_of_a_grid_with_an_end", grid_text(), {no_end, at_x(5500)}, "", ""},
        Case{"out_of_a_grid_without_end", grid_text(), {at_x(5501)}, "", ""},
        Case{"beyond_the_map_of_a_far_site",
             and_block(fdd_text, "site { name: \"b\" x_m: -999901 sector { carrier: \"n28\" } }"),
             {n28_model + "UMA"},
             place,
             "[ours]"},
        Case{"at_the_edge_of_the_map_of_a_far_site",
             and_block(fdd_text, "site { name: \"b\" x_m: -999900 sector { carrier: \"n28\" } }"),
             {n28_model + "UMA"},
             "",
             ""},
        Case{"far_from_a_site_without_a_map",
             and_block(fdd_text, "site { name: \"b\" x_m: -999901 sector { carrier: \"n28\" } }"),
             {},
             "",
             ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Near, ModelRule,
    testing::Values(
        Case{"under_a_site_of_a_grid", grid_text(), {at_x(500)}, place, table},
        Case{"past_a_site_of_a_grid",
             with(grid_text(), "placement { x_m: 100 }",
                  "route { way_point { x_m: 100 } way_point { x_m: 600 } speed_kmh: 500 }"),
             {},
             cam + "route",
             table},
        Case{"somewhere_on_a_ring_in_a_grid", grid_text(), {place + ".max_radius_m=300"}, "", ""},
        Case{"somewhere_in_the_cells_around_a_mast",
             and_block(with(grid_text(), "x_m: 100", "per_cell: true"),
                       "site { name: \"mast\" x_m: 200 y_m: 100 " + sector + "}"),
             {no_end},
             "",
             ""},
        Case{"somewhere_on_a_ring_around_a_mast",
             tdd_text,
             {place + ".max_radius_m=300"},
             place,
             table},
        Case{"at_random_around_a_mast", tdd_text, {cam + "route.random_way.radius_m=300"}, "", ""},
        Case{"at_random_from_the_mast_on",
             tdd_text,
             {cam + "route.random_way.radius_m=300", at_x(0)},
             place,
             table},
        Case{"at_an_antenna_in_free_space",
             tdd_text,
             {model + "FREE_SPACE", at_x(0), height(22.5), "site[mast].height_m=23"},
             place,
             "[ours]"},
        Case{"below_an_antenna_in_free_space",
             tdd_text,
             {model + "FREE_SPACE", at_x(0), height(22.5), "site[mast].height_m=23.5"},
             "",
             ""},
        Case{"beside_an_antenna_in_free_space",
             tdd_text,
             {model + "FREE_SPACE", at_x(1), height(22.5), "site[mast].height_m=22.5"},
             "",
             ""}),
    name_of);

const std::string channel = "carrier[n41].channel.";
const std::string by_sight = channel + "fading=BY_SIGHT";

INSTANTIATE_TEST_SUITE_P(
    BySight, ModelRule,
    testing::Values(Case{"with_drawn_sight", tdd_text, {by_sight, model + "UMA"}, "", ""},
                    Case{"with_all_in_sight", tdd_text, {by_sight}, "", ""},
                    Case{"in_free_space",
                         tdd_text,
                         {by_sight, model + "FREE_SPACE"},
                         channel + "fading",
                         "TR 38.901 Table 7.5-6"},
                    Case{"with_a_k_factor",
                         tdd_text,
                         {by_sight, channel + "k_factor_db=9"},
                         channel + "k_factor_db",
                         "TR 38.901 Table 7.5-6"},
                    Case{"with_a_delay_spread",
                         tdd_text,
                         {by_sight, channel + "delay_spread_ns=93"},
                         channel + "delay_spread_ns",
                         "TR 38.901 Table 7.5-6"},
                    // As a scenario has it that was written down with its defaults.
                    Case{"with_the_default_delay_spread",
                         tdd_text,
                         {by_sight, channel + "delay_spread_ns=100"},
                         "",
                         ""}),
    name_of);

const std::string rural = "carrier[n41].channel.path_loss=RMA";
const std::string high_loss = cam + "penetration=BUILDING_HIGH_LOSS";

INSTANTIATE_TEST_SUITE_P(
    Inside, ModelRule,
    testing::Values(Case{"high_loss_in_the_town", tdd_text, {model + "UMA", high_loss}, "", ""},
                    Case{"high_loss_in_the_country",
                         tdd_text,
                         {rural, high_loss},
                         cam + "penetration",
                         "TR 38.901 7.4.3.1"},
                    Case{"high_loss_in_the_country_in_sight",
                         tdd_text,
                         {rural + "_LOS", high_loss},
                         cam + "penetration",
                         "TR 38.901 7.4.3.1"},
                    Case{"low_loss_in_the_country",
                         tdd_text,
                         {rural, cam + "penetration=BUILDING_LOW_LOSS"},
                         "",
                         ""},
                    Case{"high_loss_away_from_the_country",
                         and_block(and_block(tdd_text, n28_block),
                                   "site { name: \"b\" x_m: 200 sector { carrier: \"n28\" } }"),
                         {"carrier[n28].channel.path_loss=RMA", high_loss, cam + "carrier=n41"},
                         "",
                         ""},
                    Case{"a_share_inside_of_nothing",
                         tdd_text,
                         {cam + "indoor_percent=80"},
                         cam + "indoor_percent",
                         "[ours]"},
                    Case{"a_share_inside_of_cars",
                         tdd_text,
                         {cam + "indoor_percent=80", cam + "penetration=CAR"},
                         "",
                         ""}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
