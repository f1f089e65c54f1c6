// Goal: a handover takes the steps and the time that its rules say, loses no byte, and is where the
// limits of the scenario put it. Method: a terminal drives between two cells under a radio without
// errors; an oracle finds the sample that triggers from the bare links, and walks on over the
// timers alone. Order and number of packets come from the records, bytes from the ledger.
#include "scenarios/testbed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/scenarios/two_sites.h"

namespace redcell::scenarios {
namespace {

const CellKind n28 = CellKind::n28_fdd;
const CellKind n41 = CellKind::n41_tdd;

// What the steps of a handover take, in slots of 1 ms that begin and end with the millisecond.
constexpr std::int64_t slot_ns = ms_ns;
constexpr std::int64_t sample_ns = 20 * ms_ns;
constexpr std::size_t layer_1_samples = 10;      // 200 ms, TS 38.133 9.2.5.1.
constexpr std::int64_t switch_ns = 32 * ms_ns;   // RRC, T_processing, T_margin.
constexpr std::int64_t answer_ns = 5 * ms_ns;    // Preamble, 3 ms, answer.
constexpr std::int64_t complete_ns = 2 * ms_ns;  // Grant with K2 of one slot, PUSCH.
// SR period of 10 ms, grant, PUSCH; the report fits the first grant.
constexpr std::int64_t report_ns_max = 13 * ms_ns;

const std::vector<analysis::MobilityEventKind> one_handover{
    analysis::REPORT_RECEIVED, analysis::PREPARATION_STARTED, analysis::PREPARED,
    analysis::COMMAND_SENT,    analysis::COMMAND_RECEIVED,    analysis::COMPLETED};

struct A3 {
  double offset_db = 3;
  double hysteresis_db = 1;
  std::int64_t time_to_trigger_ms = 160;
};
std::vector<std::string> overrides(const A3& a3) {
  return {on(n28, "mobility.a3_offset_db=" + std::to_string(a3.offset_db)),
          on(n28, "mobility.hysteresis_db=" + std::to_string(a3.hysteresis_db)),
          on(n28, "mobility.time_to_trigger_ms=" + std::to_string(a3.time_to_trigger_ms))};
}

/// The sample with which the event has held long enough; nullopt: none in `duration`.
std::optional<std::int64_t> triggering_sample(const A3& a3, std::int64_t duration_ns) {
  const World world(two_sites(n28, ""), plain_mobility(n28));
  LayerChannel channel = world.channel();
  std::vector<mac::ue::CellSample> samples;
  std::deque<double> west_mw, east_mw;
  std::int64_t since = -1;
  for (std::int64_t t = 0; t < duration_ns; t += sample_ns) {
    channel.go_to(base::Slot(t / slot_ns));
    channel.measure_cells({0}, samples);
    west_mw.push_back(samples[west].rsrp_mw);
    east_mw.push_back(samples[east].rsrp_mw);
    if (west_mw.size() < layer_1_samples) continue;
    double west_sum = 0, east_sum = 0;
    for (std::size_t i = 0; i < layer_1_samples; ++i) {
      west_sum += west_mw[i];
      east_sum += east_mw[i];
    }
    west_mw.pop_front();
    east_mw.pop_front();
    const bool holds = db(east_sum / west_sum) - a3.hysteresis_db > a3.offset_db;
    if (!holds) since = -1;
    if (holds && since < 0) since = t;
    if (holds && t - since >= a3.time_to_trigger_ms * ms_ns) return t;
  }
  return std::nullopt;
}

TEST(Handover, takes_its_steps_once_and_in_order) {
  const Events seen = events(drive(two_sites(n28, ""), plain_mobility(n28)).records);
  ASSERT_EQ(kinds(seen), one_handover);
  for (const analysis::MobilityEvent& event : seen) EXPECT_EQ(event.source_cell(), west);
  EXPECT_FALSE(seen.front().has_target_cell());
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i].target_cell(), east);
}

/// Xn there and back, half of the decisions before each, up to the next slot.
std::int64_t preparation_of(std::int64_t t_ns, double xn_ms, double preparation_ms) {
  const auto hop_ns = static_cast<std::int64_t>((xn_ms + preparation_ms / 2) * 1e6);
  for (int hop = 0; hop < 2; ++hop) t_ns = (t_ns + hop_ns + slot_ns - 1) / slot_ns * slot_ns;
  return t_ns;
}

TEST(Handover, takes_as_long_as_its_rules_say) {
  const World world(two_sites(n28, ""), plain_mobility(n28));
  const std::int64_t prach_offset_ms = world.layer().radio.prach_offset.value();
  struct Case {
    double xn_ms;
    double preparation_ms;
  };
  std::vector<Case> cases{{0, 0}, {20, 30}, {5.25, 35}};
  // One after the other the commands come at all even distances from a PRACH occasion.
  for (double preparation_ms = 30; preparation_ms < 50; preparation_ms += 2) {
    cases.push_back({4, preparation_ms});
  }
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.xn_ms << " " << c.preparation_ms);
    const Events seen =
        events(drive(two_sites(n28, ""),
                     plain_mobility(n28) +
                         std::vector<std::string>{
                             "core.xn_delay_ms=" + std::to_string(c.xn_ms),
                             "core.preparation_ms=" + std::to_string(c.preparation_ms)})
                   .records);
    ASSERT_EQ(kinds(seen), one_handover);
    const std::int64_t reported = seen[0].time_ns();
    const std::int64_t sent = seen[3].time_ns();
    const std::int64_t received = seen[4].time_ns();
    EXPECT_EQ(seen[1].time_ns(), reported);
    EXPECT_EQ(seen[2].time_ns(), sent);
    EXPECT_EQ(sent, preparation_of(reported, c.xn_ms, c.preparation_ms));
    EXPECT_EQ(received, sent + slot_ns);
    EXPECT_EQ(seen[5].time_ns(),
              prach_at(received + switch_ns, 20, prach_offset_ms) + answer_ns + complete_ns);
  }
}

TEST(Handover, is_triggered_by_the_sample_that_meets_the_event) {
  for (const A3& a3 : {A3{}, A3{.offset_db = 6}, A3{.offset_db = 0}, A3{.hysteresis_db = 2.5},
                       A3{.time_to_trigger_ms = 0}, A3{.time_to_trigger_ms = 320}}) {
    const std::optional<std::int64_t> sample = triggering_sample(a3, 2'500 * ms_ns);
    ASSERT_TRUE(sample);
    const Events seen =
        events(drive(two_sites(n28, ""), plain_mobility(n28) + overrides(a3)).records);
    ASSERT_EQ(kinds(seen), one_handover);
    EXPECT_GT(seen.front().time_ns(), *sample);
    EXPECT_LE(seen.front().time_ns(), *sample + report_ns_max);
  }
}

TEST(Handover, does_not_come_when_the_neighbour_is_never_so_much_better) {
  const A3 a3{.offset_db = 15, .hysteresis_db = 15};
  EXPECT_FALSE(triggering_sample(a3, 2'500 * ms_ns));
  const Events seen = events(
      drive(two_sites(n28, ""), plain_mobility(n28) + overrides(a3) +
                                    std::vector<std::string>{on(n28, "mobility.t310_ms=6000")})
          .records);
  EXPECT_TRUE(seen.empty());
}

// --- packets ---

const std::string both_ways = udp("DOWNLINK", 2) + udp("UPLINK", 2);

/// A longer drive to and fro.
std::vector<std::string> long_drive(CellKind kind) {
  return plain_mobility(kind) + std::vector<std::string>{"duration_s=8"};
}
const std::vector<std::string> unacknowledged{"terminal_group[ue].bearer.rlc_mode=UM",
                                              "terminal_group[ue].bearer.rlc_sn_bits=12"};

/// Numbers of delivered packets, which must grow in each direction.
std::set<std::uint64_t> delivered_in_order(const Drive& run) {
  std::set<std::uint64_t> numbers;
  for (const auto direction : {analysis::DOWNLINK, analysis::UPLINK}) {
    std::uint64_t next = 0;
    for (const analysis::PacketLatency& packet : packets(run, direction)) {
      EXPECT_GE(packet.packet(), next) << direction;
      next = packet.packet() + 1;
      EXPECT_TRUE(numbers.insert(packet.packet()).second);
    }
  }
  return numbers;
}

TEST(Handover, loses_no_packet_of_an_acknowledged_bearer) {
  for (const CellKind kind : {n28, n41}) {
    const Drive run = drive(two_sites(kind, both_ways, shuttle(40)), long_drive(kind));
    EXPECT_GE(times(events(run.records), analysis::COMPLETED).size(), 3U);
    EXPECT_EQ(connections_at_end(run), 1U);
    EXPECT_GT(run.looks, 1000);
    std::uint64_t queued = 0;
    for (const ByteLedger& ledger : run.ledger) {
      EXPECT_GT(ledger.in, 1'900'000U);
      EXPECT_EQ(ledger.dropped_total(), 0U);
      EXPECT_EQ(ledger.delivered, ledger.in - ledger.queued);
      EXPECT_LE(ledger.queued, 20'000U);
      queued += ledger.queued;
    }
    const std::set<std::uint64_t> numbers = delivered_in_order(run);
    // What is not there is queued, or in the core: 5 ms of it.
    const std::uint64_t missing = *numbers.rbegin() + 1 - numbers.size();
    EXPECT_LE(missing, queued / 500 + 4);
  }
}

TEST(Handover, tells_what_became_of_each_packet_of_an_unacknowledged_bearer) {
  for (const CellKind kind : {n28, n41}) {
    const Drive run =
        drive(two_sites(kind, both_ways, shuttle(40)), long_drive(kind) + unacknowledged);
    const std::size_t handovers = times(events(run.records), analysis::COMPLETED).size();
    EXPECT_GE(handovers, 3U);
    delivered_in_order(run);
    std::uint64_t recorded[2] = {0, 0};
    for (const analysis::KpiRecord& record : run.records) {
      if (!record.has_packet_drop()) continue;
      const analysis::PacketDrop& drop = record.packet_drop();
      EXPECT_TRUE(drop.reason() == analysis::HARQ_EXHAUSTED ||
                  drop.reason() == analysis::NO_CONNECTION)
          << drop.ShortDebugString();
      recorded[drop.direction()] += static_cast<std::uint64_t>(drop.bytes());
    }
    for (const int direction : {0, 1}) {
      const ByteLedger& ledger = run.ledger[direction];
      EXPECT_EQ(recorded[direction], ledger.dropped_total());
      // No more than came in 100 ms of each.
      EXPECT_LE(ledger.dropped_total(), handovers * 30'000);
      EXPECT_GT(ledger.delivered, ledger.in * 9 / 10);
    }
  }
}

TEST(Handover, sends_packets_over_the_wire_until_the_path_is_switched) {
  constexpr std::int64_t xn_ns = 20 * ms_ns;
  constexpr std::int64_t path_switch_ns = 200 * ms_ns;
  // A packet may find its slot taken by a block that is sent again.
  constexpr std::int64_t behind_ns_max = 2 * slot_ns;
  const Drive run =
      drive(two_sites(n28, udp("DOWNLINK", 0.4, 100)),
            plain_mobility(n28) +
                std::vector<std::string>{"core.xn_delay_ms=20", "core.path_switch_ms=200"});
  const std::int64_t completed = first_time(events(run.records), analysis::COMPLETED);
  ASSERT_GT(completed, 0);
  int before = 0, over_the_wire = 0, direct = 0;
  for (const analysis::PacketLatency& packet : packets(run, analysis::DOWNLINK)) {
    const std::int64_t arrival = packet.time_ns() - packet.total_ns() + packet.core_ns();
    const std::int64_t since = arrival - completed;
    if (since < -100 * ms_ns) {
      EXPECT_LE(packet.queue_ns(), behind_ns_max);
      ++before;
    } else if (since > 100 * ms_ns && since <= path_switch_ns) {
      EXPECT_GE(packet.queue_ns(), xn_ns);
      EXPECT_LE(packet.queue_ns(), xn_ns + behind_ns_max);
      ++over_the_wire;
    } else if (since > path_switch_ns + xn_ns) {
      EXPECT_LE(packet.queue_ns(), behind_ns_max);
      ++direct;
    }
  }
  EXPECT_GT(before, 100);
  EXPECT_GE(over_the_wire, 40);
  EXPECT_GT(direct, 100);
}

// A radio without errors, and no acknowledgement: what is lost was sent to nobody.
TEST(Handover, sends_nothing_to_a_terminal_that_is_not_there_yet) {
  const Drive run = drive(two_sites(n28, udp("DOWNLINK", 2)), plain_mobility(n28) + unacknowledged);
  EXPECT_EQ(kinds(events(run.records)), one_handover);
  EXPECT_EQ(run.ledger[0].dropped_total(), 0U);
}

// --- interruption ---

std::vector<analysis::HandoverInterruption> interruptions(const Drive& run,
                                                          analysis::LinkDirection direction) {
  std::vector<analysis::HandoverInterruption> out;
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_handover_interruption() &&
        record.handover_interruption().direction() == direction) {
      out.push_back(record.handover_interruption());
    }
  }
  return out;
}

struct Gap {
  std::int64_t length_ns = 0;
  std::int64_t end_ns = 0;
};
Gap longest_gap(const std::vector<std::int64_t>& sorted) {
  Gap longest;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i] - sorted[i - 1] <= longest.length_ns) continue;
    longest = {.length_ns = sorted[i] - sorted[i - 1], .end_ns = sorted[i]};
  }
  return longest;
}

// Without acknowledgement nothing is sent twice: the first block with data delivers a packet.
TEST(Handover, records_how_long_no_packet_came_down) {
  const Drive run =
      drive(two_sites(n28, udp("DOWNLINK", 0.8, 72)), plain_mobility(n28) + unacknowledged);
  std::vector<std::int64_t> delivered;
  for (const auto& packet : packets(run, analysis::DOWNLINK)) delivered.push_back(packet.time_ns());
  const Gap gap = longest_gap(delivered);
  const auto recorded = interruptions(run, analysis::DOWNLINK);
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(recorded.front().interruption_ns(), gap.length_ns);
  EXPECT_EQ(recorded.front().time_ns(), gap.end_ns);
  EXPECT_GT(gap.length_ns, switch_ns);
}

// With a full buffer there is data in every block; those that reach the source after its bearer
// has left with the command help nobody.
TEST(Handover, records_how_long_no_block_came_up) {
  const Drive run = drive(two_sites(n28, full_buffer("UPLINK")), plain_mobility(n28));
  const std::int64_t bearer_left_ns = first_time(events(run.records), analysis::COMMAND_SENT);
  const base::CellId source{events(run.records).front().source_cell()};
  std::vector<std::int64_t> received;
  for (const net::TransportBlock& block : run.blocks) {
    if (block.direction != base::Direction::uplink || !block.ok) continue;
    const std::int64_t at_ns = (block.slot.value() + 1) * slot_ns;
    if (block.cell != source || at_ns <= bearer_left_ns) received.push_back(at_ns);
  }
  const Gap gap = longest_gap(received);
  const auto recorded = interruptions(run, analysis::UPLINK);
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(recorded.front().interruption_ns(), gap.length_ns);
  EXPECT_EQ(recorded.front().time_ns(), gap.end_ns);
}

// --- to and fro ---

std::size_t handovers_at_the_border(const std::vector<std::string>& overrides) {
  const Drive run =
      drive(two_sites(n28, "", shuttle(1)),
            plain_mobility(n28) + std::vector<std::string>{"duration_s=5"} + overrides);
  return times(events(run.records), analysis::COMPLETED).size();
}

TEST(Handover, does_not_go_to_and_fro_at_the_border) {
  const std::vector<std::string> fading{on(n28, "channel.fading=TDL_A"),
                                        on(n28, "channel.delay_spread_ns=30")};
  const std::vector<std::string> firm{on(n28, "mobility.a3_offset_db=3"),
                                      on(n28, "mobility.hysteresis_db=5")};
  const std::vector<std::string> eager{on(n28, "mobility.a3_offset_db=0"),
                                       on(n28, "mobility.hysteresis_db=0"),
                                       on(n28, "mobility.time_to_trigger_ms=0")};
  EXPECT_EQ(handovers_at_the_border(firm), 0U);
  EXPECT_LE(handovers_at_the_border(fading + firm), 1U);
  EXPECT_GE(handovers_at_the_border(fading + eager), 4U);
}

// --- one world ---

struct Identity {
  std::string world;
  std::string signature;
  std::size_t handovers = 0;
};

Identity identity(const std::vector<std::string>& overrides, int threads = 1,
                  const std::string& more = "") {
  const std::vector<std::string> crowd{"duration_s=1.5", "terminal_group[ue].count=10",
                                       on(n28, "channel.fading=TDL_A"),
                                       on(n28, "channel.delay_spread_ns=100")};
  const Recorded run =
      simulate_recorded(ready_text(two_sites(n28, udp("DOWNLINK", 1), shuttle(45)) + more,
                                   plain_mobility(n28) + crowd + overrides),
                        threads);
  Identity out{run.result.facts.world, run.result.facts.signature, 0};
  for (std::uint32_t ue = 0; ue < 10; ++ue) {
    out.handovers += times(events(run.records, ue), analysis::COMPLETED).size();
  }
  return out;
}

TEST(Handover, leaves_the_world_as_it_is) {
  const Identity reference = identity({});
  EXPECT_GE(reference.handovers, 2U);
  const Identity again =
      identity({}, 2, "target { kpi: \"handover_count\" value: 5 tolerance_percent: 5 }\n");
  EXPECT_EQ(again.world, reference.world);
  EXPECT_EQ(again.signature, reference.signature);
  for (const char* change : {"mobility.a3_offset_db=5", "mobility.time_to_trigger_ms=320",
                             "mobility.hysteresis_db=3", "scheduler.policy=ROUND_ROBIN"}) {
    const Identity other = identity({on(n28, change)});
    EXPECT_EQ(other.world, reference.world) << change;
    EXPECT_NE(other.signature, reference.signature) << change;
  }
  EXPECT_NE(identity({"seed=2"}).world, reference.world);
}

// --- background ---

TEST(Handover, logs_no_packet_of_terminals_that_only_make_load) {
  const std::string background =
      group_text("load", "count: 6 background: true placement { x_m: 95 } route { " + shuttle(45) +
                             " } bearer { rlc_sn_bits: 18 pdcp_sn_bits: 18 }") +
      "traffic { name: \"load\" terminal_group: \"load\" full_buffer { direction: DOWNLINK } }\n";
  const Drive run = drive(two_sites(n28, both_ways) + background, plain_mobility(n28));
  std::set<std::uint32_t> logged, accounted;
  std::int64_t used = 0;
  std::size_t handovers = 0;
  for (std::uint32_t ue = 1; ue <= 6; ++ue) {
    handovers += times(events(run.records, ue), analysis::COMPLETED).size();
  }
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_packet_latency()) logged.insert(record.packet_latency().ue());
    if (record.has_packet_drop()) logged.insert(record.packet_drop().ue());
    if (record.has_drive_row()) logged.insert(record.drive_row().ue());
    if (record.has_ledger() && record.ledger().bytes_delivered() > 0) {
      accounted.insert(record.ledger().ue());
    }
    if (!record.has_cell_bin()) continue;
    const analysis::CellBin& bin = record.cell_bin();
    EXPECT_GE(bin.dl_prb_slots_used(), 0);
    EXPECT_LE(bin.dl_prb_slots_used(), bin.dl_prb_slots_available());
    EXPECT_LE(bin.ul_prb_slots_used(), bin.ul_prb_slots_available());
    used += bin.dl_prb_slots_used();
  }
  EXPECT_EQ(logged, std::set<std::uint32_t>{0});
  EXPECT_EQ(accounted, (std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_GE(handovers, 3U);
  EXPECT_GT(used, 100'000);
}

}  // namespace
}  // namespace redcell::scenarios
