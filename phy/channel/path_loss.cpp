#include "phy/channel/path_loss.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::phy {
namespace {

// Table 7.4.1-1 counts the speed of light as 3.0e8 m/s in its breakpoint distances (notes 1 and 5).
constexpr double breakpoint_speed_mps = 3.0e8;

/// The numbers the formulas speak of.
struct Terms {
  double distance_2d_m;
  double distance_3d_m;
  double bs_height_m;
  double ut_height_m;
  double carrier_ghz;
};

Terms terms_of(const PathGeometry& geometry) {
  const double distance = geometry.distance_2d.value();
  const double rise = geometry.bs_height.value() - geometry.ut_height.value();
  RC_CHECK(distance >= 0.0);
  RC_CHECK(geometry.bs_height.value() > 0.0 && geometry.ut_height.value() > 0.0);
  RC_CHECK(geometry.carrier.value() > 0.0);
  const double distance_3d = std::sqrt(distance * distance + rise * rise);
  RC_CHECK(distance_3d > 0.0);
  return {distance, distance_3d, geometry.bs_height.value(), geometry.ut_height.value(),
          geometry.carrier.value() * 1e-9};
}

double free_space_loss_db(const Terms& terms) {
  const double wavelength_m = base::speed_of_light_mps / (terms.carrier_ghz * 1e9);
  return 20.0 * base::log10(4.0 * base::pi * terms.distance_3d_m / wavelength_m);
}

/// Effective environment height, Table 7.4.1-1 note 1.
constexpr double environment_height_m = 1.0;

double urban_breakpoint_m(const Terms& terms) {
  return 4.0 * (terms.bs_height_m - environment_height_m) *
         (terms.ut_height_m - environment_height_m) * terms.carrier_ghz * 1e9 /
         breakpoint_speed_mps;
}

/// The decibels per decade in which UMa and UMi differ.
struct UrbanSlopes {
  double common_db;
  double near;
  double breakpoint;
};
constexpr UrbanSlopes uma_slopes = {.common_db = 28.0, .near = 22.0, .breakpoint = 9.0};
constexpr UrbanSlopes umi_slopes = {.common_db = 32.4, .near = 21.0, .breakpoint = 9.5};

double urban_los_loss_db(const UrbanSlopes& slopes, const Terms& terms) {
  const double breakpoint_m = urban_breakpoint_m(terms);
  const double common_db = slopes.common_db + 20.0 * base::log10(terms.carrier_ghz);
  if (terms.distance_2d_m <= breakpoint_m) {
    return common_db + slopes.near * base::log10(terms.distance_3d_m);
  }
  const double rise_m = terms.bs_height_m - terms.ut_height_m;
  return common_db + 40.0 * base::log10(terms.distance_3d_m) -
         slopes.breakpoint * base::log10(breakpoint_m * breakpoint_m + rise_m * rise_m);
}

double uma_nlos_loss_db(const Terms& terms) {
  const double obstructed_db = 13.54 + 39.08 * base::log10(terms.distance_3d_m) +
                               20.0 * base::log10(terms.carrier_ghz) -
                               0.6 * (terms.ut_height_m - 1.5);
  return std::max(urban_los_loss_db(uma_slopes, terms), obstructed_db);
}

double umi_nlos_loss_db(const Terms& terms) {
  const double obstructed_db = 22.4 + 35.3 * base::log10(terms.distance_3d_m) +
                               21.3 * base::log10(terms.carrier_ghz) -
                               0.3 * (terms.ut_height_m - 1.5);
  return std::max(urban_los_loss_db(umi_slopes, terms), obstructed_db);
}

// Defaults of Table 7.4.1-1.
constexpr double building_height_m = 5.0;
constexpr double street_width_m = 20.0;

double rma_breakpoint_m(const Terms& terms) {
  return 2.0 * base::pi * terms.bs_height_m * terms.ut_height_m * terms.carrier_ghz * 1e9 /
         breakpoint_speed_mps;
}

double rma_los_near_db(double distance_3d_m, double carrier_ghz) {
  const double growth = base::pow(building_height_m, 1.72);
  return 20.0 * base::log10(40.0 * base::pi * distance_3d_m * carrier_ghz / 3.0) +
         std::min(0.03 * growth, 10.0) * base::log10(distance_3d_m) -
         std::min(0.044 * growth, 14.77) + 0.002 * base::log10(building_height_m) * distance_3d_m;
}

double rma_los_loss_db(const Terms& terms) {
  const double breakpoint_m = rma_breakpoint_m(terms);
  if (terms.distance_2d_m <= breakpoint_m) {
    return rma_los_near_db(terms.distance_3d_m, terms.carrier_ghz);
  }
  return rma_los_near_db(breakpoint_m, terms.carrier_ghz) +
         40.0 * base::log10(terms.distance_3d_m / breakpoint_m);
}

double rma_nlos_loss_db(const Terms& terms) {
  const double log_bs_height = base::log10(terms.bs_height_m);
  const double height_ratio = building_height_m / terms.bs_height_m;
  const double log_ut_height = base::log10(11.75 * terms.ut_height_m);
  const double obstructed_db =
      161.04 - 7.1 * base::log10(street_width_m) + 7.5 * base::log10(building_height_m) -
      (24.37 - 3.7 * height_ratio * height_ratio) * log_bs_height +
      (43.42 - 3.1 * log_bs_height) * (base::log10(terms.distance_3d_m) - 3.0) +
      20.0 * base::log10(terms.carrier_ghz) - (3.2 * log_ut_height * log_ut_height - 4.97);
  return std::max(rma_los_loss_db(terms), obstructed_db);
}

double inh_los_loss_db(const Terms& terms) {
  return 32.4 + 17.3 * base::log10(terms.distance_3d_m) + 20.0 * base::log10(terms.carrier_ghz);
}

double inh_nlos_loss_db(const Terms& terms) {
  const double obstructed_db =
      17.3 + 38.3 * base::log10(terms.distance_3d_m) + 24.9 * base::log10(terms.carrier_ghz);
  return std::max(inh_los_loss_db(terms), obstructed_db);
}

double inf_los_loss_db(const Terms& terms) {
  return 31.84 + 21.5 * base::log10(terms.distance_3d_m) + 19.0 * base::log10(terms.carrier_ghz);
}

/// What sub-scenarios of InF differ in.
struct FactorySlope {
  double common_db;
  double per_decade_db;
};
constexpr FactorySlope inf_sl{.common_db = 33.0, .per_decade_db = 25.5};
constexpr FactorySlope inf_dl{.common_db = 18.6, .per_decade_db = 35.7};
constexpr FactorySlope inf_sh{.common_db = 32.4, .per_decade_db = 23.0};
constexpr FactorySlope inf_dh{.common_db = 33.63, .per_decade_db = 21.9};

double inf_nlos_loss_db(const FactorySlope& slope, const Terms& terms) {
  const double obstructed_db = slope.common_db +
                               slope.per_decade_db * base::log10(terms.distance_3d_m) +
                               20.0 * base::log10(terms.carrier_ghz);
  return std::max(inf_los_loss_db(terms), obstructed_db);
}

}  // namespace

base::Db path_loss(PathLossModel model, const PathGeometry& geometry) {
  const Terms terms = terms_of(geometry);
  switch (model) {
    case PathLossModel::free_space:
      return base::Db(free_space_loss_db(terms));
    case PathLossModel::uma_los:
      return base::Db(urban_los_loss_db(uma_slopes, terms));
    case PathLossModel::rma_los:
      return base::Db(rma_los_loss_db(terms));
    case PathLossModel::uma_nlos:
      return base::Db(uma_nlos_loss_db(terms));
    case PathLossModel::rma_nlos:
      return base::Db(rma_nlos_loss_db(terms));
    case PathLossModel::umi_los:
      return base::Db(urban_los_loss_db(umi_slopes, terms));
    case PathLossModel::umi_nlos:
      return base::Db(umi_nlos_loss_db(terms));
    case PathLossModel::inh_los:
      return base::Db(inh_los_loss_db(terms));
    case PathLossModel::inh_nlos:
      return base::Db(inh_nlos_loss_db(terms));
    case PathLossModel::inf_los:
      return base::Db(inf_los_loss_db(terms));
    case PathLossModel::inf_sl_nlos:
      return base::Db(inf_nlos_loss_db(inf_sl, terms));
    case PathLossModel::inf_dl_nlos:
      // The table takes the larger of sparse and dense clutter too.
      return base::Db(std::max(inf_nlos_loss_db(inf_sl, terms), inf_nlos_loss_db(inf_dl, terms)));
    case PathLossModel::inf_sh_nlos:
      return base::Db(inf_nlos_loss_db(inf_sh, terms));
    case PathLossModel::inf_dh_nlos:
      return base::Db(inf_nlos_loss_db(inf_dh, terms));
  }
  RC_CHECK(!"a path loss model");
  return {};
}

base::Metres rma_breakpoint_distance(const PathGeometry& geometry) {
  return base::Metres(rma_breakpoint_m(terms_of(geometry)));
}

}  // namespace redcell::phy
