// What 3GPP says about a scenario's values together, before anything runs.
#pragma once

#include <set>
#include <string>
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

/// Carriers, by their bytes, of which everything but K1 and K2 has been found sound.
using SoundCarriers = std::set<std::string>;

/// The same for many scenarios that share carriers: what is in `sound` is not looked at again, what
/// is found sound is added.
[[nodiscard]] std::vector<Finding> preflight(const schema::Scenario& scenario,
                                             const SourceMap& where, SoundCarriers& sound);

}  // namespace redcell::scenarios
