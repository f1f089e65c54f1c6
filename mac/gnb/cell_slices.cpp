// Slices in the scheduler: who asks, who goes first.
#include <algorithm>

#include "mac/gnb/block_size.h"
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {
namespace {

/// Sets what each slice asks for: the PRBs of all parts where it has something to send.
void ask(std::span<const std::uint8_t> asked, std::span<const int> part_prbs, SliceSlot& at) {
  for (std::size_t slice = 0; slice < at.asked.size(); ++slice) {
    at.asked[slice] = 0;
    for (std::size_t part = 0; part < part_prbs.size(); ++part) {
      if (asked[slice * part_prbs.size() + part] != 0) at.asked[slice] += part_prbs[part];
    }
  }
}

}  // namespace

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

void Cell::ask_downlink(const DownlinkSlot& at, const SlotPlan& plan) {
  if (!dl_shares_.limit()) return;
  asked_.assign(dl_shares_.slice_count() * parts_.size(), 0);
  for (const std::uint32_t index : active_) {
    const Connection& c = *connections_[index];
    if (!may_assign(c, at, plan)) continue;
    asked_[c.config.dl_slice * parts_.size() + c.config.bwp] = 1;
  }
  part_prbs_.clear();
  for (const Part& part : parts_) {
    part_prbs_.push_back(part.resources->downlink(at.slot).usable_prb_count);
  }
  ask(asked_, part_prbs_, dl_slices_);
}

void Cell::ask_uplink(UplinkSlot& pusch) {
  if (!ul_shares_.limit()) return;
  asked_.assign(ul_shares_.slice_count() * parts_.size(), 0);
  for (const std::uint32_t index : active_) {
    const Connection& c = *connections_[index];
    if (!may_grant(c, index, pusch)) continue;
    asked_[c.config.ul_slice * parts_.size() + c.config.bwp] = 1;
  }
  part_prbs_.clear();
  for (const Part& part : parts_) {
    part_prbs_.push_back(part.resources->uplink(pusch.slot).usable_prb_count);
  }
  ask(asked_, part_prbs_, pusch.slices);
}

void Cell::order_slices(const SliceShares& shares, const SliceSlot& at) {
  slice_order_.clear();
  for (const Candidate& candidate : candidates_) {
    if (std::find(slice_order_.begin(), slice_order_.end(), candidate.slice) ==
        slice_order_.end()) {
      slice_order_.push_back(candidate.slice);
    }
  }
  std::sort(slice_order_.begin(), slice_order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::int64_t above_a = shares.above_min(a, at);
    const std::int64_t above_b = shares.above_min(b, at);
    return above_a != above_b ? above_a < above_b : a < b;
  });
}

void Cell::rank(Policy& policy, base::Slot slot, std::uint32_t slice) {
  ranked_.clear();
  std::copy_if(candidates_.begin(), candidates_.end(), std::back_inserter(ranked_),
               [&](const Candidate& candidate) { return candidate.slice == slice; });
  policy.rank(slot, ranked_);
  sort_by_priority(ranked_);
}

}  // namespace redcell::mac::gnb
