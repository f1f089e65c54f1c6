#include "analysis/compare/side.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/compare/field_side.h"
#include "analysis/compare/side_parts.h"
#include "analysis/field/column_maps.h"
#include "analysis/field/import.h"
#include "analysis/kpi_log.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

/// Figures that a run's own bins and echoes tell better than its drive rows.
bool comes_from_bins(std::size_t column) {
  return column >= DL_THROUGHPUT_MBPS && column <= RTT_MS;
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
      const bool counts = line.time_s * 1e9 + 0.5 >= static_cast<double>(start_.warm_up_ns());
      for (std::size_t i = 0; i < drive_figure_count; ++i) {
        // A way is counted from where it began.
        if (comes_from_bins(i) || (!counts && i != EAST_M && i != NORTH_M)) continue;
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

/// Of import.json beside an imported drive.csv; none without.
std::optional<std::pair<double, double>> origin_of(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "import.json";
  if (!std::filesystem::exists(path)) return {};
  try {
    const auto json = nlohmann::json::parse(read_text_file(path.string()));
    const auto& origin = json.at("place_of_0_east_0_north");
    if (origin.is_null()) return {};
    return std::pair(origin.at("latitude_deg").get<double>(),
                     origin.at("longitude_deg").get<double>());
  } catch (const nlohmann::json::exception& error) {
    throw LogError(
        fmt::format("{}: found no place of 0 east, 0 north ({}); allowed: as an import "
                    "wrote it",
                    path.string(), error.what()));
  }
}

bool is_kpi_log(const std::string& path) {
  std::array<char, kpi_log_magic.size()> head{};
  std::ifstream file(path, std::ios::binary);
  return file.read(head.data(), head.size()) && head == kpi_log_magic;
}

}  // namespace

bool has_mac_rates(const Side& side) {
  return side.is_run || !side.series[DL_THROUGHPUT_MBPS].empty() ||
         !side.series[UL_THROUGHPUT_MBPS].empty();
}

void visit_side_lines(const Side& side, const std::function<void(const DriveLine&)>& visit) {
  if (side.is_run) {
    visit_drive_lines(side.drive, visit);
  } else {
    for (const DriveLine& line : side.drive_lines) visit(line);
  }
}

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
    side.origin_deg = origin_of(place);
  } else {
    throw LogError(
        fmt::format("{}: found a folder without kpi.log and drive.csv; allowed: what "
                    "redcell run or redcell import wrote, or a log file",
                    path));
  }
  return side;
}

}  // namespace redcell::analysis
