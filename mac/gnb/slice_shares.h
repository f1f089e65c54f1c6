// Slices share the PRBs of a cell in one direction: ratios in, how many PRBs a slice may still take
// in a slot out. TS 28.541 4.3.36 (RRMPolicyRatio), resource type PRB.
//
// Accounts run over windows of slots that follow one another without a gap. In each slot of a
// window a slice has had, since its beginning,
// - at most its maximum ratio of the PRBs that there were, on an otherwise idle cell too;
// - at least its minimum ratio, as long as it asked for them: what is still owed is kept free until
//   all that it has to send has been looked at, and lent then;
// - its dedicated ratio of each slot, which stays empty when the slice does not use it.
// A repetition needs as many PRBs as its block had. Where the maximum has no room for it yet, the
// slice sends nothing new in the slot. What is owed to others holds up repetitions of a slice that
// has had its minimum, but no longer than a window; of one that has not, only what is dedicated to
// others. Whole PRBs are
// rounded down over the window, not in every slot. [ours] A slice that was idle may make up for its
// minimum inside the window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/units.h"

namespace redcell::mac::gnb {

/// In percent; dedicated <= min <= max; without any of them when apart. The sums of dedicated and
/// of min over slices are <= 100.
struct RrmPolicyRatio {
  int dedicated_percent = 0;
  int min_percent = 0;
  int max_percent = 100;
  bool is_apart = false;  ///< It has PRBs of its own; nothing is shared with it.
};

/// More PRBs than there are.
inline constexpr int unlimited_prbs = std::numeric_limits<int>::max();

/// What slices have taken in one slot.
struct SliceSlot {
  /// PRBs of the window up to this slot that a slice may or should have; of the slot, dedicated.
  struct Quota {
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::int64_t dedicated = 0;
  };
  base::Slot slot{-1};
  int prb_count = 0;                ///< The carrier's, that data may use.
  int taken = 0;                    ///< Of them.
  std::vector<int> used;            ///< [slice] PRBs
  std::vector<int> asked;           ///< [slice] The most it may yet have a use for.
  std::vector<std::uint8_t> saves;  ///< [slice] For a repetition: nothing new.
  std::vector<Quota> quotas;        ///< [slice]
  std::int64_t window = -1;         ///< Number of its window ...
  std::size_t window_place = 0;     ///< ... and where its account is.
};

class SliceShares {
 public:
  /// prb_counts: PRBs that data may use in each slot of a period, from slot 0 on. reach_slots: how
  /// far apart the slots of two calls may be. Pre: none empty, window_slots >= 1.
  SliceShares(std::span<const RrmPolicyRatio> ratios, std::span<const int> prb_counts,
              int window_slots, int reach_slots);

  /// From a slot on, the first of a window that nobody has begun, there are other PRBs; of the same
  /// period. Slots before the change before are not asked for again. No allocation but at first.
  void change(base::Slot from, std::span<const int> prb_counts);

  /// The largest block that the slice's maximum has room for in any window that it may send in,
  /// where the slots of a period have these PRBs; without limits unlimited_prbs.
  [[nodiscard]] int most_in_any_window(std::size_t slice, std::span<const int> prb_counts) const;

  [[nodiscard]] std::size_t slice_count() const { return ratios_.size(); }
  /// False: there is one slice, and nothing to share.
  [[nodiscard]] bool limit() const { return ratios_.size() > 1; }
  /// Nobody has taken or asked for anything yet. No allocation after the first call for an object.
  void begin(base::Slot slot, SliceSlot& at) const;
  /// A slot is scheduled once more: nobody asks, nobody saves.
  static void look_again(SliceSlot& at);
  /// PRBs that the slice may take for new data; without limits unlimited_prbs.
  [[nodiscard]] int allowance(std::size_t slice, const SliceSlot& at) const;
  /// Whether a block may be repeated now; if not, the slice saves for it.
  [[nodiscard]] bool may_repeat(std::size_t slice, int prb_count, SliceSlot& at);
  void take(std::size_t slice, int prb_count, SliceSlot& at);
  /// PRBs of its minimum that the slice asks for and has not had yet; at least 0.
  [[nodiscard]] int owed(std::size_t slice, const SliceSlot& at) const;
  /// PRBs that the slice has had in this window beyond its minimum; negative: still owed.
  [[nodiscard]] std::int64_t above_min(std::size_t slice, const SliceSlot& at) const;

 private:
  struct Window {
    std::int64_t number = -1;
    std::vector<std::int64_t> used;  ///< [slice] PRBs
  };
  /// PRBs of the window from its first slot to this one, this one included.
  [[nodiscard]] std::int64_t prbs_up_to(base::Slot slot) const;
  [[nodiscard]] std::int64_t used(std::size_t slice, const SliceSlot& at) const;
  [[nodiscard]] std::int64_t number_of(base::Slot slot) const {
    return slot.value() / window_slots_;
  }
  [[nodiscard]] const std::vector<std::int64_t>& prbs_before(base::Slot slot) const {
    return slot < changed_ ? former_ : prbs_before_;
  }
  /// PRBs of this slot that are the slice's alone.
  [[nodiscard]] std::int64_t dedicated(std::size_t slice, const SliceSlot& at) const;
  [[nodiscard]] std::int64_t below_max(std::size_t slice, const SliceSlot& at) const;

  std::vector<RrmPolicyRatio> ratios_;
  /// [slot of the period, and its end] PRBs since its start.
  std::vector<std::int64_t> prbs_before_;
  std::vector<std::int64_t> former_;  ///< The same before changed_.
  base::Slot changed_{0};
  std::int64_t window_slots_;
  std::vector<Window> windows_;  ///< Ring.
  /// [slice] Since when a repetition has found no room.
  std::vector<std::optional<base::Slot>> waits_since_;
};

}  // namespace redcell::mac::gnb
