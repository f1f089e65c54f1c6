// Goal: drops of UMa give the coupling loss, geometry and spreads of 3GPP's calibration. Method:
// the percentiles of 20 companies (R1-165974) and of one implementation of TR 38.901 V16.1, carried
// over as figures; every percentile of a drop of 5700 terminals with a fixed seed stands against
// them.
#include "tests/calibration/uma_drop.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/calibration/uma_curves.h"

namespace redcell::calibration {
namespace {

constexpr std::uint32_t seed = 1;
constexpr int terminals_per_sector = 100;
/// Geometry stays within the middle 80 % of the companies, widened by this.
constexpr double geometry_margin_db = 0.5;
/// Part of the reference by which a spread may differ.
constexpr double spread_error_max = 0.15;

std::vector<double> values_of(const std::vector<Heard>& heard, double Heard::*what) {
  std::vector<double> values;
  for (const Heard& one : heard) values.push_back(one.*what);
  return values;
}

class UmaCalibration : public testing::TestWithParam<UmaCurves> {};

TEST_P(UmaCalibration, couples_between_the_least_and_the_most_of_twenty_companies) {
  const UmaCurves& curves = GetParam();
  const auto heard = drop_uma({.carrier_ghz = curves.carrier_ghz,
                               .terminals_per_sector = terminals_per_sector,
                               .seed = seed});
  const std::vector<double> coupling_db = values_of(heard, &Heard::coupling_db);
  for (std::size_t i = 0; i < percents.size(); ++i) {
    const double value_db = percentile(coupling_db, percents[i]);
    EXPECT_GE(value_db, curves.coupling_min[i]) << percents[i] << " %, seed " << seed;
    EXPECT_LE(value_db, curves.coupling_max[i]) << percents[i] << " %, seed " << seed;
  }
}

TEST_P(UmaCalibration, hears_its_cell_over_others_as_the_middle_of_twenty_companies) {
  const UmaCurves& curves = GetParam();
  const auto heard = drop_uma({.carrier_ghz = curves.carrier_ghz,
                               .terminals_per_sector = terminals_per_sector,
                               .seed = seed});
  const std::vector<double> geometry_db = values_of(heard, &Heard::geometry_db);
  for (std::size_t i = 0; i < percents.size(); ++i) {
    const double value_db = percentile(geometry_db, percents[i]);
    EXPECT_GE(value_db, curves.geometry_q10[i] - geometry_margin_db) << percents[i] << " %";
    EXPECT_LE(value_db, curves.geometry_q90[i] + geometry_margin_db) << percents[i] << " %";
  }
}

INSTANTIATE_TEST_SUITE_P(Carriers, UmaCalibration, testing::ValuesIn(uma_curves),
                         [](const auto& run) {
                           return std::to_string(static_cast<int>(run.param.carrier_ghz)) + "GHz";
                         });

TEST(UmaCalibrationSpreads, spread_as_the_implementation_of_version_16) {
  const auto heard = drop_uma(
      {.carrier_ghz = 6.0, .terminals_per_sector = terminals_per_sector, .rows = 4, .seed = seed});
  const std::vector<double> ds_ns = values_of(heard, &Heard::ds_ns);
  const std::vector<double> asd_deg = values_of(heard, &Heard::asd_deg);
  for (std::size_t i = 0; i < percents.size(); ++i) {
    EXPECT_NEAR(percentile(ds_ns, percents[i]) / ds_ns_6_ghz[i], 1.0, spread_error_max)
        << percents[i] << " %, seed " << seed;
    EXPECT_NEAR(percentile(asd_deg, percents[i]) / asd_deg_6_ghz[i], 1.0, spread_error_max)
        << percents[i] << " %, seed " << seed;
  }
}

}  // namespace
}  // namespace redcell::calibration
