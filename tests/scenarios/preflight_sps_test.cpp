// Goal: preflight refuses semi-persistent scheduling that cannot be, with clause and place, and
// lets its legal neighbours pass. Method: as in preflight_test.cpp.
#include <gtest/gtest.h>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

/// With SPS-Config; as written all of it is legal.
std::string with_sps(const std::string& text) {
  return with(text, "capability: \"redcap\" placement",
              "capability: \"redcap\" sps_config { } placement");
}
const std::string tdd = with_sps(tdd_text);
const std::string fdd = with_sps(fdd_text);
const std::string sps = "terminal_group[cam].sps_config";
const std::string period = sps + ".periodicity_ms";

/// The pattern goes round in 4 ms.
std::string pattern_of_4_ms() {
  return with(tdd, "tdd { period_ms: 5 dl_slots: 7 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 }",
              "tdd { period_ms: 4 dl_slots: 5 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 }");
}
std::string in_parts() {
  return with(more_bwps(2, "policy: LEAST_LOADED"), "name: \"ue\"", "name: \"ue\" sps_config { }");
}

class SpsRule : public testing::TestWithParam<Case> {};

TEST_P(SpsRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Sps, SpsRule,
    testing::Values(
        Case{"as_written", tdd, {}, "", ""}, Case{"as_written_fdd", fdd, {}, "", ""},
        Case{"a_period_of_no_list", tdd, {period + "=30"}, period, "TS 38.331 SPS-Config"},
        Case{"a_period_of_the_list", tdd, {period + "=32"}, period, "TS 38.213 11.1"},
        Case{"a_period_of_the_list_in_fdd", fdd, {period + "=32"}, "", ""},
        Case{"the_longest_period", tdd, {period + "=640"}, "", ""},
        Case{"a_period_that_the_tdd_pattern_does_not_have",
             pattern_of_4_ms(),
             {period + "=10"},
             period,
             "TS 38.213 11.1"},
        Case{"a_period_that_it_has", pattern_of_4_ms(), {period + "=20"}, "", ""},
        Case{"all_prbs_of_the_part", tdd, {sps + ".prb_count=51"}, "", ""},
        Case{"more_prbs_than_the_part_has",
             tdd,
             {sps + ".prb_count=52"},
             sps + ".prb_count",
             "TS 38.214 5.1.4"},
        Case{"a_block_of_no_use",
             tdd,
             {sps + ".prb_count=1", sps + ".mcs_index=0"},
             sps + ".prb_count",
             "[ours]"},
        Case{"a_block_of_use", tdd, {sps + ".prb_count=3", sps + ".mcs_index=2"}, "", ""},
        Case{"the_last_scheme", tdd, {sps + ".mcs_index=27"}, "", ""},
        Case{"a_reserved_scheme",
             tdd,
             {sps + ".mcs_index=28"},
             sps + ".mcs_index",
             "TS 38.214 5.1.3.1"},
        Case{"a_scheme_beyond_the_terminal",
             tdd,
             {sps + ".mcs_index=27", "capability[redcap].max_dl_modulation=QAM_64"},
             sps + ".mcs_index",
             "TS 38.306 4.2.7.2"},
        Case{"all_processes_of_sps", tdd, {sps + ".nrof_harq_processes=8"}, "", ""},
        Case{"no_process_left",
             tdd,
             {sps + ".nrof_harq_processes=4", "carrier[n41].harq.process_count=4"},
             sps + ".nrof_harq_processes",
             "TS 38.321 5.3.1"},
        Case{"one_process_left",
             tdd,
             {sps + ".nrof_harq_processes=3", "carrier[n41].harq.process_count=4"},
             "",
             ""},
        Case{"several_parts", in_parts(), {}, "", ""}),
    name_of);

TEST(SpsRule, keeps_processes_to_what_rrc_can_signal) {
  const std::string path = sps + ".nrof_harq_processes";
  for (const char* count : {"0", "9"}) {
    const auto findings = load_findings(tdd, {path + "=" + count});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().clause, "TS 38.331 SPS-Config");
  }
}

}  // namespace
}  // namespace redcell::scenarios
