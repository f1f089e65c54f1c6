// The one rule by which a transport block is cut to a slot: resources and a wanted MCS in, block
// out.
#pragma once

#include "base/units.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/resource_map.h"

namespace redcell::phy {

/// Above this effective code rate a UE may skip decoding (TS 38.214 5.1.3).
inline constexpr double effective_code_rate_max = 0.95;

struct BlockRequest {
  McsTable table = McsTable::qam64;
  base::McsIndex wanted{};  ///< What the channel allows.
  int first_prb = 0;        ///< Relative to the BWP.
  int prb_count = 0;        ///< Blocked PRBs in the range are left out of the allocation.
  int layer_count = 1;
};

struct BlockFit {
  base::McsIndex mcs{};  ///< <= wanted.
  base::Bits tbs{};      ///< 0: nothing fits.
  int re_count = 0;      ///< RE that carry data, per layer.
  int prb_count = 0;     ///< PRBs in the allocation, blocked ones left out.
};

/// Sizes a block by TS 38.214 5.1.3.2 from the slot's symbols and DMRS (xOverhead 0) and lowers the
/// MCS until it fits the RE that rate matching leaves: information bits with all CRCs per RE at
/// most those of the wanted MCS in a slot without rate matching, and the effective code rate at
/// most effective_code_rate_max.
///
/// Pre: the range lies in the BWP, 0 <= wanted < mcs_count(table). Cost: one pass over the PRBs,
/// and one TBS per step down; no allocation.
[[nodiscard]] BlockFit fit_block(const BlockRequest& request, const SlotResources& slot);

}  // namespace redcell::phy
