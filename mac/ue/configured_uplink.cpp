#include "mac/ue/configured_uplink.h"

#include "base/check.h"

namespace redcell::mac::ue {

void ConfiguredUplink::enter(std::uint32_t bwp) {
  bwp_ = bwp;
  if (!grant_ || !grant_->by_dci || bwp == grant_->format.bwp) return;
  is_activated_ = has_to_confirm_ = is_ending_ = false;
}

void ConfiguredUplink::on_dci(const ConfiguredGrantDci& dci) {
  RC_CHECK(is_configured() && dci.grant.by_dci);
  has_to_confirm_ = true;
  is_ending_ = !dci.activates;
  if (!dci.activates) return;
  grant_ = dci.grant;
  is_activated_ = true;
  // TS 38.321 5.4.1: the timer of its process stops; that of its first occasion [ours].
  held_until_[static_cast<std::size_t>(grant_->process_of(grant_->start))] = {};
}

void ConfiguredUplink::confirm() {
  if (is_ending_) is_activated_ = false;
  has_to_confirm_ = is_ending_ = false;
}

base::Slot ConfiguredUplink::next(base::Slot from) const {
  RC_CHECK(is_active());
  base::Slot slot = grant_->occasion_from(from);
  while (slot < held_until_[static_cast<std::size_t>(grant_->process_of(slot))]) {
    slot += grant_->periodicity;
  }
  return slot;
}

UlGrant ConfiguredUplink::grant_at(base::Slot occasion, base::UeId ue, std::uint32_t epoch) const {
  RC_CHECK(is_active() && grant_->is_occasion(occasion));
  return {.ue = ue,
          .epoch = epoch,
          .harq = grant_->block_of(occasion),
          .format = grant_->format,
          .pusch_slot = occasion};
}

void ConfiguredUplink::start_timer(int process, base::Slot pusch) {
  RC_CHECK(is_configured());
  held_until_[static_cast<std::size_t>(process)] =
      pusch + grant_->timer_periods * grant_->periodicity;
}

}  // namespace redcell::mac::ue
