// Goal: screens take from a path what TR 38.901 7.6.4.2 says, and blockers stand where their
// density and their walk put them.
// Method: the formula written once more, over points in space, in long double; laws of knife edges;
// counts and ways of many blockers with fixed seeds.
#include "phy/channel/blockage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace redcell::phy {
namespace {

constexpr double wavelength_m = 0.115;
constexpr std::uint32_t seed = 71;
using Vector = std::array<long double, 3>;

long double dot(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Vector of(const Position& p) { return {p.east_m, p.north_m, p.up_m}; }

/// The two coordinates in a plane, and distances there.
struct Plane {
  Vector along, across;
  [[nodiscard]] std::array<long double, 2> at(const Vector& v) const {
    return {dot(v, along), dot(v, across)};
  }
};
long double distance(const std::array<long double, 2>& a, const std::array<long double, 2>& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1]);
}

/// Sum of both F of eq. 7.6-30 in one plane.
long double edge_sum(const Plane& plane, const Vector& centre, double size, const Vector* station) {
  const std::array<long double, 2> middle = plane.at(centre);
  std::array<long double, 2> detour{}, way{};
  for (int edge = 0; edge < 2; ++edge) {
    const std::array<long double, 2> at = {middle[0],
                                           middle[1] + (edge == 0 ? -0.5L : 0.5L) * size};
    if (station == nullptr) {
      way[edge] = distance(at, {0, 0});
      detour[edge] = way[edge] - middle[0];
    } else {
      const std::array<long double, 2> far = plane.at(*station);
      way[edge] = distance(at, {0, 0}) + distance(at, far);
      detour[edge] = way[edge] - distance(far, {0, 0});
    }
  }
  const bool is_between = std::abs(middle[1]) <= 0.5L * size;
  long double sum = 0;
  for (int edge = 0; edge < 2; ++edge) {
    const long double sign = is_between || way[edge] > way[1 - edge] ? 1 : -1;
    sum += std::atan(sign * std::numbers::pi_v<long double> / 2 *
                     std::sqrt(std::numbers::pi_v<long double> / wavelength_m *
                               std::max(detour[edge], 0.0L))) /
           std::numbers::pi_v<long double>;
  }
  return sum;
}

double wanted(const Position& terminal, const RayDirection& arrival, const Screen& screen,
              const Position* station) {
  const long double az = arrival.azimuth_deg * std::numbers::pi_v<long double> / 180;
  const long double ze = arrival.zenith_deg * std::numbers::pi_v<long double> / 180;
  const Plane top{{std::cos(az), std::sin(az), 0}, {-std::sin(az), std::cos(az), 0}};
  const Plane side{{std::sin(ze) * std::cos(az), std::sin(ze) * std::sin(az), std::cos(ze)},
                   {-std::cos(ze) * std::cos(az), -std::cos(ze) * std::sin(az), std::sin(ze)}};
  // From the side what lies across the path is not seen.
  const Vector relative = minus(of(screen.centre), of(terminal));
  if (dot(relative, top.along) <= 0 || dot(relative, side.along) <= 0) return 1;
  Vector far{};
  if (station != nullptr) {
    far = minus(of(*station), of(terminal));
    if (dot(relative, top.along) >= dot(far, top.along)) return 1;
    if (dot(relative, side.along) >= dot(far, side.along)) return 1;
  }
  const Vector* end = station == nullptr ? nullptr : &far;
  return static_cast<double>(std::max(1 - edge_sum(top, relative, screen.width_m, end) *
                                              edge_sum(side, relative, screen.height_m, end),
                                      0.0L));
}

RayDirection towards(const Position& from, const Position& to) {
  const double east = to.east_m - from.east_m;
  const double north = to.north_m - from.north_m;
  const double ground = std::hypot(east, north);
  return {.azimuth_deg = std::atan2(north, east) * 180 / std::numbers::pi,
          .zenith_deg = std::atan2(ground, to.up_m - from.up_m) * 180 / std::numbers::pi};
}

constexpr Position terminal{.east_m = 12, .north_m = -7, .up_m = 1.5};

TEST(Blockage, equals_the_formula_for_paths_from_everywhere) {
  const base::Random random(seed, 1);
  double least = 1;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const auto draw = [&](std::uint64_t n) {
      return random.uniform(base::Purpose::placement, {}, 8 * i + n);
    };
    const Screen screen{.centre = {.east_m = 12 + 20 * (draw(0) - 0.5),
                                   .north_m = -7 + 20 * (draw(1) - 0.5),
                                   .up_m = 2 * draw(2)},
                        .width_m = i % 2 == 0 ? 0.3 : 4.8,
                        .height_m = i % 2 == 0 ? 1.7 : 1.4};
    const RayDirection arrival{.azimuth_deg = 360 * draw(3), .zenith_deg = 60 + 60 * draw(4)};
    const double ray = ArrivingPath(terminal, arrival, wavelength_m).amplitude_behind(screen);
    EXPECT_NEAR(ray, wanted(terminal, arrival, screen, nullptr), 1e-6) << i;
    const Position station{.east_m = 12 + 300 * (draw(5) - 0.5),
                           .north_m = -7 + 300 * (draw(6) - 0.5),
                           .up_m = 10 + 20 * draw(7)};
    const RayDirection straight = towards(terminal, station);
    const double direct =
        ArrivingPath(terminal, straight, wavelength_m, station).amplitude_behind(screen);
    EXPECT_NEAR(direct, wanted(terminal, straight, screen, &station), 1e-6) << i;
    least = std::min({least, ray, direct});
  }
  EXPECT_LT(least, 0.3);
}

// An edge that the path grazes takes half of the field, 6 dB: Fresnel's integral at zero.
TEST(Blockage, takes_half_at_an_edge_and_all_behind_a_wall) {
  const RayDirection level{.azimuth_deg = 0, .zenith_deg = 90};
  const ArrivingPath path({.east_m = 0, .north_m = 0, .up_m = 1.5}, level, wavelength_m);
  const Screen wall{
      .centre = {.east_m = 5, .north_m = 0, .up_m = 1.5}, .width_m = 2e6, .height_m = 2e6};
  EXPECT_NEAR(path.amplitude_behind(wall), 0, 1e-3);
  Screen beside = wall;
  beside.centre.north_m = 1e6;
  EXPECT_NEAR(path.amplitude_behind(beside), 0.5, 1e-3);
  beside.centre.north_m = 1e6 + 100;
  EXPECT_NEAR(path.amplitude_behind(beside), 1, 0.03);
  Screen behind = wall;
  behind.centre.east_m = -5;
  EXPECT_EQ(path.amplitude_behind(behind), 1);
}

TEST(Blockage, of_the_direct_path_is_the_same_from_either_end) {
  const Position station{.east_m = 112, .north_m = 40, .up_m = 25};
  for (int i = 0; i < 40; ++i) {
    const double part = 0.05 + 0.9 * i / 40;
    const Screen screen{.centre = {.east_m = 12 + 100 * part,
                                   .north_m = -7 + 47 * part + 0.05 * (i % 7),
                                   .up_m = 1.5 + 23.5 * part - 0.3},
                        .width_m = 4.8,
                        .height_m = 1.4};
    const ArrivingPath down(terminal, towards(terminal, station), wavelength_m, station);
    const ArrivingPath up(station, towards(station, terminal), wavelength_m, terminal);
    EXPECT_NEAR(down.amplitude_behind(screen), up.amplitude_behind(screen), 1e-6) << i;
    EXPECT_LT(down.amplitude_behind(screen), 0.9);
  }
}

std::vector<Screen> around(const Blockers& blockers, const Position& at, base::Instant t) {
  std::vector<Screen> all;
  blockers.each_near(at, t, [&](const Screen& screen) { all.push_back(screen); });
  return all;
}
double distance_m(const Screen& screen, const Position& at) {
  return std::hypot(screen.centre.east_m - at.east_m, screen.centre.north_m - at.north_m);
}
bool has(const std::vector<Screen>& all, const Position& at) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Screen& screen) { return distance_m(screen, at) < 1e-6; });
}

// 2 500 places 60 m apart, which know nothing of each other: some 6 000 blockers, a standard error
// of 1.3 %.
TEST(Blockers, are_as_many_as_their_density_says) {
  const BlockerConfig config{.per_km2 = 2'000, .width_m = 0.3, .height_m = 1.7, .speed_mps = 1};
  const Blockers blockers(base::Random(seed, 1), config);
  double count = 0;
  double squares = 0;
  for (int i = 0; i < 2'500; ++i) {
    const Position at{.east_m = 60.0 * (i % 50) - 1'500, .north_m = 60.0 * (i / 50) - 1'500};
    const std::vector<Screen> all = around(blockers, at, base::Instant(i * 1'000'000'000LL));
    for (const Screen& screen : all) {
      EXPECT_LE(distance_m(screen, at), person_reach_m);
      EXPECT_GE(distance_m(screen, at), 0.15);
      EXPECT_EQ(screen.centre.up_m, 0.85);
    }
    const auto n = static_cast<double>(all.size());
    count += n;
    squares += n * n;
  }
  const double mean = 2'000e-6 * std::numbers::pi * person_reach_m * person_reach_m;
  EXPECT_NEAR(count / 2'500 / mean, 1, 0.05) << "seed " << seed;
  // Poisson: the variance is the mean.
  EXPECT_NEAR((squares / 2'500 - count * count / 2'500 / 2'500) / mean, 1, 0.15);
}

TEST(Blockers, are_seen_from_as_far_as_they_are_large) {
  const BlockerConfig cars{.per_km2 = 2'000, .width_m = 4.8, .height_m = 1.4};
  EXPECT_NEAR(blocker_reach_m(cars), 72.6, 0.1);
  const Blockers blockers(base::Random(seed, 1), cars);
  double farthest_m = 0;
  for (const Screen& screen : around(blockers, terminal, base::Instant())) {
    farthest_m = std::max(farthest_m, distance_m(screen, terminal));
    EXPECT_GE(distance_m(screen, terminal), 2.4);
  }
  EXPECT_GT(farthest_m, 60);
  EXPECT_LE(farthest_m, 72.7);
  EXPECT_EQ(blocker_reach_m({.per_km2 = 1, .width_m = 0.2, .height_m = 1}), person_reach_m);
  EXPECT_EQ(blocker_reach_m({.per_km2 = 1, .width_m = 20, .height_m = 20}), blocker_reach_max_m);
}

TEST(Blockers, walk_in_eight_directions_at_their_speed) {
  const BlockerConfig config{.per_km2 = 20'000, .width_m = 0.3, .height_m = 1.7, .speed_mps = 0.8};
  const Blockers blockers(base::Random(seed, 1), config);
  const Position at{.east_m = 400, .north_m = 30};
  const base::Instant later(10'000'000'000);
  const std::vector<Screen> now = around(blockers, at, base::Instant());
  const std::vector<Screen> then = around(blockers, at, later);
  EXPECT_GT(now.size(), 15U);
  // Each of those in the middle is found 8 m further, in one of eight directions.
  std::array<int, 45> headings{};
  std::array<int, 8> eighths{};
  int found = 0, inside = 0;
  for (const Screen& screen : now) {
    if (distance_m(screen, at) > person_reach_m - 8) continue;
    ++inside;
    for (const Screen& other : then) {
      const double east = other.centre.east_m - screen.centre.east_m;
      const double north = other.centre.north_m - screen.centre.north_m;
      if (std::abs(std::hypot(east, north) - 8) > 1e-6) continue;
      ++found;
      const double degrees = std::atan2(north, east) * 180 / std::numbers::pi + 360;
      ++headings[static_cast<std::size_t>(degrees) % 45];
      ++eighths[static_cast<std::size_t>(degrees) % 360 / 45];
    }
  }
  EXPECT_GT(inside, 4);
  EXPECT_EQ(found, inside);
  EXPECT_GE(std::count_if(eighths.begin(), eighths.end(), [](int n) { return n > 0; }), 3);
  // All are the same but for whole eighths of a turn.
  EXPECT_EQ(*std::max_element(headings.begin(), headings.end()), found);
}

TEST(Blockers, are_a_pure_function_of_place_and_time) {
  const BlockerConfig config{.per_km2 = 20'000, .width_m = 0.3, .height_m = 1.7, .speed_mps = 0.8};
  const Blockers blockers(base::Random(seed, 1), config);
  const Position here{.east_m = -3, .north_m = 5};
  const Position beside{.east_m = 2, .north_m = 9};
  const base::Instant t(77'000'000'000);
  for (const Screen& screen : around(blockers, here, t)) {
    if (distance_m(screen, beside) > person_reach_m || distance_m(screen, beside) < 0.15) continue;
    EXPECT_TRUE(has(around(blockers, beside, t),
                    {.east_m = screen.centre.east_m, .north_m = screen.centre.north_m}));
  }
  const Blockers standing(base::Random(seed, 1),
                          {.per_km2 = 20'000, .width_m = 0.3, .height_m = 1.7});
  EXPECT_FALSE(standing.move());
  for (const Screen& screen : around(standing, here, base::Instant())) {
    EXPECT_TRUE(has(around(standing, here, t),
                    {.east_m = screen.centre.east_m, .north_m = screen.centre.north_m}));
  }
  const Blockers other(base::Random(seed + 1, 1), config);
  EXPECT_NE(around(other, here, t).size(), 0U);
  EXPECT_FALSE(has(around(other, here, t), around(blockers, here, t).front().centre));
}

}  // namespace
}  // namespace redcell::phy
