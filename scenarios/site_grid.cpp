#include "scenarios/site_grid.h"

#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/math.h"

namespace redcell::scenarios {
namespace {

constexpr double wgs84_semi_major_axis_m = 6'378'137;
constexpr double wgs84_flattening = 1 / 298.257223563;
constexpr double eccentricity_squared = wgs84_flattening * (2 - wgs84_flattening);

/// A point of a hexagonal lattice: so many steps at bearing 30 and so many at bearing 90 degrees.
struct LatticePoint {
  int steps_30 = 0;
  int steps_90 = 0;
};

PlanePoint on_plane(const LatticePoint& p, double step_m) {
  return {.east_m = step_m * (0.5 * p.steps_30 + p.steps_90),
          .north_m = step_m * (std::sqrt(3.0) / 2 * p.steps_30)};
}

/// Clockwise by 60 degrees: bearing 30 becomes 90, bearing 90 becomes 150.
LatticePoint turned(const LatticePoint& p) {
  return {.steps_30 = -p.steps_90, .steps_90 = p.steps_30 + p.steps_90};
}

double squared(const PlanePoint& p) { return p.east_m * p.east_m + p.north_m * p.north_m; }

PlanePoint moved(const PlanePoint& p, const PlanePoint& step, double count) {
  return {.east_m = p.east_m + count * step.east_m, .north_m = p.north_m + count * step.north_m};
}

/// Point of the ellipsoid in its meridian's plane.
struct Meridian {
  double axis_distance_m;
  double equator_distance_m;  ///< North is positive.
};

Meridian on_ellipsoid(double sin_lat, double cos_lat) {
  const double normal_m =
      wgs84_semi_major_axis_m / std::sqrt(1 - eccentricity_squared * sin_lat * sin_lat);
  return {.axis_distance_m = normal_m * cos_lat,
          .equator_distance_m = normal_m * (1 - eccentricity_squared) * sin_lat};
}

bool on_earth(const GeoPoint& p) {
  return p.lat_deg >= -90 && p.lat_deg <= 90 && p.lon_deg >= -180 && p.lon_deg <= 180;
}

}  // namespace

std::vector<PlanePoint> hexagonal_sites(int ring_count, double inter_site_distance_m) {
  RC_CHECK(ring_count >= 0 && inter_site_distance_m > 0);
  std::vector<PlanePoint> sites{PlanePoint{}};
  for (int ring = 1; ring <= ring_count; ++ring) {
    LatticePoint at{.steps_30 = ring, .steps_90 = 0};
    LatticePoint along{.steps_30 = -1, .steps_90 = 1};  // Bearing 150, the side after corner 30.
    for (int side = 0; side < 6; ++side) {
      for (int step = 0; step < ring; ++step) {
        sites.push_back(on_plane(at, inter_site_distance_m));
        at = {.steps_30 = at.steps_30 + along.steps_30, .steps_90 = at.steps_90 + along.steps_90};
      }
      along = turned(along);
    }
  }
  return sites;
}

WrapAround::WrapAround(int ring_count, double inter_site_distance_m) {
  RC_CHECK(ring_count >= 0 && inter_site_distance_m > 0);
  // A cluster of n rings touches its copies where one has gone n + 1 sites along a row and n along
  // the next direction: n^2 + n (n + 1) + (n + 1)^2 = 3 n (n + 1) + 1, its number of sites.
  const LatticePoint step{.steps_30 = ring_count + 1, .steps_90 = ring_count};
  step_ = {on_plane(step, inter_site_distance_m), on_plane(turned(step), inter_site_distance_m)};
}

PlanePoint WrapAround::shortest(PlanePoint terminal_minus_site) const {
  const PlanePoint& v = terminal_minus_site;
  const double area = step_[0].east_m * step_[1].north_m - step_[0].north_m * step_[1].east_m;
  const double steps_0 = (v.east_m * step_[1].north_m - v.north_m * step_[1].east_m) / area;
  const double steps_1 = (step_[0].east_m * v.north_m - step_[0].north_m * v.east_m) / area;
  // The corners of the rhombus around v: two equilateral triangles, and in such a one the nearest
  // point of the whole lattice is a corner. Counts, not sums of steps: no step leaves v as it is.
  const double low_0 = std::floor(steps_0);
  const double low_1 = std::floor(steps_1);
  PlanePoint best = moved(moved(v, step_[0], -low_0), step_[1], -low_1);
  for (const auto& [count_0, count_1] :
       {std::pair{low_0 + 1, low_1}, {low_0, low_1 + 1}, {low_0 + 1, low_1 + 1}}) {
    const PlanePoint other = moved(moved(v, step_[0], -count_0), step_[1], -count_1);
    if (squared(other) < squared(best)) best = other;
  }
  return best;
}

std::optional<PlanePoint> local_metres(const GeoPoint& reference, const GeoPoint& point) {
  if (!on_earth(reference) || !on_earth(point)) return std::nullopt;
  constexpr double radians = base::pi / 180;
  const double sin_lat = base::sin(reference.lat_deg * radians);
  const double cos_lat = base::cos(reference.lat_deg * radians);
  const double turn = (point.lon_deg - reference.lon_deg) * radians;
  const Meridian from = on_ellipsoid(sin_lat, cos_lat);
  const Meridian to =
      on_ellipsoid(base::sin(point.lat_deg * radians), base::cos(point.lat_deg * radians));
  // Geocentric differences: along the reference's meridian, across it, and along the axis.
  const double outward_m = to.axis_distance_m * base::cos(turn) - from.axis_distance_m;
  const double eastward_m = to.axis_distance_m * base::sin(turn);
  const double axial_m = to.equator_distance_m - from.equator_distance_m;
  const double straight_m =
      std::sqrt(outward_m * outward_m + eastward_m * eastward_m + axial_m * axial_m);
  if (straight_m > local_plane_radius_m_max) return std::nullopt;
  return PlanePoint{.east_m = eastward_m, .north_m = cos_lat * axial_m - sin_lat * outward_m};
}

}  // namespace redcell::scenarios
