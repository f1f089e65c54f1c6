// Who has something new to send in a slot, what slices ask for with it, and what they take.
#include "mac/gnb/block_size.h"
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
  // With all parts open all that comes now and then is there: a period for any count.
  for (std::int64_t s = 0; s < config.bwps.back()->period().value(); ++s) {
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

void Cell::gather_downlink(const DownlinkSlot& at, const SlotPlan& plan) {
  const bool is_shared = dl_shares_.limit();
  if (is_shared) {
    part_prbs_.clear();
    for (const Part& part : parts_) {
      part_prbs_.push_back(resources_in(at.slot, part, base::Direction::downlink).usable_prb_count);
    }
    turns_.begin(part_prbs_,
                 {dl_shares_.slice_count(), connections_.size(), config_.max_ues_per_slot});
  }
  for (Part& part : parts_) {
    const phy::SlotResources& resources = resources_in(at.slot, part, base::Direction::downlink);
    part.candidates.clear();
    if (resources.usable_prb_count == 0) continue;  // Paging has taken it all.
    for (const std::uint32_t index : part.active) {
      const Connection& c = *connections_[index];
      if (!may_assign(c, at, plan)) continue;
      const phy::Mcs mcs = phy::mcs(config_.dl_table, downlink_mcs(c));
      Candidate& candidate = part.candidates.emplace_back(candidate_of(index, c.config.dl_slice));
      candidate.rate_bits_per_slot =
          mcs.spectral_efficiency() * c.csi.rank * resources.usable_re_total;
      if (dl_has_claims_) candidate.claim = downlink_claim(c, at.now);
      if (!is_shared) continue;
      turns_.ask(candidate, prbs_for(c.sendable_bytes(at.now), mcs, c.csi.rank, resources));
    }
  }
  if (is_shared) turns_.tell(dl_slices_);
}

void Cell::gather_uplink(UplinkSlot& pusch) {
  const bool is_shared = ul_shares_.limit();
  if (is_shared) {
    part_prbs_.clear();
    for (const Part& part : parts_) {
      part_prbs_.push_back(
          resources_in(pusch.slot, part, base::Direction::uplink).usable_prb_count);
    }
    turns_.begin(part_prbs_,
                 {ul_shares_.slice_count(), connections_.size(), config_.max_ues_per_slot});
  }
  for (Part& part : parts_) {
    const phy::SlotResources& resources = resources_in(pusch.slot, part, base::Direction::uplink);
    const int longest = resources.usable_prb_count;
    part.candidates.clear();
    if (longest == 0) continue;  // PRACH has taken it all.
    for (const std::uint32_t index : part.active) {
      const Connection& c = *connections_[index];
      if (!may_grant(c, index, pusch)) continue;
      const UplinkReach reach = uplink_reach(c, longest);
      const phy::Mcs mcs = phy::mcs(config_.ul_table, reach.mcs);
      Candidate& candidate = part.candidates.emplace_back(candidate_of(index, c.config.ul_slice));
      candidate.rate_bits_per_slot =
          mcs.spectral_efficiency() * resources.usable_re_total * reach.prb_count / longest;
      if (ul_has_claims_) candidate.claim = uplink_claim(c);
      if (is_shared) turns_.ask(candidate, uplink_prb_count(c, longest, reach, resources));
    }
  }
  if (is_shared) turns_.tell(pusch.slices);
}

Candidate Cell::candidate_of(std::uint32_t index, std::uint32_t slice) const {
  const ConnectionConfig& config = connections_[index]->config;
  return {.ue = config.ue,
          .connection = index,
          .part = config.bwp,
          .slice = slice,
          .priority_level = static_cast<std::uint8_t>(config.flow.priority_level)};
}

Claim Cell::downlink_claim(const Connection& c, base::Instant now) {
  if (c.signalling.waiting_bytes(now) > 0) return Claim::signalling;
  const std::optional<base::Instant> oldest = c.data ? c.data->tx.oldest_unsent() : std::nullopt;
  return oldest ? claim_of_age(now - *oldest, c.config.flow.radio_budget) : Claim::none;
}

Claim Cell::uplink_claim(const Connection& c) const {
  // A request tells nothing else: what waits may be signalling.
  if (c.ul_backlog_bytes == 0) return Claim::signalling;
  const base::Duration age = (slot_ - c.ul_told.slot).value() * slot_duration();
  return claim_of_age(age, c.config.flow.radio_budget);
}

Guarantee Cell::guarantee(const QosFlow& flow, double gfbr_bps) const {
  const double bits_per_slot = gfbr_bps * base::to_seconds(slot_duration());
  const auto slots = static_cast<double>(flow.averaging_window.value() / slot_duration().value());
  return {.bits_per_slot = bits_per_slot, .bits_max = bits_per_slot * slots};
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
