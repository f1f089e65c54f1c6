#include "scenarios/prepare.h"

#include <utility>
#include <vector>

#include "scenarios/device_attributes.h"
#include "scenarios/finding.h"
#include "scenarios/load.h"
#include "scenarios/preflight.h"
#include "scenarios/resolve.h"

namespace redcell::scenarios {

schema::Scenario prepare(const std::string& name_or_path, std::span<const std::string> overrides) {
  LoadedScenario loaded = load_scenario(name_or_path, overrides);
  take_attribute_defaults(loaded.scenario);
  std::vector<Finding> findings = preflight(loaded.scenario, loaded.where);
  if (!findings.empty()) throw ScenarioError(std::move(findings));
  return resolve(loaded.scenario);
}

}  // namespace redcell::scenarios
