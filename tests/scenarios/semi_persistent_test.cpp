// Goal: in a whole run packets of a period come in occasions, as soon as these make them and with a
// DCI for the first alone; where CCEs bind they stay as soon, and nothing is lost where blocks and
// DCIs are, terminals go to another cell or to another part. Method: latency by hand, phase by
// phase, and against the same world without SPS-Config; ledgers read all the time; records.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/more_bwps.h"
#include "tests/scenarios/two_sites.h"

namespace redcell::scenarios {
namespace {

const std::vector<std::string> um_bearer{"terminal_group[ue].bearer.rlc_mode=UM",
                                         "terminal_group[ue].bearer.rlc_sn_bits=12"};

/// SPS-Config of group "ue".
std::vector<std::string> sps(const std::vector<std::string>& fields = {}) {
  std::vector<std::string> out = um_bearer;
  out.push_back("terminal_group[ue].sps_config.periodicity_ms=20");
  for (const std::string& field : fields) out.push_back("terminal_group[ue].sps_config." + field);
  return out;
}

/// Packets of 40 byte, so far apart.
std::string packets_every(std::int64_t distance_ns) {
  return "traffic { name: \"t\" terminal_group: \"ue\" start_s: 0.0000131 udp_rate { direction: "
         "DOWNLINK payload_bytes: 40 rate_mbps: " +
         fmt::format("{:.17g}", 40 * 8e3 / static_cast<double>(distance_ns)) + " } }\n";
}

std::int64_t dcis_of(const std::vector<analysis::KpiRecord>& records, std::int64_t from_ns = 0) {
  std::int64_t count = 0;
  for (const analysis::KpiRecord& record : records) {
    if (!record.has_cell_bin() || record.cell_bin().time_ns() < from_ns) continue;
    for (const auto& pdcch : record.cell_bin().pdcch()) count += pdcch.dci_sent();
  }
  return count;
}

Recorded run_of(CellKind kind, const std::string& traffic, const std::vector<std::string>& more) {
  return simulate_recorded(ready_text(
      one_cell(kind, traffic), more + std::vector<std::string>{"duration_s=5", "warm_up_s=0"}));
}

struct Pattern {
  CellKind kind;
  std::int64_t slot_ns;
  std::int64_t period_ms;
};
class SpsCell : public testing::TestWithParam<Pattern> {};

// Ready at a slot's boundary; then to the next occasion, a slot on the air, the core before it all.
// Occasions are those of the first packet, which has been sent at once.
TEST_P(SpsCell, carries_a_packet_of_every_phase_in_its_next_occasion) {
  const Pattern& p = GetParam();
  const std::int64_t period = p.period_ms * ms_ns / p.slot_ns;
  const Recorded run = run_of(p.kind, packets_every(p.period_ms * ms_ns + 80'000),
                              sps({"prb_count=8", fmt::format("periodicity_ms={}", p.period_ms)}));
  const auto all = packets(run, analysis::DOWNLINK);
  ASSERT_GT(static_cast<std::int64_t>(all.size()), 4900 / p.period_ms);
  EXPECT_EQ(dcis_of(run.records), 1);
  const std::int64_t first_slot = all.front().time_ns() / p.slot_ns - 1;
  std::int64_t latest_ns = 0;
  for (const analysis::PacketLatency& packet : all) {
    const std::int64_t born_ns = packet.time_ns() - packet.total_ns();
    const std::int64_t there_ns = born_ns + packet.core_ns();
    std::int64_t occasion = (there_ns + p.slot_ns - 1) / p.slot_ns;
    while ((occasion - first_slot) % period != 0) ++occasion;
    EXPECT_EQ(packet.time_ns(), (occasion + 1) * p.slot_ns) << born_ns;
    latest_ns = std::max(latest_ns, packet.total_ns() - packet.core_ns());
  }
  EXPECT_GT(latest_ns, (period - 1) * p.slot_ns) << "all phases have come";
  EXPECT_LE(latest_ns, (period + 1) * p.slot_ns);
}

INSTANTIATE_TEST_SUITE_P(Patterns, SpsCell,
                         testing::Values(Pattern{CellKind::n41_tdd, 500'000, 20},
                                         Pattern{CellKind::n41_tdd, 500'000, 10},
                                         Pattern{CellKind::n28_fdd, 1'000'000, 32}));

TEST(SemiPersistent, costs_a_dci_for_each_terminal_and_is_as_soon_as_dcis_are) {
  const std::vector<std::string> eight{"terminal_group[ue].count=8"};
  const CellKind n41 = CellKind::n41_tdd;
  const Recorded with_sps = run_of(n41, packets_every(20'000'000), sps() + eight);
  const Recorded by_dci = run_of(n41, packets_every(20'000'000), um_bearer + eight);
  EXPECT_EQ(with_sps.result.facts.world, by_dci.result.facts.world);
  const auto unasked = packets(with_sps, analysis::DOWNLINK);
  const auto asked = packets(by_dci, analysis::DOWNLINK);
  ASSERT_EQ(unasked.size(), asked.size());
  EXPECT_EQ(dcis_of(with_sps.records), 8);
  EXPECT_EQ(dcis_of(by_dci.records), static_cast<std::int64_t>(asked.size()));
  // Each is sent in the slot in which a DCI would have sent it.
  std::int64_t sum_ns = 0;
  for (const auto& packet : unasked) sum_ns += packet.total_ns();
  for (const auto& packet : asked) sum_ns -= packet.total_ns();
  EXPECT_EQ(sum_ns, 0);
}

// Two CCEs hold one DCI a slot, in eight slots of ten: 1600 a second. Sixty others, where there are
// any, have 6000 packets a second.
TEST(SemiPersistent, keeps_its_latency_where_dcis_are_too_few) {
  const std::string others =
      "terminal_group { name: \"others\" count: 60 capability: \"redcap\" placement { x_m: 120 } "
      "bearer { rlc_mode: UM rlc_sn_bits: 12 } }\n"
      "traffic { name: \"o\" terminal_group: \"others\" udp_rate { direction: DOWNLINK "
      "payload_bytes: 40 rate_mbps: 0.032 } }\n";
  const auto p99_ms = [](const std::string& beside, const std::vector<std::string>& more) {
    const CellKind n41 = CellKind::n41_tdd;
    const Recorded run = simulate_recorded(ready_text(
        one_cell(n41, packets_every(20'000'000) + beside),
        more + std::vector<std::string>{"duration_s=5", "warm_up_s=1", "terminal_group[ue].count=8",
                                        on(n41, "downlink.coreset_symbols=1"),
                                        on(n41, "downlink.coreset_prb_count=12"),
                                        on(n41, "scheduler.max_ues_per_slot=16")}));
    const analysis::Kpi* found = run.result.summary.find("dl_latency_ms", "ue", "p99");
    EXPECT_NE(found, nullptr);
    const double value = found == nullptr ? 0 : found->value;
    return value;
  };
  const std::vector<std::string> with_sps = sps({"prb_count=8"});
  // Occasions stay where the activations were, which go first.
  EXPECT_EQ(p99_ms(others, with_sps), p99_ms("", with_sps));
  EXPECT_GT(p99_ms(others, um_bearer), 3 * p99_ms("", um_bearer));
  EXPECT_GT(p99_ms(others, um_bearer), 2 * p99_ms(others, with_sps));
}

// DCIs, blocks and answers are lost: what a repetition can mend is mended, the rest has a trace.
TEST(SemiPersistent, loses_no_byte_without_a_trace_and_repeats_by_dci) {
  const CellKind n28 = CellKind::n28_fdd;
  const Drive seen = drive(one_cell(n28, udp("DOWNLINK", 0.032, 40)),
                           sps({"periodicity_ms=10", "mcs_index=6", "nrof_harq_processes=4"}) +
                               fading_overrides(n28, 3, 84) +
                               std::vector<std::string>{"duration_s=6", "warm_up_s=0"});
  std::int64_t first = 0;
  std::int64_t errors = 0;
  std::int64_t repeated = 0;
  for (const net::TransportBlock& block : seen.blocks) {
    if (block.direction != base::Direction::downlink) continue;
    repeated += block.attempt > 0 ? 1 : 0;
    first += block.attempt == 0 ? 1 : 0;
    errors += block.attempt == 0 && !block.ok ? 1 : 0;
  }
  EXPECT_GT(errors, first / 20) << "the radio is to be bad";
  EXPECT_GT(repeated, errors / 2);
  // Activations, and repetitions; a packet every 10 ms would have 600.
  const std::int64_t dcis = dcis_of(seen.records);
  EXPECT_GE(dcis, repeated);
  EXPECT_LT(dcis, 400);
  EXPECT_GT(seen.ledger[0].delivered, seen.ledger[0].in * 95 / 100);
}

TEST(SemiPersistent, ends_with_a_handover_and_begins_anew_in_the_target) {
  const CellKind n28 = CellKind::n28_fdd;
  const auto run_with = [&](const std::vector<std::string>& more) {
    return drive(two_sites(n28, packets_every(20'000'000)), plain_mobility(n28) + more);
  };
  const Drive seen = run_with(sps());
  const Drive without = run_with(um_bearer);
  const auto completed_ns = [](const Drive& drive) {
    const auto at = times(events(drive.records), analysis::COMPLETED);
    return at.empty() ? 0 : at.back();
  };
  const std::int64_t done_ns = completed_ns(seen);
  ASSERT_GT(done_ns, 0);
  std::int64_t after = 0;
  for (const analysis::KpiRecord& record : seen.records) {
    if (!record.has_packet_latency()) continue;
    const analysis::PacketLatency& packet = record.packet_latency();
    if (packet.time_ns() < done_ns + 50 * ms_ns) continue;
    ++after;
    EXPECT_LE(packet.total_ns() - packet.core_ns(), 21 * ms_ns);
  }
  EXPECT_GT(after, 20);
  // Both have the same messages and reports; without it a DCI for each packet more.
  const std::int64_t packet_count = 2'500 / 20;
  EXPECT_LT(dcis_of(seen.records), dcis_of(without.records) - packet_count * 3 / 4);
}

TEST(SemiPersistent, goes_with_its_terminals_from_part_to_part) {
  const Drive seen =
      drive(more_bwps(3, "policy: ROUND_ROBIN switching: DCI open_percent: 5 close_percent: 1",
                      udp("DOWNLINK", 3.0, 1000)),
            sps({"prb_count=8"}) + std::vector<std::string>{"terminal_group[ue].count=6",
                                                            "duration_s=3", "warm_up_s=0"});
  int switches = 0;
  std::vector<std::int64_t> newest_ns(6, 0);
  for (const analysis::KpiRecord& record : seen.records) {
    switches += record.has_bwp_switch() ? 1 : 0;
    if (!record.has_packet_latency()) continue;
    newest_ns[record.packet_latency().ue()] = record.packet_latency().time_ns();
  }
  EXPECT_GT(switches, 0);
  // Two of six stay: without occasions in other parts there were a third of these.
  std::int64_t blocks = 0;
  for (const net::TransportBlock& block : seen.blocks) {
    const bool is_late = block.slot >= base::Slot(3'000);  // From 1.5 s on.
    blocks += is_late && block.direction == base::Direction::downlink ? 1 : 0;
  }
  const std::int64_t occasions = 6 * 1'500 / 20;
  EXPECT_GT(blocks - dcis_of(seen.records, 1'500 * ms_ns), occasions * 2 / 3);
  for (const std::int64_t ns : newest_ns) EXPECT_GT(ns, 2'900 * ms_ns);
}

}  // namespace
}  // namespace redcell::scenarios
