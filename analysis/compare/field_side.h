// A field log as a side of a comparison.
#pragma once

#include <string>

#include "analysis/compare/side.h"
#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

/// Fills all of the side but path and title. Throws LogError.
///
/// Handovers are counted from the events that the log names, of all its devices. A terminal sees
/// no preparation: handover_ratio only stands where the log names one. [ours] Where results are
/// named but no command, each result is an attempt.
void load_field_log(const std::string& path, const ColumnMap& map, Side& side);

}  // namespace redcell::analysis
