#include "mac/bwp.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace redcell::mac {

base::SlotCount bwp_switch_delay(int mu, int type) {
  RC_CHECK(mu >= 0 && mu < 4 && (type == 1 || type == 2));
  constexpr std::array<std::array<std::int64_t, 4>, 2> slots{{{1, 2, 3, 6}, {3, 5, 9, 18}}};
  return base::SlotCount(slots[static_cast<std::size_t>(type - 1)][static_cast<std::size_t>(mu)]);
}

void ActiveBwp::on_switch_dci(base::Slot n, std::uint32_t to) {
  if (pending_) return;
  timer_start_ = n;
  pending_ = {.from_bwp = bwp_,
              .to_bwp = to,
              .cause = BwpCause::dci,
              .from = n,
              .until = n + timing_.switch_delay};
}

void ActiveBwp::on_command(base::Slot first, base::Slot last, std::uint32_t to) {
  RC_CHECK(first <= last);
  if (pending_) return;
  const base::SlotCount processing = base::SlotCount(1) + timing_.rrc_processing;
  const base::Slot from = first + processing;
  timer_start_ = from + timing_.rrc_switch;
  pending_ = {.from_bwp = bwp_,
              .to_bwp = to,
              .cause = BwpCause::command,
              .from = from,
              .until = last + processing + timing_.rrc_switch};
}

void ActiveBwp::on_dci(base::Slot n) { timer_start_ = std::max(timer_start_, n); }

std::optional<base::Slot> ActiveBwp::timer_end() const {
  const std::int64_t slots = timing_.subframe.value();
  const base::Slot next_subframe((timer_start_.value() / slots + 1) * slots);
  return next_subframe + timing_.inactivity;
}

std::optional<BwpSwitch> ActiveBwp::advance(base::Slot slot) {
  const std::optional<base::Slot> end = expiry();
  if (end && *end <= slot) {
    pending_ = {.from_bwp = bwp_,
                .to_bwp = timing_.default_bwp,
                .cause = BwpCause::timer,
                .from = *end,
                .until = *end + timing_.switch_delay};
  }
  if (!pending_ || pending_->until > slot) return std::nullopt;
  const BwpSwitch done = *pending_;
  pending_.reset();
  bwp_ = done.to_bwp;
  return done;
}

std::optional<base::Slot> ActiveBwp::next(base::Slot after) const {
  if (pending_) return pending_->from > after ? pending_->from : pending_->until;
  return expiry();
}

}  // namespace redcell::mac
