#include "phy/channel/environment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/math.h"
#include "phy/channel/large_scale_parameters.h"

namespace redcell::phy {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// State and surrounding of a path loss model that is not free space.
LinkClass link_class(PathLossModel model) {
  const auto of = [](Surrounding surrounding, LinkState state) {
    return LinkClass{.surrounding = surrounding, .state = state};
  };
  switch (model) {
    case PathLossModel::uma_los:
      return of(Surrounding::uma, LinkState::los);
    case PathLossModel::uma_nlos:
      return of(Surrounding::uma, LinkState::nlos);
    case PathLossModel::umi_los:
      return of(Surrounding::umi, LinkState::los);
    case PathLossModel::umi_nlos:
      return of(Surrounding::umi, LinkState::nlos);
    case PathLossModel::rma_los:
      return of(Surrounding::rma, LinkState::los);
    case PathLossModel::rma_nlos:
      return of(Surrounding::rma, LinkState::nlos);
    case PathLossModel::inh_los:
      return of(Surrounding::inh, LinkState::los);
    case PathLossModel::inh_nlos:
      return of(Surrounding::inh, LinkState::nlos);
    case PathLossModel::inf_los:
      return of(Surrounding::inf, LinkState::los);
    case PathLossModel::inf_sl_nlos:
    case PathLossModel::inf_dl_nlos:
    case PathLossModel::inf_sh_nlos:
    case PathLossModel::inf_dh_nlos:
      return of(Surrounding::inf, LinkState::nlos);
    case PathLossModel::free_space:
      break;
  }
  RC_CHECK(!"a path loss model with spread");
  return {};
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
    case Environment::inf_sl:
      return line_of_sight ? PathLossModel::inf_los : PathLossModel::inf_sl_nlos;
    case Environment::inf_dl:
      return line_of_sight ? PathLossModel::inf_los : PathLossModel::inf_dl_nlos;
    case Environment::inf_sh:
      return line_of_sight ? PathLossModel::inf_los : PathLossModel::inf_sh_nlos;
    case Environment::inf_dh:
      return line_of_sight ? PathLossModel::inf_los : PathLossModel::inf_dh_nlos;
    case Environment::inf_hh:
      return PathLossModel::inf_los;
  }
  RC_CHECK(!"an environment");
  return {};
}

double los_probability(Environment environment, base::Metres distance_2d, base::Metres ut_height) {
  const double distance_m = distance_2d.value();
  RC_CHECK(distance_m >= 0.0);
  switch (environment) {
    case Environment::free_space:
    case Environment::inf_hh:
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
    case Environment::inf_sl:
    case Environment::inf_dl:
    case Environment::inf_sh:
    case Environment::inf_dh:
      break;
  }
  RC_CHECK(!"an environment without clutter");
  return 0.0;
}

bool has_clutter(Environment environment) {
  return environment == Environment::inf_sl || environment == Environment::inf_dl ||
         is_above_clutter(environment);
}

bool is_above_clutter(Environment environment) {
  return environment == Environment::inf_sh || environment == Environment::inf_dh;
}

base::Metres clutter_size(Environment environment) {
  RC_CHECK(has_clutter(environment));
  const bool is_sparse = environment == Environment::inf_sl || environment == Environment::inf_sh;
  return base::Metres(is_sparse ? 10.0 : 2.0);
}

double los_probability(Environment environment, const PathGeometry& geometry,
                       const Clutter& clutter) {
  RC_CHECK(geometry.distance_2d.value() >= 0.0);
  RC_CHECK(clutter.density > 0.0 && clutter.density < 1.0);
  double free_way_m = -clutter_size(environment).value() / base::log(1.0 - clutter.density);
  if (is_above_clutter(environment)) {
    const double ut_m = geometry.ut_height.value();
    RC_CHECK(ut_m < clutter.height.value() && clutter.height <= geometry.bs_height);
    free_way_m *= (geometry.bs_height.value() - ut_m) / (clutter.height.value() - ut_m);
  }
  return base::exp(-geometry.distance_2d.value() / free_way_m);
}

double shadowing_sigma_db(PathLossModel model, const PathGeometry& geometry) {
  switch (model) {
    case PathLossModel::free_space:
      return 0.0;
    // Table 7.4.1-1: in a hall it goes with the kind of clutter, which the fields do not know.
    case PathLossModel::inf_los:
      return 4.3;
    case PathLossModel::inf_sl_nlos:
      return 5.7;
    case PathLossModel::inf_dl_nlos:
      return 7.2;
    case PathLossModel::inf_sh_nlos:
      return 5.9;
    case PathLossModel::inf_dh_nlos:
      return 4.0;
    default:
      break;
  }
  return lsp_distribution(link_class(model), geometry).sigma[lsp_sf];
}

base::Metres shadowing_correlation_distance(PathLossModel model) {
  if (model == PathLossModel::free_space) return base::Metres(infinite);
  return base::Metres(lsp_correlation_distances_m(link_class(model))[lsp_sf]);
}

base::Metres los_correlation_distance(Environment environment) {
  switch (environment) {
    case Environment::free_space:
    case Environment::inf_hh:
      return base::Metres(infinite);
    case Environment::uma:
    case Environment::umi:
      return base::Metres(50.0);
    case Environment::rma:
      return base::Metres(60.0);
    case Environment::inh_open:
    case Environment::inh_mixed:
      return base::Metres(10.0);
    case Environment::inf_sl:
    case Environment::inf_dl:
    case Environment::inf_sh:
    case Environment::inf_dh:
      return base::Metres(clutter_size(environment).value() / 2.0);
  }
  RC_CHECK(!"an environment");
  return {};
}

SmallScaleMedian small_scale_median(PathLossModel model, const PathGeometry& geometry) {
  if (model == PathLossModel::free_space) return {0.0, infinite, 0.0, 0.0};
  const LinkClass link = link_class(model);
  const LspDistribution distribution = lsp_distribution(link, geometry);
  const auto median = [&](LargeScaleParameter parameter) {
    return base::pow(10.0, distribution.mean[parameter]);
  };
  return {.delay_spread_s = median(lsp_ds),
          .k_factor_db = link.state == LinkState::los ? distribution.mean[lsp_k] : -infinite,
          .azimuth_spread_departure_deg = median(lsp_asd),
          .zenith_spread_departure_deg = median(lsp_zsd)};
}

}  // namespace redcell::phy
