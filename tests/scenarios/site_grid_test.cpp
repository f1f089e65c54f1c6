// Goal: sites stand on a hexagonal grid, every site of a wrapped cluster is a middle one, and maps
// and metres agree.
// Method: distances between sites; laws of the torus, and an oracle that tries every copy of the
// cluster; geodesics of Boost.Geometry (Vincenty) and lengths of a degree on WGS 84 by formula.
#include "scenarios/site_grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/geometry.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/random.h"

namespace redcell::scenarios {
namespace {

constexpr double rounding_m = 1e-6;
constexpr double isd_m = 500;
constexpr double degree = std::numbers::pi / 180;
const base::Random dice(5, 1);

PlanePoint anywhere(std::uint64_t index, double extent_m) {
  const auto share = [&](std::uint64_t i) {
    return dice.uniform(base::Purpose::placement, {.a = 0, .b = 0}, i) - 0.5;
  };
  return {.east_m = 2 * extent_m * share(2 * index),
          .north_m = 2 * extent_m * share(2 * index + 1)};
}

double length_m(const PlanePoint& p) { return std::hypot(p.east_m, p.north_m); }

PlanePoint difference(const PlanePoint& a, const PlanePoint& b) {
  return {.east_m = a.east_m - b.east_m, .north_m = a.north_m - b.north_m};
}

TEST(HexagonalSites, number_one_seven_nineteen) {
  EXPECT_EQ(hexagonal_sites(0, isd_m).size(), 1u);
  EXPECT_EQ(hexagonal_sites(1, isd_m).size(), 7u);
  EXPECT_EQ(hexagonal_sites(2, isd_m).size(), 19u);
  EXPECT_EQ(hexagonal_sites(3, isd_m).size(), 37u);
}

TEST(HexagonalSites, begin_in_the_middle_and_go_clockwise_ring_by_ring) {
  const std::vector<PlanePoint> sites = hexagonal_sites(2, isd_m);
  EXPECT_EQ(length_m(sites[0]), 0);
  for (std::size_t i = 1; i < sites.size(); ++i) {
    const std::size_t ring = i < 7 ? 1 : 2;
    const double bearing_deg =
        30 + (ring == 1 ? 60.0 * static_cast<double>(i - 1) : 30.0 * static_cast<double>(i - 7));
    const bool corner = ring == 1 || i % 2 == 1;
    const double expected_m = corner ? static_cast<double>(ring) * isd_m : std::sqrt(3.0) * isd_m;
    EXPECT_NEAR(sites[i].east_m, expected_m * std::sin(bearing_deg * degree), rounding_m) << i;
    EXPECT_NEAR(sites[i].north_m, expected_m * std::cos(bearing_deg * degree), rounding_m) << i;
  }
}

TEST(HexagonalSites, have_their_nearest_neighbours_at_the_inter_site_distance) {
  const std::vector<PlanePoint> sites = hexagonal_sites(3, 1732);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    double nearest_m = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < sites.size(); ++j) {
      if (j != i) nearest_m = std::min(nearest_m, length_m(difference(sites[i], sites[j])));
    }
    EXPECT_NEAR(nearest_m, 1732, rounding_m) << i;
  }
}

TEST(HexagonalSitesDeathTest, reject_what_is_no_grid) {
  EXPECT_DEATH(static_cast<void>(hexagonal_sites(-1, isd_m)), "ring_count");
  EXPECT_DEATH(static_cast<void>(hexagonal_sites(1, 0)), "inter_site_distance_m");
  EXPECT_DEATH(WrapAround(-1, isd_m), "ring_count");
  EXPECT_DEATH(WrapAround(1, 0), "inter_site_distance_m");
}

class Torus : public testing::TestWithParam<int> {
 protected:
  /// i copies of the cluster that way and j this way; by formula: sqrt(sites) sites away, turned
  /// against bearing 30 degrees by what n sites straight on and n + 1 to the right make.
  [[nodiscard]] static PlanePoint copy(double i, double j) {
    const double n = GetParam();
    const double step_m = isd_m * std::sqrt(3 * n * (n + 1) + 1);
    const double turn = std::atan2(n * std::sqrt(3.0) / 2, n + 1 + n / 2);
    const double first = 30 * degree + turn;
    const double second = first + 60 * degree;
    return {.east_m = step_m * (i * std::sin(first) + j * std::sin(second)),
            .north_m = step_m * (i * std::cos(first) + j * std::cos(second))};
  }

  const std::vector<PlanePoint> sites_ = hexagonal_sites(GetParam(), isd_m);
  const WrapAround wrap_{GetParam(), isd_m};
};

TEST_P(Torus, finds_the_nearest_of_all_copies) {
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    const PlanePoint v = anywhere(n, 4'000);
    double nearest_m = std::numeric_limits<double>::infinity();
    for (int i = -20; i <= 20; ++i) {
      for (int j = -20; j <= 20; ++j) {
        nearest_m = std::min(nearest_m, length_m(difference(v, copy(i, j))));
      }
    }
    ASSERT_NEAR(length_m(wrap_.shortest(v)), nearest_m, rounding_m);
  }
}

TEST_P(Torus, is_symmetric_and_never_longer_than_the_direct_way) {
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    const PlanePoint v = anywhere(n, 3'000);
    const PlanePoint there = wrap_.shortest(v);
    const PlanePoint back = wrap_.shortest({.east_m = -v.east_m, .north_m = -v.north_m});
    ASSERT_NEAR(length_m(there), length_m(back), rounding_m);
    ASSERT_LE(length_m(there), length_m(v));
  }
}

TEST_P(Torus, leaves_short_vectors_as_they_are) {
  const double half_step_m = length_m(copy(1, 0)) / 2;
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    const PlanePoint v = anywhere(n, half_step_m * std::sqrt(0.5));
    const PlanePoint wrapped = wrap_.shortest(v);
    ASSERT_EQ(wrapped.east_m, v.east_m);
    ASSERT_EQ(wrapped.north_m, v.north_m);
  }
}

TEST_P(Torus, is_the_same_from_every_copy_however_far) {
  for (std::uint64_t n = 0; n < 2'000; ++n) {
    const PlanePoint v = anywhere(n, 2'000);
    const PlanePoint home = wrap_.shortest(v);
    for (const auto& [i, j] : {std::pair{1.0, 0.0}, {0.0, 1.0}, {-1.0, 1.0}, {-40.0, 7.0}}) {
      const PlanePoint wrapped = wrap_.shortest(difference(v, copy(i, j)));
      ASSERT_NEAR(length_m(wrapped), length_m(home), rounding_m);
      // Two equally short ones may change places by rounding; none of these comes that close.
      ASSERT_NEAR(wrapped.east_m, home.east_m, rounding_m) << n;
      ASSERT_NEAR(wrapped.north_m, home.north_m, rounding_m) << n;
    }
  }
}

TEST_P(Torus, shows_every_site_the_same_neighbours) {
  const auto seen_from = [&](const PlanePoint& site) {
    std::vector<double> distances_m;
    for (const PlanePoint& other : sites_) {
      distances_m.push_back(length_m(wrap_.shortest(difference(other, site))));
    }
    std::sort(distances_m.begin(), distances_m.end());
    return distances_m;
  };
  const std::vector<double> middle_m = seen_from(sites_[0]);
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    // The middle site sees the others where they are.
    EXPECT_NEAR(length_m(wrap_.shortest(sites_[i])), length_m(sites_[i]), rounding_m) << i;
    const std::vector<double> distances_m = seen_from(sites_[i]);
    for (std::size_t k = 0; k < middle_m.size(); ++k) {
      EXPECT_NEAR(distances_m[k], middle_m[k], rounding_m) << i << " " << k;
    }
  }
}

TEST_P(Torus, has_a_site_near_every_place) {
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    const PlanePoint place = anywhere(n, 50'000);
    double nearest_m = std::numeric_limits<double>::infinity();
    for (const PlanePoint& site : sites_) {
      nearest_m = std::min(nearest_m, length_m(wrap_.shortest(difference(place, site))));
    }
    // The corner of a site's hexagon.
    ASSERT_LE(nearest_m, isd_m / std::sqrt(3.0) + rounding_m);
  }
}

INSTANTIATE_TEST_SUITE_P(Clusters, Torus, testing::Values(0, 1, 2, 3));

namespace bg = boost::geometry;
using Geographic = bg::model::point<double, 2, bg::cs::geographic<bg::degree>>;

double geodesic_m(const GeoPoint& a, const GeoPoint& b) {
  const bg::srs::spheroid<double> wgs84(6378137.0, 6356752.3142451793);
  return bg::distance(Geographic(a.lon_deg, a.lat_deg), Geographic(b.lon_deg, b.lat_deg),
                      bg::strategy::distance::vincenty<bg::srs::spheroid<double>>(wgs84));
}

/// So many metres away, roughly.
GeoPoint near_point(const GeoPoint& reference, const PlanePoint& offset) {
  constexpr double metres_per_degree = 111'320;
  double lon_deg =
      reference.lon_deg + offset.east_m / metres_per_degree / std::cos(reference.lat_deg * degree);
  if (lon_deg > 180) lon_deg -= 360;
  if (lon_deg < -180) lon_deg += 360;
  return {.lat_deg = reference.lat_deg + offset.north_m / metres_per_degree, .lon_deg = lon_deg};
}

/// Ningbo, Shiyan, the equator at the date line, Buenos Aires, Tromso.
const std::vector<GeoPoint> references{{.lat_deg = 29.87, .lon_deg = 121.54},
                                       {.lat_deg = 32.63, .lon_deg = 110.80},
                                       {.lat_deg = 0, .lon_deg = 179.99},
                                       {.lat_deg = -34.6, .lon_deg = -58.4},
                                       {.lat_deg = 69.65, .lon_deg = 18.96}};

TEST(LocalMetres, keep_geodesic_distances_within_the_stated_bound) {
  constexpr double oracle_error_m = 1e-3;  // Vincenty's own: about half a millimetre.
  for (const GeoPoint& reference : references) {
    for (const double radius_m : {1'000.0, 10'000.0, 70'000.0}) {
      for (std::uint64_t n = 0; n < 500; ++n) {
        const GeoPoint a = near_point(reference, anywhere(2 * n, radius_m / std::sqrt(2)));
        const GeoPoint b = near_point(reference, anywhere(2 * n + 1, radius_m / std::sqrt(2)));
        const auto on_plane_a = local_metres(reference, a);
        const auto on_plane_b = local_metres(reference, b);
        ASSERT_TRUE(on_plane_a && on_plane_b);
        const double farthest_m = std::max(geodesic_m(reference, a), geodesic_m(reference, b));
        const double exact_m = geodesic_m(a, b);
        ASSERT_NEAR(length_m(difference(*on_plane_a, *on_plane_b)), exact_m,
                    local_plane_error_max(farthest_m) * exact_m + local_plane_rounding_m_max +
                        oracle_error_m)
            << reference.lat_deg << " " << radius_m;
      }
    }
  }
}

TEST(LocalMetres, have_the_directions_of_the_compass) {
  for (const GeoPoint& reference : references) {
    const auto here = local_metres(reference, reference);
    ASSERT_TRUE(here);
    EXPECT_NEAR(length_m(*here), 0, local_plane_rounding_m_max);
    const auto north = local_metres(reference, near_point(reference, {.north_m = 1'000}));
    EXPECT_NEAR(north->east_m, 0, rounding_m);
    EXPECT_GT(north->north_m, 990);
    const auto east = local_metres(reference, near_point(reference, {.east_m = 1'000}));
    EXPECT_GT(east->east_m, 990);
    // A parallel leaves the direction east towards its pole.
    EXPECT_NEAR(east->north_m, 0, 0.25);
    EXPECT_GE(east->north_m * (reference.lat_deg < 0 ? -1 : 1), -local_plane_rounding_m_max);
  }
}

TEST(LocalMetres, have_the_lengths_of_a_degree_on_wgs_84) {
  // Radii of curvature: a (1 - e^2) / w^3 along the meridian, a / w across, w^2 = 1 - e^2 sin^2.
  constexpr double e2 = 0.00669437999014;
  for (const double lat_deg : {0.0, 15.0, 45.0, 75.0}) {
    const double w = std::sqrt(1 - e2 * std::pow(std::sin(lat_deg * degree), 2));
    const GeoPoint reference{.lat_deg = lat_deg, .lon_deg = 10};
    const auto north = local_metres(reference, {.lat_deg = lat_deg + 0.001, .lon_deg = 10});
    const auto east = local_metres(reference, {.lat_deg = lat_deg, .lon_deg = 10.001});
    // A thousandth of a degree, where radii change by less than a millionth.
    EXPECT_NEAR(north->north_m, 6378137 * (1 - e2) / (w * w * w) * 0.001 * degree, 2e-4) << lat_deg;
    EXPECT_NEAR(east->east_m, 6378137 / w * std::cos(lat_deg * degree) * 0.001 * degree, 2e-4)
        << lat_deg;
  }
}

TEST(LocalMetres, are_not_given_off_the_map) {
  const GeoPoint here{.lat_deg = 30, .lon_deg = 120};
  EXPECT_TRUE(local_metres(here, near_point(here, {.north_m = 99'000})));
  EXPECT_FALSE(local_metres(here, near_point(here, {.north_m = 101'000})));
  EXPECT_FALSE(local_metres(here, near_point(here, {.east_m = -101'000})));
  EXPECT_FALSE(local_metres(here, {.lat_deg = -30, .lon_deg = -60}));
  EXPECT_FALSE(local_metres({.lat_deg = 89.9, .lon_deg = 0}, {.lat_deg = 90.1, .lon_deg = 0}));
  EXPECT_FALSE(local_metres({.lat_deg = 90.1, .lon_deg = 0}, {.lat_deg = 89.9, .lon_deg = 0}));
  EXPECT_FALSE(local_metres({.lat_deg = 0, .lon_deg = 179.9}, {.lat_deg = 0, .lon_deg = 180.1}));
  EXPECT_FALSE(local_metres({.lat_deg = 0, .lon_deg = -180.1}, {.lat_deg = 0, .lon_deg = -179.9}));
  EXPECT_FALSE(local_metres(here, {.lat_deg = std::nan(""), .lon_deg = 120}));
}

}  // namespace
}  // namespace redcell::scenarios
