// Goal: a part that a slice has for itself is the slice's alone, terminals and PRBs, and what the
// slice sends is as late as without anybody else. Method: the account of resource elements and the
// terminals' parts by hand; whole runs of one world, with and without other terminals that send
// twice what fits, with own part, with a ratio and with neither.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "phy/nr/resource_map.h"
#include "scenarios/deployment.h"
#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/more_bwps.h"

namespace redcell::scenarios {
namespace {

using testing::ElementsAre;

const std::string slices = "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 }\n";
const std::string own_second = "carrier[n41].dedicated_bwp[part1].slice=grid";

std::vector<phy::ResourceMapConfig> bwps_of(const std::string& text,
                                            const std::vector<std::string>& overrides) {
  return bwp_configs(ready_text(text, overrides).carrier(0));
}

TEST(OwnParts, have_their_prbs_for_themselves) {
  const auto bwps = bwps_of(more_bwps(2, "", slices), {own_second});
  const auto shared = bwps_of(more_bwps(2, "", slices), {});
  const phy::ResourceMap own(bwps[1]);
  const phy::ResourceMap wide(bwps[2]);
  for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
    EXPECT_EQ(own.account(direction).of(phy::ReUse::data),
              phy::ResourceMap(shared[1]).account(direction).of(phy::ReUse::data));
    EXPECT_EQ(wide.account(direction).total(),
              phy::ResourceMap(shared[2]).account(direction).total());
    EXPECT_GT(wide.account(direction).of(phy::ReUse::other_bwp), 0);
  }
  for (std::int64_t s = 0; s < wide.period().value(); ++s) {
    for (std::size_t prb = 51; prb < 102; ++prb) {
      ASSERT_EQ(wide.downlink(base::Slot(s)).data_re[prb], 0);
      ASSERT_EQ(wide.uplink(base::Slot(s)).data_re[prb], 0);
    }
  }
}

TEST(OwnParts, take_terminals_of_their_slice_and_no_others) {
  const std::string more =
      group_text("relays", "count: 3 slice: \"grid\" placement { x_m: 60 }") +
      group_text("cameras", "count: 2 slice: \"video\" placement { x_m: 60 }") +
      "terminal_group { name: \"wide\" capability: \"embb\" placement { x_m: 60 } }\n";
  const auto parts_of = [&](const std::string& manager, std::vector<std::string> overrides) {
    std::string text = more_bwps(4, manager, more + slices);
    for (const auto& change : overrides) {
      text = with(text, "name: \"" + change + "\"", "name: \"" + change + "\" slice: \"grid\"");
    }
    std::vector<std::uint32_t> parts;
    const World world(text);
    for (const TerminalPlan& terminal : world.deployment().terminals) {
      parts.push_back(terminal.bwp);
    }
    return parts;
  };
  EXPECT_THAT(parts_of("", {"part3"}), ElementsAre(0U, 3U, 3U, 3U, 1U, 2U, 4U));
  EXPECT_THAT(parts_of("", {"part2", "part3"}), ElementsAre(0U, 2U, 3U, 2U, 1U, 0U, 4U));
  EXPECT_THAT(parts_of("policy: LEAST_LOADED", {"part3"}), ElementsAre(0U, 3U, 3U, 3U, 0U, 0U, 4U));
}

TEST(OwnParts, are_nothing_that_a_manager_opens) {
  const auto parts = [](const std::string& slice) {
    const World world(
        more_bwps(4, "policy: LEAST_LOADED inactivity_timer_ms: 100", slices),
        {"carrier[n41].dedicated_bwp[part3].slice=" + slice, "terminal_group[ue].slice=grid"});
    const LayerPlan& layer = world.deployment().layers.front();
    EXPECT_EQ(layer.cell.sibling_count, layer.bwp_plan.manager->part_count);
    const mac::BwpTiming timing = bwp_timing(layer, world.deployment().terminals.front());
    EXPECT_EQ(timing.inactivity.value() > 0, slice.empty()) << "no timer leads out of an own part";
    return layer.cell.sibling_count;
  };
  EXPECT_EQ(parts(""), 4U);
  EXPECT_EQ(parts("grid"), 3U);
}

TEST(OwnParts, are_apart_from_what_ratios_share_out) {
  const World world(with(more_bwps(2, "", slices), "dedicated_bwp {",
                         "rrm_policy { name: \"v\" slice: \"video\" max_percent: 60 }\n"
                         "dedicated_bwp {"),
                    {own_second});
  const LayerPlan& layer = world.deployment().layers.front();
  for (const auto& [ratios, slice_of] : {std::pair{layer.cell.dl_slices, layer.dl_slice_of},
                                         std::pair{layer.cell.ul_slices, layer.ul_slice_of}}) {
    ASSERT_EQ(ratios.size(), 3U);
    EXPECT_THAT(slice_of, ElementsAre(0U, 2U, 1U)) << "none, grid, video";
    EXPECT_TRUE(ratios[2].is_apart);
    EXPECT_FALSE(ratios[1].is_apart);
  }
}

// --- whole runs ---

/// Who shares what: nothing is done, a ratio, a part of its own.
enum class Kept { none, ratio, part };

/// Milliseconds that 99.9 % of the relays' packets take at most.
double late_ms(Kept kept, bool is_overloaded) {
  const std::string crowd =
      group_text("cameras",
                 "count: 24 slice: \"video\" placement { x_m: 60 max_radius_m: 30 } "
                 "bearer { queue_limit_kb: 200 }");
  const std::string rates =
      "traffic { name: \"grid\" terminal_group: \"ue\" "
      "udp_rate { direction: UPLINK payload_bytes: 100 rate_mbps: 0.04 } }\n"
      "traffic { name: \"video\" terminal_group: \"cameras\" udp_rate { direction: UPLINK "
      "payload_bytes: 1200 rate_mbps: " +
      std::string(is_overloaded ? "4" : "0.01") + " } }\n";
  std::vector<std::string> changes{"duration_s=8",
                                   "warm_up_s=1",
                                   "terminal_group[ue].count=12",
                                   "terminal_group[ue].slice=grid",
                                   "carrier[n41].scheduler.policy=ROUND_ROBIN",
                                   "carrier[n41].scheduler.max_ues_per_slot=16",
                                   "carrier[n41].link_adaptation.target_bler=0.01",
                                   "carrier[n41].downlink.coreset_symbols=2",
                                   "carrier[n41].downlink.aggregation_level=1"};
  std::string text = more_bwps(2, "", crowd + rates + slices);
  if (kept == Kept::part) changes.push_back(own_second);
  if (kept == Kept::ratio) {
    text = with(text, "dedicated_bwp {",
                "rrm_policy { name: \"grid\" slice: \"grid\" min_percent: 40 }\n dedicated_bwp {");
  }
  const Recorded run = simulate_recorded(ready_text(text, changes));
  std::vector<std::int64_t> late;
  for (const analysis::PacketLatency& packet : packets(run, analysis::UPLINK)) {
    if (packet.ue() < 12 && packet.time_ns() > 1'000'000'000) late.push_back(packet.total_ns());
  }
  EXPECT_GT(late.size(), 4000U);
  const auto rank = static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(late.size()));
  std::nth_element(late.begin(), late.begin() + rank, late.end());
  return static_cast<double>(late[static_cast<std::size_t>(rank)]) / 1e6;
}

/// The contract: 10 % or one slot of 0.5 ms.
double bound_ms(double alone_ms) { return std::max(1.1 * alone_ms, alone_ms + 0.5); }

TEST(OwnParts, keep_a_slice_from_what_others_send) {
  EXPECT_LE(late_ms(Kept::part, true), bound_ms(late_ms(Kept::part, false)));
}

TEST(OwnParts, are_not_the_only_way_a_ratio_keeps_it_where_cces_do_not_bind) {
  EXPECT_LE(late_ms(Kept::ratio, true), bound_ms(late_ms(Kept::ratio, false)));
}

TEST(OwnParts, are_missed_where_there_is_neither) {
  EXPECT_GT(late_ms(Kept::none, true), bound_ms(late_ms(Kept::none, false)));
}

}  // namespace
}  // namespace redcell::scenarios
