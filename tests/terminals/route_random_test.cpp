// Goal: a terminal on a random way chooses places and speeds evenly, each leg for itself, from the
// seed, the run and its id alone.
// Method: find its pauses from outside; counts, means and correlations within five standard
// deviations of independent uniform choices; the same bits with another horizon.
#include "terminals/route.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

namespace redcell::terminals {
namespace {

constexpr double rounding_m = 1e-9;

base::Instant at_s(std::int64_t seconds) {
  return base::Instant() + base::milliseconds(1000 * seconds);
}

constexpr std::uint32_t walk_seed = 11;
const base::Random walk_random(walk_seed, 1);

RouteConfig random_walk(std::int64_t horizon_s) {
  return {.start = {300, 400, 1.5},
          .kind = RouteKind::random_way_point,
          .random_way = {.area = Rectangle{.east_m = 50, .width_m = 200, .depth_m = 100},
                         .speed_mps_min = 20,
                         .speed_mps_max = 80,
                         .pause_s = 10,
                         .horizon = base::milliseconds(1000 * horizon_s)}};
}

TEST(RandomWayPoint, begins_at_its_start_and_then_stays_in_its_area) {
  const Route route(random_walk(10'000), walk_random, base::UeId{4});
  EXPECT_EQ(route.position_at(base::Instant()).east_m, 300);
  EXPECT_EQ(route.position_at(base::Instant()).north_m, 400);
  EXPECT_TRUE(route.moves());
  EXPECT_LE(route.fading_speed_mps(), 80);
  constexpr double first_leg_s_max = 600.0 / 20;
  for (double t_s = first_leg_s_max; t_s <= 10'000; t_s += 0.31) {
    const phy::Position position = route.position_at(base::Instant(std::llround(t_s * 1e9)));
    ASSERT_LE(std::fabs(position.east_m - 50), 100 + rounding_m);
    ASSERT_LE(std::fabs(position.north_m), 50 + rounding_m);
    ASSERT_EQ(position.up_m, 1.5);
  }
}

/// Where a terminal pauses, in order, and with what speed it came.
std::vector<std::pair<phy::Position, double>> pauses(const Route& route, std::int64_t horizon_s) {
  std::vector<std::pair<phy::Position, double>> found;
  bool stood = true;
  double speed_mps = 0;
  // Ten seconds of pause cannot be missed, nor a leg of over 4 s/100; shorter ones merge two
  // pauses.
  for (std::int64_t ms = 0; ms <= horizon_s * 1000; ms += 40) {
    const base::Instant t = base::Instant() + base::milliseconds(ms);
    const bool stands = route.speed_at(t) == 0;
    if (!stands) speed_mps = route.speed_at(t);
    if (stands && !stood) found.emplace_back(route.position_at(t), speed_mps);
    stood = stands;
  }
  return found;
}

TEST(RandomWayPoint, chooses_places_and_speeds_evenly) {
  for (const bool disc : {false, true}) {
    constexpr std::int64_t horizon_s = 60'000;
    RouteConfig config = random_walk(horizon_s);
    if (disc) config.random_way.area = Ring{.east_m = 50, .max_radius_m = 100};
    const auto found = pauses(Route(config, walk_random, base::UeId{7}), horizon_s);
    const auto count = static_cast<double>(found.size());
    ASSERT_GT(count, 3'000);
    std::array<int, 4> quadrant{};
    int inner = 0;
    double speed_sum_mps = 0;
    for (const auto& [position, speed_mps] : found) {
      const double east = (position.east_m - 50) / 100;
      const double north = position.north_m / (disc ? 100 : 50);
      ++quadrant[(east > 0 ? 1u : 0u) + (north > 0 ? 2u : 0u)];
      // Half of the area.
      const bool inside = disc ? east * east + north * north < 0.5
                               : std::max(std::fabs(east), std::fabs(north)) < std::sqrt(0.5);
      inner += inside ? 1 : 0;
      speed_sum_mps += speed_mps;
      EXPECT_GE(speed_mps, 20);
      EXPECT_LE(speed_mps, 80);
    }
    // Five standard deviations.
    for (const int n : quadrant) {
      EXPECT_NEAR(n, count / 4, 5 * std::sqrt(count * 3 / 16)) << "seed " << walk_seed;
    }
    EXPECT_NEAR(inner, count / 2, 5 * std::sqrt(count / 4)) << "seed " << walk_seed;
    EXPECT_NEAR(speed_sum_mps / count, 50, 5 * 60 / std::sqrt(12 * count)) << "seed " << walk_seed;
  }
}

TEST(RandomWayPoint, chooses_each_leg_without_regard_to_the_others) {
  constexpr std::int64_t horizon_s = 60'000;
  const auto found = pauses(Route(random_walk(horizon_s), walk_random, base::UeId{8}), horizon_s);
  const auto choice = [&](std::size_t leg, std::size_t which) {
    const auto& [position, speed_mps] = found[leg];
    return std::array{(position.east_m - 50) / 200, position.north_m / 100,
                      (speed_mps - 50) / 60}[which] *
           std::sqrt(12.0);
  };
  const auto count = static_cast<double>(found.size());
  for (std::size_t lag : {0u, 1u, 2u}) {
    for (std::size_t of_first = 0; of_first < 3; ++of_first) {
      for (std::size_t of_second = 0; of_second < 3; ++of_second) {
        if (lag == 0 && of_first == of_second) continue;
        double sum = 0;
        for (std::size_t leg = 0; leg + lag < found.size(); ++leg) {
          sum += choice(leg, of_first) * choice(leg + lag, of_second);
        }
        // Five standard deviations of the correlation of independent choices.
        EXPECT_NEAR(sum / count, 0, 5 / std::sqrt(count))
            << lag << of_first << of_second << " seed " << walk_seed;
      }
    }
  }
}

TEST(RandomWayPoint, has_the_same_legs_whatever_the_horizon) {
  const Route brief(random_walk(500), walk_random, base::UeId{4});
  const Route lasting(random_walk(5'000), walk_random, base::UeId{4});
  for (std::int64_t s = 0; s <= 500; ++s) {
    ASSERT_EQ(brief.position_at(at_s(s)).east_m, lasting.position_at(at_s(s)).east_m) << s;
    ASSERT_EQ(brief.position_at(at_s(s)).north_m, lasting.position_at(at_s(s)).north_m) << s;
    ASSERT_EQ(brief.fading_way_m(at_s(s)), lasting.fading_way_m(at_s(s))) << s;
  }
}

TEST(RandomWayPoint, differs_between_terminals_seeds_and_runs) {
  std::set<std::pair<double, double>> places;
  for (const base::Random& random :
       {base::Random(walk_seed, 1), base::Random(walk_seed + 1, 1), base::Random(walk_seed, 2)}) {
    for (const std::uint32_t ue : {0u, 1u, 2u}) {
      const phy::Position position =
          Route(random_walk(1000), random, base::UeId{ue}).position_at(at_s(1000));
      places.insert({position.east_m, position.north_m});
    }
  }
  EXPECT_EQ(places.size(), 9u);
}

TEST(RandomWayPoint, pauses_at_the_end_of_each_leg) {
  RouteConfig config = random_walk(5'000);
  const Route route(config, walk_random, base::UeId{4});
  // Per leg: 10 s of pause, and of the way 600 m at most at 20 m/s at least.
  const auto stops = static_cast<double>(pauses(route, 5'000).size());
  EXPECT_LE(stops, 500);
  config.random_way.pause_s = 0;
  const Route restless(config, walk_random, base::UeId{4});
  for (std::int64_t s = 0; s <= 5'000; ++s) ASSERT_GE(restless.speed_at(at_s(s)), 20) << s;
  // The same legs, without the pauses: as far, sooner.
  const double pauses_s = 10 * stops;
  const base::Instant moving(std::llround((5'000 - pauses_s) * 1e9));
  EXPECT_NEAR(restless.fading_way_m(moving), route.fading_way_m(at_s(5'000)), 10 * 80);
}

TEST(RandomWayPointDeathTest, rejects_moments_after_the_horizon) {
  const Route route(random_walk(60), walk_random, base::UeId{1});
  EXPECT_GT(route.fading_way_m(at_s(60)), 0);
  EXPECT_DEATH(static_cast<void>(route.position_at(at_s(60) + base::Duration(1))), "horizon_");
  EXPECT_DEATH(static_cast<void>(route.fading_way_m(at_s(60) + base::Duration(1))), "horizon_");
}

TEST(RandomWayPointDeathTest, rejects_a_way_that_leads_nowhere) {
  EXPECT_DEATH(Route(random_walk(60)), "random != nullptr");
  const auto with = [](auto change) {
    RouteConfig config = random_walk(60);
    change(config.random_way);
    return Route(config, walk_random, base::UeId{1});
  };
  EXPECT_DEATH(with([](RandomWay& w) { w.speed_mps_min = 0; }), "speed_mps_min");
  EXPECT_DEATH(with([](RandomWay& w) { w.speed_mps_max = 19; }), "speed_mps_max");
  EXPECT_DEATH(with([](RandomWay& w) { w.pause_s = -1; }), "seconds");
  EXPECT_DEATH(with([](RandomWay& w) { w.horizon = base::Duration(0); }), "horizon");
  EXPECT_DEATH(with([](RandomWay& w) { w.area = Rectangle{}; }), "area_has_extent");
  EXPECT_DEATH(with([](RandomWay& w) { w.area = Rectangle{.width_m = -1, .depth_m = 1}; }),
               "area_has_extent");
  EXPECT_DEATH(with([](RandomWay& w) { w.area = Ring{}; }), "area_has_extent");
  EXPECT_DEATH(with([](RandomWay& w) { w.area = Ring{.min_radius_m = -1, .max_radius_m = 1}; }),
               "area_has_extent");
  EXPECT_DEATH(with([](RandomWay& w) { w.area = Ring{.min_radius_m = 2, .max_radius_m = 1}; }),
               "area_has_extent");
}

}  // namespace
}  // namespace redcell::terminals
