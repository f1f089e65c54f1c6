// From a sweep file to a checked sweep: what the user wrote, with the place of every word.
#pragma once

#include <string>

#include "scenarios/load.h"
#include "scenarios/schema/sweep.pb.h"

namespace redcell::scenarios {

struct LoadedSweep {
  schema::Sweep sweep;
  SourceMap where;
  std::string file;      ///< As the user named it.
  std::string scenario;  ///< The base scenario as load_scenario() takes it.
};

/// Reads a sweep file. Throws ScenarioError with every finding: unreadable, syntax, values out of
/// range, an axis without values or with two kinds of them, names used twice, zipped axes of
/// different lengths, constraints that cannot be read.
[[nodiscard]] LoadedSweep load_sweep(const std::string& path);

/// True when some KPI has a precision goal, for which seeds are added.
[[nodiscard]] bool has_goal(const schema::Sweep& sweep);

}  // namespace redcell::scenarios
