// One line of drive.csv, whoever drove.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

inline constexpr std::size_t drive_figure_count = LATITUDE_DEG;  ///< Columns with figures.

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

/// Appends the line as drive.csv has it, quoted as in RFC 4180. Figures read back to the same
/// double.
void append_drive_line(const DriveLine& line, std::string& out);

}  // namespace redcell::analysis
