// Goal: whatever fails on the way between two cells, no byte is lost without a trace, the events
// say what happened, and the terminal comes back as soon as its timers allow. Method: limits that
// cannot be met, one at a time; times from an oracle over the timers alone. The ledgers are held
// against each other every 7 ms while a run goes on.
#include "scenarios/testbed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "phy/link/control_error.h"
#include "tests/scenarios/two_sites.h"

namespace redcell::scenarios {
namespace {

const CellKind n28 = CellKind::n28_fdd;
const CellKind n41 = CellKind::n41_tdd;

// Slots of 1 ms.
constexpr std::int64_t slot_ns = ms_ns;
constexpr std::int64_t sample_ns = 20 * ms_ns;
constexpr std::int64_t xn_ns = 4 * ms_ns;
constexpr std::int64_t switch_ns = 32 * ms_ns;
constexpr std::int64_t selection_ns = 100 * ms_ns;
constexpr std::int64_t response_window_ns = 10 * ms_ns;
constexpr int preambles_max = 10;
constexpr std::int64_t answer_ns = 5 * ms_ns;  // Preamble, 3 ms, answer.
// A preamble, its answer after 3 ms, the request after 3 ms, the set-up after 4 ms; a slot each.
constexpr std::int64_t reestablishment_ns = (1 + 3 + 1 + 3 + 1 + 4 + 1) * slot_ns;

const std::string both_ways = udp("DOWNLINK", 2) + udp("UPLINK", 2);
const std::vector<std::string> unacknowledged{"terminal_group[ue].bearer.rlc_mode=UM",
                                              "terminal_group[ue].bearer.rlc_sn_bits=12"};
/// An answer to a preamble mostly comes too late.
std::vector<std::string> late_access(CellKind kind) {
  return {on(kind, "mobility.t304_ms=50"), on(kind, "uplink.prach_period_ms=160")};
}

std::int64_t prach_offset_ms(const std::vector<std::string>& overrides) {
  return World(two_sites(n28, ""), plain_mobility(n28) + overrides)
      .layer()
      .radio.prach_offset.value();
}

/// Packets of both directions have come until the end.
void expect_traffic_until(const Drive& run, std::int64_t end_ns) {
  for (const auto direction : {analysis::DOWNLINK, analysis::UPLINK}) {
    const std::vector<analysis::PacketLatency> all = packets(run, direction);
    ASSERT_FALSE(all.empty());
    EXPECT_GT(all.back().time_ns(), end_ns - 50 * ms_ns) << direction;
  }
}

void expect_nothing_dropped(const Drive& run) {
  for (const ByteLedger& ledger : run.ledger) EXPECT_EQ(ledger.dropped_total(), 0U);
}

TEST(HandoverFailure, ends_with_t304_and_a_new_connection) {
  const Drive run = drive(two_sites(n28, both_ways), plain_mobility(n28) + late_access(n28));
  const Events seen = events(run.records);
  const std::vector<analysis::MobilityEventKind> expected{
      analysis::REPORT_RECEIVED, analysis::PREPARATION_STARTED, analysis::PREPARED,
      analysis::COMMAND_SENT,    analysis::COMMAND_RECEIVED,    analysis::EXECUTION_FAILED,
      analysis::REESTABLISHED};
  ASSERT_EQ(kinds(seen), expected);
  const std::int64_t offset_ms = prach_offset_ms(late_access(n28));
  const std::int64_t received = seen[4].time_ns();
  ASSERT_GT(prach_at(received + switch_ns, 160, offset_ms) + answer_ns, received + 50 * ms_ns);
  EXPECT_EQ(seen[5].time_ns(), received + 50 * ms_ns);
  EXPECT_EQ(seen[5].target_cell(), east);
  // The bearer had been sent there with the command.
  EXPECT_EQ(seen[6].time_ns(),
            prach_at(seen[5].time_ns() + selection_ns, 160, offset_ms) + reestablishment_ns);
  EXPECT_EQ(seen[6].target_cell(), east);
  expect_nothing_dropped(run);
  expect_traffic_until(run, 2'500 * ms_ns);
}

TEST(HandoverFailure, happens_again_and_again_without_a_loss) {
  for (const CellKind kind : {n28, n41}) {
    const Drive run =
        drive(two_sites(kind, both_ways, shuttle(40)),
              plain_mobility(kind) + late_access(kind) + std::vector<std::string>{"duration_s=8"});
    const Events seen = events(run.records);
    const auto failed = times(seen, analysis::EXECUTION_FAILED);
    EXPECT_GE(failed.size(), 2U);
    EXPECT_EQ(times(seen, analysis::REESTABLISHED).size(), failed.size());
    expect_nothing_dropped(run);
    EXPECT_EQ(connections_at_end(run), 1U);
    expect_traffic_until(run, 8'000 * ms_ns);
  }
}

TEST(HandoverFailure, costs_an_unacknowledged_bearer_what_was_on_its_way) {
  const Drive run =
      drive(two_sites(n28, both_ways), plain_mobility(n28) + late_access(n28) + unacknowledged);
  EXPECT_EQ(times(events(run.records), analysis::REESTABLISHED).size(), 1U);
  for (const analysis::KpiRecord& record : run.records) {
    if (!record.has_packet_drop()) continue;
    EXPECT_TRUE(record.packet_drop().reason() == analysis::HARQ_EXHAUSTED ||
                record.packet_drop().reason() == analysis::NO_CONNECTION)
        << record.ShortDebugString();
  }
  expect_traffic_until(run, 2'500 * ms_ns);
}

TEST(HandoverFailure, ends_with_the_last_preamble_that_nobody_hears) {
  const std::vector<std::string> whisper{on(n28, "mobility.preamble_target_dbm=-202")};
  const Drive run = drive(two_sites(n28, both_ways),
                          plain_mobility(n28) + whisper + std::vector<std::string>{"duration_s=3"});
  const Events seen = events(run.records);
  const std::int64_t received = first_time(seen, analysis::COMMAND_RECEIVED);
  ASSERT_GT(received, 0);
  const std::int64_t first = prach_at(received + switch_ns, 20, prach_offset_ms(whisper));
  EXPECT_EQ(first_time(seen, analysis::EXECUTION_FAILED),
            first + (preambles_max - 1) * 20 * ms_ns + slot_ns + response_window_ns);
  EXPECT_GE(times(seen, analysis::REESTABLISHMENT_FAILED).size(), 3U);
  EXPECT_EQ(first_time(seen, analysis::REESTABLISHED), -1);
  expect_nothing_dropped(run);
  for (const auto direction : {analysis::DOWNLINK, analysis::UPLINK}) {
    for (const analysis::PacketLatency& packet : packets(run, direction)) {
      EXPECT_LE(packet.time_ns() - packet.core_ns(), received);
    }
  }
}

// The command never comes, because the source fades before it is prepared.
TEST(HandoverFailure, comes_before_the_command_when_preparation_takes_too_long) {
  const Drive run =
      drive(two_sites(n28, both_ways),
            plain_mobility(n28) + std::vector<std::string>{
                                      "duration_s=3", "core.preparation_ms=1000",
                                      on(n28, "mobility.t310_ms=50"), on(n28, "mobility.n310=1")});
  const Events seen = events(run.records);
  EXPECT_EQ(first_time(seen, analysis::COMMAND_RECEIVED), -1);
  // Reports go on; one preparation is enough.
  EXPECT_GE(times(seen, analysis::REPORT_RECEIVED).size(), 2U);
  EXPECT_EQ(times(seen, analysis::PREPARATION_STARTED).size(), 1U);
  EXPECT_EQ(times(seen, analysis::RADIO_LINK_FAILURE).size(), 1U);
  ASSERT_EQ(times(seen, analysis::REESTABLISHED).size(), 1U);
  EXPECT_EQ(connections_at_end(run), 1U);
  EXPECT_EQ(seen.back().kind(), analysis::REESTABLISHED);
  EXPECT_EQ(seen.back().target_cell(), east);
  expect_nothing_dropped(run);
  expect_traffic_until(run, 3'000 * ms_ns);
}

// What source and target still have to decide keeps no other message on the wire waiting.
TEST(HandoverFailure, is_mended_however_long_the_preparation_would_have_taken) {
  std::vector<std::int64_t> mended;
  for (const char* preparation_ms : {"900", "1000"}) {
    const Drive run =
        drive(two_sites(n28, both_ways),
              plain_mobility(n28) +
                  std::vector<std::string>{
                      "duration_s=3", std::string("core.preparation_ms=") + preparation_ms,
                      on(n28, "mobility.t310_ms=50"), on(n28, "mobility.n310=1")});
    mended.push_back(first_time(events(run.records), analysis::REESTABLISHED));
  }
  EXPECT_GT(mended[0], 0);
  EXPECT_EQ(mended[0], mended[1]);
}

// --- radio link failure ---

/// No handover saves the terminal: it drives into the neighbour's cell until it hears its own no
/// more.
std::vector<std::string> stubborn(int n310, int t310_ms) {
  return {"duration_s=3.2", on(n28, "mobility.a3_offset_db=15"),
          on(n28, "mobility.hysteresis_db=15"), on(n28, "mobility.n310=" + std::to_string(n310)),
          on(n28, "mobility.t310_ms=" + std::to_string(t310_ms))};
}

/// TS 38.133 8.1: a PDCCH of level 8 would be lost in more than 10 %, over the last 200 ms.
std::optional<std::int64_t> out_of_sync_sample(int n310, std::int64_t duration_ns) {
  const World world(two_sites(n28, ""), plain_mobility(n28));
  LayerChannel channel = world.channel();
  std::vector<mac::ue::CellSample> samples;
  std::deque<double> last;
  int in_a_row = 0;
  for (std::int64_t t = 0; t < duration_ns; t += sample_ns) {
    channel.go_to(base::Slot(t / slot_ns));
    channel.measure_cells({0}, samples);
    last.push_back(samples[west].sinr_lin);
    if (last.size() > 10) last.pop_front();
    if (last.size() < 10) continue;
    double sum = 0;
    for (const double sinr : last) sum += sinr;
    const bool lost = phy::dci_error_rate({.aggregation_level = 8}, sum / 10) > 0.1;
    in_a_row = lost ? in_a_row + 1 : 0;
    if (in_a_row == n310) return t;
  }
  return std::nullopt;
}

TEST(HandoverFailure, is_a_radio_link_failure_when_n310_and_t310_are_over) {
  struct Case {
    int n310;
    int t310_ms;
  };
  for (const Case& c : {Case{1, 50}, Case{10, 50}, Case{10, 500}, Case{1, 1000}, Case{3, 0}}) {
    SCOPED_TRACE(testing::Message() << c.n310 << " " << c.t310_ms);
    const auto sample = out_of_sync_sample(c.n310, 3'200 * ms_ns);
    ASSERT_TRUE(sample);
    const Drive run = drive(two_sites(n28, ""), plain_mobility(n28) + stubborn(c.n310, c.t310_ms));
    const Events seen = events(run.records);
    const std::vector<analysis::MobilityEventKind> expected{analysis::RADIO_LINK_FAILURE,
                                                            analysis::REESTABLISHED};
    ASSERT_EQ(kinds(seen), expected);
    // A timer of no length ends with the next slot.
    EXPECT_EQ(seen[0].time_ns(), *sample + std::max<std::int64_t>(c.t310_ms, 1) * ms_ns);
    EXPECT_EQ(seen[0].source_cell(), west);
    const std::int64_t preamble =
        prach_at(seen[0].time_ns() + selection_ns, 20, prach_offset_ms({}));
    // The bearer is asked for and comes.
    EXPECT_EQ(seen[1].time_ns(), preamble + reestablishment_ns + 2 * xn_ns);
    EXPECT_EQ(seen[1].target_cell(), east);
  }
}

TEST(HandoverFailure, loses_nothing_of_an_acknowledged_bearer_in_a_coverage_hole) {
  const Drive run = drive(two_sites(n28, both_ways), plain_mobility(n28) + stubborn(10, 500));
  EXPECT_EQ(times(events(run.records), analysis::RADIO_LINK_FAILURE).size(), 1U);
  EXPECT_EQ(times(events(run.records), analysis::REESTABLISHED).size(), 1U);
  expect_nothing_dropped(run);
  expect_traffic_until(run, 3'200 * ms_ns);
}

// The terminal is in the target before its bearer.
TEST(HandoverFailure, does_not_follow_from_a_slow_wire) {
  const Drive run = drive(two_sites(n28, both_ways),
                          plain_mobility(n28) + std::vector<std::string>{"core.xn_delay_ms=100"});
  const Events seen = events(run.records);
  ASSERT_EQ(times(seen, analysis::COMPLETED).size(), 1U);
  EXPECT_LT(first_time(seen, analysis::COMPLETED),
            first_time(seen, analysis::COMMAND_SENT) + 100 * ms_ns);
  expect_nothing_dropped(run);
  expect_traffic_until(run, 2'500 * ms_ns);
}

// Blocks are sent once and RLC PDUs twice; T310 is out of reach.
TEST(HandoverFailure, is_mended_when_an_acknowledged_bearer_gives_up) {
  const Drive run =
      drive(two_sites(n28, udp("DOWNLINK", 1), shuttle(20, 60)),
            plain_mobility(n28) +
                std::vector<std::string>{
                    "duration_s=5", on(n28, "harq.max_transmissions=1"),
                    on(n28, "channel.fading=TDL_A"), on(n28, "channel.delay_spread_ns=100"),
                    on(n28, "mobility.t310_ms=6000"), "terminal_group[ue].extra_loss_db=75",
                    "terminal_group[ue].bearer.max_retransmissions=1"});
  const Events seen = events(run.records);
  std::vector<std::int64_t> given_up;
  for (const analysis::KpiRecord& record : run.records) {
    if (!record.has_packet_drop()) continue;
    const analysis::PacketDrop& drop = record.packet_drop();
    if (drop.reason() == analysis::RLC_RETRANSMISSIONS) {
      given_up.push_back(drop.time_ns());
    } else {
      // What is sent again after the failure may come later than t-Reordering lets it.
      EXPECT_EQ(drop.reason(), analysis::REORDERING_TIMER);
    }
  }
  ASSERT_FALSE(given_up.empty());
  const auto failures = times(seen, analysis::RADIO_LINK_FAILURE);
  for (const std::int64_t t : given_up) {
    EXPECT_TRUE(std::find(failures.begin(), failures.end(), t) != failures.end()) << t;
  }
  // Goes on after each: a packet is delivered within half a second of each new connection.
  const auto delivered = packets(run, analysis::DOWNLINK);
  for (const std::int64_t t : times(seen, analysis::REESTABLISHED)) {
    if (t > 4'400 * ms_ns) continue;
    EXPECT_TRUE(std::any_of(delivered.begin(), delivered.end(), [&](const auto& packet) {
      return packet.time_ns() > t && packet.time_ns() < t + 500 * ms_ns;
    })) << t;
  }
  EXPECT_GE(times(seen, analysis::REESTABLISHED).size(), 2U);
}

}  // namespace
}  // namespace redcell::scenarios
