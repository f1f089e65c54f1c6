#include "mac/gnb/placing.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {

void TakenPrbs::add(const phy::PrbRange& carrier_prbs) {
  const auto end = static_cast<std::size_t>(carrier_prbs.end());
  if (taken_.size() < end) taken_.resize(end, 0);
  std::fill(taken_.begin() + carrier_prbs.first, taken_.begin() + carrier_prbs.end(),
            std::uint8_t{1});
}

void FreePrbs::mark_usable(const phy::SlotResources& slot, const Start& start) {
  const int prb_count = static_cast<int>(slot.data_re.size());
  state_.resize(slot.data_re.size());
  std::transform(slot.data_re.begin(), slot.data_re.end(), state_.begin(),
                 [](std::int16_t re) { return re > 0 ? State::usable : State::blocked; });
  if (start.taken == nullptr || start.taken->empty()) return;
  // Type 0 names whole groups, which count from the carrier's first PRB (TS 38.214 5.1.2.2.1).
  const int size = start.allocation == Allocation::bitmap ? phy::rbg_size(prb_count) : 1;
  for (int prb = 0; prb < prb_count;) {
    const int end = std::min(prb_count, prb + size - (start.bwp_first + prb) % size);
    bool is_taken = false;
    for (int p = prb; p < end; ++p) is_taken = is_taken || start.taken->at(start.bwp_first + p);
    if (is_taken) std::fill(state_.begin() + prb, state_.begin() + end, State::taken);
    prb = end;
  }
}

void FreePrbs::reset(const phy::SlotResources& slot, const Start& start) {
  allocation_ = start.allocation;
  next_prb_ = start.first_prb;
  runs_.clear();
  mark_usable(slot, start);
  bool extends = false;
  for (int prb = 0; prb < static_cast<int>(state_.size()); ++prb) {
    if (!is(prb, State::usable)) {
      extends = extends && allocation_ == Allocation::bitmap && is(prb, State::blocked);
    } else if (extends) {
      runs_.back().count = prb + 1 - runs_.back().first;
    } else {
      runs_.push_back({.first = prb, .count = 1});
      extends = true;
    }
  }
}

int FreePrbs::usable(const phy::PrbRange& range) const {
  if (allocation_ == Allocation::contiguous) return range.count;  // Of a run: all of it.
  const auto first = state_.begin() + range.first;
  return static_cast<int>(std::count(first, first + range.count, State::usable));
}

int FreePrbs::count() const {
  int count = 0;
  for (const phy::PrbRange& run : runs_) count += usable(run);
  return count;
}

int FreePrbs::longest() const {
  int longest = 0;
  for (const phy::PrbRange& run : runs_) longest = std::max(longest, usable(run));
  return longest;
}

FreePrbs::Room FreePrbs::find_room(int wanted) const {
  const auto turn = std::find_if(runs_.begin(), runs_.end(),
                                 [&](const phy::PrbRange& run) { return run.end() > next_prb_; });
  const auto first = static_cast<std::size_t>(turn - runs_.begin());
  Room best;
  for (std::size_t i = 0; i < runs_.size() && best.count < wanted; ++i) {
    const std::size_t run = (first + i) % runs_.size();
    const int count = usable(runs_[run]);
    if (count > best.count) best = {.run = run, .count = count};
  }
  return best;
}

std::optional<phy::PrbRange> FreePrbs::take(int wanted, bool whole) {
  RC_CHECK(wanted > 0);
  const Room room = find_room(wanted);
  if (room.count == 0 || (whole && room.count < wanted)) return std::nullopt;
  const phy::PrbRange run = runs_[room.run];
  const int count = std::min(wanted, room.count);
  const auto is_usable = [&](int prb) { return is(prb, State::usable); };
  // From the turn on, but no later than leaves room for all.
  phy::PrbRange taken{.first = run.end(), .count = 0};
  for (int left = count; left > 0;) {
    --taken.first;
    if (is_usable(taken.first)) --left;
  }
  const int last_first = taken.first;
  const int over = next_prb_ - last_first;
  const bool goes_round = allocation_ == Allocation::contiguous && over > count / 2;
  taken.first = goes_round ? run.first : std::clamp(next_prb_, run.first, last_first);
  while (!is_usable(taken.first)) ++taken.first;
  for (int left = count; left > 0; ++taken.count) {
    if (is_usable(taken.end())) --left;
  }
  previous_prb_ = next_prb_;
  next_prb_ = taken.end();
  runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(room.run));
  insert({.first = taken.end(), .count = run.end() - taken.end()}, room.run);
  insert({.first = run.first, .count = taken.first - run.first}, room.run);
  return taken;
}

/// Cuts off what is not usable at both ends; an empty range is none.
void FreePrbs::insert(phy::PrbRange range, std::size_t at) {
  const auto is_usable = [&](int prb) { return is(prb, State::usable); };
  while (range.count > 0 && !is_usable(range.end() - 1)) --range.count;
  for (; range.count > 0 && !is_usable(range.first); --range.count) ++range.first;
  if (range.count > 0) runs_.insert(runs_.begin() + static_cast<std::ptrdiff_t>(at), range);
}

void FreePrbs::give_back(const phy::PrbRange& range) {
  next_prb_ = previous_prb_;
  auto next = std::find_if(runs_.begin(), runs_.end(),
                           [&](const phy::PrbRange& run) { return run.first >= range.end(); });
  const auto joins = [&](const phy::PrbRange& low, const phy::PrbRange& high) {
    const auto gap = state_.begin() + low.end();
    const auto end = state_.begin() + high.first;
    return gap == end || (allocation_ == Allocation::bitmap &&
                          std::all_of(gap, end, [](State s) { return s == State::blocked; }));
  };
  phy::PrbRange whole = range;
  if (next != runs_.end() && joins(whole, *next)) {
    whole.count = next->end() - whole.first;
    next = runs_.erase(next);
  }
  if (next != runs_.begin() && joins(*(next - 1), whole)) {
    --next;
    whole = {.first = next->first, .count = whole.end() - next->first};
    next = runs_.erase(next);
  }
  runs_.insert(next, whole);
}

int first_prb_of(const PlacingTurn& turn, int prb_count, Allocation allocation) {
  // A hash of two words: cells that kept a fixed distance would spare each other by agreement.
  std::uint32_t mixed = static_cast<std::uint32_t>(turn.slot.value()) + turn.cell * 0x9E37'79B9U;
  for (const std::uint32_t factor : {0x7FEB'352DU, 0x846C'A68BU}) {
    mixed ^= mixed >> 16U;
    mixed *= factor;
  }
  mixed ^= mixed >> 16U;
  if (allocation == Allocation::bitmap) return mixed % 2 == 0 ? 0 : prb_count - 1;
  const auto count = static_cast<std::uint64_t>(prb_count);
  return static_cast<int>((mixed * count) >> 32U);
}

}  // namespace redcell::mac::gnb
