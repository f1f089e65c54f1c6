// The downlink half of Cell: repetitions first, then new data in the policy's order.
#include <algorithm>

#include "base/check.h"
#include "base/math.h"
#include "mac/gnb/block_size.h"
#include "mac/gnb/cell.h"
#include "phy/link/control_error.h"

namespace redcell::mac::gnb {
namespace {

/// Error rate of a DCI that link adaptation of the PDCCH aims at [ours]; TS 38.133 8.1.1 tests
/// in-sync with 2 %.
constexpr double dci_error_target = 0.01;

}  // namespace

std::size_t Cell::needed_level(const Connection& c) const {
  const double sinr_lin = base::from_db(reported_sinr_db(c));
  std::size_t level = 0;
  while (phy::aggregation_levels[level] < config_.aggregation_level_min) ++level;
  while (level + 1 < phy::aggregation_level_count &&
         phy::dci_error_rate({.aggregation_level = phy::aggregation_levels[level]}, sinr_lin) >
             dci_error_target) {
    ++level;
  }
  return level;
}

std::optional<PdcchPlace> Cell::place_dci(Connection& c) {
  // In one slot the hash is the same: who is blocked once stays blocked.
  if (c.blocked_in == slot_) return std::nullopt;
  Pdcch& pdcch = part_of(c).pdcch;
  if (c.dci_level_cqi != c.csi.cqi) {
    c.dci_level_cqi = c.csi.cqi;
    c.dci_level = needed_level(c);
  }
  const std::optional<PdcchPlace> place = pdcch.place(c.c_rnti, pdcch.nearest(c.dci_level));
  if (!place) c.blocked_in = slot_;
  return place;
}

double Cell::reported_sinr_db(const Connection& c) const {
  // The cell knows the report alone: the SINR at which the reported block is just decoded.
  const int index = mcs_of_cqi_[static_cast<std::size_t>(c.csi.cqi.value())];
  return c.dl_thresholds.required_sinr_db(
      std::min(base::McsIndex(index), c.dl_thresholds.highest()));
}

base::McsIndex Cell::downlink_mcs(const Connection& c) const {
  return c.dl_thresholds.at(reported_sinr_db(c) + c.dl_loop.offset_db());
}

bool Cell::may_assign(const Connection& c, const DownlinkSlot& at, const SlotPlan& plan) {
  if (!c.has_downlink(at.now) || !c.dl_harq.idle_process()) return false;
  if (c.sps.is_occasion(at.slot) || c.awaits_occasion(at.now)) return false;
  const bool is_held_back = c.sps.held == at.slot;
  if (is_held_back && c.signalling.waiting_bytes(at.now) == 0) return false;
  if (!c.may_begin(at.slot, at.feedback)) return false;
  return std::none_of(plan.downlink.begin(), plan.downlink.end(),
                      [&](const DlAssignment& a) { return a.ue == c.config.ue; });
}

void Cell::schedule_downlink(const DownlinkSlot& at, Part& part, SlotPlan& plan) {
  std::vector<Candidate>& candidates = part.candidates;
  if (candidates.empty()) return;
  prbs_.reset(resources_in(at.slot, part, base::Direction::downlink),
              placing_start(part, at.slot, base::Direction::downlink, dl_taken_));
  shares_.clear();
  if (!is_full(part.dl_count, part)) {
    turns_.order({*dl_policy_, at.slot}, dl_shares_, dl_slices_, candidates);
    turns_.select(config_.max_ues_per_slot - part.dl_count, dl_slices_, candidates);
    // First those who get all they ask for: what is kept for them is then free for the others.
    for (const bool is_last : {false, true}) serve_downlink(is_last, at, part, plan);
  }
  for (Candidate& candidate : candidates) turns_.finish(candidate, dl_slices_);
  count_bounds(base::Direction::downlink, part);
  dl_policy_->granted(at.slot, shares_);
}

void Cell::serve_downlink(bool is_last, const DownlinkSlot& at, Part& part, SlotPlan& plan) {
  for (Candidate& candidate : part.candidates) {
    if (prbs_.empty() || part.dl_count >= config_.max_ues_per_slot) break;
    if (candidate.is_done || !candidate.priority) continue;
    const int room = turns_.room(candidate, prbs_, dl_shares_, dl_slices_);
    if (!is_last && !turns_.is_content(candidate, room, prbs_)) continue;
    Connection& c = *connections_[candidate.connection];
    const bool limited = is_limited(room);
    const Outcome outcome = assign(c, room, at, plan);
    if (outcome == Outcome::sent) {
      const BlockFormat& format = plan.downlink.back().format;
      ++part.dl_count;
      take_downlink(c, format);
      shares_.push_back(
          {.connection = candidate.connection, .slice = candidate.slice, .bits = format.tbs});
    }
    candidate.bound = bound_of(outcome, limited, c.sendable_bytes(at.now) > 0);
    turns_.finish(candidate, dl_slices_);
    if (outcome == Outcome::blocked) turns_.replace(dl_slices_, part.candidates);
  }
}

void Cell::repeat_downlink(const DownlinkSlot& at, Part& part, SlotPlan& plan) {
  bool is_ready = false;
  for (const std::uint32_t index : part.active) {
    if (part.dl_count >= config_.max_ues_per_slot) return;
    Connection& c = *connections_[index];
    const std::optional<int> process = c.dl_harq.process_to_repeat();
    if (!process || !c.bwp.allows(at.slot, at.feedback)) continue;
    if (c.sps.is_occasion(at.slot)) continue;
    if (!is_ready) {
      prbs_.reset(resources_in(at.slot, part, base::Direction::downlink),
                  placing_start(part, at.slot, base::Direction::downlink, dl_taken_));
      is_ready = true;
    }
    BlockFormat format = c.dl_harq.format(*process);
    if (!dl_shares_.may_repeat(c.config.dl_slice, format.prb_count, dl_slices_)) continue;
    const auto range = prbs_.take(format.prb_count, true);
    if (!range) continue;
    const std::optional<PdcchPlace> dci = place_dci(c);
    if (!dci) {
      prbs_.give_back(*range);
      continue;
    }
    ++part.dl_count;
    format.prb = *range;
    format.bwp = c.config.bwp;
    take_downlink(c, format);
    format.beam = c.beam;
    note_promise(c, at.feedback);
    c.dl_dci[static_cast<std::size_t>(*process)] = at.slot;
    base::Slot& heard_from = c.dl_heard_from[static_cast<std::size_t>(*process)];
    if (heard_from < base::Slot(0)) heard_from = at.slot;
    plan.downlink.push_back({.ue = c.config.ue,
                             .epoch = c.config.epoch,
                             .harq = c.dl_harq.repeat(*process),
                             .format = format,
                             .feedback_slot = at.feedback,
                             .aggregation_level = dci->cces(),
                             .first_cce = dci->first_cce});
  }
}

bool Cell::fill_block(Connection& c, const DownlinkBlock& block, base::Instant now,
                      SlotPlan& plan) {
  MacPdu& pdu = c.dl_blocks[static_cast<std::size_t>(block.process)];
  pdu.clear();
  auto room = static_cast<std::uint32_t>(block.tbs.value() / 8);
  room -= c.signalling.build(room, now, pdu.signalling, signalling_drops_);
  if (c.data) c.data->build(room, now, pdu.data, plan.drops);
  if (pdu.signalling.empty() && pdu.data.empty()) return false;
  note_command_sent(c, pdu, slot_);
  return true;
}

Cell::Outcome Cell::assign(Connection& c, int most, const DownlinkSlot& at, SlotPlan& plan) {
  const auto& [slot, feedback_slot, now] = at;
  Part& part = part_of(c);
  const phy::SlotResources& resources = resources_in(slot, part, base::Direction::downlink);
  const std::optional<int> process = c.dl_harq.idle_process();
  RC_CHECK(process.has_value());
  if (most == 0) return Outcome::nothing_sent;
  const base::McsIndex wanted = downlink_mcs(c);
  const int asked =
      prbs_for(c.sendable_bytes(now), phy::mcs(config_.dl_table, wanted), c.csi.rank, resources);
  const int prb_count = std::min({most, asked, prbs_max(c, base::Direction::downlink)});
  const std::optional<PdcchPlace> dci = place_dci(c);
  if (!dci) return Outcome::blocked;
  const auto range = prbs_.take(prb_count, false);
  const phy::BlockFit fit = range ? phy::fit_block({.table = config_.dl_table,
                                                    .wanted = wanted,
                                                    .first_prb = range->first,
                                                    .prb_count = range->count,
                                                    .layer_count = c.csi.rank},
                                                   resources)
                                  : phy::BlockFit{};
  if (!fill_block(c, {.process = *process, .tbs = fit.tbs}, now, plan)) {
    if (range) prbs_.give_back(*range);
    part.pdcch.give_back(*dci);
    return Outcome::nothing_sent;
  }
  if (c.sendable_bytes(now) == 0) c.sps.is_behind = false;
  const phy::Mcs mcs = phy::mcs(config_.dl_table, fit.mcs);
  const BlockFormat format{.mcs = fit.mcs,
                           .modulation_order = mcs.modulation_order,
                           .rate_x1024 = mcs.rate_x1024,
                           .layer_count = c.csi.rank,
                           .pmi = c.csi.pmi,
                           .bwp = c.config.bwp,
                           .beam = c.beam,
                           .prb = *range,
                           .prb_count = fit.prb_count,
                           .tbs = fit.tbs};
  note_promise(c, feedback_slot);
  c.dl_dci[static_cast<std::size_t>(*process)] = slot;
  c.dl_heard_from[static_cast<std::size_t>(*process)] = slot;
  plan.downlink.push_back({.ue = c.config.ue,
                           .epoch = c.config.epoch,
                           .harq = c.dl_harq.start(*process, format),
                           .format = format,
                           .feedback_slot = feedback_slot,
                           .aggregation_level = dci->cces(),
                           .first_cce = dci->first_cce});
  return Outcome::sent;
}

}  // namespace redcell::mac::gnb
