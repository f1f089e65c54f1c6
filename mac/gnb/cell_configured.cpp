// Configured grants in the cell: PRBs that are kept, and blocks that come unasked.
#include <algorithm>

#include "base/check.h"
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {
namespace {

using Phase = Connection::Activation::Phase;

/// Occasions after which a DCI that nothing has come of is sent again [ours].
constexpr std::int64_t patience = 2;

}  // namespace

void Cell::add_configured(std::uint32_t index) {
  ConfiguredGrant& grant = *connections_[index]->config.configured_grant;
  RC_CHECK(grant.format.bwp < parts_.size() && grant.format.tbs.value() > 0);
  RC_CHECK(grant.format.prb.count <= parts_[grant.format.bwp].prbs_max.back()[1]);
  // In slots that grants have been given in the PRBs may be somebody's.
  for (const UplinkSlot& slot : uplink_slots_) {
    grant.start = std::max(grant.start, slot.slot + base::SlotCount(1));
  }
  configured_.push_back(index);
}

/// Kept in every part, whoever is where: a terminal that comes back into its part sends at once, if
/// its grant is of type 1. That of type 2 is kept from before its activation until it is gone.
void Cell::reserve_configured(UplinkSlot& pusch) const {
  for (const std::uint32_t index : configured_) {
    const ConfiguredGrant& grant = *connections_[index]->config.configured_grant;
    if (!grant.is_occasion(pusch.slot)) continue;
    if (grant.by_dci && connections_[index]->activation.phase == Phase::released) continue;
    const int bwp_first = parts_[grant.format.bwp].resources->config().bwp_ul.first;
    pusch.taken.add({.first = bwp_first + grant.format.prb.first, .count = grant.format.prb.count});
  }
}

void Cell::start_configured(Connection& c, const UlGrant& grant) {
  c.ul_harq.start_configured(grant.harq, grant.format);
  // What a DCI would have started anew, this does (TS 38.321 5.15).
  c.ul_dci[static_cast<std::size_t>(grant.harq.process)] = grant.pusch_slot;
  note_taken(c, base::Direction::uplink, grant.format);
  Connection::Activation& a = c.activation;
  a.heard = grant.pusch_slot;
  // Whoever sends there has heard the DCI, whatever becomes of the confirmation.
  if (a.phase == Phase::activating && a.first >= base::Slot(0) && a.heard >= a.first) {
    a.phase = Phase::active;
  }
}

void Cell::send_activations(base::Slot slot, SlotPlan& plan) {
  for (const std::uint32_t index : configured_) {
    Connection& c = *connections_[index];
    if (!c.config.configured_grant->by_dci) continue;
    follow_activation(c, slot);
    if (!c.activation.is_under_way()) continue;
    activate(index);
    const bool is_there = c.config.bwp == c.config.configured_grant->format.bwp;
    if (is_there && c.activation.asked < base::Slot(0)) send_activation(c, slot, plan);
  }
}

void Cell::follow_activation(Connection& c, base::Slot slot) {
  ConfiguredGrant& grant = *c.config.configured_grant;
  Connection::Activation& a = c.activation;
  const bool is_elsewhere = c.config.bwp != grant.format.bwp;
  if (is_elsewhere || c.wanted_bwp || c.bwp.pending()) {
    // The UE clears it when it leaves the part (TS 38.321 5.15); where it is must be known.
    if (is_elsewhere && !c.unconfirmed && !c.bwp.pending()) a = {};
    return;
  }
  const base::SlotCount period = grant.periodicity;
  switch (a.phase) {
    case Phase::released:
      // One that is asked where it is wants nothing.
      if (!c.wants_uplink() || c.unconfirmed) return;
      // Slots that no grant has been given in yet.
      grant.start = slot + base::SlotCount(config_.k2.back() + 1);
      a = {.phase = Phase::activating};
      return;
    case Phase::activating:
      if (a.asked >= base::Slot(0) && slot > a.first + patience * period) a.asked = base::Slot(-1);
      return;
    case Phase::active:
      if (c.config.release_after == 0 || c.wants_uplink()) return;
      if (slot > std::max(a.heard, a.first) + c.config.release_after * period) {
        a.phase = Phase::releasing;
        a.asked = base::Slot(-1);
      }
      return;
    case Phase::releasing:
      if (a.asked < base::Slot(0) || slot <= a.asked + (patience + 1) * period) return;
      a.asked = base::Slot(-1);
      c.sr_pending = true;  // It may have no uplink left to confirm on.
      return;
  }
}

void Cell::send_activation(Connection& c, base::Slot slot, SlotPlan& plan) {
  const ConfiguredGrant& grant = *c.config.configured_grant;
  Connection::Activation& a = c.activation;
  const bool activates = a.phase == Phase::activating;
  const auto k2 = std::find_if(config_.k2.begin(), config_.k2.end(),
                               [&](int k) { return grant.is_occasion(slot + base::SlotCount(k)); });
  if (activates && k2 == config_.k2.end()) return;
  const base::Slot first = activates ? slot + base::SlotCount(*k2) : slot;
  // The DCI starts the UE's timer anew (TS 38.321 5.15), which the cell knows when it is confirmed.
  // Where that may be too late the timer is left to end the grant.
  const base::Slot confirmed = activates ? first : slot + (patience + 1) * grant.periodicity;
  if (!c.may_begin(slot, confirmed)) return;
  // The UE stops the timer of this process, and may send a new block in it (TS 38.321 5.4.1).
  if (activates && c.ul_harq.is_busy(grant.process_of(first))) return;
  const std::optional<PdcchPlace> dci = place_dci(c);
  if (!dci) return;
  a.asked = slot;
  if (activates) a.first = first;
  note_promise(c, first);
  plan.configured.push_back({.ue = c.config.ue,
                             .epoch = c.config.epoch,
                             .activates = activates,
                             .grant = grant,
                             .beam = c.beam,
                             .aggregation_level = dci->cces(),
                             .first_cce = dci->first_cce});
  plan.configured.back().grant.start = first;
}

}  // namespace redcell::mac::gnb
