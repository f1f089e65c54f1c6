// Rules about targets: figures that a run has, and words that can be judged.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/mobility.h"
#include "analysis/summary.h"
#include "analysis/verdict.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

using Names = std::vector<std::string>;

/// The figures that terminals can have, as analysis names them.
Names terminal_figures() {
  Names names{"rtt_ms",
              "handover_count",
              "not_admitted_count",
              "handover_execution_ratio",
              "handover_ratio",
              "mobility_ratio",
              "handover_interruption_ms",
              "handover_interruption_ul_ms",
              "ss_rsrp_dbm",
              "ss_rsrq_db",
              "ss_sinr_db",
              "dl_rank",
              "dl_rank2_share_percent"};
  for (const std::string direction : {"dl_", "ul_"}) {
    for (const char* figure :
         {"throughput_mbps", "goodput_mbps", "latency_ms", "mcs_index", "rank_layers",
          "block_size_prb", "bler_first_ratio", "residual_loss_ratio", "packet_loss_ratio",
          "within_budget_ratio", "satisfied_ratio", "unaccounted_bytes"}) {
      names.push_back(direction + figure);
    }
    for (const char* part : {"core", "queue", "alignment", "grant", "air", "processing", "harq",
                             "rlc", "reordering", "unattributed"}) {
      names.push_back(fmt::format("{}latency_{}_ms", direction, part));
    }
  }
  return names;
}

/// Those that all cells together have.
Names cell_figures() {
  Names names{"dl_prb_utilisation_percent",     "ul_prb_utilisation_percent",
              "dl_spectral_efficiency_bps_hz",  "ul_spectral_efficiency_bps_hz",
              "dl_carrier_efficiency_bps_hz",   "ul_carrier_efficiency_bps_hz",
              "pdcch_blocking_ratio",           "pdcch_level1_share_percent",
              "pdcch_level2_share_percent",     "pdcch_level4_share_percent",
              "pdcch_level8_share_percent",     "pdcch_level16_share_percent",
              "ul_interference_over_thermal_db"};
  for (const char* direction : {"dl", "ul"}) {
    for (const char* bound : analysis::bound_names) {
      names.push_back(fmt::format("{}_bound_by_{}_percent", direction, bound));
    }
  }
  return names;
}

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_name(const analysis::Target& target, const std::string& path, Report& report) {
  const bool is_of_cells = target.terminal_group() == analysis::cell_group;
  const Names names = is_of_cells ? cell_figures() : terminal_figures();
  if (contains(names, target.kpi())) return;
  if (!is_of_cells && contains(cell_figures(), target.kpi())) {
    return report.add(path + ".terminal_group",
                      {.found = fmt::format("{} of terminals, a figure of cells", target.kpi()),
                       .allowed = analysis::cell_group,
                       .clause = "[ours]"});
  }
  const std::string near = nearest(target.kpi(), names);
  report.add(path + ".kpi", {.found = fmt::format("'{}', a KPI that no run has{}", target.kpi(),
                                                  is_of_cells ? " of its cells" : ""),
                             .allowed = fmt::format("{}", fmt::join(names, ", ")),
                             .advice = near.empty() ? "" : fmt::format("Did you mean {}?", near)});
}

/// Figures of a delay budget are of groups that have one.
void check_budget(const schema::Scenario& scenario, const analysis::Target& target,
                  const std::string& path, Report& report) {
  const std::string& kpi = target.kpi();
  const bool is_of_budget = kpi.find("_satisfied_ratio") != std::string::npos ||
                            kpi.find("_within_budget_ratio") != std::string::npos;
  if (!is_of_budget || target.terminal_group() == analysis::cell_group) return;
  const auto& groups = scenario.terminal_group();
  Names with_budget;
  for (const schema::TerminalGroup& group : groups) {
    if (group.delay_budget_ms() > 0) with_budget.push_back(group.name());
  }
  if (contains(with_budget, target.terminal_group())) return;
  report.add(path + ".terminal_group",
             {.found = fmt::format("'{}', which has no delay_budget_ms", target.terminal_group()),
              .allowed = with_budget.empty() ? "a group with a delay_budget_ms above 0"
                                             : fmt::format("{}", fmt::join(with_budget, ", ")),
              .clause = "[ours]"});
}

}  // namespace

void check_targets(const schema::Scenario& scenario, Report& report) {
  for (int t = 0; t < scenario.target_size(); ++t) {
    const std::string path = fmt::format("target[{}]", t);
    const analysis::Target& target = scenario.target(t);
    for (const std::string& sentence : analysis::target_findings(target)) {
      report.add(path, {.found = sentence,
                        .allowed = "value with tolerance_percent, or low and high with RANGE",
                        .clause = "[ours]"});
    }
    check_name(target, path, report);
    check_budget(scenario, target, path, report);
  }
}

}  // namespace redcell::scenarios
