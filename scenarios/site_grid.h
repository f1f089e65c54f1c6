// Where sites stand: hexagonal grids, the torus that makes every site of one a middle one, and
// geographic coordinates on the scenario's plane.
#pragma once

#include <array>
#include <optional>
#include <vector>

namespace redcell::scenarios {

/// On the plane of the scenario, or a difference of two such points.
struct PlanePoint {
  double east_m = 0;
  double north_m = 0;
};

/// The origin and `ring_count` rings around it: 1, 7, 19 ... sites. Ring by ring, each clockwise
/// from bearing 30 degrees; the nearest neighbours lie at 30, 90, 150 ... degrees, so that sectors
/// at 30, 150 and 270 degrees look at a neighbour, as in the three-sector grid of TR 38.901 [ours].
/// Pre: ring_count >= 0, inter_site_distance_m > 0.
[[nodiscard]] std::vector<PlanePoint> hexagonal_sites(int ring_count, double inter_site_distance_m);

/// Wrap-around: the plane is paved with copies of hexagonal_sites(ring_count, isd), and what
/// counts between a terminal and a site is the nearest copy. Every site then sees the same
/// surroundings, and a terminal may leave the cluster as far as it likes.
class WrapAround {
 public:
  /// Pre: as hexagonal_sites.
  WrapAround(int ring_count, double inter_site_distance_m);

  /// The shortest of all vectors equivalent to this one; the input itself is one of them. Take
  /// antenna directions from it, too. Of two equally short ones always the same, up to rounding.
  [[nodiscard]] PlanePoint shortest(PlanePoint terminal_minus_site) const;

 private:
  std::array<PlanePoint, 2> step_;  ///< Two shortest translations of the cluster, 60 degrees apart.
};

/// WGS 84, height zero.
struct GeoPoint {
  double lat_deg = 0;  ///< -90..90, north is positive.
  double lon_deg = 0;  ///< -180..180, east is positive.
};

/// Farthest from the reference that a point may be, in a straight line.
inline constexpr double local_plane_radius_m_max = 100'000;
inline constexpr double local_plane_rounding_m_max = 1e-8;
/// Bound on |plane distance / geodesic distance - 1| between any two points within radius_m of the
/// reference, local_plane_rounding_m_max aside: the Earth is curved, at its smallest radius of
/// 6.335e6 m. 1.3e-6 at 10 km, 1.3e-4 at 100 km.
[[nodiscard]] constexpr double local_plane_error_max(double radius_m) {
  const double angle = radius_m / 6.335e6;
  return angle * angle / 2 * 1.01;  // The next term of the cosine, with room.
}

/// On the plane that touches the ellipsoid at `reference`, seen from straight above. nullopt if a
/// coordinate is out of range or the point farther away than local_plane_radius_m_max.
[[nodiscard]] std::optional<PlanePoint> local_metres(const GeoPoint& reference,
                                                     const GeoPoint& point);

}  // namespace redcell::scenarios
