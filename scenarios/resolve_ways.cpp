#include "scenarios/resolve_ways.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::scenarios {
namespace {

constexpr double mps_per_kmh = 1 / 3.6;

PlanePoint operator+(const PlanePoint& a, const PlanePoint& b) {
  return {.east_m = a.east_m + b.east_m, .north_m = a.north_m + b.north_m};
}

PlanePoint operator-(const PlanePoint& a, const PlanePoint& b) {
  return {.east_m = a.east_m - b.east_m, .north_m = a.north_m - b.north_m};
}

PlanePoint operator*(double factor, const PlanePoint& p) {
  return {.east_m = factor * p.east_m, .north_m = factor * p.north_m};
}

double dot(const PlanePoint& a, const PlanePoint& b) {
  return a.east_m * b.east_m + a.north_m * b.north_m;
}

double length_m(const PlanePoint& p) { return std::sqrt(dot(p, p)); }

PlanePoint point_of(const schema::WayPoint& point) {
  return {.east_m = point.x_m(), .north_m = point.y_m()};
}

PlanePoint centre_of(const schema::Placement& place) {
  return {.east_m = place.x_m(), .north_m = place.y_m()};
}

bool has_cell_for(const schema::SiteGrid& grid, const schema::TerminalGroup& group) {
  return std::any_of(grid.sector().begin(), grid.sector().end(), [&](const schema::Sector& sector) {
    return !group.has_carrier() || sector.carrier() == group.carrier();
  });
}

/// Where terminals are at first, if they do not begin at a way point.
std::vector<Way> starts_of(const schema::Scenario& scenario, const schema::TerminalGroup& group) {
  const schema::Placement& place = group.placement();
  if (!place.per_cell()) {
    return {{.from = centre_of(place),
             .to = centre_of(place),
             .min_radius_m = place.min_radius_m(),
             .max_radius_m = place.max_radius_m()}};
  }
  std::vector<Way> starts;
  for (const schema::SiteGrid& grid : scenario.site_grid()) {
    if (!has_cell_for(grid, group)) continue;
    const double isd_m = grid.inter_site_distance_m();
    for (const PlanePoint& site : hexagonal_sites(static_cast<int>(grid.rings()), isd_m)) {
      // Everywhere in the hexagon; its corners are the farthest.
      starts.push_back({.from = site, .to = site, .max_radius_m = isd_m / std::sqrt(3.0)});
    }
  }
  return starts;
}

std::vector<Way> straight_ways(const schema::Scenario& scenario,
                               const schema::TerminalGroup& group) {
  const double travel_m = group.route().speed_kmh() * mps_per_kmh * scenario.duration_s();
  const double heading = group.route().heading_deg() * base::pi / 180;
  std::vector<Way> ways = starts_of(scenario, group);
  for (Way& way : ways) {
    way.to = way.from + travel_m * PlanePoint{base::sin(heading), base::cos(heading)};
  }
  return ways;
}

std::vector<Way> legs_of(const schema::Scenario& scenario, const schema::Route& route) {
  const int count = route.way_point_size();
  const int leg_count = route.loop() ? count : count - 1;
  std::vector<Way> ways{{.from = point_of(route.way_point(0)), .to = point_of(route.way_point(0))}};
  double left_s = scenario.duration_s();
  for (int leg = 0; leg < leg_count; ++leg) {
    const schema::WayPoint& point = route.way_point(leg);
    const PlanePoint from = point_of(point);
    const PlanePoint way = point_of(route.way_point((leg + 1) % count)) - from;
    double share = 1;
    if (!route.loop()) {
      left_s -= point.wait_s();
      if (left_s <= 0) break;
      const double reach_m = speed_kmh(route, point) * mps_per_kmh * left_s;
      if (reach_m < length_m(way)) share = reach_m / length_m(way);
      if (reach_m > 0) left_s -= left_s * length_m(way) / reach_m;
    }
    ways.push_back({.from = from, .to = from + share * way});
  }
  return ways;
}

Way circle_of_random_way(const schema::Scenario& scenario, const schema::TerminalGroup& group) {
  const PlanePoint centre = centre_of(group.placement());
  Way circle{.from = centre, .to = centre, .max_radius_m = group.route().random_way().radius_m()};
  for (const Way& start : starts_of(scenario, group)) {
    circle.max_radius_m =
        std::max(circle.max_radius_m, length_m(start.from - centre) + start.max_radius_m);
  }
  return circle;
}

DistanceRange range_of(const Way& way, const PlanePoint& site) {
  const PlanePoint from = way.from - site;
  const PlanePoint along = way.to - way.from;
  const double length2 = dot(along, along);
  const double nearest = length2 > 0 ? std::clamp(-dot(from, along) / length2, 0.0, 1.0) : 0.0;
  // The middle comes this near and this far; every terminal stays on its ring around it.
  const double centre_near = length_m(from + nearest * along);
  const double centre_far = std::max(length_m(from), length_m(way.to - site));
  DistanceRange range{.near_m = 0, .far_m = centre_far + way.max_radius_m};
  if (centre_near > way.max_radius_m) range.near_m = centre_near - way.max_radius_m;
  if (centre_far < way.min_radius_m) range.near_m = way.min_radius_m - centre_far;
  return range;
}

/// How far along a way one gets inside a disc from `at` on, both as shares of the way; -1 when `at`
/// is outside.
double leaves(const Way& way, double at, const Disc& disc) {
  const double radius_m = disc.radius_m - way.max_radius_m;
  if (radius_m < 0) return -1;
  const PlanePoint from = way.from - disc.centre;
  const PlanePoint along = way.to - way.from;
  const double a = dot(along, along);
  const double b = dot(along, from);
  const double c = dot(from, from) - radius_m * radius_m;
  if (a == 0) return c <= 0 ? 1 : -1;
  const double root2 = b * b - a * c;
  if (root2 < 0) return -1;
  const double enters = (-b - std::sqrt(root2)) / a;
  const double end = (-b + std::sqrt(root2)) / a;
  if (enters > at || end < at) return -1;
  return std::min(end, 1.0);
}

std::optional<PlanePoint> uncovered(const Way& way, std::span<const Disc> discs) {
  double at = 0;
  for (;;) {
    double end = -1;
    for (const Disc& disc : discs) end = std::max(end, leaves(way, at, disc));
    if (end >= 1) return std::nullopt;
    // Here no disc leads on.
    if (end <= at) return way.from + at * (way.to - way.from);
    at = end;
  }
}

double farthest_in_grid_m(const schema::SiteGrid& grid, std::span<const Way> ways) {
  const double isd_m = grid.inter_site_distance_m();
  if (grid.wrap_around() || ways.empty()) return isd_m;
  std::vector<Disc> around;
  double far_m = isd_m;
  for (const PlanePoint& site : hexagonal_sites(static_cast<int>(grid.rings()), isd_m)) {
    around.push_back({.centre = site, .radius_m = isd_m});
    far_m = std::max(far_m, distance_range(ways, site).far_m);
  }
  return uncovered(ways, around) ? far_m : isd_m;
}

}  // namespace

double speed_kmh(const schema::Route& route, const schema::WayPoint& point) {
  return point.has_speed_kmh() ? point.speed_kmh() : route.speed_kmh();
}

std::vector<Way> ways_of(const schema::Scenario& scenario, const schema::TerminalGroup& group) {
  const schema::Route& route = group.route();
  if (route.has_random_way()) return {circle_of_random_way(scenario, group)};
  if (route.way_point_size() > 0) return legs_of(scenario, route);
  return straight_ways(scenario, group);
}

DistanceRange distance_range(std::span<const Way> ways, const PlanePoint& site) {
  RC_CHECK(!ways.empty());
  DistanceRange all = range_of(ways[0], site);
  for (const Way& way : ways) {
    const DistanceRange range = range_of(way, site);
    all = {.near_m = std::min(all.near_m, range.near_m), .far_m = std::max(all.far_m, range.far_m)};
  }
  return all;
}

std::optional<PlanePoint> uncovered(std::span<const Way> ways, std::span<const Disc> discs) {
  for (const Way& way : ways) {
    if (const auto place = uncovered(way, discs)) return place;
  }
  return std::nullopt;
}

double farthest_m(const schema::Scenario& scenario) {
  double far_m = 0;
  for (const schema::TerminalGroup& group : scenario.terminal_group()) {
    const std::vector<Way> ways = ways_of(scenario, group);
    for (const schema::SiteGrid& grid : scenario.site_grid()) {
      far_m = std::max(far_m, farthest_in_grid_m(grid, ways));
    }
    if (ways.empty()) continue;
    for (const schema::Site& site : scenario.site()) {
      const PlanePoint at{.east_m = site.x_m(), .north_m = site.y_m()};
      far_m = std::max(far_m, distance_range(ways, at).far_m);
    }
  }
  return far_m;
}

}  // namespace redcell::scenarios
