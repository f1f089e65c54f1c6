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
  const float ahead = has_two_positions() ? direct_ahead_[lane] : 0.0F;
  set_link(lane, tracked);
  // The response is for a gain of one, and what goes on is the response times the beam's.
  const float scale = std::sqrt(former_gain / beam_gain_[lane]);
  former_direct_level_[lane] = scale * level;
  if (has_two_positions()) former_direct_ahead_[lane] = ahead;
  for (std::size_t at = lane; at < former_unit_.size(); at += base::lane_count) {
    keep_former(lane, at / base::lane_count);
    former_unit_[at] *= scale;
  }
}

/// The scatterers' response at a position, rounded to 16 bits of the largest.
void ClusterTile::keep_former(std::size_t lane, std::size_t position) {
  float largest = 1e-20F;
  const auto for_each_row = [&](const auto& visit) {
    for (std::size_t row = 0; row < former_.row_count(); ++row) {
      if (position_of(row) == position) visit(row);
    }
  };
  for_each_row([&](std::size_t row) {
    largest = std::max(
        {largest, std::fabs(response_re_.at(row, lane)), std::fabs(response_im_.at(row, lane))});
  });
  const float unit = largest / 32767.0F;
  former_unit_[position * base::lane_count + lane] = unit;
  const auto units = [&](float value) {
    const float rounded = std::floor(value / unit + 0.5F);
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(rounded)) & 0xFFFFU;
  };
  for_each_row([&](std::size_t row) {
    former_.at(row, lane) =
        units(response_im_.at(row, lane)) << 16 | units(response_re_.at(row, lane));
  });
}

void ClusterTile::place_direct(std::size_t lane, double former_weight) {
  double ahead = static_cast<double>(direct_ahead_[lane]);
  if (former_weight > 0.0) {
    const double share = former_weight * former_weight;
    ahead = share * static_cast<double>(former_direct_ahead_[lane]) + (1.0 - share) * ahead;
  }
  for (std::size_t pair = position_pairs_; pair < pair_count_; ++pair) {
    direct_start_.at(pair, lane) =
        direct_start_.at(pair - position_pairs_, lane) + turns_of(360.0 * ahead);
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
  for (std::size_t row = 0; row < former_.row_count(); ++row) {
    const float unit = former_unit_[position_of(row) * base::lane_count + lane] *
                       static_cast<float>(former_weight);
    const std::uint32_t both = former_.at(row, lane);
    response_re_.at(row, lane) += unit * static_cast<float>(static_cast<std::int16_t>(both));
    response_im_.at(row, lane) += unit * static_cast<float>(static_cast<std::int16_t>(both >> 16));
  }
}

}  // namespace redcell::phy
