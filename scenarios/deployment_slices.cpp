// Slices of a deployment: which of the scheduler's each terminal belongs to.
#include <algorithm>
#include <array>
#include <optional>

#include "base/check.h"
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

namespace {

std::optional<mac::gnb::PolicyKind> policy_kind(const schema::RrmPolicy& policy) {
  switch (policy.scheduler_policy()) {
    case schema::RrmPolicy::OF_CARRIER:
      return std::nullopt;
    case schema::RrmPolicy::ROUND_ROBIN:
      return mac::gnb::PolicyKind::round_robin;
    case schema::RrmPolicy::PROPORTIONAL_FAIR:
      return mac::gnb::PolicyKind::proportional_fair;
    case schema::RrmPolicy::QOS:
      return mac::gnb::PolicyKind::qos;
  }
  RC_CHECK(false);
  return std::nullopt;
}

/// One direction's slices of a layer.
struct Direction {
  schema::RrmPolicy::Resource other;  ///< What does not concern it.
  std::vector<mac::gnb::RrmPolicyRatio>& ratios;
  mac::gnb::SlicePolicies& policies;
  std::vector<std::uint32_t>& slice_of;
};

void add_ratios(const schema::Scenario& scenario, const schema::Carrier& carrier, Direction& d) {
  const auto count = static_cast<std::size_t>(scenario.slice_size());
  d.slice_of.assign(count + 1, 0);
  d.policies.resize(d.ratios.size());
  for (const schema::RrmPolicy& policy : carrier.rrm_policy()) {
    if (policy.resource() == d.other) continue;
    for (std::size_t s = 0; s < count; ++s) {
      const std::string& name = scenario.slice(static_cast<int>(s)).name();
      const auto& members = policy.slice();
      const bool is_member = std::find(members.begin(), members.end(), name) != members.end();
      if (is_member) d.slice_of[s + 1] = static_cast<std::uint32_t>(d.ratios.size());
    }
    d.ratios.push_back({.dedicated_percent = static_cast<int>(policy.dedicated_percent()),
                        .min_percent = static_cast<int>(policy.min_percent()),
                        .max_percent = static_cast<int>(policy.max_percent())});
    d.policies.push_back(policy_kind(policy));
  }
}

/// Slices with parts of their own share no PRBs; those whose policy says who is ranked first are
/// one each, the others one together.
void add_owners(const std::vector<std::uint32_t>& owners, Direction& d) {
  if (owners.empty() || d.ratios.size() == 1) return;
  std::optional<std::uint32_t> of_carrier;
  std::vector<std::uint32_t> known;
  for (const std::uint32_t owner : owners) {
    if (std::find(known.begin(), known.end(), owner) != known.end()) continue;
    known.push_back(owner);
    const std::optional<mac::gnb::PolicyKind> kind = d.policies[d.slice_of[owner]];
    const auto next = static_cast<std::uint32_t>(d.ratios.size());
    d.slice_of[owner] = kind ? next : of_carrier.value_or(next);
    if (!kind) of_carrier = d.slice_of[owner];
    if (d.slice_of[owner] != next) continue;
    d.ratios.push_back({.is_apart = true});
    d.policies.push_back(kind);
  }
}

}  // namespace

void add_slices(const schema::Scenario& scenario, const schema::Carrier& carrier,
                LayerPlan& layer) {
  for (int i = shared_bwp_count(carrier); i < dedicated_bwp_count(carrier); ++i) {
    layer.owners.push_back(slice_of(scenario, carrier.dedicated_bwp(i).slice()));
  }
  mac::gnb::CellConfig& cell = layer.cell;
  std::array directions{Direction{schema::RrmPolicy::PRB_UL, cell.dl_slices, cell.dl_slice_policies,
                                  layer.dl_slice_of},
                        Direction{schema::RrmPolicy::PRB_DL, cell.ul_slices, cell.ul_slice_policies,
                                  layer.ul_slice_of}};
  for (Direction& direction : directions) {
    add_ratios(scenario, carrier, direction);
    add_owners(layer.owners, direction);
  }
}

}  // namespace redcell::scenarios
