// Goal: clustered delay lines are those of TR 38.901 7.7.1, scaled as 7.7.3, 7.7.5.1 and 7.7.6 say.
// Method: golden points of the tables and sums over all their cells; spreads in double after Annex
// A, ray by ray; the angles and amplitudes of the rays made from them.
#include "phy/channel/cdl.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <memory>
#include <numbers>
#include <optional>
#include <set>
#include <vector>

#include "phy/channel/cluster_rays.h"
#include "tests/phy/cdl_lines.h"

namespace redcell::phy {
namespace {

using base::Db;
using base::Hertz;
using base::Seconds;
using Complex = std::complex<double>;

constexpr double radian = std::numbers::pi / 180.0;
/// Table 7.5-3.
constexpr std::array<double, 10> half_offsets = {0.0447, 0.1413, 0.2492, 0.3715, 0.5129,
                                                 0.6797, 0.8844, 1.1481, 1.5195, 2.1551};

double degrees_of(std::uint32_t turns) { return turns * (360.0 * 0x1p-32); }
/// Shortest way from one angle to another.
double apart(double a_deg, double b_deg) { return std::remainder(a_deg - b_deg, 360.0); }

/// Rank of a row of the table, the line of sight not counted.
std::size_t rank_of(const Clusters& c, std::uint32_t row) {
  const auto at = std::find(c.name.begin(), c.name.begin() + static_cast<int>(c.count), row);
  return static_cast<std::size_t>(at - c.name.begin());
}

struct Point {
  std::uint32_t row;
  double delay, power_db, aod, aoa, zod, zoa;
};

// Tables 7.7.1-1 to 7.7.1-5: two clusters and the last of each; power over the first row's.
constexpr struct {
  std::size_t count;
  std::array<Point, 3> points;
  std::array<double, 5> rays;  ///< c_ASD, c_ASA, c_ZSD, c_ZSA, XPR.
} golden[] = {{23,
               {{{1, 0.3819, 13.4, -4.2, -152.7, 93.2, 91.3},
                 {11, 2.2242, -16.7 + 13.4, 134.8, -115.9, 171.6, 26.0},
                 {22, 9.6586, -29.7 + 13.4, -56.2, 55.2, 144.9, 156.1}}},
               {5, 11, 3, 3, 10}},
              {23,
               {{{5, 0.2986, -1.2, -11.4, 155.1, 103.2, 67.5},
                 {15, 1.7842, -1.9, 30.6, -139.1, 103.0, 78.0},
                 {22, 4.7834, -11.3, -77.6, -60.4, 115.7, 62.3}}},
               {10, 22, 3, 7, 8}},
              {24,
               {{{5, 0.6366, 4.4, 0.3, 170.4, 99.2, 75.3},
                 {12, 1.2285, -5.1 + 4.4, -55.3, 68.1, 103.7, 90.6},
                 {23, 8.6523, -22.8 + 4.4, -123.8, 33.6, 107.8, 57.0}}},
               {2, 15, 3, 7, 7}},
              {13,
               {{{4, 1.405, -17.9 + 13.5, 13.0, 163.0, 97.5, 79.4},
                 {7, 1.775, -22.9 + 13.5, 34.6, -137.0, 98.5, 78.2},
                 {12, 12.525, -27.7 + 13.5, 77.2, -83.8, 86.5, 72.9}}},
               {5, 8, 3, 3, 11}},
              {14,
               {{{1, 0.5133, -15.8 + 22.03, 57.5, 18.2, 104.2, 80.4},
                 {5, 0.7112, -22.4 + 22.03, 16.2, 112.9, 100.8, 86.3},
                 {13, 20.6419, -29.2 + 22.03, 57.6, -26.0, 104.6, 78.3}}},
               {5, 11, 3, 7, 8}}};

TEST(Cdl, has_the_tables_clusters) {
  for (std::size_t i = 0; i < 5; ++i) {
    const Clusters c = cdl_channel(profiles[i], plain(1.0), ids).clusters;
    ASSERT_EQ(c.count, golden[i].count);
    const double first = c.power[rank_of(c, 0)];
    for (const Point& point : golden[i].points) {
      const std::size_t rank = rank_of(c, point.row);
      ASSERT_LT(rank, c.count);
      EXPECT_NEAR(c.delay_s[rank], point.delay, 1e-6);
      EXPECT_NEAR(10.0 * std::log10(c.power[rank] / first), point.power_db, 1e-5);
      EXPECT_NEAR(apart(degrees_of(c.aod[rank]), point.aod), 0.0, 1e-6);
      EXPECT_NEAR(apart(degrees_of(c.aoa[rank]), point.aoa), 0.0, 1e-6);
      EXPECT_NEAR(degrees_of(c.zod[rank]), point.zod, 1e-6);
      EXPECT_NEAR(degrees_of(c.zoa[rank]), point.zoa, 1e-6);
    }
    EXPECT_EQ(c.xpr_sigma_db, 0.0);
    const std::array<double, 5> rays = {c.ray_asd_deg, c.ray_asa_deg, c.ray_zsd_deg, c.ray_zsa_deg,
                                        c.xpr_mean_db};
    EXPECT_EQ(rays, golden[i].rays);
    EXPECT_EQ(c.ids.a, ids.a);
    EXPECT_EQ(c.ids.b, ids.b);
  }
}

TEST(Cdl, has_every_cell_of_the_tables) {
  // Sums of row number (from 1, the line of sight not counted) times cell, over another's
  // transcription of Tables 7.7.1-1 to 7.7.1-5 (NeoRadium, InterDigital): delay, power in dB, AOD,
  // AOA, ZOD, ZOA. One wrong cell moves a sum by more than the tolerance.
  constexpr double sums[][6] = {
      {1015.0561, -4187.5, -701.9, 7839.9, 25645.9, 24620.6},
      {620.5628, -2278.4, -8889.1, 520.4, 29996.2, 18413.9},
      {1180.7662, -3843.0, 5402.0, 6913.4, 29807.3, 19619.8},
      {556.312, -2231.0, 401.1, 1894.1, 8349.5, 7115.7},
      {636.0619, -2479.23, 2826.2, -4107.1, 10472.8, 8727.6},
  };
  constexpr double first_power_db[] = {-13.4, 0.0, -4.4, -13.5, -22.03};
  for (std::size_t i = 0; i < 5; ++i) {
    const Clusters c = cdl_channel(profiles[i], plain(1.0), ids).clusters;
    std::array<double, 6> found{};
    for (std::uint32_t row = 0; row < c.count; ++row) {
      const std::size_t rank = rank_of(c, row);
      const double ratio = c.power[rank] / c.power[rank_of(c, 0)];
      const std::array<double, 6> cells = {static_cast<double>(c.delay_s[rank]),
                                           10.0 * std::log10(ratio) + first_power_db[i],
                                           apart(degrees_of(c.aod[rank]), 0.0),
                                           apart(degrees_of(c.aoa[rank]), 0.0),
                                           degrees_of(c.zod[rank]),
                                           degrees_of(c.zoa[rank])};
      for (std::size_t k = 0; k < 6; ++k) found[k] += (row + 1) * cells[k];
    }
    // CDL-D's first row is -180 degrees, which is 180.
    found[3] -= i >= 3 && apart(degrees_of(c.aoa[rank_of(c, 0)]), 0.0) > 0.0 ? 360.0 : 0.0;
    EXPECT_NEAR(found[0], sums[i][0], 5e-5);
    for (std::size_t k = 1; k < 6; ++k) EXPECT_NEAR(found[k], sums[i][k], 5e-3);
  }
}

TEST(Cdl, clusters_come_in_falling_order_of_power_and_all_power_sums_to_one) {
  for (const CdlProfile profile : profiles) {
    const Clusters c = cdl_channel(profile, plain(1e-7), ids).clusters;
    double total = c.direct_share;
    for (std::size_t rank = 0; rank < c.count; ++rank) {
      total += c.power[rank];
      EXPECT_LE(c.power[rank], c.power[rank == 0 ? 0 : rank - 1]);
    }
    EXPECT_NEAR(total, 1.0, 1e-6);
    EXPECT_EQ(std::set(c.name.begin(), c.name.begin() + static_cast<int>(c.count)).size(), c.count);
  }
}

TEST(Cdl, line_of_sight_of_d_and_e_comes_first_with_the_tables_direction_and_power) {
  const auto ratio_db = [](const CdlChannel& channel) {
    const Clusters& c = channel.clusters;
    return 10.0 * std::log10(c.direct_share / c.power[rank_of(c, 0)]);
  };
  // The tables give the first cluster a K factor of 13.3 and of 22 dB.
  const CdlChannel d = cdl_channel(CdlProfile::cdl_d, plain(1e-7), ids);
  EXPECT_NEAR(ratio_db(d), 13.3, 1e-5);
  EXPECT_NEAR(d.departure.azimuth_deg, 0.0, 1e-12);
  EXPECT_NEAR(d.departure.zenith_deg, 98.5, 1e-12);
  EXPECT_NEAR(apart(d.arrival.azimuth_deg, 180.0), 0.0, 1e-12);
  EXPECT_NEAR(d.arrival.zenith_deg, 81.5, 1e-12);
  const CdlChannel e = cdl_channel(CdlProfile::cdl_e, plain(1e-7), ids);
  EXPECT_NEAR(ratio_db(e), 22.0, 1e-5);
  EXPECT_NEAR(e.departure.zenith_deg, 99.6, 1e-12);
  EXPECT_NEAR(e.arrival.zenith_deg, 80.4, 1e-12);
  for (const CdlProfile profile : profiles) {
    const double share = cdl_channel(profile, plain(1e-7), ids).clusters.direct_share;
    EXPECT_EQ(share > 0.0, has_line_of_sight(profile));
  }
}

double rms_delay(const Clusters& c) {
  double first = 0.0;
  double second = 0.0;
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    first += static_cast<double>(c.power[rank]) * c.delay_s[rank];
    second += static_cast<double>(c.power[rank]) * c.delay_s[rank] * c.delay_s[rank];
  }
  return std::sqrt(second - first * first);
}

TEST(Cdl, delay_spread_is_the_wanted_one) {
  for (const CdlProfile profile : profiles) {
    for (const double wanted_s : {10e-9, 100e-9, 1000e-9}) {
      const Clusters c = cdl_channel(profile, plain(wanted_s), ids).clusters;
      EXPECT_NEAR(rms_delay(c) / wanted_s, 1.0, cdl_delay_spread_error_max);
    }
    const Clusters flat = cdl_channel(profile, plain(0.0), ids).clusters;
    EXPECT_EQ(*std::max_element(flat.delay_s.begin(), flat.delay_s.end()), 0.0F);
  }
}

TEST(Cdl, k_factor_is_the_wanted_one_and_delays_are_renormalised) {
  for (const CdlProfile profile : {CdlProfile::cdl_d, CdlProfile::cdl_e}) {
    for (const double k_db : {-5.0, 0.0, 7.0, 20.0}) {
      CdlScaling scaling = plain(300e-9);
      scaling.k_factor = Db(k_db);
      const Clusters c = cdl_channel(profile, scaling, ids).clusters;
      double scattered = 0.0;
      for (std::size_t rank = 0; rank < c.count; ++rank) scattered += c.power[rank];
      EXPECT_NEAR(10.0 * std::log10(c.direct_share / scattered), k_db, 1e-5);
      EXPECT_NEAR(scattered + c.direct_share, 1.0, 1e-6);
      EXPECT_NEAR(rms_delay(c) / 300e-9, 1.0, 1e-5);
    }
  }
}

/// Annex A over all rays, offset by offset.
CdlAngle moments(const Clusters& c, const Clusters::Slots<std::uint32_t>& angle,
                 double ray_spread_deg, double direct_deg) {
  Complex sum = std::polar(c.direct_share, direct_deg * radian);
  double total = c.direct_share;
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    for (const double offset : half_offsets) {
      for (const double sign : {1.0, -1.0}) {
        const double deg = degrees_of(angle[rank]) + sign * offset * ray_spread_deg;
        sum += std::polar(c.power[rank] / 20.0, deg * radian);
      }
    }
    total += c.power[rank];
  }
  return {.mean_deg = std::arg(sum) / radian,
          .spread_deg = std::sqrt(-2.0 * std::log(std::abs(sum) / total)) / radian};
}

std::array<CdlAngle, 4> all_moments(const CdlChannel& channel) {
  const Clusters& c = channel.clusters;
  return {moments(c, c.aod, c.ray_asd_deg, channel.departure.azimuth_deg),
          moments(c, c.aoa, c.ray_asa_deg, channel.arrival.azimuth_deg),
          moments(c, c.zod, c.ray_zsd_deg, channel.departure.zenith_deg),
          moments(c, c.zoa, c.ray_zsa_deg, channel.arrival.zenith_deg)};
}

TEST(Cdl, says_the_mean_and_spread_of_its_tables) {
  for (const CdlProfile profile : profiles) {
    const auto found = all_moments(cdl_channel(profile, plain(1e-7), ids));
    const CdlAngles said = cdl_angles(profile);
    const std::array<CdlAngle, 4> wanted = {said.aod, said.aoa, said.zod, said.zoa};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(apart(found[i].mean_deg, wanted[i].mean_deg), 0.0, 1e-4);
      EXPECT_NEAR(found[i].spread_deg, wanted[i].spread_deg, 1e-4);
    }
  }
  // CDL-A by another program: degrees.
  EXPECT_NEAR(cdl_angles(CdlProfile::cdl_a).aod.spread_deg, 71.035, 1e-3);
  EXPECT_NEAR(cdl_angles(CdlProfile::cdl_a).aoa.mean_deg, -164.403, 1e-3);
  EXPECT_NEAR(cdl_angles(CdlProfile::cdl_d).zod.spread_deg, 2.445, 1e-3);
}

TEST(Cdl, angle_spreads_are_the_wanted_ones_where_they_are_narrower_than_the_table) {
  // Of the departure and arrival, what 7.7.5.1 gives as examples, where the table has more.
  const std::array<std::array<double, 3>, 4> wanted_deg = {
      {{5.0, 10.0, 15.0}, {30.0, 45.0, 60.0}, {1.0, 3.0, 5.0}, {5.0, 10.0, 15.0}}};
  int narrowed = 0;
  for (const CdlProfile profile : profiles) {
    const CdlAngles table = cdl_angles(profile);
    const std::array<double, 4> has_deg = {table.aod.spread_deg, table.aoa.spread_deg,
                                           table.zod.spread_deg, table.zoa.spread_deg};
    for (std::size_t step = 0; step < 3; ++step) {
      CdlScaling scaling = plain(1e-7);
      scaling.aod = {37.0, wanted_deg[0][step]};
      scaling.aoa = {-143.0, wanted_deg[1][step]};
      scaling.zod = {94.0, wanted_deg[2][step]};
      scaling.zoa = {86.0, wanted_deg[3][step]};
      const auto found = all_moments(cdl_channel(profile, scaling, ids));
      const std::array<double, 4> mean_deg = {37.0, -143.0, 94.0, 86.0};
      for (std::size_t i = 0; i < 4; ++i) {
        if (wanted_deg[i][step] > has_deg[i]) continue;
        ++narrowed;
        EXPECT_NEAR(found[i].spread_deg / wanted_deg[i][step], 1.0, cdl_angle_spread_error_max)
            << "angle " << i << " of profile " << static_cast<int>(profile);
        EXPECT_NEAR(apart(found[i].mean_deg, mean_deg[i]), 0.0, 0.1 * wanted_deg[i][step]);
      }
    }
  }
  EXPECT_EQ(narrowed, 39);
}

TEST(Cdl, scaling_to_the_tables_own_mean_and_spread_changes_nothing) {
  for (const CdlProfile profile : profiles) {
    const CdlAngles table = cdl_angles(profile);
    CdlScaling scaling = plain(1e-7);
    scaling.aod = table.aod;
    scaling.aoa = table.aoa;
    scaling.zod = table.zod;
    scaling.zoa = table.zoa;
    const Clusters same = cdl_channel(profile, scaling, ids).clusters;
    const Clusters c = cdl_channel(profile, plain(1e-7), ids).clusters;
    for (std::size_t rank = 0; rank < c.count; ++rank) {
      EXPECT_NEAR(apart(degrees_of(same.aod[rank]), degrees_of(c.aod[rank])), 0.0, 1e-6);
      EXPECT_NEAR(apart(degrees_of(same.aoa[rank]), degrees_of(c.aoa[rank])), 0.0, 1e-6);
      EXPECT_NEAR(degrees_of(same.zod[rank]), degrees_of(c.zod[rank]), 1e-6);
      EXPECT_NEAR(degrees_of(same.zoa[rank]), degrees_of(c.zoa[rank]), 1e-6);
    }
    EXPECT_NEAR(same.ray_asa_deg, c.ray_asa_deg, 1e-9);
  }
}

TEST(Cdl, angles_are_scaled_around_the_mean_with_their_rays) {
  // Eq. 7.7-5 by hand: CDL-B's zenith of departure, 105.641 degrees on average, 5.962 wide.
  CdlScaling scaling = plain(1e-7);
  scaling.zod = {100.0, 3.0};
  const Clusters c = cdl_channel(CdlProfile::cdl_b, scaling, ids).clusters;
  const double ratio = 3.0 / 5.962;
  EXPECT_NEAR(degrees_of(c.zod[rank_of(c, 3)]), 100.0 + ratio * (115.3 - 105.641), 2e-3);
  EXPECT_NEAR(degrees_of(c.zod[rank_of(c, 11)]), 100.0 + ratio * (98.3 - 105.641), 2e-3);
  EXPECT_NEAR(c.ray_zsd_deg, ratio * 3.0, 1e-3);
  EXPECT_EQ(c.ray_zsa_deg, 7.0);
}

TEST(Cdl, rays_lie_around_their_cluster_and_couple_over_all_of_it) {
  // Step 2 of 7.7.1 couples all 20 rays at random; there are no sub-clusters that hold them apart.
  const Clusters c = cdl_channel(CdlProfile::cdl_b, plain(1e-7), ids).clusters;
  auto rays = std::make_unique<Departures>();
  draw_departures(world(), c, *rays);
  int outside = 0;
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    std::multiset<double> azimuths;
    std::multiset<double> zeniths;
    for (std::size_t row = 0; row < ray_count; ++row) {
      const std::uint32_t word = rays->direction[row][rank];
      const double azimuth_deg = degrees_of(word & 0xFFFF0000U);
      azimuths.insert(apart(azimuth_deg, degrees_of(c.aod[rank])) / 10.0);
      const double zenith = ((word & 0xFFFFU) * 0x1p-17 * 360.0 - degrees_of(c.zod[rank])) / 3.0;
      zeniths.insert(zenith);
      // Offsets of Table 7.5-5's second sub-cluster in a row of the first.
      if (rank < 2 && row < 10 && std::fabs(zenith) > 0.45 && std::fabs(zenith) < 2.0) ++outside;
    }
    std::multiset<double> wanted;
    for (const double offset : half_offsets) {
      wanted.insert(offset);
      wanted.insert(-offset);
    }
    auto azimuth = azimuths.begin();
    auto zenith = zeniths.begin();
    for (const double offset : wanted) {
      EXPECT_NEAR(*azimuth++, offset, 4e-4);
      EXPECT_NEAR(*zenith++, offset, 6e-4);
    }
  }
  EXPECT_GT(outside, 2);
}

TEST(Cdl, every_ray_loses_the_tables_cross_polarisation) {
  const Clusters c = cdl_channel(CdlProfile::cdl_c, plain(1e-7), ids).clusters;
  auto rays = std::make_unique<Rays>();
  // Branch and port upright, then the port across: theta-theta and theta-phi alone.
  const RayView view{.polarisation = {.port_slant_deg = 0.0, .branch_slant_deg = 0.0},
                     .branch_count = 1};
  draw_rays(world(), c, view, *rays);
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    for (std::size_t row = 0; row < ray_count; ++row) {
      std::array<double, 2> size{};
      for (std::size_t pair = 0; pair < 2; ++pair) {
        const std::uint32_t word = rays->gain[pair][row][rank];
        const auto re = static_cast<double>(static_cast<std::int16_t>(word & 0xFFFFU));
        const double im = static_cast<std::int32_t>(word) * 0x1p-16;
        size[pair] = std::hypot(re, im) * static_cast<double>(rays->scale[rank]);
      }
      EXPECT_NEAR(size[0], 1.0, 2.0 * ray_gain_error_max);
      EXPECT_NEAR(size[1], std::pow(10.0, -7.0 / 20.0), 2.0 * ray_gain_error_max);
    }
  }
}

TEST(CdlDeathTest, rejects_scaling_that_its_profile_cannot_have) {
  EXPECT_DEATH((void)cdl_channel(CdlProfile::cdl_a, plain(-1e-9), ids), "broken precondition");
  CdlScaling k = plain(1e-7);
  k.k_factor = Db(9.0);
  EXPECT_DEATH((void)cdl_channel(CdlProfile::cdl_c, k, ids), "broken precondition");
  CdlScaling angle = plain(1e-7);
  angle.aoa = {0.0, 0.0};
  EXPECT_DEATH((void)cdl_channel(CdlProfile::cdl_c, angle, ids), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
