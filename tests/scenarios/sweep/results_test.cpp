// Goal: what is averaged, compared and written is what the runs gave.
// Method: made-up results of a 2 x 2 design in a temporary folder, with means known by hand.
#include "scenarios/sweep/results.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "scenarios/sweep/tables.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

class ResultsTest : public testing::Test {
 protected:
  ResultsTest() {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "title: 'A, \"B\"' axis { name: 'a' value: ['1', '2'] } axis { name: 'b' value: ['x', "
        "'y'] } seeds { count: 2 max: 9 } kpi { kpi: 'rtt_ms' half_width: 0.001 }"
        "kpi { kpi: 'handover_ratio' }",
        &plan_.loaded.sweep));
    plan_.design = make_design(plan_.loaded.sweep);
    for (std::size_t row = 0; row < 4; ++row) {
      plan_.rows.push_back({.overrides = {}, .content = "row" + std::to_string(row)});
    }
  }
  ~ResultsTest() override { fs::remove_all(store_.folder()); }

  /// Seed 1 lies 1 below the mean, seed 2 as much above.
  void add_point(std::size_t row, std::uint32_t seed, double mean, const std::string& world) {
    const std::string address = point_address(plan_.rows[row].content, seed);
    const fs::path folder = store_.begin(address);
    const double value = mean + (seed == 1 ? -1 : 1);
    std::ofstream(folder / "summary.json")
        << R"({"run": {"signature": "s", "world": ")" << world
        << R"(", "version": "v", "build_type": "b", "isa": "i", "simulated_s": 1,)"
        << R"( "wall_s": 0.5, "peak_memory_mb": 20}, "kpi": [)"
        << R"({"name": "rtt_ms", "terminal_group": "", "statistic": "mean", "unit": "ms",)"
        << R"( "ci_low": null, "ci_high": null, "samples": 3, "value": )" << value << "},"
        << R"({"name": "handover_ratio", "terminal_group": "", "statistic": "ratio",)"
        << R"( "unit": "ratio", "ci_low": 0, "ci_high": 1, "samples": )"
        << (seed == 1 ? 100 * (row + 1) : 200) << R"(, "value": )" << (seed == 1 ? 0.4 : 1.0)
        << "}]}";
    std::ofstream(folder / "verdict.json") << R"({"result": "PASS"})";
    write_point(address, ChildEnd{}, folder);
    std::ignore = store_.finish(address, folder);
    complete_.insert(address);
    points_.push_back({.address = address, .row = row, .seed = seed});
  }
  void add_all() {
    for (std::size_t row = 0; row < 4; ++row) {
      for (const std::uint32_t seed : {1u, 2u}) {
        add_point(row, seed, 10.0 * static_cast<double>(row + 1),
                  "w" + std::to_string(row == 3 ? 9 : seed));
      }
    }
  }

  Plan plan_{.loaded = {}, .design = {}, .rows = {}, .base_text = {}, .build = "build"};
  const Store store_{fs::path(testing::TempDir()) /
                     testing::UnitTest::GetInstance()->current_test_info()->name()};
  ResultBook book_{store_};
  RowSeeds seeds_ = {{1, 2}, {1, 2}, {1, 2}, {1, 2}};
  std::set<std::string> complete_;
  std::vector<Point> points_;
};

TEST(Figures, have_the_statistics_of_a_summary) {
  schema::Sweep sweep;
  for (const char* statistic : {"MEAN", "MEDIAN", "P5", "P95", "P99", "P99_9", "MIN", "MAX"}) {
    schema::Sweep one;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        std::string("kpi { kpi: 'rtt_ms' statistic: ") + statistic + " }", &one));
    *sweep.add_kpi() = one.kpi(0);
  }
  std::vector<std::string> names;
  for (const Figure& figure : figures_of(sweep, {})) names.push_back(figure.statistic);
  EXPECT_EQ(names, (std::vector<std::string>{"mean", "median", "p5", "p95", "p99", "p99.9", "min",
                                             "max"}));
}

TEST_F(ResultsTest, estimates_every_row_and_kpi) {
  add_all();
  const auto figures = figures_of(plan_.loaded.sweep, {});
  const auto estimates = estimate_rows({plan_, seeds_, figures, book_});
  ASSERT_EQ(estimates.size(), 8u);
  EXPECT_EQ(estimates[4].row, 2u);
  EXPECT_EQ(estimates[4].estimate->value, 30);
  EXPECT_EQ(estimates[4].decision.precision, Precision::more_seeds);
  // 120 of 300 and 200 of 200.
  EXPECT_NEAR(estimates[5].estimate->value, 0.64, 1e-12);
  EXPECT_EQ(estimates[5].decision.precision, Precision::no_goal);
}

TEST_F(ResultsTest, leaves_out_a_row_without_seeds) {
  add_all();
  seeds_[1].clear();
  const auto figures = figures_of(plan_.loaded.sweep, {});
  for (const RowEstimate& estimate : estimate_rows({plan_, seeds_, figures, book_})) {
    EXPECT_NE(estimate.row, 1u);
  }
  for (const RowDifference& difference : row_differences({plan_, seeds_, figures, book_})) {
    EXPECT_NE(difference.row, 1u);
    EXPECT_NE(difference.reference, 1u);
  }
}

TEST_F(ResultsTest, pairs_rows_by_seed_against_the_first_step) {
  add_all();
  const auto figures = figures_of(plan_.loaded.sweep, {});
  const auto all = row_differences({plan_, seeds_, figures, book_});
  std::vector<RowDifference> differences;
  for (const RowDifference& difference : all) {
    if (difference.figure == 0) differences.push_back(difference);
  }
  ASSERT_EQ(differences.size(), 4u);  // 1-0 along b, 2-0 along a, 3-1 along a, 3-2 along b.
  EXPECT_EQ(differences[0].row, 1u);
  EXPECT_EQ(differences[0].reference, 0u);
  EXPECT_EQ(differences[0].difference.value, 10);
  // Both move with the seed: in the same world nothing is left of the spread.
  EXPECT_EQ(differences[0].difference.interval, (analysis::Interval{10, 10}));
  EXPECT_TRUE(differences[0].is_same_world);
  EXPECT_EQ(differences[3].row, 3u);
  EXPECT_FALSE(differences[3].is_same_world);
}

TEST_F(ResultsTest, takes_differences_of_ratios_from_their_estimates) {
  add_all();
  const auto figures = figures_of(plan_.loaded.sweep, {});
  const auto differences = row_differences({plan_, seeds_, figures, book_});
  ASSERT_EQ(differences[1].row, 1u);
  ASSERT_EQ(differences[1].figure, 1u);
  // 280 of 400 less 240 of 300, though the seeds' ratios are equal.
  EXPECT_NEAR(differences[1].difference.value, -0.1, 1e-12);
}

TEST_F(ResultsTest, gives_up_on_a_figure_that_no_run_has) {
  add_all();
  std::vector<Figure> figures = {{.name = "x", .terminal_group = {}, .statistic = "mean"}};
  figures[0].goal.half_width = 1;
  auto estimates = estimate_rows({plan_, seeds_, figures, book_});
  EXPECT_EQ(estimates[0].decision.precision, Precision::more_seeds);
  EXPECT_GT(estimates[0].decision.next_seed_count, 2u);
  for (const std::uint32_t seed : {3u, 4u, 5u}) {
    add_point(0, seed, 10, "w");
    seeds_[0].push_back(seed);
  }
  estimates = estimate_rows({plan_, seeds_, figures, book_});
  EXPECT_FALSE(estimates[0].estimate);
  EXPECT_EQ(estimates[0].decision.precision, Precision::out_of_reach);
}

TEST_F(ResultsTest, writes_tables_that_say_the_same) {
  add_all();
  const auto figures = figures_of(plan_.loaded.sweep, {});
  points_.push_back({.address = "gone", .row = 3, .seed = 7});
  const SweepReport report{
      .plan = plan_,
      .points = points_,
      .failures = {{.address = "gone", .cause = causes::crash, .words = "killed", .log = {}}},
      .figures = figures,
      .estimates = estimate_rows({plan_, seeds_, figures, book_}),
      .differences = row_differences({plan_, seeds_, figures, book_})};
  EXPECT_NE(estimates_csv(report).find("2,2,x,rtt_ms,,mean,30,"), std::string::npos);
  EXPECT_NE(differences_csv(report).find("1,1,y,0,b,rtt_ms,,mean,10,10,10,2,1\n"),
            std::string::npos);
  const std::string runs = runs_csv(report, book_, complete_);
  EXPECT_NE(runs.find("0,1,x,1,complete,rtt_ms,,mean,9,ms,,,3,s,"), std::string::npos);
  EXPECT_NE(runs.find("3,2,y,7,missing,,,,,,,,,,gone\n"), std::string::npos);

  const fs::path file = store_.folder() / "results.sqlite";
  write_sqlite(report, book_, complete_, file);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  const auto one = [&](const std::string& sql) {
    std::string text;
    const auto take = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) = values[0] == nullptr ? "null" : values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), take, &text, nullptr), SQLITE_OK) << sql;
    return text;
  };
  EXPECT_EQ(one("SELECT value FROM sweep WHERE fact = 'title'"), "A, \"B\"");
  EXPECT_EQ(one("SELECT sum(a) FROM combination WHERE b = 'y'"), "3.0");
  EXPECT_EQ(one("SELECT count(*) FROM run WHERE status = 'complete'"), "8");
  EXPECT_EQ(one("SELECT avg(value) FROM kpi JOIN run USING (address) WHERE kpi = 'rtt_ms'"),
            "25.0");
  EXPECT_EQ(one("SELECT value FROM estimate WHERE combination = 2 AND kpi = 'rtt_ms'"), "30.0");
  EXPECT_EQ(one("SELECT ci_low FROM kpi WHERE kpi = 'rtt_ms'"), "null");
  EXPECT_EQ(one("SELECT cause FROM failure"), "crash");
  sqlite3_close(database);
}

TEST(FigureText, tells_apart_what_shares_a_name) {
  Figure figure{.name = "rtt_ms", .terminal_group = {}, .statistic = "mean"};
  EXPECT_EQ(figure_text(figure), "rtt_ms");
  figure.terminal_group = "car";
  EXPECT_EQ(figure_text(figure), "rtt_ms of car");
  figure.statistic = "p95";
  EXPECT_EQ(figure_text(figure), "rtt_ms of car, p95");
}

TEST(FiguresOf, takes_every_mean_and_ratio_when_none_is_named) {
  std::vector<analysis::Kpi> first;
  const auto add = [&](const char* name, const char* group, const char* statistic) {
    analysis::Kpi kpi;
    kpi.name = name;
    kpi.terminal_group = group;
    kpi.statistic = statistic;
    first.push_back(kpi);
  };
  add("a_ms", "", "mean");
  add("a_ms", "", "p95");
  add("a_ms", "cam", "mean");
  add("b_ratio", "", "ratio");
  const auto figures = figures_of(schema::Sweep(), first);
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_EQ(figures[0].name, "a_ms");
  EXPECT_EQ(figures[1].kind, FigureKind::ratio);
}

}  // namespace
}  // namespace redcell::scenarios
