// Goal: preflight refuses a wide BWP that cannot be, with clause and place, and lets its legal
// neighbour pass. Method: as in preflight_test.cpp.
#include <gtest/gtest.h>

#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

/// A wide BWP of the whole carrier; "embb_bwp" of tdd_text is PRBs 0 to 272.
std::string wide_text(const std::string& embb = "prb_count: 273 coreset_first_prb: 54") {
  return with(tdd_text, "broadcast {", "embb_bwp { " + embb + " }\n  broadcast {");
}
std::string wide_fdd_text() {
  return with(with(fdd_text, "broadcast {",
                   "redcap_bwp { prb_count: 106 }\n"
                   "embb_bwp { prb_count: 160 coreset_first_prb: 48 }\n  broadcast {"),
              "bandwidth_mhz: 20\n  dl_centre_mhz: 780.5\n  ul_centre_mhz: 725.5",
              "bandwidth_mhz: 30\n  dl_centre_mhz: 773\n  ul_centre_mhz: 718");
}

class BwpRule : public testing::TestWithParam<Case> {};

TEST_P(BwpRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string embb = "carrier[n41].embb_bwp";
const std::string redcap = "carrier[n41].redcap_bwp";

INSTANTIATE_TEST_SUITE_P(
    Wide, BwpRule,
    testing::Values(
        Case{"as_written", wide_text(), {}, "", ""},
        Case{"fdd_as_written", wide_fdd_text(), {}, "", ""},
        Case{"wider_than_the_carrier",
             wide_text(),
             {embb + ".prb_count=274"},
             embb,
             "TS 38.211 4.4.5"},
        Case{"beyond_the_carrier",
             wide_text(),
             {embb + ".first_prb=1", redcap + ".first_prb=1",
              "carrier[n41].broadcast.ssb_first_prb=1"},
             embb,
             "TS 38.211 4.4.5"},
        Case{"beyond_its_fdd_carrier",
             wide_fdd_text(),
             {"carrier[n28].embb_bwp.prb_count=161"},
             "carrier[n28].embb_bwp",
             "TS 38.211 4.4.5"},
        Case{"begins_behind_the_redcap_part",
             wide_text(),
             {embb + ".first_prb=1", embb + ".prb_count=200"},
             embb,
             "[ours]"},
        Case{"ends_before_the_redcap_part",
             wide_text("prb_count: 50 coreset_first_prb: 48 coreset_prb_count: 6"),
             {},
             embb,
             "[ours]"},
        Case{"ends_with_the_redcap_part",
             wide_text("prb_count: 54 coreset_first_prb: 48 coreset_prb_count: 6"),
             {embb + ".prb_count=54", "carrier[n41].downlink.aggregation_level=1"},
             "",
             ""},
        Case{"has_fewer_cces_than_a_dci_takes",
             wide_text("prb_count: 54 coreset_first_prb: 48 coreset_prb_count: 6"),
             {"carrier[n41].downlink.aggregation_level=2"},
             embb + ".coreset_prb_count",
             "TS 38.213 Table 10.1-2"},
        Case{"keeps_all_of_the_redcap_part_for_pucch",
             wide_text("prb_count: 273 coreset_first_prb: 54 pucch_prb_count: 64"),
             {redcap + ".prb_count=24", "carrier[n41].downlink.coreset_prb_count=24",
              "carrier[n41].broadcast.ssb_first_prb=0", "carrier[n41].broadcast.sib1_first_prb=20",
              "carrier[n41].broadcast.sib1_prb_count=4", "carrier[n41].uplink.prach_prb_count=0"},
             "carrier[n41]",
             "TS 38.213 9.2.1"},
        Case{"begins_with_the_redcap_part",
             wide_text("first_prb: 100 prb_count: 173 coreset_first_prb: 154"),
             {redcap + ".first_prb=100", "carrier[n41].broadcast.ssb_first_prb=100",
              "carrier[n41].broadcast.sib1_first_prb=124"},
             "",
             ""},
        Case{"lies_beside_the_redcap_part",
             wide_text("first_prb: 51 prb_count: 222 coreset_first_prb: 60"),
             {},
             embb,
             "[ours]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Coreset, BwpRule,
    testing::Values(
        Case{"of_100",
             wide_text(),
             {embb + ".coreset_prb_count=100"},
             embb + ".coreset_prb_count",
             "TS 38.213 10.1"},
        Case{"of_102", wide_text(), {embb + ".coreset_prb_count=102"}, "", ""},
        Case{"up_to_the_end", wide_text(), {embb + ".coreset_first_prb=177"}, "", ""},
        Case{"beyond_the_end",
             wide_text(),
             {embb + ".coreset_first_prb=178"},
             embb + ".coreset_prb_count",
             "TS 38.213 10.1"},
        Case{"before_the_begin",
             wide_text("first_prb: 100 prb_count: 173 coreset_first_prb: 99 coreset_prb_count: 6"),
             {redcap + ".first_prb=120", "carrier[n41].broadcast.ssb_first_prb=120",
              "carrier[n41].broadcast.sib1_first_prb=144"},
             embb + ".coreset_prb_count",
             "TS 38.213 10.1"},
        Case{"where_the_other_ends", wide_text(), {embb + ".coreset_first_prb=48"}, "", ""},
        Case{"before_the_other_ends",
             wide_text(),
             {embb + ".coreset_first_prb=47"},
             embb + ".coreset_first_prb",
             "[ours]"},
        Case{"up_to_the_other",
             wide_text("prb_count: 273 coreset_first_prb: 4"),
             {redcap + ".first_prb=100", "carrier[n41].broadcast.ssb_first_prb=100",
              "carrier[n41].broadcast.sib1_first_prb=124"},
             "",
             ""},
        Case{"into_the_other",
             wide_text("prb_count: 273 coreset_first_prb: 5"),
             {redcap + ".first_prb=100", "carrier[n41].broadcast.ssb_first_prb=100",
              "carrier[n41].broadcast.sib1_first_prb=124"},
             embb + ".coreset_first_prb",
             "[ours]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Terminal, BwpRule,
    testing::Values(
        Case{"of_100_mhz", wide_text(), {"capability[redcap].max_bandwidth_mhz=100"}, "", ""},
        Case{"of_100_mhz_at_15_khz",
             wide_fdd_text(),
             {"capability[redcap].max_bandwidth_mhz=100"},
             "",
             ""},
        Case{"of_99_mhz",
             wide_text(),
             {"capability[redcap].max_bandwidth_mhz=99"},
             "capability[redcap].max_bandwidth_mhz",
             "TS 38.101-1 Table 5.3.2-1"},
        // It is the RedCap part that a terminal must be able to take.
        Case{"of_15_mhz",
             wide_text(),
             {"capability[redcap].max_bandwidth_mhz=15"},
             redcap + ".prb_count",
             "TS 38.306 4.2.21.1"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Map, BwpRule,
    testing::Values(
        // 32 PRBs at the lower edge, where the random access occasion is.
        Case{"pucch_on_prach", wide_text(), {embb + ".pucch_prb_count=64"}, embb, ""}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
