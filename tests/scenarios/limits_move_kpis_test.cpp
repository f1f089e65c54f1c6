// Goal: each limit of slices, of bandwidth parts and of the PDCCH moves a named KPI of a whole run,
// in the direction and by the size that a closed form says, when a setting of the scenario takes it
// away. Method: pairs of runs of one ideal radio that differ in that setting alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "mac/gnb/c_rnti.h"
#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/two_bwps.h"

namespace redcell::scenarios {
namespace {

double kpi_of(const Recorded& run, const std::string& name, const std::string& group,
              const std::string& statistic = "mean") {
  const analysis::Kpi* found = run.result.summary.find(name, group, statistic);
  EXPECT_NE(found, nullptr) << name << " " << group;
  return found == nullptr ? -1 : found->value;
}

// --- ratios of slices ---

/// Whole PRBs, groups that may not be split, slots beside the SS/PBCH blocks.
constexpr double slack = 0.02;

/// dl_throughput_mbps and ul_throughput_mbps of the first terminal, of slice "video", which sends
/// all it can; slice "grid" has so many terminals that do the same, and one that is idle.
std::array<double, 2> throughput_mbps(int rivals, const std::vector<std::string>& changes) {
  std::string text = one_cell(
      CellKind::n41_tdd, full_buffer("DOWNLINK") + full_buffer("UPLINK") +
                             group_text("idle", "slice: \"grid\" placement { x_m: 100 }") +
                             "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 }\n");
  if (rivals > 0) {
    text += group_text("rivals",
                       "slice: \"grid\" placement { x_m: 100 } count: " + std::to_string(rivals));
    for (const char* direction : {"DOWNLINK", "UPLINK"}) {
      text += std::string("traffic { name: \"rivals-") + direction +
              "\" terminal_group: \"rivals\" full_buffer { direction: " + direction + " } }\n";
    }
  }
  text = with(text, "evm_percent: 0\n",
              "evm_percent: 0\n  rrm_policy { name: \"grid\" slice: \"grid\" }\n"
              "  rrm_policy { name: \"video\" slice: \"video\" }\n");
  const Recorded run = simulate_recorded(ready_text(
      text, changes + std::vector<std::string>{
                          "duration_s=2", "warm_up_s=1", "terminal_group[ue].slice=video",
                          on(CellKind::n41_tdd, "scheduler.policy=ROUND_ROBIN")}));
  return {kpi_of(run, "dl_throughput_mbps", "ue"), kpi_of(run, "ul_throughput_mbps", "ue")};
}

std::string policy(const std::string& name, const std::string& field) {
  return on(CellKind::n41_tdd, "rrm_policy[" + name + "]." + field);
}

// A slice alone in its cell has its maximum and not a PRB more: without it, 1 / 0.6 times as much.
TEST(RatioKpis, a_maximum_costs_throughput_on_an_idle_cell) {
  const auto limited = throughput_mbps(0, {policy("video", "max_percent=60")});
  const auto free = throughput_mbps(0, {});
  for (std::size_t d = 0; d < 2; ++d) EXPECT_NEAR(limited[d] / free[d], 0.6, slack);
}

// What is dedicated to a slice that sends nothing is nobody's: without it, 1 / 0.7 times as much.
// What is its minimum alone is lent.
TEST(RatioKpis, dedicated_prbs_cost_others_throughput_though_nobody_uses_them) {
  const auto beside = throughput_mbps(
      0, {policy("grid", "dedicated_percent=30"), policy("grid", "min_percent=30")});
  const auto lent = throughput_mbps(0, {policy("grid", "min_percent=30")});
  const auto free = throughput_mbps(0, {});
  for (std::size_t d = 0; d < 2; ++d) {
    EXPECT_NEAR(beside[d] / free[d], 0.7, slack);
    EXPECT_NEAR(lent[d] / free[d], 1, slack);
  }
}

// Two slices take turns, however many terminals they have: half each. A minimum of 80 % is there
// before, and what is left may be shared in turn.
TEST(RatioKpis, a_minimum_gives_throughput_beside_many_others) {
  const auto alone = throughput_mbps(0, {});
  const auto kept = throughput_mbps(7, {policy("video", "min_percent=80")});
  const auto lost = throughput_mbps(7, {});
  for (std::size_t d = 0; d < 2; ++d) {
    EXPECT_GT(kept[d] / alone[d], 0.8 - slack);
    EXPECT_LT(kept[d] / alone[d], 0.9 + slack);
    EXPECT_NEAR(lost[d] / alone[d], 0.5, slack);
  }
}

// --- switches between parts ---

/// Slots of 1 ms in FDD: a packet that comes when nothing is in its way is sent in the next slot
/// and there at its end.
constexpr double unhindered_ms = 2;
constexpr int terminals = 24;
constexpr double run_s = 20;
/// Packets of a terminal in a slot, at random (Poisson).
constexpr double packets_per_slot = 0.05;
constexpr int k1 = 2;
/// Some 5000 packets come while something is in their way.
constexpr double switch_tolerance = 0.08;

struct Moves {
  double latency_ms = 0;  ///< KPI dl_latency_ms.
  int by_dci = 0;         ///< Of all terminals, after the warm-up.
  int by_timer = 0;
};

/// Two RedCap parts of a 15 kHz carrier. Every 40 ms the manager moves half of the terminals to the
/// second one by DCI; the timer leads each back when it has heard nothing for 20 ms.
Moves moves(const std::vector<std::string>& changes) {
  constexpr double warm_up_s = 1;
  const CellKind kind = CellKind::n28_fdd;
  std::string text = two_bwps(
      {.kind = kind},
      "traffic { name: \"packets\" terminal_group: \"ue\" file_transfer { direction: DOWNLINK "
      "file_kb: 0.2 mean_interval_s: 0.02 } }\n");
  text = with(text, "prb_count: 106 }",
              "prb_count: 51 }\n  dedicated_bwp { name: \"second\" first_prb: 51 prb_count: 51 "
              "ncd_ssb_first_prb: 51 }\n  bwp_manager { policy: ROUND_ROBIN switching: DCI "
              "period_ms: 40 patience: 1 open_percent: 1 close_percent: 0 "
              "inactivity_timer_ms: 20 }");
  text = with(text, "coreset_first_prb: 54 coreset_prb_count: 60",
              "coreset_first_prb: 102 coreset_prb_count: 54");
  text = with(text, "name: \"redcap\" evm_percent: 0",
              "name: \"redcap\" evm_percent: 0 dedicated_bwp_count: 4");
  const schema::Scenario scenario = ready_text(
      text, changes + std::vector<std::string>{
                          "duration_s=" + std::to_string(run_s + warm_up_s),
                          "warm_up_s=" + std::to_string(warm_up_s), "core.one_way_delay_ms=0",
                          "terminal_group[ue].count=" + std::to_string(terminals),
                          "terminal_group[ue].bearer.rlc_mode=UM",
                          "terminal_group[ue].bearer.rlc_sn_bits=12",
                          on(kind, "downlink.aggregation_level=1"),
                          on(kind, "downlink.coreset_symbols=2"),
                          on(kind, "scheduler.max_ues_per_slot=8")});
  EXPECT_EQ(scenario.carrier(0).downlink().k1(0), k1);
  const Recorded run = simulate_recorded(scenario);
  Moves out{.latency_ms = kpi_of(run, "dl_latency_ms", "ue")};
  for (const analysis::KpiRecord& record : run.records) {
    if (!record.has_bwp_switch() || record.bwp_switch().time_ns() < warm_up_s * 1e9) continue;
    const bool by_timer = record.bwp_switch().cause() == analysis::BWP_BY_TIMER;
    (by_timer ? out.by_timer : out.by_dci) += 1;
  }
  return out;
}

/// Slots that packets wait in sum, at one in every slot, where n slots in a row send nothing.
constexpr double waiting(int n) { return n * (n + 1) / 2.0; }

/// What gaps of so many slots add to the mean latency. Before the timer's nothing begins that would
/// be answered in it; a DCI waits for the answer to what was sent in the K1 slots before.
double added_ms(const Moves& m, int gap) {
  double by_dci = (1 - k1 * packets_per_slot) * waiting(gap);
  for (int late = 1; late <= k1; ++late) by_dci += packets_per_slot * waiting(gap + late);
  const double sum = m.by_dci * by_dci + m.by_timer * waiting(gap + k1);
  return sum / (terminals * run_s * 1e3);
}

// Without the timer they stay where they have been moved, once.
TEST(SwitchKpis, the_inactivity_timer_costs_latency) {
  const Moves with_timer = moves({});
  const Moves without = moves({on(CellKind::n28_fdd, "bwp_manager.inactivity_timer_ms=0")});
  EXPECT_GT(with_timer.by_timer, 3000);
  EXPECT_EQ(without.by_timer, 0);
  EXPECT_EQ(without.by_dci, 0);
  EXPECT_NEAR(without.latency_ms, unhindered_ms, 1e-3);
  const double added = added_ms(with_timer, 1);
  EXPECT_NEAR(with_timer.latency_ms - unhindered_ms, added, switch_tolerance * added);
}

// 15 kHz: one slot for type 1, three for type 2.
TEST(SwitchKpis, a_longer_switch_delay_costs_latency) {
  const Moves quick = moves({});
  const Moves slow = moves({"capability[redcap].bwp_switch_type=2"});
  EXPECT_GT(slow.by_dci, 2000);
  const double added = added_ms(slow, 3) - added_ms(quick, 1);
  EXPECT_NEAR(slow.latency_ms - quick.latency_ms, added, switch_tolerance * added);
}

// --- what a terminal monitors in a slot ---

constexpr int busy_terminals = 10;  ///< Each with a packet in every slot.
constexpr int cces = 82;            ///< 246 PRBs of two symbols.
constexpr int level = 8;

/// Five groups of candidates in a wide CORESET, `eights` of them of 8 CCEs, the level of all DCIs.
std::string monitored(int eights, int others, int sixteens) {
  const std::string rest = std::to_string(others);
  std::string text =
      two_bwps({.kind = CellKind::n41_tdd},
               "traffic { name: \"packets\" terminal_group: \"ue\" udp_rate { direction: DOWNLINK "
               "payload_bytes: 40 rate_mbps: 0.64 } }\n");
  text = with(text, "coreset_first_prb: 54 coreset_prb_count: 60",
              "coreset_first_prb: 24 coreset_prb_count: 246");
  text = with(text, "aggregation_level: 2",
              "aggregation_level: 8 coreset_symbols: 2 coreset_prb_count: 24 search_space { "
              "candidates_1: " +
                  rest + " candidates_2: " + rest + " candidates_4: " + rest + " candidates_8: " +
                  std::to_string(eights) + " candidates_16: " + std::to_string(sixteens) + " }");
  return text;
}

LoadedScenario monitoring(const std::string& text) {
  return load_text(
      text, {"duration_s=1.5", "warm_up_s=0.5", "core.one_way_delay_ms=0",
             "terminal_group[ue].capability=embb",
             "terminal_group[ue].count=" + std::to_string(busy_terminals),
             "terminal_group[ue].bearer.rlc_mode=UM", "terminal_group[ue].bearer.rlc_sn_bits=12",
             on(CellKind::n41_tdd, "scheduler.policy=ROUND_ROBIN"),
             on(CellKind::n41_tdd, "scheduler.max_ues_per_slot=10")});
}

/// TS 38.213 10.1: what the terminals of the cell block each other in a mean slot of its frames,
/// each the first free of its candidates, in an order drawn at random.
double blocked_share(int candidates) {
  const base::Random random(1, 1);
  mac::gnb::CRntiPool pool(0);
  std::vector<std::uint64_t> hashes(busy_terminals);
  for (std::uint64_t& hash : hashes) hash = pool.take();
  constexpr int places = cces / level;
  constexpr int draws = 400;
  std::int64_t blocked = 0;
  std::int64_t wanted = 0;
  for (int slot = 0; slot < 20; ++slot) {
    // A of a CORESET whose number leaves 2 modulo 3: the wide part's.
    for (std::uint64_t& hash : hashes) hash = hash * 39839 % 65537;
    if (slot % 10 > 7) continue;
    std::vector<std::size_t> order(busy_terminals);
    std::iota(order.begin(), order.end(), 0U);
    for (std::uint32_t draw = 0; draw < draws; ++draw) {
      for (std::size_t i = order.size() - 1; i > 0; --i) {
        const double u = random.uniform(base::Purpose::placement, {.a = draw, .b = 1},
                                        static_cast<std::uint64_t>(slot) * 100 + i);
        std::swap(order[i], order[static_cast<std::size_t>(u * static_cast<double>(i + 1))]);
      }
      std::array<bool, places> is_taken{};
      for (const std::size_t ue : order) {
        ++wanted;
        int m = 0;
        const auto place = [&] {
          return (hashes[ue] + static_cast<std::uint64_t>(m * cces / (level * candidates))) %
                 places;
        };
        while (m < candidates && is_taken[place()]) ++m;
        if (m == candidates) ++blocked;
        if (m < candidates) is_taken[place()] = true;
      }
    }
  }
  return static_cast<double>(blocked) / static_cast<double>(wanted);
}

/// Round robin is one order in each slot of a frame, not all.
constexpr double blocking_tolerance = 0.02;

// At 30 kHz a terminal decodes 36 candidates on 56 CCEs at most: six of 8 CCEs are within both,
// eight beside all other levels' are in neither. Preflight alone keeps the limit; the same
// scenario behind its back says what it costs.
TEST(MonitoringKpis, the_blind_decode_limit_costs_blocked_dcis) {
  const auto blocking = [](const LoadedScenario& loaded) {
    return kpi_of(simulate_recorded(resolve(loaded.scenario)), "pdcch_blocking_ratio", "cells",
                  "ratio");
  };
  const LoadedScenario within = monitoring(monitored(6, 0, 0));
  EXPECT_EQ(to_text(preflight(within.scenario, within.where)), "");
  const LoadedScenario beyond = monitoring(monitored(8, 8, 5));
  std::vector<std::string> clauses;
  for (const Finding& finding : preflight(beyond.scenario, beyond.where)) {
    clauses.push_back(finding.clause);
  }
  EXPECT_THAT(clauses,
              testing::UnorderedElementsAre("TS 38.213 Table 10.1-2", "TS 38.213 Table 10.1-3"));
  const double costs = blocking(within) - blocking(beyond);
  EXPECT_GT(costs, 0.02);
  EXPECT_NEAR(blocking(within), blocked_share(6), blocking_tolerance);
  EXPECT_NEAR(blocking(beyond), blocked_share(8), blocking_tolerance);
}

}  // namespace
}  // namespace redcell::scenarios
