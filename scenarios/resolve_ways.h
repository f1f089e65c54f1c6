// Where the terminals of a group come during a run, as straight ways with a margin: what preflight
// and the timing of a carrier need to know of placements and routes before anything is drawn.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "scenarios/schema/scenario.pb.h"
#include "scenarios/site_grid.h"

namespace redcell::scenarios {

/// A terminal on it keeps between min_radius_m and max_radius_m from a point that goes straight
/// from one end to the other.
struct Way {
  PlanePoint from;
  PlanePoint to;  ///< The same as `from` where nobody moves.
  double min_radius_m = 0;
  double max_radius_m = 0;
};

/// All places where terminals of the group may be, and perhaps more: a straight route as far as the
/// run lasts; way points as far as the run lasts, on a loop the whole lap, since terminals begin
/// anywhere on it; a random way as the circle that holds its area and its starts. With per_cell a
/// way begins around every site of a grid whose sectors the group may use. At least one way, but
/// none where per_cell finds no cell.
[[nodiscard]] std::vector<Way> ways_of(const schema::Scenario& scenario,
                                       const schema::TerminalGroup& group);

/// What a way point's speed is: its own or the route's.
[[nodiscard]] double speed_kmh(const schema::Route& route, const schema::WayPoint& point);

/// How near to a site terminals come on their ways, and how far.
struct DistanceRange {
  double near_m = 0;  ///< None comes nearer; on a ring around its way one may come so near.
  double far_m = 0;   ///< None goes farther.
};
/// Pre: at least one way.
[[nodiscard]] DistanceRange distance_range(std::span<const Way> ways, const PlanePoint& site);

struct Disc {
  PlanePoint centre;
  double radius_m = 0;
};
/// A point of the ways at which no disc holds all terminals that may be around it; nullopt when
/// there is none, so that each terminal is in some disc at any time.
[[nodiscard]] std::optional<PlanePoint> uncovered(std::span<const Way> ways,
                                                  std::span<const Disc> discs);

/// Bound on the distance between a terminal and the site that serves it, over all groups; 0 without
/// sites. Any single site may be the serving one. In a grid it is one of the nearest, and none of
/// those is farther than neighbours are from each other [ours]: a grid that goes on for ever never
/// leaves anyone farther out, another only those who stay within it.
[[nodiscard]] double farthest_m(const schema::Scenario& scenario);

}  // namespace redcell::scenarios
