// Goal: clusters are those of TR 38.901 clause 7.5 steps 5 to 7. Method: figures others published;
// an oracle in double written from the formulas (it shares the numbering of random words, no code);
// laws of powers, delays and angles over many links with a fixed seed.
#include "phy/channel/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "hwy/targets.h"
#include "phy/channel/line_of_sight.h"

namespace redcell::phy {
namespace {

using base::Hertz;
using base::Metres;

constexpr std::uint32_t seed = 20260408;
constexpr double carrier_hz = 2.6e9;

base::Random world() { return {seed, 1}; }

ClusterLink link_of(LinkClass kind, std::uint32_t ue) {
  ClusterLink link{.site = ue,
                   .kind = kind,
                   .spreads = {.shadowing_db = 0.0,
                               .k_factor_db = 9.0,
                               .delay_spread_s = 363e-9,
                               .asd_deg = 14.0,
                               .asa_deg = 52.0,
                               .zsd_deg = 3.0,
                               .zsa_deg = 12.0},
                   .distribution = lsp_distribution(
                       kind, {Metres(240.0), Metres(25.0), Metres(1.5), Hertz(carrier_hz)}),
                   .carrier = Hertz(carrier_hz),
                   .departure = {.azimuth_deg = 37.0, .zenith_deg = 95.6},
                   .arrival = {.azimuth_deg = 217.0, .zenith_deg = 84.4}};
  return link;
}

constexpr LinkClass uma_nlos{.surrounding = Surrounding::uma, .state = LinkState::nlos};
constexpr LinkClass uma_los{.surrounding = Surrounding::uma, .state = LinkState::los};
constexpr LinkClass uma_o2i{.surrounding = Surrounding::uma, .state = LinkState::o2i};

double degrees_of(std::uint32_t turns) { return turns * (360.0 * 0x1p-32); }
/// Shortest way from one angle to another.
double apart(double a_deg, double b_deg) { return std::remainder(a_deg - b_deg, 360.0); }

TEST(ClusterStatistics, equals_the_figures_others_agree_on) {
  // TR 38.901 V16.1 Table 7.5-6 as Sionna 1.2.1 and ns-3 agree on it: number, r_tau, zeta, XPR mean
  // and deviation, c_ASD, c_ASA, c_ZSA. InH and InF from the table itself.
  const struct {
    Surrounding surrounding;
    LinkState state;
    std::array<double, 8> figures;
  } rows[] = {
      {Surrounding::uma, LinkState::los, {12, 2.5, 3, 8, 4, 5, 11, 7}},
      {Surrounding::uma, LinkState::nlos, {20, 2.3, 3, 7, 3, 2, 15, 7}},
      {Surrounding::uma, LinkState::o2i, {12, 2.2, 4, 9, 5, 5, 8, 3}},
      {Surrounding::umi, LinkState::los, {12, 3, 3, 9, 3, 3, 17, 7}},
      {Surrounding::umi, LinkState::nlos, {19, 2.1, 3, 8, 3, 10, 22, 7}},
      {Surrounding::umi, LinkState::o2i, {12, 2.2, 4, 9, 5, 5, 8, 3}},
      {Surrounding::rma, LinkState::los, {11, 3.8, 3, 12, 4, 2, 3, 3}},
      {Surrounding::rma, LinkState::nlos, {10, 1.7, 3, 7, 3, 2, 3, 3}},
      {Surrounding::rma, LinkState::o2i, {10, 1.7, 3, 7, 3, 2, 3, 3}},
      {Surrounding::inh, LinkState::los, {15, 3.6, 6, 11, 4, 5, 8, 9}},
      {Surrounding::inh, LinkState::nlos, {19, 3, 3, 10, 4, 5, 11, 9}},
      {Surrounding::inf, LinkState::los, {25, 2.7, 4, 12, 6, 5, 8, 9}},
      {Surrounding::inf, LinkState::nlos, {25, 3, 3, 11, 6, 5, 8, 9}},
  };
  for (const auto& row : rows) {
    const ClusterStatistics s =
        cluster_statistics({.surrounding = row.surrounding, .state = row.state}, Hertz(carrier_hz));
    const std::array<double, 8> found = {static_cast<double>(s.cluster_count),
                                         s.delay_scaling,
                                         s.shadowing_db,
                                         s.xpr_mean_db,
                                         s.xpr_sigma_db,
                                         s.asd_deg,
                                         s.asa_deg,
                                         s.zsa_deg};
    EXPECT_EQ(found, row.figures) << static_cast<int>(row.surrounding);
  }
}

TEST(ClusterStatistics, spreads_the_strongest_clusters_as_the_carrier_says) {
  // max(0.25, 6.5622 - 3.4084 lg fc) ns in UMa, at least 6 GHz; 3.91 ns where there is no figure.
  const auto spread_ns = [](LinkClass kind, double hz) {
    return cluster_statistics(kind, Hertz(hz)).delay_spread_s * 1e9;
  };
  EXPECT_NEAR(spread_ns(uma_nlos, 0.76e9), 3.909949, 1e-6);
  EXPECT_NEAR(spread_ns(uma_los, 30e9), 1.527580, 1e-6);
  EXPECT_NEAR(spread_ns(uma_los, 100e9), 0.25, 1e-9);
  EXPECT_NEAR(spread_ns(uma_o2i, 2.6e9), 11.0, 1e-9);
  EXPECT_NEAR(spread_ns({.surrounding = Surrounding::rma, .state = LinkState::nlos}, 0.76e9), 3.91,
              1e-9);
  EXPECT_NEAR(spread_ns({.surrounding = Surrounding::umi, .state = LinkState::los}, 2.6e9), 5.0,
              1e-9);
  EXPECT_NEAR(spread_ns({.surrounding = Surrounding::umi, .state = LinkState::nlos}, 2.6e9), 11.0,
              1e-9);
  EXPECT_NEAR(spread_ns({.surrounding = Surrounding::inh, .state = LinkState::los}, 2.6e9), 3.91,
              1e-9);
}

TEST(ClusterStatistics, scales_angles_as_the_number_of_clusters_says) {
  // TR 38.901 Tables 7.5-2 and 7.5-4, by hand.
  const struct {
    LinkClass kind;
    double azimuth, zenith;
  } rows[] = {{uma_los, 1.146, 1.104},                                                       // 12
              {uma_nlos, 1.289, 1.178},                                                      // 20
              {{.surrounding = Surrounding::umi, .state = LinkState::nlos}, 1.273, 1.184},   // 19
              {{.surrounding = Surrounding::rma, .state = LinkState::los}, 1.123, 1.031},    // 11
              {{.surrounding = Surrounding::rma, .state = LinkState::nlos}, 1.09, 0.957},    // 10
              {{.surrounding = Surrounding::inh, .state = LinkState::los}, 1.211, 1.1088},   // 15
              {{.surrounding = Surrounding::inf, .state = LinkState::nlos}, 1.358, 1.282}};  // 25
  for (const auto& row : rows) {
    const ClusterStatistics s = cluster_statistics(row.kind, Hertz(carrier_hz));
    EXPECT_EQ(s.azimuth_scaling, row.azimuth);
    EXPECT_EQ(s.zenith_scaling, row.zenith);
  }
}

struct OracleCluster {
  std::uint32_t name;
  double power, delay_s, aoa, aod, zoa, zod;
};

struct OracleDraw {
  double x, z;
  std::array<double, 4> sign, jitter;
};

OracleDraw oracle_draw(const ClusterLink& link, std::uint64_t n) {
  const base::RandomIds ids{4 * link.floor + static_cast<std::uint32_t>(link.kind.state),
                            link.site};
  const std::uint64_t block = link.regions[n] * 4294967296ULL + 2 * n;
  const auto w = world().at(base::Purpose::cluster, ids, block);
  const auto v = world().at(base::Purpose::cluster, ids, block + 1);
  const auto normal = [](std::uint32_t r, std::uint32_t t, bool second) {
    const double radius = std::sqrt(-2.0 * std::log((r + 1.0) / 4294967296.0));
    const double angle = 2.0 * std::numbers::pi * (t / 4294967296.0);
    return radius * (second ? std::sin(angle) : std::cos(angle));
  };
  OracleDraw d{};
  d.x = (w[0] + 0.5) / 4294967296.0;
  d.z = normal(w[1], w[2], false);
  for (std::size_t i = 0; i < 4; ++i) {
    d.sign[i] = (w[3] >> i & 1U) != 0 ? 1.0 : -1.0;
    d.jitter[i] = normal(v[i / 2 * 2], v[i / 2 * 2 + 1], i % 2 == 1);
  }
  return d;
}

/// C_phi and C_theta, eq. 7.5-10 and 7.5-15.
std::pair<double, double> oracle_scaling(const ClusterStatistics& s, bool los, double k) {
  if (!los) return {s.azimuth_scaling, s.zenith_scaling};
  return {
      s.azimuth_scaling * (1.1035 - 0.028 * k - 0.002 * std::pow(k, 2) + 0.0001 * std::pow(k, 3)),
      s.zenith_scaling * (1.3086 + 0.0339 * k - 0.0077 * std::pow(k, 2) + 0.0002 * std::pow(k, 3))};
}

/// Steps 5 to 7 as they stand.
std::vector<OracleCluster> oracle(const ClusterLink& link) {
  const ClusterStatistics s = cluster_statistics(link.kind, link.carrier);
  const LargeScaleParameters& p = link.spreads;
  const bool los = link.kind.state == LinkState::los;
  const double k = p.k_factor_db;
  const double k_lin = los ? std::pow(10.0, k / 10.0) : 0.0;
  std::vector<OracleDraw> draws;
  std::vector<double> tau, power, whole;
  for (std::uint64_t n = 0; n < s.cluster_count; ++n) {
    draws.push_back(oracle_draw(link, n));
    tau.push_back(-s.delay_scaling * p.delay_spread_s * std::log(draws.back().x));
  }
  const double least = *std::min_element(tau.begin(), tau.end());
  double total = 0.0;
  for (std::size_t n = 0; n < tau.size(); ++n) {
    tau[n] -= least;
    power.push_back(
        std::exp(-tau[n] * (s.delay_scaling - 1.0) / (s.delay_scaling * p.delay_spread_s)) *
        std::pow(10.0, -s.shadowing_db * draws[n].z / 10.0));
    total += power.back();
  }
  for (std::size_t n = 0; n < tau.size(); ++n) {
    power[n] /= total;
    whole.push_back(power[n] / (k_lin + 1.0) + (tau[n] == 0.0 ? k_lin / (k_lin + 1.0) : 0.0));
  }
  const double largest = *std::max_element(whole.begin(), whole.end());
  const std::pair<double, double> scaling = oracle_scaling(s, los, std::max(k, -8.0));
  const auto angles = [&](std::size_t n) {
    const double depth = -std::log(whole[n] / largest);
    const auto& d = draws[n];
    const auto azimuth = [&](std::size_t i, double spread) {
      return d.sign[i] * 2.0 * (spread / 1.4) * std::sqrt(depth) / scaling.first +
             d.jitter[i] * spread / 7;
    };
    const auto zenith = [&](std::size_t i, double spread) {
      return d.sign[i] * spread * depth / scaling.second + d.jitter[i] * spread / 7;
    };
    return std::array<double, 4>{azimuth(0, p.asa_deg), azimuth(1, p.asd_deg), zenith(2, p.zsa_deg),
                                 zenith(3, p.zsd_deg)};
  };
  std::array<double, 4> straight{};
  if (los) {
    straight =
        angles(static_cast<std::size_t>(std::find(tau.begin(), tau.end(), 0.0) - tau.begin()));
  }
  // Eq. 7.5-8 is for the angles alone.
  const double least_power = *std::max_element(power.begin(), power.end()) * std::pow(10.0, -2.5);
  double kept = 0.0;
  for (const double one : power) kept += one >= least_power ? one : 0.0;
  const double stretch = los ? 0.7705 - 0.0433 * k + 0.0002 * k * k + 0.000017 * k * k * k : 1.0;
  std::vector<OracleCluster> out;
  for (std::size_t n = 0; n < tau.size(); ++n) {
    if (power[n] < least_power) continue;
    const auto a = angles(n);
    out.push_back(
        {.name = static_cast<std::uint32_t>(n),
         .power = power[n] / kept / (k_lin + 1.0),
         .delay_s = tau[n] / stretch,
         .aoa = a[0] - straight[0] + link.arrival.azimuth_deg,
         .aod = a[1] - straight[1] + link.departure.azimuth_deg,
         .zoa = a[2] - straight[2] +
                (link.kind.state == LinkState::o2i ? 90.0 : link.arrival.zenith_deg),
         .zod = a[3] - straight[3] + link.departure.zenith_deg + link.distribution.zod_offset_deg});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.power > b.power; });
  return out;
}

constexpr double float_rounding = 2e-6;
constexpr double angle_rounding_deg = 2e-6;

TEST(Clusters, equal_the_formulas) {
  for (const LinkClass kind :
       {uma_nlos, uma_los, uma_o2i,
        LinkClass{.surrounding = Surrounding::inf, .state = LinkState::los}}) {
    for (std::uint32_t ue = 0; ue < 200; ++ue) {
      ClusterLink link = link_of(kind, ue);
      link.spreads.k_factor_db = -12.0 + 0.2 * ue;
      link.floor = ue / 50;
      for (std::uint32_t n = 0; n < cluster_count_max; ++n)
        link.regions[n] = ue % 3 * 0x7FFF001U + n;
      const std::vector<OracleCluster> wanted = oracle(link);
      const Clusters found = draw_clusters(world(), link);
      ASSERT_EQ(found.count, wanted.size()) << ue;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        ASSERT_EQ(found.name[i], wanted[i].name);
        ASSERT_NEAR(found.power[i], wanted[i].power, float_rounding * wanted[i].power);
        ASSERT_NEAR(found.delay_s[i], wanted[i].delay_s, float_rounding * wanted[i].delay_s);
        ASSERT_NEAR(apart(degrees_of(found.aoa[i]), wanted[i].aoa), 0.0, angle_rounding_deg);
        ASSERT_NEAR(apart(degrees_of(found.aod[i]), wanted[i].aod), 0.0, angle_rounding_deg);
        ASSERT_NEAR(apart(degrees_of(found.zoa[i]), wanted[i].zoa), 0.0, angle_rounding_deg);
        ASSERT_NEAR(apart(degrees_of(found.zod[i]), wanted[i].zod), 0.0, angle_rounding_deg);
      }
    }
  }
}

TEST(Clusters, widen_to_rays_as_the_table_and_the_zenith_spread_say) {
  // c_ASD, c_ASA, c_ZSA; 3/8 of 10^(-2.1 * 0.24 + 0.9) degrees, eq. 7.5-20.
  const Clusters c = draw_clusters(world(), link_of(uma_nlos, 1));
  EXPECT_EQ(c.ray_asd_deg, 2.0);
  EXPECT_EQ(c.ray_asa_deg, 15.0);
  EXPECT_EQ(c.ray_zsa_deg, 7.0);
  EXPECT_NEAR(c.ray_zsd_deg, 0.375 * std::pow(10.0, 0.396), 1e-12);
}

TEST(Clusters, hold_all_the_power_and_the_k_factor) {
  for (const LinkClass kind : {uma_nlos, uma_los, uma_o2i}) {
    for (std::uint32_t ue = 0; ue < 300; ++ue) {
      const Clusters c = draw_clusters(world(), link_of(kind, ue));
      double total = c.direct_share;
      for (std::size_t i = 0; i < c.count; ++i) {
        total += c.power[i];
        ASSERT_LE(c.power[i], i == 0 ? 1.0F : c.power[i - 1]);
        ASSERT_GE(c.delay_s[i], 0.0F);
      }
      ASSERT_NEAR(total, 1.0, 1e-6);
      ASSERT_NEAR(c.direct_share, kind.state == LinkState::los ? 0.8881842 : 0.0, 1e-7);
    }
  }
}

TEST(Clusters, move_but_do_not_change_with_the_place) {
  const ClusterLink here = link_of(uma_nlos, 3);
  ClusterLink there = here;
  there.spreads.delay_spread_s *= 2.0;
  there.spreads.asa_deg *= 0.5;
  there.departure.azimuth_deg += 1.0;
  const Clusters a = draw_clusters(world(), here);
  const Clusters b = draw_clusters(world(), there);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.power, b.power);
  for (std::size_t i = 0; i < a.count; ++i) {
    EXPECT_NEAR(b.delay_s[i], 2.0F * a.delay_s[i], 1e-12F);
    EXPECT_NEAR(apart(degrees_of(b.aod[i]), degrees_of(a.aod[i])), 1.0, angle_rounding_deg);
  }
}

/// With the spreads that half of the links of its kind have more of.
ClusterLink median_link(LinkClass kind, std::uint32_t ue) {
  ClusterLink link = link_of(kind, ue);
  link.spreads = large_scale_parameters(link.distribution, {});
  return link;
}

struct Spreads {
  double ds_s, asa_deg, asd_deg, zsa_deg, zsd_deg;
};

/// RMS around the mean, powers as weights; angles as TR 38.901 Annex A, circular.
Spreads spreads_of(const Clusters& c, const ClusterLink& link) {
  double power = c.direct_share, mean = 0.0, square = 0.0;
  for (std::size_t i = 0; i < c.count; ++i) {
    power += c.power[i];
    mean += c.power[i] * c.delay_s[i];
    square += c.power[i] * c.delay_s[i] * c.delay_s[i];
  }
  mean /= power;
  const auto circular = [&](const auto& angle, double direct_deg, double ray_deg) {
    double re = c.direct_share * std::cos(direct_deg * std::numbers::pi / 180.0);
    double im = c.direct_share * std::sin(direct_deg * std::numbers::pi / 180.0);
    // Each cluster's rays have RMS 1 times ray_deg around it: nearly a normal law.
    const double shrink = std::exp(-0.5 * std::pow(ray_deg * std::numbers::pi / 180.0, 2));
    for (std::size_t i = 0; i < c.count; ++i) {
      const double rad = angle[i] * (2.0 * std::numbers::pi * 0x1p-32);
      re += shrink * c.power[i] * std::cos(rad);
      im += shrink * c.power[i] * std::sin(rad);
    }
    return std::sqrt(-2.0 * std::log(std::hypot(re, im) / power)) * 180.0 / std::numbers::pi;
  };
  return {.ds_s = std::sqrt(square / power - mean * mean),
          .asa_deg = circular(c.aoa, link.arrival.azimuth_deg, c.ray_asa_deg),
          .asd_deg = circular(c.aod, link.departure.azimuth_deg, c.ray_asd_deg),
          .zsa_deg = circular(c.zoa, link.arrival.zenith_deg, c.ray_zsa_deg),
          .zsd_deg = circular(c.zod, link.departure.zenith_deg, c.ray_zsd_deg)};
}

/// Mean over links of the spread found over the spread asked for.
Spreads mean_ratio(LinkClass kind, bool draws_k) {
  constexpr std::uint32_t link_count = 4000;
  Spreads sum{};
  for (std::uint32_t ue = 0; ue < link_count; ++ue) {
    ClusterLink link = median_link(kind, ue);
    // Every part of the law equally often.
    const double deviate = draws_k ? gaussian_quantile((ue + 0.5) / link_count) : 0.0;
    link.spreads.k_factor_db += deviate * link.distribution.sigma[lsp_k];
    const Spreads s = spreads_of(draw_clusters(world(), link), link);
    sum.ds_s += s.ds_s / link.spreads.delay_spread_s / link_count;
    sum.asa_deg += s.asa_deg / link.spreads.asa_deg / link_count;
    sum.asd_deg += s.asd_deg / link.spreads.asd_deg / link_count;
    sum.zsa_deg += s.zsa_deg / link.spreads.zsa_deg / link_count;
    sum.zsd_deg += s.zsd_deg / link.spreads.zsd_deg / link_count;
  }
  return sum;
}

/// Every state, with the median K and with all of K's law where there is one.
TEST(Clusters, have_the_spreads_asked_for_but_for_the_bias_of_the_method) {
  using enum Surrounding;
  for (const Surrounding surrounding : {uma, umi, rma, inh, inf}) {
    for (const LinkState state : {LinkState::los, LinkState::nlos, LinkState::o2i}) {
      if (surrounding >= inh && state == LinkState::o2i) continue;
      for (const bool draws_k : {false, true}) {
        if (draws_k && state != LinkState::los) continue;
        const Spreads ratio = mean_ratio({.surrounding = surrounding, .state = state}, draws_k);
        const ClusterBias bias = cluster_bias_max(state);
        const auto name = [&] {
          return "surrounding " + std::to_string(static_cast<int>(surrounding)) + " state " +
                 std::to_string(static_cast<int>(state)) + (draws_k ? " all K" : "") + " seed " +
                 std::to_string(seed);
        };
        EXPECT_NEAR(ratio.ds_s, 1.0, bias.delay) << name();
        EXPECT_NEAR(ratio.asd_deg, 1.0, bias.asd) << name();
        EXPECT_NEAR(ratio.asa_deg, 1.0, bias.asa) << name();
        EXPECT_NEAR(ratio.zsd_deg, 1.0, bias.zsd) << name();
        EXPECT_NEAR(ratio.zsa_deg, 1.0, bias.zsa) << name();
      }
    }
  }
}

TEST(Clusters, have_the_same_bits_on_every_instruction_set) {
  const std::int64_t targets = hwy::SupportedTargets();
  const LinkClass office{.surrounding = Surrounding::inh, .state = LinkState::los};
  std::vector<Clusters> first;
  for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
    if ((targets & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    for (std::uint32_t ue = 0; ue < 150; ++ue) {
      const LinkClass kind = ue % 3 == 0 ? uma_los : ue % 3 == 1 ? uma_nlos : office;
      const Clusters c = draw_clusters(world(), link_of(kind, ue));
      if (first.size() <= ue) first.push_back(c);
      EXPECT_EQ(c.count, first[ue].count);
      EXPECT_EQ(c.name, first[ue].name);
      EXPECT_EQ(c.direct_share, first[ue].direct_share);
      EXPECT_EQ(c.power, first[ue].power);
      EXPECT_EQ(c.delay_s, first[ue].delay_s);
      EXPECT_EQ(c.aod, first[ue].aod);
      EXPECT_EQ(c.zod, first[ue].zod);
      EXPECT_EQ(c.aoa, first[ue].aoa);
      EXPECT_EQ(c.zoa, first[ue].zoa);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(MeanPairPower, counts_half_for_what_keeps_polarisation) {
  ClusterStatistics s = cluster_statistics(uma_nlos, Hertz(carrier_hz));
  EXPECT_NEAR(mean_pair_power(s, 1.0), 0.5, 1e-12);
  // 10^-0.7 exp((3 ln 10 / 10)^2 / 2) = 0.2533.
  EXPECT_NEAR(mean_pair_power(s, 0.0), 0.5 * 1.25329, 1e-4);
}

}  // namespace
}  // namespace redcell::phy
