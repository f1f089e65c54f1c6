// Where a terminal is: a pure function of time, so that any moment can be asked for in any order.
#pragma once

#include "base/ids.h"
#include "base/random.h"
#include "base/units.h"
#include "phy/channel/geometry.h"

namespace redcell::terminals {

struct RouteConfig {
  phy::Position start;
  double speed_mps = 0;    ///< Along a straight line; >= 0.
  double heading_deg = 0;  ///< Clockwise from north.
  double fading_speed_mps =
      0;  ///< What moving surroundings add to the way that fading sees [ours]; >= 0.
};

class Route {
 public:
  explicit Route(const RouteConfig& config);

  [[nodiscard]] phy::Position position_at(base::Instant t) const;
  /// Way in metres that the fading process has seen by t: own movement and surroundings.
  [[nodiscard]] double fading_way_m(base::Instant t) const;
  [[nodiscard]] double fading_speed_mps() const;
  [[nodiscard]] bool moves() const { return config_.speed_mps > 0; }

 private:
  RouteConfig config_;
  double east_mps_;
  double north_mps_;
};

/// Uniform over the area of a ring around a point; the point itself when both radii are zero.
struct Ring {
  double east_m = 0;
  double north_m = 0;
  double min_radius_m = 0;
  double max_radius_m = 0;  ///< >= min_radius_m.
};
[[nodiscard]] phy::Position place(const Ring& ring, double height_m, const base::Random& random,
                                  base::UeId ue);

}  // namespace redcell::terminals
