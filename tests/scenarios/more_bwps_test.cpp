// Goal: further RedCap BWPs are what the file says: own CORESET and PUCCH, a non-cell-defining
// block instead of broadcast, terminals in turn. Method: the account of resource elements by hand;
// the same run with one part and with four.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "phy/nr/resource_map.h"
#include "scenarios/deployment.h"
#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/more_bwps.h"

namespace redcell::scenarios {
namespace {

using testing::ElementsAre;

std::vector<phy::ResourceMapConfig> bwps_of(const std::string& text,
                                            const std::vector<std::string>& overrides = {}) {
  return bwp_configs(ready_text(text, overrides).carrier(0));
}

TEST(MoreBwps, have_coreset_and_pucch_as_the_first_and_keep_free_those_of_all) {
  const auto bwps = bwps_of(more_bwps(3));
  ASSERT_EQ(bwps.size(), 4U);
  EXPECT_EQ(bwps[1].bwp_dl, (phy::PrbRange{51, 51}));
  EXPECT_EQ(bwps[2].bwp_ul, (phy::PrbRange{102, 51}));
  EXPECT_EQ(bwps[3].bwp_dl, (phy::PrbRange{0, 273}));
  EXPECT_EQ(bwps[2].coreset_prbs(), (phy::PrbRange{102, 48}));
  EXPECT_THAT(bwps[2].pucch_prbs(), ElementsAre(phy::PrbRange{102, 2}, phy::PrbRange{151, 2}));
  EXPECT_THAT(bwps[3].other_pucch,
              ElementsAre(phy::PrbRange{0, 2}, phy::PrbRange{49, 2}, phy::PrbRange{51, 2},
                          phy::PrbRange{100, 2}, phy::PrbRange{102, 2}, phy::PrbRange{151, 2}));
  for (const phy::ResourceMapConfig& bwp : bwps) EXPECT_EQ(bwp.ncd_ssb.size(), 2U);
}

TEST(MoreBwps, are_no_more_than_the_manager_lets_be) {
  for (const std::uint32_t parts : {1U, 2U, 4U}) {
    const auto limited = bwps_of(more_bwps(4, "redcap_parts: " + std::to_string(parts)));
    EXPECT_EQ(limited.size(), parts + 1);
    EXPECT_EQ(limited.back().ncd_ssb.size(), parts - 1);
    EXPECT_EQ(limited.back().other_pucch.size(), 2 * parts);
  }
}

// One beam of 20 PRBs x 12 subcarriers each 20 ms, which costs all 13 symbols behind the CORESET
// for DMRS would meet it; SIB1, paging and PRACH where they were.
TEST(MoreBwps, carry_a_block_of_their_own_and_no_broadcast) {
  const auto bwps = bwps_of(more_bwps(2), {"carrier[n41].broadcast.paging_prb_count=10"});
  const phy::ResourceMap first(bwps[0]);
  const phy::ResourceMap second(bwps[1]);
  const phy::ResourceMap wide(bwps[2]);
  const auto dl = [](const phy::ResourceMap& map, phy::ReUse use) {
    return map.account(base::Direction::downlink).of(use);
  };
  const std::int64_t bursts = first.period().value() / 40;
  EXPECT_EQ(dl(first, phy::ReUse::ssb), bursts * 13 * 20 * 12);
  EXPECT_EQ(dl(second, phy::ReUse::ssb), dl(first, phy::ReUse::ssb));
  EXPECT_EQ(dl(wide, phy::ReUse::ssb), 2 * dl(first, phy::ReUse::ssb));
  EXPECT_GT(dl(first, phy::ReUse::sib1), 0);
  EXPECT_GT(dl(first, phy::ReUse::paging), 0);
  EXPECT_EQ(dl(second, phy::ReUse::sib1), 0);
  EXPECT_EQ(dl(second, phy::ReUse::paging), 0);
  EXPECT_GT(dl(second, phy::ReUse::data), dl(first, phy::ReUse::data));
  const auto prach = [](const phy::ResourceMap& map) {
    return map.account(base::Direction::uplink).of(phy::ReUse::prach);
  };
  EXPECT_GT(prach(first), 0);
  EXPECT_EQ(prach(second), 0);
}

TEST(MoreBwps, send_their_block_less_often_and_later) {
  const auto bwps =
      bwps_of(more_bwps(2), {"carrier[n41].dedicated_bwp[part1].ncd_ssb_period_ms=80",
                             "carrier[n41].dedicated_bwp[part1].ncd_ssb_offset_ms=10"});
  const phy::ResourceMap map(bwps[1]);
  EXPECT_EQ(map.account(base::Direction::downlink).of(phy::ReUse::ssb),
            map.period().value() / 160 * 13 * 20 * 12);
  // 51 PRBs, of which 20 and the rest of their groups of four are the block's: where DMRS meets it.
  EXPECT_EQ(map.downlink(base::Slot(0)).usable_prb_count, 51);
  EXPECT_LT(map.downlink(base::Slot(20)).usable_prb_count, 32);
}

TEST(MoreBwps, take_terminals_in_turn_unless_they_are_moved) {
  const std::string more = group_text("more", "count: 5 placement { x_m: 60 }") +
                           "terminal_group { name: \"wide\" capability: \"embb\" "
                           "placement { x_m: 60 } }\n";
  for (const bool is_static : {true, false}) {
    const World world(more_bwps(3, is_static ? "" : "policy: LEAST_LOADED", more));
    std::vector<std::uint32_t> bwps;
    for (const TerminalPlan& terminal : world.deployment().terminals) {
      bwps.push_back(terminal.bwp);
    }
    if (is_static) {
      EXPECT_THAT(bwps, ElementsAre(0U, 1U, 2U, 0U, 1U, 2U, 3U));
    } else {
      EXPECT_THAT(bwps, ElementsAre(0U, 0U, 0U, 0U, 0U, 0U, 3U));
    }
  }
}

// Uplink of 47 PRBs a part in the slots without PRACH: four saturated terminals, one a part.
TEST(MoreBwps, add_their_uplink_to_that_of_the_cell) {
  const auto rate = [](int parts) {
    const Recorded run = simulate_recorded(
        ready_text(more_bwps(parts, "", full_buffer("UPLINK")),
                   {"terminal_group[ue].count=4", "duration_s=2", "warm_up_s=1"}));
    return 4 * link_sum(run, analysis::UPLINK, 1).mbps();
  };
  const double one = rate(1);
  EXPECT_GT(one, 15);
  EXPECT_GT(rate(2), 1.9 * one);
  EXPECT_GT(rate(4), 3.8 * one);
}

}  // namespace
}  // namespace redcell::scenarios
