#include "mac/gnb/slice_turns.h"

#include <algorithm>

namespace redcell::mac::gnb {

void SliceTurns::begin(const std::vector<int>& part_prbs, const Counts& counts) {
  part_prbs_.assign(part_prbs.begin(), part_prbs.end());
  asked_.assign(counts.slices * part_prbs.size(), 0);
  demand_.assign(counts.connections, 0);
  wishes_.clear();
  served_max_ = static_cast<std::size_t>(counts.served_max);
}

void SliceTurns::ask(const Candidate& candidate, int prb_count) {
  demand_[candidate.connection] = prb_count;
  asked(candidate.slice, candidate.part) += prb_count;
  wishes_.push_back(
      {.where = candidate.slice * part_prbs_.size() + candidate.part, .prb_count = prb_count});
}

/// A part can give no more than it has, and not to more terminals than a slot serves.
int SliceTurns::useful(std::uint32_t slice, std::uint32_t part) const {
  const std::size_t where = slice * part_prbs_.size() + part;
  return std::min({asked_[where], most_[where], part_prbs_[part]});
}

void SliceTurns::tell(std::uint32_t slice, SliceSlot& at) const {
  at.asked[slice] = 0;
  for (std::uint32_t part = 0; part < part_prbs_.size(); ++part) {
    at.asked[slice] += useful(slice, part);
  }
}

void SliceTurns::tell(SliceSlot& at) {
  // Where no more ask than a slot serves, the sum of all is the most.
  wish_counts_.assign(asked_.size(), 0);
  for (const Wish& wish : wishes_) ++wish_counts_[wish.where];
  const bool is_crowded = std::any_of(wish_counts_.begin(), wish_counts_.end(),
                                      [&](std::size_t count) { return count > served_max_; });
  if (is_crowded) {
    std::sort(wishes_.begin(), wishes_.end(), [](const Wish& a, const Wish& b) {
      return a.where != b.where ? a.where < b.where : a.prb_count > b.prb_count;
    });
  }
  most_.assign(asked_.size(), 0);
  std::size_t rank = 0;
  for (std::size_t i = 0; i < wishes_.size(); ++i) {
    rank = i > 0 && wishes_[i].where == wishes_[i - 1].where ? rank + 1 : 0;
    if (!is_crowded || rank < served_max_) most_[wishes_[i].where] += wishes_[i].prb_count;
  }
  for (std::uint32_t slice = 0; slice < at.asked.size(); ++slice) tell(slice, at);
}

void SliceTurns::order_slices(const SliceShares& shares, const SliceSlot& at,
                              const std::vector<Candidate>& candidates) {
  const auto count = static_cast<std::uint32_t>(shares.slice_count());
  groups_.assign(count, {});
  slice_order_.clear();
  for (const Candidate& candidate : candidates) {
    if (groups_[candidate.slice].count++ == 0) slice_order_.push_back(candidate.slice);
  }
  const auto turn = static_cast<std::uint32_t>(at.slot.value() % count);
  std::sort(slice_order_.begin(), slice_order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::int64_t above_a = shares.above_min(a, at);
    const std::int64_t above_b = shares.above_min(b, at);
    if (above_a != above_b) return above_a < above_b;
    return (a + turn) % count < (b + turn) % count;
  });
  std::size_t first = 0;
  for (const std::uint32_t slice : slice_order_) {
    groups_[slice].first = groups_[slice].next = first;
    first += groups_[slice].count;
  }
}

void SliceTurns::order(const Ranking& ranking, const SliceShares& shares, const SliceSlot& at,
                       std::vector<Candidate>& candidates) {
  order_slices(shares, at, candidates);
  // Those of a slice side by side, then ranked, then in order.
  sorted_.resize(candidates.size());
  for (const Candidate& c : candidates) sorted_[groups_[c.slice].next++] = c;
  keys_.resize(candidates.size());
  for (const std::uint32_t slice : slice_order_) {
    const Group& group = groups_[slice];
    const std::span all(sorted_.data() + group.first, group.count);
    ranking.policy.rank(ranking.slot, all);
    for (std::size_t i = 0; i < group.count; ++i) {
      const auto place = static_cast<std::uint32_t>(group.first + i);
      keys_[place] = {.priority = all[i].priority, .ue = all[i].ue, .at = place};
    }
    sort_by_priority({keys_.data() + group.first, group.count});
  }
  std::size_t out = 0;
  for (std::size_t turn = 0; out < candidates.size(); ++turn) {
    for (const std::uint32_t slice : slice_order_) {
      const Group& group = groups_[slice];
      if (turn < group.count) candidates[out++] = sorted_[keys_[group.first + turn].at];
    }
  }
}

void SliceTurns::select(int room, SliceSlot& at, std::vector<Candidate>& candidates) {
  if (at.asked.size() < 2) return;
  for (Candidate& candidate : candidates) {
    if (candidate.priority && room > 0) {
      --room;
    } else {
      candidate.is_left_out = candidate.priority.has_value() && !candidate.is_done;
      finish(candidate, at);
    }
  }
}

void SliceTurns::replace(SliceSlot& at, std::vector<Candidate>& candidates) {
  if (at.asked.size() < 2) return;
  const auto next = std::find_if(candidates.begin(), candidates.end(),
                                 [](const Candidate& c) { return c.is_left_out; });
  if (next == candidates.end()) return;
  next->is_left_out = false;
  next->is_done = false;
  change(*next, demand_[next->connection], at);
}

int SliceTurns::room(const Candidate& candidate, const FreePrbs& prbs, const SliceShares& shares,
                     const SliceSlot& at) const {
  const int allowance = shares.allowance(candidate.slice, at);
  if (!shares.limit()) return allowance;
  const std::int64_t free = prbs.count();
  std::int64_t own = 0;
  std::int64_t all = 0;
  for (std::uint32_t slice = 0; slice < shares.slice_count(); ++slice) {
    const std::int64_t owed = std::min(shares.owed(slice, at), useful(slice, candidate.part));
    if (slice == candidate.slice) own = owed;
    all += owed;
  }
  const std::int64_t left = all <= free ? free - (all - own) : free * own / all;
  return static_cast<int>(std::min<std::int64_t>(allowance, left));
}

void SliceTurns::finish(Candidate& candidate, SliceSlot& at) {
  if (candidate.is_done) return;
  candidate.is_done = true;
  if (at.asked.size() < 2) return;
  change(candidate, -demand_[candidate.connection], at);
}

void SliceTurns::change(const Candidate& candidate, int prb_count, SliceSlot& at) {
  at.asked[candidate.slice] -= useful(candidate.slice, candidate.part);
  asked(candidate.slice, candidate.part) += prb_count;
  at.asked[candidate.slice] += useful(candidate.slice, candidate.part);
}

}  // namespace redcell::mac::gnb
