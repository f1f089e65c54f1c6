// Where blocks lie: the PRBs of one slot and direction, handed out as contiguous ranges.
#pragma once

#include <optional>
#include <vector>

#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

/// How a DCI names PRBs. Contiguous (type 1, TS 38.214 5.1.2.2.2): a range never covers a PRB that
/// SIB1, paging, PUCCH or PRACH occupies. Bitmap (type 0, 5.1.2.2.1, downlink only): it may, and
/// the PRB is left out; the resource map blocks whole
/// groups. A block may still end inside one [ours].
enum class Allocation { contiguous, bitmap };

/// The free PRBs of a slot. Counts are of usable PRBs; a range's own count includes those left out.
class FreePrbs {
 public:
  /// Starts anew for a slot.
  void reset(const phy::SlotResources& slot, Allocation allocation = Allocation::contiguous);
  /// Usable PRBs of the largest run.
  [[nodiscard]] int longest() const;
  /// The first run with room for, else the largest run cut to, wanted PRBs; nullopt when none is
  /// free. whole: only a run that holds all of them will do.
  std::optional<phy::PrbRange> take(int wanted, bool whole);
  /// Gives back a range taken last.
  void give_back(const phy::PrbRange& range);

 private:
  [[nodiscard]] int usable(const phy::PrbRange& range) const;

  Allocation allocation_ = Allocation::contiguous;
  /// In order of PRB, not touching; each begins and ends with a usable PRB.
  std::vector<phy::PrbRange> runs_;
  std::vector<bool> is_usable_;  ///< [PRB]
};

}  // namespace redcell::mac::gnb
