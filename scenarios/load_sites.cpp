#include "scenarios/load_sites.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "scenarios/path.h"
#include "scenarios/site_grid.h"

namespace redcell::scenarios {

std::vector<Finding> place_sites(schema::Scenario& scenario, const SourceMap& where) {
  std::vector<Finding> findings;
  std::optional<GeoPoint> reference;
  for (int s = 0; s < scenario.site_size(); ++s) {
    schema::Site& site = *scenario.mutable_site(s);
    if (!site.has_lat_deg() && !site.has_lon_deg()) continue;
    Finding finding = where.finding(element_path("", site, "site", s));
    finding.clause = "[ours]";
    if (!site.has_lat_deg() || !site.has_lon_deg()) {
      finding.found = site.has_lat_deg() ? "lat_deg without lon_deg" : "lon_deg without lat_deg";
      finding.allowed = "both, or x_m and y_m";
      findings.push_back(std::move(finding));
      continue;
    }
    const GeoPoint point{.lat_deg = site.lat_deg(), .lon_deg = site.lon_deg()};
    if (!reference) reference = point;
    const std::optional<PlanePoint> at = local_metres(*reference, point);
    if (!at) {
      finding.found = fmt::format("a site at {}, {}", point.lat_deg, point.lon_deg);
      finding.allowed =
          fmt::format("at most {:.0f} km from the first site at {}, {}",
                      local_plane_radius_m_max / 1e3, reference->lat_deg, reference->lon_deg);
      findings.push_back(std::move(finding));
      continue;
    }
    site.set_x_m(at->east_m);
    site.set_y_m(at->north_m);
  }
  return findings;
}

}  // namespace redcell::scenarios
