// Rules about where terminals begin, and how many of them there are.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/site_grid.h"

namespace redcell::scenarios {
namespace {

/// In all groups together [ours]: far more than memory takes, fewer than there are addresses.
constexpr std::uint64_t terminal_count_max = 1'000'000;

/// Cells of grids that a group's terminals may use, and so are spread over.
std::uint64_t grid_cell_count(const schema::Scenario& scenario,
                              const schema::TerminalGroup& group) {
  std::uint64_t count = 0;
  for (const schema::SiteGrid& grid : scenario.site_grid()) {
    const auto sectors =
        std::count_if(grid.sector().begin(), grid.sector().end(),
                      [&](const schema::Sector& s) { return may_use(group, s.carrier()); });
    const auto rings = static_cast<int>(grid.rings());
    count += hexagonal_sites(rings, grid.inter_site_distance_m()).size() *
             static_cast<std::uint64_t>(sectors);
  }
  return count;
}

void check_ring(const schema::Placement& place, const std::string& path, Report& report) {
  if (place.min_radius_m() <= place.max_radius_m()) return;
  report.add(path + ".min_radius_m",
             {.found = fmt::format("{} m, with max_radius_m of {} m", place.min_radius_m(),
                                   place.max_radius_m()),
              .allowed = fmt::format("0 to {} m", place.max_radius_m()),
              .clause = "[ours]"});
}

void check_per_cell(const schema::Scenario& scenario, const schema::TerminalGroup& group,
                    const std::string& path, Report& report) {
  const schema::Placement& place = group.placement();
  if (grid_cell_count(scenario, group) == 0) {
    report.add(path + ".per_cell",
               {.found = group.has_carrier()
                             ? fmt::format("no site_grid with a sector on '{}'", group.carrier())
                             : "no site_grid with a sector",
                .allowed = "per_cell with a grid that has cells for the group",
                .clause = "[ours]",
                .advice = "Sites of their own have no hexagon to spread terminals over."});
  }
  // A random way has its area around the placement, wherever its terminals begin.
  const bool is_elsewhere =
      (place.x_m() != 0 || place.y_m() != 0) && !group.route().has_random_way();
  if (place.max_radius_m() > 0 || place.min_radius_m() > 0 || is_elsewhere ||
      group.route().way_point_size() > 0) {
    report.add(path + ".per_cell",
               {.found = group.route().way_point_size() > 0
                             ? "terminals all over the cells that begin at a way point"
                             : "terminals all over the cells and at a place of their own",
                .allowed = "per_cell, or another place to begin",
                .clause = "[ours]"});
  }
}

}  // namespace

std::uint64_t terminal_count(const schema::Scenario& scenario, const schema::TerminalGroup& group) {
  const bool per_cell = group.placement().per_cell();
  return group.count() * (per_cell ? grid_cell_count(scenario, group) : 1);
}

void check_placements(const schema::Scenario& scenario, Report& report) {
  std::uint64_t count = 0;
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    const std::string path = element_path("", group, "terminal_group", g);
    const bool per_cell = group.placement().per_cell();
    check_ring(group.placement(), path + ".placement", report);
    if (per_cell) check_per_cell(scenario, group, path + ".placement", report);
    const bool was_enough = count > terminal_count_max;
    count += terminal_count(scenario, group);
    if (was_enough || count <= terminal_count_max) continue;
    report.add(path + ".count",
               {.found = fmt::format("{} terminals, the groups before included", count),
                .allowed = fmt::format("at most {} in all", terminal_count_max),
                .clause = "[ours]"});
  }
}

}  // namespace redcell::scenarios
