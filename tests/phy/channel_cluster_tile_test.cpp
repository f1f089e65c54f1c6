// Goal: the channel of links with clusters is the sum over rays of TR 38.901 eq. 7.5-22 to 7.5-30,
// through every beam. Method: an oracle in double that adds the rays one by one; means over many
// links with a fixed seed; bits compared between instruction sets.
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
#include "tests/phy/cluster_links.h"

namespace redcell::phy {
namespace {

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

/// Turns by which a plane wave from there is ahead half a wavelength further on.
double turns_ahead(RayDirection from, double heading_deg) {
  return 0.5 * std::sin(from.zenith_deg * radian) *
         std::cos((from.azimuth_deg - heading_deg) * radian);
}

/// Taps of one pair in the order of ClusterTile::taps, summed ray by ray in double. Pairs of a
/// second position come after those of the view's branches.
std::vector<Tap> oracle(const TrackedLink& tracked, const RayView& view, std::size_t tile_pair,
                        double wavelengths) {
  const std::size_t pair = tile_pair % (view.branch_count * view.port_count);
  const bool is_ahead = tile_pair != pair;
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
  const double direct_gain = tracked.panel.gain(tracked.link.departure, tracked.beam) / mean;
  const double direct_sign = direct_amplitude(tracked) < 0.0 ? -1.0 : 1.0;
  const double direct_turns =
      -tracked.distance_m * carrier_hz / base::speed_of_light_mps + wavelengths * tracked.approach +
      (is_ahead ? turns_ahead(tracked.link.arrival, tracked.heading_deg) : 0.0);
  add(taps[0], std::polar(1.0, 2.0 * std::numbers::pi * direct_turns) * direct_sign *
                   std::sqrt(c.direct_share * direct_gain) *
                   (std::cos(rx) * std::cos(tx) - std::sin(rx) * std::sin(tx)));
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    for (std::size_t row = 0; row < ray_count; ++row) {
      const std::size_t part = row < 10 ? 0 : row < 16 ? 1 : 2;
      const std::size_t tap = rank < 2 ? 1 + 3 * rank + part : 5 + rank;
      const double rate = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
      const double turns = std::remainder(rate * (wavelengths + (is_ahead ? 0.5 : 0.0)), 1.0);
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
  for (const auto& [branches, ports] :
       {std::array{2, 2}, std::array{1, 2}, std::array{1, 1}, std::array{4, 2}, std::array{4, 1}}) {
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
                           .heading_deg = 20.0 * static_cast<double>(lane),
                           .approach = 0.1 * static_cast<double>(lane) - 0.8};
      };
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        tile.set_link(lane, tracked(lane));
        travelled[lane] = 31.37 * static_cast<double>(lane * lane);
      }
      tile.refresh(travelled);
      const TapTile taps = tile.taps();
      const auto pairs = static_cast<std::size_t>(branch_count * port_count);
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        const RayView view{.branch_count = static_cast<std::size_t>(std::min(branch_count, 2)),
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

class ClusterTileOf : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Branches, ClusterTileOf, testing::Values(2, 4),
                         testing::PrintToStringParamName());

TEST_P(ClusterTileOf, gives_the_same_bits_in_any_lane_order_and_instruction_set) {
  const BeamGrid grid = panel();
  const ClusterLink one = link_of(los, 11);
  const ClusterLink other = link_of(los, 12);
  std::vector<float> first;
  on_every_target([&] {
    ClusterTile alone(world(), config_of(GetParam(), 2));
    ClusterTile busy(world(), config_of(GetParam(), 2));
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

/// The response of one branch and port in every group.
std::vector<Complex> response_of(const ClusterTile& tile, std::size_t lane, std::size_t pair,
                                 std::size_t pairs) {
  std::vector<Complex> all;
  for (std::size_t row = pair; row < tile.response_re().row_count(); row += pairs) {
    all.emplace_back(tile.response_re().at(row, lane), tile.response_im().at(row, lane));
  }
  return all;
}

TEST(ClusterTile, of_four_branches_begins_with_those_of_two) {
  const BeamGrid grid = panel();
  for (const std::size_t ports : {1U, 2U}) {
    ClusterTile two(world(), config_of(2, static_cast<int>(ports)));
    ClusterTile four(world(), config_of(4, static_cast<int>(ports)));
    for (std::uint32_t ue = 0; ue < base::lane_count; ++ue) {
      const ClusterLink former = link_of(los, 50 + ue);
      const ClusterLink link = link_of(ue % 3 == 0 ? los : nlos, ue);
      const TrackedLink tracked{.link = link, .panel = grid, .beam = 4, .heading_deg = 20.0 * ue};
      for (ClusterTile* tile : {&two, &four}) {
        if (ue % 2 == 0) {
          tile->set_link(ue, tracked);
        } else {
          tile->set_link(ue, tracked, {{.link = former, .panel = grid}, {43.0, 43.0}});
        }
      }
    }
    for (const double wavelengths : {0.0, 0.2, 77.3}) {
      const std::vector<double> travelled(base::lane_count, wavelengths);
      two.refresh(travelled);
      four.refresh(travelled);
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        for (std::size_t pair = 0; pair < 2 * ports; ++pair) {
          const auto first = response_of(two, lane, pair, 2 * ports);
          ASSERT_EQ(response_of(four, lane, pair, 4 * ports), first);
          ASSERT_NE(response_of(four, lane, pair + 2 * ports, 4 * ports), first);
        }
      }
    }
  }
}

// Who stands half a wavelength further on sees with its first branches what the second position
// sees, whether its place or its way has brought it there.
TEST(ClusterTile, has_its_second_position_half_a_wavelength_ahead) {
  const BeamGrid grid = panel();
  const double wavelength_m = base::speed_of_light_mps / carrier_hz;
  constexpr double heading_deg = 33.0;
  constexpr double error_max = 2.0 * (cluster_tap_error_max + ray_gain_error_max);
  ClusterTile here(world(), config_of(4, 2));
  ClusterTile ahead(world(), config_of(2, 2));
  for (std::uint32_t ue = 0; ue < base::lane_count; ++ue) {
    const auto set = [&](ClusterTile& tile, double wavelengths) {
      ClusterLink link = link_of(ue % 2 == 0 ? los : nlos, 300 + ue);
      link.east_m = wavelengths * wavelength_m * std::cos(heading_deg * radian);
      link.north_m = wavelengths * wavelength_m * std::sin(heading_deg * radian);
      const double approach = 2.0 * turns_ahead(link.arrival, heading_deg);
      tile.set_link(ue, {.link = link,
                         .panel = grid,
                         .beam = 9,
                         .distance_m = 150.0 - approach * wavelengths * wavelength_m,
                         .heading_deg = heading_deg,
                         .approach = approach});
    };
    set(here, 2.0);
    set(ahead, 2.5);
  }
  const auto compare = [&](double of_here, double of_ahead) {
    here.refresh(std::vector<double>(base::lane_count, of_here));
    ahead.refresh(std::vector<double>(base::lane_count, of_ahead));
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      for (std::size_t pair = 0; pair < 4; ++pair) {
        const auto found = response_of(here, lane, pair + 4, 8);
        const auto wanted = response_of(ahead, lane, pair, 4);
        for (std::size_t group = 0; group < wanted.size(); ++group) {
          // 400 rays of a mean power of one: the sum of their magnitudes is below 20.
          ASSERT_LT(std::abs(found[group] - wanted[group]), 20.0 * error_max)
              << "lane " << lane << " pair " << pair << " group " << group;
        }
      }
    }
  };
  compare(0.0, 0.0);
  compare(11.25, 11.25);
  compare(7.5, 7.5);
}

// Over places far apart the products of different rays average out.
TEST(ClusterTile, correlates_its_positions_as_the_directions_of_its_rays_say) {
  const BeamGrid grid = one_element();
  constexpr int place_count = 4000;
  constexpr double heading_deg = 70.0;
  ClusterTile tile(world(), config_of(4, 1));
  for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
    const ClusterLink link = link_of(nlos, 500 + lane);
    tile.set_link(lane, {.link = link, .panel = grid, .heading_deg = heading_deg});
  }
  std::array<Complex, base::lane_count> product{};
  std::array<double, base::lane_count> power{};
  for (int place = 0; place < place_count; ++place) {
    tile.refresh(std::vector<double>(base::lane_count, place * 1031.7));
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      const Complex first = response_of(tile, lane, 0, 4).front();
      product[lane] += response_of(tile, lane, 2, 4).front() * std::conj(first);
      power[lane] += std::norm(first);
    }
  }
  double spread = 0.0;
  for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
    const ClusterLink link = link_of(nlos, 500 + lane);
    const Clusters c = draw_clusters(world(), link);
    auto rays = std::make_unique<Rays>();
    auto amplitude = std::make_unique<RayRows<float>>();
    draw_rays(world(), c, {.port_count = 1, .heading_deg = heading_deg}, *rays);
    grid.amplitudes({.rays = rays->departures,
                     .cluster_power = c.power,
                     .cluster_count = c.count,
                     .direct = link.departure,
                     .direct_share = c.direct_share},
                    0, *amplitude);
    Complex wanted = 0.0;
    double total = 0.0;
    for (std::size_t rank = 0; rank < c.count; ++rank) {
      for (std::size_t row = 0; row < ray_count; ++row) {
        const double cosine = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
        const double share = c.power[rank] * std::pow((*amplitude)[row][rank], 2) *
                             std::norm(unpacked(*rays, 0, row, rank));
        wanted += share * std::polar(1.0, std::numbers::pi * cosine);
        total += share;
      }
    }
    // Five deviations of a mean of so many places.
    EXPECT_NEAR(std::abs(product[lane] / power[lane] - wanted / total), 0.0,
                5.0 / std::sqrt(place_count))
        << "lane " << lane << " seed " << seed;
    spread += std::norm(wanted / total) / base::lane_count;
  }
  EXPECT_LT(std::sqrt(spread), 0.8) << "positions that are told apart";
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

TEST(ClusterTile, takes_less_than_16_kb_a_link_of_uma_with_two_by_two_antennas) {
  const ClusterTile tile(world(), config_of(2, 2));
  EXPECT_LT(tile.byte_count() / base::lane_count, 16384U);
}

TEST(ClusterTile, takes_a_fifth_more_with_two_positions) {
  const std::size_t two = ClusterTile(world(), config_of(2, 2)).byte_count();
  const std::size_t four = ClusterTile(world(), config_of(4, 2)).byte_count();
  EXPECT_LT(static_cast<double>(four), 1.25 * static_cast<double>(two));
}

TEST(ClusterTileDeathTest, rejects_what_it_was_not_made_for) {
  EXPECT_DEATH(ClusterTile(world(), config_of(3, 2)), "branch_count");
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
