// Goal: a terminal's place is a function of time alone, and places fill a ring evenly.
// Method: compass points by hand; the share of places inside half the ring's area.
#include "terminals/route.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace redcell::terminals {
namespace {

constexpr double rounding_m = 1e-9;

base::Instant at_s(std::int64_t seconds) {
  return base::Instant() + base::milliseconds(1000 * seconds);
}

TEST(Route, goes_clockwise_from_north) {
  struct Leg {
    double heading_deg;
    double east_m;
    double north_m;
  };
  for (const Leg& leg : {Leg{0, 0, 20}, Leg{90, 20, 0}, Leg{180, 0, -20}, Leg{270, -20, 0},
                         Leg{30, 10, 10 * std::sqrt(3.0)}}) {
    const Route route({.start = {100, 200, 1.5}, .speed_mps = 2, .heading_deg = leg.heading_deg});
    const phy::Position position = route.position_at(at_s(10));
    EXPECT_NEAR(position.east_m, 100 + leg.east_m, rounding_m) << leg.heading_deg;
    EXPECT_NEAR(position.north_m, 200 + leg.north_m, rounding_m) << leg.heading_deg;
    EXPECT_EQ(position.up_m, 1.5);
  }
}

TEST(Route, does_not_depend_on_what_was_asked_before) {
  const RouteConfig config{.start = {1, 2, 3}, .speed_mps = 30, .heading_deg = 77};
  const Route asked(config);
  for (int s = 0; s < 100; ++s) static_cast<void>(asked.position_at(at_s(s)));
  const phy::Position a = asked.position_at(at_s(7));
  const phy::Position b = Route(config).position_at(at_s(7));
  EXPECT_EQ(a.east_m, b.east_m);
  EXPECT_EQ(a.north_m, b.north_m);
}

TEST(Route, adds_the_surroundings_to_the_way_that_fading_sees) {
  const Route walking({.start = {}, .speed_mps = 1.5, .fading_speed_mps = 0.5});
  EXPECT_TRUE(walking.moves());
  EXPECT_DOUBLE_EQ(walking.fading_speed_mps(), 2.0);
  EXPECT_NEAR(walking.fading_way_m(at_s(30)), 60, rounding_m);
  EXPECT_EQ(walking.fading_way_m(base::Instant()), 0);

  const Route fixed({.start = {}, .fading_speed_mps = 0.5});
  EXPECT_FALSE(fixed.moves());
  EXPECT_NEAR(fixed.fading_way_m(at_s(30)), 15, rounding_m);
  EXPECT_EQ(fixed.position_at(at_s(30)).east_m, 0);
}

TEST(RouteDeathTest, rejects_speeds_below_zero) {
  EXPECT_DEATH(Route({.start = {}, .speed_mps = -1}), "speed_mps");
  EXPECT_DEATH(Route({.start = {}, .fading_speed_mps = -1}), "fading_speed_mps");
}

TEST(Place, fills_the_area_of_a_ring_evenly) {
  constexpr std::uint32_t seed = 3;
  constexpr int count = 20'000;
  const base::Random random(seed, 1);
  const Ring ring{.east_m = 50, .north_m = -20, .min_radius_m = 100, .max_radius_m = 300};
  const double median_m = std::sqrt((100.0 * 100.0 + 300.0 * 300.0) / 2);
  int inner = 0;
  std::array<int, 4> quadrant{};  ///< Of those in the inner half.
  for (std::uint32_t ue = 0; ue < count; ++ue) {
    const phy::Position p = place(ring, 1.5, random, base::UeId{ue});
    const double east_m = p.east_m - 50;
    const double north_m = p.north_m + 20;
    const double radius_m = std::sqrt(east_m * east_m + north_m * north_m);
    ASSERT_GE(radius_m, 100 - rounding_m);
    ASSERT_LE(radius_m, 300 + rounding_m);
    EXPECT_EQ(p.up_m, 1.5);
    inner += radius_m < median_m ? 1 : 0;
    if (radius_m >= median_m) continue;
    ++quadrant[(east_m > 0 ? 1u : 0u) + (north_m > 0 ? 2u : 0u)];
  }
  // Five standard deviations of a binomial count: one false alarm in a million seeds.
  EXPECT_NEAR(inner, count / 2, 5 * std::sqrt(count / 4.0)) << "seed " << seed;
  for (const int in_quadrant : quadrant) {
    EXPECT_NEAR(in_quadrant, inner / 4.0, 5 * std::sqrt(inner * 3 / 16.0)) << "seed " << seed;
  }
}

TEST(Place, is_the_point_itself_without_radii) {
  const phy::Position p = place({.east_m = 4, .north_m = 5}, 6, base::Random(1, 1), base::UeId{2});
  EXPECT_EQ(p.east_m, 4);
  EXPECT_EQ(p.north_m, 5);
  EXPECT_EQ(p.up_m, 6);
}

TEST(PlaceDeathTest, rejects_a_ring_turned_inside_out) {
  const Ring ring{.min_radius_m = 2, .max_radius_m = 1};
  EXPECT_DEATH(static_cast<void>(place(ring, 1, base::Random(1, 1), base::UeId{0})),
               "max_radius_m");
}

}  // namespace
}  // namespace redcell::terminals
