// Sites listed by latitude and longitude: where they stand on the scenario's plane.
#pragma once

#include <vector>

#include "scenarios/load.h"

namespace redcell::scenarios {

/// Sets x_m and y_m of every site with coordinates, in metres from the first of them (WGS 84), and
/// tells of those that have one coordinate only or stand too far away.
[[nodiscard]] std::vector<Finding> place_sites(schema::Scenario& scenario, const SourceMap& where);

}  // namespace redcell::scenarios
