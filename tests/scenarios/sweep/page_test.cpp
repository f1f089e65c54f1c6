// Goal: the page of a sweep says what varied, what came out and what broke, is whole without
// scripts, and stays small however many combinations there are. Method: made-up estimates over
// small and large designs; what stands in the HTML.
#include "scenarios/sweep/page.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

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

Figure figure(const std::string& name, schema::WantedKpi::Side better) {
  return {.name = name,
          .terminal_group = {},
          .statistic = "mean",
          .kind = FigureKind::mean,
          .goal = {.half_width_percent = 25.0},
          .better = better};
}

/// Two KPIs over the axes; the estimate of combination i is 10 + i with +-1.
class SweepPage : public testing::Test {
 protected:
  explicit SweepPage()
      : plan_{.loaded = {}, .design = {}, .rows = {}, .base_text = {}, .build = "b"} {}

  SweepReport report_over(const std::string& axes) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(axes, &plan_.loaded.sweep));
    plan_.design = make_design(plan_.loaded.sweep);
    SweepReport report{.plan = plan_,
                       .points = {},
                       .failures = {},
                       .figures = {figure("rtt_ms", schema::WantedKpi::LESS),
                                   figure("rate_mbps", schema::WantedKpi::MORE)},
                       .estimates = {},
                       .differences = {}};
    for (std::size_t row = 0; row < plan_.design.rows.size(); ++row) {
      report.points.push_back({.address = "", .row = row, .seed = 1});
      for (std::size_t f = 0; f < report.figures.size(); ++f) {
        const double value = 10.0 + static_cast<double>(row);
        report.estimates.push_back(
            {.row = row,
             .figure = f,
             .estimate =
                 Estimate{.value = value, .interval = {value - 1, value + 1}, .seed_count = 3},
             .decision = {.precision = row == 0 ? Precision::out_of_reach : Precision::met}});
      }
    }
    return report;
  }

  static std::string html_of(const SweepReport& report) {
    return sweep_html(report, {.folder = "/runs/s", .facts = {{"version", "<1>"}}});
  }

  Plan plan_;
};

constexpr const char* two_axes =
    "title: 'A & B' axis { name: 'policy' path: 'carrier.policy' value: ['PF', 'R<R'] }"
    "axis { name: 'load' path: 'load' value: ['1', '2', '4'] }";

TEST_F(SweepPage, needs_nothing_from_elsewhere_and_closes_what_it_opens) {
  const std::string html = html_of(report_over(two_axes));
  EXPECT_EQ(html.rfind("<!DOCTYPE html>", 0), 0U);
  for (const char* outside : {"src=", "href=", "@import", "url(http", "<link", "<script"}) {
    EXPECT_EQ(count_of(html, outside), 0U) << outside;
  }
  for (const char* tag : {"table", "svg", "figure", "div", "tr", "td", "p", "h2"}) {
    EXPECT_EQ(count_of(html, fmt::format("<{}>", tag)) + count_of(html, fmt::format("<{} ", tag)),
              count_of(html, fmt::format("</{}>", tag)))
        << tag;
  }
}

TEST_F(SweepPage, shows_axes_estimates_goals_and_facts_in_tables) {
  const std::string html = html_of(report_over(two_axes));
  EXPECT_EQ(count_of(html, "<h1>A &amp; B</h1>"), 1U);
  EXPECT_EQ(count_of(html, "<tr><td>policy</td><td>PF, R&lt;R</td><td>carrier.policy</td>"), 1U);
  EXPECT_EQ(count_of(html,
                     "<tr><td>R&lt;R</td><td>4</td><td><strong>15</strong></td>"
                     "<td>14 to 16</td><td>3</td><td class=\"PASS\">met</td></tr>"),
            2U)
      << "one a KPI";
  EXPECT_EQ(count_of(html, "<td class=\"FAIL\">out of reach</td>"), 2U);
  EXPECT_EQ(count_of(html,
                     "<tr><td>rtt_ms</td><td>± 25 %</td><td class=\"PASS\">5</td>"
                     "<td class=\"\">0</td><td class=\"FAIL\">1</td><td>3</td></tr>"),
            1U);
  EXPECT_EQ(count_of(html, "<tr><td>version</td><td>&lt;1&gt;</td></tr>"), 1U);
  EXPECT_EQ(count_of(html, "<strong>6 complete</strong>"), 1U);
  EXPECT_EQ(count_of(html, "<h2>Points without a result</h2>"), 0U);
  // Less of one and more of the other: every combination is on the front.
  EXPECT_EQ(count_of(html, "<p>6 of 6 combinations: no other"), 1U);
  EXPECT_EQ(count_of(html, "<figure class=\"sweep\">"), 3U);
}

TEST_F(SweepPage, names_failures_with_cause_and_log) {
  SweepReport report = report_over(two_axes);
  report.failures = {{.address = "a1",
                      .cause = causes::crash,
                      .words = "policy=R<R seed=1: killed by signal 11",
                      .log = "/runs/s/failed/a1/log.txt"},
                     {.address = "a2", .cause = causes::time_limit, .words = "w", .log = ""}};
  const std::string html = html_of(report);
  EXPECT_EQ(count_of(html, "<strong class=\"FAIL\">2 without a result</strong>"), 1U);
  EXPECT_EQ(count_of(html, "<p>1 crash, 1 time limit. "), 1U);
  EXPECT_EQ(count_of(html,
                     "<tr><td class=\"FAIL\">crash</td><td>policy=R&lt;R seed=1: killed by "
                     "signal 11</td><td><code>failed/a1/log.txt</code></td></tr>"),
            1U);
}

TEST_F(SweepPage, says_against_what_a_difference_is) {
  SweepReport report = report_over(two_axes);
  report.differences.push_back(
      {.row = 4,
       .reference = 1,
       .group = 0,
       .figure = 1,
       .difference = {.value = -2.5, .interval = {-3, -2}, .seed_count = 3},
       .is_same_world = true});
  EXPECT_EQ(count_of(html_of(report),
                     "<tr><td>R&lt;R</td><td>2</td><td>policy=PF load=2</td><td>rate_mbps</td>"
                     "<td><strong>-2.5</strong></td><td>-3 to -2</td><td>3</td><td>yes</td></tr>"),
            1U);
}

TEST_F(SweepPage, of_ten_thousand_combinations_stays_small_and_says_what_is_left_out) {
  SweepReport report = report_over(
      "axis { name: 'x' range { first: 1 last: 100 count: 100 } }"
      "axis { name: 'y' range { first: 1 last: 100 count: 100 } }");
  for (std::size_t row = 0; row < 10'000; ++row) {
    report.differences.push_back(
        {.row = row, .reference = 0, .group = 0, .figure = 0, .difference = {}});
    report.failures.push_back({.address = "a", .cause = causes::crash, .words = "w", .log = "l"});
  }
  const std::string html = html_of(report);
  EXPECT_LT(html.size(), 2'000'000U);
  EXPECT_EQ(count_of(html, "<p>Shown: 500 of 10000; the rest is in estimates.csv.</p>"), 2U);
  EXPECT_EQ(count_of(html, "<p>Shown: 500 of 10000; the rest is in differences.csv.</p>"), 1U);
  EXPECT_EQ(count_of(html, "<p>Shown: 200 of 10000; the rest is in results.sqlite"), 1U);
  EXPECT_EQ(count_of(html, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ... 100 (100 values)"), 2U);
  // The first KPI's map is drawn, and no more.
  EXPECT_EQ(count_of(html, "<figure class=\"sweep\">"), 1U);
  EXPECT_EQ(count_of(html, "The picture is too large for this page"), 2U);
}

TEST(SweepFacts, tell_what_points_cost_together) {
  Plan plan{.loaded = {}, .design = {}, .rows = {}, .base_text = {}, .build = "b"};
  PointResult one;
  one.host = "n1";
  one.process_s = 2.0;
  one.peak_memory_mb = 50.0;
  PointResult other = one;
  other.host = "n2";
  other.peak_memory_mb = 70.0;
  const SweepFacts facts = sweep_facts(plan, {&one, &other});
  const auto value = [&](const std::string& name) {
    for (const auto& [fact, text] : facts) {
      if (fact.starts_with(name)) return text;
    }
    return std::string();
  };
  EXPECT_EQ(value("hosts"), "n1, n2");
  EXPECT_EQ(value("wall_s"), "4");
  EXPECT_EQ(value("peak_memory_mb"), "70");
}

}  // namespace
}  // namespace redcell::scenarios
