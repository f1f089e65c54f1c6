// Goal: every terminal has the widest BWP of its layer that it can take, and a BWP is what the file
// says of it. Method: capabilities beside carriers of several widths; the trial's layers against
// figures by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/deployment.h"
#include "tests/scenarios/two_bwps.h"

namespace redcell::scenarios {
namespace {

using testing::ElementsAre;

/// BWP of the one terminal when its capability is so wide.
std::uint32_t bwp_with(const TwoBwps& bwps, const std::string& max_bandwidth_mhz) {
  const World world(two_bwps(bwps), {"capability[redcap].max_bandwidth_mhz=" + max_bandwidth_mhz});
  EXPECT_EQ(world.layer().bwps.size(), 2U);
  return world.terminal(0).bwp;
}

TEST(DeploymentBwp, is_the_widest_that_the_terminal_can_take) {
  // 273 PRBs of 30 kHz: 100 MHz.
  EXPECT_EQ(bwp_with({.kind = CellKind::n41_tdd}, "20"), 0U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n41_tdd}, "50"), 0U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n41_tdd}, "90"), 0U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n41_tdd}, "100"), 1U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n41_tdd, .redcap_first = 100}, "100"), 1U);
  // 160 PRBs of 15 kHz: 30 MHz. A terminal of 100 MHz takes 270 of this spacing.
  EXPECT_EQ(bwp_with({.kind = CellKind::n28_fdd}, "20"), 0U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n28_fdd}, "25"), 0U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n28_fdd}, "30"), 1U);
  EXPECT_EQ(bwp_with({.kind = CellKind::n28_fdd}, "100"), 1U);
}

TEST(DeploymentBwp, is_the_first_where_there_is_no_other) {
  for (const CellKind kind : {CellKind::n41_tdd, CellKind::n28_fdd}) {
    const World world(one_cell(kind, ""), {"capability[redcap].max_bandwidth_mhz=100"});
    EXPECT_EQ(world.layer().bwps.size(), 1U);
    EXPECT_EQ(world.terminal(0).bwp, 0U);
    EXPECT_TRUE(world.layer().bwps[0].other_pucch.empty());
  }
}

// The groups mix: what a terminal takes is its own matter.
TEST(DeploymentBwp, differs_between_terminals_of_a_layer) {
  const World world(two_bwps({.kind = CellKind::n41_tdd},
                             wide_group_text("wide", "count: 2 placement { x_m: 50 }") +
                                 group_text("more", "placement { x_m: 60 }")));
  std::vector<std::uint32_t> bwps;
  for (const TerminalPlan& terminal : world.deployment().terminals) bwps.push_back(terminal.bwp);
  EXPECT_THAT(bwps, ElementsAre(0U, 1U, 1U, 0U));
}

std::vector<phy::ResourceMapConfig> trial_layer(const std::string& carrier_name) {
  const schema::Scenario scenario = ready_library("trial-2600-drive");
  const schema::Scenario other = ready_library("trial-700-drive");
  for (const schema::Scenario& each : {scenario, other}) {
    for (const schema::Carrier& carrier : each.carrier()) {
      if (carrier.name() == carrier_name) return bwp_configs(carrier);
    }
  }
  return {};
}

TEST(BwpConfigs, are_the_2600_layers_by_hand) {
  const auto bwps = trial_layer("n41");
  ASSERT_EQ(bwps.size(), 2U);
  EXPECT_EQ(bwps[0].bwp_dl, (phy::PrbRange{0, 51}));
  EXPECT_EQ(bwps[0].bwp_ul, (phy::PrbRange{0, 51}));
  EXPECT_EQ(bwps[0].coreset_prbs(), (phy::PrbRange{0, 48}));
  EXPECT_EQ(bwps[0].pucch_prbs()[0], (phy::PrbRange{0, 4}));
  EXPECT_EQ(bwps[0].pucch_prbs()[1].count, 0) << "it does not hop";
  EXPECT_THAT(bwps[0].other_pucch, ElementsAre(phy::PrbRange{0, 2}, phy::PrbRange{271, 2}));
  EXPECT_EQ(bwps[1].bwp_dl, (phy::PrbRange{0, 273}));
  EXPECT_EQ(bwps[1].bwp_ul, (phy::PrbRange{0, 273}));
  EXPECT_EQ(bwps[1].coreset_prbs(), (phy::PrbRange{54, 96}));
  EXPECT_EQ(bwps[1].coreset.symbol_count, 1);
  EXPECT_THAT(bwps[1].pucch_prbs(), ElementsAre(phy::PrbRange{0, 2}, phy::PrbRange{271, 2}));
  EXPECT_THAT(bwps[1].other_pucch, ElementsAre(phy::PrbRange{0, 4}, phy::PrbRange{51, 0}));
  EXPECT_EQ(phy::ResourceMap(bwps[0]).cce_count(), 8);
  EXPECT_EQ(phy::ResourceMap(bwps[1]).cce_count(), 16);
  // What is common lies where it lies.
  EXPECT_EQ(bwps[1].ssb.first_prb, 15);
  EXPECT_EQ(bwps[1].sib1.first_prb, 36);
  EXPECT_EQ(bwps[1].prach.first_prb, bwps[0].prach.first_prb);
}

TEST(BwpConfigs, are_the_700_layers_by_hand) {
  const auto bwps = trial_layer("n28");
  ASSERT_EQ(bwps.size(), 2U);
  EXPECT_EQ(bwps[0].bwp_dl, (phy::PrbRange{0, 106}));
  EXPECT_EQ(bwps[0].coreset_prbs(), (phy::PrbRange{0, 102}));
  EXPECT_THAT(bwps[0].other_pucch, ElementsAre(phy::PrbRange{0, 2}, phy::PrbRange{158, 2}));
  EXPECT_EQ(bwps[1].bwp_dl, (phy::PrbRange{0, 160}));
  EXPECT_EQ(bwps[1].coreset_prbs(), (phy::PrbRange{102, 54}));
  EXPECT_THAT(bwps[1].pucch_prbs(), ElementsAre(phy::PrbRange{0, 2}, phy::PrbRange{158, 2}));
  EXPECT_THAT(bwps[1].other_pucch, ElementsAre(phy::PrbRange{0, 4}, phy::PrbRange{106, 0}));
  EXPECT_EQ(phy::ResourceMap(bwps[0]).cce_count(), 17);
  EXPECT_EQ(phy::ResourceMap(bwps[1]).cce_count(), 9);
}

// A wide BWP that does not begin with the carrier: its CORESET counts from its own first PRB.
TEST(BwpConfigs, count_the_coreset_from_the_bwp) {
  const TwoBwps place{.kind = CellKind::n41_tdd, .redcap_first = 100};
  const auto bwps =
      bwp_configs(ready_text(two_bwps(place), {"carrier[n41].embb_bwp.first_prb=20",
                                               "carrier[n41].embb_bwp.prb_count=240",
                                               "carrier[n41].embb_bwp.pucch_prb_count=5"})
                      .carrier(0));
  ASSERT_EQ(bwps.size(), 2U);
  EXPECT_EQ(bwps[1].bwp_dl, (phy::PrbRange{20, 240}));
  EXPECT_EQ(bwps[1].coreset.first_prb, 134);
  EXPECT_EQ(bwps[1].coreset_prbs(), (phy::PrbRange{154, 60}));
  EXPECT_THAT(bwps[1].pucch_prbs(), ElementsAre(phy::PrbRange{20, 2}, phy::PrbRange{257, 3}));
  EXPECT_THAT(bwps[0].pucch_prbs(), ElementsAre(phy::PrbRange{100, 2}, phy::PrbRange{149, 2}));
  EXPECT_THAT(bwps[0].other_pucch, ElementsAre(phy::PrbRange{20, 2}, phy::PrbRange{257, 3}));
  EXPECT_THAT(bwps[1].other_pucch, ElementsAre(phy::PrbRange{100, 2}, phy::PrbRange{149, 2}));
}

}  // namespace
}  // namespace redcell::scenarios
