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
  schema::RrmPolicy::Resource own;
  std::vector<mac::gnb::RrmPolicyRatio>& ratios;
  mac::gnb::SlicePolicies& policies;
  std::vector<std::uint32_t>& slice_of;
};

/// Writes the number of the policy to its slices.
void name_members(const schema::Scenario& scenario, const schema::RrmPolicy& policy,
                  std::uint32_t number, std::vector<std::uint32_t>& number_of) {
  for (const std::string& name : policy.slice()) number_of[slice_of(scenario, name)] = number;
}

void add_ratios(const schema::Scenario& scenario, const schema::Carrier& carrier, Direction& d) {
  d.slice_of.assign(static_cast<std::size_t>(scenario.slice_size()) + 1, 0);
  d.policies.resize(d.ratios.size());
  for (const schema::RrmPolicy& policy : carrier.rrm_policy()) {
    if (!concerns(policy, d.own)) continue;
    name_members(scenario, policy, static_cast<std::uint32_t>(d.ratios.size()), d.slice_of);
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

/// Places of every cell, and who shares them.
void add_admission(const schema::Scenario& scenario, const schema::Carrier& carrier,
                   LayerPlan& layer) {
  layer.admission_group_of.assign(static_cast<std::size_t>(scenario.slice_size()) + 1, 0);
  const std::uint32_t users_max = carrier.connected_users_max();
  if (users_max == 0) return;
  layer.admission.users_max = users_max;
  for (const schema::RrmPolicy& policy : carrier.rrm_policy()) {
    if (policy.resource() != schema::RrmPolicy::RRC_CONNECTED_USERS) continue;
    name_members(scenario, policy, static_cast<std::uint32_t>(layer.admission.groups.size()),
                 layer.admission_group_of);
    layer.admission.groups.push_back(
        {.dedicated = mac::gnb::places_of(policy.dedicated_percent(), users_max),
         .max = mac::gnb::places_of(policy.max_percent(), users_max)});
  }
}

}  // namespace

bool concerns(const schema::RrmPolicy& policy, schema::RrmPolicy::Resource resource) {
  if (policy.resource() == resource) return true;
  return policy.resource() == schema::RrmPolicy::PRB &&
         resource != schema::RrmPolicy::RRC_CONNECTED_USERS;
}

void add_slices(const schema::Scenario& scenario, const schema::Carrier& carrier,
                LayerPlan& layer) {
  for (int i = shared_bwp_count(carrier); i < dedicated_bwp_count(carrier); ++i) {
    layer.owners.push_back(slice_of(scenario, carrier.dedicated_bwp(i).slice()));
  }
  mac::gnb::CellConfig& cell = layer.cell;
  std::array directions{Direction{schema::RrmPolicy::PRB_DL, cell.dl_slices, cell.dl_slice_policies,
                                  layer.dl_slice_of},
                        Direction{schema::RrmPolicy::PRB_UL, cell.ul_slices, cell.ul_slice_policies,
                                  layer.ul_slice_of}};
  for (Direction& direction : directions) {
    add_ratios(scenario, carrier, direction);
    add_owners(layer.owners, direction);
  }
  add_admission(scenario, carrier, layer);
}

}  // namespace redcell::scenarios
