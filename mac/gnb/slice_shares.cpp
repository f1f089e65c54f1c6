#include "mac/gnb/slice_shares.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {
namespace {

std::int64_t percent_of(int percent, std::int64_t prb_count) { return percent * prb_count / 100; }

}  // namespace

SliceShares::SliceShares(std::span<const RrmPolicyRatio> ratios, std::span<const int> prb_counts,
                         int window_slots, int reach_slots)
    : ratios_(ratios.begin(), ratios.end()), prbs_before_{0}, window_slots_(window_slots) {
  RC_CHECK(!ratios.empty() && !prb_counts.empty() && window_slots >= 1 && reach_slots >= 0);
  for (const int count : prb_counts) prbs_before_.push_back(prbs_before_.back() + count);
  windows_.resize(static_cast<std::size_t>(reach_slots / window_slots + 2));
  for (Window& window : windows_) window.used.resize(ratios.size());
  waits_since_.resize(ratios.size());
}

void SliceShares::change(base::Slot from, std::span<const int> prb_counts) {
  RC_CHECK(prb_counts.size() + 1 == prbs_before_.size() && from.value() % window_slots_ == 0);
  former_.swap(prbs_before_);
  prbs_before_.assign(1, 0);
  for (const int count : prb_counts) prbs_before_.push_back(prbs_before_.back() + count);
  changed_ = from;
}

int SliceShares::most_in_any_window(std::size_t slice, std::span<const int> prb_counts) const {
  if (!limit() || ratios_[slice].is_apart) return unlimited_prbs;
  const std::size_t period = prb_counts.size();
  const auto window = static_cast<std::size_t>(window_slots_);
  int least = unlimited_prbs;
  for (std::size_t number = 0; number < period; ++number) {
    std::int64_t prbs = 0;
    for (std::size_t s = 0; s < window; ++s) prbs += prb_counts[(number * window + s) % period];
    // Where it may send nothing a repetition waits.
    const auto most = static_cast<int>(ratios_[slice].max_percent * prbs / 100);
    if (most > 0) least = std::min(least, most);
  }
  return least;
}

/// A change comes with a window, so all of it is of one table.
std::int64_t SliceShares::prbs_up_to(base::Slot slot) const {
  const std::vector<std::int64_t>& table = prbs_before(slot);
  const auto period = static_cast<std::int64_t>(table.size()) - 1;
  const auto before = [&](std::int64_t s) {
    return s / period * table.back() + table[static_cast<std::size_t>(s % period)];
  };
  return before(slot.value() + 1) - before(number_of(slot) * window_slots_);
}

std::int64_t SliceShares::used(std::size_t slice, const SliceSlot& at) const {
  const Window& window = windows_[at.window_place];
  return window.number == at.window ? window.used[slice] : 0;
}

void SliceShares::begin(base::Slot slot, SliceSlot& at) const {
  const std::vector<std::int64_t>& table = prbs_before(slot);
  const std::size_t turn = static_cast<std::size_t>(slot.value()) % (table.size() - 1);
  at.slot = slot;
  at.prb_count = static_cast<int>(table[turn + 1] - table[turn]);
  at.taken = 0;
  at.used.assign(ratios_.size(), 0);
  at.asked.assign(ratios_.size(), 0);
  at.saves.assign(ratios_.size(), 0);
  at.quotas.resize(ratios_.size());
  at.window = number_of(slot);
  at.window_place = static_cast<std::size_t>(at.window) % windows_.size();
  if (!limit()) return;
  const std::int64_t now = prbs_up_to(slot);
  for (std::size_t slice = 0; slice < ratios_.size(); ++slice) {
    const RrmPolicyRatio& ratio = ratios_[slice];
    const std::int64_t before = percent_of(ratio.dedicated_percent, now - at.prb_count);
    at.quotas[slice] = {.min = percent_of(ratio.min_percent, now),
                        .max = percent_of(ratio.max_percent, now),
                        .dedicated = percent_of(ratio.dedicated_percent, now) - before};
  }
}

void SliceShares::look_again(SliceSlot& at) {
  std::fill(at.asked.begin(), at.asked.end(), 0);
  std::fill(at.saves.begin(), at.saves.end(), std::uint8_t{0});
}

std::int64_t SliceShares::dedicated(std::size_t slice, const SliceSlot& at) const {
  return std::max<std::int64_t>(at.quotas[slice].dedicated - at.used[slice], 0);
}

int SliceShares::owed(std::size_t slice, const SliceSlot& at) const {
  const std::int64_t owed = std::min<std::int64_t>(-above_min(slice, at), at.asked[slice]);
  return static_cast<int>(std::max<std::int64_t>(owed, 0));
}

std::int64_t SliceShares::below_max(std::size_t slice, const SliceSlot& at) const {
  return at.quotas[slice].max - used(slice, at);
}

int SliceShares::allowance(std::size_t slice, const SliceSlot& at) const {
  if (!limit() || ratios_[slice].is_apart) return unlimited_prbs;
  if (at.saves[slice] != 0) return 0;
  std::int64_t room = at.prb_count - at.taken;
  for (std::size_t other = 0; other < ratios_.size(); ++other) {
    if (other != slice) room -= std::max<std::int64_t>(dedicated(other, at), owed(other, at));
  }
  return static_cast<int>(std::max<std::int64_t>(std::min(room, below_max(slice, at)), 0));
}

bool SliceShares::may_repeat(std::size_t slice, int prb_count, SliceSlot& at) {
  if (!limit() || ratios_[slice].is_apart) return true;
  std::optional<base::Slot>& waits_since = waits_since_[slice];
  const bool has_waited = waits_since && at.slot >= *waits_since + base::SlotCount(window_slots_);
  const bool is_owed = has_waited || above_min(slice, at) < 0;
  std::int64_t room = at.prb_count - at.taken;
  for (std::size_t other = 0; other < ratios_.size(); ++other) {
    if (other == slice) continue;
    room -= std::max<std::int64_t>(dedicated(other, at), is_owed ? 0 : owed(other, at));
  }
  if (prb_count > below_max(slice, at)) {
    at.saves[slice] = 1;
    return false;
  }
  const bool fits = prb_count <= room;
  if (fits) {
    waits_since.reset();
  } else if (!waits_since) {
    waits_since = at.slot;
  }
  return fits;
}

void SliceShares::take(std::size_t slice, int prb_count, SliceSlot& at) {
  if (ratios_[slice].is_apart) return;
  Window& window = windows_[at.window_place];
  if (window.number != at.window) {
    window.number = at.window;
    std::fill(window.used.begin(), window.used.end(), std::int64_t{0});
  }
  window.used[slice] += prb_count;
  at.used[slice] += prb_count;
  at.taken += prb_count;
}

std::int64_t SliceShares::above_min(std::size_t slice, const SliceSlot& at) const {
  return used(slice, at) - at.quotas[slice].min;
}

}  // namespace redcell::mac::gnb
