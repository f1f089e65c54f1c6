#include "analysis/drive_view.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace redcell::analysis {
namespace {

/// [ours] Told apart side by side; repeated when more cells served.
constexpr std::array<const char*, 14> cell_colours = {
    "#1f77b4", "#e8710a", "#2c9c3c", "#8a56b0", "#8c564b", "#d650a8", "#6b7a00",
    "#0fa3b1", "#c2185b", "#3949ab", "#b8860b", "#00695c", "#ad7fa8", "#5d6d7e"};

}  // namespace

double end_s(const DriveRow& row) {
  return static_cast<double>(row.time_ns() + row.duration_ns()) / 1e9;
}

bool is_failure(const MobilityEvent& event) {
  return event.kind() == EXECUTION_FAILED || event.kind() == RADIO_LINK_FAILURE ||
         event.kind() == REESTABLISHMENT_FAILED;
}

Point place_of(const DriveRow& row) {
  return {static_cast<double>(row.east_mm()) / 1e3, static_cast<double>(row.north_mm()) / 1e3};
}

DriveView::DriveView(const DriveLog& log, const DriveOfTerminal& drive)
    : start_(&log.start()), drive_(&drive) {
  RC_CHECK(!drive.rows.empty());
  for (const DriveRow& row : drive.rows) {
    const bool known = std::count(cells_.begin(), cells_.end(), row.cell()) > 0;
    if (row.has_cell() && !known) cells_.push_back(row.cell());
  }
}

std::string DriveView::colour_of(std::uint32_t cell) const {
  const auto found = std::find(cells_.begin(), cells_.end(), cell);
  if (found == cells_.end()) return "#c4c4c4";
  return cell_colours[static_cast<std::size_t>(found - cells_.begin()) % cell_colours.size()];
}

Point DriveView::place_at(double time_s) const {
  const std::vector<DriveRow>& rows = drive_->rows;
  const auto after =
      std::find_if(rows.begin(), rows.end(), [&](const DriveRow& r) { return end_s(r) >= time_s; });
  if (after == rows.end()) return place_of(rows.back());
  if (after == rows.begin()) return place_of(rows.front());
  const DriveRow& before = *(after - 1);
  const double share = (time_s - end_s(before)) / (end_s(*after) - end_s(before));
  const Point from = place_of(before), to = place_of(*after);
  return {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
}

}  // namespace redcell::analysis
