// Links with delay lines, sixteen at a time, for tests of their fading.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <functional>
#include <vector>

#include "phy/channel/fading.h"

namespace redcell::phy::delay_lines {

using base::Hertz;
using base::lane_count;
using Complex = std::complex<double>;

inline constexpr std::uint32_t seed = 20240607;
inline constexpr double pi = 3.14159265358979323846;

inline base::Random world() { return {seed, 1}; }

inline FadingConfig config_of(TdlProfile profile, int rx_count, int tx_count) {
  FadingConfig config;
  config.profile = profile;
  config.delay_spread_s = 100e-9;
  config.grids = {{Hertz(-8.64e6), Hertz(720e3), 25}};
  config.rx_count = rx_count;
  config.tx_count = tx_count;
  return config;
}

inline std::vector<FadingLink> links_of(std::size_t count, std::uint32_t first_ue) {
  std::vector<FadingLink> links;
  for (std::size_t i = 0; i < count; ++i) {
    links.push_back({.ue = first_ue + static_cast<std::uint32_t>(i), .cell = 3});
  }
  return links;
}

/// Row of one response: group, rx, tx.
struct Where {
  int group;
  int rx;
  int tx;
};

inline std::size_t row_of(const FadingConfig& config, Where where) {
  return static_cast<std::size_t>((where.group * config.rx_count + where.rx) * config.tx_count +
                                  where.tx);
}

inline Complex response_at(const FadingTile& tile, std::size_t row, std::size_t lane) {
  return {tile.response_re().at(row, lane), tile.response_im().at(row, lane)};
}

inline Complex gain_at(const FadingTile& tile, std::size_t row, std::size_t lane) {
  return {tile.taps().gain_re.at(row, lane), tile.taps().gain_im.at(row, lane)};
}

/// Calls visit(tile, lane) for link_count links, 16 at a time, after a refresh at some distance.
inline void for_each_link(const FadingConfig& config, std::size_t link_count,
                          const std::function<void(FadingTile&, std::size_t)>& visit) {
  for (std::size_t first = 0; first < link_count; first += lane_count) {
    FadingTile tile(world(), config, links_of(lane_count, static_cast<std::uint32_t>(first)));
    tile.refresh(std::vector<double>(lane_count, 17.25));
    for (std::size_t lane = 0; lane < lane_count; ++lane) visit(tile, lane);
  }
}

inline constexpr std::size_t population = 6400;
// False alarm one in a million for a Kolmogorov-Smirnov distance: 2 exp(-2 t^2) = 1e-6.
inline const double ks_distance_max = 2.694 / std::sqrt(static_cast<double>(population));
// False alarm below one in a million for a mean: five standard errors.
inline const double standard_errors = 5.0;

}  // namespace redcell::phy::delay_lines
