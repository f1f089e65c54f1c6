// Goal: preflight refuses configured grants that cannot be, with clause and place, and lets their
// legal neighbours pass. Method: as in preflight_test.cpp; how many terminals have a place is
// counted by hand.
#include <gtest/gtest.h>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

/// With a grant of this kind; as written all of it is legal.
std::string granted(const std::string& text, const std::string& fields = "") {
  return with(text, "capability: \"redcap\" placement",
              "capability: \"redcap\" configured_grant { " + fields + " } placement");
}
const std::string tdd = granted(tdd_text);
const std::string fdd = granted(fdd_text);

const std::string grant = "terminal_group[cam].configured_grant";
const std::string count = "terminal_group[cam].count=";
const std::string config = "TS 38.331 ConfiguredGrantConfig";

/// Two RedCap parts for all; `manager`: of bwp_manager.
std::string in_parts(const std::string& manager) {
  return with(more_bwps(2, manager), "name: \"ue\"", "name: \"ue\" configured_grant { }");
}

class GrantRule : public testing::TestWithParam<Case> {};

TEST_P(GrantRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Grants, GrantRule,
    testing::Values(
        Case{"as_written", tdd, {}, "", ""}, Case{"as_written_fdd", fdd, {}, "", ""},
        Case{"a_period_of_no_list",
             fdd,
             {grant + ".periodicity_slots=25"},
             grant + ".periodicity_slots",
             config},
        Case{"a_period_of_30_khz_at_30_khz", tdd, {grant + ".periodicity_slots=1280"}, "", ""},
        Case{"a_period_of_30_khz_at_15_khz",
             fdd,
             {grant + ".periodicity_slots=1280"},
             grant + ".periodicity_slots",
             config},
        Case{"a_period_of_60_khz_at_30_khz",
             tdd,
             {grant + ".periodicity_slots=512"},
             grant + ".periodicity_slots",
             config},
        Case{"every_slot_of_fdd", fdd, {grant + ".periodicity_slots=1"}, "", ""},
        Case{"a_period_that_the_tdd_pattern_does_not_have",
             tdd,
             {grant + ".periodicity_slots=5"},
             grant + ".periodicity_slots",
             "TS 38.213 11.1"},
        Case{"an_uplink_slot", tdd, {grant + ".time_domain_offset_slots=9"}, "", ""},
        Case{"a_downlink_slot",
             tdd,
             {grant + ".time_domain_offset_slots=6"},
             grant + ".time_domain_offset_slots",
             "TS 38.213 11.1"},
        Case{"the_special_slot",
             tdd,
             {grant + ".time_domain_offset_slots=7"},
             grant + ".time_domain_offset_slots",
             "TS 38.213 11.1"},
        Case{"an_offset_beyond_the_period",
             tdd,
             {grant + ".time_domain_offset_slots=18"},
             grant + ".time_domain_offset_slots",
             "[ours]"},
        Case{"all_prbs_between_pucch", tdd, {grant + ".prb_count=47"}, "", ""},
        Case{"more_prbs_than_the_part_has",
             tdd,
             {grant + ".prb_count=48"},
             grant + ".prb_count",
             "TS 38.213 12"},
        Case{"prbs_that_no_dft_has",
             tdd,
             {grant + ".prb_count=7", "carrier[n41].uplink.transform_precoding=true",
              "carrier[n41].uplink.dmrs.cdm_groups_without_data=2"},
             grant + ".prb_count",
             "TS 38.211 6.3.1.4"},
        Case{"prbs_that_a_dft_has",
             tdd,
             {grant + ".prb_count=6", "carrier[n41].uplink.transform_precoding=true",
              "carrier[n41].uplink.dmrs.cdm_groups_without_data=2"},
             "",
             ""},
        Case{"a_block_of_no_use",
             tdd,
             {grant + ".prb_count=1", grant + ".mcs_index=0"},
             grant + ".prb_count",
             "[ours]"},
        Case{"the_last_scheme", tdd, {grant + ".mcs_index=27"}, "", ""},
        Case{"a_reserved_scheme",
             tdd,
             {grant + ".mcs_index=28"},
             grant + ".mcs_index",
             "TS 38.214 6.1.4.1"},
        Case{"a_scheme_beyond_the_terminal",
             tdd,
             {grant + ".mcs_index=27", "capability[redcap].max_ul_modulation=QAM_64"},
             grant + ".mcs_index",
             "TS 38.306 4.2.7.2"},
        Case{"one_process_left", tdd, {grant + ".nrof_harq_processes=15"}, "", ""},
        Case{"no_process_left",
             tdd,
             {grant + ".nrof_harq_processes=16"},
             grant + ".nrof_harq_processes",
             "TS 38.321 5.4.1"},
        Case{"no_process_left_of_fewer",
             tdd,
             {"carrier[n41].harq.process_count=4"},
             grant + ".nrof_harq_processes",
             "TS 38.321 5.4.1"},
        Case{"the_longest_timer", tdd, {grant + ".configured_grant_timer=64"}, "", ""},
        Case{"a_release_of_type_2",
             tdd,
             {grant + ".type=TYPE_2", grant + ".release_after_unused=10"},
             "",
             ""},
        Case{"a_release_of_type_1",
             tdd,
             {grant + ".release_after_unused=10"},
             grant + ".release_after_unused",
             "TS 38.321 5.8.2"},
        // 47 PRBs between PUCCH in slot 8 of 10, where PRACH never is.
        Case{"a_place_for_each",
             tdd,
             {grant + ".prb_count=11", count + "4", grant + ".time_domain_offset_slots=8"},
             "",
             ""},
        Case{"one_terminal_too_many",
             tdd,
             {grant + ".prb_count=11", count + "5", grant + ".time_domain_offset_slots=8"},
             grant,
             "TS 38.321 5.8.2"},
        Case{"places_in_every_second_period",
             tdd,
             {grant + ".prb_count=11", count + "8", grant + ".periodicity_slots=20",
              "carrier[n41].uplink.prach_prb_count=0"},
             "",
             ""},
        Case{"parts_in_turn", in_parts(""), {}, "terminal_group[ue].configured_grant", "[ours]"},
        Case{"the_initial_part", in_parts("policy: LEAST_LOADED"), {}, "", ""}),
    name_of);

TEST(GrantRule, keeps_the_timer_to_what_rrc_can_signal) {
  EXPECT_TRUE(load_findings(tdd, {grant + ".configured_grant_timer=1"}).empty());
  for (const char* periods : {"0", "65"}) {
    const auto findings = load_findings(tdd, {grant + ".configured_grant_timer=" + periods});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().clause, config);
  }
}

}  // namespace
}  // namespace redcell::scenarios
