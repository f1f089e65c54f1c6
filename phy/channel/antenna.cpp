#include "phy/channel/antenna.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"

namespace redcell::phy {
namespace {

constexpr double degrees_per_radian = 180.0 / base::pi;

/// Angles of a ray seen from an element that is turned to its bearing and tilted down
/// (clause 7.1.3).
RayDirection in_element_frame(const SectorPattern& pattern, RayDirection ray) {
  const double zenith = ray.zenith_deg / degrees_per_radian;
  const double turn = (ray.azimuth_deg - pattern.azimuth_deg) / degrees_per_radian;
  const double tilt = pattern.downtilt_deg / degrees_per_radian;
  const double forward = base::sin(zenith) * base::cos(turn);
  const double left = base::sin(zenith) * base::sin(turn);
  const double up = base::cos(zenith);
  const double tilted_forward = forward * base::cos(tilt) - up * base::sin(tilt);
  const double tilted_up = forward * base::sin(tilt) + up * base::cos(tilt);
  const double level = std::sqrt(tilted_forward * tilted_forward + left * left);
  return {base::atan2(left, tilted_forward) * degrees_per_radian,
          base::atan2(level, tilted_up) * degrees_per_radian};
}

/// 12 (angle / beamwidth)^2, the parabola of both cuts.
double cut_attenuation_db(double off_boresight_deg) {
  const double ratio = off_boresight_deg / beamwidth_deg;
  return 12.0 * ratio * ratio;
}

}  // namespace

base::Db element_gain(const SectorPattern& pattern, RayDirection ray) {
  const RayDirection local = in_element_frame(pattern, ray);
  const double vertical_db =
      std::min(cut_attenuation_db(local.zenith_deg - 90.0), side_lobe_attenuation.value());
  const double horizontal_db =
      std::min(cut_attenuation_db(local.azimuth_deg), attenuation_max.value());
  return pattern.max_gain -
         base::Db(std::min(vertical_db + horizontal_db, attenuation_max.value()));
}

}  // namespace redcell::phy
