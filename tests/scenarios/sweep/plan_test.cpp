// Goal: a point's address follows from what would run, and from nothing else; every point is
// checked before any runs; bad sweep files are refused in place.
// Method: sweeps over library scenarios, written to a temporary folder.
#include "scenarios/sweep/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

const std::string head = "scenario: 'trial-2600-peak'\n";
const std::string delays =
    "axis { name: 'delay' path: 'core.one_way_delay_ms' value: ['1', '5', '5.0'] }\n";

class PlanTest : public testing::Test {
 protected:
  PlanTest() { fs::create_directories(folder_); }
  ~PlanTest() override { fs::remove_all(folder_); }

  std::string write(const std::string& text, const std::string& name = "sweep.txtpb") {
    const fs::path path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }
  Plan plan(const std::string& text, const std::string& build = "build") {
    return make_plan(load_sweep(write(text)), build);
  }
  std::set<std::string> addresses(const std::string& text, const std::string& build = "build") {
    const Plan made = plan(text, build);
    std::set<std::string> all;
    const std::uint32_t seeds = made.loaded.sweep.seeds().count();
    for (const Point& p : points_of(made, std::vector<std::uint32_t>(made.rows.size(), seeds))) {
      all.insert(p.address);
    }
    return all;
  }
  std::vector<Finding> findings(const std::string& text) {
    try {
      std::ignore = plan(text);
    } catch (const ScenarioError& error) {
      return error.findings;
    }
    return {};
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(PlanTest, plans_equal_points_once) {
  // 5 and 5.0 are one value, and 5 ms is the default.
  EXPECT_EQ(addresses(head + delays + "seeds { count: 4 }").size(), 8u);
}

TEST_F(PlanTest, finds_a_point_again_under_another_name) {
  const auto first = addresses(head + delays);
  std::string renamed = delays;
  renamed.replace(renamed.find("'delay'"), 7, "'core'");
  EXPECT_EQ(addresses("title: 'x'\n" + head + renamed), first);
  // The same scenario said as an override of all points.
  const auto fixed = addresses(head + "set: 'core.one_way_delay_ms=1'");
  EXPECT_TRUE(std::includes(first.begin(), first.end(), fixed.begin(), fixed.end()));
}

TEST_F(PlanTest, changes_addresses_with_scenario_seed_and_build) {
  const auto first = addresses(head);
  const auto disjoint = [&](const std::set<std::string>& other) {
    return std::none_of(other.begin(), other.end(),
                        [&](const std::string& a) { return first.contains(a); });
  };
  EXPECT_TRUE(disjoint(addresses(head + "set: 'duration_s=13'")));
  EXPECT_TRUE(disjoint(addresses(head + "seeds { first: 6 }")));
  EXPECT_TRUE(disjoint(addresses(head, "another build")));
}

TEST_F(PlanTest, keeps_the_addresses_of_seeds_when_more_are_added) {
  const auto few = addresses(head + delays + "seeds { count: 3 }");
  const auto more = addresses(head + delays + "seeds { count: 7 }");
  EXPECT_TRUE(std::includes(more.begin(), more.end(), few.begin(), few.end()));
}

TEST_F(PlanTest, gives_every_row_its_first_seed_before_any_second) {
  const Plan made = plan(head + delays + "seeds { first: 3 count: 2 }");
  const auto points = points_of(made, {2, 2, 2});
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].seed, 3u);
  EXPECT_EQ(points[1].seed, 3u);
  EXPECT_EQ(points[2].seed, 4u);
  EXPECT_NE(points[0].row, points[1].row);
}

TEST_F(PlanTest, looks_for_the_scenario_beside_the_sweep_first) {
  write("include: 'trial-2600-peak.txtpb' duration_s: 7", "trial-2600-peak");
  EXPECT_EQ(plan(head).rows.front().duration_s, 7);
}

TEST_F(PlanTest, checks_every_point_and_says_a_finding_once) {
  const auto found = findings(
      head +
      "axis { name: 'prbs' path: 'carrier[n41].redcap_bwp.prb_count' value: ['51', '65'] }\n"
      "axis { name: 'delay' path: 'core.one_way_delay_ms' value: ['1', '5'] }");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].line, 2);
  EXPECT_TRUE(found[0].file.ends_with("sweep.txtpb"));
  EXPECT_NE(found[0].clause.find("TS 38.306"), std::string::npos);
  EXPECT_NE(found[0].advice.find("At 2 of 4 combinations, the first: prbs=65 delay=1"),
            std::string::npos)
      << found[0].advice;
  std::set<std::string> texts;
  for (const Finding& finding : found) EXPECT_TRUE(texts.insert(to_text(finding)).second);
}

TEST_F(PlanTest, refuses_paths_and_values_in_their_place) {
  auto found = findings(head + "\naxis { name: 'x' path: 'core.delay_ms' value: '1' }");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].line, 3);
  EXPECT_EQ(found[0].path, "core.delay_ms");
  found = findings(head + "axis { name: 'x' path: 'duration_s' value: ['3', 'long'] }");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].found, "'long'");
  found = findings(head + "axis { name: 'x' path: 'duration_s' value: ['3', '-3'] }");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].allowed, "a number, 0.01 to 86400 s");
}

TEST_F(PlanTest, refuses_sweeps_that_say_nothing_or_two_things) {
  const std::string axis = "axis { name: 'x' path: 'duration_s' ";
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "no scenario"},
      {head + axis + "}", "an axis without values"},
      {head + axis + "value: '3' range { first: 1 last: 2 count: 2 } }", "values of two kinds"},
      {head + "axis { name: 'x' value: '3' }", "no path"},
      {head + axis + "value: '3' } axis { name: 'X' path: 'seed' value: '3' }",
       "'X' a second time"},
      {head + "axis { name: 'seed' path: 'seed' value: '3' }", "'seed'"},
      {head + axis + "value: '3' } constraint: 'x << 3'", "'<<'"},
      {head + axis + "value: '3' } constraint: 'x == 4'", "constraints that leave no combination"},
      {head + axis +
           "zip: 'z' value: '3' } axis { name: 'y' path: 'warm_up_s' zip: 'z' value: "
           "['1', '2'] }",
       "2 values beside 1 on 'z'"},
      {head + "seeds { count: 60 } kpi { kpi: 'rtt_ms' half_width: 1 }", "60 seeds"},
      {head + "kpi { kpi: 'rtt_ms' half_width: 1 half_width_percent: 2 }",
       "half_width and half_width_percent"},
      {head + "latin_hypercube { name: 'b' samples: 4 dimension { name: 'x' path: 'duration_s' "
              "low: 3 high: 2 } }",
       "low 3 and high 2"},
      {head + "set: 'duration_s'", "no '='"},
      {head + "axes { name: 'x' }", "an unknown field 'axes'"},
      {head + "axis { name: 'a' path: 'seed' range { first: 1 last: 2 count: 2000 } } axis { name: "
              "'b' path: 'run' range { first: 1 last: 2 count: 2000 } }",
       "more than a million combinations"},
      {head + "axis { name: 'a' path: 'seed' range { first: 1 last: 2 count: 1000 } } axis { name: "
              "'b' path: 'run' range { first: 1 last: 2 count: 1000 } }",
       "1000000 combinations of up to 5 seeds"},
      {head + "axis { name: 'a' path: 'seed' range { first: 1 last: 2 count: 100 } } "
              "seeds { max: 100000 } kpi { kpi: 'rtt_ms' half_width: 1 }",
       "100 combinations of up to 100000 seeds"},
  };
  for (const auto& [text, words] : bad) {
    // A blank file is refused as such; a title alone lacks the scenario.
    const auto found = findings("title: 'bad'\n" + text);
    const bool is_said = std::any_of(found.begin(), found.end(), [&](const Finding& finding) {
      return finding.found.find(words) != std::string::npos && finding.line > 0;
    });
    EXPECT_TRUE(is_said) << text << "\n" << to_text(found);
  }
}

TEST_F(PlanTest, takes_any_count_of_seeds_where_no_goal_adds_more) {
  EXPECT_TRUE(findings(head + "seeds { count: 60 } kpi { kpi: 'rtt_ms' }").empty());
}

TEST(ContentAddress, is_uuid_version_5) {
  const std::string address = content_address("a");
  EXPECT_EQ(address.size(), 32u);
  EXPECT_EQ(address[12], '5');
  EXPECT_EQ(address, content_address("a"));
  EXPECT_NE(address, content_address("b"));
}

}  // namespace
}  // namespace redcell::scenarios
