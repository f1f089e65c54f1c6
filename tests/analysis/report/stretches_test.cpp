// Goal: a long drive in few pieces hides no extreme and leaves no line out. Method: drives of
// lengths around the limit with one dip and one peak at chosen places.
#include "analysis/report/stretches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace redcell::analysis {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<DriveLine> drive(std::size_t count) {
  std::vector<DriveLine> lines(count);
  for (std::size_t i = 0; i < count; ++i) {
    lines[i].time_s = static_cast<double>(i);
    lines[i].figure.fill(none);
    lines[i].figure[EAST_M] = 10.0 * static_cast<double>(i);
    lines[i].figure[NORTH_M] = 0.0;
    lines[i].figure[SS_RSRP_DBM] = -90.0;
    lines[i].figure[RTT_MS] = 25.0;
  }
  return lines;
}

TEST(Stretches, are_as_many_as_lines_while_there_is_room) {
  for (const std::size_t count : {std::size_t{1}, stretch_count_max}) {
    const auto stretches = stretches_of(drive(count));
    ASSERT_EQ(stretches.size(), count);
    EXPECT_EQ(stretches.back().from_s, static_cast<double>(count - 1));
    EXPECT_EQ(stretches.back().place.x, 10.0 * static_cast<double>(count - 1));
  }
}

TEST(Stretches, are_never_more_than_allowed_and_cover_the_whole_drive) {
  for (const std::size_t more : {1U, 2U, 72'000U}) {
    const std::size_t count = stretch_count_max + more;
    const auto stretches = stretches_of(drive(count));
    EXPECT_LE(stretches.size(), stretch_count_max);
    EXPECT_GT(stretches.size(), stretch_count_max / 2);
    EXPECT_EQ(stretches.front().from_s, 0.0);
    EXPECT_EQ(stretches.back().to_s, static_cast<double>(count - 1));
    for (std::size_t i = 1; i < stretches.size(); ++i) {
      EXPECT_EQ(stretches[i].from_s, stretches[i - 1].to_s + 1.0);
    }
  }
}

TEST(Stretches, keep_one_dip_and_one_peak_among_many_lines) {
  for (const std::size_t at : {0U, 1U, 777U, 39'999U}) {
    auto lines = drive(40'000);
    lines[at].figure[SS_RSRP_DBM] = -140.0;
    lines[at].figure[RTT_MS] = 900.0;
    double low = 0.0, high = 0.0, worst_rsrp = 0.0, worst_rtt = 0.0;
    for (const Stretch& stretch : stretches_of(lines)) {
      low = std::min(low, stretch.low[SS_RSRP_DBM]);
      high = std::max(high, stretch.high[RTT_MS]);
      worst_rsrp = std::min(worst_rsrp, worst_of(stretch, SS_RSRP_DBM));
      worst_rtt = std::max(worst_rtt, worst_of(stretch, RTT_MS));
    }
    EXPECT_EQ(low, -140.0) << at;
    EXPECT_EQ(high, 900.0) << at;
    EXPECT_EQ(worst_rsrp, -140.0) << "the least is the worst of a level";
    EXPECT_EQ(worst_rtt, 900.0) << "the greatest is the worst of a delay";
  }
}

TEST(Stretches, know_what_was_not_measured_and_stay_where_a_place_was) {
  auto lines = drive(3);
  lines[1].figure[SS_RSRP_DBM] = none;
  lines[1].figure[EAST_M] = none;
  const auto stretches = stretches_of(lines);
  EXPECT_TRUE(std::isnan(stretches[1].low[SS_RSRP_DBM]));
  EXPECT_TRUE(std::isnan(worst_of(stretches[1], DL_BLER_PERCENT)));
  EXPECT_EQ(stretches[1].place.x, 0.0);
  EXPECT_EQ(stretches[2].place.x, 20.0);
}

}  // namespace
}  // namespace redcell::analysis
