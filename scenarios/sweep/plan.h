// What a sweep consists of: every point with an address made from its content.
//
// A point is one row of the design with one seed. Its address is made from the resolved scenario
// (all defaults filled in), the seed, redcell's version and the program's own bytes, so equal
// points are one point, and a result is found again whatever the sweep file calls it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/sweep/design.h"
#include "scenarios/sweep/sweep_file.h"

namespace redcell::scenarios {

/// A row of the design as it is run.
struct PlanRow {
  std::vector<std::string> overrides;  ///< PATH=VALUE over the frozen base.
  std::string content;                 ///< Address of the resolved scenario without its seed.
  double duration_s = 0.0;             ///< Simulated.
};

struct Plan {
  LoadedSweep loaded;
  Design design;
  std::vector<PlanRow> rows;  ///< As design.rows.
  std::string base_text;      ///< The base scenario, its includes merged: what tasks load.
  std::string build;          ///< Address of the program that runs the points.
};

/// One thing to run.
struct Point {
  std::string address;
  std::size_t row = 0;
  std::uint32_t seed = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// 32 hexadecimal digits that follow from the text (UUID version 5, RFC 4122 4.3).
[[nodiscard]] std::string content_address(const std::string& text);

/// Loads the base, lays every row over it, checks each against the schema and 3GPP and resolves it.
/// Throws ScenarioError with the findings of all rows, each once with the number of points it
/// concerns. `build` names the program (program.h).
[[nodiscard]] Plan make_plan(LoadedSweep loaded, const std::string& build);

/// Address of a resolved scenario whatever its seed, run by this build of this version.
[[nodiscard]] std::string scenario_content(schema::Scenario resolved, const std::string& build);

/// The address of a scenario with this content and this seed.
[[nodiscard]] std::string point_address(const std::string& content, std::uint32_t seed);

/// The first `seed_count[row]` seeds of each row, equal points once; in the order of seeds, so that
/// every row has its first seed before any has its second.
[[nodiscard]] std::vector<Point> points_of(const Plan& plan,
                                           const std::vector<std::uint32_t>& seed_count);

/// "load=5 policy=PF", for people; of zipped axes the first that tells their steps apart.
[[nodiscard]] std::string row_text(const Plan& plan, std::size_t row);

}  // namespace redcell::scenarios
