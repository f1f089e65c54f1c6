// Goal: the channel of a clustered delay line is the sum over its rays. Method: eq. 7.5-22 and
// 7.5-29 of TR 38.901 written out in double, ray by ray and each with its delay.
#include "phy/channel/cdl.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <memory>
#include <numbers>

#include "base/math.h"
#include "phy/channel/cluster_tile.h"
#include "tests/phy/cdl_lines.h"

namespace redcell::phy {
namespace {

using base::Db;
using base::Hertz;
using Complex = std::complex<double>;

constexpr double radian = std::numbers::pi / 180.0;

constexpr BlockGrid fifty_one{Hertz(-25 * 360e3), Hertz(360e3), 51};
constexpr double carrier_hz = 3.5e9;

/// Eq. 7.5-22 and 7.5-29 for one pair of antennas: ray by ray, each with its delay.
struct Sum {
  Complex response;
  double size = 0.0;

  void add(Complex ray, double frequency_hz, double delay_s) {
    response += ray * std::polar(1.0, -2.0 * std::numbers::pi * frequency_hz * delay_s);
    size += std::abs(ray);
  }
};

struct Seen {
  const CdlChannel& channel;
  const TrackedLink& tracked;
  double wavelengths;
};

Sum oracle(const Seen& seen, std::size_t pair, double frequency_hz) {
  const Clusters& c = seen.channel.clusters;
  const RayView view{.heading_deg = seen.tracked.heading_deg};
  auto rays = std::make_unique<Rays>();
  draw_rays(world(), c, view, *rays);
  Sum sum;
  const double rx = -90.0 * radian * static_cast<double>(pair / 2);
  const double tx = (45.0 - 90.0 * static_cast<double>(pair % 2)) * radian;
  const double way = seen.wavelengths * seen.tracked.approach -
                     seen.tracked.distance_m * carrier_hz / base::speed_of_light_mps;
  sum.add(std::polar(std::sqrt(c.direct_share), 2.0 * std::numbers::pi * way) *
              (std::cos(rx) * std::cos(tx) - std::sin(rx) * std::sin(tx)),
          frequency_hz, 0.0);
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    for (std::size_t row = 0; row < ray_count; ++row) {
      const std::uint32_t word = rays->gain[pair][row][rank];
      const Complex gain = Complex(static_cast<std::int16_t>(word & 0xFFFFU),
                                   static_cast<std::int32_t>(word) * 0x1p-16) *
                           static_cast<double>(rays->scale[rank]);
      const double rate = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
      const double turns = std::remainder(rate * seen.wavelengths, 1.0);
      sum.add(gain * std::polar(std::sqrt(c.power[rank] / 20.0), 2.0 * std::numbers::pi * turns),
              frequency_hz, c.delay_s[rank]);
    }
  }
  return sum;
}

/// An element whose gain is the same in all directions that a narrow departure takes.
CdlScaling narrow_departure(CdlProfile profile) {
  CdlScaling scaling = plain(300e-9);
  scaling.aod = {0.0, 1e-3};
  scaling.zod = {90.0, 1e-3};
  if (has_line_of_sight(profile)) scaling.k_factor = Db(3.0);
  return scaling;
}

TEST(CdlTile, response_of_a_tile_equals_the_sum_over_rays) {
  const BeamGrid element({.element = {}});
  for (const CdlProfile profile : profiles) {
    const CdlChannel channel = cdl_channel(profile, narrow_departure(profile), ids);
    ClusterTile tile(world(), {.surrounding = Surrounding::inf,
                               .grids = {fifty_one},
                               .branch_count = 2,
                               .port_count = 2});
    const ClusterLink link{.kind = {.surrounding = Surrounding::inf},
                           .carrier = Hertz(carrier_hz),
                           .departure = channel.departure};
    const TrackedLink tracked{.link = link,
                              .panel = element,
                              .distance_m = 123.456,
                              .heading_deg = 70.0,
                              .approach = 0.35};
    tile.set_link(7, tracked, channel.clusters);
    std::array<double, base::lane_count> travelled{};
    travelled[7] = 1234.567;
    tile.refresh(travelled);
    for (int group = 0; group < fifty_one.count; group += 10) {
      for (std::size_t pair = 0; pair < 4; ++pair) {
        const double frequency_hz = -25 * 360e3 + 360e3 * group;
        const Sum wanted = oracle({channel, tracked, travelled[7]}, pair, frequency_hz);
        const std::size_t row = static_cast<std::size_t>(group) * 4 + pair;
        const Complex found(tile.response_re().at(row, 7), tile.response_im().at(row, 7));
        EXPECT_NEAR(std::abs(found - wanted.response), 0.0,
                    (cluster_tap_error_max + response_error_max) * wanted.size)
            << "profile " << static_cast<int>(profile) << " group " << group;
      }
    }
  }
}

TEST(CdlTile, line_of_sight_turns_with_its_own_approach) {
  // K of 60 dB: the first pair is the direct ray alone, which goes round once a wavelength ahead.
  CdlScaling scaling = narrow_departure(CdlProfile::cdl_d);
  scaling.k_factor = Db(60.0);
  const CdlChannel channel = cdl_channel(CdlProfile::cdl_d, scaling, ids);
  const BeamGrid element({.element = {}});
  ClusterTile tile(world(), {.surrounding = Surrounding::inf, .grids = {fifty_one}});
  const ClusterLink link{.kind = {.surrounding = Surrounding::inf},
                         .carrier = Hertz(carrier_hz),
                         .departure = channel.departure};
  tile.set_link(0, {.link = link, .panel = element, .approach = 1.0}, channel.clusters);
  std::array<double, base::lane_count> travelled{};
  std::array<Complex, 3> found;
  for (std::size_t i = 0; i < 3; ++i) {
    travelled[0] = 100.0 + 0.25 * static_cast<double>(i);
    tile.refresh(travelled);
    found[i] = {tile.response_re().at(0, 0), tile.response_im().at(0, 0)};
  }
  EXPECT_NEAR(std::abs(found[0]), std::sqrt(0.5), 0.02);
  EXPECT_NEAR(std::arg(found[1] / found[0]), std::numbers::pi / 2.0, 0.02);
  EXPECT_NEAR(std::abs(std::arg(found[2] / found[0])), std::numbers::pi, 0.02);
}

TEST(CdlTileDeathTest, a_tile_rejects_more_clusters_than_it_has_rows) {
  const BeamGrid element({.element = {}});
  const CdlChannel channel = cdl_channel(CdlProfile::cdl_c, plain(1e-7), ids);
  ClusterTile tile(world(), {.surrounding = Surrounding::uma, .grids = {fifty_one}});
  const ClusterLink link{.carrier = Hertz(carrier_hz), .departure = channel.departure};
  EXPECT_DEATH(tile.set_link(0, {.link = link, .panel = element}, channel.clusters),
               "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
