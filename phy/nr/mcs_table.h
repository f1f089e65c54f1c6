// Modulation and coding schemes and channel quality indicators: index in, modulation order and code
// rate out.
//
// TS 38.214 Tables 5.1.3.1-1..3, 6.1.4.1-1..2 and 5.2.2.1-2..4.
#pragma once

#include "base/units.h"

namespace redcell::phy {

enum class McsTable {
  qam64,           ///< 5.1.3.1-1
  qam256,          ///< 5.1.3.1-2
  qam64_low_se,    ///< 5.1.3.1-3
  tp_qam64,        ///< 6.1.4.1-1, PUSCH with transform precoding
  tp_qam64_low_se  ///< 6.1.4.1-2, PUSCH with transform precoding
};

enum class CqiTable { table_1, table_2, table_3 };

/// Bits per symbol and target code rate, as the standard writes it: times 1024.
struct Mcs {
  int modulation_order = 0;
  double rate_x1024 = 0;
  /// Information bits per resource element and layer.
  [[nodiscard]] constexpr double spectral_efficiency() const {
    return modulation_order * rate_x1024 / 1024;
  }
};

struct Cqi {
  int modulation_order = 0;
  double rate_x1024 = 0;
  [[nodiscard]] constexpr double spectral_efficiency() const {
    return modulation_order * rate_x1024 / 1024;
  }
};

/// Schemes with a code rate of their own (28 or 29); reserved indices of retransmissions do not
/// count.
[[nodiscard]] int mcs_count(McsTable table);
/// Pre: 0 <= index < mcs_count(table). tp_pi2_bpsk (q = 1 instead of 2) concerns the lowest rows of
/// the two tables with transform precoding only.
[[nodiscard]] Mcs mcs(McsTable table, base::McsIndex index, bool tp_pi2_bpsk = false);
/// Pre: index 1..15; 0 means "out of range" and has no row.
[[nodiscard]] Cqi cqi(CqiTable table, base::CqiIndex index);

}  // namespace redcell::phy
