// What the parts of a drive's picture share: which cells served, in which colour, and where the
// terminal was.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/drive_log.h"
#include "analysis/plot.h"

namespace redcell::analysis {

/// End of a row: the instant its position, cell and levels belong to.
[[nodiscard]] double end_s(const DriveRow& row);
/// A handover that failed, or a link that did: what the user notices.
[[nodiscard]] bool is_failure(const MobilityEvent& event);
/// Of a position, in metres: x east, y north.
[[nodiscard]] Point place_of(const DriveRow& row);

/// One terminal's drive. The log must outlive it.
class DriveView {
 public:
  /// Pre: the drive is one of the log and has rows.
  DriveView(const DriveLog& log, const DriveOfTerminal& drive);

  [[nodiscard]] const RunStart& start() const { return *start_; }
  [[nodiscard]] const std::vector<DriveRow>& rows() const { return drive_->rows; }
  [[nodiscard]] const std::vector<MobilityEvent>& events() const { return drive_->events; }
  [[nodiscard]] const DriveOfTerminal& drive() const { return *drive_; }

  /// Serving cells in the order in which they first served.
  [[nodiscard]] const std::vector<std::uint32_t>& cells() const { return cells_; }
  /// As SVG writes it; grey for a cell that never served.
  [[nodiscard]] std::string colour_of(std::uint32_t cell) const;
  /// Between the rows before and after; the first or last place outside the drive.
  [[nodiscard]] Point place_at(double time_s) const;

 private:
  const RunStart* start_;
  const DriveOfTerminal* drive_;
  std::vector<std::uint32_t> cells_;
};

/// The map without way and legend: sites and sectors, what draw_way adds, events, start and end.
void draw_map_around(Svg& svg, const DriveView& view, const Box& box,
                     const std::function<void(Svg&, const Panel&)>& draw_way);

/// The map, its way coloured by SS-RSRP, with its legend below, in a box.
void draw_map(Svg& svg, const DriveView& view, const Box& box);

}  // namespace redcell::analysis
