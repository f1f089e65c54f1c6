// The configured grant of one UE: which occasion it may use next.
//
// TS 38.321 5.8.2, 5.4.1 (configuredGrantTimer), 5.15 (suspended outside its BWP).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "mac/configured_grant.h"

namespace redcell::mac::ue {

class ConfiguredUplink {
 public:
  /// As RRC says; type 1 may be used from grant.start on.
  void configure(const ConfiguredGrant& grant) {
    grant_ = grant;
    is_activated_ = !grant.by_dci;
  }
  /// Nothing is configured any more.
  void release() {
    grant_.reset();
    held_until_ = {};
    is_activated_ = has_to_confirm_ = is_ending_ = false;
  }
  /// The active BWP. Type 1 is suspended outside its own and goes on when back, type 2 is cleared.
  void enter(std::uint32_t bwp);
  /// Type 2. Both are to be confirmed; what is released may be used for that alone. The occasion
  /// that an activation begins with is free whatever its process held. Pre: is_configured().
  void on_dci(const ConfiguredGrantDci& dci);
  [[nodiscard]] bool has_to_confirm() const { return has_to_confirm_; }
  /// The confirmation is in a block.
  void confirm();

  [[nodiscard]] bool is_configured() const { return grant_.has_value(); }
  /// UL-SCH resources are there for new data (TS 38.321 5.4.5).
  [[nodiscard]] bool is_active() const { return is_activated_ && bwp_ == grant_->format.bwp; }
  /// The first occasion from a slot on whose process no timer holds. Pre: is_active().
  [[nodiscard]] base::Slot next(base::Slot from) const;
  /// The PUSCH of an occasion. Pre: is_active().
  [[nodiscard]] UlGrant grant_at(base::Slot occasion, base::UeId ue, std::uint32_t epoch) const;
  /// configuredGrantTimer runs from a PUSCH of the process on, from the DCI that asks for it on
  /// where there is one.
  void start_timer(int process, base::Slot pusch);

 private:
  std::optional<ConfiguredGrant> grant_;
  std::uint32_t bwp_ = 0;
  bool is_activated_ = false;    ///< There is a grant.
  bool has_to_confirm_ = false;  ///< What the last DCI said.
  bool is_ending_ = false;       ///< Released as soon as that is done.
  std::array<base::Slot, harq_process_count_max> held_until_{};
};

}  // namespace redcell::mac::ue
