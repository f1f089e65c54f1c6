// What a terminal reports and what the scheduler makes of it: channel in, rank, PMI and CQI out;
// SINR in, MCS out.
//
// CSI reference resource: TS 38.214 5.2.2.5. CQI: highest index whose block has an error rate of at
// most 0.1 (TS 38.214 5.2.2.1).
#pragma once

#include <span>
#include <vector>

#include "base/units.h"
#include "phy/link/sinr.h"
#include "phy/nr/mcs_table.h"

namespace redcell::phy {

inline constexpr int csi_group_count_max = 275;
inline constexpr int csi_reference_symbol_count = 12;
inline constexpr double cqi_target_bler = 0.1;

struct CsiInput {
  SinrInput link{};  ///< Its layer_count and pmi are ignored: they are what is looked for.
  int max_rank = 1;  ///< What UE and gNB are configured for; rank also needs ports and branches.
  CqiTable cqi_table = CqiTable::table_2;
  std::span<const int> group_prb_count{};  ///< [group] PRBs of the BWP, > 0.
  int dmrs_re_per_prb = 12;                ///< In the 12 symbols of the reference resource, < 144.
};

struct CsiReport {
  int rank = 1;
  int pmi = 0;
  base::CqiIndex cqi{0};  ///< 0: not even the lowest can be decoded.
  /// Mutual-information effective SINR of the code word over all its layers, with the modulation of
  /// the CQI; -40 dB at least.
  double sinr_db = -40;
  double expected_rate_bits_per_re =
      0;  ///< rank x spectral efficiency x (1 - error rate); decides the rank.
};

/// Pre: as post_sinr(); 1..275 groups. No allocation.
[[nodiscard]] CsiReport measure_csi(const CsiInput& input);

/// Lowest SINR of each MCS of a table at which a nominal block (25 PRB, 12 symbols, 12 DMRS RE per
/// PRB, one layer [ours]) stays within the target error rate in AWGN. Build once, use for ever.
class McsThresholds {
 public:
  /// Pre: 0 < target_bler < 1, max_modulation_order >= 2: schemes above it do not exist.
  McsThresholds(McsTable table, double target_bler, int max_modulation_order);

  /// Highest scheme that can be decoded at this effective SINR; 0 when none can. Cost: 5
  /// comparisons.
  [[nodiscard]] base::McsIndex at(double sinr_db) const;
  /// Pre: mcs <= highest().
  [[nodiscard]] double required_sinr_db(base::McsIndex mcs) const;
  [[nodiscard]] base::McsIndex highest() const;

 private:
  std::vector<double> required_db_;  ///< [mcs]
  std::vector<double>
      at_least_db_;  ///< [mcs] least of required_db_ from here up: ascending, can be bisected.
};

}  // namespace redcell::phy
