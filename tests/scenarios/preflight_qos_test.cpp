// Goal: preflight refuses 5QIs that the standard does not have and guarantees that nobody can hold,
// and lets their legal neighbours pass. Method: as in preflight_test.cpp.
#include <gtest/gtest.h>

#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

const std::string bearer = "terminal_group[cam].bearer.";
const std::string table = "TS 23.501 Table 5.7.4-1";
const std::string rate = "TS 23.501 5.7.2.5";

/// Most in the uplink of n41 is some 20 Mbps, in that of n28 some 90.
std::string two_carriers() {
  return and_block(tdd_text,
                   std::string(n28_block) +
                       "\nsite { name: \"second\" height_m: 25 sector { carrier: \"n28\" } }");
}

class QosRule : public testing::TestWithParam<Case> {};

TEST_P(QosRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Qos, QosRule,
    testing::Values(
        Case{"a_standardised_one", tdd_text, {bearer + "five_qi=80"}, "", ""},
        Case{"a_reserved_one", tdd_text, {bearer + "five_qi=75"}, bearer + "five_qi", table},
        Case{"an_unknown_one", tdd_text, {bearer + "five_qi=11"}, bearer + "five_qi", table},
        Case{"a_guarantee_for_none",
             tdd_text,
             {bearer + "gfbr_ul_mbps=1"},
             bearer + "gfbr_ul_mbps",
             rate},
        Case{"a_guarantee_in_the_downlink_for_none",
             tdd_text,
             {bearer + "five_qi=80", bearer + "gfbr_dl_mbps=1"},
             bearer + "gfbr_dl_mbps",
             rate},
        Case{"a_guarantee_for_gbr",
             tdd_text,
             {bearer + "five_qi=1", bearer + "gfbr_dl_mbps=1", bearer + "gfbr_ul_mbps=1"},
             "",
             ""},
        Case{"a_guarantee_for_delay_critical_gbr",
             tdd_text,
             {bearer + "five_qi=85", bearer + "gfbr_ul_mbps=1"},
             "",
             ""},
        Case{"a_guarantee_up_to_the_peak",
             tdd_text,
             {bearer + "five_qi=4", bearer + "gfbr_dl_mbps=140", bearer + "gfbr_ul_mbps=20"},
             "",
             ""},
        Case{"a_guarantee_beyond_the_peak",
             tdd_text,
             {bearer + "five_qi=4", bearer + "gfbr_dl_mbps=200"},
             bearer + "gfbr_dl_mbps",
             "[ours]"},
        Case{"a_guarantee_beyond_the_peak_of_the_uplink",
             tdd_text,
             {bearer + "five_qi=4", bearer + "gfbr_ul_mbps=140"},
             bearer + "gfbr_ul_mbps",
             "[ours]"},
        Case{"a_guarantee_beyond_the_peak_of_its_lock",
             with(two_carriers(), "capability: \"redcap\" placement",
                  "carrier: \"n41\" capability: \"redcap\" placement"),
             {bearer + "five_qi=4", bearer + "gfbr_ul_mbps=60"},
             bearer + "gfbr_ul_mbps",
             "[ours]"},
        Case{"the_same_guarantee_where_another_carrier_has_it",
             two_carriers(),
             {bearer + "five_qi=4", bearer + "gfbr_ul_mbps=60"},
             "",
             ""}),
    name_of);

TEST(QosWords, names_the_5qis_that_there_are) {
  const std::string text = to_text(findings_of(tdd_text, {bearer + "five_qi=75"}));
  EXPECT_THAT(text, testing::HasSubstr("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 65"));
  const std::string gbr = to_text(findings_of(tdd_text, {bearer + "gfbr_ul_mbps=1"}));
  EXPECT_THAT(gbr, testing::HasSubstr("1, 2, 3, 4, 65, 66, 67, 71"));
}

}  // namespace
}  // namespace redcell::scenarios
