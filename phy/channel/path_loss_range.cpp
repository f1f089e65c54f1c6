#include <cmath>
#include <initializer_list>

#include "base/check.h"
#include "phy/channel/path_loss.h"

namespace redcell::phy {
namespace {

constexpr std::string_view table_clause = "TR 38.901 Table 7.4.1-1";
constexpr std::string_view height_clause = "TR 38.901 Table 7.4.1-1 note 1";
constexpr std::string_view carrier_clause = "TR 38.901 Table 7.4.1-1 note 4";

using Finding = std::optional<RangeFinding>;

Finding first_outside(std::initializer_list<RangeFinding> limits) {
  for (const RangeFinding& limit : limits) {
    if (!(limit.value >= limit.low && limit.value <= limit.high)) return limit;
  }
  return std::nullopt;
}

Finding uma_finding(const PathGeometry& geometry) {
  return first_outside({{"carrier_hz", geometry.carrier.value(), 0.5e9, 100e9, carrier_clause},
                        {"distance_2d_m", geometry.distance_2d.value(), 10.0, 5000.0, table_clause},
                        {"bs_height_m", geometry.bs_height.value(), 25.0, 25.0, table_clause},
                        // From 13 m up the environment height is a random number, which this model
                        // does not draw.
                        {"ut_height_m", geometry.ut_height.value(), 1.5, 13.0, height_clause}});
}

Finding umi_finding(const PathGeometry& geometry) {
  return first_outside({{"carrier_hz", geometry.carrier.value(), 0.5e9, 100e9, carrier_clause},
                        {"distance_2d_m", geometry.distance_2d.value(), 10.0, 5000.0, table_clause},
                        {"bs_height_m", geometry.bs_height.value(), 10.0, 10.0, table_clause},
                        {"ut_height_m", geometry.ut_height.value(), 1.5, 22.5, table_clause}});
}

Finding rma_finding(const PathGeometry& geometry, double distance_max_m) {
  return first_outside(
      {{"carrier_hz", geometry.carrier.value(), 0.5e9, 30e9, carrier_clause},
       {"distance_2d_m", geometry.distance_2d.value(), 10.0, distance_max_m, table_clause},
       {"bs_height_m", geometry.bs_height.value(), 10.0, 150.0, table_clause},
       {"ut_height_m", geometry.ut_height.value(), 1.0, 10.0, table_clause}});
}

/// Office and factory limit the distance in space and leave the heights open.
Finding indoor_finding(const PathGeometry& geometry, double distance_max_m) {
  const double ground_m = geometry.distance_2d.value();
  const double rise_m = geometry.bs_height.value() - geometry.ut_height.value();
  const double distance_3d_m = std::sqrt(ground_m * ground_m + rise_m * rise_m);
  return first_outside({{"carrier_hz", geometry.carrier.value(), 0.5e9, 100e9, carrier_clause},
                        {"distance_3d_m", distance_3d_m, 1.0, distance_max_m, table_clause}});
}

}  // namespace

std::optional<RangeFinding> path_loss_range_finding(PathLossModel model,
                                                    const PathGeometry& geometry) {
  switch (model) {
    case PathLossModel::uma_los:
    case PathLossModel::uma_nlos:
      return uma_finding(geometry);
    case PathLossModel::umi_los:
    case PathLossModel::umi_nlos:
      return umi_finding(geometry);
    case PathLossModel::rma_los:
      return rma_finding(geometry, 10000.0);
    case PathLossModel::rma_nlos:
      return rma_finding(geometry, 5000.0);
    case PathLossModel::inh_los:
    case PathLossModel::inh_nlos:
      return indoor_finding(geometry, 150.0);
    case PathLossModel::inf_los:
    case PathLossModel::inf_sl_nlos:
    case PathLossModel::inf_dl_nlos:
    case PathLossModel::inf_sh_nlos:
    case PathLossModel::inf_dh_nlos:
      return indoor_finding(geometry, 600.0);
    case PathLossModel::free_space:
      return std::nullopt;
  }
  RC_CHECK(!"a path loss model");
  return {};
}

}  // namespace redcell::phy
