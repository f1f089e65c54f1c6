// Goal: rays are those of TR 38.901 clause 7.5 steps 7 to 10, and beams see each of them as the
// elements of the panel do. Method: an oracle in double from the formulas, whose random words come
// one by one from base::Random; a panel summed element by element; laws over many rays.
#include "phy/channel/cluster_rays.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <numeric>
#include <vector>

#include "hwy/targets.h"
#include "phy/channel/beam.h"

namespace redcell::phy {
namespace {

using base::Hertz;
using base::Metres;
using Complex = std::complex<double>;

constexpr std::uint32_t seed = 20260409;
constexpr double radian = std::numbers::pi / 180.0;

base::Random world() { return {seed, 1}; }

ClusterLink link_of(LinkState state, std::uint32_t ue) {
  const LinkClass kind{.surrounding = Surrounding::uma, .state = state};
  ClusterLink link{.site = ue,
                   .kind = kind,
                   .spreads = {},
                   .distribution = lsp_distribution(
                       kind, {Metres(150.0), Metres(25.0), Metres(1.5), Hertz(2.6e9)}),
                   .carrier = Hertz(2.6e9),
                   .departure = {.azimuth_deg = -20.0, .zenith_deg = 99.0},
                   .arrival = {.azimuth_deg = 160.0, .zenith_deg = 81.0}};
  link.spreads = large_scale_parameters(link.distribution, {});
  return link;
}

/// Rays of a cluster as the tables list them: offsets by sub-cluster, Tables 7.5-3 and 7.5-5.
constexpr std::array<double, ray_count> offsets = {
    0.0447, -0.0447, 0.1413, -0.1413, 0.2492, -0.2492, 0.3715, -0.3715, 2.1551, -2.1551,
    0.5129, -0.5129, 0.6797, -0.6797, 1.5195, -1.5195, 0.8844, -0.8844, 1.1481, -1.1481};
std::uint32_t sub_cluster_of(std::size_t row) { return row < 10 ? 0 : row < 16 ? 1 : 2; }

struct OracleRay {
  double aod, zod, aoa, zoa;  ///< Degrees.
  double xpr;
  std::array<double, 4> phase;  ///< Theta-theta, theta-phi, phi-theta, phi-phi; rad.
};

std::array<std::uint32_t, 4> words(const Clusters& c, std::size_t rank, std::uint64_t block) {
  return world().at(base::Purpose::ray, c.ids,
                    c.region[rank] * 4294967296ULL + 64ULL * c.name[rank] + block);
}

std::array<double, ray_count> coupled(const Clusters& c, std::size_t rank, std::uint64_t block) {
  std::array<std::uint32_t, ray_count> key{};
  for (std::size_t row = 0; row < ray_count; ++row) {
    std::uint32_t word = words(c, rank, block + row / 4)[row % 4];
    if (rank < 2) word = word >> 2 | sub_cluster_of(row) << 30;
    key[row] = (word & ~31U) | static_cast<std::uint32_t>(row);
  }
  std::sort(key.begin(), key.end());
  std::array<double, ray_count> out{};
  for (std::size_t row = 0; row < ray_count; ++row) out[row] = offsets[key[row] & 31U];
  return out;
}

std::array<OracleRay, ray_count> oracle(const Clusters& c, std::size_t rank) {
  const auto aoa = coupled(c, rank, 25);
  const auto zod = coupled(c, rank, 30);
  const auto zoa = coupled(c, rank, 35);
  const auto degrees = [](std::uint32_t turns) { return turns * (360.0 * 0x1p-32); };
  const auto folded = [](double deg) { return std::fabs(std::remainder(deg, 360.0)); };
  std::array<OracleRay, ray_count> rays{};
  for (std::size_t row = 0; row < ray_count; ++row) {
    OracleRay& ray = rays[row];
    ray.aod = degrees(c.aod[rank]) + c.ray_asd_deg * offsets[row];
    ray.aoa = degrees(c.aoa[rank]) + c.ray_asa_deg * aoa[row];
    ray.zod = folded(degrees(c.zod[rank]) + c.ray_zsd_deg * zod[row]);
    ray.zoa = folded(degrees(c.zoa[rank]) + c.ray_zsa_deg * zoa[row]);
    const auto x = words(c, rank, 20 + row / 4);
    const std::size_t pair = row % 4 / 2 * 2;
    const double radius = std::sqrt(-2.0 * std::log(((x[pair] >> 8) + 1) * 0x1p-24));
    const double turn = 2.0 * std::numbers::pi * x[pair + 1] * 0x1p-32;
    const double normal = radius * (row % 2 == 0 ? std::cos(turn) : std::sin(turn));
    ray.xpr = std::pow(10.0, (c.xpr_mean_db + c.xpr_sigma_db * normal) / 10.0);
    const auto w = words(c, rank, row / 2);
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint32_t phase = row % 2 == 0 ? w[i] : w[i] << 16;
      ray.phase[i] = 2.0 * std::numbers::pi * phase * 0x1p-32;
    }
  }
  return rays;
}

std::complex<double> gain_of(const OracleRay& ray, double rx_deg, double tx_deg) {
  const auto unit = [&](std::size_t i) { return std::polar(1.0, ray.phase[i]); };
  const double cross = 1.0 / std::sqrt(ray.xpr);
  return std::cos(rx_deg * radian) *
             (unit(0) * std::cos(tx_deg * radian) + cross * unit(1) * std::sin(tx_deg * radian)) +
         std::sin(rx_deg * radian) *
             (cross * unit(2) * std::cos(tx_deg * radian) + unit(3) * std::sin(tx_deg * radian));
}

/// What the way from the site does to a plane wave; ways count in steps of 1 / 256.
Complex seen_at(Complex place, const OracleRay& ray) {
  const double way = std::round(std::abs(place) * 256.0) / 256.0;
  const double along =
      std::sin(ray.zoa * radian) * std::cos(ray.aoa * radian - std::arg(place)) * way;
  return std::polar(1.0, 2.0 * std::numbers::pi * std::remainder(along, 1.0));
}

std::complex<double> unpacked(const Rays& rays, std::size_t pair, std::size_t row,
                              std::size_t rank) {
  const std::uint32_t word = rays.gain[pair][row][rank];
  const auto re = static_cast<double>(static_cast<std::int16_t>(word & 0xFFFFU));
  const double im = static_cast<std::int32_t>(word) * 0x1p-16;
  return std::complex(re, im) * static_cast<double>(rays.scale[rank]);
}

double azimuth_deg(std::uint32_t direction) { return (direction >> 16) * (360.0 / 65536.0); }
double zenith_deg(std::uint32_t direction) { return (direction & 0xFFFFU) * (180.0 / 65536.0); }

constexpr double angle_rounding_deg = 180.0 / 65536.0 + 2e-4;
constexpr double rate_rounding = 1e-6;

/// Runs a check on every instruction set that this machine has.
template <class Check>
void on_every_target(const Check& check) {
  for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
    if ((hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    check();
    hwy::SetSupportedTargetsForTest(0);
  }
}

TEST(Rays, equal_the_formulas_on_every_target) {
  const RayView view{.polarisation = {.port_slant_deg = 45.0, .branch_slant_deg = 10.0},
                     .branch_count = 2,
                     .port_count = 2,
                     .heading_deg = 33.0,
                     .east_wavelengths = -37.25,
                     .north_wavelengths = 81.5};
  const Complex place(view.east_wavelengths, view.north_wavelengths);
  on_every_target([&] {
    for (std::uint32_t ue = 0; ue < 20; ++ue) {
      ClusterLink link = link_of(ue % 2 == 0 ? LinkState::nlos : LinkState::los, ue);
      link.regions.fill(0x10001U * ue);
      const Clusters c = draw_clusters(world(), link);
      auto rays = std::make_unique<Rays>();
      draw_rays(world(), c, view, *rays);
      for (std::size_t rank = 0; rank < c.count; ++rank) {
        const auto wanted = oracle(c, rank);
        const double bound = 32767.0 * rays->scale[rank] * std::sqrt(2.0) *
                             (ray_gain_error_max + 2.0 * std::numbers::pi * place_phase_error_max *
                                                       std::round(std::abs(place)));
        for (std::size_t row = 0; row < ray_count; ++row) {
          const OracleRay& ray = wanted[row];
          const std::uint32_t direction = rays->departures.direction[row][rank];
          ASSERT_NEAR(std::remainder(azimuth_deg(direction) - ray.aod, 360.0), 0.0,
                      angle_rounding_deg);
          ASSERT_NEAR(zenith_deg(direction), ray.zod, angle_rounding_deg);
          const auto rate = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
          ASSERT_NEAR(rate, std::sin(ray.zoa * radian) * std::cos((ray.aoa - 33.0) * radian),
                      rate_rounding);
          const std::array<std::array<double, 2>, 4> slants = {
              {{10.0, 45.0}, {10.0, -45.0}, {-80.0, 45.0}, {-80.0, -45.0}}};
          for (std::size_t pair = 0; pair < slants.size(); ++pair) {
            ASSERT_NEAR(
                std::abs(unpacked(*rays, pair, row, rank) -
                         seen_at(place, ray) * gain_of(ray, slants[pair][0], slants[pair][1])),
                0.0, bound)
                << "ue " << ue << " cluster " << rank << " ray " << row << " pair " << pair;
          }
        }
      }
    }
  });
}

TEST(Rays, have_the_same_bits_on_every_instruction_set_and_from_departures_alone) {
  const Clusters c = draw_clusters(world(), link_of(LinkState::nlos, 77));
  std::unique_ptr<Rays> first;
  on_every_target([&] {
    auto rays = std::make_unique<Rays>();
    Departures alone;
    draw_rays(world(), c, {}, *rays);
    draw_departures(world(), c, alone);
    if (!first) first = std::make_unique<Rays>(*rays);
    for (std::size_t row = 0; row < ray_count; ++row) {
      for (std::size_t rank = 0; rank < c.count; ++rank) {
        ASSERT_EQ(rays->departures.direction[row][rank], alone.direction[row][rank]);
        ASSERT_EQ(rays->departures.direction[row][rank], first->departures.direction[row][rank]);
        ASSERT_EQ(rays->rate[row][rank], first->rate[row][rank]);
        for (std::size_t pair = 0; pair < port_pair_max; ++pair) {
          ASSERT_EQ(rays->gain[pair][row][rank], first->gain[pair][row][rank]);
        }
        ASSERT_EQ(rays->scale[rank], first->scale[rank]);
      }
    }
  });
}

TEST(Rays, cross_polarise_as_the_table_says_in_every_cluster) {
  // Vertical antennas: pair 0 keeps, pair 1 (second port) crosses. 10 lg of the ratio is N(7, 3).
  const RayView view{.polarisation = {.port_slant_deg = 0.0, .branch_slant_deg = 0.0},
                     .branch_count = 1,
                     .port_count = 2};
  double mean = 0.0, square = 0.0;
  double count = 0.0;
  auto rays = std::make_unique<Rays>();
  for (std::uint32_t ue = 0; ue < 100; ++ue) {
    const Clusters c = draw_clusters(world(), link_of(LinkState::nlos, ue));
    draw_rays(world(), c, view, *rays);
    for (std::size_t rank = 0; rank < c.count; ++rank) {
      for (std::size_t row = 0; row < ray_count; ++row) {
        const double xpr_db = 10.0 * std::log10(std::norm(unpacked(*rays, 0, row, rank)) /
                                                std::norm(unpacked(*rays, 1, row, rank)));
        mean += xpr_db;
        square += xpr_db * xpr_db;
        count += 1.0;
      }
    }
  }
  mean /= count;
  EXPECT_NEAR(mean, 7.0, 0.06) << "seed " << seed;  // Four deviations of a mean of 39 000.
  EXPECT_NEAR(std::sqrt(square / count - mean * mean), 3.0, 0.05) << "seed " << seed;
}

TEST(Rays, of_another_carrier_keep_their_angles_and_change_their_phases) {
  const Clusters c = draw_clusters(world(), link_of(LinkState::nlos, 5));
  auto down = std::make_unique<Rays>();
  auto up = std::make_unique<Rays>();
  draw_rays(world(), c, {}, *down);
  draw_rays(world(), c, {.independent_phases = true}, *up);
  EXPECT_EQ(down->departures.direction, up->departures.direction);
  EXPECT_EQ(down->rate, up->rate);
  std::size_t equal = 0;
  for (std::size_t row = 0; row < ray_count; ++row) {
    equal += down->gain[0][row][0] == up->gain[0][row][0] ? 1U : 0U;
  }
  EXPECT_EQ(equal, 0U);
}

PanelConfig panel(int columns, int rows) {
  return {.element = {.max_gain = base::Db(20.0), .azimuth_deg = 10.0, .downtilt_deg = 6.0},
          .columns = columns,
          .rows = rows,
          .column_spacing_wavelengths = 0.5,
          .row_spacing_wavelengths = 0.7,
          .horizontal_beams = 4,
          .vertical_beams = 2,
          .first_tilt_deg = 4.0,
          .last_tilt_deg = 12.0};
}

/// Sum over elements in the phase of the panel's centre, over their number.
double array_factor(int count, double spacing, double cosine) {
  double sum = 0.0;
  for (int i = 0; i < count; ++i) {
    sum += std::cos(2.0 * std::numbers::pi * spacing * (i - 0.5 * (count - 1)) * cosine);
  }
  return sum / count;
}

/// Amplitude of a beam of `panel` for a direction.
double amplitude_of(const PanelConfig& config, int beam, RayDirection ray) {
  const double turn = (ray.azimuth_deg - config.element.azimuth_deg) * radian;
  const double tilt = config.element.downtilt_deg * radian;
  const double left = std::sin(ray.zenith_deg * radian) * std::sin(turn);
  const double up = std::sin(ray.zenith_deg * radian) * std::cos(turn) * std::sin(tilt) +
                    std::cos(ray.zenith_deg * radian) * std::cos(tilt);
  const double to_left = std::sin(60.0 * radian) * (2.0 * (beam % 4) + 1.0 - 4.0) / 4.0;
  const double below = 4.0 + (beam / 4) * 8.0 - config.element.downtilt_deg;
  const double factor =
      array_factor(config.columns, config.column_spacing_wavelengths, left - to_left) *
      array_factor(config.rows, config.row_spacing_wavelengths, up + std::sin(below * radian));
  const double element = std::pow(10.0, element_gain(config.element, ray).value() / 10.0);
  const double floor = std::pow(10.0, (config.element.max_gain.value() - 30.0) / 10.0);
  return std::copysign(std::sqrt(std::max(element * factor * factor, floor)), factor);
}

TEST(BeamOfRays, has_the_amplitude_of_the_panel_element_by_element) {
  for (const auto& [columns, rows] : {std::array{8, 4}, std::array{1, 1}, std::array{3, 16}}) {
    const PanelConfig config = panel(columns, rows);
    const BeamGrid grid(config);
    const double bound =
        std::pow(10.0, config.element.max_gain.value() / 20.0) * beam_amplitude_error_max;
    on_every_target([&, count = columns] {
      auto amplitude = std::make_unique<RayRows<float>>();
      for (std::uint32_t ue = 0; ue < 6; ++ue) {
        const ClusterLink link = link_of(LinkState::los, ue);
        const Clusters c = draw_clusters(world(), link);
        Departures departures;
        draw_departures(world(), c, departures);
        const DepartingPower power{.rays = departures,
                                   .cluster_power = c.power,
                                   .cluster_count = c.count,
                                   .direct = link.departure,
                                   .direct_share = c.direct_share};
        std::array<float, 8> gains{};
        grid.gains(power, gains);
        for (int beam = 0; beam < grid.beam_count(); ++beam) {
          const float mean = grid.amplitudes(power, beam, *amplitude);
          double wanted = c.direct_share * std::pow(amplitude_of(config, beam, link.departure), 2);
          for (std::size_t rank = 0; rank < c.count; ++rank) {
            for (std::size_t row = 0; row < ray_count; ++row) {
              const std::uint32_t direction = departures.direction[row][rank];
              const double exact =
                  amplitude_of(config, beam, {azimuth_deg(direction), zenith_deg(direction)});
              const double found = (*amplitude)[row][rank];
              // At the floor the sign is that of a null.
              const double least = std::sqrt(std::pow(10.0, -1.0)) + bound;
              if (std::fabs(exact) > least) {
                ASSERT_NEAR(found, exact, bound) << count << " columns, beam " << beam;
              } else {
                ASSERT_NEAR(std::fabs(found), std::fabs(exact), bound);
              }
              wanted += c.power[rank] / ray_count * exact * exact;
            }
          }
          ASSERT_NEAR(mean / wanted, 1.0, 1e-4);
          ASSERT_NEAR(gains[static_cast<std::size_t>(beam)] / mean, 1.0F, 1e-6F);
        }
      }
    });
  }
}

TEST(BeamOfRays, of_the_direct_ray_alone_is_that_of_the_grid) {
  const BeamGrid grid(panel(8, 4));
  std::array<float, 8> gains{};
  for (const double azimuth : {-170.0, -40.0, 10.0, 33.0}) {
    const RayDirection ray{.azimuth_deg = azimuth, .zenith_deg = 97.0};
    grid.gains(ray, AngularSpread{}, gains);
    for (int beam = 0; beam < 8; ++beam) {
      EXPECT_FLOAT_EQ(grid.gain(ray, beam), gains[static_cast<std::size_t>(beam)]);
    }
  }
}

TEST(BeamOfRaysDeathTest, rejects_more_beams_than_there_is_room_for) {
  PanelConfig config = panel(8, 4);
  config.horizontal_beams = 64;
  config.vertical_beams = 5;
  const BeamGrid grid(config);
  std::vector<float> gains(320);
  const Departures departures;
  const Clusters::Slots<float> power{};
  const DepartingPower leaving{.rays = departures,
                               .cluster_power = power,
                               .cluster_count = 0,
                               .direct = {.azimuth_deg = 0.0, .zenith_deg = 90.0},
                               .direct_share = 1.0};
  EXPECT_DEATH(grid.gains(leaving, gains), "cluster_beams_max");
}

}  // namespace
}  // namespace redcell::phy
