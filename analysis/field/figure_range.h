// What a receiver can report at all.
#pragma once

#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

/// Figures outside are unreadable: no receiver reports them. In the unit of the drive log.
struct FigureRange {
  double low;
  double high;
};
[[nodiscard]] FigureRange range_of(DriveColumn column);

}  // namespace redcell::analysis
