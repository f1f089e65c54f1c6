// Peak rates: what the standard's formula promises, and what the blocks of a carrier really carry.
#pragma once

#include "base/ids.h"
#include "phy/nr/block_fit.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/resource_map.h"

namespace redcell::phy {

/// One carrier of TS 38.306 4.1.2.
struct PeakRateInput {
  int layer_count = 1;
  int modulation_order = 8;
  double scaling = 1;  ///< f: 1, 0.8, 0.75 or 0.4.
  double rate_max = 948.0 / 1024;
  int prb_count = 0;
  int mu = 0;
  double overhead = 0.14;  ///< FR1: 0.14 downlink, 0.08 uplink; FR2: 0.18 and 0.10.
};

/// Ignores the TDD split, as the formula does.
[[nodiscard]] double peak_rate_mbps_38306(const PeakRateInput& input);

/// Best case of a single terminal that is sent to in every slot.
struct BlockSetting {
  McsTable table = McsTable::qam256;
  base::McsIndex mcs{27};
  int layer_count = 1;
};

/// Mean rate of transport blocks over one period of the map, each as fit_block() makes it: on all
/// usable PRBs in the downlink, on the longest run of them in the uplink (contiguous allocation,
/// TS 38.214 6.1.2.2.2).
[[nodiscard]] double tbs_based_rate_mbps(const ResourceMap& map, base::Direction direction,
                                         const BlockSetting& setting);

}  // namespace redcell::phy
