// Slices in the scheduler: who asks, who goes first.
#include <algorithm>

#include "mac/gnb/block_size.h"
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {
SliceShares Cell::make_shares(const CellConfig& config, base::Direction direction) {
  RC_CHECK(!config.bwps.empty() && !config.k2.empty());
  const phy::ResourceMap& widest = *config.bwps.back();
  std::vector<int> prb_counts;
  for (std::int64_t s = 0; s < widest.period().value(); ++s) {
    const base::Slot slot(s);
    prb_counts.push_back(direction == base::Direction::downlink
                             ? widest.downlink(slot).usable_prb_count
                             : widest.uplink(slot).usable_prb_count);
  }
  return {direction == base::Direction::downlink ? config.dl_slices : config.ul_slices, prb_counts,
          config.slice_window_slots, config.k2.back()};
}

void Cell::begin_asking(SliceSlot& at) {
  demand_.assign(connections_.size(), 0);
  asked_.assign(at.asked.size() * parts_.size(), 0);
}

void Cell::ask(std::uint32_t index, std::uint32_t slice, int prb_count) {
  demand_[index] = prb_count;
  asked_[slice * parts_.size() + connections_[index]->config.bwp] += prb_count;
}

void Cell::set_asked(std::uint32_t slice, SliceSlot& at) const {
  at.asked[slice] = 0;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    at.asked[slice] += std::min(asked_[slice * parts_.size() + part], part_prbs_[part]);
  }
}

void Cell::ask_downlink(const DownlinkSlot& at, const SlotPlan& plan) {
  if (!dl_shares_.limit()) return;
  begin_asking(dl_slices_);
  part_prbs_.clear();
  for (const Part& part : parts_) {
    part_prbs_.push_back(part.resources->downlink(at.slot).usable_prb_count);
  }
  for (const std::uint32_t index : active_) {
    const Connection& c = *connections_[index];
    if (!may_assign(c, at, plan)) continue;
    const phy::SlotResources& resources = part_of(c).resources->downlink(at.slot);
    ask(index, c.config.dl_slice, downlink_prb_count(c, at.now, resources));
  }
  for (std::uint32_t s = 0; s < dl_slices_.asked.size(); ++s) set_asked(s, dl_slices_);
}

void Cell::ask_uplink(UplinkSlot& pusch) {
  if (!ul_shares_.limit()) return;
  begin_asking(pusch.slices);
  part_prbs_.clear();
  for (const Part& part : parts_) {
    part_prbs_.push_back(part.resources->uplink(pusch.slot).usable_prb_count);
  }
  for (const std::uint32_t index : active_) {
    const Connection& c = *connections_[index];
    if (!may_grant(c, index, pusch) || part_prbs_[c.config.bwp] == 0) continue;
    const phy::SlotResources& resources = part_of(c).resources->uplink(pusch.slot);
    ask(index, c.config.ul_slice, uplink_prb_count(c, part_prbs_[c.config.bwp], resources));
  }
  for (std::uint32_t s = 0; s < pusch.slices.asked.size(); ++s) set_asked(s, pusch.slices);
}

void Cell::finish(Candidate& candidate, SliceSlot& at) {
  if (candidate.is_done) return;
  candidate.is_done = true;
  if (at.asked.size() < 2) return;
  const Connection& c = *connections_[candidate.connection];
  asked_[candidate.slice * parts_.size() + c.config.bwp] -= demand_[candidate.connection];
  set_asked(candidate.slice, at);
}

void Cell::order_slices(const SliceShares& shares, const SliceSlot& at) {
  slice_order_.clear();
  for (const Candidate& candidate : candidates_) {
    if (std::find(slice_order_.begin(), slice_order_.end(), candidate.slice) ==
        slice_order_.end()) {
      slice_order_.push_back(candidate.slice);
    }
  }
  // Of equals another goes first in each slot.
  const auto count = static_cast<std::uint32_t>(shares.slice_count());
  const auto turn = static_cast<std::uint32_t>(at.slot.value() % count);
  std::sort(slice_order_.begin(), slice_order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::int64_t above_a = shares.above_min(a, at);
    const std::int64_t above_b = shares.above_min(b, at);
    if (above_a != above_b) return above_a < above_b;
    return (a + turn) % count < (b + turn) % count;
  });
}

void Cell::order_candidates(Policy& policy, base::Slot slot) {
  if (slice_order_.size() == 1) {
    policy.rank(slot, candidates_);
    sort_by_priority(candidates_);
    return;
  }
  const auto place = [&](const Candidate& c) {
    return std::find(slice_order_.begin(), slice_order_.end(), c.slice) - slice_order_.begin();
  };
  std::sort(candidates_.begin(), candidates_.end(), [&](const Candidate& a, const Candidate& b) {
    return place(a) != place(b) ? place(a) < place(b) : a.ue < b.ue;
  });
  for (auto first = candidates_.begin(); first != candidates_.end();) {
    const auto last = std::find_if(first, candidates_.end(),
                                   [&](const Candidate& c) { return c.slice != first->slice; });
    policy.rank(slot, {first, last});
    sort_by_priority({first, last});
    for (auto c = first; c != last; ++c) c->turn = static_cast<std::uint32_t>(c - first);
    first = last;
  }
  std::sort(candidates_.begin(), candidates_.end(), [&](const Candidate& a, const Candidate& b) {
    return a.turn != b.turn ? a.turn < b.turn : place(a) < place(b);
  });
}

bool Cell::is_content(const Candidate& candidate, const SliceShares& shares,
                      const SliceSlot& at) const {
  if (!shares.limit()) return true;
  return demand_[candidate.connection] <= shares.allowance(candidate.slice, at);
}

void Cell::select(int room, SliceSlot& at) {
  if (at.asked.size() < 2) return;
  for (Candidate& candidate : candidates_) {
    if (candidate.priority && room > 0) {
      --room;
    } else {
      finish(candidate, at);
    }
  }
}

void Cell::take_downlink(const Connection& c, const BlockFormat& format) {
  dl_taken_.add(part_of(c).taken_by(format.prb, Allocation::bitmap));
  dl_shares_.take(c.config.dl_slice, format.prb_count, dl_slices_);
}

void Cell::take_uplink(const Connection& c, const BlockFormat& format, UplinkSlot& pusch) {
  pusch.taken.add(part_of(c).taken_by(format.prb, Allocation::contiguous));
  ul_shares_.take(c.config.ul_slice, format.prb_count, pusch.slices);
}

}  // namespace redcell::mac::gnb
