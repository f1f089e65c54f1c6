// From a name to a scenario that may run: the one way for `redcell run` and for programs that use
// the library.
#pragma once

#include <span>
#include <string>

#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// Loads, takes over what ns-3's Config::SetDefault says of fields the scenario leaves open
/// (attributes of redcell::UeNetDevice and redcell::GnbNetDevice), checks against 3GPP and
/// resolves. Throws ScenarioError with every finding.
[[nodiscard]] schema::Scenario prepare(const std::string& name_or_path,
                                       std::span<const std::string> overrides);

}  // namespace redcell::scenarios
