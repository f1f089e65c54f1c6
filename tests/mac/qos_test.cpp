// Goal: 5QIs mean what the standard's table says.
// Method: golden points of TS 23.501 Table 5.7.4-1, typed from the table and not from the file, and
// laws that each row keeps.
#include "mac/qos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace redcell::mac {
namespace {

struct Golden {
  int five_qi;
  ResourceType type;
  int level;
  std::int64_t budget_ms;
  std::int64_t core_ms;
  double error_rate;
};

TEST(Qos, equals_the_standard_table_at_golden_points) {
  constexpr auto non_gbr = ResourceType::non_gbr;
  constexpr auto gbr = ResourceType::gbr;
  constexpr auto critical = ResourceType::delay_critical_gbr;
  constexpr std::array golden{
      Golden{1, gbr, 20, 100, 20, 1e-2},     Golden{2, gbr, 40, 150, 20, 1e-3},
      Golden{3, gbr, 30, 50, 20, 1e-3},      Golden{4, gbr, 50, 300, 20, 1e-6},
      Golden{5, non_gbr, 10, 100, 20, 1e-6}, Golden{6, non_gbr, 60, 300, 20, 1e-6},
      Golden{7, non_gbr, 70, 100, 20, 1e-3}, Golden{8, non_gbr, 80, 300, 20, 1e-6},
      Golden{9, non_gbr, 90, 300, 20, 1e-6}, Golden{65, gbr, 7, 75, 10, 1e-2},
      Golden{69, non_gbr, 5, 60, 10, 1e-6},  Golden{71, gbr, 56, 150, 20, 1e-6},
      Golden{80, non_gbr, 68, 10, 2, 1e-6},  Golden{82, critical, 19, 10, 1, 1e-4},
      Golden{84, critical, 24, 30, 5, 1e-5}, Golden{85, critical, 21, 5, 2, 1e-5},
      Golden{90, critical, 25, 20, 1, 1e-4}};
  for (const Golden& point : golden) {
    const auto row = standardised_5qi(point.five_qi);
    ASSERT_TRUE(row) << point.five_qi;
    EXPECT_EQ(row->resource_type, point.type) << point.five_qi;
    EXPECT_EQ(row->priority_level, point.level) << point.five_qi;
    EXPECT_EQ(row->delay_budget, base::milliseconds(point.budget_ms)) << point.five_qi;
    EXPECT_EQ(row->core_budget, base::milliseconds(point.core_ms)) << point.five_qi;
    EXPECT_EQ(row->packet_error_rate, point.error_rate) << point.five_qi;
    EXPECT_EQ(row->averaging_window, base::milliseconds(point.type == non_gbr ? 0 : 2000));
  }
}

TEST(Qos, leaves_each_row_some_budget_for_the_radio_and_guarantees_a_window) {
  const std::vector<int> known = standardised_5qis();
  EXPECT_EQ(known.size(), 31U);
  EXPECT_TRUE(std::is_sorted(known.begin(), known.end()));
  for (const int five_qi : known) {
    const auto row = standardised_5qi(five_qi);
    ASSERT_TRUE(row);
    EXPECT_GT(row->core_budget, base::Duration(0)) << five_qi;
    EXPECT_GT(row->radio_budget(), base::Duration(0)) << five_qi;
    EXPECT_GE(row->priority_level, 1);
    EXPECT_LE(row->priority_level, 127);
    EXPECT_EQ(row->is_gbr(), row->averaging_window > base::Duration(0)) << five_qi;
  }
}

TEST(Qos, knows_no_other) {
  for (const int five_qi : {0, 11, 64, 68, 75, 77, 78, 81, 91, 128}) {
    EXPECT_FALSE(standardised_5qi(five_qi)) << five_qi;
  }
}

TEST(Qos, takes_a_flow_without_a_word_for_5qi_9) {
  const QosFlow silent;
  const QosFlow nine = qos_flow(9);
  EXPECT_EQ(silent.priority_level, nine.priority_level);
  EXPECT_EQ(silent.radio_budget, nine.radio_budget);
  EXPECT_EQ(silent.averaging_window, nine.averaging_window);
  EXPECT_EQ(nine.dl_gfbr_bps, 0);
  EXPECT_EQ(nine.ul_gfbr_bps, 0);
}

}  // namespace
}  // namespace redcell::mac
