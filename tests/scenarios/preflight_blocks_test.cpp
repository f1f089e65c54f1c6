// Goal: preflight finds what a whole block too much or too few breaks, and places every finding.
// Method: a valid text with a block added, taken out or doubled.
#include "scenarios/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

using testing::SizeIs;

TEST(Preflight, refuses_a_tdd_pattern_on_fdd_and_its_absence_on_tdd) {
  auto findings = findings_of(with(fdd_text, "broadcast {", "tdd { } broadcast {"));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].path, "carrier[n28].tdd");
  findings = findings_of(with(
      tdd_text, "tdd { period_ms: 5 dl_slots: 7 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 }", ""));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].clause, "TS 38.331 TDD-UL-DL-ConfigCommon");
}

TEST(Preflight, refuses_fdd_without_an_uplink_frequency) {
  const auto findings = findings_of(with(fdd_text, "ul_centre_mhz: 725.5", ""));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].path, "carrier[n28].ul_centre_mhz");
}

TEST(Preflight, lets_cells_share_a_carrier) {
  EXPECT_EQ(to_text(findings_of(with(tdd_text, "sector { carrier: \"n41\" }",
                                     "sector { carrier: \"n41\" } sector { carrier: \"n41\" }"))),
            "");
}

TEST(Preflight, gives_the_place_of_what_it_finds) {
  const auto findings = findings_of(with(tdd_text, "prb_count: 51", "prb_count: 65"));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 12);
  EXPECT_EQ(findings[0].column, 29);
  EXPECT_EQ(findings[0].found, "65 PRBs of 30 kHz");
  EXPECT_EQ(findings[0].allowed, "1 to 51 for a terminal of 20 MHz ('redcap')");
}

TEST(Preflight, gives_findings_of_all_carriers_at_once) {
  std::string text =
      with(tdd_text, "site {", "carrier { name: \"x\" band: \"n9\" dl_centre_mhz: 700 } site {");
  const auto findings = findings_of(text, {"carrier[n41].band=n400", "warm_up_s=7"});
  EXPECT_THAT(findings, SizeIs(3));
}

TEST(Preflight, refuses_a_lock_to_a_carrier_that_no_sector_sends_on) {
  const std::string text =
      with(tdd_text, "site {",
           "carrier { name: \"x\" band: \"n28\" scs_khz: 15 dl_centre_mhz: 773 ul_centre_mhz: 718\n"
           "broadcast { sib1_first_prb: 24 } } site {");
  EXPECT_EQ(to_text(findings_of(text, {"terminal_group[cam].carrier=n41"})), "");
  const auto findings = findings_of(text, {"terminal_group[cam].carrier=x"});
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].path, "terminal_group[cam].carrier");
  EXPECT_EQ(findings[0].allowed, "n41");
}

TEST(Preflight, does_not_mind_a_narrow_part_for_terminals_nobody_has) {
  const std::string text =
      std::string(tdd_text) + "capability { name: \"e\" max_bandwidth_mhz: 5 }";
  EXPECT_EQ(to_text(findings_of(text)), "");
}

}  // namespace
}  // namespace redcell::scenarios
