// How much of a slot a block takes: small sums shared by both directions of the scheduler.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "mac/gnb/policy.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

/// What of a candidate its place among others follows from.
struct PriorityKey {
  std::optional<double> priority;
  base::UeId ue;
  std::uint32_t at = 0;  ///< Where the candidate is.
};
/// Highest priority first; equals by UE id; those without priority last.
void sort_by_priority(std::span<PriorityKey> keys);

/// PRBs that carry the bytes with the headers they will get, at most all of the slot; at least 1.
/// Reckoned with the slot's mean RE per PRB: beside an SSB a block may come out smaller.
[[nodiscard]] int prbs_for(std::uint64_t bytes, const phy::Mcs& mcs, int layer_count,
                           const phy::SlotResources& slot);

/// The largest count <= prb_count of the form 2^a 3^b 5^c (transform precoding, TS 38.211 6.3.1.4).
[[nodiscard]] int dft_prb_count(int prb_count);

}  // namespace redcell::mac::gnb
