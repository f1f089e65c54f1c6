// Goal: in a whole run packets on configured grants are as late as the occasions make them and no
// later, cost no DCI, and nothing is lost where blocks are, terminals go to another cell or to
// another part. Method: latency by hand, phase by phase, and against the same world without grants;
// ledgers read all the time; figures of the records.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "phy/nr/block_fit.h"
#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/two_sites.h"

namespace redcell::scenarios {
namespace {

constexpr std::int64_t ip_header_bytes = 28;
const std::string um_bearer = "terminal_group[ue].bearer.rlc_mode=UM";

/// Fields of the grant of group "ue".
std::vector<std::string> granted(const std::vector<std::string>& fields) {
  std::vector<std::string> out{um_bearer, "terminal_group[ue].bearer.rlc_sn_bits=12"};
  for (const std::string& field : fields) {
    out.push_back("terminal_group[ue].configured_grant." + field);
  }
  return out;
}

/// Packets of 40 byte so far apart that their phases cover every 20 us of 10 ms.
std::string spread_packets(std::int64_t distance_ns) {
  return "traffic { name: \"t\" terminal_group: \"ue\" start_s: 0.0000131 udp_rate { direction: "
         "UPLINK payload_bytes: 40 rate_mbps: " +
         fmt::format("{:.17g}", 40 * 8e3 / static_cast<double>(distance_ns)) + " } }\n";
}

struct Pattern {
  CellKind kind;
  std::int64_t slot_ns;
  std::int64_t period;  ///< Slots.
  std::int64_t offset;
  std::int64_t first_uplink;  ///< Of ten slots; those after it are uplink too.
};

class GrantedCell : public testing::TestWithParam<Pattern> {};

// Alignment: to the first slot that is uplink. Grant: from there to the first occasion that begins
// a slot or more after the packet was there (N2). Air: a slot. K2 and SR do not matter.
TEST_P(GrantedCell, carries_a_packet_of_every_phase_in_its_next_occasion) {
  const Pattern& p = GetParam();
  constexpr std::int64_t distance_ns = 40'000'000 + 40'000;
  const std::vector<std::string> changes =
      granted({fmt::format("periodicity_slots={}", p.period),
               fmt::format("time_domain_offset_slots={}", p.offset)}) +
      std::vector<std::string>{"duration_s=10", "warm_up_s=0"};
  const Recorded run =
      simulate_recorded(ready_text(one_cell(p.kind, spread_packets(distance_ns)), changes));
  const auto all = packets(run, analysis::UPLINK);
  ASSERT_GT(all.size(), 245U);
  std::int64_t latest_ns = 0;
  for (const analysis::PacketLatency& packet : all) {
    const std::int64_t born_ns = packet.time_ns() - packet.total_ns();
    const std::int64_t there = (born_ns + p.slot_ns - 1) / p.slot_ns;
    std::int64_t aligned = there;
    while (aligned % 10 < p.first_uplink) ++aligned;
    std::int64_t occasion = there + 1;
    while (occasion % p.period != p.offset) ++occasion;
    EXPECT_EQ(packet.alignment_ns(), aligned * p.slot_ns - born_ns);
    EXPECT_EQ(packet.grant_ns(), (occasion - aligned) * p.slot_ns);
    EXPECT_EQ(packet.air_ns(), p.slot_ns);
    const std::int64_t in_ran_ns = packet.total_ns() - packet.core_ns();
    EXPECT_EQ(in_ran_ns, (occasion + 1) * p.slot_ns - born_ns);
    latest_ns = std::max(latest_ns, in_ran_ns);
  }
  // A period, a slot to prepare the block, a slot on the air, up to one until the packet is seen.
  EXPECT_LE(latest_ns, (p.period + 3) * p.slot_ns);
  EXPECT_GT(latest_ns, (p.period + 1) * p.slot_ns);
}

INSTANTIATE_TEST_SUITE_P(Patterns, GrantedCell,
                         testing::Values(Pattern{CellKind::n41_tdd, 500'000, 10, 8, 8},
                                         Pattern{CellKind::n41_tdd, 500'000, 20, 19, 8},
                                         Pattern{CellKind::n28_fdd, 1'000'000, 5, 3, 0},
                                         Pattern{CellKind::n28_fdd, 1'000'000, 1, 0, 0}));

std::int64_t dcis_of(const std::vector<analysis::KpiRecord>& records) {
  std::int64_t count = 0;
  for (const analysis::KpiRecord& record : records) {
    for (const auto& pdcch : record.cell_bin().pdcch()) count += pdcch.dci_sent();
  }
  return count;
}

TEST(ConfiguredGrants, are_sooner_than_requests_in_one_world_and_cost_no_dci) {
  const auto run_with = [](const std::vector<std::string>& more) {
    return simulate_recorded(ready_text(
        one_cell(CellKind::n41_tdd, spread_packets(20'040'000)),
        more +
            std::vector<std::string>{"duration_s=5", "warm_up_s=0", "terminal_group[ue].count=8"}));
  };
  const Recorded by_grant = run_with(granted({"prb_count=4"}));
  const Recorded by_request = run_with({um_bearer, "terminal_group[ue].bearer.rlc_sn_bits=12"});
  EXPECT_EQ(by_grant.result.facts.world, by_request.result.facts.world);
  const auto granted_packets = packets(by_grant, analysis::UPLINK);
  const auto requested = packets(by_request, analysis::UPLINK);
  // Some requests are still under way at the end.
  ASSERT_GE(granted_packets.size(), requested.size());
  const auto mean_ns = [](const auto& all) {
    double sum_ns = 0;
    for (const auto& packet : all) sum_ns += static_cast<double>(packet.total_ns());
    return sum_ns / static_cast<double>(all.size());
  };
  // The request waits for its occasion as a packet does for its own, and then for K2.
  EXPECT_LT(mean_ns(granted_packets) / mean_ns(requested), 0.7);
  EXPECT_EQ(dcis_of(by_grant.records), 0);
  EXPECT_GT(dcis_of(by_request.records), static_cast<std::int64_t>(requested.size()) / 2);
}

/// DCIs of a run of packets every 20 ms, and the largest latency of the last second.
struct Type2Run {
  std::int64_t dcis = 0;
  std::int64_t latest_ns = 0;
};
Type2Run type_2_run(const std::vector<std::string>& fields) {
  const Recorded run = simulate_recorded(ready_text(
      one_cell(CellKind::n41_tdd, spread_packets(20'040'000)),
      granted({"type=TYPE_2"}) + granted(fields) +
          std::vector<std::string>{"duration_s=5", "warm_up_s=0", "terminal_group[ue].count=8"}));
  Type2Run out{.dcis = dcis_of(run.records)};
  for (const auto& packet : packets(run, analysis::UPLINK)) {
    if (packet.time_ns() < 4'000 * ms_ns) continue;
    out.latest_ns = std::max(out.latest_ns, packet.total_ns() - packet.core_ns());
  }
  return out;
}

// Each of eight asks once, is answered, and has its grant activated; 2000 packets.
TEST(ConfiguredGrants, of_type_2_cost_their_activation_and_are_as_soon) {
  const Type2Run kept = type_2_run({});
  EXPECT_EQ(kept.dcis, 8 * 2);
  EXPECT_LE(kept.latest_ns, 13 * 500'000);
  // Three occasions between two packets: with two it is released each time.
  const Type2Run released = type_2_run({"release_after_unused=2"});
  EXPECT_GT(released.dcis, 500);
  const Type2Run patient = type_2_run({"release_after_unused=8"});
  EXPECT_EQ(patient.dcis, 8 * 2);
}

// A packet and an occasion in every slot. With one process and a timer of one period the next block
// takes the process before the repetition of the last one can be granted; with more and longer ones
// all are repeated.
TEST(ConfiguredGrants, lose_no_byte_without_a_trace_and_repeat_what_the_timer_leaves_time_for) {
  const CellKind n28 = CellKind::n28_fdd;
  const auto losses = [&](int timer, int processes) {
    const Drive seen = drive(
        one_cell(n28, udp("UPLINK", 0.32, 40)),
        granted({"periodicity_slots=1", "prb_count=8", "mcs_index=10",
                 fmt::format("configured_grant_timer={}", timer),
                 fmt::format("nrof_harq_processes={}", processes)}) +
            fading_overrides(n28, 3, 70) +
            std::vector<std::string>{"duration_s=4", "warm_up_s=0", on(n28, "uplink.p0_dbm=-90")});
    std::int64_t first = 0;
    std::int64_t errors = 0;
    for (const net::TransportBlock& block : seen.blocks) {
      if (block.direction != base::Direction::uplink || block.attempt > 0) continue;
      ++first;
      errors += block.ok ? 0 : 1;
    }
    EXPECT_GT(errors, first / 20) << "the radio is to be bad";
    std::int64_t lost = 0;
    for (const std::int64_t bytes : seen.ledger[1].dropped) lost += bytes;
    return static_cast<double>(lost) / static_cast<double>(seen.ledger[1].in);
  };
  const double in_time = losses(4, 8);
  const double too_soon = losses(1, 1);
  EXPECT_GT(too_soon, 0.01);
  EXPECT_LT(in_time, too_soon / 4);
}

TEST(ConfiguredGrants, end_with_a_handover_and_begin_anew_in_the_target) {
  const CellKind n28 = CellKind::n28_fdd;
  const auto run_with = [&](const std::vector<std::string>& grant) {
    return drive(two_sites(n28, udp("UPLINK", 0.032, 40)), plain_mobility(n28) + grant);
  };
  const Drive seen = run_with(granted({"periodicity_slots=5"}));
  std::int64_t completed_ns = 0;
  for (const analysis::KpiRecord& record : seen.records) {
    if (record.has_mobility_event() && record.mobility_event().kind() == analysis::COMPLETED) {
      completed_ns = record.mobility_event().time_ns();
    }
  }
  ASSERT_GT(completed_ns, 0);
  int before = 0;
  int after = 0;
  for (const analysis::KpiRecord& record : seen.records) {
    if (!record.has_packet_latency()) continue;
    const analysis::PacketLatency& packet = record.packet_latency();
    const std::int64_t born_ns = packet.time_ns() - packet.total_ns();
    const bool is_after = born_ns > completed_ns + 20 * ms_ns;
    if (!is_after && packet.time_ns() > completed_ns - 200 * ms_ns) continue;
    EXPECT_LE(packet.total_ns() - packet.core_ns(), 8 * ms_ns) << packet.time_ns();
    (is_after ? after : before) += 1;
  }
  EXPECT_GT(before, 20);
  EXPECT_GT(after, 20);
}

// The manager moves terminals out of the part in which they have grants, and the timer leads them
// back: meanwhile they ask as all others do.
TEST(ConfiguredGrants, give_way_to_requests_in_another_part_and_come_back) {
  const Drive seen =
      drive(more_bwps(3, "policy: ROUND_ROBIN switching: DCI open_percent: 5 close_percent: 1",
                      udp("UPLINK", 1.0, 400)),
            granted({"prb_count=4"}) + std::vector<std::string>{"terminal_group[ue].count=6",
                                                                "duration_s=3", "warm_up_s=0"});
  int switches = 0;
  std::vector<std::int64_t> newest_ns(6, 0);
  for (const analysis::KpiRecord& record : seen.records) {
    switches += record.has_bwp_switch() ? 1 : 0;
    if (!record.has_packet_latency()) continue;
    newest_ns[record.packet_latency().ue()] = record.packet_latency().time_ns();
  }
  EXPECT_GT(switches, 0);
  for (const std::int64_t ns : newest_ns) EXPECT_GT(ns, 2'900 * ms_ns);
}

// Nobody has a PRB of another: eight terminals that fill their blocks lose none of them.
TEST(ConfiguredGrants, are_each_terminals_own) {
  const World world(
      one_cell(CellKind::n41_tdd, ""),
      granted({"prb_count=11"}) +
          std::vector<std::string>{"terminal_group[ue].count=8",
                                   on(CellKind::n41_tdd, "uplink.prach_prb_count=0")});
  std::vector<std::vector<int>> used(20, std::vector<int>(51, 0));
  for (const TerminalPlan& terminal : world.deployment().terminals) {
    ASSERT_TRUE(terminal.configured_grant.has_value());
    const mac::ConfiguredGrant& grant = *terminal.configured_grant;
    EXPECT_EQ(grant.format.prb_count, 11);
    EXPECT_EQ(grant.hyperframe, base::SlotCount(20'480));
    EXPECT_GT(grant.format.tbs.value() / 8, ip_header_bytes);
    for (int prb = grant.format.prb.first; prb < grant.format.prb.end(); ++prb) {
      ++used[static_cast<std::size_t>(grant.offset.value())][static_cast<std::size_t>(prb)];
    }
  }
  int sum = 0;
  for (std::size_t slot = 0; slot < used.size(); ++slot) {
    for (const int count : used[slot]) {
      EXPECT_LE(count, 1);
      EXPECT_TRUE(count == 0 || slot == 8 || slot == 9) << slot;
      sum += count;
    }
  }
  EXPECT_EQ(sum, 88);
}

// The size is that of the first occasion: a PUSCH takes whole slots (mapping type A begins with
// symbol 0), and where a PRB is for data all of it is, beside PRACH and in either of two patterns.
TEST(ConfiguredGrants, have_blocks_that_fit_all_of_their_occasions) {
  const std::string pattern =
      "tdd { period_ms: 5 dl_slots: 7 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 }";
  const std::string other = "tdd { period_ms: 5 dl_slots: 6 ul_slots: 2 ul_symbols: 12 }";
  const World world(with(one_cell(CellKind::n41_tdd, ""), pattern, pattern + " " + other),
                    granted({"prb_count=5", "periodicity_slots=10", "mcs_index=12"}) +
                        std::vector<std::string>{"terminal_group[ue].count=12"});
  const phy::ResourceMap map(world.layer().bwps.front());
  std::set<std::int64_t> re_counts;
  for (const TerminalPlan& terminal : world.deployment().terminals) {
    const mac::ConfiguredGrant& grant = terminal.configured_grant.value();
    int occasions = 0;
    for (std::int64_t s = 0; s < map.period().value(); ++s) {
      if (!grant.is_occasion(base::Slot(s))) continue;
      ++occasions;
      const phy::BlockFit fit = phy::fit_block({.table = world.layer().cell.ul_table,
                                                .wanted = base::McsIndex(12),
                                                .first_prb = grant.format.prb.first,
                                                .prb_count = 5,
                                                .layer_count = 1},
                                               map.uplink(base::Slot(s)));
      EXPECT_EQ(fit.tbs, grant.format.tbs) << s;
      EXPECT_EQ(fit.prb_count, grant.format.prb_count) << s;
      re_counts.insert(fit.re_count);
    }
    EXPECT_GE(occasions, 2);
  }
  EXPECT_EQ(re_counts.size(), 1U);
}

// The scenario of the library, shortened: one world, one service of 5 ms, either way to uplink.
TEST(ConfiguredGrants, meet_the_budget_of_5_ms_that_requests_miss) {
  const Recorded run = simulate_recorded(ready_library("configured-grants", {"duration_s=4"}));
  const auto p99_ms = [&](const std::string& group) {
    const analysis::Kpi* found = run.result.summary.find("ul_latency_ms", group, "p99");
    EXPECT_NE(found, nullptr);
    return found == nullptr ? 0 : found->value;
  };
  EXPECT_LE(p99_ms("granted"), 4.0) << "by hand: docs/configured-grants.md";
  EXPECT_GT(p99_ms("requesting"), 5.0);
}

}  // namespace
}  // namespace redcell::scenarios
