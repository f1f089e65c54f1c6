// Who goes when among slices: the candidates of a bandwidth part in, their order and what is yet
// asked for out. How much each may take is decided elsewhere (slice_shares.h).
#pragma once

#include <cstdint>
#include <vector>

#include "mac/gnb/block_size.h"
#include "mac/gnb/placing.h"
#include "mac/gnb/policy.h"
#include "mac/gnb/slice_shares.h"

namespace redcell::mac::gnb {

/// Who ranks inside a slice, and the slot in which it is decided: before the one of a PUSCH.
struct Ranking {
  Policy& policy;
  base::Slot slot;
};

/// Of one slot and direction at a time; without slices to share it keeps the policy's order and
/// costs nothing else.
class SliceTurns {
 public:
  struct Counts {
    std::size_t slices = 1;
    std::size_t connections = 0;
    int served_max = 1;  ///< Terminals of a part that a slot serves.
  };
  /// Nobody asks yet. part_prbs: PRBs for data of each bandwidth part. No allocation once warm.
  void begin(const std::vector<int>& part_prbs, const Counts& counts);
  /// A candidate to come would take so many PRBs.
  void ask(const Candidate& candidate, int prb_count);
  /// Writes what all have asked for, as far as parts have PRBs and a slot serves terminals.
  void tell(SliceSlot& at);

  /// One candidate of each slice in turn, the slice furthest behind its minimum first, another in
  /// each slot among equals; inside a slice in the policy's order.
  void order(const Ranking& ranking, const SliceShares& shares, const SliceSlot& at,
             std::vector<Candidate>& candidates);
  /// With several slices the first `room` candidates may be served; all others ask for nothing.
  void select(int room, SliceSlot& at, std::vector<Candidate>& candidates);
  /// PRBs of the free ones in its part that it may take: as many as its slice may (SliceShares),
  /// without those that are owed to others who ask for them there. Where a part has fewer than it
  /// owes each has its share of them.
  [[nodiscard]] int room(const Candidate& candidate, const FreePrbs& prbs,
                         const SliceShares& shares, const SliceSlot& at) const;
  /// Of so many PRBs nothing that it asks for is kept for others: they are all it wants, or all
  /// that are free.
  [[nodiscard]] bool is_content(const Candidate& candidate, int room, const FreePrbs& prbs) const {
    return room == unlimited_prbs || demand_[candidate.connection] <= room || room >= prbs.count();
  }
  /// One that was let in finds no room on the PDCCH: the next of those left out comes in for it.
  void replace(SliceSlot& at, std::vector<Candidate>& candidates);
  /// A candidate asks for nothing more in this slot.
  void finish(Candidate& candidate, SliceSlot& at);

 private:
  [[nodiscard]] int& asked(std::uint32_t slice, std::uint32_t part) {
    return asked_[slice * part_prbs_.size() + part];
  }
  [[nodiscard]] int useful(std::uint32_t slice, std::uint32_t part) const;
  void tell(std::uint32_t slice, SliceSlot& at) const;
  /// Asks for so many PRBs more or less.
  void change(const Candidate& candidate, int prb_count, SliceSlot& at);
  void order_slices(const SliceShares& shares, const SliceSlot& at,
                    const std::vector<Candidate>& candidates);

  std::vector<int> part_prbs_;  ///< [part]
  std::vector<int> asked_;      ///< [slice * parts + part] PRBs
  std::vector<int> demand_;     ///< [connection] PRBs
  std::vector<int> most_;       ///< [slice * parts + part] PRBs that a slot's terminals could take.
  struct Wish {
    std::size_t where = 0;  ///< slice * parts + part
    int prb_count = 0;
  };
  std::vector<Wish> wishes_;
  std::vector<std::size_t> wish_counts_;  ///< [slice * parts + part]
  std::size_t served_max_ = 1;
  std::vector<std::uint32_t> slice_order_;
  /// Candidates of a slice among sorted_.
  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t next = 0;
  };
  std::vector<Group> groups_;  ///< [slice]
  std::vector<Candidate> sorted_;
  std::vector<PriorityKey> keys_;
};

}  // namespace redcell::mac::gnb
