// Path loss: from where two antennas stand to the decibels lost between them.
//
// Formulas are 3GPP TR 38.901 V17 Table 7.4.1-1; free space is Friis' equation.
#pragma once

#include <optional>
#include <string_view>

#include "base/units.h"

namespace redcell::phy {

/// What surrounds the link and whether the ends see each other. UMi is the street canyon, InH the
/// indoor office, InF the factory hall: sparse or dense clutter, antennas low in it or high above.
/// Without line of sight it is the table's first formula, not the optional one.
enum class PathLossModel {
  free_space,
  uma_los,
  rma_los,
  uma_nlos,
  rma_nlos,
  umi_los,
  umi_nlos,
  inh_los,
  inh_nlos,
  inf_los,
  inf_sl_nlos,
  inf_dl_nlos,
  inf_sh_nlos,
  inf_dh_nlos
};

/// Two ends of a link.
struct PathGeometry {
  base::Metres distance_2d;  ///< On the ground.
  base::Metres bs_height;
  base::Metres ut_height;
  base::Hertz carrier;
};

/// Median loss in dB, without shadowing and antennas. UMa and UMi take an effective environment
/// height of 1 m, which in UMa is certain for terminals below 13 m only; RMa takes the defaults of
/// Table 7.4.1-1, buildings of 5 m and streets of 20 m. Outside the model's range the formula goes
/// on as written: ask path_loss_range_finding.
///
/// Pre: heights and carrier > 0, distance_2d >= 0, the ends do not coincide.
[[nodiscard]] base::Db path_loss(PathLossModel model, const PathGeometry& geometry);

/// Where the slope of RMa with line of sight changes, Table 7.4.1-1 note 5.
[[nodiscard]] base::Metres rma_breakpoint_distance(const PathGeometry& geometry);

/// A quantity outside the range for which the standard gives the model.
struct RangeFinding {
  /// Field of PathGeometry with its unit last, such as "distance_2d_m", or "distance_3d_m".
  std::string_view quantity;
  double value;
  double low;   ///< Smallest allowed value.
  double high;  ///< Largest allowed value.
  std::string_view clause;
};

/// The first quantity (carrier, distance, heights) out of the model's range, or nothing. Free space
/// has none to leave.
[[nodiscard]] std::optional<RangeFinding> path_loss_range_finding(PathLossModel model,
                                                                  const PathGeometry& geometry);

}  // namespace redcell::phy
