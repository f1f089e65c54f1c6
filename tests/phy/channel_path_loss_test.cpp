// Goal: path loss is that of TR 38.901 Table 7.4.1-1, and what lies outside its range is named.
// Method: published figures for 5 GHz, laws at the breakpoint and at infinity, and one broken limit
// at a time.
#include "phy/channel/path_loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/math.h"

namespace redcell::phy {
namespace {

using base::Hertz;
using base::Metres;

struct Vector {
  PathLossModel model;
  double bs_height_m;
  double distance_2d_m;
  double loss_db;
};

// 5 GHz, terminals at 1.5 m, 4 decimals: TR 38.901 Table 7.4.1-1 as the test suite of ns-3 gives it
// (three-gpp-propagation-loss-model-test-suite.cc).
constexpr Vector vectors[] = {
    {PathLossModel::rma_los, 35.0, 10.0, 77.3784},
    {PathLossModel::rma_los, 35.0, 100.0, 87.2965},
    {PathLossModel::rma_los, 35.0, 1000.0, 108.5577},
    {PathLossModel::rma_los, 35.0, 10000.0, 140.3896},
    {PathLossModel::rma_nlos, 35.0, 10.0, 77.3784},
    {PathLossModel::rma_nlos, 35.0, 100.0, 95.7718},
    {PathLossModel::rma_nlos, 35.0, 1000.0, 133.5223},
    {PathLossModel::rma_nlos, 35.0, 5000.0, 160.5169},
    {PathLossModel::uma_los, 25.0, 10.0, 72.938},
    {PathLossModel::uma_los, 25.0, 100.0, 86.2362},
    {PathLossModel::uma_los, 25.0, 1000.0, 109.7252},
    {PathLossModel::uma_los, 25.0, 5000.0, 137.6794},
    {PathLossModel::uma_nlos, 25.0, 10.0, 82.5131},
    {PathLossModel::uma_nlos, 25.0, 100.0, 106.1356},
    {PathLossModel::uma_nlos, 25.0, 1000.0, 144.7641},
    {PathLossModel::uma_nlos, 25.0, 5000.0, 172.0753},
    {PathLossModel::umi_los, 10.0, 10.0, 69.8591},
    {PathLossModel::umi_los, 10.0, 100.0, 88.4122},
    {PathLossModel::umi_los, 10.0, 1000.0, 119.3114},
    {PathLossModel::umi_los, 10.0, 5000.0, 147.2696},
    {PathLossModel::umi_nlos, 10.0, 10.0, 76.7563},
    {PathLossModel::umi_nlos, 10.0, 100.0, 107.9432},
    {PathLossModel::umi_nlos, 10.0, 1000.0, 143.1886},
    {PathLossModel::umi_nlos, 10.0, 5000.0, 167.8617},
    {PathLossModel::inh_los, 3.0, 1.0, 50.8072},
    {PathLossModel::inh_los, 3.0, 10.0, 63.763},
    {PathLossModel::inh_los, 3.0, 50.0, 75.775},
    {PathLossModel::inh_los, 3.0, 100.0, 80.9802},
    {PathLossModel::inh_nlos, 3.0, 1.0, 50.8072},
    {PathLossModel::inh_nlos, 3.0, 10.0, 73.1894},
    {PathLossModel::inh_nlos, 3.0, 50.0, 99.7824},
    {PathLossModel::inh_nlos, 3.0, 100.0, 111.3062},
};
// The published figures agree with the table's formulas within 2 thousandths of a decibel.
constexpr double vector_tolerance_db = 2e-3;

PathGeometry geometry(double distance_m, double bs_m, double ut_m, double carrier_hz) {
  return {Metres(distance_m), Metres(bs_m), Metres(ut_m), Hertz(carrier_hz)};
}

TEST(PathLoss, equals_the_published_figures) {
  for (const Vector& v : vectors) {
    const base::Db loss = path_loss(v.model, geometry(v.distance_2d_m, v.bs_height_m, 1.5, 5e9));
    EXPECT_NEAR(loss.value(), v.loss_db, vector_tolerance_db)
        << static_cast<int>(v.model) << " at " << v.distance_2d_m;
  }
}

TEST(PathLoss, in_free_space_grows_20_db_per_decade_of_distance_and_of_frequency) {
  const auto loss = [](double distance_m, double carrier_hz) {
    // Equal heights: distance in space is distance on the ground.
    return path_loss(PathLossModel::free_space, geometry(distance_m, 10.0, 10.0, carrier_hz))
        .value();
  };
  EXPECT_NEAR(loss(1.0, 1e9), 32.4478, 1e-4);  // 20 log10(4 pi 1 GHz / c).
  EXPECT_NEAR(loss(1000.0, 1e9) - loss(100.0, 1e9), 20.0, 1e-9);
  EXPECT_NEAR(loss(50.0, 30e9) - loss(50.0, 3e9), 20.0, 1e-9);
}

TEST(PathLoss, is_continuous_at_the_breakpoint_and_steeper_beyond) {
  // UMa: 4 * 24 * 0.5 * 2.6e9 / 3e8 = 416 m; RMa: 2 pi 35 * 1.5 * 0.7e9 / 3e8 = 769.69 m.
  const struct {
    PathLossModel model;
    double bs_m, carrier_hz, breakpoint_m, jump_db_max;
  } cases[] = {{PathLossModel::uma_los, 25.0, 2.6e9, 416.0, 0.05},
               // UMi: 4 * 9 * 0.5 * 2.6e9 / 3e8 = 156 m.
               {PathLossModel::umi_los, 10.0, 2.6e9, 156.0, 0.05},
               {PathLossModel::rma_los, 35.0, 0.7e9, 769.69, 0.05}};
  for (const auto& c : cases) {
    const auto loss = [&](double distance_m) {
      return path_loss(c.model, geometry(distance_m, c.bs_m, 1.5, c.carrier_hz)).value();
    };
    EXPECT_NEAR(loss(c.breakpoint_m * 1.0001), loss(c.breakpoint_m * 0.9999), c.jump_db_max);
    EXPECT_LT(loss(c.breakpoint_m) - loss(c.breakpoint_m / 2.0), 8.0);
    EXPECT_NEAR(loss(c.breakpoint_m * 4.0) - loss(c.breakpoint_m * 2.0), 40.0 * std::log10(2.0),
                0.05);
  }
}

TEST(PathLoss, depends_on_carrier_and_heights_as_the_table_says) {
  const auto loss = [](PathLossModel model, double bs_m, double ut_m, double carrier_hz) {
    // 400 m, and far enough that none of these is overtaken by line of sight.
    return path_loss(model, geometry(400.0, bs_m, ut_m, carrier_hz)).value();
  };
  using enum PathLossModel;
  EXPECT_NEAR(loss(uma_nlos, 25.0, 1.5, 20e9) - loss(uma_nlos, 25.0, 1.5, 2e9), 20.0, 1e-9);
  EXPECT_NEAR(loss(umi_nlos, 10.0, 1.5, 20e9) - loss(umi_nlos, 10.0, 1.5, 2e9), 21.3, 1e-9);
  EXPECT_NEAR(loss(inh_nlos, 3.0, 1.5, 20e9) - loss(inh_nlos, 3.0, 1.5, 2e9), 24.9, 1e-9);
  EXPECT_NEAR(loss(inh_los, 3.0, 1.5, 20e9) - loss(inh_los, 3.0, 1.5, 2e9), 20.0, 1e-9);
  // Terminals as far above the antenna as below are at the same distance.
  EXPECT_NEAR(loss(uma_nlos, 7.0, 12.0, 3.5e9) - loss(uma_nlos, 7.0, 2.0, 3.5e9), -6.0, 1e-9);
  EXPECT_NEAR(loss(umi_nlos, 10.0, 15.0, 3.5e9) - loss(umi_nlos, 10.0, 5.0, 3.5e9), -3.0, 1e-9);
  // TR 38.901 RMa: 3.2 (lg(11.75 h))^2 falls with the terminal's height.
  const auto shape = [](double h) { return 3.2 * std::log10(11.75 * h) * std::log10(11.75 * h); };
  const double far_db = 43.42 - 3.1 * std::log10(35.0);
  const double stretch = far_db * std::log10(std::hypot(400.0, 33.5) / std::hypot(400.0, 26.0));
  EXPECT_NEAR(loss(rma_nlos, 35.0, 1.5, 0.7e9) - loss(rma_nlos, 35.0, 9.0, 0.7e9),
              shape(9.0) - shape(1.5) + stretch, 1e-9);
}

TEST(PathLoss, is_never_less_without_line_of_sight) {
  const struct {
    PathLossModel los, nlos;
    double bs_m;
  } pairs[] = {{PathLossModel::uma_los, PathLossModel::uma_nlos, 25.0},
               {PathLossModel::umi_los, PathLossModel::umi_nlos, 10.0},
               {PathLossModel::rma_los, PathLossModel::rma_nlos, 35.0},
               {PathLossModel::inh_los, PathLossModel::inh_nlos, 3.0}};
  for (const auto& pair : pairs) {
    for (double distance_m = 1.0; distance_m < 20e3; distance_m *= 1.3) {
      for (const double ut_m : {1.0, 1.5, 12.0}) {
        for (const double carrier_hz : {0.6e9, 3.5e9, 30e9}) {
          const PathGeometry g = geometry(distance_m, pair.bs_m, ut_m, carrier_hz);
          EXPECT_GE(path_loss(pair.nlos, g), path_loss(pair.los, g)) << distance_m;
        }
      }
    }
  }
}

std::string finding(PathLossModel model, const PathGeometry& g) {
  const auto found = path_loss_range_finding(model, g);
  if (!found) return "none";
  EXPECT_TRUE(found->value < found->low || found->value > found->high);
  EXPECT_EQ(found->clause.substr(0, 23), "TR 38.901 Table 7.4.1-1");
  return std::string(found->quantity);
}

TEST(PathLossRange, names_the_quantity_that_is_out_of_range) {
  const auto uma = PathLossModel::uma_los;
  EXPECT_EQ(finding(uma, geometry(10.0, 25.0, 1.5, 2.6e9)), "none");
  EXPECT_EQ(finding(uma, geometry(5000.0, 25.0, 13.0, 100e9)), "none");
  EXPECT_EQ(finding(uma, geometry(9.9, 25.0, 1.5, 2.6e9)), "distance_2d_m");
  EXPECT_EQ(finding(uma, geometry(5001.0, 25.0, 1.5, 2.6e9)), "distance_2d_m");
  EXPECT_EQ(finding(uma, geometry(100.0, 30.0, 1.5, 2.6e9)), "bs_height_m");
  EXPECT_EQ(finding(uma, geometry(100.0, 25.0, 1.4, 2.6e9)), "ut_height_m");
  EXPECT_EQ(finding(uma, geometry(100.0, 25.0, 13.1, 2.6e9)), "ut_height_m");
  EXPECT_EQ(finding(uma, geometry(100.0, 25.0, 1.5, 0.4e9)), "carrier_hz");
  const auto rma = PathLossModel::rma_los;
  EXPECT_EQ(finding(rma, geometry(10000.0, 150.0, 10.0, 30e9)), "none");
  EXPECT_EQ(finding(rma, geometry(10001.0, 35.0, 1.5, 0.7e9)), "distance_2d_m");
  EXPECT_EQ(finding(rma, geometry(100.0, 9.0, 1.5, 0.7e9)), "bs_height_m");
  EXPECT_EQ(finding(rma, geometry(100.0, 35.0, 10.1, 0.7e9)), "ut_height_m");
  EXPECT_EQ(finding(rma, geometry(100.0, 35.0, 1.5, 31e9)), "carrier_hz");
  const auto rma_nlos = PathLossModel::rma_nlos;
  EXPECT_EQ(finding(rma_nlos, geometry(5000.0, 35.0, 1.5, 0.7e9)), "none");
  EXPECT_EQ(finding(rma_nlos, geometry(5001.0, 35.0, 1.5, 0.7e9)), "distance_2d_m");
  EXPECT_EQ(finding(PathLossModel::uma_nlos, geometry(100.0, 25.0, 13.1, 2.6e9)), "ut_height_m");
  for (const auto umi : {PathLossModel::umi_los, PathLossModel::umi_nlos}) {
    EXPECT_EQ(finding(umi, geometry(5000.0, 10.0, 22.5, 0.5e9)), "none");
    EXPECT_EQ(finding(umi, geometry(5001.0, 10.0, 1.5, 2.6e9)), "distance_2d_m");
    EXPECT_EQ(finding(umi, geometry(9.9, 10.0, 1.5, 2.6e9)), "distance_2d_m");
    EXPECT_EQ(finding(umi, geometry(100.0, 10.0, 22.6, 2.6e9)), "ut_height_m");
    EXPECT_EQ(finding(umi, geometry(100.0, 25.0, 1.5, 2.6e9)), "bs_height_m");
    EXPECT_EQ(finding(umi, geometry(100.0, 10.0, 1.5, 101e9)), "carrier_hz");
  }
  for (const auto inh : {PathLossModel::inh_los, PathLossModel::inh_nlos}) {
    EXPECT_EQ(finding(inh, geometry(149.9, 3.0, 1.0, 2.6e9)), "none");
    EXPECT_EQ(finding(inh, geometry(150.0, 3.0, 1.0, 2.6e9)), "distance_3d_m");
    EXPECT_EQ(finding(inh, geometry(0.1, 1.9, 1.0, 2.6e9)), "distance_3d_m");
    EXPECT_EQ(finding(inh, geometry(0.0, 3.0, 1.0, 2.6e9)), "none");
    EXPECT_EQ(finding(inh, geometry(10.0, 3.0, 1.0, 0.4e9)), "carrier_hz");
  }
  EXPECT_EQ(finding(PathLossModel::free_space, geometry(1e6, 1.0, 500.0, 1e6)), "none");
}

TEST(PathLossDeathTest, rejects_what_is_no_geometry) {
  const auto loss = [](const PathGeometry& g) { (void)path_loss(PathLossModel::uma_los, g); };
  EXPECT_DEATH(loss(geometry(-1.0, 25.0, 1.5, 2.6e9)), "broken precondition");
  EXPECT_DEATH(loss(geometry(10.0, 0.0, 1.5, 2.6e9)), "broken precondition");
  EXPECT_DEATH(loss(geometry(10.0, 25.0, 1.5, 0.0)), "broken precondition");
  EXPECT_DEATH(loss(geometry(0.0, 25.0, 25.0, 2.6e9)), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
