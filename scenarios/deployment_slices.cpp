// Slices of a deployment: which of the scheduler's each terminal belongs to.
#include <algorithm>

#include "scenarios/deployment.h"

namespace redcell::scenarios {

std::uint32_t slice_of(const schema::Scenario& scenario, const std::string& name) {
  const auto& slices = scenario.slice();
  const auto slice =
      std::find_if(slices.begin(), slices.end(),
                   [&](const schema::Slice& candidate) { return candidate.name() == name; });
  if (name.empty() || slice == slices.end()) return 0;
  return static_cast<std::uint32_t>(slice - slices.begin()) + 1;
}

void add_slices(const schema::Scenario& scenario, const schema::Carrier& carrier,
                LayerPlan& layer) {
  const auto count = static_cast<std::size_t>(scenario.slice_size());
  const auto add = [&](schema::RrmPolicy::Resource other,
                       std::vector<mac::gnb::RrmPolicyRatio>& ratios,
                       std::vector<std::uint32_t>& slice_of) {
    slice_of.assign(count + 1, 0);
    for (const schema::RrmPolicy& policy : carrier.rrm_policy()) {
      if (policy.resource() == other) continue;
      for (std::size_t s = 0; s < count; ++s) {
        const std::string& name = scenario.slice(static_cast<int>(s)).name();
        const auto& members = policy.slice();
        const bool is_member = std::find(members.begin(), members.end(), name) != members.end();
        if (is_member) slice_of[s + 1] = static_cast<std::uint32_t>(ratios.size());
      }
      ratios.push_back({.dedicated_percent = static_cast<int>(policy.dedicated_percent()),
                        .min_percent = static_cast<int>(policy.min_percent()),
                        .max_percent = static_cast<int>(policy.max_percent())});
    }
    if (layer.owners.empty() || ratios.size() == 1) return;
    for (const std::uint32_t owner : layer.owners) {
      slice_of[owner] = static_cast<std::uint32_t>(ratios.size());
    }
    ratios.push_back({.is_apart = true});
  };
  for (int i = shared_bwp_count(carrier); i < dedicated_bwp_count(carrier); ++i) {
    layer.owners.push_back(slice_of(scenario, carrier.dedicated_bwp(i).slice()));
  }
  add(schema::RrmPolicy::PRB_UL, layer.cell.dl_slices, layer.dl_slice_of);
  add(schema::RrmPolicy::PRB_DL, layer.cell.ul_slices, layer.ul_slice_of);
}

}  // namespace redcell::scenarios
