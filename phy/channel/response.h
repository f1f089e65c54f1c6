// Channel response: multipath taps in, one complex gain per group of resource blocks and port pair
// out, 16 links at a time.
//
//   H[k] = sum_t g[t] * exp(-j 2 pi f[k] tau[t]),     f[k] = first_centre + k * spacing     (in
//   every lane)
//
// Symbols follow 3GPP TR 38.901 clause 7.7.2 (tapped delay line).
#pragma once

#include <cstddef>

#include "base/lane_tile.h"
#include "base/units.h"

namespace redcell::phy {

/// The taps of 16 links at one instant.
struct TapTile {
  const base::LaneTile& delay_s;  ///< [tap][lane] excess delay, >= 0; |f| * delay < 2^19 turns.
  const base::LaneTile& gain_re;  ///< [tap][port pair][lane] amplitude; unused lanes are zero.
  const base::LaneTile& gain_im;  ///< [tap][port pair][lane]
};

/// Equally spaced groups of resource blocks. Frequencies are relative to the carrier centre.
struct BlockGrid {
  base::Hertz first_centre;  ///< Centre of group 0; negative for the lower band half.
  base::Hertz spacing;       ///< From centre to centre, > 0.
  int count = 0;             ///< > 0.
};

/// Where the response goes: row = first_row + group * port_pair_count + port_pair.
struct ResponseTile {
  base::LaneTile& re;  ///< [group][port pair][lane]
  base::LaneTile& im;  ///< [group][port pair][lane]
  std::size_t first_row = 0;
};

inline constexpr std::size_t response_tap_count_max = 32;
inline constexpr std::size_t response_port_pair_count_max = 8;

/// Bound on |H - exact|, as a fraction of the sum of tap magnitudes of that lane and port pair.
inline constexpr double response_error_max = 1e-6;

/// A grid and taps whose delays stay while their gains change: what depends on delays alone is
/// kept, 128 bytes a tap for each of five phasors and one more for each 63 groups.
class ResponsePlan {
 public:
  /// Pre: 1..32 taps, grid.count > 0, spacing > 0. Allocates.
  ResponsePlan(const BlockGrid& grid, std::size_t tap_count);

  /// Pre: one row a tap. No allocation.
  void set_delays(const base::LaneTile& delay_s);
  /// Fills the response of all port pairs of 16 links with the delays that were set; those in
  /// `taps` do not count.
  ///
  /// Pre: delays were set, 1..8 port pairs, gain tiles have taps * pairs rows, the response at
  /// least grid.count * pairs from its first row on. A broken precondition aborts (base/check.h).
  /// Cost: groups * taps * pairs * 2.4 multiply-adds per lane (mirrored groups share products); no
  /// allocation, no locks; same bits on AVX2 and AVX-512.
  void respond_to(const TapTile& taps, const ResponseTile& response) const;

  [[nodiscard]] int group_count() const { return grid_.count; }
  [[nodiscard]] std::size_t row_count() const { return phasors_.row_count(); }

 private:
  BlockGrid grid_;
  std::size_t tap_count_;
  base::LaneTile phasors_;  ///< [tap][phasor][re, im][lane]
};

}  // namespace redcell::phy
