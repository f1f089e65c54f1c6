// Rules about QoS flows: a 5QI that the standard has, and guarantees that can be held.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "mac/qos.h"
#include "scenarios/calc.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

struct GroupView {
  const schema::TerminalGroup& group;
  std::string path;
};

/// A guarantee in one direction.
struct Gfbr {
  const char* field;
  double mbps;
  base::Direction direction;
};

std::vector<Gfbr> guarantees_of(const schema::Bearer& bearer) {
  return {{"gfbr_dl_mbps", bearer.gfbr_dl_mbps(), base::Direction::downlink},
          {"gfbr_ul_mbps", bearer.gfbr_ul_mbps(), base::Direction::uplink}};
}

std::string five_qis(bool only_gbr) {
  std::vector<int> known = mac::standardised_5qis();
  std::erase_if(known,
                [&](int five_qi) { return only_gbr && !mac::standardised_5qi(five_qi)->is_gbr(); });
  return fmt::format("{}", fmt::join(known, ", "));
}

void check_five_qi(const GroupView& view, Report& report) {
  const schema::Bearer& bearer = view.group.bearer();
  const auto row = mac::standardised_5qi(static_cast<int>(bearer.five_qi()));
  if (!row) {
    return report.add(view.path + ".five_qi",
                      {.found = fmt::format("{}, not a standardised 5QI", bearer.five_qi()),
                       .allowed = five_qis(false),
                       .clause = "TS 23.501 Table 5.7.4-1"});
  }
  for (const Gfbr& gfbr : guarantees_of(bearer)) {
    if (gfbr.mbps == 0 || row->is_gbr()) continue;
    report.add(
        fmt::format("{}.{}", view.path, gfbr.field),
        {.found = fmt::format("{} Mbps for 5QI {}, which is non-GBR", gfbr.mbps, bearer.five_qi()),
         .allowed = fmt::format("0, or a five_qi of {}", five_qis(true)),
         .clause = "TS 23.501 5.7.2.5"});
  }
}

/// What one terminal can have at best in any cell that it may use; 0: there is none.
double peak_mbps(const std::vector<PeakRate>& rates, const GroupView& view,
                 base::Direction direction) {
  double peak = 0;
  for (const PeakRate& rate : rates) {
    if (rate.direction != direction || rate.capability != view.group.capability()) continue;
    if (may_use(view.group, rate.carrier)) peak = std::max(peak, rate.blocks_mbps);
  }
  return peak;
}

void check_peak(const std::vector<PeakRate>& rates, const GroupView& view, Report& report) {
  for (const Gfbr& gfbr : guarantees_of(view.group.bearer())) {
    const double peak = peak_mbps(rates, view, gfbr.direction);
    if (gfbr.mbps <= peak) continue;
    report.add(fmt::format("{}.{}", view.path, gfbr.field),
               {.found = fmt::format("{} Mbps for each terminal", gfbr.mbps),
                .allowed = fmt::format("at most {:.1f}, the peak rate of the part it is in", peak),
                .clause = "[ours]",
                .advice = "`redcell calc peak` tells peak rates."});
  }
}

bool has_guarantee(const schema::TerminalGroup& group) {
  return group.bearer().gfbr_dl_mbps() > 0 || group.bearer().gfbr_ul_mbps() > 0;
}

}  // namespace

void check_flows(const schema::Scenario& scenario, Report& report) {
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    check_five_qi({group, element_path("", group, "terminal_group", g) + ".bearer"}, report);
  }
}

void check_guarantees(const schema::Scenario& scenario, Report& report) {
  std::optional<std::vector<PeakRate>> rates;
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    if (!has_guarantee(group)) continue;
    if (!rates) rates = peak_rates(scenario);
    check_peak(*rates, {group, element_path("", group, "terminal_group", g) + ".bearer"}, report);
  }
}

}  // namespace redcell::scenarios
