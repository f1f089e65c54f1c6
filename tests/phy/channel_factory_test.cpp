// Goal: factory halls (InF) have the path loss, shadowing and line of sight of TR 38.901 Tables
// 7.4.1-1 and 7.4.2-1. Method: golden figures of a second program, which multiplies powers of
// distance and carrier and raises the free part of the floor to a power; laws; one broken limit at
// a time.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "phy/channel/environment.h"
#include "phy/channel/large_scale_parameters.h"

namespace redcell::phy {
namespace {

using base::Hertz;
using base::Metres;
using enum PathLossModel;

constexpr std::array models = {inf_los, inf_sl_nlos, inf_dl_nlos, inf_sh_nlos, inf_dh_nlos};
constexpr std::array halls = {Environment::inf_sl, Environment::inf_dl, Environment::inf_sh,
                              Environment::inf_dh};

PathGeometry geometry(double distance_m, double bs_m, double ut_m, double carrier_hz) {
  return {Metres(distance_m), Metres(bs_m), Metres(ut_m), Hertz(carrier_hz)};
}

constexpr struct {
  double carrier_ghz, bs_m, distance_m;
  std::array<double, 5> loss_db;  ///< In the order of `models`.
} losses[] = {
    {3.5, 1.5, 1.0, {42.1773, 43.8814, 43.8814, 43.2814, 44.5114}},
    {3.5, 1.5, 20.0, {70.1494, 77.0576, 77.0576, 73.2051, 73.0039}},
    {0.7, 8.0, 5.0, {48.5446, 53.2050, 53.2050, 50.3204, 50.5452}},
    {28.0, 8.0, 60.0, {97.6207, 107.3506, 111.1136, 102.2989, 101.5702}},
    {3.5, 8.0, 400.0, {98.1228, 110.2354, 122.3769, 103.1301, 101.4977}},
    {28.0, 1.5, 150.0, {106.1220, 117.4335, 125.2296, 111.3933, 110.2296}},
};

TEST(Factory, has_the_path_loss_of_a_second_computation) {
  for (const auto& row : losses) {
    const PathGeometry g = geometry(row.distance_m, row.bs_m, 1.5, row.carrier_ghz * 1e9);
    for (std::size_t i = 0; i < models.size(); ++i) {
      EXPECT_NEAR(path_loss(models[i], g).value(), row.loss_db[i], 5.1e-5)
          << "model " << i << " at " << row.distance_m;
    }
  }
}

TEST(Factory, is_never_less_without_line_of_sight_and_dense_low_clutter_never_less_than_sparse) {
  for (double distance_m = 1.0; distance_m <= 600.0; distance_m *= 1.1) {
    for (const double carrier_hz : {0.5e9, 3.5e9, 100e9}) {
      const PathGeometry g = geometry(distance_m, 8.0, 1.5, carrier_hz);
      for (const PathLossModel model : models) {
        EXPECT_GE(path_loss(model, g), path_loss(inf_los, g));
      }
      EXPECT_GE(path_loss(inf_dl_nlos, g), path_loss(inf_sl_nlos, g));
    }
  }
  // Ten centimetres apart at 0.5 GHz the formula for the shade alone is below that for sight.
  const PathGeometry near = geometry(0.1, 1.5, 1.5, 0.5e9);
  EXPECT_EQ(path_loss(inf_sh_nlos, near), path_loss(inf_los, near));
}

std::string finding(PathLossModel model, const PathGeometry& g) {
  const auto found = path_loss_range_finding(model, g);
  return found ? std::string(found->quantity) : "none";
}

TEST(Factory, reaches_600_m_in_space) {
  for (const PathLossModel model : models) {
    EXPECT_EQ(finding(model, geometry(599.9, 8.0, 1.5, 3.5e9)), "none");
    EXPECT_EQ(finding(model, geometry(599.99, 8.0, 1.5, 3.5e9)), "distance_3d_m");
    EXPECT_EQ(finding(model, geometry(0.9, 1.5, 1.5, 3.5e9)), "distance_3d_m");
    EXPECT_EQ(finding(model, geometry(0.0, 8.0, 1.5, 0.5e9)), "none");
    EXPECT_EQ(finding(model, geometry(10.0, 8.0, 1.5, 0.49e9)), "carrier_hz");
    EXPECT_EQ(finding(model, geometry(10.0, 8.0, 1.5, 101e9)), "carrier_hz");
  }
}

struct Sight {
  Environment hall;
  double distance_m, density, clutter_m, bs_m, ut_m, probability;
};
// Table 7.4.2-1 with the figures of Table 7.2-4.
constexpr Sight sights[] = {
    {Environment::inf_sl, 10, 0.2, 2, 1.5, 1.5, 0.80000000},
    {Environment::inf_sl, 75, 0.35, 3, 1.5, 1.5, 0.03952302},
    {Environment::inf_dl, 10, 0.6, 6, 1.5, 1.5, 0.01024000},
    {Environment::inf_dl, 3, 0.4, 6, 1.5, 1.5, 0.46475800},
    {Environment::inf_sh, 50, 0.2, 2, 8, 1.5, 0.91775534},
    {Environment::inf_sh, 120, 0.3, 4, 8, 1.5, 0.19278262},
    {Environment::inf_dh, 10, 0.6, 6, 8, 1.5, 0.04192908},
    {Environment::inf_dh, 25, 0.45, 5, 10, 1, 0.03610526},
};

TEST(Factory, sees_as_far_as_a_second_computation) {
  for (const Sight& s : sights) {
    EXPECT_NEAR(los_probability(s.hall, geometry(s.distance_m, s.bs_m, s.ut_m, 3.5e9),
                                {.density = s.density, .height = Metres(s.clutter_m)}),
                s.probability, 5.1e-9)
        << static_cast<int>(s.hall) << " at " << s.distance_m;
  }
  EXPECT_EQ(los_probability(Environment::inf_hh, Metres(500.0), Metres(8.0)), 1.0);
}

TEST(Factory, sees_less_in_more_clutter_and_all_at_no_distance) {
  for (const Environment hall : halls) {
    const auto sees = [&](double distance_m, double density, double clutter_m) {
      return los_probability(hall, geometry(distance_m, 10.0, 1.5, 3.5e9),
                             {.density = density, .height = Metres(clutter_m)});
    };
    EXPECT_EQ(sees(0.0, 0.3, 2.0), 1.0);
    EXPECT_GT(sees(10.0, 0.3, 2.0), sees(11.0, 0.3, 2.0));
    EXPECT_GT(sees(10.0, 0.3, 2.0), sees(10.0, 0.31, 2.0));
    // What stands above sees over low things; what stands among them sees past them.
    if (is_above_clutter(hall)) {
      EXPECT_GT(sees(10.0, 0.3, 2.0), sees(10.0, 0.3, 2.5));
    } else {
      EXPECT_EQ(sees(10.0, 0.3, 2.0), sees(10.0, 0.3, 2.5));
    }
  }
}

TEST(Factory, has_the_models_shadowing_and_correlation_of_its_tables) {
  const PathGeometry g = geometry(30.0, 8.0, 1.5, 3.5e9);
  constexpr std::array sigma_db = {4.3, 5.7, 7.2, 5.9, 4.0};
  for (std::size_t i = 0; i < models.size(); ++i) {
    EXPECT_EQ(shadowing_sigma_db(models[i], g), sigma_db[i]);
    EXPECT_EQ(shadowing_correlation_distance(models[i]).value(), 10.0);
  }
  for (std::size_t i = 0; i < halls.size(); ++i) {
    EXPECT_EQ(path_loss_model(halls[i], true), inf_los);
    EXPECT_EQ(path_loss_model(halls[i], false), models[i + 1]);
    EXPECT_EQ(surrounding_of(halls[i]), Surrounding::inf);
    // Half a thing's width, Table 7.6.3.1-2.
    const bool is_sparse = halls[i] == Environment::inf_sl || halls[i] == Environment::inf_sh;
    EXPECT_EQ(los_correlation_distance(halls[i]).value(), is_sparse ? 5.0 : 1.0);
  }
  EXPECT_EQ(path_loss_model(Environment::inf_hh, false), inf_los);
  EXPECT_EQ(surrounding_of(Environment::inf_hh), Surrounding::inf);
  EXPECT_TRUE(std::isinf(los_correlation_distance(Environment::inf_hh).value()));
}

TEST(Factory, has_the_medians_of_its_hall) {
  // A hall of 5 m of volume over surface: lg(26 * 5 + 14) - 9.35, lg(30 * 5 + 32) - 9.44.
  const PathGeometry g = geometry(30.0, 8.0, 1.5, 3.5e9);
  const SmallScaleMedian sight = small_scale_median(inf_los, g);
  EXPECT_NEAR(sight.delay_spread_s, 144e-9 * std::pow(10.0, -0.35), 1e-15);
  EXPECT_EQ(sight.k_factor_db, 7.0);
  const SmallScaleMedian shade = small_scale_median(inf_dh_nlos, g);
  EXPECT_NEAR(shade.delay_spread_s, 182e-9 * std::pow(10.0, -0.44), 1e-15);
  EXPECT_NEAR(shade.zenith_spread_departure_deg, std::pow(10.0, 1.2), 1e-9);
}

TEST(FactoryDeathTest, rejects_sight_without_its_clutter) {
  const Clutter clutter{.density = 0.2, .height = Metres(2.0)};
  const auto sees = [](Environment hall, double bs_m, double ut_m, const Clutter& in) {
    (void)los_probability(hall, geometry(10.0, bs_m, ut_m, 3.5e9), in);
  };
  const char* broken = "broken precondition";
  EXPECT_DEATH((void)los_probability(Environment::inf_sl, Metres(10.0), Metres(1.5)), broken);
  EXPECT_DEATH(sees(Environment::uma, 8.0, 1.5, clutter), broken);
  EXPECT_DEATH(sees(Environment::inf_sh, 8.0, 2.0, clutter), broken);
  EXPECT_DEATH(sees(Environment::inf_sh, 1.9, 1.5, clutter), broken);
  EXPECT_DEATH(sees(Environment::inf_sl, 1.5, 1.5, {.density = 1.0, .height = Metres(2.0)}),
               broken);
  EXPECT_DEATH(sees(Environment::inf_sl, 1.5, 1.5, {.density = 0.0, .height = Metres(2.0)}),
               broken);
}

}  // namespace
}  // namespace redcell::phy
