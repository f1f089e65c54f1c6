// Semi-persistent scheduling at one UE: which PDSCH it looks for without a DCI.
//
// TS 38.321 5.8.1, 5.15 (cleared when its BWP is left), TS 38.213 10.2.
#pragma once

#include <cstdint>
#include <optional>

#include "mac/semi_persistent.h"

namespace redcell::mac::ue {

class SemiPersistentDownlink {
 public:
  /// As RRC says; nothing is expected before a DCI activates it.
  void configure(const SemiPersistent& config) {
    config_ = config;
    active_.reset();
  }
  /// Nothing is configured any more.
  void release() {
    config_.reset();
    active_.reset();
  }
  [[nodiscard]] bool is_configured() const { return config_.has_value(); }
  /// The active BWP: in another one than its own there are no occasions, now and later.
  void enter(std::uint32_t bwp) {
    if (active_ && active_->format.bwp != bwp) active_.reset();
  }
  /// A DCI of this slot; it takes the place of the one before. Pre: dci.activates.
  void activate(const DlAssignment& dci, base::Slot slot);
  /// Whether the UE looks for this PDSCH, in this slot and with this answer, though no DCI says so.
  [[nodiscard]] bool expects(const DlAssignment& assignment, base::Slot slot) const;

 private:
  struct Active {
    SemiPersistent occasions;
    BlockFormat format;
    base::SlotCount k1{0};
  };
  std::optional<SemiPersistent> config_;
  std::optional<Active> active_;
};

}  // namespace redcell::mac::ue
