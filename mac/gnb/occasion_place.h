// What the resources of a part leave to semi-persistent scheduling: occasions in, PRBs and a block
// for all of them out.
//
// [ours] Occasions are in the longest downlink slots, for a block has one size; on PRBs that are
// whole in each of them, beside SS/PBCH blocks, SIB1 and paging.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "phy/nr/block_fit.h"
#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

struct OccasionRow {
  const phy::ResourceMap& map;
  base::Slot first;
  base::SlotCount period{1};
  base::SlotCount k1{0};
};

/// Zeroes what is not whole in some occasion. False: one is in no long downlink slot, or its answer
/// is in no uplink slot. Pre: free[PRB of the part]. Cost: PRBs x occasions of the map's period.
bool keep_whole_prbs(const OccasionRow& row, std::vector<std::uint8_t>& free);
/// The first so many of the free PRBs that lie side by side.
[[nodiscard]] std::optional<phy::PrbRange> first_run(const std::vector<std::uint8_t>& free,
                                                     int prb_count);
/// The block that fits in each of them: that of the occasion with the least room.
[[nodiscard]] phy::BlockFit fit_in_all(const OccasionRow& row, const phy::BlockRequest& request);

}  // namespace redcell::mac::gnb
