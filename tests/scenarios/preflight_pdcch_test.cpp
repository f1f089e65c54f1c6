// Goal: preflight refuses search spaces that RRC cannot signal or a terminal cannot monitor, with
// clause and place, and lets their legal neighbours pass. Method: as in preflight_test.cpp.
#include <gtest/gtest.h>

#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

class PdcchRule : public testing::TestWithParam<Case> {};

TEST_P(PdcchRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string space = "carrier[n41].downlink.search_space";
const std::string wide = "carrier[n41].embb_bwp.coreset_prb_count";

/// CORESETs of two symbols; that of the wide part on so many PRBs.
std::string wide_text(int coreset_prb_count, const std::string& candidates = "") {
  return with(tdd_text, "broadcast {",
              "downlink { coreset_symbols: 2 search_space { " + candidates +
                  " } }\n  embb_bwp { prb_count: 273 coreset_first_prb: 54 coreset_prb_count: " +
                  std::to_string(coreset_prb_count) + " }\n  broadcast {");
}
const std::string all_of_eight =
    "candidates_1: 8 candidates_2: 8 candidates_4: 8 candidates_8: 8 candidates_16: 8";
const std::string sixteen_alone =
    "candidates_1: 0 candidates_2: 0 candidates_4: 0 candidates_8: 0 candidates_16: 1";

INSTANTIATE_TEST_SUITE_P(
    SearchSpace, PdcchRule,
    testing::Values(
        Case{"as_written", tdd_text, {}, "", ""}, Case{"fdd_as_written", fdd_text, {}, "", ""},
        Case{"seven_candidates",
             tdd_text,
             {space + ".candidates_2=7"},
             space + ".candidates_2",
             "TS 38.331 SearchSpace"},
        Case{"eight_candidates", tdd_text, {space + ".candidates_2=8"}, "", ""},
        Case{"no_candidate",
             wide_text(96,
                       "candidates_1: 0 candidates_2: 0 candidates_4: 0 candidates_8: 0 "
                       "candidates_16: 0"),
             {},
             space,
             "TS 38.213 10.1"},
        Case{"a_level_beyond_the_coreset",
             wide_text(96, sixteen_alone),
             {"carrier[n41].downlink.coreset_symbols=1"},
             space,
             "TS 38.213 10.1"},
        Case{"a_level_as_large_as_the_coreset", wide_text(48, sixteen_alone), {}, "", ""},
        Case{"a_level_beyond_the_wide_coreset",
             wide_text(42, sixteen_alone),
             {},
             wide,
             "TS 38.213 10.1"},
        Case{"all_of_56_cces", wide_text(168, all_of_eight), {}, "", ""},
        Case{"all_of_58_cces", wide_text(174, all_of_eight), {}, wide, "TS 38.213 Table 10.1-3"},
        Case{"few_of_58_cces", wide_text(174, "candidates_16: 0"), {}, "", ""},
        Case{"38_candidates",
             wide_text(216, all_of_eight),
             {"carrier[n41].downlink.coreset_symbols=3"},
             wide,
             "TS 38.213 Table 10.1-2"},
        Case{"few_candidates_on_many_cces",
             wide_text(216, "candidates_4: 2 candidates_8: 1 candidates_16: 0"),
             {},
             "",
             ""}),
    name_of);

}  // namespace
}  // namespace redcell::scenarios
