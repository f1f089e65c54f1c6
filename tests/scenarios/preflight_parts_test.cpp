// Goal: preflight refuses further RedCap BWPs that cannot be, with clause and place, and lets their
// legal neighbours pass. Method: as in preflight_test.cpp; every rule with a case on either side.
#include <gtest/gtest.h>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

class PartRule : public testing::TestWithParam<Case> {};

TEST_P(PartRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string n41 = "carrier[n41].";
const std::string part1 = n41 + "dedicated_bwp[part1]";
const std::string manager = n41 + "bwp_manager.";
const std::string count = "capability[redcap].dedicated_bwp_count";

std::string with_manager(const std::string& fields) { return more_bwps(4, fields); }

INSTANTIATE_TEST_SUITE_P(
    Place, PartRule,
    testing::Values(
        Case{"four_as_written", more_bwps(4), {}, "", ""},
        Case{"two_as_written", more_bwps(2), {}, "", ""},
        Case{"beyond_the_carrier",
             more_bwps(2),
             {part1 + ".first_prb=223", part1 + ".ncd_ssb_first_prb=223"},
             part1,
             "TS 38.211 4.4.5"},
        Case{"beside_the_wide_part",
             more_bwps(2),
             {n41 + "embb_bwp.first_prb=0", n41 + "embb_bwp.prb_count=101",
              n41 + "embb_bwp.coreset_first_prb=48", n41 + "embb_bwp.coreset_prb_count=6"},
             part1,
             "[ours]"},
        Case{"without_a_wide_part",
             with(more_bwps(2),
                  "embb_bwp { prb_count: 273 coreset_first_prb: 204 coreset_prb_count: 60 }", ""),
             {},
             part1,
             "[ours]"},
        Case{"narrower_than_redcap_bwp",
             more_bwps(2),
             {part1 + ".prb_count=50"},
             part1 + ".prb_count",
             "[ours]"},
        Case{"five_of_them",
             with(more_bwps(4), "dedicated_bwp { name: \"part1\"",
                  "dedicated_bwp { name: \"a\" first_prb: 60 prb_count: 51 "
                  "ncd_ssb_first_prb: 60 } dedicated_bwp { name: \"b\" first_prb: 70 "
                  "prb_count: 51 ncd_ssb_first_prb: 90 } dedicated_bwp { name: \"part1\""),
             {},
             n41 + "dedicated_bwp",
             "TS 38.331 maxNrofBWPs"},
        Case{"whose_coreset_meets_another",
             more_bwps(2),
             {part1 + ".first_prb=40"},
             part1,
             "[ours]"},
        Case{"whose_coreset_meets_the_wide_one",
             more_bwps(2),
             {n41 + "embb_bwp.coreset_first_prb=98"},
             part1,
             "[ours]"},
        Case{"beside_the_wide_coreset",
             more_bwps(2),
             {n41 + "embb_bwp.coreset_first_prb=99"},
             "",
             ""},
        Case{"whose_pucch_meets_another",
             more_bwps(2),
             {part1 + ".first_prb=49"},
             part1,
             "TS 38.213 9.2.1"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Block, PartRule,
    testing::Values(Case{"at_the_end", more_bwps(2), {part1 + ".ncd_ssb_first_prb=82"}, "", ""},
                    Case{"beyond_the_end",
                         more_bwps(2),
                         {part1 + ".ncd_ssb_first_prb=83"},
                         part1 + ".ncd_ssb_first_prb",
                         "TS 38.213 17.1"},
                    Case{"beside_the_cell_defining_one",
                         more_bwps(2),
                         {n41 + "redcap_bwp.prb_count=51", n41 + "broadcast.ssb_first_prb=31",
                          n41 + "broadcast.sib1_first_prb=0", part1 + ".first_prb=31",
                          part1 + ".ncd_ssb_first_prb=60"},
                         part1 + ".ncd_ssb_first_prb",
                         "TS 38.213 17.1"},
                    Case{"on_the_cell_defining_one",
                         more_bwps(2),
                         {n41 + "broadcast.ssb_first_prb=31", n41 + "broadcast.sib1_first_prb=0",
                          part1 + ".first_prb=50", part1 + ".ncd_ssb_first_prb=50"},
                         part1 + ".ncd_ssb_first_prb",
                         "TS 38.213 4.1"},
                    Case{"every_40_ms", more_bwps(2), {part1 + ".ncd_ssb_period_ms=40"}, "", ""},
                    Case{"every_30_ms",
                         more_bwps(2),
                         {part1 + ".ncd_ssb_period_ms=30"},
                         part1 + ".ncd_ssb_period_ms",
                         "TS 38.331 NonCellDefiningSSB"},
                    Case{"more_often_than_the_cell_defining_one",
                         more_bwps(2),
                         {part1 + ".ncd_ssb_period_ms=10"},
                         part1 + ".ncd_ssb_period_ms",
                         "TS 38.331 NonCellDefiningSSB"},
                    Case{"ten_ms_later", more_bwps(2), {part1 + ".ncd_ssb_offset_ms=10"}, "", ""},
                    Case{"seven_ms_later",
                         more_bwps(2),
                         {part1 + ".ncd_ssb_offset_ms=7"},
                         part1 + ".ncd_ssb_offset_ms",
                         "TS 38.331 NonCellDefiningSSB"},
                    Case{"a_period_later",
                         more_bwps(2),
                         {part1 + ".ncd_ssb_offset_ms=20"},
                         part1 + ".ncd_ssb_offset_ms",
                         "TS 38.331 NonCellDefiningSSB"},
                    Case{"on_the_tracking_signal",
                         more_bwps(2),
                         {part1 + ".ncd_ssb_offset_ms=5", n41 + "broadcast.ssb_beam_count=8"},
                         part1,
                         ""},
                    Case{"missing",
                         with(more_bwps(2), "ncd_ssb_first_prb: 66", ""),
                         {},
                         part1,
                         "TS 38.213 17.1"},
                    Case{"missing_for_who_needs_none",
                         with(more_bwps(2), "ncd_ssb_first_prb: 66", ""),
                         {"capability[redcap].bwp_without_ssb=true"},
                         "",
                         ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Manager, PartRule,
    testing::Values(
        Case{"by_dci", with_manager("policy: LEAST_LOADED switching: DCI"), {}, "", ""},
        Case{"by_dci_for_two_parts_of_four",
             with_manager("policy: LEAST_LOADED switching: DCI"),
             {count + "=2"},
             count,
             "TS 38.306 4.2.7.4"},
        Case{"by_rrc_with_one_part", with_manager("policy: LEAST_LOADED"), {count + "=1"}, "", ""},
        Case{"by_timer_with_one_part",
             with_manager("policy: LEAST_LOADED inactivity_timer_ms: 100"),
             {count + "=1"},
             count,
             "TS 38.306 4.2.7.4"},
        Case{"of_three_parts", more_bwps(2), {count + "=3"}, count, "TS 38.306 4.2.7.4"},
        Case{"that_closes_what_it_opens",
             with_manager("policy: LEAST_LOADED open_percent: 60 close_percent: 60"),
             {},
             manager + "close_percent",
             "[ours]"},
        Case{"that_has_nothing_to_open",
             more_bwps(1, "policy: ROUND_ROBIN"),
             {},
             manager + "policy",
             "[ours]"},
        Case{"with_a_timer_of_90_ms",
             with_manager("policy: LEAST_LOADED inactivity_timer_ms: 90"),
             {},
             manager + "inactivity_timer_ms",
             "TS 38.331 BWP-DownlinkDedicated"},
        Case{"with_a_timer_and_no_way_out",
             with_manager("inactivity_timer_ms: 100"),
             {},
             manager + "inactivity_timer_ms",
             "[ours]"}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
