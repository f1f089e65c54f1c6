// Goal: preflight lets no sites, panels and placements through that contradict each other. Method:
// a legal grid or mast with one change; the path and clause of the finding.
#include <gtest/gtest.h>

#include "scenarios/preflight.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

class SiteRule : public testing::TestWithParam<Case> {};

TEST_P(SiteRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string town = "site_grid[town].";
const std::string no_end = "site_grid[town].wrap_around=false";
const std::string sector = "sector { carrier: \"n41\" } ";

std::string with_grid(const std::string& grid) {
  return and_block(grid_text(), "site_grid { " + grid + " }");
}
std::string with_site(const std::string& site) {
  return and_block(grid_text(), "site { " + site + " }");
}

INSTANTIATE_TEST_SUITE_P(
    Grids, SiteRule,
    testing::Values(Case{"one_alone", grid_text(), {}, "", ""},
                    Case{"two_without_end_on_one_carrier",
                         with_grid("name: \"other\" " + sector),
                         {},
                         town + "wrap_around",
                         "[ours]"},
                    Case{"the_second_of_two_without_end",
                         with_grid("name: \"other\" " + sector),
                         {no_end},
                         "site_grid[other].wrap_around",
                         "[ours]"},
                    Case{"two_with_an_end",
                         with_grid("name: \"other\" wrap_around: false " + sector),
                         {no_end},
                         "",
                         ""},
                    Case{"a_site_beside_one_without_end",
                         with_site("name: \"mast\" x_m: 200 y_m: 200 " + sector),
                         {},
                         town + "wrap_around",
                         "[ours]"},
                    Case{"a_site_beside_one_with_an_end",
                         with_site("name: \"mast\" x_m: 200 y_m: 200 " + sector),
                         {no_end},
                         "",
                         ""},
                    Case{"two_without_end_on_two_carriers",
                         and_block(with_grid("name: \"other\" sector { carrier: \"n28\" }"),
                                   n28_block),
                         {},
                         "",
                         ""},
                    Case{"a_site_named_as_one_of_the_grid",
                         with_site("name: \"town6\" x_m: 200 y_m: 200 " + sector),
                         {no_end},
                         town + "name",
                         "[ours]"},
                    Case{"a_site_named_as_the_grid_would_go_on",
                         with_site("name: \"town7\" x_m: 200 y_m: 200 " + sector),
                         {no_end},
                         "",
                         ""},
                    Case{"grids_whose_numbers_run_together",
                         with_grid("name: \"town1\" wrap_around: false " + sector),
                         {no_end, town + "rings=2"},
                         "site_grid[town1].name",
                         "[ours]"}),
    name_of);

const std::string mast_sector = "site[mast].sector[0].";

INSTANTIATE_TEST_SUITE_P(
    Panels, SiteRule,
    testing::Values(
        Case{"a_beam_behind_the_panel",
             tdd_text,
             {mast_sector + "downtilt_deg=-85"},
             mast_sector + "first_tilt_deg",
             "TR 38.901 7.3"},
        Case{"a_beam_along_the_panel", tdd_text, {mast_sector + "downtilt_deg=-84"}, "", ""},
        Case{"the_lowest_beam_behind_the_panel",
             tdd_text,
             {mast_sector + "downtilt_deg=-80", mast_sector + "vertical_beams=2",
              mast_sector + "last_tilt_deg=11"},
             mast_sector + "last_tilt_deg",
             "TR 38.901 7.3"},
        Case{"the_lowest_beam_of_a_single_row",
             tdd_text,
             {mast_sector + "downtilt_deg=-80", mast_sector + "last_tilt_deg=11"},
             "",
             ""},
        Case{"more_rows_for_blocks_than_there_are",
             tdd_text,
             {mast_sector + "rows=4", mast_sector + "ssb_rows=5"},
             mast_sector + "ssb_rows",
             "[ours]"},
        Case{"all_rows_for_blocks",
             tdd_text,
             {mast_sector + "rows=4", mast_sector + "ssb_rows=4"},
             "",
             ""},
        Case{"a_beam_behind_a_panel_of_the_grid",
             grid_text(),
             {town + "sector[2].first_tilt_deg=-85"},
             town + "sector[2].first_tilt_deg",
             "TR 38.901 7.3"}),
    name_of);

const std::string cam = "terminal_group[cam].";
const std::string per_cell = cam + "placement.per_cell=true";
const std::string origin = cam + "placement.x_m=0";

INSTANTIATE_TEST_SUITE_P(
    Placements, SiteRule,
    testing::Values(
        Case{"per_cell_in_a_grid", grid_text(), {per_cell, origin}, "", ""},
        Case{"per_cell_without_a_grid",
             tdd_text,
             {per_cell, origin},
             cam + "placement.per_cell",
             "[ours]"},
        Case{"per_cell_in_a_grid_of_another_carrier",
             and_block(with_site("name: \"mast\" sector { carrier: \"n28\" }"), n28_block),
             {per_cell, origin, cam + "carrier=n28"},
             cam + "placement.per_cell",
             "[ours]"},
        Case{"per_cell_in_a_grid_of_the_locked_carrier",
             grid_text(),
             {per_cell, origin, cam + "carrier=n41"},
             "",
             ""},
        Case{"per_cell_at_a_place", grid_text(), {per_cell}, cam + "placement.per_cell", "[ours]"},
        Case{"per_cell_on_a_ring",
             grid_text(),
             {per_cell, origin, cam + "placement.max_radius_m=50"},
             cam + "placement.per_cell",
             "[ours]"},
        Case{"per_cell_around_a_hole",
             grid_text(),
             {per_cell, origin, cam + "placement.min_radius_m=50"},
             cam + "placement.per_cell",
             "[ours]"},
        Case{"per_cell_at_way_points",
             with(grid_text(), "placement { x_m: 100 }",
                  "placement { per_cell: true } route { way_point { x_m: 100 } }"),
             {},
             cam + "placement.per_cell",
             "[ours]"},
        Case{"per_cell_then_at_random_around_a_place",
             grid_text(),
             {per_cell, cam + "route.random_way.radius_m=100"},
             "",
             ""},
        Case{"a_million_terminals_in_cells",
             grid_text(),
             {per_cell, origin, cam + "count=47619"},  // 21 cells
             "",
             ""},
        Case{"more_than_a_million_terminals_in_cells",
             grid_text(),
             {per_cell, origin, cam + "count=47620"},
             cam + "count",
             "[ours]"}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
