// What points will cost, before they run.
#pragma once

#include <string>
#include <vector>

#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/store.h"

namespace redcell::scenarios {

struct Forecast {
  double point_s = 0.0;  ///< Wall time of one point on one core.
  std::string source;    ///< Where it comes from, in words; empty when nothing is known.
};

/// From points that are complete, when there are some.
[[nodiscard]] Forecast measured_cost(const Store& store, const std::vector<Point>& points);

/// From short runs of points spread over `missing`, in a temporary folder. Simulated time is cut;
/// what starts later is not seen.
[[nodiscard]] Forecast pilot_cost(const Plan& plan, const std::vector<Point>& missing);

/// "4 h 12 min", "38 s".
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace redcell::scenarios
