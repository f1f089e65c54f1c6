// Where blocks lie: the PRBs of one slot and direction, handed out as contiguous ranges.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/units.h"
#include "mac/gnb/prb_bits.h"
#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

/// How a DCI names PRBs. Contiguous (type 1, TS 38.214 5.1.2.2.2): a range never covers a PRB that
/// SIB1, paging, PUCCH, PRACH or a block of another BWP occupies. Bitmap (type 0, 5.1.2.2.1,
/// downlink only): it may cover PRBs of SIB1 and paging, which are left out; groups are left out
/// whole. A block may still begin or end inside one [ours].
enum class Allocation { contiguous, bitmap };

/// PRBs of the carrier that blocks have taken, whatever BWP they belong to.
class TakenPrbs {
 public:
  void clear() { *this = {}; }
  [[nodiscard]] bool empty() const { return is_empty_; }
  void add(const phy::PrbRange& carrier_prbs) {
    RC_CHECK(carrier_prbs.first >= 0 && carrier_prbs.end() <= prb_bits_count);
    bits_.add(carrier_prbs);
    is_empty_ = false;
  }
  [[nodiscard]] bool at(int carrier_prb) const { return bits_.at(carrier_prb); }
  [[nodiscard]] const PrbBits& bits() const { return bits_; }

 private:
  PrbBits bits_;
  bool is_empty_ = true;
};

/// The free PRBs of a BWP in one slot. Ranges are relative to the BWP; counts are of usable PRBs, a
/// range's own count includes those left out.
class FreePrbs {
 public:
  struct Start {
    Allocation allocation = Allocation::contiguous;
    int bwp_first = 0;                 ///< PRB of the carrier.
    const TakenPrbs* taken = nullptr;  ///< By others before; null: nothing.
    int first_prb = 0;                 ///< Where placing begins.
  };
  FreePrbs() { runs_.reserve(phy::carrier_prb_count_max / 2 + 1); }
  /// Starts anew for a slot.
  void reset(const phy::SlotResources& slot, const Start& start);
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  /// Usable PRBs of all runs.
  [[nodiscard]] int count() const { return count_; }
  /// Usable PRBs of the largest run.
  [[nodiscard]] int longest() const;
  /// From the first run with room for, else the largest run cut to, wanted PRBs; runs are tried
  /// from where the last block ended, round the BWP. nullopt when none is free. whole: only a run
  /// that holds all of them will do.
  std::optional<phy::PrbRange> take(int wanted, bool whole);
  /// Gives back a range taken last.
  void give_back(const phy::PrbRange& range);

 private:
  [[nodiscard]] int usable(const phy::PrbRange& range) const;
  void mark(const phy::SlotResources& slot, const Start& start);
  /// Index of the run to take from, and what it holds.
  struct Room {
    std::size_t run = 0;
    int count = 0;
  };
  [[nodiscard]] Room find_room(int wanted) const;
  void insert(phy::PrbRange range, std::size_t at);

  Allocation allocation_ = Allocation::contiguous;
  int next_prb_ = 0;
  int previous_prb_ = 0;  ///< next_prb_ before the last take().
  int count_ = 0;
  /// In order of PRB, not touching; each begins and ends with a usable PRB.
  std::vector<phy::PrbRange> runs_;
  // As reset() found them: what data may take, and what others have. The rest is blocked.
  PrbBits usable_;
  PrbBits taken_;
};

/// Where placing begins in a slot [ours], drawn by slot and cell, so that what a loaded cell sends
/// does not always fall on the same PRBs: contiguous blocks anywhere, and at the nearer end of
/// their run where they would reach over it; those by bitmap, which mostly fill the BWP, at one of
/// its ends, so that what is left stays in one piece.
struct PlacingTurn {
  std::uint32_t cell = 0;
  base::Slot slot;
};
[[nodiscard]] int first_prb_of(const PlacingTurn& turn, int prb_count, Allocation allocation);

}  // namespace redcell::mac::gnb
