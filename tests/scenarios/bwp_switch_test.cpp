// Goal: in a whole run terminals are moved as the manager says, with the gaps of the standard, and
// more of them are served than one part could. Method: the records of runs that differ in one
// thing; gaps against TS 38.133 by hand; what was sent against the gaps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/two_sites.h"

namespace redcell::scenarios {
namespace {

constexpr std::int64_t slot_ns = 500'000;

std::vector<analysis::BwpSwitch> switches_of(const Recorded& run) {
  std::vector<analysis::BwpSwitch> out;
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_bwp_switch()) out.push_back(record.bwp_switch());
  }
  return out;
}

std::string cbr(double mbps) {
  return "traffic { name: \"cbr\" terminal_group: \"ue\" udp_rate { direction: UPLINK "
         "payload_bytes: 1200 rate_mbps: " +
         std::to_string(mbps) + " } }\n";
}

/// Eight terminals of 5 Mbps: 40 where a part carries some 20.
Recorded run_of(const std::string& manager, const std::vector<std::string>& more = {}) {
  return simulate_recorded(ready_text(
      more_bwps(4, manager, cbr(5)),
      std::vector<std::string>{"terminal_group[ue].count=8", "duration_s=4", "warm_up_s=2"} +
          more));
}

/// Every one of the first terminals has delivered something in the last second.
void expect_all_served(const Recorded& run, std::uint32_t count) {
  std::int64_t last_ns = 0;
  std::map<std::uint32_t, std::int64_t> newest_ns;
  for (const analysis::PacketLatency& packet : packets(run, analysis::UPLINK)) {
    last_ns = std::max(last_ns, packet.time_ns());
    newest_ns[packet.ue()] = std::max(newest_ns[packet.ue()], packet.time_ns());
  }
  for (std::uint32_t ue = 0; ue < count; ++ue) {
    EXPECT_GT(newest_ns[ue], last_ns - 1'000'000'000) << ue;
  }
}

double rate_of(const Recorded& run) { return 8 * link_sum(run, analysis::UPLINK, 2).mbps(); }

TEST(BwpSwitching, carries_what_one_part_could_not) {
  const double alone =
      rate_of(run_of("policy: LEAST_LOADED open_percent: 100 open_delay_ms: 9999 "
                     "patience: 1000"));
  EXPECT_LT(alone, 25);
  for (const char* policy : {"ROUND_ROBIN", "LEAST_LOADED", "DELAY_DRIVEN"}) {
    for (const char* switching : {"RRC", "DCI"}) {
      const std::string manager =
          std::string("policy: ") + policy + " switching: " + switching + " open_percent: 70";
      const Recorded run = run_of(manager);
      EXPECT_GT(rate_of(run), 39) << manager;
      EXPECT_GE(switches_of(run).size(), 4U) << manager;
    }
  }
  EXPECT_TRUE(switches_of(run_of("")).empty());
  EXPECT_GT(rate_of(run_of("")), 39);
}

// 30 kHz: 2 or 5 slots by DCI, 6 ms by RRC.
TEST(BwpSwitching, leaves_the_gaps_of_the_standard) {
  struct Row {
    const char* switching;
    const char* type;
    std::int64_t gap_ns;
    analysis::BwpCause cause;
  };
  for (const Row& row : {Row{"DCI", "1", 2 * slot_ns, analysis::BWP_BY_DCI},
                         Row{"DCI", "2", 5 * slot_ns, analysis::BWP_BY_DCI},
                         Row{"RRC", "1", 12 * slot_ns, analysis::BWP_BY_RRC}}) {
    const Recorded run = run_of(std::string("policy: LEAST_LOADED switching: ") + row.switching,
                                {std::string("capability[redcap].bwp_switch_type=") + row.type});
    const std::vector<analysis::BwpSwitch> switches = switches_of(run);
    ASSERT_FALSE(switches.empty());
    for (const analysis::BwpSwitch& each : switches) {
      EXPECT_EQ(each.gap_ns(), row.gap_ns);
      EXPECT_EQ(each.cause(), row.cause);
      EXPECT_NE(each.from_bwp(), each.to_bwp());
    }
  }
}

// A terminal in a gap hears nothing: a packet that comes then waits for its end.
TEST(BwpSwitching, delivers_nothing_in_a_gap) {
  const Recorded run = run_of("policy: LEAST_LOADED switching: RRC");
  const std::vector<analysis::BwpSwitch> switches = switches_of(run);
  ASSERT_FALSE(switches.empty());
  int before = 0;
  for (const analysis::PacketLatency& packet : packets(run, analysis::UPLINK)) {
    const std::int64_t left_ran_ns = packet.time_ns() - packet.core_ns();
    for (const analysis::BwpSwitch& each : switches) {
      if (each.ue() != packet.ue()) continue;
      const std::int64_t from_ns = each.time_ns() - each.gap_ns();
      // What was sent in the slot before arrives at the gap's first instant.
      EXPECT_FALSE(left_ran_ns > from_ns && left_ran_ns <= each.time_ns())
          << packet.ue() << " " << left_ran_ns;
      before += left_ran_ns <= from_ns && left_ran_ns > from_ns - 20 * slot_ns ? 1 : 0;
    }
  }
  EXPECT_GT(before, 0) << "it sends while RRC is processed";
}

// Files of 1.5 MB now and then: between two of them the timer leads back, no sooner than it says.
TEST(BwpSwitching, goes_back_when_there_is_nothing_to_do) {
  const auto run_with = [](const std::string& timer) {
    return simulate_recorded(ready_text(
        more_bwps(
            4, "policy: LEAST_LOADED switching: DCI open_percent: 60" + timer,
            "traffic { name: \"files\" terminal_group: \"ue\" file_transfer { direction: UPLINK "
            "file_kb: 1500 mean_interval_s: 2 } }\n"),
        {"terminal_group[ue].count=8", "duration_s=6", "warm_up_s=1"}));
  };
  std::map<std::uint32_t, std::int64_t> moved_ns;
  int by_timer = 0;
  for (const analysis::BwpSwitch& each : switches_of(run_with(" inactivity_timer_ms: 100"))) {
    if (each.cause() == analysis::BWP_BY_TIMER) {
      ++by_timer;
      EXPECT_EQ(each.to_bwp(), 0U);
      EXPECT_EQ(each.gap_ns(), 2 * slot_ns);
      EXPECT_GE(each.time_ns() - moved_ns[each.ue()], 100'000'000);
    }
    moved_ns[each.ue()] = each.time_ns();
  }
  EXPECT_GE(by_timer, 4);
  for (const analysis::BwpSwitch& each : switches_of(run_with(""))) {
    EXPECT_NE(each.cause(), analysis::BWP_BY_TIMER);
  }
}

// A terminal of the wide part has nowhere to go back to, whatever the timer of the others.
TEST(BwpSwitching, knows_no_timer_in_the_wide_part) {
  for (const char* parts : {"1", "4"}) {
    const Recorded run = simulate_recorded(ready_text(
        more_bwps(
            4, std::string("policy: LEAST_LOADED inactivity_timer_ms: 20 redcap_parts: ") + parts,
            "traffic { name: \"files\" terminal_group: \"ue\" file_transfer { direction: "
            "UPLINK file_kb: 100 mean_interval_s: 0.3 } }\n"),
        {"terminal_group[ue].count=2", "terminal_group[ue].capability=embb", "duration_s=3",
         "warm_up_s=1"}));
    EXPECT_TRUE(switches_of(run).empty()) << parts;
    EXPECT_GT(link_sum(run, analysis::UPLINK, 1).acknowledged_bytes, 200'000) << parts;
  }
}

// Fading terminals at up to 5 km, moved while blocks, answers and DCIs are lost.
TEST(BwpSwitching, works_where_blocks_and_dcis_are_lost) {
  for (const char* radius_m : {"2500", "5000"}) {
    const Recorded run = run_of(
        "policy: LEAST_LOADED switching: DCI period_ms: 20 patience: 1 open_percent: 41 "
        "close_percent: 40 open_delay_ms: 9999 inactivity_timer_ms: 20",
        fading_overrides(CellKind::n41_tdd, 30, 0) +
            std::vector<std::string>{
                "terminal_group[ue].placement.x_m=0",
                "terminal_group[ue].placement.min_radius_m=500",
                std::string("terminal_group[ue].placement.max_radius_m=") + radius_m});
    EXPECT_GE(switches_of(run).size(), 4U) << radius_m;
    EXPECT_GT(rate_of(run), 20) << radius_m;
    expect_all_served(run, 8);
  }
}

// Terminals that drive to and fro between two cells while both move them: after a handover each is
// in the first part. That no byte is lost on the way the run checks itself.
TEST(BwpSwitching, begins_anew_after_a_handover) {
  for (const char* switching : {"RRC", "DCI"}) {
    const std::string manager = std::string(
                                    "policy: ROUND_ROBIN open_percent: 30 close_percent: 1 "
                                    "period_ms: 40 inactivity_timer_ms: 200 switching: ") +
                                switching;
    const Recorded run = simulate_recorded(
        ready_text(with_bwps(two_sites(CellKind::n41_tdd, cbr(3), shuttle(40)), 4, manager),
                   {"terminal_group[ue].count=8", "duration_s=8", "warm_up_s=0",
                    on(CellKind::n41_tdd, "mobility.filter_coefficient=0")}));
    std::map<std::uint32_t, bool> is_new;
    int handovers = 0;
    int switches_after = 0;
    for (const analysis::KpiRecord& record : run.records) {
      if (record.has_mobility_event() && record.mobility_event().kind() == analysis::COMPLETED) {
        is_new[record.mobility_event().ue()] = true;
        ++handovers;
      }
      if (!record.has_bwp_switch()) continue;
      bool& is_first = is_new[record.bwp_switch().ue()];
      if (is_first) {
        EXPECT_EQ(record.bwp_switch().from_bwp(), 0U);
        ++switches_after;
      }
      is_first = false;
    }
    EXPECT_GE(handovers, 8) << switching;
    EXPECT_GE(switches_after, 4) << switching;
  }
}

TEST(BwpSwitching, repeats_itself) {
  const auto run = [] { return run_of("policy: DELAY_DRIVEN switching: RRC"); };
  EXPECT_EQ(run().result.facts.signature, run().result.facts.signature);
}

}  // namespace
}  // namespace redcell::scenarios
