// Goal: a picture shows every estimate where it belongs, as lines or as a map.
// Method: made-up estimates over small designs; what stands in the SVG.
#include "scenarios/sweep/picture.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace redcell::scenarios {
namespace {

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

/// The picture of one KPI over these axes; estimate i is 10 + i with +-1.
std::string picture_of(const std::string& axes) {
  Plan plan{.loaded = {}, .design = {}, .rows = {}, .base_text = {}, .build = {}};
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(axes, &plan.loaded.sweep));
  plan.design = make_design(plan.loaded.sweep);
  SweepReport report{.plan = plan,
                     .points = {},
                     .failures = {},
                     .figures = {{.name = "rtt_ms", .terminal_group = {}, .statistic = "mean"}},
                     .estimates = {},
                     .differences = {}};
  for (std::size_t row = 0; row < plan.design.rows.size(); ++row) {
    const double value = 10.0 + static_cast<double>(row);
    report.estimates.push_back(
        {.row = row,
         .figure = 0,
         .estimate = Estimate{.value = value, .interval = {value - 1, value + 1}, .seed_count = 3},
         .decision = {}});
  }
  return sweep_svg(report);
}

TEST(SweepPicture, draws_a_line_for_each_combination_of_the_other_axes) {
  const std::string svg = picture_of(
      "axis { name: 'policy' value: ['PF', 'RR'] } axis { name: 'load' value: ['1', '2', '4'] }");
  EXPECT_EQ(count_of(svg, "<polyline"), 2u);
  EXPECT_EQ(count_of(svg, "<circle"), 6u);
  EXPECT_EQ(count_of(svg, ">policy=PF<"), 1u);
  EXPECT_EQ(count_of(svg, ">policy=RR<"), 1u);
  EXPECT_EQ(count_of(svg, ">load<"), 1u);
  EXPECT_EQ(count_of(svg, "mean rtt_ms, 95 % interval"), 1u);
}

TEST(SweepPicture, draws_a_map_where_two_axes_of_numbers_are_all) {
  const std::string svg = picture_of(
      "axis { name: 'speed' value: ['3', '30', '120'] } axis { name: 'load' value: ['1', '2', '4', "
      "'8'] }");
  EXPECT_EQ(count_of(svg, "fill=\"rgb("), 12u + 6u) << "with the key";
  EXPECT_EQ(count_of(svg, "rgb(247,251,255)"), 2u);
  EXPECT_EQ(count_of(svg, "rgb(8,81,156)"), 2u);
  EXPECT_EQ(count_of(svg, ">21<"), 2u);
  EXPECT_EQ(count_of(svg, "load to the right, speed upwards"), 1u);
}

TEST(SweepPicture, says_how_many_lines_it_leaves_out) {
  const std::string svg = picture_of(
      "axis { name: 'name' value: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] }"
      "axis { name: 'load' value: ['1', '2'] }");
  EXPECT_EQ(count_of(svg, "<polyline"), 8u);
  EXPECT_EQ(count_of(svg, "8 of 10 lines"), 1u);
}

TEST(SweepPicture, is_empty_where_no_numbers_vary) {
  EXPECT_EQ(picture_of("axis { name: 'policy' value: ['PF', 'RR'] }"), "");
  EXPECT_EQ(picture_of("axis { name: 'load' value: '5' }"), "");
}

}  // namespace
}  // namespace redcell::scenarios
