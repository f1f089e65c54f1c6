// Rules about slices: who belongs where, and ratios that can be held together.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "phy/nr/resource_map.h"
#include "phy/nr/resource_occasions.h"
#include "scenarios/deployment.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

using Resource = schema::RrmPolicy;

/// A bandwidth part that a slice has for itself.
struct OwnPart {
  std::string slice;
  std::string path;
  std::size_t bwp = 0;  ///< Of bwp_configs().
};

std::string names_of(const schema::Scenario& scenario) {
  std::vector<std::string> names;
  for (const schema::Slice& slice : scenario.slice()) names.push_back(slice.name());
  return names.empty() ? "a slice of the scenario (there is none)"
                       : fmt::format("{}", fmt::join(names, ", "));
}

bool is_known(const schema::Scenario& scenario, const std::string& name) {
  return std::any_of(scenario.slice().begin(), scenario.slice().end(),
                     [&](const schema::Slice& slice) { return slice.name() == name; });
}

/// Two slices of one S-NSSAI are one.
void check_identities(const schema::Scenario& scenario, Report& report) {
  std::map<std::pair<std::uint32_t, std::int64_t>, std::string> known;
  for (int i = 0; i < scenario.slice_size(); ++i) {
    const schema::Slice& slice = scenario.slice(i);
    const std::int64_t sd = slice.has_sd() ? std::int64_t{slice.sd()} : -1;
    const auto [other, is_new] = known.insert({{slice.sst(), sd}, slice.name()});
    if (is_new) continue;
    report.add(element_path("", slice, "slice", i) + ".sst",
               {.found = fmt::format("the S-NSSAI of '{}' again", other->second),
                .allowed = "an sst and sd of its own",
                .clause = "TS 23.501 5.15.2"});
  }
}

void check_members(const schema::Scenario& scenario, const CarrierView& view, Report& report) {
  for (int i = 0; i < view.carrier.rrm_policy_size(); ++i) {
    const schema::RrmPolicy& policy = view.carrier.rrm_policy(i);
    const std::string path = element_path(view.path, policy, "rrm_policy", i);
    if (policy.slice_size() == 0) {
      report.add(path + ".slice", {.found = "no slice",
                                   .allowed = names_of(scenario),
                                   .clause = "TS 28.541 4.3.36",
                                   .advice = "Name the slices that share it."});
    }
    for (const std::string& name : policy.slice()) {
      if (is_known(scenario, name)) continue;
      report.add(path + ".slice", {.found = fmt::format("'{}', an unknown slice", name),
                                   .allowed = names_of(scenario),
                                   .clause = "TS 28.541 4.3.36"});
    }
  }
}

void check_order(const schema::RrmPolicy& policy, const std::string& path, Report& report) {
  if (policy.dedicated_percent() > policy.min_percent()) {
    report.add(path + ".dedicated_percent",
               {.found = fmt::format("{} %, above the minimum", policy.dedicated_percent()),
                .allowed = fmt::format("0 to min_percent ({} %)", policy.min_percent()),
                .clause = "TS 28.541 4.4.1",
                .advice = "What is dedicated is a part of the minimum: raise min_percent."});
  }
  if (policy.min_percent() > policy.max_percent()) {
    report.add(path + ".min_percent",
               {.found = fmt::format("{} %, above the maximum", policy.min_percent()),
                .allowed = fmt::format("0 to max_percent ({} %)", policy.max_percent()),
                .clause = "TS 28.541 4.4.1"});
  }
}

/// What policies of a resource share out, as findings say it.
const char* words_of(Resource::Resource own) {
  if (own == Resource::RRC_CONNECTED_USERS) return "places";
  return own == Resource::PRB_DL ? "the downlink" : "the uplink";
}

/// Sums and members of the policies that hold in one direction, or of places.
void check_together(const CarrierView& view, Resource::Resource own, Report& report) {
  const char* const what = words_of(own);
  std::set<std::string> taken;
  std::uint32_t min_sum = 0;
  std::uint32_t dedicated_sum = 0;
  for (int i = 0; i < view.carrier.rrm_policy_size(); ++i) {
    const schema::RrmPolicy& policy = view.carrier.rrm_policy(i);
    if (!concerns(policy, own)) continue;
    const std::string path = element_path(view.path, policy, "rrm_policy", i);
    for (const std::string& name : policy.slice()) {
      if (taken.insert(name).second) continue;
      report.add(path + ".slice", {.found = fmt::format("'{}', in two policies of {}", name, what),
                                   .allowed = "each slice once in each direction, and of places",
                                   .clause = "TS 28.541 4.3.36"});
    }
    const auto check_sum = [&](std::uint32_t& sum, std::uint32_t percent, const char* field) {
      const bool was_sound = sum <= 100;
      sum += percent;
      if (!was_sound || sum <= 100) return;
      report.add(fmt::format("{}.{}", path, field),
                 {.found = fmt::format("{} % of {} together", sum, what),
                  .allowed = "a sum of at most 100 % over the carrier's policies",
                  .clause = "TS 28.541 4.4.1"});
    };
    check_sum(min_sum, policy.min_percent(), "min_percent");
    check_sum(dedicated_sum, policy.dedicated_percent(), "dedicated_percent");
  }
}

/// PRBs for data of the carrier in that window of slots which has most of them.
std::int64_t largest_window(const schema::Carrier& carrier, Resource::Resource own) {
  const phy::ResourceMap map(bwp_configs(carrier).back());
  const std::int64_t window = carrier.scheduler().slice_window_slots();
  const std::int64_t slots = std::lcm(map.period().value(), window);
  std::int64_t largest = 0;
  std::int64_t sum = 0;
  for (std::int64_t s = 0; s < slots; ++s) {
    if (s % window == 0) sum = 0;
    const base::Slot slot(s);
    sum += own == Resource::PRB_DL ? map.downlink(slot).usable_prb_count
                                   : map.uplink(slot).usable_prb_count;
    largest = std::max(largest, sum);
  }
  return largest;
}

/// A maximum that never lets through the smallest useful block. Pre: the carrier is sound.
void check_least(const CarrierView& view, Report& report) {
  // In the lowest scheme, with the reports of an uplink block [ours].
  constexpr std::int64_t least_prbs = 8;
  for (int i = 0; i < view.carrier.rrm_policy_size(); ++i) {
    const schema::RrmPolicy& policy = view.carrier.rrm_policy(i);
    for (const auto own : {Resource::PRB_DL, Resource::PRB_UL}) {
      if (!concerns(policy, own)) continue;
      const std::int64_t most = largest_window(view.carrier, own);
      const std::int64_t allowed = policy.max_percent() * most / 100;
      if (allowed >= least_prbs) continue;
      report.add(element_path(view.path, policy, "rrm_policy", i) + ".max_percent",
                 {.found = fmt::format("{} % of {} PRBs in {} slots", policy.max_percent(), most,
                                       view.carrier.scheduler().slice_window_slots()),
                  .allowed = fmt::format("at least {} PRBs in a window", least_prbs),
                  .clause = "[ours]",
                  .advice = "Raise max_percent or scheduler.slice_window_slots."});
    }
  }
}

/// Terminals of a slice with a part of its own that would not be in it.
void check_members_of_own(const schema::Scenario& scenario, const CarrierView& view,
                          const OwnPart& part, Report& report) {
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    if (group.slice() != part.slice || !may_use(group, view.carrier.name())) continue;
    for (const schema::Capability& capability : scenario.capability()) {
      if (capability.name() != group.capability()) continue;
      if (bwp_of(capability, bwp_configs(view.carrier)) == 0) continue;
      report.add(element_path("", group, "terminal_group", g) + ".capability",
                 {.found = fmt::format("'{}' takes the whole carrier, and '{}' has {} for itself",
                                       capability.name(), part.slice, part.path),
                  .allowed = "a RedCap capability for terminals of a slice with a part of its own",
                  .clause = "[ours]"});
    }
  }
}

/// What is a slice's own has no PRB in common with another of RedCap's parts.
void check_apart(const CarrierView& view, const OwnPart& part, Report& report) {
  const std::vector<phy::ResourceMapConfig> bwps = bwp_configs(view.carrier);
  const phy::PrbRange& own = bwps[part.bwp].bwp_dl;
  for (std::size_t other = 0; other + 1 < bwps.size(); ++other) {
    const phy::PrbRange& prbs = bwps[other].bwp_dl;
    if (other == part.bwp || !phy::overlap(own, prbs)) continue;
    report.add(part.path + ".first_prb",
               {.found = fmt::format("PRBs {} to {}, and a part on {} to {}", own.first,
                                     own.end() - 1, prbs.first, prbs.end() - 1),
                .allowed = fmt::format("a part of '{}' on PRBs of its own", part.slice),
                .clause = "[ours]"});
  }
}

/// Parts that slices have for themselves. Pre: the carrier is sound.
void check_own_parts(const schema::Scenario& scenario, const CarrierView& view, Report& report) {
  const std::size_t before = report.count();
  std::vector<OwnPart> parts;
  for (int i = 0; i < dedicated_bwp_count(view.carrier); ++i) {
    const schema::DedicatedBwp& bwp = view.carrier.dedicated_bwp(i);
    const std::string path = element_path(view.path, bwp, "dedicated_bwp", i);
    if (bwp.slice().empty()) {
      if (parts.empty()) continue;
      report.add(path + ".slice",
                 {.found = fmt::format("a part for all behind that of '{}'", parts.back().slice),
                  .allowed = "parts for all first, then those of slices",
                  .clause = "[ours]"});
    } else if (!is_known(scenario, bwp.slice())) {
      report.add(path + ".slice", {.found = fmt::format("'{}', an unknown slice", bwp.slice()),
                                   .allowed = names_of(scenario),
                                   .clause = "TS 23.501 5.15"});
    }
    if (!bwp.slice().empty()) {
      parts.push_back({.slice = bwp.slice(), .path = path, .bwp = static_cast<std::size_t>(i) + 1});
    }
  }
  for (int i = dedicated_bwp_count(view.carrier); i < view.carrier.dedicated_bwp_size(); ++i) {
    const schema::DedicatedBwp& bwp = view.carrier.dedicated_bwp(i);
    if (bwp.slice().empty()) continue;
    report.add(view.path + ".bwp_manager.redcap_parts",
               {.found = fmt::format("{} parts, and '{}' has the part behind them for itself",
                                     view.carrier.bwp_manager().redcap_parts(), bwp.slice()),
                .allowed = "all parts that slices have, or parts without a slice",
                .clause = "[ours]"});
  }
  if (report.count() > before) return;
  for (const OwnPart& part : parts) {
    check_apart(view, part, report);
    check_members_of_own(scenario, view, part, report);
  }
  const auto is_own = [&](const std::string& slice) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const OwnPart& part) { return part.slice == slice; });
  };
  for (int i = 0; i < view.carrier.rrm_policy_size(); ++i) {
    const schema::RrmPolicy& policy = view.carrier.rrm_policy(i);
    const bool has_ratio = policy.min_percent() > 0 || policy.max_percent() < 100;
    if (policy.slice().empty() || !has_ratio) continue;
    if (policy.resource() == Resource::RRC_CONNECTED_USERS) continue;
    if (!std::all_of(policy.slice().begin(), policy.slice().end(), is_own)) continue;
    report.add(
        element_path(view.path, policy, "rrm_policy", i),
        {.found = fmt::format("ratios for '{}', which has a part of its own", policy.slice(0)),
         .allowed = "ratios for slices that share PRBs with others",
         .clause = "TS 28.541 4.3.36"});
  }
}

}  // namespace

void check_slices(const schema::Scenario& scenario, Report& report) {
  check_identities(scenario, report);
  for (int i = 0; i < scenario.carrier_size(); ++i) {
    const CarrierView view{.carrier = scenario.carrier(i),
                           .path = element_path("", scenario.carrier(i), "carrier", i)};
    check_members(scenario, view, report);
    for (int p = 0; p < view.carrier.rrm_policy_size(); ++p) {
      const schema::RrmPolicy& policy = view.carrier.rrm_policy(p);
      check_order(policy, element_path(view.path, policy, "rrm_policy", p), report);
    }
    for (const auto own : {Resource::PRB_DL, Resource::PRB_UL, Resource::RRC_CONNECTED_USERS}) {
      check_together(view, own, report);
    }
    if (report.count() == 0) check_own_parts(scenario, view, report);
    if (report.count() == 0) check_least(view, report);
  }
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    if (!group.has_slice() || is_known(scenario, group.slice())) continue;
    report.add(element_path("", group, "terminal_group", g) + ".slice",
               {.found = fmt::format("'{}', an unknown slice", group.slice()),
                .allowed = names_of(scenario),
                .clause = "TS 23.501 5.15"});
  }
}

}  // namespace redcell::scenarios
