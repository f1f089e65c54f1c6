#include "mac/ue/ue_mac.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "mac/bsr.h"

namespace redcell::mac::ue {
namespace {

/// A headroom report is due when the path loss has moved by more (phr-Tx-PowerFactorChange dB1,
/// TS 38.321 5.4.6).
constexpr double headroom_change_db = 1.0;

/// The headroom without what the width of the PUSCH takes of it: it moves with the path loss alone.
double one_prb_headroom_db(const PowerHeadroom& headroom) {
  return headroom.headroom_db + base::to_db(headroom.prb_count);
}

}  // namespace

UeMac::UeMac(const UeConfig& config)
    : config_(config), data_(config.bearer), signalling_(signalling_bearer()) {
  RC_CHECK(!config.sr_occasions.empty() && config.sr_period.value() > 0);
  feedback_.reserve(4 * harq_process_count_max);
  grants_.reserve(harq_process_count_max);
}

void UeMac::connect(std::uint32_t epoch) {
  disconnect();
  epoch_ = epoch;
}

void UeMac::disconnect() {
  epoch_.reset();
  signalling_ = RadioBearer(signalling_bearer());
  receiver_ = {};
  for (Process& process : processes_) process.used = false;
  feedback_.clear();
  grants_.clear();
  configured_.release();
  semi_persistent_.release();
  occasion_.reset();
  sr_due_.reset();
  silent_until_ = base::Slot();
  reported_one_prb_headroom_db_.reset();
}

void UeMac::pause(base::Slot from, base::Slot until) {
  const auto is_lost = [&](base::Slot slot) { return slot >= from && slot < until; };
  std::erase_if(feedback_, [&](const PendingFeedback& pending) { return is_lost(pending.slot); });
  const bool expected_grant = expects_new_data_grant();
  std::erase_if(grants_, [&](const UlGrant& grant) { return is_lost(grant.pusch_slot); });
  silent_until_ = until;
  if (occasion_ && is_lost(occasion_->pusch_slot)) await_occasion(until);
  // What the grant was asked for waits still.
  if (expected_grant && !expects_new_data_grant() && !sr_due_) {
    sr_due_ = sr_occasion_at_or_after(until);
  }
  if (sr_due_ && is_lost(*sr_due_)) sr_due_ = sr_occasion_at_or_after(until);
}

std::uint64_t UeMac::waiting_bytes(base::Instant now) const {
  return signalling_.waiting_bytes(now) + data_.waiting_bytes(now);
}

bool UeMac::expects_new_data_grant() const {
  return std::any_of(grants_.begin(), grants_.end(),
                     [this](const UlGrant& grant) { return is_new(grant.harq); });
}

base::Slot UeMac::sr_occasion_at_or_after(base::Slot slot) const {
  const std::int64_t period = config_.sr_period.value();
  const std::int64_t base_slot = slot.value() / period * period;
  for (std::int64_t turn = 0; turn < 2; ++turn) {
    for (const base::Slot occasion : config_.sr_occasions) {
      const base::Slot candidate(base_slot + turn * period + occasion.value());
      if (candidate >= slot) return candidate;
    }
  }
  RC_CHECK(false);
  return slot;
}

void UeMac::enter_bwp(std::uint32_t bwp, base::Slot slot, base::Instant now) {
  configured_.enter(bwp);
  semi_persistent_.enter(bwp);
  occasion_.reset();
  if (configured_.is_active()) sr_due_.reset();
  request_grant_if_needed(slot, now);
}

void UeMac::on_configured_grant(const ConfiguredGrantDci& dci, base::Slot slot, base::Instant now) {
  if (!configured_.is_configured()) return;
  configured_.on_dci(dci);
  occasion_.reset();
  if (!configured_.is_active()) return request_grant_if_needed(slot, now);
  if (dci.activates) sr_due_.reset();
  await_occasion(dci.activates ? dci.grant.start : slot + config_.preparation);
}

void UeMac::await_occasion(base::Slot from) {
  const base::Slot slot = configured_.next(std::max(from, silent_until_));
  occasion_ = configured_.grant_at(slot, config_.ue, *epoch_);
}

void UeMac::skip_empty_occasion(base::Slot slot, base::Instant now) {
  if (occasion_ && occasion_->pusch_slot <= slot && !has_news(now)) occasion_.reset();
}

bool UeMac::enqueue(const Sdu& sdu, base::Slot slot, base::Instant now,
                    std::vector<DroppedSdu>& drops) {
  const bool kept = data_.tx.enqueue(sdu, now, drops);
  request_grant_if_needed(slot, now);
  return kept;
}

void UeMac::enqueue_signalling(const Sdu& sdu, base::Slot slot, base::Instant now) {
  RC_CHECK(is_connected());
  RC_CHECK(signalling_.tx.enqueue(sdu, now, signalling_drops_));
  request_grant_if_needed(slot, now);
}

void UeMac::request_grant_if_needed(base::Slot slot, base::Instant now) {
  if (is_connected() && configured_.is_active()) {
    const bool awaits = occasion_ && occasion_->pusch_slot >= slot;
    if (!awaits && has_news(now)) await_occasion(slot + config_.preparation);
    return;
  }
  // A grant still to be used carries a BSR, which tells the network; else a scheduling request
  // must.
  if (!is_connected() || sr_due_ || expects_new_data_grant() || waiting_bytes(now) == 0) return;
  sr_due_ = sr_occasion_at_or_after(std::max(slot, silent_until_));
}

void UeMac::on_assignment(const DlAssignment& assignment) {
  feedback_.push_back({assignment.feedback_slot, {.harq = assignment.harq, .ack = false}});
}

void UeMac::on_block(const ReceivedBlock& block, base::Instant now, BlockOutput& out) {
  const auto& [assignment, pdu, decoded] = block;
  const bool before = receiver_.has_decoded(assignment.harq);
  for (PendingFeedback& pending : feedback_) {
    if (pending.slot == assignment.feedback_slot &&
        pending.feedback.harq.process == assignment.harq.process) {
      pending.feedback.ack = decoded || before;
    }
  }
  if (!decoded || before) return;
  receiver_.turn_to(assignment.harq);
  receiver_.set_decoded(assignment.harq.process);
  signalling_.receive(pdu.signalling, now, out.signalling, out.signalling_sender_drops);
  data_.receive(pdu.data, now, out.data, out.sender_drops);
}

bool UeMac::on_grant(const UlGrant& grant) {
  const bool is_first = is_new(grant.harq);
  if (mac::is_configured(grant.harq)) {
    if (is_first) return false;
    configured_.start_timer(grant.harq.process, grant.pusch_slot);
    // An occasion of the same process would overwrite what is to be repeated.
    if (occasion_ && occasion_->harq.process == grant.harq.process) {
      const base::Slot from = occasion_->pusch_slot;
      occasion_.reset();
      if (configured_.is_active()) await_occasion(from);
    }
  }
  grants_.push_back(grant);
  if (is_first) sr_due_.reset();
  return true;
}

const UlGrant* UeMac::grant_at(base::Slot slot) const {
  for (const UlGrant& grant : grants_) {
    if (grant.pusch_slot == slot) return &grant;
  }
  return occasion_ && occasion_->pusch_slot == slot ? &*occasion_ : nullptr;
}

std::optional<PuschTransmission> UeMac::pusch(base::Slot slot, const UplinkMoment& moment,
                                              std::vector<DroppedSdu>& drops) {
  const UlGrant* due = grant_at(slot);
  if (due == nullptr) return std::nullopt;
  const UlGrant grant = *due;
  if (occasion_ && due == &*occasion_) {
    configured_.start_timer(grant.harq.process, slot);
  } else {
    grants_.erase(grants_.begin() + (due - grants_.data()));
  }
  if (occasion_ && occasion_->pusch_slot <= slot) occasion_.reset();
  Process& process = processes_[static_cast<std::size_t>(grant.harq.process)];
  MacPdu& pdu = process.pdu;
  const bool is_first = is_new(grant.harq);
  if (is_first) {
    process.used = true;
    process.block = grant.harq.block;
    build(pdu, grant, moment, drops);
  }
  if (waiting_bytes(moment.now) > 0) ask_again(slot, is_first);
  return PuschTransmission{.grant = grant, .pdu = &pdu, .is_new = is_first};
}

void UeMac::ask_again(base::Slot slot, bool has_reported) {
  if (configured_.is_active()) {
    if (!occasion_) await_occasion(slot + base::SlotCount(1));
  } else if (has_reported && !expects_new_data_grant()) {
    // The BSR in this block may be lost with it: ask again when no grant follows.
    sr_due_ = sr_occasion_at_or_after(slot + config_.retx_bsr);
  }
}

void UeMac::build(MacPdu& pdu, const UlGrant& grant, const UplinkMoment& moment,
                  std::vector<DroppedSdu>& drops) {
  const auto& [now, headroom] = moment;
  pdu.clear();
  auto room = static_cast<std::uint32_t>(grant.format.tbs.value() / 8);
  RC_CHECK(room >= short_bsr_bytes);
  room -= short_bsr_bytes;
  if (configured_.has_to_confirm() && room >= confirmation_bytes) {
    pdu.confirms = true;
    room -= confirmation_bytes;
    configured_.confirm();
    if (!configured_.is_active()) occasion_.reset();
  }
  const double one_prb_db = one_prb_headroom_db(headroom);
  const bool moved = !reported_one_prb_headroom_db_ ||
                     std::fabs(one_prb_db - *reported_one_prb_headroom_db_) > headroom_change_db;
  if (moved && room >= phr_bytes) {
    pdu.phr = headroom;
    room -= phr_bytes;
    reported_one_prb_headroom_db_ = one_prb_db;
  }
  room -= signalling_.build(room, now, pdu.signalling, signalling_drops_);
  data_.build(room, now, pdu.data, drops);
  pdu.bsr = buffer_status(waiting_bytes(now));
}

Uci UeMac::uci(base::Slot slot) {
  if (!is_connected()) return {.ue = config_.ue};
  Uci uci{.ue = config_.ue, .epoch = *epoch_};
  std::erase_if(feedback_, [&](const PendingFeedback& pending) {
    if (pending.slot != slot) return pending.slot < slot;
    uci.add(pending.feedback);
    return true;
  });
  if (sr_due_ == slot) {
    uci.sr = true;
    sr_due_ = sr_occasion_at_or_after(slot + base::SlotCount(1));
  }
  return uci;
}

const MacPdu* UeMac::block(const HarqId& harq) const {
  const Process& process = processes_[static_cast<std::size_t>(harq.process)];
  return process.used && process.block == harq.block ? &process.pdu : nullptr;
}

std::optional<base::Slot> UeMac::next_uplink_slot(base::Slot after) const {
  std::optional<base::Slot> next;
  const auto consider = [&](base::Slot slot) {
    if (slot > after && (!next || slot < *next)) next = slot;
  };
  for (const PendingFeedback& pending : feedback_) consider(pending.slot);
  for (const UlGrant& grant : grants_) consider(grant.pusch_slot);
  if (occasion_) consider(occasion_->pusch_slot);
  if (sr_due_) consider(*sr_due_);
  return next;
}

}  // namespace redcell::mac::ue
