// A run's folder for tests: a terminal on its way, and one that only makes load.
#pragma once

#include <cmath>
#include <string>

#include "analysis/kpi_log.h"
#include "tests/analysis/field/log_file.h"

namespace redcell::analysis {

struct FakeRun {
  int seconds = 60;
  double more_mbps = 0.0;  ///< On every second's rate.
  std::string world = "abc";
  bool moves = true;
  bool hands_over = false;  ///< Every second, and loses the link as often.
  int bwp_switches = 0;     ///< To and fro between parts 0 and 1, one a second, gaps of 10 ms.
};

inline KpiRecord bwp_switch(int number) {
  KpiRecord record;
  BwpSwitch& change = *record.mutable_bwp_switch();
  change.set_time_ns((number + 1) * std::int64_t{1'000'000'000});
  change.set_ue(0);
  change.set_cell(0);
  change.set_from_bwp(static_cast<std::uint32_t>(number % 2));
  change.set_to_bwp(static_cast<std::uint32_t>(1 - number % 2));
  change.set_cause(number % 2 == 0 ? BWP_BY_RRC : BWP_BY_TIMER);
  change.set_gap_ns(10'000'000);
  return record;
}

/// Bytes a second are whole.
inline double run_rate_mbps(int second, double more_mbps) {
  return 40.0 + 8.0 * (second * 7 % 11) + more_mbps;
}

inline void write_run(const LogFolder& folder, const std::string& name, const FakeRun& run) {
  std::filesystem::create_directories(folder.path(name));
  KpiLogWriter log(folder.path(name + "/kpi.log"));
  constexpr std::int64_t second_ns = 1'000'000'000;
  KpiRecord start;
  RunStart& begin = *start.mutable_run_start();
  begin.set_scenario("A drive");
  begin.set_seed(3);
  begin.set_run(1);
  begin.set_warm_up_ns(2 * second_ns);
  const auto add_group = [&](const char* group, std::uint32_t first, bool background) {
    RunStart::Group& added = *begin.add_groups();
    added.set_name(group);
    added.set_first_ue(first);
    added.set_count(1);
    added.set_background(background);
  };
  add_group("car", 0, false);
  add_group("load", 1, true);
  log.write(start);
  for (int i = 0; i < run.seconds; ++i) {
    for (std::uint32_t ue = 0; ue < 2; ++ue) {
      KpiRecord bin;
      ThroughputBin& rate = *bin.mutable_throughput_bin();
      rate.set_time_ns(i * second_ns);
      rate.set_duration_ns(second_ns);
      rate.set_ue(ue);
      rate.set_direction(DOWNLINK);
      const auto bytes = std::llround(run_rate_mbps(i, run.more_mbps) * 125e3);
      rate.set_mac_bytes_acked(bytes);
      rate.set_payload_bytes(bytes - 1000);
      log.write(bin);
    }
    for (const int ms : {24, 26}) {
      KpiRecord echo;
      echo.mutable_round_trip()->set_time_ns(i * second_ns + ms * 1'000'000);
      echo.mutable_round_trip()->set_ue(0);
      echo.mutable_round_trip()->set_rtt_ns(ms * 1'000'000);
      log.write(echo);
    }
    for (const MobilityEventKind kind : {COMPLETED, RADIO_LINK_FAILURE}) {
      if (!run.hands_over) break;
      KpiRecord event;
      event.mutable_mobility_event()->set_time_ns(i * second_ns);
      event.mutable_mobility_event()->set_ue(0);
      event.mutable_mobility_event()->set_kind(kind);
      log.write(event);
    }
    if (!run.moves) continue;
    KpiRecord record;
    DriveRow& row = *record.mutable_drive_row();
    row.set_time_ns(i * second_ns);
    row.set_duration_ns(second_ns);
    row.set_ue(0);
    row.set_east_mm(i * 10'000);
    row.set_north_mm(0);
    row.set_cell(static_cast<std::uint32_t>(i / 20));
    row.set_ss_rsrp_mdbm(-80'000 - 1000 * (i % 7));
    row.set_dl_bytes_acked(std::llround(run_rate_mbps(i, run.more_mbps) * 125e3));
    row.set_connected(1);
    log.write(record);
  }
  for (int i = 0; i < run.bwp_switches; ++i) log.write(bwp_switch(i));
  KpiRecord end;
  end.mutable_run_end()->set_simulated_ns(run.seconds * second_ns);
  log.write(end);
  log.flush();
  static_cast<void>(
      folder.write(name + "/summary.json", "{\"run\": {\"world\": \"" + run.world + "\"}}"));
}

}  // namespace redcell::analysis
