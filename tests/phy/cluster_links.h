// Links with clusters in UMa, panels and tiles for tests of their fading.
#pragma once

#include <complex>
#include <cstdint>
#include <numbers>

#include "phy/channel/cluster_tile.h"

namespace redcell::phy {

using base::Hertz;
using base::Metres;
using Complex = std::complex<double>;

inline constexpr std::uint32_t seed = 20260410;
inline constexpr double carrier_hz = 2.6e9;
inline constexpr double radian = std::numbers::pi / 180.0;
inline constexpr BlockGrid fifty_one{Hertz(-25 * 360e3), Hertz(360e3), 51};

inline base::Random world() { return {seed, 1}; }

inline ClusterLink link_of(LinkClass kind, std::uint32_t ue) {
  ClusterLink link{.site = ue,
                   .kind = kind,
                   .spreads = {},
                   .distribution = lsp_distribution(
                       kind, {Metres(150.0), Metres(25.0), Metres(1.5), Hertz(carrier_hz)}),
                   .carrier = Hertz(carrier_hz),
                   .departure = {.azimuth_deg = -20.0, .zenith_deg = 99.0},
                   .arrival = {.azimuth_deg = 160.0, .zenith_deg = 81.0}};
  link.spreads = large_scale_parameters(link.distribution, {});
  return link;
}

inline constexpr LinkClass nlos{.surrounding = Surrounding::uma, .state = LinkState::nlos};
inline constexpr LinkClass los{.surrounding = Surrounding::uma, .state = LinkState::los};

inline BeamGrid panel() {
  return BeamGrid({.element = {.max_gain = base::Db(25.0)},
                   .columns = 8,
                   .rows = 4,
                   .horizontal_beams = 8,
                   .vertical_beams = 4,
                   .first_tilt_deg = 2.0,
                   .last_tilt_deg = 14.0});
}
/// One element, broad enough that all rays count.
inline BeamGrid one_element() { return BeamGrid({.element = {.azimuth_deg = -20.0}}); }

inline ClusterTileConfig config_of(int branches, int ports) {
  return {.surrounding = Surrounding::uma,
          .grids = {fifty_one},
          .branch_count = branches,
          .port_count = ports};
}

}  // namespace redcell::phy
