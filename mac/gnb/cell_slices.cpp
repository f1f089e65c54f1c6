// Slices in the scheduler: what they ask for, and what they take.
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {

std::vector<int> Cell::shared_prbs(const CellConfig& config, base::Direction direction,
                                   std::uint32_t open_count) {
  RC_CHECK(!config.bwps.empty());
  // Without the parts that slices have for themselves: behind the siblings, before the widest.
  std::vector<const phy::ResourceMap*> shared;
  for (std::size_t bwp = 0; bwp < config.bwps.size(); ++bwp) {
    const bool is_last = bwp + 1 == config.bwps.size();
    if (bwp < config.sibling_count || is_last) shared.push_back(&config.map(bwp, open_count));
  }
  std::vector<int> prb_counts;
  for (std::int64_t s = 0; s < shared.back()->period().value(); ++s) {
    prb_counts.push_back(phy::usable_prb_count(shared, direction, base::Slot(s)));
  }
  return prb_counts;
}

SliceShares Cell::make_shares(const CellConfig& config, base::Direction direction) {
  RC_CHECK(!config.k2.empty());
  return {direction == base::Direction::downlink ? config.dl_slices : config.ul_slices,
          shared_prbs(config, direction, config.first_open_count()), config.slice_window_slots,
          config.k2.back()};
}

void Cell::ask_downlink(const DownlinkSlot& at, const SlotPlan& plan) {
  if (!dl_shares_.limit()) return;
  part_prbs_.clear();
  for (const Part& part : parts_) {
    part_prbs_.push_back(resources_in(at.slot, part, base::Direction::downlink).usable_prb_count);
  }
  turns_.begin(part_prbs_,
               {dl_shares_.slice_count(), connections_.size(), config_.max_ues_per_slot});
  for (const std::uint32_t index : active_) {
    const Connection& c = *connections_[index];
    if (!may_assign(c, at, plan)) continue;
    const phy::SlotResources& resources =
        resources_in(at.slot, part_of(c), base::Direction::downlink);
    turns_.ask(candidate_of(index, c.config.dl_slice), downlink_prb_count(c, at.now, resources));
  }
  turns_.tell(dl_slices_);
}

void Cell::ask_uplink(UplinkSlot& pusch) {
  if (!ul_shares_.limit()) return;
  part_prbs_.clear();
  for (const Part& part : parts_) {
    part_prbs_.push_back(resources_in(pusch.slot, part, base::Direction::uplink).usable_prb_count);
  }
  turns_.begin(part_prbs_,
               {ul_shares_.slice_count(), connections_.size(), config_.max_ues_per_slot});
  for (const std::uint32_t index : active_) {
    const Connection& c = *connections_[index];
    const int longest = part_prbs_[c.config.bwp];
    if (!may_grant(c, index, pusch) || longest == 0) continue;
    const phy::SlotResources& resources =
        resources_in(pusch.slot, part_of(c), base::Direction::uplink);
    turns_.ask(candidate_of(index, c.config.ul_slice), uplink_prb_count(c, longest, resources));
  }
  turns_.tell(pusch.slices);
}

Candidate Cell::candidate_of(std::uint32_t index, std::uint32_t slice) const {
  const ConnectionConfig& config = connections_[index]->config;
  return {.ue = config.ue, .connection = index, .part = config.bwp, .slice = slice};
}

void Cell::take_downlink(Connection& c, const BlockFormat& format) {
  dl_taken_.add(part_of(c).taken_by(format.prb, Allocation::bitmap));
  dl_shares_.take(c.config.dl_slice, format.prb_count, dl_slices_);
  note_taken(c, base::Direction::downlink, format);
}

void Cell::take_uplink(Connection& c, const BlockFormat& format, UplinkSlot& pusch) {
  pusch.taken.add(part_of(c).taken_by(format.prb, Allocation::contiguous));
  ul_shares_.take(c.config.ul_slice, format.prb_count, pusch.slices);
  note_taken(c, base::Direction::uplink, format);
}

}  // namespace redcell::mac::gnb
