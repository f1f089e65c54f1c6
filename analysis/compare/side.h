// One of two things that are compared: a run or a field log, second by second.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/bwp_timeline.h"
#include "analysis/drive_line.h"
#include "analysis/drive_log.h"
#include "analysis/summary.h"

namespace redcell::analysis {

/// The mean of one figure over one second of one terminal.
struct SecondSample {
  std::uint32_t ue = 0;
  std::int64_t second = 0;
  double value = 0.0;
};

using Series = std::vector<SecondSample>;  ///< Sorted by terminal, then time.

/// What the terminals of one slice had of the cells, after warm-up; those that only make load
/// count.
struct SliceUse {
  std::string slice;
  std::array<std::int64_t, 2> prb_slots{};  ///< [LinkDirection] PRBs, summed over transmissions.
  std::array<std::int64_t, 2> bytes{};      ///< [LinkDirection] Acknowledged at MAC.
};

struct Side {
  std::string path;
  std::string title;
  bool is_run = false;
  std::string world;  ///< Of a run: the hash of what no scheduler changes; may be empty.
  /// [DriveColumn] Places of a run from its start, all else after its warm-up.
  std::array<Series, drive_figure_count> series;
  Summary summary;  ///< Of a run as of `redcell run`; of a field log from its seconds.
  DriveLog drive;   ///< Empty when nobody moved. Of a field log its first device, to be drawn.
  std::vector<DriveLine> drive_lines;  ///< Of a field log: what drive was made of, as measured.
  /// Latitude and longitude of 0 east, 0 north; of field logs whose places are known so.
  std::optional<std::pair<double, double>> origin_deg;
  bool handovers_are_changes =
      false;  ///< The log names none; drive has them where the cell changes.
  std::array<std::vector<double>, 2> interruption_ms;  ///< [LinkDirection] Of handovers of a run.
  std::vector<double> handover_distance_m;             ///< Driven from one handover to the next.
  std::vector<SliceUse> slices;             ///< In the order of the run; empty without slices.
  std::array<std::int64_t, 2> prb_slots{};  ///< [LinkDirection] What all cells had to give.
  std::vector<BwpTimeline> bwp_timelines;   ///< Of a run; from its start, warm-up and all.
  std::int64_t counted_ns = 0;              ///< After warm-up, of a run.
  std::vector<std::string> notes;  ///< What the reader should know: damage, what was left out.
};

/// path: a run directory, a directory of `redcell import`, a KPI log, or a field log of a known
/// format. After warm-up and without terminals that only make load; a KPI log is read around its
/// damage, which is noted with its offset. Throws LogError.
[[nodiscard]] Side load_side(const std::string& path);

/// False when rates are known above IP alone, if at all: then pictures show goodput.
[[nodiscard]] bool has_mac_rates(const Side& side);

/// Lines of drive.csv, terminal by terminal; of a field log those of its first device.
void visit_side_lines(const Side& side, const std::function<void(const DriveLine&)>& visit);

/// The values alone, in order.
[[nodiscard]] std::vector<double> values_of(const Series& series);
/// And when they were taken.
[[nodiscard]] std::vector<std::int64_t> seconds_of(const Series& series);

}  // namespace redcell::analysis
