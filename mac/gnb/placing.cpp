#include "mac/gnb/placing.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {

void FreePrbs::mark(const phy::SlotResources& slot, const Start& start) {
  const std::size_t prb_count = slot.data_re.size();
  RC_CHECK(prb_count <= prb_bits_count);
  usable_ = {};
  taken_ = {};
  for (std::size_t begin = 0; begin < prb_count; begin += 64) {
    const std::size_t count = std::min<std::size_t>(64, prb_count - begin);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bits |= static_cast<std::uint64_t>(slot.data_re[begin + i] > 0) << i;
    }
    usable_.words[begin / 64] = bits;
  }
  if (start.taken == nullptr || start.taken->empty()) return;
  const phy::PrbRange bwp{.first = start.bwp_first, .count = static_cast<int>(prb_count)};
  PrbBits inside;
  inside.add(bwp);
  for (std::size_t word = 0; word < prb_word_count; ++word) {
    inside.words[word] &= start.taken->bits().words[word];
  }
  // Type 0 names whole groups, which count from the carrier's first PRB (TS 38.214 5.1.2.2.1).
  if (start.allocation == Allocation::bitmap) inside = inside.in_groups(phy::rbg_size(bwp.count));
  taken_ = inside.moved_down(bwp.first);
  for (std::size_t word = 0; word < prb_word_count; ++word) {
    usable_.words[word] &= ~taken_.words[word];
  }
}

void FreePrbs::reset(const phy::SlotResources& slot, const Start& start) {
  allocation_ = start.allocation;
  next_prb_ = start.first_prb;
  runs_.clear();
  mark(slot, start);
  count_ = usable_.count({.first = 0, .count = static_cast<int>(slot.data_re.size())});
  const bool by_bitmap = allocation_ == Allocation::bitmap;
  const auto prb_count = static_cast<int>(slot.data_re.size());
  for (int first = usable_.next(0); first < prb_count;) {
    const int end = by_bitmap ? std::min(taken_.next(first), prb_count) : usable_.next_gap(first);
    insert({.first = first, .count = end - first}, runs_.size());
    first = usable_.next(end);
  }
}

int FreePrbs::usable(const phy::PrbRange& range) const {
  if (allocation_ == Allocation::contiguous) return range.count;  // Of a run: all of it.
  return usable_.count(range);
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
  const auto is_usable = [&](int prb) { return usable_.at(prb); };
  // From the turn on, but no later than leaves room for all.
  const bool is_whole = usable(run) == run.count;
  phy::PrbRange taken{.first = is_whole ? run.end() - count : run.end(), .count = 0};
  for (int left = is_whole ? 0 : count; left > 0;) {
    --taken.first;
    if (is_usable(taken.first)) --left;
  }
  const int last_first = taken.first;
  const int over = next_prb_ - last_first;
  const bool goes_round = allocation_ == Allocation::contiguous && over > count / 2;
  taken.first = goes_round ? run.first : std::clamp(next_prb_, run.first, last_first);
  while (!is_usable(taken.first)) ++taken.first;
  if (is_whole) taken.count = count;
  for (int left = is_whole ? 0 : count; left > 0; ++taken.count) {
    if (is_usable(taken.end())) --left;
  }
  count_ -= count;
  previous_prb_ = next_prb_;
  next_prb_ = taken.end();
  runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(room.run));
  insert({.first = taken.end(), .count = run.end() - taken.end()}, room.run);
  insert({.first = run.first, .count = taken.first - run.first}, room.run);
  return taken;
}

/// Cuts off what is not usable at both ends; an empty range is none.
void FreePrbs::insert(phy::PrbRange range, std::size_t at) {
  const auto is_usable = [&](int prb) { return usable_.at(prb); };
  while (range.count > 0 && !is_usable(range.end() - 1)) --range.count;
  for (; range.count > 0 && !is_usable(range.first); --range.count) ++range.first;
  if (range.count > 0) runs_.insert(runs_.begin() + static_cast<std::ptrdiff_t>(at), range);
}

void FreePrbs::give_back(const phy::PrbRange& range) {
  next_prb_ = previous_prb_;
  count_ += usable(range);
  auto next = std::find_if(runs_.begin(), runs_.end(),
                           [&](const phy::PrbRange& run) { return run.first >= range.end(); });
  const auto joins = [&](const phy::PrbRange& low, const phy::PrbRange& high) {
    if (low.end() == high.first) return true;
    const phy::PrbRange gap{.first = low.end(), .count = high.first - low.end()};
    return allocation_ == Allocation::bitmap && usable_.count(gap) + taken_.count(gap) == 0;
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
