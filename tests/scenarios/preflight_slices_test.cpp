// Goal: preflight refuses slices and ratios that cannot be, with clause and place, and lets their
// legal neighbours pass. Method: as in preflight_test.cpp.
#include <gtest/gtest.h>

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
             {a + ".min_percent=40.5"},
             b + ".min_percent",
             ratio},
        Case{"minima_of_tenths_that_make_up_the_whole",
             sliced_text(),
             {a + ".min_percent=28.6", b + ".min_percent=71.4", b + ".max_percent=71.4"},
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

}  // namespace
}  // namespace redcell::scenarios
