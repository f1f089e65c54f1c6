#include "scenarios/preflight.h"

#include <utility>

#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {

std::vector<Finding> preflight(const schema::Scenario& scenario, const SourceMap& where) {
  SoundCarriers none;
  return preflight(scenario, where, none);
}

std::vector<Finding> preflight(const schema::Scenario& scenario, const SourceMap& where,
                               SoundCarriers& sound) {
  const schema::Scenario full = with_defaults(scenario);
  Report report(where);
  check_experiment(scenario, report);
  check_targets(scenario, report);
  const double far_m = farthest_m(scenario);
  for (int i = 0; i < full.carrier_size(); ++i) {
    const CarrierView view{.carrier = full.carrier(i),
                           .path = element_path("", full.carrier(i), "carrier", i)};
    // Each step reads what the one before it has found sound.
    const std::string bytes = view.carrier.SerializeAsString();
    if (sound.contains(bytes)) {
      check_timing(view, far_m, report);
      continue;
    }
    const std::size_t at_first = report.count();
    check_mobility(view, report);
    check_fading(view, report);
    check_clutter(view, report);
    std::size_t before = report.count();
    check_band(view, report);
    if (report.count() > before) continue;
    before = report.count();
    check_periods(view, report);
    check_resources(view, report);
    if (report.count() == before) check_map(view, report);
    if (report.count() == at_first) sound.insert(bytes);
    if (report.count() == before) check_timing(view, far_m, report);
  }
  check_sites(scenario, report);
  check_terminals(full, report);
  check_flows(full, report);
  check_bwp_terminals(full, report);
  check_slices(full, report);
  check_admission(full, report);
  check_routes(scenario, report);
  const std::size_t before = report.count();
  check_placements(scenario, report);
  if (report.count() == before) check_path_loss(scenario, report);
  if (report.count() > 0) return report.take();
  check_guarantees(full, report);
  check_configured_grants(full, report);
  check_semi_persistent(full, report);
  if (report.count() == 0) check_first_users(full, report);
  return report.take();
}

}  // namespace redcell::scenarios
