// The part of ClusterTile that goes over from a former link.
#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "phy/channel/cluster_tile.h"

namespace redcell::phy {

void ClusterTile::set_link(std::size_t lane, const TrackedLink& tracked, const FormerLink& former) {
  set_link(lane, former.link);
  const float level = direct_level_[lane] * direct_left_[lane];
  const float former_gain = beam_gain_[lane];
  travel(lane, former.way);
  direct_beam_.at(0, lane) = 0.0F;
  sum_taps();
  respond();
  set_link(lane, tracked);
  // The response is for a gain of one, and what goes on is the response times the beam's.
  const float scale = std::sqrt(former_gain / beam_gain_[lane]);
  former_direct_level_[lane] = scale * level;
  keep_former(lane);
  former_unit_[lane] *= scale;
}

/// The scatterers' response, rounded to 16 bits of the largest.
void ClusterTile::keep_former(std::size_t lane) {
  float largest = 1e-20F;
  for (std::size_t row = 0; row < former_.row_count(); ++row) {
    largest = std::max(
        {largest, std::fabs(response_re_.at(row, lane)), std::fabs(response_im_.at(row, lane))});
  }
  former_unit_[lane] = largest / 32767.0F;
  const auto units = [&](float value) {
    const float rounded = std::floor(value / former_unit_[lane] + 0.5F);
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(rounded)) & 0xFFFFU;
  };
  for (std::size_t row = 0; row < former_.row_count(); ++row) {
    former_.at(row, lane) =
        units(response_im_.at(row, lane)) << 16 | units(response_re_.at(row, lane));
  }
}

double ClusterTile::former_weight(std::size_t lane, double wavelengths) const {
  if (former_unit_[lane] == 0.0F || wavelengths >= changeover_wavelengths) return 0.0;
  return base::cos(0.5 * base::pi * wavelengths / changeover_wavelengths);
}

void ClusterTile::weaken(std::size_t lane, double former_weight) {
  const auto own = static_cast<float>(std::sqrt(1.0 - former_weight * former_weight));
  // The direct ray is the first tap.
  for (std::size_t row = pair_count_; row < gain_re_.row_count(); ++row) {
    gain_re_.at(row, lane) *= own;
    gain_im_.at(row, lane) *= own;
  }
}

void ClusterTile::add_former(std::size_t lane, double former_weight) {
  const float unit = former_unit_[lane] * static_cast<float>(former_weight);
  for (std::size_t row = 0; row < former_.row_count(); ++row) {
    const std::uint32_t both = former_.at(row, lane);
    response_re_.at(row, lane) += unit * static_cast<float>(static_cast<std::int16_t>(both));
    response_im_.at(row, lane) += unit * static_cast<float>(static_cast<std::int16_t>(both >> 16));
  }
}

}  // namespace redcell::phy
