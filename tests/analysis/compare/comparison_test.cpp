// Goal: what is the same passes, what is different fails, what is not known is said; the files say
// what the tables say.
// Method: two runs of one world a known step apart, and a run against a field log.
#include "analysis/compare/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/log_error.h"
#include "tests/analysis/compare/run_folder.h"

namespace redcell::analysis {
namespace {

using testing::HasSubstr;

const ComparedKpi& kpi_of(const Comparison& comparison, const std::string& name) {
  const auto found = std::find_if(comparison.kpi.begin(), comparison.kpi.end(),
                                  [&](const ComparedKpi& kpi) { return kpi.name == name; });
  EXPECT_NE(found, comparison.kpi.end()) << name;
  return *found;
}

Comparison compare_runs(const LogFolder& folder, const FakeRun& one, const FakeRun& other,
                        const TargetFile& targets = {}) {
  write_run(folder, "one", one);
  write_run(folder, "other", other);
  return compare(load_side(folder.path("one")), load_side(folder.path("other")), targets);
}

TEST(Comparison, of_one_world_is_paired_and_sees_a_small_step) {
  const LogFolder folder;
  const Comparison got = compare_runs(folder, {.more_mbps = 2.0}, {});
  EXPECT_TRUE(got.paired);
  const ComparedKpi& rate = kpi_of(got, "dl_throughput_mbps");
  EXPECT_EQ(rate.pairs, 58U);
  EXPECT_NEAR(rate.mean_difference.value, 2.0, 1e-9);
  EXPECT_NEAR(rate.mean_difference.interval.high - rate.mean_difference.interval.low, 0.0, 1e-9)
      << "every second has the same step";
  EXPECT_NEAR(rate.median_difference.value, 2.0, 1e-9);
  EXPECT_NEAR(rate.wasserstein, 2.0, 1e-9);
  EXPECT_EQ(rate.result, Result::pass) << "2 of 80 Mbps are less than 15 %";
  EXPECT_EQ(kpi_of(got, "ss_rsrp_dbm").ks, 0.0);
  EXPECT_FALSE(rate.ks_p.has_value()) << "which holds for independent sides";
  EXPECT_TRUE(nlohmann::json::parse(comparison_json(got))["kpi"][0]["ks_p_value"].is_null());
}

TEST(Comparison, of_different_worlds_is_not_paired_and_says_so) {
  const LogFolder folder;
  const Comparison got = compare_runs(folder, {.more_mbps = 2.0}, {.world = "def"});
  EXPECT_FALSE(got.paired);
  EXPECT_THAT(got.notes, testing::Contains(HasSubstr("different worlds")));
  const ComparedKpi& rate = kpi_of(got, "dl_throughput_mbps");
  EXPECT_EQ(rate.pairs, 0U);
  EXPECT_TRUE(rate.ks_p.has_value());
  EXPECT_LT(rate.mean_difference.interval.low, 0.0) << "the spread of both sides hides the step";
  EXPECT_GT(rate.mean_difference.interval.high, 4.0);
}

TEST(Comparison, fails_what_lies_beyond_the_margin_on_either_side) {
  const LogFolder folder;
  for (const double step_mbps : {-20.0, 20.0}) {
    const Comparison got = compare_runs(folder, {.more_mbps = step_mbps}, {});
    const ComparedKpi& rate = kpi_of(got, "dl_throughput_mbps");
    EXPECT_EQ(rate.result, Result::fail) << step_mbps;
    EXPECT_NEAR(rate.margin, 0.15 * rate.b.mean.value, 1e-12);
    EXPECT_GT(rate.equivalence_p, 0.99);
  }
}

TEST(Comparison, leaves_open_what_too_few_seconds_tell) {
  const LogFolder folder;
  TargetFile targets;
  Margin& margin = *targets.add_margin();
  margin.set_kpi("dl_throughput_mbps");
  margin.set_absolute(4.0);
  const Comparison got = compare_runs(folder, {.more_mbps = 2.0}, {.world = "def"}, targets);
  const ComparedKpi& rate = kpi_of(got, "dl_throughput_mbps");
  EXPECT_EQ(rate.margin, 4.0);
  EXPECT_EQ(rate.result, Result::undecided);
  ASSERT_TRUE(rate.times_samples.has_value());
  EXPECT_GT(*rate.times_samples, 1.0);
  EXPECT_EQ(kpi_of(compare_runs(folder, {.seconds = 8}, {.seconds = 8, .world = "def"}),
                   "dl_throughput_mbps")
                .result,
            Result::undecided)
      << "six seconds";
}

TEST(Comparison, of_a_run_and_a_field_log_judges_targets_on_both) {
  const LogFolder folder;
  write_run(folder, "run", {});
  std::string text = gnettrack_header;
  for (int i = 0; i < 60; ++i) text += gnet_line(gnet_row(i));
  const std::string log = folder.write("field.csv", text);
  const std::string file = folder.write("targets.txtpb", R"(
    target { kpi: "dl_goodput_mbps" value: 71 tolerance_percent: 20 source: "a trial" }
    margin { kpi: "dl_goodput_mbps" percent: 25 })");
  const Side a = load_side(folder.path("run")), b = load_side(log);
  const Comparison got = compare(a, b, load_targets(file));
  EXPECT_FALSE(got.paired);
  EXPECT_THAT(got.only_a, testing::Contains("dl_throughput_mbps"));
  EXPECT_THAT(got.only_b, testing::Contains("ss_sinr_db"));
  ASSERT_TRUE(got.verdict_b.has_value());
  EXPECT_EQ(got.verdict_b->result, Result::pass) << "71 Mbps in every second";
  ASSERT_TRUE(got.verdict_a.has_value());
  EXPECT_EQ(got.verdict_a->targets[0].kpi->name, "dl_goodput_mbps");
  EXPECT_NEAR(kpi_of(got, "dl_goodput_mbps").margin, 0.25 * 71.0, 1e-9);
  const std::string html = comparison_html(got, a, b);
  for (const char* words : {"Targets on A", "a trial", "dl_goodput_mbps", "The drive of A",
                            "The drive of B", "Rate over level", "Goodput, 1 s (Mbps)"}) {
    EXPECT_THAT(html, HasSubstr(words));
  }
  EXPECT_THAT(html, testing::Not(HasSubstr("<script")));
  EXPECT_THAT(html, testing::Not(HasSubstr("src=")));
}

TEST(Comparison, says_one_interval_of_one_figure) {
  const LogFolder folder;
  std::string text = gnettrack_header;
  for (int i = 0; i < 60; ++i) {
    GnetRow row = gnet_row(i);
    row.dl_kbps = std::to_string(50'000 + 1000 * (i * 7 % 23));
    text += gnet_line(row);
  }
  const Side log = load_side(folder.write("field.csv", text));
  const Comparison got = compare(log, log, {});
  const ComparedKpi& rate = kpi_of(got, "dl_goodput_mbps");
  for (const Bootstrapped* side : {&rate.a, &rate.b}) {
    const Kpi* mean = log.summary.find("dl_goodput_mbps", "", "mean");
    EXPECT_EQ(mean->ci_low, side->mean.interval.low);
    EXPECT_EQ(mean->ci_high, side->mean.interval.high);
    EXPECT_EQ(log.summary.find("dl_goodput_mbps", "", "p95")->ci_high,
              side->percentile.back().interval.high);
  }
}

/// XML forbids what HTML forgives.
TEST(Comparison, page_gives_no_attribute_twice) {
  const LogFolder folder;
  write_run(folder, "one", {});
  const Side side = load_side(folder.path("one"));
  const std::string html = comparison_html(compare(side, side, {}), side, side);
  std::size_t elements = 0;
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos; ++at, ++elements) {
    const std::string element = html.substr(at, html.find('>', at) - at);
    for (const char* name : {" stroke=", " stroke-width=", " fill=", " class="}) {
      const std::size_t first = element.find(name);
      if (first == std::string::npos) continue;
      ASSERT_EQ(element.find(name, first + 1), std::string::npos) << element;
    }
  }
  EXPECT_GT(elements, 1000U);
}

TEST(Comparison, page_gives_no_identifier_twice) {
  const LogFolder folder;
  write_run(folder, "one", {});
  write_run(folder, "other", {});
  const Side a = load_side(folder.path("one")), b = load_side(folder.path("other"));
  const std::string html = comparison_html(compare(a, b, {}), a, b);
  std::vector<std::string> ids;
  for (std::size_t at = 0; (at = html.find("id=\"", at)) != std::string::npos; ++at) {
    ids.push_back(html.substr(at + 4, html.find('"', at + 4) - at - 4));
  }
  ASSERT_FALSE(ids.empty());
  for (const std::string& id : ids) EXPECT_THAT(html, HasSubstr("url(#" + id + ")"));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(Comparison, files_agree_with_one_another) {
  const LogFolder folder;
  const Comparison got = compare_runs(folder, {.more_mbps = 2.0}, {});
  const auto json = nlohmann::json::parse(comparison_json(got));
  EXPECT_EQ(json["paired"], true);
  std::istringstream csv(comparison_csv(got));
  std::string head, line;
  std::getline(csv, head);
  const auto columns = std::count(head.begin(), head.end(), ',');
  for (std::size_t i = 0; std::getline(csv, line); ++i) {
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), columns) << line;
    EXPECT_TRUE(line.starts_with(json["kpi"][i]["name"].get<std::string>() + ","));
    EXPECT_TRUE(line.ends_with(json["kpi"][i]["result"].get<std::string>()));
  }
  EXPECT_EQ(json["kpi"].size(), got.kpi.size());
  for (const auto& kpi : json["kpi"]) {
    const double low = kpi["a"]["p5"]["value"], middle = kpi["a"]["p50"]["value"];
    const double high = kpi["a"]["p95"]["value"];
    EXPECT_LE(low, middle);
    EXPECT_LE(middle, high);
  }
}

TEST(Comparison, table_stays_within_a_terminal) {
  const LogFolder folder;
  const Comparison got = compare_runs(folder, {.more_mbps = 2.0}, {.world = "def"});
  std::istringstream text(comparison_text(got));
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("A: ") || line.starts_with("B: "))
      continue;  // Paths are as long as they are.
    EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(Comparison, refuses_sides_with_nothing_in_common) {
  const LogFolder folder;
  write_run(folder, "still", {.moves = false});
  const std::string log = folder.write("p.csv",
                                       "time_s,terminal_group,ue,ss_rsrp_dbm,ss_sinr_db\n"
                                       "0,,0,-90,3\n1,,0,-90,3\n");
  const Side a = load_side(folder.path("still")), b = load_side(log);
  EXPECT_THROW(static_cast<void>(compare(a, b, {})), LogError);
}

Side side_of(DriveColumn column, const std::vector<double>& values) {
  Side side;
  for (std::size_t i = 0; i < values.size(); ++i) {
    side.series[column].push_back({0, static_cast<std::int64_t>(i), values[i]});
  }
  return side;
}

/// Terminals under one load: an AR(1) process that all share, and a fifth of their own.
Side side_under_shared_load(std::uint32_t terminals, std::uint32_t drive) {
  constexpr std::size_t count = 300;
  constexpr double coefficient = 0.7;
  const base::Random random(99, 3);
  const auto noise = [&](std::uint32_t stream, std::size_t i) {
    return random.normal(base::Purpose::arrival, {.a = drive, .b = stream}, i);
  };
  std::vector<double> load = {noise(0, 0)};
  while (load.size() < count) {
    load.push_back(coefficient * load.back() +
                   std::sqrt(1.0 - coefficient * coefficient) * noise(0, load.size()));
  }
  Side side;
  for (std::uint32_t ue = 0; ue < terminals; ++ue) {
    for (std::size_t i = 0; i < count; ++i) {
      side.series[SS_SINR_DB].push_back(
          {ue, static_cast<std::int64_t>(i), load[i] + 0.2 * noise(ue + 1, i)});
    }
  }
  return side;
}

TEST(Comparison, covers_the_truth_of_terminals_that_share_a_load) {
  constexpr std::uint32_t drive_count = 250;
  for (const std::uint32_t terminals : {1U, 2U, 6U}) {
    double mean = 0.0, median = 0.0;
    for (std::uint32_t drive = 0; drive < drive_count; ++drive) {
      const Side side = side_under_shared_load(terminals, drive);
      const Bootstrapped got = compare(side, side, {}).kpi.at(0).a;
      EXPECT_EQ(got.count, 300U * terminals);
      EXPECT_LT(got.effective_count, 150.0) << "as many seconds, however many terminals";
      const auto holds = [](const Interval& interval) {
        return interval.low <= 0.0 && interval.high >= 0.0 ? 1.0 : 0.0;
      };
      mean += holds(got.mean.interval) / drive_count;
      median += holds(got.median().interval) / drive_count;
    }
    // Three standard errors of 250 drives below what one series is held to.
    EXPECT_GE(mean, 0.90) << terminals;
    EXPECT_GE(median, 0.90) << terminals;
    EXPECT_LE(mean, 0.99) << terminals;
  }
}

TEST(Comparison, decides_where_the_mean_of_b_is_0) {
  std::vector<double> rates;
  for (int i = 0; i < 60; ++i) rates.push_back(10.0 + i % 3);
  const Side none = side_of(UL_GOODPUT_MBPS, std::vector<double>(60, 0.0));
  EXPECT_EQ(compare(none, none, {}).kpi.at(0).result, Result::pass);
  const Comparison got = compare(side_of(UL_GOODPUT_MBPS, rates), none, {});
  EXPECT_EQ(got.kpi.at(0).result, Result::fail);
  EXPECT_EQ(got.kpi.at(0).equivalence_p, 1.0);
  EXPECT_THAT(got.notes, testing::Contains(HasSubstr("ul_goodput_mbps: the mean of B is 0")));
}

TEST(Comparison, passes_nothing_with_under_30_seconds) {
  const auto result = [](std::size_t count) {
    const Side side = side_of(SS_RSRP_DBM, std::vector<double>(count, -90.0));
    return compare(side, side, {});
  };
  EXPECT_EQ(result(29).kpi.at(0).result, Result::undecided);
  EXPECT_THAT(comparison_text(result(29)), HasSubstr("too few"));
  EXPECT_EQ(result(30).kpi.at(0).result, Result::pass);
}

TEST(Targets, refuse_a_second_margin_of_one_figure) {
  const LogFolder folder;
  const std::string file = folder.write(
      "t.txtpb", "margin { kpi: \"rtt_ms\" absolute: 2 } margin { kpi: \"rtt_ms\" percent: 9 }");
  EXPECT_THROW(static_cast<void>(load_targets(file)), LogError);
}

TEST(Targets, say_what_is_wrong_with_them) {
  const LogFolder folder;
  const auto message = [&](const std::string& text) {
    try {
      static_cast<void>(load_targets(folder.write("t.txtpb", text)));
    } catch (const LogError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message("margin { kpi: \"rtt_ms\" absolute: 2 }"), "");
  EXPECT_THAT(message("\n\ntarget { kpi: 7 }"), HasSubstr("t.txtpb:3:15"));
  EXPECT_THAT(message("target { kpi: \"x\" }"), HasSubstr("a target needs a finite value"));
  EXPECT_THAT(message("margin { kpi: \"loudness\" absolute: 2 }"), HasSubstr("loudness"));
  EXPECT_THAT(message("margin { kpi: \"ss_rsrp_dbm\" percent: 20 }"),
              HasSubstr("percent of decibels"));
  EXPECT_THAT(message("margin { kpi: \"ss_sinr_db\" percent: 20 }"),
              HasSubstr("percent of decibels"));
  EXPECT_EQ(message("margin { kpi: \"rtt_ms\" percent: 20 }"), "");
  for (const char* wrong : {"", "absolute: 0", "percent: -1", "absolute: 1 percent: 1"}) {
    EXPECT_THAT(message("margin { kpi: \"rtt_ms\" " + std::string(wrong) + " }"),
                HasSubstr("either absolute or percent"));
  }
  EXPECT_THROW(static_cast<void>(load_targets(folder.path("none"))), LogError);
}

TEST(CurveOver, sorts_seconds_into_classes_of_the_level) {
  Side side;
  for (int i = 0; i < 100; ++i) {
    const double level = -100.0 + 10.0 * (i % 2) + 1.0;  // Classes -100 and -90.
    side.series[SS_RSRP_DBM].push_back({0, i, level});
    if (i >= 3) side.series[DL_GOODPUT_MBPS].push_back({0, i, 10.0 * (i % 2) + i / 100.0});
  }
  side.series[SS_RSRP_DBM].push_back({0, 200, -60.0});
  side.series[DL_GOODPUT_MBPS].push_back({0, 200, 99.0});
  const std::vector<CurvePoint> curve = curve_over(side, DL_GOODPUT_MBPS, SS_RSRP_DBM);
  ASSERT_EQ(curve.size(), 2U) << "one second is no class";
  EXPECT_EQ(curve[0].level, -97.5);
  EXPECT_EQ(curve[0].seconds, 48U);
  EXPECT_EQ(curve[1].level, -87.5);
  EXPECT_EQ(curve[1].seconds, 49U);
  EXPECT_NEAR(curve[0].median.value, 0.50, 0.02);
  EXPECT_NEAR(curve[1].p25, 10.26, 0.03);
  EXPECT_NEAR(curve[1].p75, 10.74, 0.03);
  EXPECT_TRUE(std::isfinite(curve[0].median.interval.low)) << "48 seconds have an interval";
  EXPECT_LT(curve[0].median.interval.low, 0.5);
  EXPECT_GT(curve[0].median.interval.high, 0.5);
}

TEST(RateCurves, are_of_both_directions_and_the_same_in_every_file) {
  Side a, b;
  for (int i = 0; i < 120; ++i) {
    const double level = -100.0 + 5.0 * (i / 40);
    for (Side* side : {&a, &b}) {
      side->series[SS_RSRP_DBM].push_back({0, i, level});
      side->series[DL_GOODPUT_MBPS].push_back({0, i, 50.0 + i % 9});
      side->series[UL_THROUGHPUT_MBPS].push_back({0, i, 10.0 + i % 7});
    }
    a.series[DL_THROUGHPUT_MBPS].push_back({0, i, 60.0});  // Which b does not know.
  }
  const Comparison got = compare(a, b, {});
  ASSERT_EQ(got.curves.size(), 2U) << "no SINR";
  EXPECT_EQ(got.curves[0].figure, DL_GOODPUT_MBPS);
  EXPECT_EQ(got.curves[1].figure, UL_THROUGHPUT_MBPS);
  ASSERT_EQ(got.curves[1].a.size(), 3U);
  const CurvePoint& point = got.curves[1].a[1];
  EXPECT_EQ(point.level, -92.5);
  EXPECT_EQ(point.seconds, 40U);
  EXPECT_EQ(point.median.value, 13.0);
  const auto json = nlohmann::json::parse(comparison_json(got));
  EXPECT_EQ(json["curves"][1]["a"][1]["median"]["value"], 13.0);
  EXPECT_EQ(json["curves"][1]["a"][1]["median"]["ci_low"], point.median.interval.low);
  const std::string csv = curves_csv(got.curves);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * 2 * 3);
  EXPECT_THAT(csv, HasSubstr("\nul_throughput_mbps,ss_rsrp_dbm,a,-95,-90,13,"));
  const std::string html = curves_html(got.curves);
  EXPECT_THAT(html, HasSubstr("<td>ul_throughput_mbps over ss_rsrp_dbm</td><td class=\"a\">A</td>"
                              "<td>-95 to -90</td><td>13"));
  EXPECT_EQ(curves_html({}), "");
}

TEST(Comparison, tells_verdict_json_all_that_a_run_tells) {
  const Side side = side_of(DL_GOODPUT_MBPS, std::vector<double>(60, 71.0));
  const Side other = side_of(DL_GOODPUT_MBPS, std::vector<double>(60, 81.0));
  TargetFile targets;
  Target& target = *targets.add_target();
  target.set_kpi("dl_goodput_mbps");
  target.set_value(70.0);
  target.set_tolerance_percent(15.0);
  target.set_source("a trial");
  const auto verdict = [&](const Side& a) {
    return nlohmann::json::parse(comparison_verdict_json(compare(a, other, targets), targets));
  };
  // side_of gives no summary: nothing was measured.
  EXPECT_EQ(verdict(side)["result"], "UNDECIDED");
  Side judged = side;
  judged.summary.kpi.push_back({.name = "dl_goodput_mbps",
                                .terminal_group = "",
                                .statistic = "mean",
                                .value = 71.0,
                                .unit = "mbps",
                                .ci_low = 70.0,
                                .ci_high = 72.0,
                                .samples = 60});
  const auto got = verdict(judged);
  EXPECT_EQ(got["result"], "PASS");
  // The same text as in verdict.json of a run.
  const Verdict run = judge(judged.summary, std::vector<Target>{target});
  EXPECT_EQ(got["targets"], nlohmann::json::parse(verdict_json({}, run))["targets"]);
  const auto whole = nlohmann::json::parse(comparison_json(compare(judged, other, targets)));
  EXPECT_EQ(whole["targets_a"]["targets"], got["targets"]);
  EXPECT_EQ(got["targets"][0]["ci_low"], 70.0);
  EXPECT_EQ(got["targets"][0]["target"], 70.0);
  EXPECT_EQ(got["targets"][0]["tolerance"], 15.0);
  Margin& margin = *targets.add_margin();
  margin.set_kpi("dl_goodput_mbps");
  margin.set_absolute(5.0);
  const auto apart = verdict(judged);
  EXPECT_EQ(apart["result"], "FAIL") << "ten apart";
  EXPECT_EQ(apart["margins"][0]["difference"], -10.0);
  EXPECT_EQ(apart["margins"][0]["ci90_high"], -10.0);
  EXPECT_EQ(apart["margins"][0]["result"], "FAIL");
  margin.set_absolute(20.0);
  EXPECT_EQ(verdict(judged)["result"], "PASS");
  margin.set_kpi("rtt_ms");
  EXPECT_EQ(verdict(judged)["result"], "UNDECIDED");
}

TEST(Comparison, tells_junit_what_the_exit_code_tells) {
  std::vector<double> low(200), high(200);
  for (std::size_t i = 0; i < low.size(); ++i) {
    low[i] = 50.0 + static_cast<double>(i % 7);
    high[i] = low[i] + 10.0;
  }
  const Side a = side_of(DL_GOODPUT_MBPS, low), b = side_of(DL_GOODPUT_MBPS, high);
  TargetFile targets;
  const auto junit = [&] { return comparison_junit(compare(a, b, targets), targets); };
  EXPECT_THAT(junit(), testing::HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\""));
  EXPECT_THAT(junit(), testing::HasSubstr("<skipped message=\"no margin in the file; FAIL"));
  Margin& margin = *targets.add_margin();
  margin.set_kpi("dl_goodput_mbps");
  margin.set_absolute(20.0);
  EXPECT_THAT(junit(), testing::HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\""));
  margin.set_absolute(2.0);
  EXPECT_THAT(junit(), testing::HasSubstr("tests=\"1\" failures=\"1\""));
  EXPECT_THAT(junit(), testing::HasSubstr("<failure message=\"FAIL: A - B is -10"));
  Margin& absent = *targets.add_margin();
  absent.set_kpi("rtt_ms");
  absent.set_absolute(1.0);
  Target& target = *targets.add_target();
  target.set_kpi("no_such_mbps");
  target.set_sense(Target::AT_LEAST);
  target.set_value(1.0);
  EXPECT_THAT(junit(), testing::HasSubstr("tests=\"3\" failures=\"3\""));
  EXPECT_THAT(junit(), testing::HasSubstr("<failure message=\"not in both logs\"/>"));
}

}  // namespace
}  // namespace redcell::analysis
