// Two cells that look at each other, a terminal between them, and what a drive from one to the
// other leaves: records, blocks on the air, and a ledger that is read while the run goes on.
#pragma once

#include <gtest/gtest.h>
#include <ns3/callback.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "net/simulation.h"
#include "net/traces.h"
#include "scenarios/testbed.h"
#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {

inline constexpr std::int64_t ms_ns = 1'000'000;
inline constexpr double site_distance_m = 200;
inline constexpr std::uint32_t west = 0;
inline constexpr std::uint32_t east = 1;

/// Ideal radio as in one_cell(). The terminal starts west of the middle and drives east, 120 km/h:
/// in 5 ms less than 17 cm. Slots of 1 ms, PRACH and SS/PBCH blocks every 20 ms. `route` is more
/// text for the route of the group "ue".
inline std::string two_sites(CellKind kind, const std::string& traffic,
                             const std::string& route = "speed_kmh: 120 heading_deg: 90") {
  std::string text = no_cell(
      kind, site_text(kind, {.name = "west", .azimuth_deg = 90}) +
                site_text(kind, {.name = "east", .x_m = site_distance_m, .azimuth_deg = 270}) +
                traffic);
  const std::string placement = "placement { x_m: 100 }";
  text.replace(text.find(placement), placement.size(),
               "placement { x_m: 95 }\n  route { " + route + " }");
  return text;
}

/// Decisions of whole slots, so that each step ends with one; no filter of layer 3.
inline std::vector<std::string> plain_mobility(CellKind kind) {
  return {"duration_s=2.5",
          "warm_up_s=0",
          "core.xn_delay_ms=4",
          "core.preparation_ms=30",
          on(kind, "mobility.filter_coefficient=0"),
          on(kind, "mobility.time_to_trigger_ms=160")};
}

/// To and fro over the middle, `half_m` to each side of it.
inline std::string shuttle(double half_m, double speed_kmh = 120) {
  const auto point = [](double x_m) { return "way_point { x_m: " + std::to_string(x_m) + " } "; };
  return "speed_kmh: " + std::to_string(speed_kmh) + " loop: true " +
         point(site_distance_m / 2 - half_m) + point(site_distance_m / 2 + half_m);
}

inline std::string udp(const std::string& direction, double rate_mbps, int payload_bytes = 472) {
  return "traffic { name: \"udp-" + direction +
         "\" terminal_group: \"ue\" udp_rate { direction: " + direction +
         " payload_bytes: " + std::to_string(payload_bytes) +
         " rate_mbps: " + std::to_string(rate_mbps) + " } }\n";
}

/// What was seen of a run from outside.
struct Drive {
  std::vector<analysis::KpiRecord> records;
  std::vector<net::TransportBlock> blocks;  ///< As the RAN node's trace tells them.
  std::int64_t looks = 0;
  ByteLedger ledger[2];  ///< [direction] Of the first terminal, at the end.
  std::string world;
};

inline void expect_balance(const Testbed& testbed) {
  for (std::uint32_t ue = 0; ue < testbed.terminal_count(); ++ue) {
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      const ByteLedger ledger = testbed.ledger({ue}, direction);
      // Unsigned: a negative queue would be enormous.
      ASSERT_LE(ledger.queued, ledger.in) << ue;
      ASSERT_EQ(ledger.in, ledger.delivered + ledger.queued + ledger.dropped_total()) << ue;
    }
  }
}

inline void keep_block(std::vector<net::TransportBlock>* blocks, const net::TransportBlock& block) {
  blocks->push_back(block);
}

/// Runs it; the ledgers are held against each other every 7 ms.
inline Drive drive(const std::string& text, const std::vector<std::string>& overrides) {
  const schema::Scenario scenario = ready_text(text, overrides);
  Drive out;
  net::seed_simulation(scenario.seed(), scenario.run());
  {
    Testbed testbed(
        scenario, {.threads = 1, .user_nodes = {}, .sink = [&](const analysis::KpiRecord& record) {
                     out.records.push_back(record);
                   }});
    testbed.network().gnb_device()->TraceConnectWithoutContext(
        "TransportBlock", ns3::MakeBoundCallback(&keep_block, &out.blocks));
    testbed.start();
    for (base::Duration at; at < testbed.duration(); at += base::milliseconds(7)) {
      ns3::Simulator::Schedule(ns3::NanoSeconds(at.value() + 1), [&testbed, &out] {
        expect_balance(testbed);
        ++out.looks;
      });
    }
    net::run_simulation(testbed.duration(), {});
    testbed.finish();
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      out.ledger[static_cast<std::size_t>(direction)] = testbed.ledger({0}, direction);
    }
  }
  net::destroy_simulation();
  return out;
}

using Events = std::vector<analysis::MobilityEvent>;

/// Of one terminal, in order.
inline Events events(const std::vector<analysis::KpiRecord>& records, std::uint32_t ue = 0) {
  Events out;
  for (const analysis::KpiRecord& record : records) {
    if (record.has_mobility_event() && record.mobility_event().ue() == ue) {
      out.push_back(record.mobility_event());
    }
  }
  return out;
}

inline std::vector<analysis::MobilityEventKind> kinds(const Events& events) {
  std::vector<analysis::MobilityEventKind> out;
  for (const analysis::MobilityEvent& event : events) out.push_back(event.kind());
  return out;
}

/// Times of the events of a kind.
inline std::vector<std::int64_t> times(const Events& events, analysis::MobilityEventKind kind) {
  std::vector<std::int64_t> out;
  for (const analysis::MobilityEvent& event : events) {
    if (event.kind() == kind) out.push_back(event.time_ns());
  }
  return out;
}

/// Time of the first event of a kind; -1: there is none.
inline std::int64_t first_time(const Events& events, analysis::MobilityEventKind kind) {
  const std::vector<std::int64_t> all = times(events, kind);
  return all.empty() ? -1 : all.front();
}

/// Delivered packets of the first terminal in one direction, in the order of their delivery.
inline std::vector<analysis::PacketLatency> packets(const Drive& run,
                                                    analysis::LinkDirection direction) {
  std::vector<analysis::PacketLatency> out;
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_packet_latency() && record.packet_latency().ue() == 0 &&
        record.packet_latency().direction() == direction) {
      out.push_back(record.packet_latency());
    }
  }
  return out;
}

/// Connections that the network holds in all cells together, at the end.
inline std::uint32_t connections_at_end(const Drive& run) {
  std::map<std::uint32_t, std::uint32_t> last;
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_cell_bin()) last[record.cell_bin().cell()] = record.cell_bin().connected();
  }
  std::uint32_t sum = 0;
  for (const auto& [cell, count] : last) sum += count;
  return sum;
}

/// First PRACH occasion of slots of 1 ms at or after t.
inline std::int64_t prach_at(std::int64_t t_ns, std::int64_t period_ms, std::int64_t offset_ms) {
  const std::int64_t behind = t_ns - offset_ms * ms_ns;
  const std::int64_t period_ns = period_ms * ms_ns;
  return (behind + period_ns - 1) / period_ns * period_ns + offset_ms * ms_ns;
}

}  // namespace redcell::scenarios
