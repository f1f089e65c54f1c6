// Goal: losses into buildings and cars have the means and deviations of TR 38.901 7.4.3 and belong
// to the terminal. Method: means and deviations worked out from the tables, over many terminals.
#include "phy/channel/penetration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <utility>

namespace redcell::phy {
namespace {

using base::Hertz;

constexpr std::uint32_t ue_count = 40000;

base::Random world() { return {20240915, 1}; }

struct Moments {
  double mean_db = 0.0;
  double sigma_db = 0.0;
  double least_db = 1e9;
};

Moments moments_of(const Penetration& penetration) {
  Moments m;
  double squares = 0.0;
  for (std::uint32_t ue = 0; ue < ue_count; ++ue) {
    const double loss_db = penetration_loss_db(penetration, world(), base::UeId{ue});
    m.mean_db += loss_db / ue_count;
    squares += loss_db * loss_db / ue_count;
    m.least_db = std::fmin(m.least_db, loss_db);
  }
  m.sigma_db = std::sqrt(squares - m.mean_db * m.mean_db);
  return m;
}

Penetration of(PenetrationModel model, Environment environment, double carrier_ghz) {
  return {.model = model, .environment = environment, .carrier = Hertz(carrier_ghz * 1e9)};
}

// Four standard errors of 40000 terminals with 6.5 dB, and as much again for the clipped ones.
constexpr double mean_tolerance_db = 0.15;
constexpr double sigma_tolerance_db = 0.15;

TEST(Penetration, into_a_building_has_the_mean_and_the_deviation_of_the_tables) {
  // Depth is the smaller of two uniform numbers up to D: mean D / 3, deviation D / sqrt(18). The
  // wall at 3.5 GHz: glass 2.7, concrete 19, heat-reflecting glass 24.05 dB.
  const double low_db =
      5.0 - 10.0 * std::log10(0.3 * std::pow(10.0, -0.27) + 0.7 * std::pow(10.0, -1.9));
  const double high_db =
      5.0 - 10.0 * std::log10(0.7 * std::pow(10.0, -2.405) + 0.3 * std::pow(10.0, -1.9));
  const struct {
    Penetration penetration;
    double wall_db, depth_max_m, sigma_db;
  } rows[] = {
      {of(PenetrationModel::building_low_loss, Environment::uma, 3.5), low_db, 25.0, 4.4},
      {of(PenetrationModel::building_low_loss, Environment::umi, 3.5), low_db, 25.0, 4.4},
      {of(PenetrationModel::building_low_loss, Environment::rma, 3.5), low_db, 10.0, 4.4},
      {of(PenetrationModel::building_high_loss, Environment::uma, 3.5), high_db, 25.0, 6.5}};
  for (const auto& row : rows) {
    const Moments m = moments_of(row.penetration);
    EXPECT_NEAR(m.mean_db, row.wall_db + 0.5 * row.depth_max_m / 3.0, mean_tolerance_db);
    EXPECT_NEAR(m.sigma_db, std::hypot(row.sigma_db, 0.5 * row.depth_max_m / std::sqrt(18.0)),
                sigma_tolerance_db);
    EXPECT_GE(m.least_db, 0.0);
  }
}

TEST(Penetration, grows_with_the_carrier_by_the_wall_alone) {
  for (const std::uint32_t ue : {1u, 2u, 3u}) {
    const auto loss = [&](double carrier_ghz) {
      return penetration_loss_db(
          of(PenetrationModel::building_high_loss, Environment::uma, carrier_ghz), world(),
          base::UeId{ue});
    };
    const auto wall = [](double ghz) {
      return -10.0 * std::log10(0.7 * std::pow(10.0, -0.1 * (23.0 + 0.3 * ghz)) +
                                0.3 * std::pow(10.0, -0.1 * (5.0 + 4.0 * ghz)));
    };
    EXPECT_NEAR(loss(6.0) - loss(0.7), wall(6.0) - wall(0.7), 1e-9);
  }
}

TEST(Penetration, into_a_car_has_mean_9_or_20_db_and_deviation_5_db) {
  // Negative sums are zero: 5 (phi(1.8) - 1.8 Q(1.8)) = 0.071 dB more on average.
  const Moments car = moments_of(of(PenetrationModel::car, Environment::uma, 3.5));
  EXPECT_NEAR(car.mean_db, 9.071, mean_tolerance_db);
  EXPECT_EQ(car.least_db, 0.0);
  const Moments metal = moments_of(of(PenetrationModel::car_metallised, Environment::uma, 3.5));
  EXPECT_NEAR(metal.mean_db, 20.0, mean_tolerance_db);
  EXPECT_NEAR(metal.sigma_db, 5.0, sigma_tolerance_db);
}

TEST(Penetration, is_nothing_outdoors_and_belongs_to_the_terminal) {
  EXPECT_EQ(penetration_loss_db({}, world(), base::UeId{1}), 0.0);
  const Penetration indoors = of(PenetrationModel::building_low_loss, Environment::uma, 2.6);
  const double loss_db = penetration_loss_db(indoors, world(), base::UeId{1});
  EXPECT_EQ(penetration_loss_db(indoors, world(), base::UeId{1}), loss_db);
  EXPECT_NE(penetration_loss_db(indoors, world(), base::UeId{2}), loss_db);
}

TEST(PenetrationDeathTest, needs_a_carrier_for_a_wall) {
  EXPECT_DEATH((void)penetration_loss_db(
                   of(PenetrationModel::building_low_loss, Environment::uma, 0.0), world(), {}),
               "broken precondition");
}

// Half a decibel a metre (7.4.3.1) and the wall, which two terminals of one building share but for
// chance.
TEST(PenetrationLoss, grows_by_half_a_decibel_a_metre_of_depth) {
  for (const auto& [environment, depth_max_m] :
       {std::pair{Environment::uma, 25.0}, std::pair{Environment::rma, 10.0}}) {
    const Penetration wall{.model = PenetrationModel::building_low_loss,
                           .environment = environment,
                           .carrier = base::Hertz(2.6e9)};
    double depth = 0, loss = 0, both = 0, square = 0, largest = 0;
    constexpr std::uint32_t count = 20'000;
    for (std::uint32_t ue = 0; ue < count; ++ue) {
      const double depth_m = indoor_depth(wall, world(), base::UeId{ue}).value();
      const double loss_db = penetration_loss_db(wall, world(), base::UeId{ue});
      largest = std::max(largest, depth_m);
      depth += depth_m / count;
      square += depth_m * depth_m / count;
      loss += loss_db / count;
      both += depth_m * loss_db / count;
    }
    // Of the lesser of two uniform numbers.
    EXPECT_NEAR(depth, depth_max_m / 3, 0.02 * depth_max_m);
    EXPECT_LE(largest, depth_max_m);
    const double slope = (both - depth * loss) / (square - depth * depth);
    EXPECT_NEAR(slope, 0.5, 0.06);
  }
  const Penetration car{.model = PenetrationModel::car, .carrier = base::Hertz(2.6e9)};
  EXPECT_EQ(indoor_depth(car, world(), base::UeId{1}).value(), 0.0);
}

}  // namespace
}  // namespace redcell::phy
