// Which of a cell's RedCap parts are open, slot by slot.
//
// Parts 0 .. count - 1 are open: they have their SS/PBCH block and their PUCCH. All others are
// closed: what these would take is data's, and nobody is in them. A change holds from a slot on
// that nothing has been granted in yet, so that a slot has one answer for ever [ours].
#pragma once

#include <cstdint>

#include "base/check.h"
#include "base/units.h"

namespace redcell::mac::gnb {

class OpenParts {
 public:
  explicit OpenParts(std::uint32_t count) : before_(count), count_(count) {}

  /// How many are open in a slot. Pre: it is not before the last change but one.
  [[nodiscard]] std::uint32_t at(base::Slot slot) const { return slot < from_ ? before_ : count_; }
  /// How many terminals may be sent into: a new one has been on the air for a while.
  [[nodiscard]] std::uint32_t ready(base::Slot slot) const {
    if (slot >= ready_from_) return count_;
    return before_ < count_ ? before_ : count_;
  }
  /// As last announced.
  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// First slot of the last change.
  [[nodiscard]] base::Slot from() const { return from_; }

  /// One more or one less from a slot on. on_air: how long it takes until terminals may come. Pre:
  /// the last change came before that.
  void change(base::Slot from, std::uint32_t count, base::SlotCount on_air) {
    RC_CHECK(count >= 1 && from > from_);
    before_ = count_;
    count_ = count;
    from_ = from;
    ready_from_ = from + on_air;
  }

 private:
  std::uint32_t before_;
  std::uint32_t count_;
  base::Slot from_{0};
  base::Slot ready_from_{0};
};

}  // namespace redcell::mac::gnb
