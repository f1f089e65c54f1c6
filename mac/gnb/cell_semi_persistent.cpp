// Semi-persistent scheduling in the cell: who has it, on which PRBs, and blocks without a DCI.
#include <algorithm>

#include "base/check.h"
#include "mac/gnb/cell.h"
#include "mac/gnb/occasion_place.h"

namespace redcell::mac::gnb {
namespace {

using State = Connection::SemiPersistentState;
using Phase = State::Phase;

/// Occasions in a row that cannot be used, until DCIs serve for as long as where there is no place
/// [ours].
constexpr int misses_max = 2;
/// How long data waits for a slot with a place, and how often, in frames [ours].
constexpr std::int64_t patience_frames = 1;
constexpr std::int64_t rest_frames = 100;

/// Whether a place is looked for in this slot, or was in vain not long ago.
bool looks_for_place(const State& sps, base::Slot slot, int slots_per_frame) {
  if (!sps.held_since) return true;
  const base::SlotCount frame(slots_per_frame);
  const base::Slot since = *sps.held_since;
  return slot < since + patience_frames * frame || slot >= since + rest_frames * frame;
}

/// No place in this slot: one may be in another. Else DCIs serve it, as they do all others.
void hold_back(State& sps, std::uint32_t bwp, base::Slot slot, int slots_per_frame) {
  const base::SlotCount rest = rest_frames * base::SlotCount(slots_per_frame);
  if (!sps.held_since || slot >= *sps.held_since + rest) sps.held_since = slot;
  sps.held = slot;
  sps.format.bwp = bwp;
}

/// An occasion with data could not be used.
void miss(State& sps, base::Slot slot, int slots_per_frame) {
  sps.is_behind = true;
  if (++sps.misses < misses_max) return;
  const std::uint32_t bwp = sps.format.bwp;
  sps = {};
  sps.held_since = slot - patience_frames * base::SlotCount(slots_per_frame);
  sps.format.bwp = bwp;
}

}  // namespace

/// The UE clears it when it leaves the part (TS 38.321 5.15). Of another beam a DCI tells it anew
/// (TS 38.214 5.1.5).
void Cell::follow_semi_persistent() {
  for (const std::uint32_t index : semi_persistent_) {
    Connection& c = *connections_[index];
    if (c.sps.phase == Phase::released) {
      if (c.config.bwp != c.sps.format.bwp) c.sps.held_since.reset();
      continue;
    }
    const bool is_left = c.bwp.pending() || c.config.bwp != c.sps.format.bwp;
    if (is_left || c.beam != c.sps.format.beam) c.sps = {};
  }
}

/// Who answers the block of the DCI has heard it; who is silent once is told anew [ours].
void Cell::follow_answer(Connection& c, const HarqFeedback& feedback) {
  if (c.sps.phase == Phase::released || feedback.harq.attempt > 0) return;
  if (!feedback.heard) {
    c.sps = {};
  } else if (feedback.harq.block == c.sps.occasions.block_of(c.sps.occasions.start).block) {
    c.sps.phase = Phase::active;
  }
}

/// Occasions go before all DCIs, for their PRBs are theirs; those that begin now lie beside them.
bool Cell::serve_semi_persistent(const DownlinkSlot& at, SlotPlan& plan) {
  bool is_changed = false;
  for (const std::uint32_t index : semi_persistent_) {
    Connection& c = *connections_[index];
    if (c.sps.phase != Phase::active || !c.sps.occasions.is_occasion(at.slot)) continue;
    if (!c.has_downlink(at.now)) continue;
    const int slots_per_frame = c.sps.occasions.slots_per_frame;
    if (!use_occasion(c, at, plan)) miss(c.sps, at.slot, slots_per_frame);
    is_changed = true;
  }
  for (const std::uint32_t index : semi_persistent_) {
    Connection& c = *connections_[index];
    if (c.sps.phase != Phase::released || c.is_moving() || c.unconfirmed) continue;
    if (!c.data || c.data->tx.sendable_bytes() == 0) continue;
    if (!looks_for_place(c.sps, at.slot, c.config.semi_persistent->occasions.slots_per_frame)) {
      continue;
    }
    activate_semi_persistent(c, at, plan);
    is_changed = true;
  }
  return is_changed;
}

bool Cell::may_use(const Connection& c, const BlockFormat& format, base::Slot answer) const {
  return c.may_begin(slot_, answer) && format.prb_count <= prbs_max(c, base::Direction::downlink) &&
         format.prb_count <= dl_shares_.allowance(c.config.dl_slice, dl_slices_);
}

bool Cell::use_occasion(Connection& c, const DownlinkSlot& at, SlotPlan& plan) {
  const base::Slot answer = at.slot + c.sps.k1;
  const HarqId harq = c.sps.occasions.block_of(at.slot);
  if (c.dl_harq.is_busy(harq.process) || !may_use(c, c.sps.format, answer)) return false;
  if (!fill_block(c, {.process = harq.process, .tbs = c.sps.format.tbs}, at.now, plan)) {
    return false;
  }
  // Its precoding is the cell's own affair: the UE sees it in the DMRS (TS 38.214 5.1.6.2).
  BlockFormat format = c.sps.format;
  format.pmi = c.csi.pmi;
  plan.downlink.push_back({.ue = c.config.ue,
                           .epoch = c.config.epoch,
                           .harq = harq,
                           .format = format,
                           .feedback_slot = answer,
                           .aggregation_level = 0});
  begin_semi_persistent(c, plan.downlink.back(), at);
  return true;
}

void Cell::activate_semi_persistent(Connection& c, const DownlinkSlot& at, SlotPlan& plan) {
  Part& part = part_of(c);
  if (part.dl_count >= config_.max_ues_per_slot) return;
  SemiPersistent occasions = c.config.semi_persistent->occasions;
  occasions.start = at.slot;
  const HarqId harq = occasions.block_of(at.slot);
  if (c.dl_harq.is_busy(harq.process)) return;
  const std::optional<Place> place = find_place(c, occasions, at.feedback - at.slot);
  // What is rate matched around in some occasion may leave less than the scheme asks for.
  const bool is_whole = place && place->fit.mcs == c.config.semi_persistent->mcs;
  if (!is_whole) return hold_back(c.sps, c.config.bwp, at.slot, occasions.slots_per_frame);
  const phy::BlockFit& fit = place->fit;
  const phy::Mcs mcs = phy::mcs(config_.dl_table, fit.mcs);
  const BlockFormat format{.mcs = fit.mcs,
                           .modulation_order = mcs.modulation_order,
                           .rate_x1024 = mcs.rate_x1024,
                           .layer_count = 1,
                           .pmi = c.csi.pmi,
                           .bwp = c.config.bwp,
                           .beam = c.beam,
                           .prb = place->prb,
                           .prb_count = fit.prb_count,
                           .tbs = fit.tbs};
  if (!may_use(c, format, at.feedback)) return;
  const std::optional<PdcchPlace> dci = place_dci(c);
  if (!dci) return;
  if (!fill_block(c, {.process = harq.process, .tbs = fit.tbs}, at.now, plan)) {
    part.pdcch.give_back(*dci);
    return;
  }
  ++part.dl_count;
  c.sps = {.phase = Phase::activating,
           .occasions = occasions,
           .format = format,
           .k1 = at.feedback - at.slot};
  plan.downlink.push_back({.ue = c.config.ue,
                           .epoch = c.config.epoch,
                           .harq = harq,
                           .format = format,
                           .feedback_slot = at.feedback,
                           .aggregation_level = dci->cces(),
                           .first_cce = dci->first_cce,
                           .activates = true});
  begin_semi_persistent(c, plan.downlink.back(), at);
}

void Cell::begin_semi_persistent(Connection& c, const DlAssignment& a, const DownlinkSlot& at) {
  c.dl_harq.start_configured(a.harq, a.format);
  const auto process = static_cast<std::size_t>(a.harq.process);
  // What a DCI would have started anew, this does (TS 38.321 5.15).
  c.dl_dci[process] = c.dl_heard_from[process] = at.slot;
  c.sps.misses = 0;
  c.sps.is_behind = c.sendable_bytes(at.now) > 0;
  note_promise(c, a.feedback_slot);
  const int bwp_first = part_of(c).resources->config().bwp_dl.first;
  dl_taken_.add({.first = bwp_first + a.format.prb.first, .count = a.format.prb.count});
  dl_shares_.take(c.config.dl_slice, a.format.prb_count, dl_slices_);
  note_taken(c, base::Direction::downlink, a.format);
}

std::optional<Cell::Place> Cell::find_place(const Connection& c, const SemiPersistent& occasions,
                                            base::SlotCount k1) {
  const phy::PrbRange bwp = part_of(c).resources->config().bwp_dl;
  place_.assign(static_cast<std::size_t>(bwp.count), 1);
  const auto keep_off = [&](const phy::PrbRange& carrier_prbs) {
    const int from = std::clamp(carrier_prbs.first - bwp.first, 0, bwp.count);
    const int to = std::clamp(carrier_prbs.end() - bwp.first, 0, bwp.count);
    std::fill(place_.begin() + from, place_.begin() + to, std::uint8_t{0});
  };
  for (const std::uint32_t index : semi_persistent_) {
    const State& other = connections_[index]->sps;
    if (other.phase == Phase::released || !other.occasions.meets(occasions)) continue;
    const int first = parts_[other.format.bwp].resources->config().bwp_dl.first;
    keep_off({.first = first + other.format.prb.first, .count = other.format.prb.count});
  }
  const auto row_of = [&](std::uint32_t open) {
    return OccasionRow{.map = config_.map(c.config.bwp, open),
                       .first = slot_,
                       .period = occasions.period(),
                       .k1 = k1};
  };
  // However many parts are open then; its own is.
  const auto all = static_cast<std::uint32_t>(config_.fewer_open.size() + 1);
  const bool is_sibling = all > 1 && c.config.bwp < config_.sibling_count;
  const std::uint32_t least = is_sibling ? c.config.bwp + 1 : 1;
  for (std::uint32_t open = least; open <= all; ++open) {
    if (!keep_whole_prbs(row_of(open), place_)) return std::nullopt;
  }
  const std::optional<phy::PrbRange> prb = first_run(place_, c.config.semi_persistent->prb_count);
  if (!prb) return std::nullopt;
  const phy::BlockRequest request{.table = config_.dl_table,
                                  .wanted = c.config.semi_persistent->mcs,
                                  .first_prb = prb->first,
                                  .prb_count = prb->count,
                                  .layer_count = 1};
  Place place{.prb = *prb, .fit = fit_in_all(row_of(least), request)};
  for (std::uint32_t open = least + 1; open <= all; ++open) {
    const phy::BlockFit fit = fit_in_all(row_of(open), request);
    if (fit.tbs < place.fit.tbs) place.fit = fit;
  }
  return place;
}

}  // namespace redcell::mac::gnb
