// What 3GPP says about a scenario's values together, before anything runs.
#pragma once

#include <vector>

#include "scenarios/finding.h"
#include "scenarios/load.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// Every rule that is broken, each with its clause, in the order of the scenario's elements; empty
/// if it may run. Pre: check_values() had no finding. Fields that are absent count with their
/// defaults.
[[nodiscard]] std::vector<Finding> preflight(const schema::Scenario& scenario,
                                             const SourceMap& where);

}  // namespace redcell::scenarios
