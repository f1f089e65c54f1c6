#include "phy/channel/environment.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/check.h"
#include "base/math.h"
#include "phy/tables/large_scale.h"

namespace redcell::phy {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Columns of the table.
enum Column : std::size_t {
  is_los,
  sf_db,
  sf_far_db,
  sf_correlation_m,
  carrier_min_ghz,
  carrier_addend,
  ds_slope,
  ds_mean,
  asd_slope,
  asd_mean,
  k_db
};
static_assert(tables::large_scale.front().size() == Column::k_db + 1);
static_assert(tables::large_scale.size() == static_cast<std::size_t>(PathLossModel::inh_nlos));

const auto& row_of(PathLossModel model) {
  return tables::large_scale.at(static_cast<std::size_t>(model) - 1);
}

double uma_los_probability(double distance_m, double ut_height_m) {
  if (distance_m <= 18.0) return 1.0;
  const double near = 18.0 / distance_m;
  const double street = near + base::exp(-distance_m / 63.0) * (1.0 - near);
  if (ut_height_m <= 13.0) return street;
  const double storeys = base::pow((std::min(ut_height_m, 23.0) - 13.0) / 10.0, 1.5);
  const double hundreds = distance_m / 100.0;
  const double above =
      storeys * 1.25 * hundreds * hundreds * hundreds * base::exp(-distance_m / 150.0);
  return std::min(street * (1.0 + above), 1.0);
}

double umi_los_probability(double distance_m) {
  if (distance_m <= 18.0) return 1.0;
  const double near = 18.0 / distance_m;
  return near + base::exp(-distance_m / 36.0) * (1.0 - near);
}

double rma_los_probability(double distance_m) {
  return distance_m <= 10.0 ? 1.0 : base::exp(-(distance_m - 10.0) / 1000.0);
}

double open_office_los_probability(double distance_m) {
  if (distance_m <= 5.0) return 1.0;
  if (distance_m <= 49.0) return base::exp(-(distance_m - 5.0) / 70.8);
  return 0.54 * base::exp(-(distance_m - 49.0) / 211.7);
}

double mixed_office_los_probability(double distance_m) {
  if (distance_m <= 1.2) return 1.0;
  if (distance_m < 6.5) return base::exp(-(distance_m - 1.2) / 4.7);
  return 0.32 * base::exp(-(distance_m - 6.5) / 32.6);
}

/// Mean of lg(ZSD in degrees), Tables 7.5-7 to 7.5-10.
double log_zenith_spread(PathLossModel model, const PathGeometry& geometry) {
  const double distance_km = geometry.distance_2d.value() * 1e-3;
  const double bs_height_m = geometry.bs_height.value();
  const double ut_height_m = geometry.ut_height.value();
  const double rise = 0.01 * (ut_height_m - 1.5);
  switch (model) {
    case PathLossModel::uma_los:
      return std::max(-0.5, -2.1 * distance_km - rise + 0.75);
    case PathLossModel::uma_nlos:
      return std::max(-0.5, -2.1 * distance_km - rise + 0.9);
    case PathLossModel::umi_los:
      return std::max(-0.21,
                      -14.8 * distance_km + 0.01 * std::fabs(ut_height_m - bs_height_m) + 0.83);
    case PathLossModel::umi_nlos:
      return std::max(-0.5,
                      -3.1 * distance_km + 0.01 * std::max(ut_height_m - bs_height_m, 0.0) + 0.2);
    case PathLossModel::rma_los:
      return std::max(-1.0, -0.17 * distance_km - rise + 0.22);
    case PathLossModel::rma_nlos:
      return std::max(-1.0, -0.19 * distance_km - rise + 0.28);
    case PathLossModel::inh_los:
      return 2.228 - 1.43 * base::log10(1.0 + std::max(geometry.carrier.value() * 1e-9, 6.0));
    case PathLossModel::inh_nlos:
      return 1.08;
    case PathLossModel::free_space:
      break;
  }
  RC_CHECK(!"a path loss model with spread");
  return 0.0;
}

}  // namespace

PathLossModel path_loss_model(Environment environment, bool line_of_sight) {
  switch (environment) {
    case Environment::free_space:
      return PathLossModel::free_space;
    case Environment::uma:
      return line_of_sight ? PathLossModel::uma_los : PathLossModel::uma_nlos;
    case Environment::umi:
      return line_of_sight ? PathLossModel::umi_los : PathLossModel::umi_nlos;
    case Environment::rma:
      return line_of_sight ? PathLossModel::rma_los : PathLossModel::rma_nlos;
    case Environment::inh_open:
    case Environment::inh_mixed:
      return line_of_sight ? PathLossModel::inh_los : PathLossModel::inh_nlos;
  }
  RC_CHECK(!"an environment");
  return {};
}

double los_probability(Environment environment, base::Metres distance_2d, base::Metres ut_height) {
  const double distance_m = distance_2d.value();
  RC_CHECK(distance_m >= 0.0);
  switch (environment) {
    case Environment::free_space:
      return 1.0;
    case Environment::uma:
      return uma_los_probability(distance_m, ut_height.value());
    case Environment::umi:
      return umi_los_probability(distance_m);
    case Environment::rma:
      return rma_los_probability(distance_m);
    case Environment::inh_open:
      return open_office_los_probability(distance_m);
    case Environment::inh_mixed:
      return mixed_office_los_probability(distance_m);
  }
  RC_CHECK(!"an environment");
  return 0.0;
}

double shadowing_sigma_db(PathLossModel model, const PathGeometry& geometry) {
  if (model == PathLossModel::free_space) return 0.0;
  const auto& row = row_of(model);
  const bool far =
      model == PathLossModel::rma_los && geometry.distance_2d > rma_breakpoint_distance(geometry);
  return row[far ? Column::sf_far_db : Column::sf_db];
}

base::Metres shadowing_correlation_distance(PathLossModel model) {
  if (model == PathLossModel::free_space) return base::Metres(infinite);
  return base::Metres(row_of(model)[Column::sf_correlation_m]);
}

base::Metres los_correlation_distance(Environment environment) {
  switch (environment) {
    case Environment::free_space:
      return base::Metres(infinite);
    case Environment::uma:
    case Environment::umi:
      return base::Metres(50.0);
    case Environment::rma:
      return base::Metres(60.0);
    case Environment::inh_open:
    case Environment::inh_mixed:
      return base::Metres(10.0);
  }
  RC_CHECK(!"an environment");
  return {};
}

SmallScaleMedian small_scale_median(PathLossModel model, const PathGeometry& geometry) {
  if (model == PathLossModel::free_space) return {0.0, infinite, 0.0, 0.0};
  const auto& row = row_of(model);
  const double carrier_ghz =
      std::max(geometry.carrier.value() * 1e-9, row[Column::carrier_min_ghz]);
  const double log_carrier = base::log10(row[Column::carrier_addend] + carrier_ghz);
  const auto spread = [&](Column slope, Column mean) {
    return base::pow(10.0, row[slope] * log_carrier + row[mean]);
  };
  return {.delay_spread_s = spread(Column::ds_slope, Column::ds_mean),
          .k_factor_db = row[Column::is_los] != 0.0 ? row[Column::k_db] : -infinite,
          .azimuth_spread_departure_deg = spread(Column::asd_slope, Column::asd_mean),
          .zenith_spread_departure_deg = base::pow(10.0, log_zenith_spread(model, geometry))};
}

}  // namespace redcell::phy
