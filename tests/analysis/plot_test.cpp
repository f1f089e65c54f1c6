// Goal: axes have round numbers, lines keep what an eye can see of them.
// Method: laws for many ranges; shapes whose drawn points are known.
#include "analysis/plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace redcell::analysis {
namespace {

TEST(NiceTicks, are_few_round_and_inside_for_any_range) {
  for (double width = 1e-4; width < 1e6; width *= 1.37) {
    for (const double low : {-3.3 * width, 0.0, 17.7}) {
      for (const int count : {4, 6, 12}) {
        const Range range = {low, low + width};
        const std::vector<double> ticks = nice_ticks(range, count);
        ASSERT_GE(ticks.size(), 1U) << low << " " << width;
        ASSERT_LE(ticks.size(), static_cast<std::size_t>(count));
        EXPECT_GE(ticks.front(), low - 1e-6 * width);
        EXPECT_LE(ticks.back(), low + width * (1.0 + 1e-6));
        if (ticks.size() < 2) continue;
        const double step = ticks[1] - ticks[0];
        EXPECT_LT(width / step, 2.6 * count) << "no fewer than needed";
        const double digit = step / std::pow(10.0, std::floor(std::log10(step) + 1e-6));
        const double nearest = digit < 1.5 ? 1.0 : digit < 3.5 ? 2.0 : 5.0;
        EXPECT_NEAR(digit, nearest, 1e-6);
      }
    }
  }
}

TEST(NiceTicks, use_the_room_there_is) {
  EXPECT_EQ(nice_ticks({0.0, 100.0}, 6), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(nice_ticks({-7.0, 3.0}, 6), (std::vector<double>{-6, -4, -2, 0, 2}));
}

TEST(RangeOf, has_at_least_the_width_asked_for) {
  const Range wide = range_of({3.0, -1.0, 2.0}, 1.0);
  EXPECT_EQ(wide.low, -1.0);
  EXPECT_EQ(wide.high, 3.0);
  const Range widened = range_of({5.0}, 4.0);
  EXPECT_EQ(widened.low, 3.0);
  EXPECT_EQ(widened.high, 7.0);
  EXPECT_EQ(range_of({}, 4.0).high, 4.0);
}

std::vector<Point> drawn_points(const std::string& svg) {
  const std::size_t begin = svg.find("points=\"") + 8;
  std::istringstream text(svg.substr(begin, svg.find('"', begin) - begin));
  std::vector<Point> points;
  char comma = ' ';
  for (Point point; text >> point.x >> comma >> point.y;) points.push_back(point);
  return points;
}

constexpr Panel unit_panel = {
    .box = {10.0, 20.0, 100.0, 50.0}, .x = {0.0, 100.0}, .y = {0.0, 50.0}};

TEST(DrawLine, puts_values_where_the_scales_say) {
  Svg svg(200, 100, "");
  draw_line(svg, unit_panel, {{0.0, 0.0}, {100.0, 50.0}}, "");
  const std::vector<Point> points = drawn_points(svg.finish());
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].x, 10.0);
  EXPECT_EQ(points[0].y, 70.0) << "low values are below";
  EXPECT_EQ(points[1].x, 110.0);
  EXPECT_EQ(points[1].y, 20.0);
}

TEST(DrawLine, keeps_every_spike_of_a_long_run) {
  std::vector<Point> values;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back({i / 1000.0, i == 54'321 ? 49.0 : i == 54'322 ? 1.0 : 25.0});
  }
  Svg svg(200, 100, "");
  draw_line(svg, unit_panel, values, "");
  const std::vector<Point> points = drawn_points(svg.finish());
  EXPECT_LE(points.size(), 4U * 101U);
  double top = 100.0, bottom = 0.0;
  for (const Point& point : points) {
    top = std::min(top, point.y);
    bottom = std::max(bottom, point.y);
  }
  EXPECT_EQ(top, 21.0);
  EXPECT_EQ(bottom, 69.0);
}

TEST(DrawDistribution, rises_by_equal_shares_from_nothing_to_all) {
  Svg svg(200, 100, "");
  Panel panel = unit_panel;
  panel.y = {0.0, 100.0};
  draw_distribution(svg, panel, {80.0, 20.0}, "");
  const std::vector<Point> points = drawn_points(svg.finish());
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points[0].x, 30.0);
  EXPECT_EQ(points[0].y, 70.0);
  EXPECT_EQ(points[1].y, 45.0);
  EXPECT_EQ(points[2].x, 90.0);
  EXPECT_EQ(points[3].y, 20.0);
}

TEST(Svg, escapes_words) {
  Svg svg(10, 10, "a<b");
  svg.text({1, 2}, "<cars & \"bikes\">\x01", "");
  const std::string text = svg.finish();
  EXPECT_NE(text.find("<title>a&lt;b</title>"), std::string::npos);
  EXPECT_NE(text.find(">&lt;cars &amp; &quot;bikes&quot;&gt; <"), std::string::npos) << text;
}

TEST(SvgDeathTest, rejects_an_open_clip) {
  Svg svg(10, 10, "");
  svg.open_clipped({0, 0, 1, 1});
  EXPECT_DEATH(static_cast<void>(svg.finish()), "broken precondition");
}

}  // namespace
}  // namespace redcell::analysis
