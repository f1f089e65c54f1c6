#include "analysis/compare/field_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "analysis/compare/side_parts.h"
#include "analysis/field/column_maps.h"
#include "analysis/field/import.h"
#include "analysis/kpi_writer.h"
#include "analysis/mobility.h"

namespace redcell::analysis {
namespace {

bool known(double value) { return !std::isnan(value); }

/// What events a line names, in order: "completed 3>5;radio_link_failure 5". Other words are none.
std::vector<MobilityEventKind> kinds_of(const DriveLine& line) {
  std::vector<MobilityEventKind> kinds;
  std::istringstream events(line.events);
  for (std::string event; std::getline(events, event, ';');) {
    std::string word = event.substr(0, event.find(' '));
    std::transform(word.begin(), word.end(), word.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    MobilityEventKind kind{};
    if (MobilityEventKind_Parse(word, &kind)) kinds.push_back(kind);
  }
  return kinds;
}

KpiRecord event_of(const DriveLine& line, MobilityEventKind kind) {
  KpiRecord record;
  MobilityEvent& event = *record.mutable_mobility_event();
  event.set_time_ns(std::llround(line.time_s * 1e9));
  event.set_ue(line.ue);
  event.set_kind(kind);
  return record;
}

/// Takes the events of all devices and says what became of handovers.
class HandoverCounter {
 public:
  void add(const DriveLine& line) {
    for (const MobilityEventKind kind : kinds_of(line)) {
      commands_named_ |= kind == COMMAND_RECEIVED;
      events_.push_back(event_of(line, kind).mobility_event());
    }
  }
  void write(Summary& summary) {
    MobilityTracker tracker;
    MobilitySeries series;
    for (MobilityEvent& event : events_) {
      const bool is_result = event.kind() == COMPLETED || event.kind() == EXECUTION_FAILED;
      if (is_result && !commands_named_) {
        MobilityEvent command = event;
        command.set_kind(COMMAND_RECEIVED);
        series.add(command, tracker.add(command, true), true);
      }
      series.add(event, tracker.add(event, true), true);
    }
    KpiWriter writer("", summary.kpi);
    series.write(writer);
  }

 private:
  bool commands_named_ = false;
  std::vector<MobilityEvent> events_;
};

/// Of the first device, as drive rows: so its way is drawn like a run's.
class DriveMaker {
 public:
  DriveMaker(const std::vector<DriveLine>& lines, bool has_mac_rates)
      : lines_(&lines), has_mac_rates_(has_mac_rates) {
    for (const DriveLine& line : lines) {
      if (!known(line.figure[EAST_M]) || !known(line.figure[NORTH_M])) continue;
      east_m_ = line.figure[EAST_M];  // Before the first place it stood there.
      north_m_ = line.figure[NORTH_M];
      break;
    }
  }
  /// True when the log names no handovers, and changes of the cell were taken for them.
  [[nodiscard]] bool make(DriveLog& log) {
    for (std::size_t i = 0; i < lines_->size(); ++i) {
      const DriveLine& line = (*lines_)[i];
      // Longer rows would draw a rate where there was a gap.
      const double until_next_s =
          i + 1 < lines_->size() ? (*lines_)[i + 1].time_s - line.time_s : 1.0;
      log.add(row_of(line, std::min(until_next_s, 1.0)));
    }
    return add_events(log);
  }

 private:
  static std::int32_t thousandths(double value) {
    return static_cast<std::int32_t>(std::lround(value * 1e3));
  }
  /// A figure that the line does not have is not set.
  [[nodiscard]] KpiRecord row_of(const DriveLine& line, double duration_s) {
    const auto& figure = line.figure;
    KpiRecord record;
    DriveRow& row = *record.mutable_drive_row();
    row.set_time_ns(std::llround(line.time_s * 1e9));
    row.set_duration_ns(std::max<std::int64_t>(1, std::llround(duration_s * 1e9)));
    row.set_ue(line.ue);
    if (known(figure[EAST_M])) east_m_ = figure[EAST_M];
    if (known(figure[NORTH_M])) north_m_ = figure[NORTH_M];
    row.set_east_mm(std::llround(east_m_ * 1e3));
    row.set_north_mm(std::llround(north_m_ * 1e3));
    if (known(figure[CELL])) row.set_cell(static_cast<std::uint32_t>(std::fmod(figure[CELL], 4e9)));
    if (known(figure[SS_RSRP_DBM])) row.set_ss_rsrp_mdbm(thousandths(figure[SS_RSRP_DBM]));
    if (known(figure[SS_RSRQ_DB])) row.set_ss_rsrq_mdb(thousandths(figure[SS_RSRQ_DB]));
    if (known(figure[SS_SINR_DB])) row.set_ss_sinr_mdb(thousandths(figure[SS_SINR_DB]));
    const auto bytes = [&](double mbps) { return std::llround(mbps * duration_s * 1e6 / 8.0); };
    const double dl_mbps = figure[has_mac_rates_ ? DL_THROUGHPUT_MBPS : DL_GOODPUT_MBPS];
    const double ul_mbps = figure[has_mac_rates_ ? UL_THROUGHPUT_MBPS : UL_GOODPUT_MBPS];
    if (known(dl_mbps)) row.set_dl_bytes_acked(bytes(dl_mbps));
    if (known(ul_mbps)) row.set_ul_bytes_acked(bytes(ul_mbps));
    return record;
  }
  [[nodiscard]] bool add_events(DriveLog& log) const {
    std::vector<KpiRecord> named, changes;  // Changes of the serving cell.
    double cell = std::numeric_limits<double>::quiet_NaN();
    for (const DriveLine& line : *lines_) {
      for (const MobilityEventKind kind : kinds_of(line)) named.push_back(event_of(line, kind));
      const double now = line.figure[CELL];
      if (!known(now)) continue;
      if (known(cell) && now != cell) changes.push_back(event_of(line, COMPLETED));
      cell = now;
    }
    const bool names_handovers = std::any_of(named.begin(), named.end(), [](const auto& record) {
      return record.mobility_event().kind() == COMPLETED;
    });
    if (!names_handovers) named.insert(named.end(), changes.begin(), changes.end());
    for (const KpiRecord& event : named) log.add(event);
    return !names_handovers && !changes.empty();
  }

  const std::vector<DriveLine>* lines_;
  bool has_mac_rates_;
  double east_m_ = 0.0;
  double north_m_ = 0.0;
};

/// Keeps the line when it is one of the first device; of several at one time the last.
void keep_line(const DriveLine& line, std::vector<DriveLine>& lines) {
  if (!lines.empty() && line.ue != lines.front().ue) return;
  if (!lines.empty() && line.time_s <= lines.back().time_s) {
    lines.back() = line;
  } else {
    lines.push_back(line);
  }
}

/// Of one figure; exact: a figure of the log itself, not of the drive.
struct NamedEstimate {
  const char* statistic;
  Estimate estimate;
};

NamedEstimate exact(const char* statistic, double value) {
  return {statistic,
          {.value = value,
           .standard_error = 0.0,
           .degrees_of_freedom = 0.0,
           .interval = {value, value}}};
}

Summary summary_of(const Side& side) {
  Summary summary;
  summary.complete = true;
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    const std::vector<double> values = values_of(side.series[i]);
    if (!is_measure(i) || values.empty()) continue;
    const auto column = static_cast<DriveColumn>(i);
    const Bootstrapped b = bootstrap_of(side.series[i], column);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const NamedEstimate estimates[] = {{"mean", b.mean},
                                       {"median", b.median()},
                                       {"p5", b.percentile.front()},
                                       {"p95", b.percentile.back()},
                                       exact("min", *low),
                                       exact("max", *high)};
    for (const auto& [statistic, estimate] : estimates) {
      Kpi& kpi = summary.kpi.emplace_back();
      kpi.name = column_name(column);
      kpi.statistic = statistic;
      kpi.value = estimate.value;
      kpi.ci_low = estimate.interval.low;
      kpi.ci_high = estimate.interval.high;
      kpi.samples = static_cast<std::int64_t>(b.count);
    }
  }
  return summary;
}

}  // namespace

void load_field_log(const std::string& path, const ColumnMap& map, Side& side) {
  Seconds seconds;
  HandoverCounter handovers;
  KpiRecord start;
  start.mutable_run_start()->set_scenario(side.title);
  side.drive.add(start);
  const auto take = [&](const DriveLine& line) {
    for (std::size_t i = 0; i < drive_figure_count; ++i) {
      seconds.add(line.ue, line.time_s, static_cast<DriveColumn>(i), line.figure[i]);
    }
    handovers.add(line);
    keep_line(line, side.drive_lines);
  };
  const ImportReport report = import_field_log(path, map, {.row = take, .unread = {}});
  side.series = seconds.finish();
  side.origin_deg = report.order.origin_deg;
  side.handovers_are_changes = DriveMaker(side.drive_lines, has_mac_rates(side)).make(side.drive);
  side.handover_distance_m = handover_distances(side.drive, 0);
  side.summary = summary_of(side);
  handovers.write(side.summary);
  if (report.unread > 0) {
    side.notes.push_back(fmt::format(
        "{}: {} lines or cells could not be read; redcell import lists them", path, report.unread));
  }
}

}  // namespace redcell::analysis
