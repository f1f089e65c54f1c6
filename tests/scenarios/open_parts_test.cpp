// Goal: what closed parts would have is the wide part's, in the account and in a whole run, and
// parts open when they are needed. Method: the account of resource elements against that of a
// carrier which has fewer parts; a phone beside closed parts against one beside none; PRBs that are
// there and used, second by second.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "phy/nr/resource_map.h"
#include "scenarios/deployment.h"
#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/more_bwps.h"

namespace redcell::scenarios {
namespace {

/// What a phone has beside closed parts, as a share of what it has beside none. Groups of PRBs in
/// which the channel is reckoned lie elsewhere.
constexpr double rate_share = 0.01;

std::vector<phy::ResourceMapConfig> configs_of(int parts, int open_count) {
  return bwp_configs(ready_text(more_bwps(parts)).carrier(0), open_count);
}

TEST(OpenParts, are_all_that_a_carrier_of_so_many_would_have) {
  for (int open = 1; open <= 4; ++open) {
    const phy::ResourceMap wide(configs_of(4, open).back());
    const phy::ResourceMap alone(configs_of(open, open).back());
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      EXPECT_EQ(wide.account(direction).re, alone.account(direction).re) << open;
    }
    EXPECT_EQ(wide.config().ncd_ssb.size(), static_cast<std::size_t>(open - 1));
    EXPECT_EQ(wide.config().other_pucch.size(), static_cast<std::size_t>(2 * open));
  }
}

TEST(OpenParts, leave_nothing_for_data_to_those_that_are_closed) {
  const auto configs = configs_of(4, 2);
  ASSERT_EQ(configs.size(), 5U);
  for (std::size_t bwp = 0; bwp < configs.size(); ++bwp) {
    const phy::ResourceMap map(configs[bwp]);
    const bool is_closed = bwp == 2 || bwp == 3;
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      EXPECT_EQ(map.account(direction).of(phy::ReUse::data) == 0, is_closed) << bwp;
    }
  }
}

/// One phone with full buffers, beside four parts or so many as there are.
double phone_rate(const std::string& direction, const std::string& manager) {
  const Recorded run = simulate_recorded(
      ready_text(more_bwps(4, manager, full_buffer(direction)),
                 {"terminal_group[ue].capability=embb", "duration_s=2", "warm_up_s=1"}));
  return link_sum(run, direction == "UPLINK" ? analysis::UPLINK : analysis::DOWNLINK, 1).mbps();
}

// Uplink: 51 + 51 + 51 PRBs more in one piece. Downlink: three SS/PBCH blocks less.
TEST(OpenParts, leave_a_phone_what_it_would_have_without_the_others) {
  for (const std::string direction : {"UPLINK", "DOWNLINK"}) {
    const double alone = phone_rate(direction, "redcap_parts: 1");
    const double closed = phone_rate(direction, "policy: LEAST_LOADED");
    const double open = phone_rate(direction, "");
    EXPECT_NEAR(closed, alone, rate_share * alone) << direction;
    EXPECT_LT(open, (direction == "UPLINK" ? 0.6 : 0.99) * alone) << direction;
  }
}

// Eight terminals load files in turn, beside a phone that takes what is left: parts open for them
// and close. More PRBs are there when fewer parts are open, and none is used that is not there.
TEST(OpenParts, open_and_close_with_the_load) {
  for (const char* switching : {"RRC", "DCI"}) {
    const std::string manager =
        std::string("policy: LEAST_LOADED period_ms: 20 patience: 2 open_percent: 60 ") +
        "close_percent: 40 inactivity_timer_ms: 100 switching: " + switching;
    const Recorded run = simulate_recorded(ready_text(
        more_bwps(4, manager,
                  "traffic { name: \"files\" terminal_group: \"ue\" file_transfer { direction: "
                  "UPLINK file_kb: 1500 mean_interval_s: 3 } }\n"
                  "terminal_group { name: \"phone\" capability: \"embb\" placement { x_m: 60 } "
                  "bearer { rlc_mode: AM rlc_sn_bits: 18 pdcp_sn_bits: 18 } }\n"
                  "traffic { name: \"more\" terminal_group: \"phone\" full_buffer { direction: "
                  "UPLINK } }\n"),
        {"terminal_group[ue].count=8", "duration_s=12", "warm_up_s=0"}));
    std::vector<std::int64_t> available;
    for (const analysis::KpiRecord& record : run.records) {
      if (!record.has_cell_bin()) continue;
      const analysis::CellBin& bin = record.cell_bin();
      EXPECT_LE(bin.ul_prb_slots_used(), bin.ul_prb_slots_available());
      available.push_back(bin.ul_prb_slots_available());
    }
    ASSERT_EQ(available.size(), 12U);
    // 400 slots with PUSCH a second; a part has four PRBs of PUCCH.
    const auto [least, most] = std::minmax_element(available.begin(), available.end());
    EXPECT_GT(*most - *least, 400 * 4) << switching;
    int turns = 0;
    for (std::size_t i = 2; i < available.size(); ++i) {
      const bool rises = available[i] > available[i - 1];
      turns += rises != (available[i - 1] > available[i - 2]) ? 1 : 0;
    }
    EXPECT_GE(turns, 2) << switching;
    EXPECT_GT(link_sum(run, analysis::UPLINK, 0).acknowledged_bytes, 12 * 1'000'000) << switching;
  }
}

}  // namespace
}  // namespace redcell::scenarios
