// Goal: preflight refuses slices and ratios that cannot be, with clause and place, and lets their
// legal neighbours pass. Method: as in preflight_test.cpp.
#include <gtest/gtest.h>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

/// Two slices, each with a policy of its own on the carrier; all of it legal.
std::string sliced_text() {
  return with(tdd_text, "broadcast {",
              "rrm_policy { name: \"a\" slice: \"grid\" dedicated_percent: 10 min_percent: 40 }\n"
              "  rrm_policy { name: \"b\" slice: \"video\" min_percent: 60 max_percent: 80 }\n"
              "  broadcast {") +
         "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 sd: 7 }\n";
}

const std::string a = "carrier[n41].rrm_policy[a]";
const std::string b = "carrier[n41].rrm_policy[b]";
const std::string ratio = "TS 28.541 4.4.1";
const std::string members = "TS 28.541 4.3.36";

/// Two RedCap parts, the second of which the grid has for itself; all of it legal.
std::string owned_text() {
  return with(more_bwps(3, "", "slice { name: \"grid\" sst: 3 }\n"), "name: \"part2\"",
              "name: \"part2\" slice: \"grid\"");
}
const std::string first_part = "carrier[n41].dedicated_bwp[part1]";
const std::string own_part = "carrier[n41].dedicated_bwp[part2]";

/// The same with a policy for it.
std::string owned_with_ratio(const std::string& ratios) {
  return with(owned_text(), "dedicated_bwp {",
              "rrm_policy { name: \"a\" slice: \"grid\" " + ratios + " }\n dedicated_bwp {");
}

class SliceRule : public testing::TestWithParam<Case> {};

TEST_P(SliceRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Slices, SliceRule,
    testing::Values(
        Case{"as_written", sliced_text(), {}, "", ""},
        Case{"dedicated_up_to_the_minimum", sliced_text(), {a + ".dedicated_percent=40"}, "", ""},
        Case{"dedicated_above_the_minimum",
             sliced_text(),
             {a + ".dedicated_percent=41"},
             a + ".dedicated_percent",
             ratio},
        Case{"minimum_above_the_maximum",
             sliced_text(),
             {b + ".max_percent=59"},
             b + ".min_percent",
             ratio},
        Case{"no_maximum",
             sliced_text(),
             {b + ".max_percent=0", b + ".min_percent=0"},
             b + ".max_percent",
             "[ours]"},
        Case{"minima_beyond_the_whole",
             sliced_text(),
             {a + ".min_percent=41"},
             b + ".min_percent",
             ratio},
        Case{"minima_that_make_up_the_whole",
             sliced_text(),
             {a + ".min_percent=29", b + ".min_percent=71", b + ".max_percent=71"},
             "",
             ""},
        Case{"a_maximum_that_lets_no_block_through",
             sliced_text(),
             {b + ".min_percent=0", b + ".max_percent=1",
              "carrier[n41].scheduler.slice_window_slots=1"},
             b + ".max_percent",
             "[ours]"},
        Case{"the_same_over_a_longer_window",
             sliced_text(),
             {b + ".min_percent=0", b + ".max_percent=10"},
             "",
             ""},
        Case{"maxima_beyond_the_whole", sliced_text(), {b + ".max_percent=100"}, "", ""},
        Case{"dedicated_beyond_the_whole",
             sliced_text(),
             {a + ".min_percent=60", a + ".dedicated_percent=60", b + ".dedicated_percent=60"},
             b + ".dedicated_percent",
             ratio},
        Case{"minima_beyond_the_whole_in_the_uplink_alone",
             sliced_text(),
             {a + ".min_percent=100", a + ".resource=PRB_UL"},
             b + ".min_percent",
             ratio},
        Case{"a_direction_each",
             sliced_text(),
             {a + ".min_percent=100", a + ".resource=PRB_UL", b + ".resource=PRB_DL"},
             "",
             ""},
        Case{"an_unknown_member",
             with(sliced_text(), "slice: \"grid\"", "slice: \"gird\""),
             {},
             a + ".slice",
             members},
        Case{"no_member", with(sliced_text(), "slice: \"grid\"", ""), {}, a + ".slice", members},
        Case{"a_slice_in_two_policies",
             with(sliced_text(), "slice: \"video\"", "slice: \"video\" slice: \"grid\""),
             {},
             b + ".slice",
             members},
        Case{"two_slices_that_are_one",
             with(sliced_text(), "sst: 1 sd: 7", "sst: 3"),
             {},
             "slice[video].sst",
             "TS 23.501 5.15.2"},
        Case{"two_slices_of_one_type",
             with(sliced_text(), "sst: 1 sd: 7", "sst: 3 sd: 7"),
             {},
             "",
             ""},
        Case{"terminals_of_no_known_slice",
             sliced_text(),
             {"terminal_group[cam].slice=gird"},
             "terminal_group[cam].slice",
             "TS 23.501 5.15"},
        Case{"terminals_of_a_slice", sliced_text(), {"terminal_group[cam].slice=video"}, "", ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    OwnPart, SliceRule,
    testing::Values(
        Case{"as_written", owned_text(), {}, "", ""},
        Case{"of_a_slice_that_is_not",
             owned_text(),
             {own_part + ".slice=grit"},
             own_part + ".slice",
             "TS 23.501 5.15"},
        Case{"before_one_for_all",
             owned_text(),
             {first_part + ".slice=grid", own_part + ".slice="},
             own_part + ".slice",
             "[ours]"},
        Case{"that_the_cell_does_not_have",
             owned_text(),
             {"carrier[n41].bwp_manager.redcap_parts=2"},
             "carrier[n41].bwp_manager.redcap_parts",
             "[ours]"},
        Case{"of_terminals_that_are_never_moved",
             with(owned_text(), "bwp_manager { ",
                  "bwp_manager { policy: LEAST_LOADED switching: DCI "),
             {"terminal_group[ue].slice=grid", "capability[redcap].dedicated_bwp_count=1"},
             "",
             ""},
        Case{"of_others_that_are_moved",
             with(owned_text(), "bwp_manager { ",
                  "bwp_manager { policy: LEAST_LOADED switching: DCI "),
             {"capability[redcap].dedicated_bwp_count=1"},
             "capability[redcap].dedicated_bwp_count",
             "TS 38.306 4.2.7.2"},
        Case{"twice_for_one_slice", owned_text(), {first_part + ".slice=grid"}, "", ""},
        Case{"on_prbs_of_another",
             owned_text(),
             {own_part + ".first_prb=99", own_part + ".ncd_ssb_first_prb=117",
              "carrier[n41].downlink.coreset_prb_count=42",
              "carrier[n41].uplink.pucch_hopping=false"},
             own_part + ".first_prb",
             "[ours]"},
        Case{"beside_another",
             owned_text(),
             {own_part + ".first_prb=103", "carrier[n41].downlink.coreset_prb_count=42"},
             "",
             ""},
        Case{"of_terminals_that_take_the_whole_carrier",
             owned_text(),
             {"terminal_group[ue].slice=grid", "terminal_group[ue].capability=embb"},
             "terminal_group[ue].capability",
             "[ours]"},
        Case{"of_other_terminals_that_take_it",
             owned_text(),
             {"terminal_group[ue].capability=embb"},
             "",
             ""},
        Case{"and_a_ratio",
             owned_with_ratio("min_percent: 5"),
             {},
             "carrier[n41].rrm_policy[a]",
             members},
        Case{"and_a_maximum",
             owned_with_ratio("max_percent: 50"),
             {},
             "carrier[n41].rrm_policy[a]",
             members},
        Case{"and_a_policy_that_says_nothing", owned_with_ratio(""), {}, "", ""},
        Case{"without_a_block_for_who_is_not_in_it",
             with(owned_text(), "ncd_ssb_first_prb: 117", ""),
             {},
             "",
             ""},
        Case{"without_a_block_for_who_is",
             with(owned_text(), "ncd_ssb_first_prb: 117", ""),
             {"terminal_group[ue].slice=grid"},
             own_part,
             "TS 38.213 17.1"}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
