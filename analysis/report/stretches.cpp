#include "analysis/report/stretches.h"

#include <cmath>
#include <limits>

namespace redcell::analysis {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

void add(const DriveLine& line, Stretch& stretch) {
  stretch.to_s = line.time_s;
  stretch.cell = line.figure[CELL];
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    // fmin and fmax pass over what was not measured.
    stretch.low[i] = std::fmin(stretch.low[i], line.figure[i]);
    stretch.high[i] = std::fmax(stretch.high[i], line.figure[i]);
  }
  if (!std::isnan(line.figure[EAST_M]) && !std::isnan(line.figure[NORTH_M])) {
    stretch.place = {line.figure[EAST_M], line.figure[NORTH_M]};
  }
}

}  // namespace

std::vector<Stretch> stretches_of(const std::vector<DriveLine>& lines) {
  const std::size_t each = (lines.size() + stretch_count_max - 1) / stretch_count_max;
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i % each == 0) {
      Stretch next;
      next.from_s = lines[i].time_s;
      if (!stretches.empty()) next.place = stretches.back().place;
      next.low.fill(none);
      next.high.fill(none);
      stretches.push_back(next);
    }
    add(lines[i], stretches.back());
  }
  return stretches;
}

double worst_of(const Stretch& stretch, DriveColumn column) {
  const bool great_is_bad =
      column == DL_BLER_PERCENT || column == UL_BLER_PERCENT || column == RTT_MS;
  return great_is_bad ? stretch.high[column] : stretch.low[column];
}

}  // namespace redcell::analysis
