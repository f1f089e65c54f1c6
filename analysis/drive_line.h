// One line of drive.csv, whoever drove.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

inline constexpr std::size_t drive_figure_count = LATITUDE_DEG;  ///< Columns with figures.

/// True for figures that are measured in every second and can be averaged and held against those of
/// another log: no places, and no names of cells.
[[nodiscard]] constexpr bool is_measure(std::size_t column) {
  return (column >= SS_RSRP_DBM && column <= RTT_MS) || (column >= DL_CQI && column <= UL_PRB);
}

/// Figures are NaN where nothing was measured.
struct DriveLine {
  double time_s = 0.0;
  std::string terminal_group;
  std::uint32_t ue = 0;
  std::array<double, drive_figure_count> figure{};  ///< [DriveColumn]
  std::string state;
  std::string events;
};

/// The first line: time_s,terminal_group,ue, then the figures, then state,events.
[[nodiscard]] const std::string& drive_csv_head();

/// Appends a cell of text, quoted where it must be: RFC 4180 2.6 and 2.7.
void append_csv_text(const std::string& text, std::string& out);

/// Appends the line as drive.csv has it, quoted as in RFC 4180. Figures read back to the same
/// double.
void append_drive_line(const DriveLine& line, std::string& out);

}  // namespace redcell::analysis
