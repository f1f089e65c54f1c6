// Environment: what TR 38.901 says of a place, as functions of where the two ends of a link stand.
//
// Line-of-sight probability, shadowing, correlation distances and the medians of the small-scale
// parameters, 3GPP TR 38.901 V17 clauses 7.4.1, 7.4.2, 7.5 and 7.6.3. All are pure and cheap.
#pragma once

#include "base/units.h"
#include "phy/channel/path_loss.h"

namespace redcell::phy {

/// UMi is the street canyon; the two InH are offices with many and with few walls; the five InF are
/// factory halls with sparse or dense clutter and base stations low in it or high above, and with
/// both ends above all.
enum class Environment {
  free_space,
  uma,
  umi,
  rma,
  inh_open,
  inh_mixed,
  inf_sl,
  inf_dl,
  inf_sh,
  inf_dh,
  inf_hh
};

/// Path loss with and without line of sight. Free space and InF-HH have line of sight only and
/// ignore the second argument.
[[nodiscard]] PathLossModel path_loss_model(Environment environment, bool line_of_sight);

/// Table 7.4.2-1 for a terminal outdoors (InH: in the same room or not), 0..1; free space 1.
/// Above 23 m the terminal's height counts as 23 m, where the table ends.
///
/// Pre: distance_2d >= 0; not has_clutter.
[[nodiscard]] double los_probability(Environment environment, base::Metres distance_2d,
                                     base::Metres ut_height);

/// What stands in a factory hall.
struct Clutter {
  double density;  ///< Part of the floor that it takes, between 0 and 1.
  base::Metres height;
};
/// InF-SL, DL, SH and DH. In SH and DH base stations stand above the clutter (Table 7.2-4).
[[nodiscard]] bool has_clutter(Environment environment);
[[nodiscard]] bool is_above_clutter(Environment environment);
/// Typical width of a thing, Table 7.2-4: 10 m in sparse clutter, 2 m in dense. Pre: has_clutter.
[[nodiscard]] base::Metres clutter_size(Environment environment);

/// Table 7.4.2-1 for a hall with clutter.
///
/// Pre: has_clutter, distance_2d >= 0; where base stations are above the clutter, the terminal is
/// below it.
[[nodiscard]] double los_probability(Environment environment, const PathGeometry& geometry,
                                     const Clutter& clutter);

/// Standard deviation of shadowing, Table 7.4.1-1; free space 0. For a terminal outdoors.
[[nodiscard]] double shadowing_sigma_db(PathLossModel model, const PathGeometry& geometry);

/// Distance over which the correlation of shadowing falls to 1/e, Table 7.5-6; infinite in free
/// space, where nothing varies.
[[nodiscard]] base::Metres shadowing_correlation_distance(PathLossModel model);

/// The same for the line-of-sight state, Table 7.6.3.1-2.
[[nodiscard]] base::Metres los_correlation_distance(Environment environment);

/// 10 to the mean of the logarithm: half the links have more. Free space has one ray: no spread,
/// K infinite.
struct SmallScaleMedian {
  double delay_spread_s;
  double k_factor_db;  ///< Minus infinity without line of sight.
  double azimuth_spread_departure_deg;
  double zenith_spread_departure_deg;
};

/// Table 7.5-6 and, for the zenith spread, Tables 7.5-7 (UMa), 7.5-8 (UMi), 7.5-9 (RMa), 7.5-10
/// (InH) and 7.5-11 (InF). A carrier below 6 GHz counts as 6 GHz in UMa and InH, below 2 GHz as 2
/// GHz in UMi (notes of these tables).
[[nodiscard]] SmallScaleMedian small_scale_median(PathLossModel model,
                                                  const PathGeometry& geometry);

}  // namespace redcell::phy
