// One cell, one terminal, as text; runs of it in this process; and what a run recorded, taken
// apart.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/schema/kpi_log.pb.h"
#include "scenarios/load.h"
#include "scenarios/preflight.h"
#include "scenarios/resolve.h"
#include "scenarios/run.h"
#include "tests/scenarios/load_example.h"

namespace redcell::scenarios {

/// The trial's two kinds of carrier: 51 PRB of 30 kHz in DDDDDDDSUU, and 106 PRB of 15 kHz in FDD.
enum class CellKind { n41_tdd, n28_fdd };

inline std::string carrier_name(CellKind kind) { return kind == CellKind::n41_tdd ? "n41" : "n28"; }

/// A path into the one carrier: on(kind, "uplink.alpha=1").
inline std::string on(CellKind kind, const std::string& rest) {
  return "carrier[" + carrier_name(kind) + "]." + rest;
}

/// An ideal radio to start from: no fading, no transmit error, more SINR than any scheme needs. The
/// terminal `ue` stands before the mast. `traffic` is text that refers to the terminal group "ue".
inline std::string one_cell(CellKind kind, const std::string& traffic) {
  const std::string radio = kind == CellKind::n41_tdd
                                ? R"(band: "n41" scs_khz: 30 bandwidth_mhz: 100 dl_centre_mhz: 2593
  tdd { period_ms: 5 dl_slots: 7 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 })"
                                : R"(band: "n28" scs_khz: 15 bandwidth_mhz: 20
  dl_centre_mhz: 780.5 ul_centre_mhz: 725.5)";
  return R"(title: "one cell"
duration_s: 3
warm_up_s: 1
carrier {
  name: ")" +
         carrier_name(kind) + R"("
  )" + radio +
         R"(
  channel { path_loss: FREE_SPACE fading: NONE }
  evm_percent: 0
  downlink { aggregation_level: 2 }
  uplink { p0_dbm: -40 alpha: 1 dmrs { cdm_groups_without_data: 2 } }
  broadcast { sib1_first_prb: 24 }
}
site { name: "mast" height_m: 25 sector { carrier: ")" +
         carrier_name(kind) + R"(" azimuth_deg: 90 } }
capability { name: "redcap" evm_percent: 0 }
terminal_group {
  name: "ue"
  capability: "redcap"
  placement { x_m: 100 }
  bearer { rlc_mode: AM rlc_sn_bits: 18 pdcp_sn_bits: 18 }
}
core { one_way_delay_ms: 2 }
)" + traffic;
}

inline std::string full_buffer(const std::string& direction, int packet_bytes = 1500) {
  return "traffic { name: \"full-" + direction +
         "\" terminal_group: \"ue\" full_buffer { direction: " + direction +
         " packet_bytes: " + std::to_string(packet_bytes) + " } }\n";
}

/// Makes the one cell's radio a fading and noisy one: TDL-A, transmit errors as the standard allows
/// them.
inline std::vector<std::string> fading_overrides(CellKind kind, double speed_kmh,
                                                 double extra_loss_db) {
  return {on(kind, "channel.fading=TDL_A"),
          on(kind, "channel.delay_spread_ns=100"),
          on(kind, "evm_percent=3.5"),
          "capability[redcap].evm_percent=3.5",
          "terminal_group[ue].route.fading_speed_kmh=" + std::to_string(speed_kmh),
          "terminal_group[ue].extra_loss_db=" + std::to_string(extra_loss_db)};
}

inline std::vector<std::string> operator+(std::vector<std::string> a,
                                          const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Checked and resolved; the test fails when preflight finds anything.
inline schema::Scenario ready(const LoadedScenario& loaded) {
  const std::vector<Finding> findings = preflight(loaded.scenario, loaded.where);
  EXPECT_TRUE(findings.empty()) << to_text(findings);
  return resolve(loaded.scenario);
}
inline schema::Scenario ready_text(const std::string& text,
                                   const std::vector<std::string>& overrides = {}) {
  return ready(load_text(text, overrides));
}
inline schema::Scenario ready_library(const std::string& name,
                                      const std::vector<std::string>& overrides = {}) {
  return ready(load_scenario(name, overrides));
}

/// A run and every record of it.
struct Recorded {
  RunResult result;
  std::vector<analysis::KpiRecord> records;
};

inline Recorded simulate_recorded(const schema::Scenario& scenario, int threads = 1) {
  Recorded out;
  out.result = simulate(
      scenario, {.threads = threads,
                 .sink = [&](const analysis::KpiRecord& record) { out.records.push_back(record); },
                 .on_second = {}});
  return out;
}

inline double kpi(const Recorded& run, const std::string& name,
                  const std::string& statistic = "mean") {
  const analysis::Kpi* found = run.result.summary.find(name, "", statistic);
  EXPECT_NE(found, nullptr) << name << " " << statistic;
  return found == nullptr ? -1 : found->value;
}

/// Delivered packets of one direction, in the order of their delivery.
inline std::vector<analysis::PacketLatency> packets(const Recorded& run,
                                                    analysis::LinkDirection direction) {
  std::vector<analysis::PacketLatency> out;
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_packet_latency() && record.packet_latency().direction() == direction) {
      out.push_back(record.packet_latency());
    }
  }
  return out;
}

/// Sum of the full seconds of one direction, after `warm_up_s` seconds.
struct LinkSum {
  std::int64_t seconds = 0;
  std::int64_t acknowledged_bytes = 0;
  std::int64_t first_blocks = 0;
  std::int64_t first_errors = 0;
  std::int64_t residual_losses = 0;
  std::int64_t mcs_sum = 0;
  std::int64_t rank_sum = 0;
  [[nodiscard]] double bler() const {
    return static_cast<double>(first_errors) / static_cast<double>(first_blocks);
  }
  [[nodiscard]] double residual() const {
    return static_cast<double>(residual_losses) / static_cast<double>(first_blocks);
  }
  [[nodiscard]] double mean_mcs() const {
    return static_cast<double>(mcs_sum) / static_cast<double>(first_blocks);
  }
  [[nodiscard]] double mean_rank() const {
    return static_cast<double>(rank_sum) / static_cast<double>(first_blocks);
  }
  [[nodiscard]] double mbps() const {
    return static_cast<double>(acknowledged_bytes) * 8e-6 / static_cast<double>(seconds);
  }
};

inline LinkSum link_sum(const Recorded& run, analysis::LinkDirection direction, double warm_up_s) {
  LinkSum sum;
  const auto begin_ns = static_cast<std::int64_t>(warm_up_s * 1e9);
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_throughput_bin()) {
      const analysis::ThroughputBin& bin = record.throughput_bin();
      if (bin.direction() != direction || bin.time_ns() < begin_ns ||
          bin.duration_ns() != 1'000'000'000)
        continue;
      ++sum.seconds;
      sum.acknowledged_bytes += bin.mac_bytes_acked();
    }
    if (record.has_link_bin()) {
      const analysis::LinkBin& bin = record.link_bin();
      if (bin.direction() != direction || bin.time_ns() < begin_ns) continue;
      sum.first_blocks += bin.first_blocks();
      sum.first_errors += bin.first_errors();
      sum.residual_losses += bin.residual_losses();
      sum.mcs_sum += bin.mcs_sum();
      sum.rank_sum += bin.rank_sum();
    }
  }
  return sum;
}

}  // namespace redcell::scenarios
