#include "analysis/compare/side.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/compare/bootstrap.h"
#include "analysis/field/column_maps.h"
#include "analysis/field/import.h"
#include "analysis/kpi_log.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

/// Means of seconds. What is added comes in order of time for each terminal.
class Seconds {
 public:
  void add(std::uint32_t ue, double time_s, DriveColumn column, double value) {
    if (std::isnan(value)) return;
    const auto second = static_cast<std::int64_t>(std::floor(time_s));
    Sum& sum = sums_[{ue, static_cast<std::size_t>(column)}];
    if (sum.count > 0 && sum.second != second) close(ue, column, sum);
    sum.second = second;
    sum.total += value;
    ++sum.count;
  }
  /// Sorted by terminal and time.
  [[nodiscard]] std::array<Series, drive_figure_count> finish() {
    for (auto& [key, sum] : sums_) close(key.first, static_cast<DriveColumn>(key.second), sum);
    for (Series& one : series_) {
      std::stable_sort(one.begin(), one.end(),
                       [](const SecondSample& a, const SecondSample& b) { return a.ue < b.ue; });
    }
    return std::move(series_);
  }

 private:
  struct Sum {
    std::int64_t second = 0;
    double total = 0.0;
    int count = 0;
  };
  void close(std::uint32_t ue, DriveColumn column, Sum& sum) {
    if (sum.count > 0) series_[column].push_back({ue, sum.second, sum.total / sum.count});
    sum = {};
  }

  std::map<std::pair<std::uint32_t, std::size_t>, Sum> sums_;  ///< [ue, column]
  std::array<Series, drive_figure_count> series_;
};

/// Figures that a run's own bins and echoes tell better than its drive rows.
bool comes_from_bins(std::size_t column) {
  return column >= DL_THROUGHPUT_MBPS && column <= RTT_MS;
}

/// Metres driven between handovers that follow one another, after warm-up.
std::vector<double> handover_distances(const DriveLog& log, std::int64_t warm_up_ns) {
  std::vector<double> distances_m;
  for (const DriveOfTerminal* drive : log.terminals()) {
    auto event = drive->events.begin();
    const DriveRow* before = nullptr;
    std::optional<double> since_m;  // Nothing before the first handover.
    for (const DriveRow& row : drive->rows) {
      if (before != nullptr && since_m) {
        *since_m += std::hypot(static_cast<double>(row.east_mm() - before->east_mm()),
                               static_cast<double>(row.north_mm() - before->north_mm())) /
                    1e3;
      }
      before = &row;
      for (; event != drive->events.end() && event->time_ns() < row.time_ns() + row.duration_ns();
           ++event) {
        if (event->kind() != COMPLETED || event->time_ns() < warm_up_ns) continue;
        if (since_m) distances_m.push_back(*since_m);
        since_m = 0.0;
      }
    }
  }
  return distances_m;
}

/// Adds up what each slice had.
class SliceCounter {
 public:
  void add(const KpiRecord& record) {
    if (record.has_run_start()) begin(record.run_start());
    if (slices_.empty()) return;
    if (record.has_link_bin() && record.link_bin().time_ns() >= warm_up_ns_) {
      const LinkBin& bin = record.link_bin();
      if (SliceUse* slice = slice_of(bin.ue())) {
        slice->prb_slots[static_cast<std::size_t>(bin.direction())] += bin.prb_sum();
      }
    }
    if (record.has_throughput_bin() && record.throughput_bin().time_ns() >= warm_up_ns_) {
      const ThroughputBin& bin = record.throughput_bin();
      if (SliceUse* slice = slice_of(bin.ue())) {
        slice->bytes[static_cast<std::size_t>(bin.direction())] += bin.mac_bytes_acked();
      }
    }
    if (record.has_cell_bin() && record.cell_bin().time_ns() >= warm_up_ns_) {
      available_[DOWNLINK] += record.cell_bin().dl_prb_slots_available();
      available_[UPLINK] += record.cell_bin().ul_prb_slots_available();
    }
  }
  void finish(Side& side) {
    side.slices = std::move(slices_);
    side.prb_slots = available_;
  }

 private:
  void begin(const RunStart& start) {
    warm_up_ns_ = start.warm_up_ns();
    groups_.assign(start.groups().begin(), start.groups().end());
    for (const RunStart::Group& group : groups_) {
      const bool known = std::any_of(slices_.begin(), slices_.end(), [&](const SliceUse& use) {
        return use.slice == group.slice();
      });
      if (group.has_slice() && !known) slices_.push_back({.slice = group.slice()});
    }
  }
  [[nodiscard]] SliceUse* slice_of(std::uint32_t ue) {
    for (const RunStart::Group& group : groups_) {
      if (!group.has_slice() || ue < group.first_ue() || ue - group.first_ue() >= group.count()) {
        continue;
      }
      for (SliceUse& use : slices_) {
        if (use.slice == group.slice()) return &use;
      }
    }
    return nullptr;
  }

  std::int64_t warm_up_ns_ = 0;
  std::vector<RunStart::Group> groups_;
  std::vector<SliceUse> slices_;
  std::array<std::int64_t, 2> available_{};  ///< [LinkDirection]
};

/// Takes the records of a run.
class RunLoader {
 public:
  void add(const KpiRecord& record) {
    if (record.has_run_start()) start_ = record.run_start();
    complete_ |= record.has_run_end();
    summary_.add(record);
    drive_.add(record);
    if (record.has_throughput_bin()) add_bin(record.throughput_bin());
    if (record.has_handover_interruption()) add_interruption(record.handover_interruption());
    slices_.add(record);
    bwps_.add(record);
    if (record.has_round_trip() &&
        counts(record.round_trip().ue(), record.round_trip().time_ns())) {
      const RoundTrip& trip = record.round_trip();
      seconds_.add(trip.ue(), seconds_of(trip.time_ns()), RTT_MS,
                   static_cast<double>(trip.rtt_ns()) / 1e6);
    }
  }
  void finish(Side& side) {
    visit_drive_lines(drive_, [&](const DriveLine& line) {
      if (line.time_s * 1e9 + 0.5 < static_cast<double>(start_.warm_up_ns())) return;
      for (std::size_t i = 0; i < drive_figure_count; ++i) {
        if (comes_from_bins(i)) continue;
        seconds_.add(line.ue, line.time_s, static_cast<DriveColumn>(i), line.figure[i]);
      }
    });
    side.series = seconds_.finish();
    side.summary = summary_.finish();
    side.drive = std::move(drive_);
    side.handover_distance_m = handover_distances(side.drive, start_.warm_up_ns());
    side.interruption_ms = std::move(interruption_ms_);
    slices_.finish(side);
    side.bwp_timelines = bwps_.finish(side.summary.simulated_s);
    side.counted_ns = std::llround(side.summary.simulated_s * 1e9) - start_.warm_up_ns();
    side.is_run = true;
    side.title =
        fmt::format("{} (seed {}, run {})", start_.scenario(), start_.seed(), start_.run());
    if (!complete_) side.notes.push_back("the run did not come to its end");
  }

 private:
  static double seconds_of(std::int64_t time_ns) { return static_cast<double>(time_ns) / 1e9; }
  [[nodiscard]] bool counts(std::uint32_t ue, std::int64_t time_ns) const {
    if (time_ns < start_.warm_up_ns()) return false;
    return std::none_of(start_.groups().begin(), start_.groups().end(), [&](const auto& group) {
      return group.background() && ue >= group.first_ue() && ue - group.first_ue() < group.count();
    });
  }
  void add_bin(const ThroughputBin& bin) {
    if (bin.duration_ns() < second_ns || !counts(bin.ue(), bin.time_ns())) return;
    const bool down = bin.direction() == DOWNLINK;
    const auto add = [&](DriveColumn column, std::int64_t bytes) {
      seconds_.add(bin.ue(), seconds_of(bin.time_ns()), column,
                   rate_mbps(bytes, bin.duration_ns()));
    };
    add(down ? DL_THROUGHPUT_MBPS : UL_THROUGHPUT_MBPS, bin.mac_bytes_acked());
    add(down ? DL_GOODPUT_MBPS : UL_GOODPUT_MBPS, bin.payload_bytes());
  }

  void add_interruption(const HandoverInterruption& interruption) {
    if (!counts(interruption.ue(), interruption.time_ns())) return;
    interruption_ms_[static_cast<std::size_t>(interruption.direction())].push_back(
        static_cast<double>(interruption.interruption_ns()) / 1e6);
  }

  RunStart start_;
  bool complete_ = false;
  std::array<std::vector<double>, 2> interruption_ms_;  ///< [LinkDirection]
  SliceCounter slices_;
  BwpTimelines bwps_;
  SummaryBuilder summary_;
  DriveLog drive_;
  Seconds seconds_;
};

void load_kpi_log(const std::string& path, Side& side) {
  KpiLogReader reader(path);
  RunLoader loader;
  for (KpiRecord record; reader.next(record);) loader.add(record);
  loader.finish(side);
  for (const Damage& damage : reader.damage()) {
    side.notes.push_back(fmt::format("{}: {} bytes at offset {} skipped: {}", path, damage.bytes,
                                     damage.offset, damage.what));
  }
}

/// A drive row, so that field logs are drawn like runs.
class RowMaker {
 public:
  void add(const DriveLine& line, DriveLog& log) {
    if (last_ && line.ue == ue_ && line.time_s > last_->time_s) make(line.time_s, log);
    if (!last_) ue_ = line.ue;
    if (line.ue == ue_) last_ = line;
  }
  /// True when the log names no handovers, and changes of the cell were taken for them.
  [[nodiscard]] bool finish(DriveLog& log) {
    if (last_) make(last_->time_s + 1.0, log);
    const auto is_handover = [](const KpiRecord& record) {
      return record.mobility_event().kind() == COMPLETED;
    };
    const bool named = std::any_of(events_.begin(), events_.end(), is_handover);
    if (!named) events_.insert(events_.end(), changes_.begin(), changes_.end());
    for (const KpiRecord& event : events_) log.add(event);
    return !named && !changes_.empty();
  }

 private:
  static bool known(double value) { return !std::isnan(value); }
  static std::int32_t thousandths(double value) {
    return static_cast<std::int32_t>(std::lround(value * 1e3));
  }
  [[nodiscard]] KpiRecord event_of(MobilityEventKind kind) const {
    KpiRecord record;
    MobilityEvent& event = *record.mutable_mobility_event();
    event.set_time_ns(std::llround(last_->time_s * 1e9));
    event.set_ue(ue_);
    event.set_kind(kind);
    return record;
  }
  void take_events() {
    for (const auto& [word, kind] :
         {std::pair("completed", COMPLETED), std::pair("execution_failed", EXECUTION_FAILED),
          std::pair("radio_link_failure", RADIO_LINK_FAILURE)}) {
      if (last_->events.find(word) != std::string::npos) events_.push_back(event_of(kind));
    }
    const double cell = last_->figure[CELL];
    if (!known(cell)) return;
    if (known(cell_) && cell != cell_) changes_.push_back(event_of(COMPLETED));
    cell_ = cell;
  }
  void make(double end_s, DriveLog& log) {
    take_events();
    const auto& figure = last_->figure;
    // Longer rows would draw a rate where there was a gap.
    const double duration_s = std::min(end_s - last_->time_s, 1.0);
    KpiRecord record;
    DriveRow& row = *record.mutable_drive_row();
    row.set_time_ns(std::llround(last_->time_s * 1e9));
    row.set_duration_ns(std::max<std::int64_t>(1, std::llround(duration_s * 1e9)));
    row.set_ue(ue_);
    if (known(figure[EAST_M])) east_m_ = figure[EAST_M];
    if (known(figure[NORTH_M])) north_m_ = figure[NORTH_M];
    row.set_east_mm(std::llround(east_m_ * 1e3));
    row.set_north_mm(std::llround(north_m_ * 1e3));
    if (known(figure[CELL])) row.set_cell(static_cast<std::uint32_t>(std::fmod(figure[CELL], 4e9)));
    if (known(figure[SS_RSRP_DBM])) row.set_ss_rsrp_mdbm(thousandths(figure[SS_RSRP_DBM]));
    if (known(figure[SS_RSRQ_DB])) row.set_ss_rsrq_mdb(thousandths(figure[SS_RSRQ_DB]));
    if (known(figure[SS_SINR_DB])) row.set_ss_sinr_mdb(thousandths(figure[SS_SINR_DB]));
    const auto bytes = [&](DriveColumn mac, DriveColumn above) {
      const double mbps = known(figure[mac]) ? figure[mac] : figure[above];
      return known(mbps) ? std::llround(mbps * duration_s * 1e6 / 8.0) : 0;
    };
    row.set_dl_bytes_acked(bytes(DL_THROUGHPUT_MBPS, DL_GOODPUT_MBPS));
    row.set_ul_bytes_acked(bytes(UL_THROUGHPUT_MBPS, UL_GOODPUT_MBPS));
    log.add(record);
  }

  std::optional<DriveLine> last_;
  std::uint32_t ue_ = 0;
  double east_m_ = 0.0;
  double north_m_ = 0.0;
  double cell_ = no_figure;
  std::vector<KpiRecord> events_;
  std::vector<KpiRecord> changes_;  ///< Of the serving cell.
};

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
    const Bootstrapped b = bootstrap(values, seconds_of(side.series[i]), base::Random(1, 1),
                                     static_cast<std::uint32_t>(i));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const NamedEstimate estimates[] = {{"mean", b.mean},
                                       {"median", b.median()},
                                       {"p5", b.percentile.front()},
                                       {"p95", b.percentile.back()},
                                       exact("min", *low),
                                       exact("max", *high)};
    for (const auto& [statistic, estimate] : estimates) {
      Kpi& kpi = summary.kpi.emplace_back();
      kpi.name = column_name(static_cast<DriveColumn>(i));
      kpi.statistic = statistic;
      kpi.value = estimate.value;
      kpi.ci_low = estimate.interval.low;
      kpi.ci_high = estimate.interval.high;
      kpi.samples = static_cast<std::int64_t>(b.count);
    }
  }
  return summary;
}

void load_field_log(const std::string& path, const ColumnMap& map, Side& side) {
  Seconds seconds;
  RowMaker rows;
  KpiRecord start;
  start.mutable_run_start()->set_scenario(side.title);
  side.drive.add(start);
  const ImportReport report = import_field_log(
      path, map,
      {.row =
           [&](const DriveLine& line) {
             for (std::size_t i = 0; i < drive_figure_count; ++i) {
               seconds.add(line.ue, line.time_s, static_cast<DriveColumn>(i), line.figure[i]);
             }
             rows.add(line, side.drive);
           },
       .unread = {}});
  side.handovers_are_changes = rows.finish(side.drive);
  side.handover_distance_m = handover_distances(side.drive, 0);
  side.series = seconds.finish();
  side.summary = summary_of(side);
  if (report.unread > 0) {
    side.notes.push_back(fmt::format(
        "{}: {} lines or cells could not be read; redcell import lists them", path, report.unread));
  }
}

/// Of summary.json beside the log; empty when there is none.
std::string world_of(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "summary.json";
  if (!std::filesystem::exists(path)) return {};
  try {
    const auto json = nlohmann::json::parse(read_text_file(path.string()));
    return json.at("run").at("world").get<std::string>();
  } catch (const nlohmann::json::exception& error) {
    throw LogError(
        fmt::format("{}: found no run with a world hash ({}); allowed: as a run wrote it",
                    path.string(), error.what()));
  }
}

bool is_kpi_log(const std::string& path) {
  std::array<char, kpi_log_magic.size()> head{};
  std::ifstream file(path, std::ios::binary);
  return file.read(head.data(), head.size()) && head == kpi_log_magic;
}

}  // namespace

std::vector<double> values_of(const Series& series) {
  std::vector<double> values;
  values.reserve(series.size());
  for (const SecondSample& sample : series) values.push_back(sample.value);
  return values;
}

std::vector<std::int64_t> seconds_of(const Series& series) {
  std::vector<std::int64_t> seconds;
  seconds.reserve(series.size());
  for (const SecondSample& sample : series) seconds.push_back(sample.second);
  return seconds;
}

Side load_side(const std::string& path) {
  Side side;
  side.path = path;
  side.title = std::filesystem::path(path).filename().string();
  if (side.title.empty()) side.title = path;
  const std::filesystem::path place(path);
  if (!std::filesystem::is_directory(place)) {
    if (is_kpi_log(path)) {
      load_kpi_log(path, side);
    } else {
      load_field_log(path, recognise_format(path), side);
    }
    return side;
  }
  if (std::filesystem::exists(place / "kpi.log")) {
    load_kpi_log((place / "kpi.log").string(), side);
    side.world = world_of(place);
  } else if (std::filesystem::exists(place / "drive.csv")) {
    load_field_log((place / "drive.csv").string(), *find_map("redcell"), side);
  } else {
    throw LogError(
        fmt::format("{}: found a folder without kpi.log and drive.csv; allowed: what "
                    "redcell run or redcell import wrote, or a log file",
                    path));
  }
  return side;
}

}  // namespace redcell::analysis
