// Goal: the front holds what no combination beats, and nothing else.
// Method: small tables drawn by hand; random ones against the definition, pair by pair; the picture
// and the table that carry it.
#include "scenarios/sweep/pareto.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "scenarios/sweep/picture.h"
#include "scenarios/sweep/tables.h"

namespace redcell::scenarios {
namespace {

using Wanted = schema::WantedKpi;

Figure figure(const std::string& name, Wanted::Side better) {
  return {.name = name,
          .terminal_group = {},
          .statistic = "mean",
          .kind = FigureKind::mean,
          .goal = {},
          .better = better};
}
RowEstimate estimate_of(std::size_t row, std::size_t figure, double value) {
  return {.row = row,
          .figure = figure,
          .estimate = Estimate{.value = value, .interval = {value - 1, value + 1}, .seed_count = 3},
          .decision = {}};
}
/// values[row][figure]
std::vector<RowEstimate> estimates(const std::vector<std::vector<double>>& values) {
  std::vector<RowEstimate> all;
  for (std::size_t row = 0; row < values.size(); ++row) {
    for (std::size_t f = 0; f < values[row].size(); ++f) {
      all.push_back(estimate_of(row, f, values[row][f]));
    }
  }
  return all;
}
std::vector<std::size_t> rows_on(const Front& front) {
  std::vector<std::size_t> rows;
  for (const FrontRow& row : front.rows) {
    if (row.is_on_front) rows.push_back(row.row);
  }
  return rows;
}
const std::vector<Figure> rate_and_delay = {
    figure("rate", Wanted::MORE), figure("note", Wanted::NEITHER), figure("delay", Wanted::LESS)};

TEST(ParetoFront, holds_what_no_combination_beats) {
  const auto all = estimates({{10, 0, 5}, {20, 0, 9}, {15, 0, 9}, {20, 0, 12}, {5, 0, 4}});
  const Front front = pareto_front(rate_and_delay, all);
  EXPECT_EQ(front.figures, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(rows_on(front), (std::vector<std::size_t>{0, 1, 4}));
}

TEST(ParetoFront, keeps_equals_together) {
  EXPECT_EQ(rows_on(pareto_front(rate_and_delay, estimates({{10, 0, 5}, {10, 1, 5}, {9, 0, 5}}))),
            (std::vector<std::size_t>{0, 1}));
}

TEST(ParetoFront, knows_the_place_of_each_row_and_of_no_other) {
  auto all = estimates({{10, 0, 5}, {5, 0, 9}, {1, 0, 1}, {20, 0, 9}});
  all[6].estimate.reset();  // Row 2 lacks its first figure.
  const Front front = pareto_front(rate_and_delay, all);
  EXPECT_EQ(front.has(0), true);
  EXPECT_EQ(front.has(1), false);
  EXPECT_EQ(front.has(2), std::nullopt);
  EXPECT_EQ(front.has(3), true);
  EXPECT_EQ(front.has(4), std::nullopt);
}

TEST(ParetoFront, needs_two_sides) {
  const auto all = estimates({{1, 2}, {2, 1}});
  EXPECT_TRUE(
      pareto_front({figure("a", Wanted::MORE), figure("b", Wanted::NEITHER)}, all).rows.empty());
  EXPECT_FALSE(
      pareto_front({figure("a", Wanted::MORE), figure("b", Wanted::MORE)}, all).rows.empty());
}

TEST(ParetoFront, leaves_out_rows_that_lack_a_figure) {
  auto all = estimates({{10, 0, 5}, {20, 0, 9}});
  all.back().estimate.reset();
  const Front front = pareto_front(rate_and_delay, all);
  ASSERT_EQ(front.rows.size(), 1U);
  EXPECT_EQ(rows_on(front), (std::vector<std::size_t>{0}));
}

TEST(ParetoFront, is_what_the_definition_says_over_random_tables) {
  const base::Random random(3, 1);
  const std::vector<Figure> figures = {figure("a", Wanted::MORE), figure("b", Wanted::LESS),
                                       figure("c", Wanted::MORE)};
  for (std::uint32_t table = 0; table < 50; ++table) {
    std::vector<std::vector<double>> values(12, std::vector<double>(3));
    for (std::uint32_t row = 0; row < 12; ++row) {
      for (std::uint32_t f = 0; f < 3; ++f) {
        // Few steps, so that there are ties.
        values[row][f] =
            static_cast<double>(random.at(base::Purpose::placement, {table, row}, f)[0] % 5);
      }
    }
    const Front front = pareto_front(figures, estimates(values));
    ASSERT_EQ(front.rows.size(), 12U);
    for (const FrontRow& one : front.rows) {
      bool is_beaten = false;
      for (const auto& other : values) {
        const auto& mine = values[one.row];
        const bool no_worse = other[0] >= mine[0] && other[1] <= mine[1] && other[2] >= mine[2];
        is_beaten = is_beaten || (no_worse && other != mine);
      }
      EXPECT_NE(one.is_on_front, is_beaten) << "table " << table << " row " << one.row;
    }
  }
}

TEST(ParetoFront, stands_in_the_table_and_in_the_picture) {
  Plan plan{.loaded = {}, .design = {}, .rows = {}, .base_text = {}, .build = {}};
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "axis { name: 'policy' value: ['PF', 'RR', 'QOS'] }", &plan.loaded.sweep));
  plan.design = make_design(plan.loaded.sweep);
  const SweepReport report{.plan = plan,
                           .points = {},
                           .failures = {},
                           .figures = rate_and_delay,
                           .estimates = estimates({{10, 0, 5}, {20, 0, 9}, {15, 0, 9}}),
                           .differences = {}};
  const std::string csv = estimates_csv(report);
  EXPECT_NE(csv.find(",on_front\n"), std::string::npos);
  EXPECT_NE(csv.find("0,PF,rate,,mean,10,9,11,3,no goal,,1\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("2,QOS,rate,,mean,15,14,16,3,no goal,,0\n"), std::string::npos) << csv;
  const std::string svg = sweep_svg(report);
  EXPECT_NE(svg.find("delay over rate: what no combination beats"), std::string::npos);
  EXPECT_NE(svg.find(">policy=PF<"), std::string::npos);
  EXPECT_NE(svg.find(">policy=RR<"), std::string::npos);
  EXPECT_EQ(svg.find(">policy=QOS<"), std::string::npos);
}

}  // namespace
}  // namespace redcell::scenarios
