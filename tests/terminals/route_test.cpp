// Goal: a terminal's place is a function of time alone, and places fill an area evenly.
// Method: compass points and a walk with waits by hand; an oracle that walks from the beginning leg
// by leg; laws of every kind of route (no faster than its top speed, no shorter than the beeline);
// the share of places inside half the ring's area.
#include "terminals/route.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/math.h"

namespace redcell::terminals {
namespace {

constexpr double rounding_m = 1e-9;
constexpr double late_s = 1e-9;  ///< What a wait or a leg may last too long.

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

TEST(Route, keeps_its_bits_when_straight) {
  const RouteConfig config{
      .start = {12.3, -4.5, 1.5}, .speed_mps = 13.7, .heading_deg = 203, .fading_speed_mps = 0.3};
  const double east_mps = config.speed_mps * base::sin(config.heading_deg * base::pi / 180);
  const double north_mps = config.speed_mps * base::cos(config.heading_deg * base::pi / 180);
  const Route route(config);
  for (std::int64_t ns = -5; ns < 1'000'000'000'000; ns = ns * 3 + 17) {
    const double seconds = static_cast<double>(ns) * 1e-9;
    const base::Instant t(ns);
    EXPECT_EQ(route.position_at(t).east_m, config.start.east_m + east_mps * seconds);
    EXPECT_EQ(route.position_at(t).north_m, config.start.north_m + north_mps * seconds);
    EXPECT_EQ(route.fading_way_m(t), (config.speed_mps + config.fading_speed_mps) * seconds);
    EXPECT_EQ(route.speed_at(t), 13.7);
    EXPECT_EQ(route.heading_at(t), 203);
  }
  EXPECT_EQ(route.lap_m(), 0);
}

/// 3 s of waiting, 100 m east at 10 m/s, 2 s of waiting, 40 m south at 20 m/s.
const std::vector<WayPoint> corner{{.east_m = 5, .north_m = 7, .speed_mps = 10, .wait_s = 3},
                                   {.east_m = 105, .north_m = 7, .speed_mps = 20, .wait_s = 2},
                                   {.east_m = 105, .north_m = -33}};

TEST(Route, walks_its_way_points_and_stands_at_the_last) {
  struct Moment {
    double at_s;
    double east_m;
    double north_m;
    double way_m;
    double speed_mps;
    double heading_deg;
  };
  const Route route({.start = {999, 999, 1.5},
                     .fading_speed_mps = 0.5,
                     .kind = RouteKind::way_points,
                     .way_points = corner});
  for (const Moment& m :
       {Moment{0, 5, 7, 0, 0, 90}, Moment{2.5, 5, 7, 0, 0, 90}, Moment{3, 5, 7, 0, 10, 90},
        Moment{8, 55, 7, 50, 10, 90}, Moment{13.5, 105, 7, 100, 0, 90},
        Moment{15.5, 105, -3, 110, 20, 180}, Moment{17.1, 105, -33, 140, 0, 180},
        Moment{1e6, 105, -33, 140, 0, 180}}) {
    const base::Instant t(std::llround(m.at_s * 1e9));
    const phy::Position position = route.position_at(t);
    EXPECT_NEAR(position.east_m, m.east_m, rounding_m + 20 * late_s) << m.at_s;
    EXPECT_NEAR(position.north_m, m.north_m, rounding_m + 20 * late_s) << m.at_s;
    EXPECT_EQ(position.up_m, 1.5);
    EXPECT_NEAR(route.fading_way_m(t), m.way_m + 0.5 * m.at_s, rounding_m + 20 * late_s) << m.at_s;
    EXPECT_EQ(route.speed_at(t), m.speed_mps) << m.at_s;
    EXPECT_NEAR(route.heading_at(t), m.heading_deg, rounding_m) << m.at_s;
  }
  EXPECT_DOUBLE_EQ(route.fading_speed_mps(), 20.5);
  EXPECT_TRUE(route.moves());
  EXPECT_EQ(route.lap_m(), 0);
}

TEST(Route, heads_north_even_a_hair_to_the_west) {
  const Route route({.start = {},
                     .kind = RouteKind::way_points,
                     .way_points = {{.east_m = 1e-18, .north_m = 0, .speed_mps = 1},
                                    {.east_m = 0, .north_m = 10}}});
  EXPECT_EQ(route.heading_at(at_s(1)), 0);
}

/// Irregular, crossing itself, with a way point twice in a row.
const std::vector<WayPoint> tangle{
    {.east_m = 0, .north_m = 0, .speed_mps = 13.9, .wait_s = 1.25},
    {.east_m = 310.7, .north_m = 45.1, .speed_mps = 33.3},
    {.east_m = -120.4, .north_m = 800.2, .speed_mps = 1.1, .wait_s = 0.5},
    {.east_m = -120.4, .north_m = 800.2, .speed_mps = 8.3, .wait_s = 0.75},
    {.east_m = -333.3, .north_m = -1.7, .speed_mps = 27.7},
    {.east_m = 444.4, .north_m = 99.9, .speed_mps = 5.5, .wait_s = 20}};

/// Walks from the beginning, point by point; shares no code with the route.
std::pair<double, double> walked(const std::vector<WayPoint>& points, bool loop, double time_s) {
  for (std::size_t i = 0;; i = (i + 1) % points.size()) {
    const WayPoint& from = points[i];
    const WayPoint& to = points[(i + 1) % points.size()];
    time_s -= from.wait_s;
    if (time_s <= 0 || (!loop && i + 1 == points.size())) return {from.east_m, from.north_m};
    const double leg_s =
        std::hypot(to.east_m - from.east_m, to.north_m - from.north_m) / from.speed_mps;
    if (time_s < leg_s) {
      const double done = time_s / leg_s;
      return {std::lerp(from.east_m, to.east_m, done), std::lerp(from.north_m, to.north_m, done)};
    }
    time_s -= leg_s;
  }
}

TEST(Route, is_where_a_walk_from_the_beginning_ends) {
  constexpr double drive_s = 7200;
  constexpr double top_mps = 33.3;
  for (const RouteKind kind : {RouteKind::way_points, RouteKind::loop}) {
    const bool loop = kind == RouteKind::loop;
    const Route route({.start = {}, .kind = kind, .way_points = tangle});
    // A nanosecond for each wait and leg passed: eleven a lap, and a lap takes over 400 s.
    const double late_m = top_mps * late_s * 11 * (drive_s / 400 + 1);
    for (double at_s = 0; at_s < drive_s; at_s += 0.77) {
      const auto [east_m, north_m] = walked(tangle, loop, at_s);
      const phy::Position position = route.position_at(base::Instant(std::llround(at_s * 1e9)));
      ASSERT_NEAR(position.east_m, east_m, rounding_m + late_m) << at_s;
      ASSERT_NEAR(position.north_m, north_m, rounding_m + late_m) << at_s;
    }
  }
}

TEST(Route, goes_round_a_loop_for_ever) {
  const Route square({.start = {},
                      .kind = RouteKind::loop,
                      .way_points = {{.east_m = 0, .north_m = 0, .speed_mps = 10},
                                     {.east_m = 100, .north_m = 0, .speed_mps = 10},
                                     {.east_m = 100, .north_m = 100, .speed_mps = 10},
                                     {.east_m = 0, .north_m = 100, .speed_mps = 10}}});
  EXPECT_DOUBLE_EQ(square.lap_m(), 400);
  constexpr std::int64_t lap_s = 40;
  for (const std::int64_t lap : {0, 1, 2, 1'000, 1'000'000}) {
    const base::Instant t = at_s(lap * lap_s + 15);
    EXPECT_EQ(square.position_at(t).east_m, square.position_at(at_s(15)).east_m) << lap;
    EXPECT_EQ(square.position_at(t).north_m, square.position_at(at_s(15)).north_m) << lap;
    EXPECT_DOUBLE_EQ(square.fading_way_m(t), 400.0 * static_cast<double>(lap) + 150) << lap;
  }
  EXPECT_NEAR(square.heading_at(at_s(5)), 90, rounding_m);
  EXPECT_NEAR(square.heading_at(at_s(15)), 0, rounding_m);
  EXPECT_NEAR(square.heading_at(at_s(25)), 270, rounding_m);
  EXPECT_NEAR(square.heading_at(at_s(35)), 180, rounding_m);
}

TEST(Route, begins_at_its_offset_on_a_loop) {
  const RouteConfig first{.start = {}, .kind = RouteKind::loop, .way_points = tangle};
  const Route ahead(first);
  for (const double laps : {0.0, 1.0, 7.0}) {
    for (const double offset_m : {0.0, 1.0, 100.0, 700.0, 1500.0}) {
      RouteConfig config = first;
      config.start_offset_m = offset_m + laps * ahead.lap_m();
      const Route behind(config);
      EXPECT_EQ(behind.fading_way_m(base::Instant()), 0);
      // Where the first terminal is once it has gone that far, this one begins: find the moment.
      std::int64_t early = 0;
      std::int64_t late = 1'000'000'000'000;
      while (late - early > 1) {
        const std::int64_t middle = (early + late) / 2;
        (ahead.fading_way_m(base::Instant(middle)) < offset_m ? early : late) = middle;
      }
      if (offset_m == 0) late = 0;
      for (const std::int64_t s : {0, 10, 333}) {
        const phy::Position there =
            ahead.position_at(base::Instant(late) + base::milliseconds(1000 * s));
        const phy::Position here = behind.position_at(at_s(s));
        // Both moments are whole nanoseconds; offsets of many laps lose digits.
        EXPECT_NEAR(here.east_m, there.east_m, 33.3 * 2e-9 + rounding_m) << config.start_offset_m;
        EXPECT_NEAR(here.north_m, there.north_m, 33.3 * 2e-9 + rounding_m) << config.start_offset_m;
      }
    }
  }
}

TEST(Route, waits_before_it_leaves_the_way_point_it_begins_at) {
  RouteConfig config{.start = {},
                     .kind = RouteKind::loop,
                     .way_points = {{.east_m = 0, .north_m = 0, .speed_mps = 10, .wait_s = 2},
                                    {.east_m = 100, .north_m = 0, .speed_mps = 10, .wait_s = 4}}};
  EXPECT_NEAR(Route(config).heading_at(at_s(1)), 270, rounding_m) << "as if it came from the last";
  EXPECT_NEAR(Route(config).heading_at(at_s(3)), 90, rounding_m);
  config.start_offset_m = 100;
  const Route route(config);
  EXPECT_EQ(route.position_at(base::Instant()).east_m, 100);
  EXPECT_EQ(route.position_at(at_s(4)).east_m, 100);
  EXPECT_NEAR(route.position_at(at_s(5)).east_m, 90, rounding_m + 10 * late_s);
  EXPECT_NEAR(route.heading_at(at_s(3)), 90, rounding_m);
}

TEST(Route, stands_where_there_is_no_way_to_go) {
  for (const RouteKind kind : {RouteKind::way_points, RouteKind::loop}) {
    for (const double wait_s : {0.0, 5.0}) {
      const WayPoint here{.east_m = 3, .north_m = 4, .wait_s = wait_s};
      const Route route({.start = {}, .kind = kind, .way_points = {here, here}});
      EXPECT_FALSE(route.moves());
      EXPECT_EQ(route.fading_speed_mps(), 0);
      EXPECT_EQ(route.lap_m(), 0);
      EXPECT_EQ(route.position_at(at_s(1000)).east_m, 3);
      EXPECT_EQ(route.position_at(at_s(1000)).north_m, 4);
      EXPECT_EQ(route.speed_at(at_s(1000)), 0);
      EXPECT_EQ(route.heading_at(at_s(1000)), 0);
      EXPECT_EQ(route.fading_way_m(at_s(1000)), 0);
    }
  }
}

TEST(Route, obeys_the_laws_of_motion_whatever_its_kind) {
  const std::vector<std::pair<std::string, Route>> routes{
      {"straight", Route({.start = {}, .speed_mps = 30, .heading_deg = 50})},
      {"way points", Route({.start = {}, .kind = RouteKind::way_points, .way_points = tangle})},
      {"loop", Route({.start = {},
                      .fading_speed_mps = 0.1,
                      .kind = RouteKind::loop,
                      .way_points = tangle,
                      .start_offset_m = 1234.5})},
      {"random",
       Route({.start = {},
              .kind = RouteKind::random_way_point,
              .random_way = {.area = Rectangle{.east_m = 50, .width_m = 200, .depth_m = 100},
                             .speed_mps_min = 20,
                             .speed_mps_max = 80,
                             .pause_s = 10,
                             .horizon = base::milliseconds(2'000'000'000)}},
             base::Random(1, 1), base::UeId{1})}};
  // Steps from a nanosecond to an hour, from moments all over the first 20 days.
  for (const auto& [name, route] : routes) {
    for (std::int64_t begin_ms = 0; begin_ms < 1'700'000'000; begin_ms += 1'700'003) {
      base::Instant before = base::Instant() + base::milliseconds(begin_ms);
      for (std::int64_t step_ns = 1; step_ns < 3'600'000'000'000; step_ns *= 7) {
        const base::Instant after = before + base::Duration(step_ns);
        const double way_m = route.fading_way_m(after) - route.fading_way_m(before);
        const phy::Position a = route.position_at(before);
        const phy::Position b = route.position_at(after);
        const double beeline_m = std::hypot(b.east_m - a.east_m, b.north_m - a.north_m);
        // Doubles resolve the ways of 20 days, up to 6e7 m, to 1e-8 m.
        const double step_s = static_cast<double>(step_ns) * 1e-9;
        constexpr double resolution_m = 6e-8;
        ASSERT_GE(way_m, 0) << name << before.value() << "+" << step_ns;
        ASSERT_LE(way_m, route.fading_speed_mps() * step_s + resolution_m)
            << name << before.value() << "+" << step_ns;
        ASSERT_LE(beeline_m, way_m + resolution_m) << name << before.value() << "+" << step_ns;
        before = after;
      }
    }
  }
}

TEST(Route, never_loses_way_where_a_lap_ends) {
  const Route route({.start = {},
                     .kind = RouteKind::loop,
                     .way_points = {{.east_m = 0, .north_m = 0, .speed_mps = 0.01},
                                    {.east_m = 0.1, .north_m = 0.7, .speed_mps = 0.03}}});
  const double leg_m = std::sqrt(0.1 * 0.1 + 0.7 * 0.7);
  const auto lap_ns =
      static_cast<std::int64_t>(std::ceil(leg_m / 0.01 * 1e9) + std::ceil(leg_m / 0.03 * 1e9));
  // Slow and long: in the last nanosecond of a lap the way grows by less than it is rounded to.
  for (std::int64_t lap = 1'000'000; lap < 1'010'000; ++lap) {
    const base::Instant end(lap * lap_ns);
    ASSERT_GE(route.fading_way_m(end), route.fading_way_m(end - base::Duration(1))) << lap;
    ASSERT_DOUBLE_EQ(route.fading_way_m(end), static_cast<double>(lap) * route.lap_m());
  }
}

TEST(Route, is_never_faster_than_its_speed_however_short_its_legs) {
  const Route route({.start = {},
                     .kind = RouteKind::loop,
                     .way_points = {{.east_m = 0, .north_m = 0, .speed_mps = 30},
                                    {.east_m = 1e-6, .north_m = 0, .speed_mps = 30}}});
  // Legs of 33.3 ns, which may last up to 1 ns longer.
  EXPECT_LE(route.fading_way_m(at_s(100)), 3000 + rounding_m);
  EXPECT_GE(route.fading_way_m(at_s(100)), 3000 * 33.3 / 34.4);
}

TEST(RouteDeathTest, rejects_moments_before_the_beginning) {
  const Route points({.start = {}, .kind = RouteKind::way_points, .way_points = corner});
  EXPECT_DEATH(static_cast<void>(points.position_at(base::Instant(-1))), "t >= base::Instant");
}

TEST(RouteDeathTest, rejects_way_points_that_lead_nowhere) {
  const auto loop = [](std::vector<WayPoint> points, double offset_m) {
    return Route({.start = {},
                  .kind = RouteKind::loop,
                  .way_points = std::move(points),
                  .start_offset_m = offset_m});
  };
  EXPECT_DEATH(loop({}, 0), "points.empty");
  EXPECT_DEATH(loop({{.speed_mps = 0}, {.east_m = 1, .speed_mps = 1}}, 0), "speed_mps");
  EXPECT_DEATH(loop({{.speed_mps = 1}, {.east_m = 1, .speed_mps = 0}}, 0), "speed_mps");
  EXPECT_DEATH(loop({{.speed_mps = 1, .wait_s = -1}, {.east_m = 1, .speed_mps = 1}}, 0), "seconds");
  EXPECT_DEATH(loop({{.speed_mps = 1e-12}, {.east_m = 1, .speed_mps = 1}}, 0), "seconds");
  EXPECT_DEATH(loop({{.speed_mps = 1}}, 1), "start_offset_m");
  EXPECT_DEATH(loop({{.speed_mps = 1}, {.east_m = 1, .speed_mps = 1}}, -1), "start_offset_m");
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
