#include "terminals/route.h"

#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::terminals {

Route::Route(const RouteConfig& config)
    : config_(config),
      east_mps_(config.speed_mps * base::sin(config.heading_deg * base::pi / 180)),
      north_mps_(config.speed_mps * base::cos(config.heading_deg * base::pi / 180)) {
  RC_CHECK(config.speed_mps >= 0 && config.fading_speed_mps >= 0);
}

phy::Position Route::position_at(base::Instant t) const {
  const double seconds = base::to_seconds(t - base::Instant());
  return {.east_m = config_.start.east_m + east_mps_ * seconds,
          .north_m = config_.start.north_m + north_mps_ * seconds,
          .up_m = config_.start.up_m};
}

double Route::fading_way_m(base::Instant t) const {
  return fading_speed_mps() * base::to_seconds(t - base::Instant());
}

double Route::fading_speed_mps() const { return config_.speed_mps + config_.fading_speed_mps; }

phy::Position place(const Ring& ring, double height_m, const base::Random& random, base::UeId ue) {
  RC_CHECK(ring.max_radius_m >= ring.min_radius_m);
  const double low = ring.min_radius_m * ring.min_radius_m;
  const double high = ring.max_radius_m * ring.max_radius_m;
  const double share = random.uniform(base::Purpose::placement, {.a = ue.value, .b = 0}, 0);
  const double turn = random.uniform(base::Purpose::placement, {.a = ue.value, .b = 0}, 1);
  const double radius_m = std::sqrt(low + share * (high - low));
  return {.east_m = ring.east_m + radius_m * base::cos(2 * base::pi * turn),
          .north_m = ring.north_m + radius_m * base::sin(2 * base::pi * turn),
          .up_m = height_m};
}

}  // namespace redcell::terminals
