// Goal: PASS and FAIL only where the whole interval says so, in every result file alike.
// Method: intervals laid by hand inside, outside and across each kind of limit; results parsed
// again.
#include "analysis/verdict.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace redcell::analysis {
namespace {

/// A summary with one figure: dl_throughput_mbps, mean.
Summary summary_of(double ci_low, double value, double ci_high) {
  Summary summary;
  summary.kpi.push_back({.name = "dl_throughput_mbps",
                         .terminal_group = "",
                         .statistic = "mean",
                         .value = value,
                         .unit = "mbps",
                         .ci_low = ci_low,
                         .ci_high = ci_high,
                         .samples = 100});
  return summary;
}

/// 100 Mbps within 10 percent.
Target target_of(Target::Sense sense) {
  Target target;
  target.set_kpi("dl_throughput_mbps");
  target.set_sense(sense);
  if (sense == Target::RANGE) {
    target.set_low(90);
    target.set_high(110);
  } else {
    target.set_value(100);
    target.set_tolerance_percent(10);
  }
  target.set_source("a \"field\" & <report>");
  return target;
}

Result result_of(const Target& target, double low, double value, double high) {
  return judge(summary_of(low, value, high), {&target, 1}).result;
}

TEST(Verdict, passes_when_the_whole_interval_is_allowed) {
  for (const auto sense : {Target::WITHIN, Target::RANGE}) {
    const Target target = target_of(sense);
    EXPECT_EQ(result_of(target, 90, 100, 110), Result::pass);
    EXPECT_EQ(result_of(target, 89.9, 100, 110), Result::undecided);
    EXPECT_EQ(result_of(target, 90, 100, 110.1), Result::undecided);
    EXPECT_EQ(result_of(target, 80, 85, 89.9), Result::fail);
    EXPECT_EQ(result_of(target, 110.1, 112, 115), Result::fail);
    EXPECT_EQ(result_of(target, 80, 85, 90), Result::undecided);
    EXPECT_EQ(result_of(target, 80, 100, 120), Result::undecided);
  }
}

TEST(Verdict, looks_at_one_side_of_a_one_sided_target) {
  const Target least = target_of(Target::AT_LEAST);
  EXPECT_EQ(result_of(least, 90, 95, 1e6), Result::pass);
  EXPECT_EQ(result_of(least, 90, 95, infinity), Result::pass) << "the open side does not matter";
  EXPECT_EQ(result_of(least, 89, 95, 99), Result::undecided);
  EXPECT_EQ(result_of(least, 70, 80, 89), Result::fail);
  const Target most = target_of(Target::AT_MOST);
  EXPECT_EQ(result_of(most, -infinity, 95, 110), Result::pass);
  EXPECT_EQ(result_of(most, 100, 105, 111), Result::undecided);
  EXPECT_EQ(result_of(most, 111, 120, 130), Result::fail);
}

TEST(Verdict, does_not_mistake_the_sign_of_a_negative_value) {
  Target target = target_of(Target::WITHIN);
  target.set_value(-100);
  EXPECT_EQ(allowed_interval(target), (Interval{-110, -90}));
}

TEST(Verdict, foretells_the_samples_that_would_decide) {
  const Target target = target_of(Target::WITHIN);
  // Half-width 20 must become 10 at the nearer limit: four times the samples.
  const Verdict symmetric = judge(summary_of(80, 100, 120), {&target, 1});
  EXPECT_EQ(symmetric.targets[0].further_samples, 300);
  // Outside: from 84 the limit is 6 away, the interval reaches 12.
  const Verdict outside = judge(summary_of(72, 84, 96), {&target, 1});
  EXPECT_EQ(outside.targets[0].further_samples, 300);
  const Verdict on_limit = judge(summary_of(85, 90, 95), {&target, 1});
  EXPECT_EQ(on_limit.result, Result::undecided);
  EXPECT_FALSE(on_limit.targets[0].further_samples.has_value());
  EXPECT_NE(on_limit.targets[0].words.find("on the limit"), std::string::npos);
}

TEST(Verdict, is_undecided_where_the_spread_is_unknown) {
  const Target target = target_of(Target::WITHIN);
  const Verdict verdict = judge(summary_of(-infinity, 100, infinity), {&target, 1});
  EXPECT_EQ(verdict.result, Result::undecided);
  EXPECT_FALSE(verdict.targets[0].further_samples.has_value());
  EXPECT_NE(verdict.targets[0].words.find("run longer"), std::string::npos);
}

TEST(Verdict, is_undecided_in_words_where_the_run_has_no_such_figure) {
  Target target = target_of(Target::WITHIN);
  target.set_terminal_group("cameras");
  const Verdict verdict = judge(summary_of(99, 100, 101), {&target, 1});
  EXPECT_EQ(verdict.result, Result::undecided);
  EXPECT_FALSE(verdict.targets[0].kpi.has_value());
  EXPECT_EQ(verdict.targets[0].words, "there is no mean of dl_throughput_mbps for group cameras");
  target = target_of(Target::WITHIN);
  target.set_statistic(Target::P95);
  EXPECT_EQ(judge(summary_of(99, 100, 101), {&target, 1}).result, Result::undecided);
}

TEST(Verdict, is_as_bad_as_its_worst_target) {
  const Target within = target_of(Target::WITHIN);
  Target missing = within, failed = within;
  missing.set_kpi("rtt_ms");
  failed.set_value(10);
  const Summary summary = summary_of(99, 100, 101);
  const auto overall = [&](std::vector<Target> targets) { return judge(summary, targets).result; };
  EXPECT_EQ(overall({}), Result::pass);
  EXPECT_EQ(overall({within}), Result::pass);
  EXPECT_EQ(overall({within, missing}), Result::undecided);
  EXPECT_EQ(overall({missing, failed, within}), Result::fail);
}

TEST(TargetFindings, name_what_cannot_be_judged) {
  for (const auto sense : {Target::WITHIN, Target::AT_LEAST, Target::AT_MOST, Target::RANGE}) {
    EXPECT_TRUE(target_findings(target_of(sense)).empty());
  }
  const auto findings_after = [](Target::Sense sense, auto&& change) {
    Target target = target_of(sense);
    change(target);
    return target_findings(target).size();
  };
  EXPECT_EQ(findings_after(Target::WITHIN, [](Target& t) { t.clear_kpi(); }), 1U);
  EXPECT_EQ(findings_after(Target::WITHIN, [](Target& t) { t.clear_value(); }), 1U);
  EXPECT_EQ(findings_after(Target::WITHIN, [](Target& t) { t.clear_tolerance_percent(); }), 1U);
  EXPECT_EQ(findings_after(Target::WITHIN, [](Target& t) { t.set_tolerance_percent(101); }), 1U);
  EXPECT_EQ(findings_after(Target::AT_MOST, [](Target& t) { t.set_low(1); }), 1U);
  EXPECT_EQ(findings_after(Target::AT_MOST, [](Target& t) { t.set_value(infinity); }), 1U);
  EXPECT_EQ(findings_after(Target::RANGE, [](Target& t) { t.clear_low(); }), 1U);
  EXPECT_EQ(findings_after(Target::RANGE, [](Target& t) { t.set_low(111); }), 1U);
  EXPECT_EQ(findings_after(Target::RANGE, [](Target& t) { t.set_value(100); }), 1U);
  EXPECT_EQ(findings_after(Target::AT_LEAST, [](Target& t) { t.clear_tolerance_percent(); }), 0U);
}

TEST(VerdictDeathTest, rejects_a_target_with_findings) {
  const Target empty;
  EXPECT_DEATH(static_cast<void>(judge(summary_of(1, 2, 3), {&empty, 1})), "broken precondition");
}

Verdict one_of_each() {
  std::vector<Target> targets(3, target_of(Target::WITHIN));
  targets[1].set_value(10);
  targets[2].set_kpi("handover_execution_ratio");
  targets[2].set_statistic(Target::RATIO);
  targets[2].set_terminal_group("<cars & bikes>");
  return judge(summary_of(99, 100, 101), targets);
}

TEST(VerdictJson, says_for_each_target_what_was_wanted_found_and_decided) {
  RunFacts run;
  run.seed = 7;
  const auto json = nlohmann::json::parse(verdict_json(run, one_of_each()));
  EXPECT_EQ(json["result"], "FAIL");
  EXPECT_EQ(json["run"]["seed"], 7);
  ASSERT_EQ(json["targets"].size(), 3U);
  const auto& passed = json["targets"][0];
  EXPECT_EQ(passed["kpi"], "dl_throughput_mbps");
  EXPECT_EQ(passed["statistic"], "mean");
  EXPECT_EQ(passed["target"], 100.0);
  EXPECT_EQ(passed["tolerance"], 10.0);
  EXPECT_EQ(passed["value"], 100.0);
  EXPECT_EQ(passed["ci_low"], 99.0);
  EXPECT_EQ(passed["ci_high"], 101.0);
  EXPECT_EQ(passed["samples"], 100);
  EXPECT_EQ(passed["result"], "PASS");
  EXPECT_EQ(passed["source"], "a \"field\" & <report>");
  EXPECT_EQ(json["targets"][1]["result"], "FAIL");
  EXPECT_EQ(json["targets"][2]["result"], "UNDECIDED");
  EXPECT_TRUE(json["targets"][2]["value"].is_null());
  const Target range = target_of(Target::RANGE);
  const auto ranged = nlohmann::json::parse(verdict_json(run, judge({}, {&range, 1})));
  EXPECT_EQ(ranged["targets"][0]["target"], nlohmann::json::parse("[90.0, 110.0]"));
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(JunitXml, has_one_testcase_a_target_and_escapes_what_xml_must_not_contain) {
  RunFacts run;
  run.scenario = "a<b\x01";
  const std::string xml = junit_xml(run, one_of_each());
  EXPECT_EQ(count_of(xml, "<testcase "), 3);
  EXPECT_EQ(count_of(xml, "<failure "), 2);
  EXPECT_EQ(count_of(xml, "tests=\"3\" failures=\"2\""), 1);
  EXPECT_EQ(count_of(xml, "type=\"UNDECIDED\""), 1);
  EXPECT_EQ(count_of(xml, "&lt;cars &amp; bikes&gt;"), 2) << xml;
  EXPECT_EQ(count_of(xml, "<cars"), 0);
  EXPECT_EQ(count_of(xml, "\x01"), 0);
  EXPECT_EQ(count_of(xml, "name=\"seed\" value=\"0\""), 1);
}

TEST(VerdictTable, fits_the_terminal_whatever_the_names_are) {
  Target target = target_of(Target::WITHIN);
  target.set_kpi(std::string(150, 'k'));
  target.set_terminal_group(std::string(150, 'g') + " and more");
  std::vector<Target> targets = {target, target_of(Target::WITHIN), target_of(Target::AT_MOST)};
  const std::string table = verdict_table(judge(summary_of(80, 100, 120), targets));
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_EQ(count_of(table, "UNDECIDED"), 4) << table;
  EXPECT_EQ(count_of(table, "about 300 further samples needed"), 2) << table;
  EXPECT_EQ(count_of(table, "90 to 110"), 2) << table;
  EXPECT_EQ(count_of(table, "<= 110"), 1) << table;
  EXPECT_EQ(verdict_table({}), "no targets\n");
}

TEST(Verdict, foretells_samples_from_the_side_that_ends_where_it_would) {
  Summary summary;
  summary.kpi.push_back({.name = "handover_interruption_ms",
                         .terminal_group = "",
                         .statistic = "mean",
                         .value = 100.0,
                         .unit = "ms",
                         .ci_low = 0.0,  // Would be -300.
                         .ci_high = 500.0,
                         .samples = 10});
  Target target;
  target.set_kpi("handover_interruption_ms");
  target.set_sense(Target::AT_MOST);
  target.set_value(50.0);
  const Verdict verdict = judge(summary, std::vector<Target>{target});
  // 400 to each side must become 50: 64 times the samples.
  EXPECT_EQ(verdict.targets[0].further_samples, 640 - 10);
}

}  // namespace
}  // namespace redcell::analysis
