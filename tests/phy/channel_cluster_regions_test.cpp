// Goal: clusters and rays are consistent in space: neighbours have the same ones, the far have
// others, correlated as Table 7.6.3.1-2 says, and each alone is distributed as in clause 7.5.
// Method: pairs of places around many sites against the exponential law, distributions over places
// of one site by Kolmogorov and Smirnov, responses of neighbours; fixed seeds.
#include "phy/channel/cluster_regions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <vector>

#include "base/lane_tile.h"
#include "base/math.h"
#include "tests/phy/cluster_links.h"

namespace redcell::phy {
namespace {

TEST(ClusterRegions, correlate_over_the_distances_of_the_table) {
  struct Row {
    Surrounding surrounding;
    std::array<double, 3> los_nlos_o2i_m;
  };
  for (const Row& row : {Row{Surrounding::uma, {40, 50, 15}}, Row{Surrounding::umi, {12, 15, 15}},
                         Row{Surrounding::rma, {50, 60, 15}}, Row{Surrounding::inh, {10, 10, 0}},
                         Row{Surrounding::inf, {10, 10, 0}}}) {
    for (std::size_t state = 0; state < (row.surrounding <= Surrounding::rma ? 3U : 2U); ++state) {
      const LinkClass kind{.surrounding = row.surrounding, .state = static_cast<LinkState>(state)};
      EXPECT_EQ(cluster_correlation_distance(kind).value(), row.los_nlos_o2i_m[state]);
    }
  }
}

/// A step of a length to some direction from somewhere.
struct Pair {
  double east_m, north_m, to_east_m, to_north_m;
};
Pair pair_of(std::uint32_t number, double apart_m) {
  const double turn = 2.399963 * number;
  const double east = 37.7 * (number % 23);
  const double north = -51.3 * (number % 17);
  return {east, north, east + apart_m * std::cos(turn), north + apart_m * std::sin(turn)};
}

TEST(ClusterRegions, are_shared_as_the_exponential_of_the_distance_says) {
  constexpr std::uint32_t sites = 2000;
  constexpr double pairs = static_cast<double>(sites) * cluster_count_max;
  const LinkClass kind = nlos;
  const double reach_m = cluster_correlation_distance(kind).value();
  for (const double part : {0.02, 0.2, 0.5, 1.0, 2.0, 3.0}) {
    double shared = 0.0;
    for (std::uint32_t site = 0; site < sites; ++site) {
      const ClusterRegions regions(world(), site, kind.surrounding);
      const Pair p = pair_of(site, part * reach_m);
      const ClusterRegionNames a = regions.at(kind.state, p.east_m, p.north_m);
      const ClusterRegionNames b = regions.at(kind.state, p.to_east_m, p.to_north_m);
      for (std::size_t n = 0; n < a.size(); ++n) shared += a[n] == b[n] ? 1.0 : 0.0;
    }
    const double law = std::exp(-part);
    const double four_deviations = 4.0 * std::sqrt(law * (1.0 - law) / pairs);
    EXPECT_NEAR(shared / pairs, law, region_correlation_error_max + four_deviations)
        << "distance " << part << " seed " << seed;
  }
}

/// Power in decibels, delay and an angle of the clusters of two places, by their number.
class Correlation {
 public:
  void add(double a, double b) {
    count_ += 1.0;
    sum_ += a + b;
    square_ += a * a + b * b;
    product_ += a * b;
  }
  [[nodiscard]] double value() const {
    const double mean = 0.5 * sum_ / count_;
    return (product_ / count_ - mean * mean) / (0.5 * square_ / count_ - mean * mean);
  }

 private:
  double count_ = 0.0, sum_ = 0.0, square_ = 0.0, product_ = 0.0;
};

std::vector<std::size_t> ranks_of(const Clusters& c) {
  std::vector<std::size_t> rank(cluster_count_max, cluster_count_max);
  for (std::size_t i = 0; i < c.count; ++i) rank[c.name[i]] = i;
  return rank;
}

// The names' law carries over to what is drawn, but for what clusters have in common: delays count
// from the first, angles from the strongest, the weakest are dropped.
TEST(ClusterRegions, make_delays_powers_and_angles_of_two_places_alike) {
  constexpr double in_common = 0.05;
  constexpr std::uint32_t sites = 1500;
  const double reach_m = cluster_correlation_distance(nlos).value();
  for (const double part : {0.1, 0.5, 1.0, 2.0, 12.0}) {
    Correlation delay, power, angle;
    for (std::uint32_t site = 0; site < sites; ++site) {
      const ClusterRegions regions(world(), site, Surrounding::uma);
      const Pair p = pair_of(site, part * reach_m);
      ClusterLink here = link_of(nlos, site);
      here.arrival.azimuth_deg = 180.0;
      ClusterLink there = here;
      here.regions = regions.at(LinkState::nlos, p.east_m, p.north_m);
      there.regions = regions.at(LinkState::nlos, p.to_east_m, p.to_north_m);
      const Clusters a = draw_clusters(world(), here);
      const Clusters b = draw_clusters(world(), there);
      const std::vector<std::size_t> rank_a = ranks_of(a);
      const std::vector<std::size_t> rank_b = ranks_of(b);
      for (std::size_t n = 0; n < cluster_count_max; ++n) {
        const std::size_t i = rank_a[n];
        const std::size_t j = rank_b[n];
        if (i >= a.count || j >= b.count) continue;
        delay.add(a.delay_s[i] * 1e9, b.delay_s[j] * 1e9);
        power.add(std::log10(a.power[i]), std::log10(b.power[j]));
        angle.add(a.aoa[i] * 0x1p-32, b.aoa[j] * 0x1p-32);
      }
    }
    EXPECT_NEAR(delay.value(), std::exp(-part), in_common) << part << " seed " << seed;
    EXPECT_NEAR(power.value(), std::exp(-part), in_common) << part << " seed " << seed;
    EXPECT_NEAR(angle.value(), std::exp(-part), in_common) << part << " seed " << seed;
  }
}

double kolmogorov(std::vector<double> uniform) {
  std::sort(uniform.begin(), uniform.end());
  double worst = 0.0;
  const auto count = static_cast<double>(uniform.size());
  for (std::size_t i = 0; i < uniform.size(); ++i) {
    worst = std::max(worst, std::fabs(uniform[i] - (static_cast<double>(i) + 0.5) / count));
  }
  return worst;
}

// The strongest cluster has no angle but Y of eq. 7.5-11: normal, a seventh of the spread. With
// vertical antennas a ray has its first phase, uniform.
TEST(ClusterRegions, leave_every_variable_its_distribution_over_the_places_of_one_site) {
  constexpr std::size_t places = 4000;
  const ClusterRegions regions(world(), 3, Surrounding::uma);
  const RayView view{.polarisation = {.port_slant_deg = 0.0, .branch_slant_deg = 0.0},
                     .branch_count = 1,
                     .port_count = 1};
  auto rays = std::make_unique<Rays>();
  std::vector<double> jitter, phase;
  for (std::size_t i = 0; i < places; ++i) {
    ClusterLink link = link_of(nlos, 3);
    link.arrival.azimuth_deg = 180.0;
    link.regions = regions.at(LinkState::nlos, 700.0 * (i % 64) - 20e3, 700.0 * (i / 64) - 20e3);
    const Clusters c = draw_clusters(world(), link);
    const double y = (c.aoa[0] * (360.0 * 0x1p-32) - 180.0) / (link.spreads.asa_deg / 7.0);
    jitter.push_back(0.5 * std::erfc(-y / std::numbers::sqrt2));
    draw_rays(world(), c, view, *rays);
    const std::uint32_t word = rays->gain[0][i % ray_count][0];
    const double turn = std::atan2(static_cast<std::int32_t>(word) * 0x1p-16,
                                   static_cast<std::int16_t>(word & 0xFFFFU)) /
                        (2.0 * std::numbers::pi);
    phase.push_back(turn - std::floor(turn));
  }
  const double kolmogorov_max = 1.63 / std::sqrt(static_cast<double>(places));  // 1 %.
  EXPECT_LT(kolmogorov(jitter), kolmogorov_max) << "seed " << seed;
  EXPECT_LT(kolmogorov(phase), kolmogorov_max) << "seed " << seed;
}

TEST(ClusterRegions, give_sight_no_sight_and_each_floor_clusters_of_their_own) {
  const ClusterRegions regions(world(), 3, Surrounding::uma);
  EXPECT_NE(regions.at(LinkState::los, 100.0, 20.0), regions.at(LinkState::nlos, 100.0, 20.0));
  ClusterLink link = link_of({.surrounding = Surrounding::uma, .state = LinkState::o2i}, 3);
  link.regions = regions.at(LinkState::o2i, 100.0, 20.0);
  const Clusters ground = draw_clusters(world(), link);
  link.floor = 1;
  const Clusters above = draw_clusters(world(), link);
  EXPECT_NE(ground.power, above.power);
  link.floor = 0;
  link.kind.state = LinkState::nlos;  // The same words would show in the same order of angles.
  EXPECT_NE(draw_clusters(world(), link).ids.a, ground.ids.a);
}

/// Part of the power that two places get from the same rays at similar delays: the delay spread
/// itself changes by a fifth from one metre to the next.
double in_common(const Clusters& a, const Clusters& b) {
  const std::vector<std::size_t> rank = ranks_of(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.count; ++i) {
    const std::size_t j = rank[a.name[i]];
    if (j >= b.count || a.region[i] != b.region[j]) continue;
    const float later = std::max(a.delay_s[i], b.delay_s[j]);
    if (std::fabs(a.delay_s[i] - b.delay_s[j]) > 30e-9F + 0.4F * later) continue;
    sum += std::min(a.power[i], b.power[j]);
  }
  return sum;
}

TEST(ClusterRegions, show_neighbours_similar_delays_and_powers_and_the_far_others) {
  double near = 0.0, far = 0.0;
  constexpr std::uint32_t sites = 200;
  for (std::uint32_t site = 0; site < sites; ++site) {
    const LspFields fields(world(), site, Surrounding::uma);
    const ClusterRegions regions(world(), site, Surrounding::uma);
    const auto clusters_at = [&](double east_m, double north_m) {
      ClusterLink link = link_of(nlos, site);
      link.spreads =
          large_scale_parameters(link.distribution, fields.at(LinkState::nlos, east_m, north_m));
      link.regions = regions.at(LinkState::nlos, east_m, north_m);
      return draw_clusters(world(), link);
    };
    const Clusters here = clusters_at(150.0, -40.0);
    EXPECT_GT(in_common(here, clusters_at(150.0, -40.0)), 0.9999);
    near += in_common(here, clusters_at(151.0, -40.0)) / sites;
    far += in_common(here, clusters_at(750.0, -40.0)) / sites;
  }
  EXPECT_GT(near, 0.85) << "seed " << seed;
  EXPECT_LT(far, 0.01) << "seed " << seed;
}

/// Response of a link that stays, through one element.
std::vector<Complex> response_of(const ClusterLink& link, double heading_deg, double wavelengths) {
  const BeamGrid grid = one_element();
  ClusterTile tile(world(), config_of(2, 2));
  tile.set_link(5, {.link = link, .panel = grid, .heading_deg = heading_deg});
  tile.refresh(std::vector<double>(base::lane_count, wavelengths));
  std::vector<Complex> all;
  for (std::size_t row = 0; row < tile.response_re().row_count(); ++row) {
    all.emplace_back(tile.response_re().at(row, 5), tile.response_im().at(row, 5));
  }
  return all;
}

// Rays are plane waves over the map: who stands where another went sees the same.
TEST(ClusterRegions, make_the_fading_of_a_place_what_one_finds_who_goes_there) {
  const double wavelength_m = base::speed_of_light_mps / carrier_hz;
  for (const double heading_deg : {0.0, 90.0, 216.8698976458440}) {
    ClusterLink from = link_of(nlos, 9);
    from.east_m = 120.0 * wavelength_m;
    from.north_m = -75.0 * wavelength_m;
    ClusterLink there = from;
    const double way = 12.5;
    there.east_m += way * std::cos(heading_deg * radian) * wavelength_m;
    there.north_m += way * std::sin(heading_deg * radian) * wavelength_m;
    const std::vector<Complex> gone = response_of(from, heading_deg, way);
    const std::vector<Complex> stood = response_of(there, heading_deg, 0.0);
    const std::vector<Complex> stayed = response_of(from, heading_deg, 0.0);
    double error = 0.0, moved = 0.0, power = 0.0;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      error += std::norm(gone[i] - stood[i]);
      moved += std::norm(gone[i] - stayed[i]);
      power += std::norm(gone[i]);
    }
    // Places count in steps of 1 / 256 wavelengths: both ends are at most half a step off.
    EXPECT_LT(std::sqrt(error / power), 2.0 * std::numbers::pi / 256.0);
    EXPECT_GT(moved / power, 0.5);
  }
}

TEST(ClusterRegions, are_the_same_again_and_anew) {
  const ClusterRegions a(world(), 11, Surrounding::inf);
  const ClusterRegions b(world(), 11, Surrounding::inf);
  EXPECT_EQ(a.at(LinkState::nlos, 3.0, 4.0), b.at(LinkState::nlos, 3.0, 4.0));
  const ClusterRegionNames before = a.at(LinkState::los, -7.0, 1.5);
  EXPECT_NE(a.at(LinkState::nlos, 900.0, 900.0), before);
  EXPECT_EQ(a.at(LinkState::los, -7.0, 1.5), before);
}

TEST(ClusterRegionsDeathTest, rejects_states_that_there_are_not_and_places_beyond_the_map) {
  const ClusterRegions regions(world(), 11, Surrounding::inf);
  EXPECT_DEATH(static_cast<void>(regions.at(LinkState::o2i, 0.0, 0.0)), "states_");
  EXPECT_DEATH(static_cast<void>(regions.at(LinkState::los, 0.0, 1.1e6)), "north_m");
}

}  // namespace
}  // namespace redcell::phy
