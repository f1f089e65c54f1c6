// Goal: axes become exactly the combinations that the file describes.
// Method: small sweeps written out by hand; laws of Latin hypercubes (each stratum once).
#include "scenarios/sweep/design.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace redcell::scenarios {
namespace {

using Rows = std::vector<std::vector<std::string>>;

schema::Sweep sweep_from(const std::string& text) {
  schema::Sweep sweep;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &sweep));
  return sweep;
}

Rows rows_of(const std::string& text) {
  Rows rows;
  for (const DesignRow& row : make_design(sweep_from(text)).rows) rows.push_back(row.values);
  return rows;
}

TEST(Design, combines_every_axis_with_every_other_the_last_fastest) {
  const Rows expected = {{"1", "a"}, {"1", "b"}, {"2", "a"}, {"2", "b"}};
  EXPECT_EQ(rows_of("axis { name: 'x' value: ['1', '2'] } axis { name: 'y' value: ['a', 'b'] }"),
            expected);
}

TEST(Design, moves_zipped_axes_together) {
  const Rows expected = {{"1", "u", "a"}, {"1", "v", "a"}, {"2", "u", "b"}, {"2", "v", "b"}};
  EXPECT_EQ(rows_of("axis { name: 'x' zip: 'z' value: ['1', '2'] }"
                    "axis { name: 'w' value: ['u', 'v'] }"
                    "axis { name: 'y' zip: 'z' value: ['a', 'b'] }"),
            expected);
}

TEST(Design, spaces_ranges_equally_with_both_ends) {
  const Rows expected = {{"0.1"}, {"0.2"}, {"0.3"}, {"0.4"}};
  EXPECT_EQ(rows_of("axis { name: 'x' range { first: 0.1 last: 0.4 count: 4 } }"), expected);
  const Rows falling = {{"20"}, {"15"}, {"10"}};
  EXPECT_EQ(rows_of("axis { name: 'x' range { first: 20 last: 10 count: 3 } }"), falling);
}

TEST(Design, spaces_log_ranges_by_equal_ratios) {
  const Rows expected = {{"1"}, {"10"}, {"100"}, {"1000"}};
  EXPECT_EQ(rows_of("axis { name: 'x' log_range { first: 1 last: 1000 count: 4 } }"), expected);
}

TEST(Design, leaves_out_what_a_constraint_excludes) {
  const std::string axes =
      "axis { name: 'load' range { first: 1 last: 3 count: 3 } }"
      "axis { name: 'policy' value: ['PF', 'RR'] }";
  const Rows expected = {{"1", "PF"}, {"1", "RR"}, {"2", "PF"}, {"3", "PF"}};
  EXPECT_EQ(rows_of(axes + "constraint: 'policy == PF or load < 2'"), expected);
  EXPECT_EQ(make_design(sweep_from(axes + "constraint: 'load != 2'")).left_out, 2u);
  EXPECT_TRUE(rows_of(axes + "constraint: 'load > policy'").empty());
}

TEST(Design, compares_columns_as_numbers) {
  const Rows expected = {{"9", "10"}, {"9", "9"}};
  EXPECT_EQ(rows_of("axis { name: 'a' value: ['9', '10.5'] }"
                    "axis { name: 'b' value: ['10', '9'] } constraint: 'a <= b'"),
            expected);
}

TEST(Design, refuses_what_is_no_constraint) {
  const std::vector<Column> columns = columns_of(sweep_from("axis { name: 'a' value: '1' }"));
  std::string why;
  for (const char* text :
       {"", "a", "a <", "b < 1", "a ~ 1", "a < 1 or", "a < 1 and a > 0", "a < 1 or a"}) {
    EXPECT_FALSE(Constraint::parse(text, columns, why)) << text;
  }
  EXPECT_TRUE(Constraint::parse("a < 1 or a >= 3", columns, why));
}

TEST(Design, uses_each_stratum_of_a_hypercube_once) {
  constexpr std::size_t count = 40;
  const Design design = make_design(
      sweep_from("latin_hypercube { name: 'box' samples: 40 dimension { name: 'a' low: -1 high: 3 }"
                 "dimension { name: 'b' low: 1 high: 1e4 log: true }"
                 "dimension { name: 'c' low: 0 high: 9 whole: true } }"));
  ASSERT_EQ(design.rows.size(), count);
  std::set<int> a_strata;
  std::set<int> b_strata;
  std::set<int> a_places;  // Tenths inside the stratum.
  for (const DesignRow& row : design.rows) {
    a_strata.insert(static_cast<int>((std::stod(row.values[0]) + 1) / 4 * count));
    a_places.insert(static_cast<int>((std::stod(row.values[0]) + 1) / 4 * count * 10) % 10);
    b_strata.insert(static_cast<int>(std::log10(std::stod(row.values[1])) / 4 * count));
    EXPECT_EQ(row.values[2].find('.'), std::string::npos);
  }
  EXPECT_EQ(a_strata.size(), count);
  EXPECT_EQ(b_strata.size(), count);
  EXPECT_GT(a_places.size(), 7u);
}

TEST(Design, draws_the_same_hypercube_from_the_same_seed) {
  const std::string head = "latin_hypercube { name: 'box' samples: 10 ";
  const std::string tail =
      "dimension { name: 'a' low: 0 high: 1 } dimension { name: 'b' low: 0 "
      "high: 1 } }";
  EXPECT_EQ(rows_of(head + tail), rows_of(head + tail));
  EXPECT_NE(rows_of(head + tail), rows_of(head + "seed: 2 " + tail));
  for (const std::vector<std::string>& row : rows_of(head + tail)) EXPECT_NE(row[0], row[1]);
}

TEST(Design, counts_combinations_without_making_them) {
  EXPECT_EQ(combination_count(sweep_from("axis { name: 'a' range { count: 100000 } }"
                                         "axis { name: 'b' range { count: 100000 } }")),
            std::size_t{10'000'000'000});
  EXPECT_EQ(combination_count(sweep_from("")), 1u);
}

TEST(Design, tells_people_of_zipped_axes_only_what_tells_their_steps_apart) {
  const auto told = [](const std::string& text) {
    std::string names;
    for (const Column& column : columns_of(sweep_from(text))) {
      if (column.is_told) names += column.name;
    }
    return names;
  };
  const std::string same = "axis { name: 'm' zip: 'z' value: ['1', '1'] }";
  const std::string apart = "axis { name: 'a' zip: 'z' value: ['1', '2'] }";
  const std::string more = "axis { name: 'b' zip: 'z' value: ['3', '4'] }";
  const std::string other = "axis { name: 'x' value: ['3', '4'] }";
  EXPECT_EQ(told(apart + same + more + other), "ax");
  EXPECT_EQ(told(same + other + apart + more), "mxa");
}

}  // namespace
}  // namespace redcell::scenarios
