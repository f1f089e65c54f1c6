#include "phy/channel/path_loss.h"

#include <algorithm>
#include <array>
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

double uma_los_loss_db(const Terms& terms) {
  constexpr double environment_height_m = 1.0;  // Table 7.4.1-1 note 1.
  const double breakpoint_m = 4.0 * (terms.bs_height_m - environment_height_m) *
                              (terms.ut_height_m - environment_height_m) * terms.carrier_ghz * 1e9 /
                              breakpoint_speed_mps;
  const double common_db = 28.0 + 20.0 * base::log10(terms.carrier_ghz);
  if (terms.distance_2d_m <= breakpoint_m) {
    return common_db + 22.0 * base::log10(terms.distance_3d_m);
  }
  const double rise_m = terms.bs_height_m - terms.ut_height_m;
  return common_db + 40.0 * base::log10(terms.distance_3d_m) -
         9.0 * base::log10(breakpoint_m * breakpoint_m + rise_m * rise_m);
}

double rma_breakpoint_m(const Terms& terms) {
  return 2.0 * base::pi * terms.bs_height_m * terms.ut_height_m * terms.carrier_ghz * 1e9 /
         breakpoint_speed_mps;
}

double rma_los_near_db(double distance_3d_m, double carrier_ghz) {
  constexpr double building_height_m = 5.0;  // Default of Table 7.4.1-1.
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

constexpr std::string_view table_clause = "TR 38.901 Table 7.4.1-1";

/// A quantity with the range the table allows it.
using Limits = std::array<RangeFinding, 4>;

Limits uma_limits(const PathGeometry& geometry) {
  return {
      {{"carrier_hz", geometry.carrier.value(), 0.5e9, 100e9, "TR 38.901 Table 7.4.1-1 note 4"},
       {"distance_2d_m", geometry.distance_2d.value(), 10.0, 5000.0, table_clause},
       {"bs_height_m", geometry.bs_height.value(), 25.0, 25.0, table_clause},
       // From 13 m up the environment height is a random number, which this model does not draw.
       {"ut_height_m", geometry.ut_height.value(), 1.5, 13.0, "TR 38.901 Table 7.4.1-1 note 1"}}};
}

Limits rma_limits(const PathGeometry& geometry) {
  return {{{"carrier_hz", geometry.carrier.value(), 0.5e9, 30e9, "TR 38.901 Table 7.4.1-1 note 4"},
           {"distance_2d_m", geometry.distance_2d.value(), 10.0, 10000.0, table_clause},
           {"bs_height_m", geometry.bs_height.value(), 10.0, 150.0, table_clause},
           {"ut_height_m", geometry.ut_height.value(), 1.0, 10.0, table_clause}}};
}

}  // namespace

base::Db path_loss(PathLossModel model, const PathGeometry& geometry) {
  const Terms terms = terms_of(geometry);
  switch (model) {
    case PathLossModel::free_space:
      return base::Db(free_space_loss_db(terms));
    case PathLossModel::uma_los:
      return base::Db(uma_los_loss_db(terms));
    case PathLossModel::rma_los:
      return base::Db(rma_los_loss_db(terms));
  }
  RC_CHECK(!"a path loss model");
  return {};
}

std::optional<RangeFinding> path_loss_range_finding(PathLossModel model,
                                                    const PathGeometry& geometry) {
  if (model == PathLossModel::free_space) return std::nullopt;
  const Limits limits =
      model == PathLossModel::uma_los ? uma_limits(geometry) : rma_limits(geometry);
  for (const RangeFinding& limit : limits) {
    if (!(limit.value >= limit.low && limit.value <= limit.high)) return limit;
  }
  return std::nullopt;
}

}  // namespace redcell::phy
