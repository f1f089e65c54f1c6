// Goal: the channel of links with clusters is the sum over rays of TR 38.901 eq. 7.5-22 to 7.5-30,
// with the laws of fading. Method: an oracle in double that adds the rays one by one;
// distributions, correlations and means over many links with a fixed seed; bits compared between
// instruction sets.
#include "phy/channel/cluster_tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <vector>

#include "base/math.h"
#include "hwy/targets.h"

namespace redcell::phy {
namespace {

using base::Hertz;
using base::Metres;
using Complex = std::complex<double>;

constexpr std::uint32_t seed = 20260410;
constexpr double carrier_hz = 2.6e9;
constexpr double radian = std::numbers::pi / 180.0;
constexpr BlockGrid fifty_one{Hertz(-25 * 360e3), Hertz(360e3), 51};

base::Random world() { return {seed, 1}; }

ClusterLink link_of(LinkClass kind, std::uint32_t ue) {
  ClusterLink link{.ue = ue,
                   .site = 3,
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

constexpr LinkClass nlos{.surrounding = Surrounding::uma, .state = LinkState::nlos};
constexpr LinkClass los{.surrounding = Surrounding::uma, .state = LinkState::los};

BeamGrid panel() {
  return BeamGrid({.element = {.max_gain = base::Db(25.0)},
                   .columns = 8,
                   .rows = 4,
                   .horizontal_beams = 8,
                   .vertical_beams = 4,
                   .first_tilt_deg = 2.0,
                   .last_tilt_deg = 14.0});
}
/// One element, broad enough that all rays count.
BeamGrid one_element() { return BeamGrid({.element = {.azimuth_deg = -20.0}}); }

ClusterTileConfig config_of(int branches, int ports) {
  return {.surrounding = Surrounding::uma,
          .grids = {fifty_one},
          .branch_count = branches,
          .port_count = ports};
}

Complex unpacked(const Rays& rays, std::size_t pair, std::size_t row, std::size_t rank) {
  const std::uint32_t word = rays.gain[pair][row][rank];
  const auto re = static_cast<double>(static_cast<std::int16_t>(word & 0xFFFFU));
  const double im = static_cast<std::int32_t>(word) * 0x1p-16;
  return Complex(re, im) * static_cast<double>(rays.scale[rank]);
}

struct Tap {
  Complex gain;
  double size;  ///< Sum of the magnitudes of its rays.
};

/// Amplitude of the straight line through the beam, as if it were a ray of a cluster.
double direct_amplitude(const TrackedLink& tracked) {
  auto departures = std::make_unique<Departures>();
  auto amplitude = std::make_unique<RayRows<float>>();
  const RayDirection to = tracked.link.departure;
  const std::uint32_t azimuth = turns_of(to.azimuth_deg) & 0xFFFF0000U;
  (*departures).direction[0][0] = azimuth | (turns_of(to.zenith_deg) >> 15U);
  Clusters::Slots<float> power{};
  power[0] = 1.0F;
  tracked.panel.amplitudes({.rays = *departures,
                            .cluster_power = power,
                            .cluster_count = 1,
                            .direct = to,
                            .direct_share = 0.0},
                           tracked.beam, *amplitude);
  return static_cast<double>((*amplitude)[0][0]);
}

/// Taps of one pair in the order of ClusterTile::taps, summed ray by ray in double.
std::vector<Tap> oracle(const TrackedLink& tracked, const RayView& view, std::size_t pair,
                        double wavelengths) {
  const Clusters c = draw_clusters(world(), tracked.link);
  auto rays = std::make_unique<Rays>();
  auto amplitude = std::make_unique<RayRows<float>>();
  draw_rays(world(), c, view, *rays);
  const double mean = tracked.panel.amplitudes({.rays = rays->departures,
                                                .cluster_power = c.power,
                                                .cluster_count = c.count,
                                                .direct = tracked.link.departure,
                                                .direct_share = c.direct_share},
                                               tracked.beam, *amplitude);
  const auto add = [](Tap& tap, Complex ray) {
    tap.gain += ray;
    tap.size += std::abs(ray);
  };
  std::vector<Tap> taps(25, {0.0, 0.0});
  const double rx = (view.polarisation.branch_slant_deg - (pair / view.port_count) * 90.0) * radian;
  const double tx = (view.polarisation.port_slant_deg - (pair % view.port_count) * 90.0) * radian;
  const double along = std::sin(tracked.link.arrival.zenith_deg * radian) *
                       std::cos((tracked.link.arrival.azimuth_deg - view.heading_deg) * radian);
  const double direct_gain = tracked.panel.gain(tracked.link.departure, tracked.beam) / mean;
  const double direct_sign = direct_amplitude(tracked) < 0.0 ? -1.0 : 1.0;
  const double direct_turns =
      -tracked.distance_m * carrier_hz / base::speed_of_light_mps + wavelengths * along;
  add(taps[0], std::polar(1.0, 2.0 * std::numbers::pi * direct_turns) * direct_sign *
                   std::sqrt(c.direct_share * direct_gain) *
                   (std::cos(rx) * std::cos(tx) - std::sin(rx) * std::sin(tx)));
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    for (std::size_t row = 0; row < ray_count; ++row) {
      const std::size_t part = row < 10 ? 0 : row < 16 ? 1 : 2;
      const std::size_t tap = rank < 2 ? 1 + 3 * rank + part : 5 + rank;
      const double rate = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
      const double turns = std::remainder(rate * wavelengths, 1.0);
      const Complex gain = unpacked(*rays, pair, row, rank);
      add(taps[tap], gain * std::polar(1.0, 2.0 * std::numbers::pi * turns) *
                         (static_cast<double>((*amplitude)[row][rank]) *
                          std::sqrt(c.power[rank] / 20.0 / mean)));
    }
  }
  return taps;
}

template <class Check>
void on_every_target(const Check& check) {
  for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
    if ((hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    check();
    hwy::SetSupportedTargetsForTest(0);
  }
}

TEST(ClusterTile, equals_the_sum_over_rays_on_every_target) {
  const BeamGrid grid = panel();
  for (const auto& [branches, ports] : {std::array{2, 2}, std::array{1, 2}, std::array{1, 1}}) {
    on_every_target([&, branch_count = branches, port_count = ports] {
      ClusterTile tile(world(), config_of(branch_count, port_count));
      std::vector<ClusterLink> links;
      for (std::uint32_t ue = 0; ue < base::lane_count; ++ue) {
        links.push_back(link_of(ue % 3 == 0 ? los : nlos, ue));
      }
      std::array<double, base::lane_count> travelled{};
      const auto tracked = [&](std::size_t lane) {
        return TrackedLink{.link = links[lane],
                           .panel = grid,
                           .beam = static_cast<int>(lane),
                           .distance_m = 151.7 + 0.013 * static_cast<double>(lane),
                           .heading_deg = 20.0 * static_cast<double>(lane)};
      };
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        tile.set_link(lane, tracked(lane));
        travelled[lane] = 31.37 * static_cast<double>(lane * lane);
      }
      tile.refresh(travelled);
      const TapTile taps = tile.taps();
      const auto pairs = static_cast<std::size_t>(branch_count * port_count);
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        const RayView view{.branch_count = static_cast<std::size_t>(branch_count),
                           .port_count = static_cast<std::size_t>(port_count),
                           .heading_deg = tracked(lane).heading_deg};
        for (std::size_t pair = 0; pair < pairs; ++pair) {
          const auto wanted = oracle(tracked(lane), view, pair, travelled[lane]);
          ASSERT_EQ(taps.delay_s.row_count(), wanted.size());
          for (std::size_t tap = 0; tap < wanted.size(); ++tap) {
            const Complex found(taps.gain_re.at(tap * pairs + pair, lane),
                                taps.gain_im.at(tap * pairs + pair, lane));
            ASSERT_NEAR(std::abs(found - wanted[tap].gain), 0.0,
                        cluster_tap_error_max * wanted[tap].size + 1e-12)
                << "lane " << lane << " tap " << tap << " pair " << pair;
          }
        }
      }
    });
  }
}

TEST(ClusterTile, keeps_the_direct_ray_in_phase_with_the_rays_beside_it_through_every_beam) {
  // In the odd side lobes of a beam the straight line comes in opposite phase: over the amplitude
  // that a ray of a cluster from there has, its tap is one complex number for all beams.
  const BeamGrid grid = panel();
  const ClusterLink link = link_of(los, 2);
  ClusterTile tile(world(), config_of(1, 1));
  tile.set_link(0, {.link = link, .panel = grid, .distance_m = 151.7});
  const std::array<double, base::lane_count> travelled{};
  std::array<int, 2> sign_count{};
  Complex first;
  for (int beam = 0; beam < grid.beam_count(); ++beam) {
    const double wanted = direct_amplitude({.link = link, .panel = grid, .beam = beam});
    // Next to a null the direction's rounding to 2^-16 turns counts.
    if (std::fabs(wanted) < 2.0) continue;
    ++sign_count[wanted < 0.0 ? 1 : 0];
    tile.set_beam(0, beam);
    tile.refresh(travelled);
    const Complex tap(tile.taps().gain_re.at(0, 0), tile.taps().gain_im.at(0, 0));
    const Complex over = tap * std::sqrt(static_cast<double>(tile.beam_gain(0))) / wanted;
    if (first == 0.0) first = over;
    EXPECT_NEAR(std::abs(over - first) / std::abs(first), 0.0, 0.01) << "beam " << beam;
  }
  EXPECT_GE(sign_count[0], 3);
  EXPECT_GE(sign_count[1], 3);
}

TEST(ClusterTile, spreads_the_two_strongest_over_three_delays) {
  ClusterTile tile(world(), config_of(1, 1));
  const BeamGrid grid = panel();
  const ClusterLink link = link_of(nlos, 4);
  tile.set_link(0, {.link = link, .panel = grid});
  const Clusters c = draw_clusters(world(), link);
  const base::LaneTile& delay = tile.taps().delay_s;
  const double spread_s = cluster_statistics(nlos, Hertz(carrier_hz)).delay_spread_s;
  for (std::size_t rank = 0; rank < 2; ++rank) {
    EXPECT_EQ(delay.at(1 + 3 * rank, 0), c.delay_s[rank]);
    EXPECT_NEAR(delay.at(2 + 3 * rank, 0), c.delay_s[rank] + 1.28 * spread_s, 1e-13);
    EXPECT_NEAR(delay.at(3 + 3 * rank, 0), c.delay_s[rank] + 2.56 * spread_s, 1e-13);
  }
  EXPECT_EQ(delay.at(7, 0), c.delay_s[2]);
  EXPECT_EQ(delay.at(0, 0), 0.0F);
}

TEST(ClusterTile, gives_the_same_bits_in_any_lane_order_and_instruction_set) {
  const BeamGrid grid = panel();
  const ClusterLink one = link_of(nlos, 11);
  const ClusterLink other = link_of(los, 12);
  std::vector<float> first;
  on_every_target([&] {
    ClusterTile alone(world(), config_of(2, 2));
    ClusterTile busy(world(), config_of(2, 2));
    std::array<double, base::lane_count> travelled{};
    alone.set_link(0, {.link = one, .panel = grid, .beam = 9, .heading_deg = 5.0});
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      busy.set_link(lane, {.link = other, .panel = grid, .beam = 3});
      travelled[lane] = 7.0 * static_cast<double>(lane);
    }
    busy.refresh(travelled);
    busy.set_link(13, {.link = one, .panel = grid, .beam = 2, .heading_deg = 5.0});
    busy.set_beam(13, 9);
    travelled.fill(123456.789);
    busy.refresh(travelled);
    alone.refresh(travelled);
    std::vector<float> bits;
    for (std::size_t row = 0; row < alone.response_re().row_count(); ++row) {
      ASSERT_EQ(alone.response_re().at(row, 0), busy.response_re().at(row, 13));
      ASSERT_EQ(alone.response_im().at(row, 0), busy.response_im().at(row, 13));
      ASSERT_EQ(alone.response_re().at(row, 5), 0.0F);
      bits.push_back(alone.response_re().at(row, 0));
    }
    EXPECT_EQ(alone.beam_gain(0), busy.beam_gain(13));
    if (first.empty()) first = bits;
    EXPECT_EQ(bits, first);
  });
}

/// Sum of |tap|^2 of the first pair, by lane.
double tap_power(const ClusterTile& tile, std::size_t lane, std::size_t pair, std::size_t pairs) {
  double power = 0.0;
  const TapTile taps = tile.taps();
  for (std::size_t tap = 0; tap < taps.delay_s.row_count(); ++tap) {
    power += std::norm(Complex(taps.gain_re.at(tap * pairs + pair, lane),
                               taps.gain_im.at(tap * pairs + pair, lane)));
  }
  return power;
}

TEST(ClusterTile, has_the_mean_power_of_its_beam_over_fading) {
  // Over places far apart the phases of rays are independent. A beam's gain is not in the response.
  const BeamGrid grid = panel();
  constexpr int place_count = 1500;
  for (const LinkClass kind : {nlos, los}) {
    ClusterTile tile(world(), config_of(2, 2));
    std::array<double, base::lane_count> travelled{};
    for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
      const ClusterLink link = link_of(kind, 100 + lane);
      tile.set_link(lane, {.link = link, .panel = grid, .beam = static_cast<int>(2 * lane)});
    }
    std::array<double, base::lane_count> power{};
    for (int place = 0; place < place_count; ++place) {
      travelled.fill(place * 1031.7);
      tile.refresh(travelled);
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        for (std::size_t pair = 0; pair < 4; ++pair) {
          power[lane] += tap_power(tile, lane, pair, 4) / (2.0 * place_count);
        }
      }
    }
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      // From the rays themselves: the mean over phases of each ray's matrix.
      const ClusterLink link = link_of(kind, static_cast<std::uint32_t>(100 + lane));
      const Clusters c = draw_clusters(world(), link);
      auto rays = std::make_unique<Rays>();
      auto amplitude = std::make_unique<RayRows<float>>();
      draw_rays(world(), c, {}, *rays);
      const int beam = static_cast<int>(2 * lane);
      const DepartingPower leaving{.rays = rays->departures,
                                   .cluster_power = c.power,
                                   .cluster_count = c.count,
                                   .direct = link.departure,
                                   .direct_share = c.direct_share};
      const double mean = grid.amplitudes(leaving, beam, *amplitude);
      EXPECT_EQ(tile.beam_gain(lane), static_cast<float>(mean));
      double wanted = c.direct_share * grid.gain(link.departure, beam) / mean;
      double kept = wanted;
      for (std::size_t rank = 0; rank < c.count; ++rank) {
        for (std::size_t row = 0; row < ray_count; ++row) {
          double squares = 0.0;
          for (std::size_t pair = 0; pair < 4; ++pair) {
            squares += std::norm(unpacked(*rays, pair, row, rank));
          }
          const double share = c.power[rank] / 20.0 * std::pow((*amplitude)[row][rank], 2) / mean;
          wanted += 0.5 * share * squares;
          kept += share;
        }
      }
      EXPECT_NEAR(kept, 1.0, 1e-5);
      EXPECT_NEAR(power[lane] / wanted, 1.0, 0.06) << "lane " << lane << " seed " << seed;
    }
  }
}

/// Largest distance between the distribution of values and the uniform one.
double kolmogorov(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double worst = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double below = (static_cast<double>(i) + 0.5) / static_cast<double>(values.size());
    worst = std::max(worst, std::fabs(values[i] - below));
  }
  return worst;
}

/// Part of the power of a constant ray of power K / (K + 1) and a complex normal number of power 1
/// / (K + 1) that lies below a value: a non-central chi-square, as a mixture of Poisson.
double rice(double power, double k) {
  const double x = power * (k + 1.0);
  double poisson = std::exp(-k), term = std::exp(-x), below = 1.0 - term, sum = 0.0;
  for (int i = 0; i < 200; ++i) {
    sum += poisson * below;
    poisson *= k / (i + 1);
    term *= x / (i + 1);
    below -= term;
  }
  return sum;
}

/// Where the narrowband powers of co-polarised pairs over many links, one place each, stand in
/// their law. A beam sees the direct ray better than the others: K counts behind it.
std::vector<double> narrowband_places(const ClusterLink& like, bool with_k) {
  const BeamGrid grid = one_element();
  ClusterTileConfig config = config_of(1, 1);
  config.polarisation = {.port_slant_deg = 0.0, .branch_slant_deg = 0.0};
  config.grids = {{Hertz(0.0), Hertz(1.0), 1}};
  ClusterTile tile(world(), config);
  const double k = std::pow(10.0, like.spreads.k_factor_db / 10.0);
  const double direct =
      like.kind.state == LinkState::los ? k / (k + 1.0) * grid.gain(like.departure, 0) : 0.0;
  std::vector<double> places;
  const std::array<double, base::lane_count> travelled{};
  for (std::uint32_t ue = 0; ue < 8000; ue += base::lane_count) {
    for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
      ClusterLink link = like;
      link.ue = ue + lane;
      tile.set_link(lane, {.link = link, .panel = grid, .distance_m = 0.01 * (ue + lane)});
    }
    tile.refresh(travelled);
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      const double power =
          std::norm(Complex(tile.response_re().at(0, lane), tile.response_im().at(0, lane)));
      const double share = with_k ? direct / tile.beam_gain(lane) : 0.0;
      places.push_back(rice(power, share / (1.0 - share)));
    }
  }
  return places;
}

/// 1.63 / sqrt(8000): passed by 99 of 100 seeds of the exact law.
constexpr double kolmogorov_max = 0.0182;

TEST(ClusterTile, fades_as_rayleigh_without_line_of_sight) {
  EXPECT_LT(kolmogorov(narrowband_places(link_of(nlos, 0), true)), kolmogorov_max)
      << "seed " << seed;
}

TEST(ClusterTile, fades_as_rice_with_line_of_sight) {
  ClusterLink link = link_of(los, 0);
  link.spreads.k_factor_db = 3.0;
  EXPECT_LT(kolmogorov(narrowband_places(link, true)), kolmogorov_max) << "seed " << seed;
  EXPECT_GT(kolmogorov(narrowband_places(link, false)), 5 * kolmogorov_max);
}

TEST(ClusterTile, forgets_along_the_way_as_its_rays_say) {
  // E[h(0)* h(x)] over phases is the sum over rays of power exp(j 2 pi rate x): the mean of one
  // link's products along its way, against that sum.
  const BeamGrid grid = one_element();
  ClusterTileConfig config = config_of(1, 1);
  config.polarisation = {.port_slant_deg = 0.0, .branch_slant_deg = 0.0};
  config.grids = {{Hertz(0.0), Hertz(1.0), 1}};
  constexpr std::array<double, 4> ways = {0.1, 0.25, 0.4, 1.0};
  std::array<Complex, 4> found{}, wanted{};
  constexpr std::uint32_t tiles = 500;
  ClusterTile tile(world(), config);
  auto rays = std::make_unique<Rays>();
  auto amplitude = std::make_unique<RayRows<float>>();
  std::array<Complex, base::lane_count> start{};
  std::array<double, base::lane_count> travelled{};
  for (std::uint32_t ue = 0; ue < tiles * base::lane_count; ue += base::lane_count) {
    for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
      const ClusterLink link = link_of(nlos, ue + lane);
      tile.set_link(lane, {.link = link, .panel = grid, .heading_deg = 70.0});
      const Clusters c = draw_clusters(world(), link);
      draw_rays(world(), c, {.branch_count = 1, .port_count = 1, .heading_deg = 70.0}, *rays);
      const double mean = grid.amplitudes({.rays = rays->departures,
                                           .cluster_power = c.power,
                                           .cluster_count = c.count,
                                           .direct = link.departure,
                                           .direct_share = 0.0},
                                          0, *amplitude);
      for (std::size_t way = 0; way < ways.size(); ++way) {
        for (std::size_t rank = 0; rank < c.count; ++rank) {
          for (std::size_t row = 0; row < ray_count; ++row) {
            const double rate = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
            const double share = c.power[rank] / 20.0 * std::pow((*amplitude)[row][rank], 2) / mean;
            wanted[way] += std::polar(share, 2.0 * std::numbers::pi * rate * ways[way]);
          }
        }
      }
    }
    const auto at = [&](std::size_t lane) {
      return Complex(tile.response_re().at(0, lane), tile.response_im().at(0, lane));
    };
    travelled.fill(0.0);
    tile.refresh(travelled);
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) start[lane] = at(lane);
    for (std::size_t way = 0; way < ways.size(); ++way) {
      travelled.fill(ways[way]);
      tile.refresh(travelled);
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        found[way] += std::conj(start[lane]) * at(lane);
      }
    }
  }
  for (std::size_t way = 0; way < ways.size(); ++way) {
    const double count = tiles * base::lane_count;
    EXPECT_NEAR(std::abs(found[way] - wanted[way]) / count, 0.0, 0.03)
        << ways[way] << " seed " << seed;
  }
}

TEST(ClusterTile, forgets_as_bessel_where_arrivals_fill_the_circle) {
  // 104 degrees of spread, the most that step 4 allows, with the widest rays (UMi): arrivals lie
  // nearly evenly around the terminal, where J0 is the law of the horizontal plane.
  const BeamGrid grid = one_element();
  ClusterTileConfig config = config_of(1, 1);
  config.surrounding = Surrounding::umi;
  config.polarisation = {.port_slant_deg = 0.0, .branch_slant_deg = 0.0};
  config.grids = {{Hertz(0.0), Hertz(1.0), 1}};
  constexpr std::array<double, 3> ways = {0.15, 0.3827, 0.61};
  std::array<Complex, 3> found{};
  constexpr std::uint32_t link_count = 16000;
  ClusterTile tile(world(), config);
  std::array<double, base::lane_count> travelled{};
  std::array<Complex, base::lane_count> start{};
  for (std::uint32_t ue = 0; ue < link_count; ue += base::lane_count) {
    for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
      ClusterLink link =
          link_of({.surrounding = Surrounding::umi, .state = LinkState::nlos}, ue + lane);
      link.spreads.asa_deg = 104.0;
      link.spreads.zsa_deg = 1e-3;
      link.arrival = {.azimuth_deg = 137.5 * (ue + lane), .zenith_deg = 90.0};
      tile.set_link(lane, {.link = link, .panel = grid});
    }
    const auto at = [&](std::size_t lane) {
      return Complex(tile.response_re().at(0, lane), tile.response_im().at(0, lane));
    };
    travelled.fill(0.0);
    tile.refresh(travelled);
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) start[lane] = at(lane);
    for (std::size_t way = 0; way < ways.size(); ++way) {
      travelled.fill(ways[way]);
      tile.refresh(travelled);
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        found[way] += std::conj(start[lane]) * at(lane) / static_cast<double>(link_count);
      }
    }
  }
  for (std::size_t way = 0; way < ways.size(); ++way) {
    // The rays' 7 degrees in zenith shorten the way by under 1 %.
    EXPECT_NEAR(found[way].real(), std::cyl_bessel_j(0, 2.0 * std::numbers::pi * ways[way]), 0.03)
        << ways[way] << " seed " << seed;
    EXPECT_NEAR(found[way].imag(), 0.0, 0.03);
  }
}

TEST(ClusterTile, takes_less_than_16_kb_a_link_of_uma_with_two_by_two_antennas) {
  const ClusterTile tile(world(), config_of(2, 2));
  EXPECT_LT(tile.byte_count() / base::lane_count, 16384U);
}

TEST(ClusterTileDeathTest, rejects_what_it_was_not_made_for) {
  ClusterTile tile(world(), config_of(1, 1));
  const BeamGrid grid = panel();
  ClusterLink link = link_of(nlos, 0);
  EXPECT_DEATH(tile.set_beam(0, 0), "panel_");
  EXPECT_DEATH(tile.set_link(16, {.link = link, .panel = grid}), "lane");
  link.kind.surrounding = Surrounding::rma;
  EXPECT_DEATH(tile.set_link(0, {.link = link, .panel = grid}), "surrounding");
  EXPECT_DEATH(tile.refresh(std::vector<double>(15)), "travelled");
}

}  // namespace
}  // namespace redcell::phy
