// Rules about places for terminals in RRC_CONNECTED: shares of them that mean something, and room
// for those with which a run begins.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/random.h"
#include "scenarios/deployment.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve.h"

namespace redcell::scenarios {
namespace {

/// A share that is asked for has a place at least.
void check_places(const CarrierView& view, const std::string& path, std::uint32_t percent,
                  Report& report) {
  const std::uint32_t all = view.carrier.connected_users_max();
  if (mac::gnb::places_of(percent, all) > 0) return;
  report.add(path, {.found = fmt::format("{} % of {} places, which is none", percent, all),
                    .allowed = fmt::format("{} % or more: one place", (100 + all - 1) / all),
                    .clause = "[ours]",
                    .advice = "Raise it or connected_users_max: places are rounded down."});
}

void check_policy(const CarrierView& view, const schema::RrmPolicy& policy, const std::string& path,
                  Report& report) {
  if (policy.scheduler_policy() != schema::RrmPolicy::OF_CARRIER) {
    report.add(path + ".scheduler_policy",
               {.found = "a ranking of terminals for places that they keep",
                .allowed = "OF_CARRIER with RRC_CONNECTED_USERS",
                .clause = "[ours]",
                .advice = "Say it in a policy of PRBs."});
  }
  if (policy.min_percent() > policy.dedicated_percent()) {
    report.add(path + ".min_percent",
               {.found = fmt::format("{} %, above what is dedicated", policy.min_percent()),
                .allowed = fmt::format("dedicated_percent ({} %) with RRC_CONNECTED_USERS",
                                       policy.dedicated_percent()),
                .clause = "TS 28.541 4.4.1",
                .advice = "A place that was lent does not come back when it is asked for: nobody "
                          "is sent away."});
  }
  if (view.carrier.connected_users_max() == 0) {
    report.add(path + ".resource",
               {.found = "a share of places on a carrier without a limit",
                .allowed = "RRC_CONNECTED_USERS where connected_users_max is above 0",
                .clause = "TS 28.541 4.4.1"});
    return;
  }
  check_places(view, path + ".max_percent", policy.max_percent(), report);
  if (policy.dedicated_percent() == 0) return;
  check_places(view, path + ".dedicated_percent", policy.dedicated_percent(), report);
}

/// Terminals that begin in a cell, and those of them that find no place.
struct Crowd {
  std::uint32_t count = 0;
  std::uint32_t refused = 0;
  std::set<std::string> groups;  ///< Of those refused.
};

void check_first_cells(const Deployment& deployment, const LayerPlan& layer,
                       const std::string& path, Report& report) {
  mac::gnb::Admission admission(layer.admission, layer.cells.back().id.value + 1);
  std::map<base::CellId, Crowd> crowds;
  for (const base::UeId ue : layer.terminals) {
    const TerminalPlan& terminal = deployment.terminals[ue.value];
    const std::uint32_t group = layer.admission_group_of[terminal.slice];
    Crowd& crowd = crowds[terminal.serving];
    ++crowd.count;
    if (admission.may_admit(terminal.serving, group)) {
      admission.enter(terminal.serving, group);
    } else {
      ++crowd.refused;
      crowd.groups.insert(deployment.groups[terminal.group].name);
    }
  }
  for (const CellPlan& cell : layer.cells) {
    const Crowd& crowd = crowds[cell.id];
    if (crowd.refused == 0) continue;
    report.add(
        path + ".connected_users_max",
        {.found = fmt::format("no place for {} of {} terminals that begin in cell {} of '{}' "
                              "({})",
                              crowd.refused, crowd.count, cell.id.value,
                              deployment.sites[cell.site].name, fmt::join(crowd.groups, ", ")),
         .allowed = fmt::format("at most {}, less what rrm_policy keeps for others",
                                layer.admission.users_max),
         .clause = "[ours]",
         .advice = "Raise it, change the shares, or place fewer terminals there."});
  }
}

}  // namespace

void check_admission(const schema::Scenario& scenario, Report& report) {
  for (int i = 0; i < scenario.carrier_size(); ++i) {
    const CarrierView view{.carrier = scenario.carrier(i),
                           .path = element_path("", scenario.carrier(i), "carrier", i)};
    for (int p = 0; p < view.carrier.rrm_policy_size(); ++p) {
      const schema::RrmPolicy& policy = view.carrier.rrm_policy(p);
      if (policy.resource() != schema::RrmPolicy::RRC_CONNECTED_USERS) continue;
      check_policy(view, policy, element_path(view.path, policy, "rrm_policy", p), report);
    }
  }
}

void check_first_users(const schema::Scenario& scenario, Report& report) {
  const auto& carriers = scenario.carrier();
  const bool is_limited =
      std::any_of(carriers.begin(), carriers.end(),
                  [](const schema::Carrier& c) { return c.connected_users_max() > 0; });
  if (!is_limited) return;
  const Deployment deployment =
      make_deployment(resolve(scenario), base::Random(scenario.seed(), scenario.run()));
  for (const LayerPlan& layer : deployment.layers) {
    const auto carrier = std::find_if(carriers.begin(), carriers.end(),
                                      [&](const auto& c) { return c.name() == layer.carrier; });
    const int index = static_cast<int>(carrier - carriers.begin());
    check_first_cells(deployment, layer, element_path("", *carrier, "carrier", index), report);
  }
}

}  // namespace redcell::scenarios
