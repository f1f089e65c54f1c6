// Goal: the latency of an idle cell is what its rules make of it, packet by packet, to the
// nanosecond. Method: an oracle walks slot by slot, in integers, over the rules alone (slot
// pattern, SR period, K2, size of the first grant); it shares nothing with the scheduler. The radio
// is free of errors. Packets come at evenly spread phases of the pattern; echoes at random ones.
#include "scenarios/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/random.h"
#include "terminals/echo_plan.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t one_way_ms = 2;
constexpr std::int64_t ip_header_bytes = 28;  // IPv4 with UDP or ICMP.

/// What the oracle knows of a cell: the slot pattern in letters and the figures of its
/// configuration.
struct Rules {
  std::int64_t slot_ns;
  std::string
      pattern;  // D: PDCCH and PDSCH. S: PDCCH and a short PDSCH, no PUSCH. U: PUSCH. B: all.
  std::int64_t k2;
  std::int64_t
      sr_period;  // The first occasion lies in the first slot of the period that is uplink.

  [[nodiscard]] char at(std::int64_t slot) const {
    return pattern[static_cast<std::size_t>(slot) % pattern.size()];
  }
  [[nodiscard]] bool has_pdcch(std::int64_t slot) const { return at(slot) != 'U'; }
  [[nodiscard]] bool has_pusch(std::int64_t slot) const {
    return at(slot) == 'U' || at(slot) == 'B';
  }
  [[nodiscard]] bool is_sr_occasion(std::int64_t slot) const {
    std::int64_t offset = 0;
    while (!has_pusch(offset)) ++offset;
    return slot % sr_period == offset;
  }
  [[nodiscard]] std::int64_t first_boundary(std::int64_t t_ns) const {
    return (t_ns + slot_ns - 1) / slot_ns;
  }
};

Rules rules_of(CellKind kind) {
  if (kind == CellKind::n41_tdd) {
    return {.slot_ns = ns_per_ms / 2, .pattern = "DDDDDDDSUU", .k2 = 2, .sr_period = 10};
  }
  return {.slot_ns = ns_per_ms, .pattern = "B", .k2 = 1, .sr_period = 10};
}

/// Where a packet's time goes, in nanoseconds.
struct Way {
  std::int64_t alignment = 0;
  std::int64_t grant = 0;
  std::int64_t queue = 0;
  std::int64_t air = 0;
  [[nodiscard]] std::int64_t total() const { return alignment + grant + queue + air; }
};

/// Downlink: the first slot with a PDSCH carries it; it is there when the slot has ended.
Way downlink_way(const Rules& rules, std::int64_t t_ns) {
  std::int64_t slot = rules.first_boundary(t_ns);
  while (!rules.has_pdcch(slot)) ++slot;
  return {.alignment = slot * rules.slot_ns - t_ns, .grant = 0, .queue = 0, .air = rules.slot_ns};
}

/// The PUSCH that follows what the network hears at a slot's boundary.
std::int64_t granted_slot(const Rules& rules, std::int64_t heard) {
  while (!rules.has_pdcch(heard) || !rules.has_pusch(heard + rules.k2)) ++heard;
  return heard + rules.k2;
}

/// Uplink: SR, first grant with what fits and a BSR, and a grant for the rest.
Way uplink_way(const Rules& rules, std::int64_t t_ns, bool fits_first_grant) {
  const std::int64_t arrival = rules.first_boundary(t_ns);
  std::int64_t aligned = arrival;
  while (!rules.has_pusch(aligned)) ++aligned;
  std::int64_t request = arrival;
  while (!rules.is_sr_occasion(request)) ++request;
  const std::int64_t first = granted_slot(rules, request + 1);
  const std::int64_t last = fits_first_grant ? first : granted_slot(rules, first + 1);
  return {.alignment = aligned * rules.slot_ns - t_ns,
          .grant = (first - aligned) * rules.slot_ns,
          .queue = (last - first) * rules.slot_ns,
          .air = rules.slot_ns};
}

void expect_way(const analysis::PacketLatency& packet, const Way& way) {
  EXPECT_EQ(packet.alignment_ns(), way.alignment);
  EXPECT_EQ(packet.grant_ns(), way.grant);
  EXPECT_EQ(packet.queue_ns(), way.queue);
  EXPECT_EQ(packet.air_ns(), way.air);
  EXPECT_EQ(packet.harq_ns() + packet.rlc_ns() + packet.reordering_ns() + packet.processing_ns(),
            0);
  EXPECT_EQ(packet.total_ns() - packet.core_ns(), way.total());
}

/// The parts sum to the time between the packet's birth and its end.
std::int64_t sum_of_parts(const analysis::PacketLatency& p) {
  return p.core_ns() + p.queue_ns() + p.alignment_ns() + p.grant_ns() + p.air_ns() +
         p.processing_ns() + p.harq_ns() + p.rlc_ns() + p.reordering_ns();
}

struct Spread {
  std::int64_t min = std::numeric_limits<std::int64_t>::max();
  std::int64_t max = 0;
  double sum = 0;
  std::int64_t count = 0;
  void add(std::int64_t x) {
    min = std::min(min, x);
    max = std::max(max, x);
    sum += static_cast<double>(x);
    ++count;
  }
  [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
};

struct Case {
  CellKind kind;
  std::int64_t payload_bytes;
};

class IdleCell : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] bool fits_first_grant() const { return GetParam().payload_bytes < 100; }
};

/// Packets at a constant distance that is a whole number of patterns and a bit: their phases cover
/// one evenly.
constexpr std::int64_t phase_count = 250;

TEST_P(IdleCell, carries_a_packet_of_every_phase_as_the_rules_have_it) {
  const auto [kind, payload] = GetParam();
  const Rules rules = rules_of(kind);
  const std::int64_t period_ns = rules.sr_period * rules.slot_ns;
  const std::int64_t step_ns = period_ns / phase_count;
  for (const auto direction : {analysis::DOWNLINK, analysis::UPLINK}) {
    const bool is_uplink = direction == analysis::UPLINK;
    const std::int64_t distance_ns = 20 * period_ns + step_ns;
    const double rate_mbps = static_cast<double>(payload) * 8e3 / static_cast<double>(distance_ns);
    const double duration_s = static_cast<double>(distance_ns * phase_count) * 1e-9;
    const std::string traffic =
        "traffic { name: \"t\" terminal_group: \"ue\" start_s: 0.0000131 udp_rate { direction: " +
        std::string(is_uplink ? "UPLINK" : "DOWNLINK") +
        " payload_bytes: " + std::to_string(payload) +
        " rate_mbps: " + fmt::format("{:.17g}", rate_mbps) + " } }\n";
    const Recorded run = simulate_recorded(ready_text(
        one_cell(kind, traffic), {fmt::format("duration_s={:.9f}", duration_s), "warm_up_s=0"}));
    const auto all = packets(run, direction);
    ASSERT_GE(static_cast<std::int64_t>(all.size()), phase_count - 1);
    Spread measured;
    Spread walked;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const analysis::PacketLatency& packet = all[k];
      SCOPED_TRACE(fmt::format("{} packet {}", is_uplink ? "uplink" : "downlink", k));
      EXPECT_EQ(packet.bytes(), payload + ip_header_bytes);
      EXPECT_EQ(sum_of_parts(packet), packet.total_ns());
      EXPECT_GE(packet.core_ns(), one_way_ms * ns_per_ms);
      EXPECT_LE(packet.core_ns(), one_way_ms * ns_per_ms + 2'000);
      // The source's own arithmetic rounds to a nanosecond.
      const std::int64_t born_ns = packet.time_ns() - packet.total_ns();
      EXPECT_NEAR(static_cast<double>(born_ns),
                  13'100.0 + static_cast<double>(k) * static_cast<double>(distance_ns), 2.0);
      const Way way = is_uplink ? uplink_way(rules, born_ns, fits_first_grant())
                                : downlink_way(rules, born_ns + packet.core_ns());
      expect_way(packet, way);
      measured.add(packet.total_ns() - packet.core_ns());
    }
    // Over every microsecond of the period.
    for (std::int64_t t_ns = period_ns + 1; t_ns <= 2 * period_ns; t_ns += 1'000) {
      walked.add(is_uplink ? uplink_way(rules, t_ns, fits_first_grant()).total()
                           : downlink_way(rules, t_ns).total());
    }
    EXPECT_NEAR(static_cast<double>(measured.min), static_cast<double>(walked.min), 1.05 * step_ns);
    EXPECT_NEAR(static_cast<double>(measured.max), static_cast<double>(walked.max), 1.05 * step_ns);
    EXPECT_NEAR(measured.mean(), walked.mean(), 1.05 * step_ns);
  }
}

TEST_P(IdleCell, answers_an_echo_after_both_ways_and_the_core) {
  const auto [kind, payload] = GetParam();
  const Rules rules = rules_of(kind);
  const std::string size = std::to_string(payload);
  const schema::Scenario scenario = ready_text(
      one_cell(kind, "traffic { name: \"p\" terminal_group: \"ue\" ping { min_payload_bytes: " +
                         size + " max_payload_bytes: " + size + " interval_ms: 1000 } }\n"),
      {"duration_s=60", "warm_up_s=0"});
  const Recorded run = simulate_recorded(scenario);
  const auto up = packets(run, analysis::UPLINK);
  const auto down = packets(run, analysis::DOWNLINK);
  std::vector<analysis::RoundTrip> trips;
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_round_trip()) trips.push_back(record.round_trip());
  }
  ASSERT_GE(trips.size(), 59U);
  ASSERT_EQ(up.size(), trips.size());
  ASSERT_EQ(down.size(), trips.size());
  const base::Random random(scenario.seed(), scenario.run());
  const terminals::EchoPlanConfig plan{
      .ue = {0}, .start = {}, .interval = base::milliseconds(1000)};
  for (std::size_t i = 0; i < trips.size(); ++i) {
    SCOPED_TRACE(fmt::format("echo {}", i));
    const std::int64_t sent_ns =
        (terminals::echo_request(plan, random, i).at - base::Instant()).value();
    const Way way_up = uplink_way(rules, sent_ns, fits_first_grant());
    expect_way(up[i], way_up);
    EXPECT_EQ(up[i].time_ns(), sent_ns + way_up.total() + up[i].core_ns());
    const std::int64_t back_ns = up[i].time_ns() + down[i].core_ns();
    const Way way_down = downlink_way(rules, back_ns);
    expect_way(down[i], way_down);
    EXPECT_EQ(trips[i].rtt_ns(),
              way_up.total() + up[i].core_ns() + down[i].core_ns() + way_down.total());
    EXPECT_EQ(trips[i].payload_bytes(), payload);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, IdleCell,
                         testing::Values(Case{CellKind::n41_tdd, 32}, Case{CellKind::n41_tdd, 1472},
                                         Case{CellKind::n28_fdd, 32},
                                         Case{CellKind::n28_fdd, 1472}),
                         [](const auto& each) {
                           return carrier_name(each.param.kind) + "_" +
                                  std::to_string(each.param.payload_bytes) + "_bytes";
                         });

}  // namespace
}  // namespace redcell::scenarios
