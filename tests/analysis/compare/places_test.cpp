// Goal: places and handovers of two logs are compared as they should. Method: sides whose means in
// each place are known by construction.
#include "analysis/compare/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace redcell::analysis {
namespace {

using testing::HasSubstr;

/// Ten metres a second to the east; rsrp of a second is level + slope x its place of 50 m.
Side side_of(double level, double slope, double east_from_m, int seconds) {
  Side side;
  side.is_run = true;
  for (int i = 0; i < seconds; ++i) {
    const double east_m = east_from_m + 10.0 * i;
    side.series[EAST_M].push_back({0, i, east_m});
    side.series[NORTH_M].push_back({0, i, 7.0});
    side.series[SS_RSRP_DBM].push_back({0, i, level + slope * std::floor(east_m / 50.0)});
  }
  return side;
}

TEST(Places, of_two_runs_are_squares_with_the_means_of_both) {
  const PlaceComparison places =
      compare_places(side_of(-90, 1, 0, 100), side_of(-93, 1, 0, 100), 50.0);
  EXPECT_TRUE(places.is_grid);
  ASSERT_EQ(places.kpi.size(), 1U);
  const PlacedKpi& kpi = places.kpi[0];
  EXPECT_EQ(kpi.name, "ss_rsrp_dbm");
  ASSERT_EQ(kpi.place.size(), 20U);
  EXPECT_EQ(kpi.place[3].east_m, 175.0);
  EXPECT_EQ(kpi.place[3].north_m, 25.0);
  EXPECT_EQ(kpi.place[3].a.seconds, 5U);
  EXPECT_DOUBLE_EQ(kpi.place[3].a.mean, -87.0);
  EXPECT_DOUBLE_EQ(kpi.mean_difference, 3.0);
  EXPECT_DOUBLE_EQ(kpi.rms_difference, 3.0);
  EXPECT_NEAR(kpi.correlation, 1.0, 1e-12);
}

/// Of one figure over places of a size; 0 when it has none.
std::size_t place_count(const Side& a, const Side& b, double size_m) {
  const PlaceComparison places = compare_places(a, b, size_m);
  return places.kpi.empty() ? 0 : places.kpi[0].place.size();
}

TEST(Places, count_only_where_both_were_long_enough) {
  // The second begins at 300 m: 14 of 20 squares; with two seconds a square of 20 m none.
  const Side whole = side_of(-90, 1, 0, 100);
  EXPECT_EQ(place_count(whole, side_of(-90, 1, 300, 70), 50.0), 14U);
  EXPECT_EQ(place_count(whole, whole, 20.0), 0U);
  EXPECT_EQ(place_count(whole, whole, 30.0), 33U) << "three seconds are enough";
}

TEST(Places, of_field_logs_are_counted_from_the_start_of_the_way) {
  Side field = side_of(-90, 1, 5000, 100);
  field.is_run = false;
  const PlaceComparison places = compare_places(side_of(-90, -1, 0, 100), field, 50.0);
  EXPECT_FALSE(places.is_grid);
  ASSERT_EQ(places.kpi.size(), 1U);
  ASSERT_EQ(places.kpi[0].place.size(), 20U);
  EXPECT_EQ(places.kpi[0].place[2].east_m, 125.0);
  EXPECT_EQ(places.kpi[0].place[2].north_m, 0.0);
  EXPECT_NEAR(places.kpi[0].correlation, -1.0, 1e-12) << "one falls where the other rises";
}

TEST(Places, of_field_logs_with_known_origins_are_squares_of_the_first) {
  Side a = side_of(-90, 1, 0, 100), b = side_of(-93, 1, -1000, 100);
  a.is_run = b.is_run = false;
  a.origin_deg = {{0.0, 121.0}};
  // On the equator a degree of longitude has 111 319.49 m: b's metres count from 1000.5 m east.
  b.origin_deg = {{0.0, 121.0 + 1000.5 / 111'319.49}};
  const PlaceComparison places = compare_places(a, b, 50.0);
  EXPECT_TRUE(places.is_grid);
  ASSERT_EQ(places.kpi.size(), 1U);
  ASSERT_EQ(places.kpi[0].place.size(), 20U);
  EXPECT_EQ(places.kpi[0].place[3].east_m, 175.0);
  // b's level counts from its own metres: 20 places of 50 m lie between.
  EXPECT_NEAR(places.kpi[0].mean_difference, 3.0 + 20.0, 1e-9);
  b.origin_deg.reset();
  EXPECT_FALSE(compare_places(a, b, 50.0).is_grid);
}

TEST(Places, of_several_terminals_each_begin_their_own_way) {
  Side one = side_of(-90, 0, 0, 20);
  one.is_run = false;
  Side two = one;
  for (std::size_t column : {EAST_M, NORTH_M, SS_RSRP_DBM}) {
    for (int i = 0; i < 20; ++i) {
      SecondSample sample = one.series[column][static_cast<std::size_t>(i)];
      sample.ue = 1;
      if (column == EAST_M) sample.value += 90'000.0;
      two.series[column].push_back(sample);
    }
  }
  const PlaceComparison places = compare_places(one, two, 50.0);
  ASSERT_EQ(places.kpi.size(), 1U);
  EXPECT_EQ(places.kpi[0].place.size(), 4U);
  EXPECT_EQ(places.kpi[0].place[1].b.seconds, 10U) << "both terminals' seconds";
}

TEST(Places, are_written_with_units_in_the_names) {
  const PlaceComparison places =
      compare_places(side_of(-90, 1, 0, 10), side_of(-93, 1, 0, 10), 50.0);
  EXPECT_EQ(places_csv(places),
            "kpi,east_m,north_m,a_mean,a_seconds,b_mean,b_seconds,difference\n"
            "ss_rsrp_dbm,25,25,-90,5,-93,5,3\n"
            "ss_rsrp_dbm,75,25,-89,5,-92,5,3\n");
  EXPECT_THAT(places_text(places),
              HasSubstr("ss_rsrp_dbm               2            3            3"));
  EXPECT_THAT(places_html(places), HasSubstr("<td>ss_rsrp_dbm</td><td>2</td><td>3</td>"));
  EXPECT_EQ(places_html({}), "");
}

TEST(Handovers, are_compared_where_both_sides_have_them) {
  Side a, b;
  a.interruption_ms[DOWNLINK] = {20, 30, 40, 50};
  b.interruption_ms[DOWNLINK] = {120, 130, 140, 150};
  a.handover_distance_m = {100};
  const std::vector<HandoverKpi> handovers = compare_handovers(a, b);
  ASSERT_EQ(handovers.size(), 1U);
  EXPECT_EQ(handovers[0].name, "handover_interruption_ms");
  EXPECT_EQ(handovers[0].ks, 1.0);
  EXPECT_EQ(handovers[0].wasserstein, 100.0);
  // Of 70 orders of four and four two keep the sides apart.
  EXPECT_NEAR(handovers[0].ks_p.value(), 2.0 / 70.0, 1e-12);
  EXPECT_FALSE(compare_handovers(a, b, true)[0].ks_p.has_value());
  EXPECT_THAT(handovers_text(handovers), HasSubstr("30       130        50       150  1.000"));
  EXPECT_THAT(handovers_html(handovers), HasSubstr("<td>4 / 4</td><td>30 / 130</td>"));
}

}  // namespace
}  // namespace redcell::analysis
