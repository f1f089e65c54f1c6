// Rules about sites: grids that cannot stand together, and beams that no panel forms.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/site_grid.h"

namespace redcell::scenarios {
namespace {

/// A sector and its place in the file.
struct SectorView {
  const schema::Sector& sector;
  std::string path;
};

template <class Owner>
std::vector<SectorView> sectors_of(const Owner& owner, const std::string& path) {
  std::vector<SectorView> sectors;
  for (int i = 0; i < owner.sector_size(); ++i) {
    sectors.push_back({owner.sector(i), fmt::format("{}.sector[{}]", path, i)});
  }
  return sectors;
}

void check_panel(const SectorView& view, Report& report) {
  const schema::Sector& sector = view.sector;
  const auto check_tilt = [&](const char* field, double tilt_deg) {
    if (std::fabs(tilt_deg - sector.downtilt_deg()) <= 90) return;
    report.add(fmt::format("{}.{}", view.path, field),
               {.found = fmt::format("{} degrees below the horizon, behind a panel tilted by {}",
                                     tilt_deg, sector.downtilt_deg()),
                .allowed = "at most 90 degrees from downtilt_deg",
                .clause = "TR 38.901 7.3"});
  };
  check_tilt("first_tilt_deg", sector.first_tilt_deg());
  if (sector.vertical_beams() > 1) check_tilt("last_tilt_deg", sector.last_tilt_deg());
  if (sector.ssb_rows() <= sector.rows()) return;
  report.add(view.path + ".ssb_rows",
             {.found = fmt::format("{} rows of a panel of {}", sector.ssb_rows(), sector.rows()),
              .allowed = fmt::format("1 to {}", sector.rows()),
              .clause = "[ours]"});
}

template <class Owner>
bool sends_on(const Owner& owner, const std::string& carrier) {
  return std::any_of(owner.sector().begin(), owner.sector().end(),
                     [&](const schema::Sector& s) { return s.carrier() == carrier; });
}

/// The grid's cells go on for ever; what else sends on their carrier would stand there once.
void check_alone(const schema::Scenario& scenario, int index, Report& report) {
  const schema::SiteGrid& grid = scenario.site_grid(index);
  const std::string path = element_path("", grid, "site_grid", index) + ".wrap_around";
  std::set<std::string> carriers;
  for (const schema::Sector& sector : grid.sector()) carriers.insert(sector.carrier());
  for (const std::string& carrier : carriers) {
    std::vector<std::string> others;
    for (const schema::Site& site : scenario.site()) {
      if (sends_on(site, carrier)) others.push_back("site " + site.name());
    }
    for (int g = 0; g < scenario.site_grid_size(); ++g) {
      const schema::SiteGrid& other = scenario.site_grid(g);
      if (g != index && sends_on(other, carrier)) others.push_back("site_grid " + other.name());
    }
    if (others.empty()) continue;
    report.add(path, {.found = fmt::format("a grid that goes on for ever on '{}', beside {}",
                                           carrier, fmt::join(others, ", ")),
                      .allowed = "false, or nothing else on its carrier",
                      .clause = "[ours]",
                      .advice = "The others have no images in the copies of the grid."});
  }
}

/// Sites of a grid are called by its name and a number.
void check_names(const schema::Scenario& scenario, Report& report) {
  std::map<std::string, std::string> owner;
  for (const schema::Site& site : scenario.site()) owner[site.name()] = "site " + site.name();
  for (int g = 0; g < scenario.site_grid_size(); ++g) {
    const schema::SiteGrid& grid = scenario.site_grid(g);
    const auto rings = static_cast<int>(grid.rings());
    const std::size_t count = hexagonal_sites(rings, grid.inter_site_distance_m()).size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = grid.name() + std::to_string(i);
      const auto [known, is_new] = owner.emplace(name, "site_grid " + grid.name());
      if (is_new) continue;
      report.add(element_path("", grid, "site_grid", g) + ".name",
                 {.found = fmt::format("a site '{}', a name that {} has already given", name,
                                       known->second),
                  .allowed = "a name that, with a number behind it, is no other site's",
                  .clause = "[ours]"});
      break;
    }
  }
}

}  // namespace

void check_sites(const schema::Scenario& scenario, Report& report) {
  for (int s = 0; s < scenario.site_size(); ++s) {
    const schema::Site& site = scenario.site(s);
    for (const SectorView& view : sectors_of(site, element_path("", site, "site", s))) {
      check_panel(view, report);
    }
  }
  for (int g = 0; g < scenario.site_grid_size(); ++g) {
    const schema::SiteGrid& grid = scenario.site_grid(g);
    const std::string path = element_path("", grid, "site_grid", g);
    for (const SectorView& view : sectors_of(grid, path)) check_panel(view, report);
    if (grid.wrap_around()) check_alone(scenario, g, report);
  }
  check_names(scenario, report);
}

}  // namespace redcell::scenarios
