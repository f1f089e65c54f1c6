// Goal: no byte is lost without a trace: in = delivered + queued + dropped, at any moment and for
// every bearer, and each drop is recorded with its reason. Method: runs that lose packets in every
// way there is. The ledger is read every 37 ms while the run goes on, and summed against the
// delivered and the dropped packets of the KPI records at its end.
#include "scenarios/testbed.h"

#include <gtest/gtest.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "net/simulation.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

constexpr base::Duration look_interval = base::milliseconds(37);

/// [ue, direction]
using Bearer = std::pair<std::uint32_t, analysis::LinkDirection>;

struct Account {
  std::int64_t delivered = 0;
  std::map<analysis::DropReason, std::int64_t> dropped;
};

struct Observed {
  std::vector<analysis::KpiRecord> records;
  std::int64_t looks = 0;
};

void expect_balance(const Testbed& testbed) {
  for (std::uint32_t ue = 0; ue < testbed.terminal_count(); ++ue) {
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      const ByteLedger ledger = testbed.ledger({ue}, direction);
      // Unsigned: a negative queue would be enormous.
      ASSERT_LE(ledger.queued, ledger.in) << ue;
      ASSERT_EQ(ledger.in, ledger.delivered + ledger.queued + ledger.dropped_total()) << ue;
    }
  }
}

Observed observe(const schema::Scenario& scenario) {
  Observed out;
  net::seed_simulation(scenario.seed(), scenario.run());
  {
    Testbed testbed(
        scenario, {.threads = 1, .user_nodes = {}, .sink = [&](const analysis::KpiRecord& record) {
                     out.records.push_back(record);
                   }});
    testbed.start();
    for (base::Duration at; at < testbed.duration(); at += look_interval) {
      ns3::Simulator::Schedule(ns3::NanoSeconds(at.value() + 1), [&testbed, &out] {
        expect_balance(testbed);
        ++out.looks;
      });
    }
    net::run_simulation(testbed.duration(), {});
    testbed.finish();
  }
  net::destroy_simulation();
  return out;
}

std::map<Bearer, Account> accounts_of(const std::vector<analysis::KpiRecord>& records) {
  std::map<Bearer, Account> accounts;
  for (const analysis::KpiRecord& record : records) {
    if (record.has_packet_latency()) {
      const analysis::PacketLatency& p = record.packet_latency();
      accounts[{p.ue(), p.direction()}].delivered += p.bytes();
      const std::array parts{p.core_ns(), p.queue_ns(), p.alignment_ns(), p.grant_ns(),
                             p.air_ns(),  p.harq_ns(),  p.rlc_ns(),       p.reordering_ns()};
      std::int64_t sum = p.processing_ns();
      for (const std::int64_t part : parts) {
        EXPECT_GE(part, 0) << p.ShortDebugString();
        sum += part;
      }
      EXPECT_EQ(sum, p.total_ns());
    }
    if (record.has_packet_drop()) {
      const analysis::PacketDrop& drop = record.packet_drop();
      accounts[{drop.ue(), drop.direction()}].dropped[drop.reason()] += drop.bytes();
    }
  }
  return accounts;
}

/// What every run must satisfy; returns the reasons that occurred.
std::set<analysis::DropReason> expect_conserved(const std::string& text,
                                                const std::vector<std::string>& overrides) {
  const Observed run = observe(ready_text(text, overrides));
  EXPECT_GT(run.looks, 20);
  const std::map<Bearer, Account> accounts = accounts_of(run.records);
  std::set<analysis::DropReason> reasons;
  std::int64_t moved = 0;
  for (const analysis::KpiRecord& record : run.records) {
    if (!record.has_ledger()) continue;
    const analysis::Ledger& ledger = record.ledger();
    std::map<analysis::DropReason, std::int64_t> dropped;
    std::int64_t dropped_total = 0;
    for (const auto& part : ledger.dropped()) {
      dropped[part.reason()] += part.bytes();
      dropped_total += part.bytes();
      reasons.insert(part.reason());
    }
    EXPECT_EQ(ledger.bytes_in(), ledger.bytes_delivered() + ledger.bytes_queued() + dropped_total);
    EXPECT_GE(ledger.bytes_queued(), 0);
    const auto account = accounts.find({ledger.ue(), ledger.direction()});
    const Account seen = account == accounts.end() ? Account{} : account->second;
    EXPECT_EQ(seen.dropped, dropped) << "UE " << ledger.ue();
    // An uplink packet that is still on its way through the core has left the bearer.
    const std::int64_t in_core = ledger.bytes_delivered() - seen.delivered;
    EXPECT_GE(in_core, 0);
    EXPECT_LE(in_core, ledger.direction() == analysis::UPLINK ? 200'000 : 0);
    moved += ledger.bytes_delivered();
  }
  EXPECT_GT(moved, 0);
  return reasons;
}

std::string both_ways() { return full_buffer("DOWNLINK") + full_buffer("UPLINK"); }

std::string udp_both_ways(double rate_mbps) {
  std::string text;
  for (const std::string direction : {"DOWNLINK", "UPLINK"}) {
    text += "traffic { name: \"udp-" + direction +
            "\" terminal_group: \"ue\" udp_rate { direction: " + direction +
            " payload_bytes: 900 rate_mbps: " + std::to_string(rate_mbps) + " } }\n";
  }
  return text;
}

const CellKind n28 = CellKind::n28_fdd;
const CellKind n41 = CellKind::n41_tdd;
const std::vector<std::string> several{"duration_s=1.5", "warm_up_s=0",
                                       "terminal_group[ue].count=3"};
const std::vector<std::string> unacknowledged{"terminal_group[ue].bearer.rlc_mode=UM",
                                              "terminal_group[ue].bearer.rlc_sn_bits=12"};
/// A block is sent once: every tenth is lost.
std::vector<std::string> no_harq(CellKind kind) { return {on(kind, "harq.max_transmissions=1")}; }

using Reasons = std::set<analysis::DropReason>;

// A little more than the cell carries: whatever waits has come in the order of its moments.
TEST(Conservation, tells_how_many_packets_wait_for_longer_than_their_budget) {
  for (const std::string direction : {"DOWNLINK", "UPLINK"}) {
    const bool is_downlink = direction == "DOWNLINK";
    const int packets_per_ms = is_downlink ? 32 : 17;
    const Observed run = observe(ready_text(
        one_cell(n28, "traffic { name: \"udp\" terminal_group: \"ue\" udp_rate { direction: " +
                          direction + " payload_bytes: 1000 rate_mbps: " +
                          std::to_string(8 * packets_per_ms) + " } }\n"),
        {"duration_s=0.5", "warm_up_s=0", "terminal_group[ue].delay_budget_ms=30"}));
    std::int64_t queued = 0;
    std::int64_t overdue = 0;
    for (const analysis::KpiRecord& record : run.records) {
      queued += record.ledger().bytes_queued();
      overdue += record.ledger().packets_overdue();
    }
    // 28 byte of headers each; 2 ms of core count in the downlink.
    const std::int64_t in_time = packets_per_ms * (is_downlink ? 28 : 30);
    EXPECT_GT(overdue, 200) << direction;
    EXPECT_NEAR(static_cast<double>(overdue), static_cast<double>(queued / 1028 - in_time),
                packets_per_ms)
        << direction;
  }
}

TEST(Conservation, holds_without_losses) {
  EXPECT_EQ(expect_conserved(one_cell(n41, both_ways()), several), Reasons{});
}

TEST(Conservation, holds_when_unacknowledged_blocks_are_lost) {
  for (const CellKind kind : {n41, n28}) {
    const Reasons reasons =
        expect_conserved(one_cell(kind, both_ways()),
                         several + unacknowledged + no_harq(kind) + fading_overrides(kind, 30, 80));
    EXPECT_TRUE(reasons.contains(analysis::HARQ_EXHAUSTED));
  }
}

TEST(Conservation, holds_when_acknowledged_blocks_are_sent_again) {
  for (const CellKind kind : {n41, n28}) {
    const Reasons reasons = expect_conserved(
        one_cell(kind, both_ways()), several + no_harq(kind) + fading_overrides(kind, 30, 80));
    EXPECT_FALSE(reasons.contains(analysis::HARQ_EXHAUSTED));
  }
}

TEST(Conservation, holds_over_ip_with_acknowledged_losses) {
  EXPECT_FALSE(expect_conserved(one_cell(n28, udp_both_ways(3)),
                                several + no_harq(n28) + fading_overrides(n28, 30, 80))
                   .contains(analysis::QUEUE_OVERFLOW));
}

// Lost STATUS PDUs make RLC send copies of what was delivered long ago, while other packets wait.
TEST(Conservation, keeps_parts_whole_when_copies_are_sent_in_vain) {
  for (const CellKind kind : {n41, n28}) {
    expect_conserved(one_cell(kind, udp_both_ways(0.2)),
                     several + no_harq(kind) + fading_overrides(kind, 30, 75) +
                         std::vector<std::string>{"duration_s=4", "terminal_group[ue].count=12"});
  }
}

// Where even the control channel is lost most of the time.
TEST(Conservation, holds_at_the_edge_of_coverage) {
  for (const std::vector<std::string>& mode : {std::vector<std::string>{}, unacknowledged}) {
    expect_conserved(one_cell(n28, udp_both_ways(0.3)),
                     several + mode + fading_overrides(n28, 3, 88));
  }
}

TEST(Conservation, holds_when_rlc_gives_up) {
  const Reasons reasons = expect_conserved(
      one_cell(n28, udp_both_ways(1)),
      several + no_harq(n28) + fading_overrides(n28, 60, 80) +
          std::vector<std::string>{"terminal_group[ue].bearer.max_retransmissions=1"});
  EXPECT_TRUE(reasons.contains(analysis::RLC_RETRANSMISSIONS));
}

TEST(Conservation, holds_when_the_discard_timer_runs_out) {
  for (const std::vector<std::string>& mode : {std::vector<std::string>{}, unacknowledged}) {
    const Reasons reasons = expect_conserved(
        one_cell(n41, udp_both_ways(40)),
        several + mode + std::vector<std::string>{"terminal_group[ue].bearer.pdcp_discard_ms=20"});
    EXPECT_TRUE(reasons.contains(analysis::DISCARD_TIMER));
  }
}

TEST(Conservation, holds_when_the_queue_is_full) {
  const Reasons reasons = expect_conserved(
      one_cell(n41, udp_both_ways(40)),
      several + std::vector<std::string>{"terminal_group[ue].bearer.queue_limit_kb=20"});
  EXPECT_EQ(reasons, Reasons{analysis::QUEUE_OVERFLOW});
}

}  // namespace
}  // namespace redcell::scenarios
