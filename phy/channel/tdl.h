// Tapped delay lines: how the power of a link spreads over delay.
//
// Tables: 3GPP TR 38.901 V17 Tables 7.7.2-1 to 7.7.2-5; scaling: clauses 7.7.3 and 7.7.6.
#pragma once

#include <optional>
#include <vector>

#include "base/units.h"

namespace redcell::phy {

enum class TdlProfile { tdl_a, tdl_b, tdl_c, tdl_d, tdl_e };

/// Mean power at one excess delay. A tap is Rayleigh; the first one of TDL-D and TDL-E also holds
/// the line-of-sight ray, which makes it Rice.
struct TdlTap {
  double delay_s;
  double rayleigh_power_lin;
  double los_power_lin;
};

/// Wanted spread, and wanted ratio of the line-of-sight ray to all the rest.
struct TdlScaling {
  base::Seconds delay_spread;  ///< RMS, >= 0; 0 puts all taps at delay 0.
  std::optional<base::Db>
      k_factor;  ///< Only for profiles with a line of sight; absent: the table's own.
};

/// Largest number of taps of any profile.
inline constexpr int tdl_tap_count_max = 24;

[[nodiscard]] bool has_line_of_sight(TdlProfile profile);

/// The taps of a profile in the order of its table. Powers sum to 1. The table's delays are
/// multiplied by the delay spread (7.7.3); with a K factor the Rayleigh powers are scaled and the
/// delays renormalised to the wanted spread (7.7.6).
///
/// Pre: delay_spread >= 0; k_factor only where has_line_of_sight(profile).
[[nodiscard]] std::vector<TdlTap> tdl_taps(TdlProfile profile, const TdlScaling& scaling);

}  // namespace redcell::phy
