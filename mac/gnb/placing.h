// Where blocks lie: the PRBs of one slot and direction, handed out as contiguous ranges.
#pragma once

#include <optional>
#include <vector>

#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

/// The free PRBs of a slot. A range is a run of usable PRBs (resource allocation type 1,
/// TS 38.214 5.1.2.2.2), so it never covers one that SIB1, paging, PUCCH or PRACH occupies.
class FreePrbs {
 public:
  /// Starts anew for a slot.
  void reset(const phy::SlotResources& slot);
  [[nodiscard]] int longest() const;
  /// The start of the first run with room for wanted PRBs, else the whole of the longest run;
  /// nullopt when none is free. whole: only a run that holds all of them will do. Pre: wanted > 0.
  std::optional<phy::PrbRange> take(int wanted, bool whole);
  /// Gives back the tail of a range taken last.
  void give_back(const phy::PrbRange& range);

 private:
  std::vector<phy::PrbRange> runs_;  ///< In order of PRB, not touching.
};

}  // namespace redcell::mac::gnb
