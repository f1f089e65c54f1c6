// Path loss: from where two antennas stand to the decibels lost between them.
//
// Formulas are 3GPP TR 38.901 V17 Table 7.4.1-1, line of sight; free space is Friis' equation.
#pragma once

#include <optional>
#include <string_view>

#include "base/units.h"

namespace redcell::phy {

enum class PathLossModel { free_space, uma_los, rma_los };

/// Two ends of a link.
struct PathGeometry {
  base::Metres distance_2d;  ///< On the ground.
  base::Metres bs_height;
  base::Metres ut_height;
  base::Hertz carrier;
};

/// Median loss in dB, without shadowing and antennas. UMa takes an effective environment height of
/// 1 m, which is certain for terminals below 13 m; RMa takes the defaults of Table 7.4.1-1,
/// buildings of 5 m and streets of 20 m. Outside the model's range the formula goes on as written:
/// ask path_loss_range_finding.
///
/// Pre: heights and carrier > 0, distance_2d >= 0, the ends do not coincide.
[[nodiscard]] base::Db path_loss(PathLossModel model, const PathGeometry& geometry);

/// A quantity outside the range for which the standard gives the model.
struct RangeFinding {
  std::string_view
      quantity;  ///< Field of PathGeometry with its unit last, such as "distance_2d_m".
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
