// A drive in few pieces, none of which hides an extreme.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "analysis/drive_line.h"
#include "analysis/plot.h"

namespace redcell::analysis {

/// [ours] As many as a screen has columns.
inline constexpr std::size_t stretch_count_max = 1500;

/// Some lines that follow one another.
struct Stretch {
  double from_s = 0.0;                            ///< time_s of the first line.
  double to_s = 0.0;                              ///< The same of the last.
  Point place;                                    ///< Of the last line that has one.
  double cell = 0.0;                              ///< Of the last line; NaN for none.
  std::array<double, drive_figure_count> low{};   ///< [DriveColumn] Least; NaN for none.
  std::array<double, drive_figure_count> high{};  ///< [DriveColumn] Greatest.
};

/// Equal numbers of lines a stretch, at most stretch_count_max stretches; the last may be shorter.
/// Lines without a place stand where the line before stood.
[[nodiscard]] std::vector<Stretch> stretches_of(const std::vector<DriveLine>& lines);

/// What is worst for the user: the greatest of BLER and round-trip time, else the least.
[[nodiscard]] double worst_of(const Stretch& stretch, DriveColumn column);

}  // namespace redcell::analysis
