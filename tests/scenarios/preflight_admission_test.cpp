// Goal: preflight refuses shares of places that mean nothing and more terminals at the beginning
// than there are places for, and lets their legal neighbours pass. Method: as in
// preflight_test.cpp.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

const std::string carrier = "carrier[n41]";
const std::string a = carrier + ".rrm_policy[a]";
const std::string b = carrier + ".rrm_policy[b]";
const std::string limit = carrier + ".connected_users_max";
const std::string ratio = "TS 28.541 4.4.1";

/// Ten places, two policies for shares of them, and five terminals of each slice that begin here.
std::string shared_text() {
  const std::string text =
      with(tdd_text, "broadcast {",
           "connected_users_max: 10\n"
           "rrm_policy { name: \"a\" slice: \"grid\" resource: RRC_CONNECTED_USERS\n"
           "  dedicated_percent: 30 min_percent: 30 max_percent: 50 }\n"
           "rrm_policy { name: \"b\" slice: \"video\" resource: RRC_CONNECTED_USERS\n"
           "  dedicated_percent: 20 min_percent: 20 }\n"
           "  broadcast {") +
      "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 }\n"
      "terminal_group { name: \"relay\" capability: \"redcap\" slice: \"grid\" count: 5\n"
      "  placement { x_m: 120 } }\n";
  return with(text, "name: \"cam\" capability",
              "name: \"cam\" slice: \"video\" count: 5 capability");
}

/// The second policy is for the slice of the first, too.
std::string both_of_grid() {
  return with(shared_text(), "name: \"b\" slice: \"video\"", "name: \"b\" slice: \"grid\"");
}

class AdmissionRule : public testing::TestWithParam<Case> {};

TEST_P(AdmissionRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Policies, AdmissionRule,
    testing::Values(
        Case{"as_written", shared_text(), {}, "", ""},
        Case{"a_minimum_beyond_what_is_dedicated",
             shared_text(),
             {a + ".min_percent=31"},
             a + ".min_percent",
             ratio},
        Case{"dedicated_above_the_minimum",
             shared_text(),
             {a + ".min_percent=29"},
             a + ".dedicated_percent",
             ratio},
        Case{"dedicated_above_the_maximum",
             shared_text(),
             {a + ".dedicated_percent=51", a + ".min_percent=51"},
             a + ".min_percent",
             ratio},
        Case{"shares_beyond_the_whole",
             shared_text(),
             {b + ".dedicated_percent=71", b + ".min_percent=71"},
             b + ".dedicated_percent",
             ratio},
        Case{"shares_that_make_up_the_whole",
             shared_text(),
             {a + ".dedicated_percent=50", a + ".min_percent=50", b + ".dedicated_percent=50",
              b + ".min_percent=50"},
             "",
             ""},
        Case{"a_slice_in_two_policies_of_places",
             both_of_grid(),
             {},
             b + ".slice",
             "TS 28.541 4.3.36"},
        Case{"a_slice_in_a_policy_of_places_and_one_of_prbs",
             both_of_grid(),
             {b + ".resource=PRB"},
             "",
             ""},
        Case{"a_maximum_of_nobody",
             shared_text(),
             {b + ".dedicated_percent=0", b + ".min_percent=0", b + ".max_percent=9"},
             b + ".max_percent",
             "[ours]"},
        Case{"a_maximum_of_one",
             shared_text(),
             {b + ".dedicated_percent=0", b + ".min_percent=0", b + ".max_percent=10",
              "terminal_group[cam].count=1"},
             "",
             ""},
        Case{"a_place_dedicated_to_somebody_that_rounds_to_none",
             shared_text(),
             {b + ".dedicated_percent=9", b + ".min_percent=9"},
             b + ".dedicated_percent",
             "[ours]"},
        Case{"shares_of_a_carrier_without_a_limit",
             shared_text(),
             {limit + "=0"},
             a + ".resource",
             ratio},
        Case{"a_ranking_of_places",
             shared_text(),
             {a + ".scheduler_policy=QOS"},
             a + ".scheduler_policy",
             "[ours]"},
        Case{"shares_of_places_for_a_slice_with_a_part_of_its_own",
             with(with(more_bwps(3, "", "slice { name: \"grid\" sst: 3 }\n"), "name: \"part2\"",
                       "name: \"part2\" slice: \"grid\""),
                  "broadcast {",
                  "connected_users_max: 10\n"
                  "rrm_policy { name: \"a\" slice: \"grid\" resource: RRC_CONNECTED_USERS\n"
                  "  dedicated_percent: 50 min_percent: 50 }\n  broadcast {"),
             {},
             "",
             ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Beginning, AdmissionRule,
    testing::Values(Case{"one_more_than_there_are_places",
                         shared_text(),
                         {"terminal_group[cam].count=6"},
                         limit,
                         "[ours]"},
                    Case{"a_slice_beyond_its_maximum",
                         shared_text(),
                         {"terminal_group[relay].count=6", "terminal_group[cam].count=1"},
                         limit,
                         "[ours]"},
                    Case{"what_is_left_over_what_is_dedicated",
                         shared_text(),
                         {"terminal_group[relay].count=1", "terminal_group[cam].count=8"},
                         limit,
                         "[ours]"},
                    Case{"as_many_as_what_is_dedicated_leaves",
                         shared_text(),
                         {"terminal_group[relay].count=1", "terminal_group[cam].count=7"},
                         "",
                         ""},
                    Case{"no_limit_for_many", tdd_text, {"terminal_group[cam].count=300"}, "", ""},
                    Case{"a_limit_for_as_many",
                         tdd_text,
                         {"terminal_group[cam].count=300", limit + "=300"},
                         "",
                         ""},
                    Case{"a_limit_for_one_less",
                         tdd_text,
                         {"terminal_group[cam].count=300", limit + "=299"},
                         limit,
                         "[ours]"}),
    name_of);

TEST(PreflightAdmission, says_who_finds_no_place_where) {
  const std::vector<Finding> findings = findings_of(shared_text(), {"terminal_group[cam].count=7"});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].found,
            "no place for 2 of 12 terminals that begin in cell 0 of 'mast' (relay)");
}

// The same terminals around two sites: each cell counts its own.
TEST(PreflightAdmission, counts_each_cell_by_itself) {
  const std::string text =
      with(tdd_text, "placement { x_m: 100 }", "placement { x_m: 100 } count: 3") +
      "site { name: \"far\" x_m: 2000 height_m: 25 sector { carrier: \"n41\" } }\n"
      "terminal_group { name: \"there\" capability: \"redcap\" count: 3\n"
      "  placement { x_m: 2100 } }\n";
  EXPECT_EQ(to_text(findings_of(text, {limit + "=3"})), "");
  EXPECT_EQ(findings_of(text, {limit + "=2"}).size(), 2U);
}

}  // namespace
}  // namespace redcell::scenarios
