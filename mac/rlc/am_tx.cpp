#include "mac/rlc/am_tx.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac {

AmTx::AmTx(const BearerConfig& config)
    : headers_(amd_headers(config.rlc_sn_bits)),
      sn_mask_((1u << config.rlc_sn_bits) - 1),
      window_(std::uint64_t{1} << (std::min(config.rlc_sn_bits, config.pdcp_sn_bits) - 1)),
      t_poll_retransmit_(config.t_poll_retransmit),
      poll_pdu_(config.poll_pdu),
      poll_bytes_(config.poll_bytes),
      max_retransmissions_(config.max_retransmissions) {
  RC_CHECK(config.rlc_sn_bits == 12 || config.rlc_sn_bits == 18);
  RC_CHECK(t_poll_retransmit_.value() > 0 && max_retransmissions_ > 0);
}

bool AmTx::unfinished() const {
  return !flight_.empty() && flight_.back().sent_bytes < flight_.back().pdu.bytes;
}

bool AmTx::new_data(const PdcpTx& pdcp) const {
  return unfinished() || (!pdcp.empty() && !stalled());
}

std::uint32_t AmTx::buffered_bytes() const {
  return again_bytes_ + (unfinished() ? flight_.back().pdu.bytes - flight_.back().sent_bytes : 0);
}

std::uint32_t AmTx::build(std::uint32_t room_bytes, base::Instant now, PdcpTx& pdcp,
                          std::vector<RlcPdu>& out) {
  std::uint32_t used = 0;
  while (true) {
    const std::uint32_t room = room_bytes - used;
    std::uint32_t took = 0;
    if (again_head_ < again_.size()) {
      took = build_again(room, out);
    } else if (new_data(pdcp)) {
      took = build_new(room, pdcp, out);
    }
    if (took == 0) return used;
    used += took;
    poll_if_due(now, pdcp, out.back());
  }
}

std::uint32_t AmTx::build_again(std::uint32_t room_bytes, std::vector<RlcPdu>& out) {
  Again& next = again_[again_head_];
  const std::uint32_t sdu_bytes = flight_[next.sn].pdu.bytes;
  const Fit part = fit(headers_, {next.begin, next.end, sdu_bytes}, room_bytes);
  if (part.bytes == 0) return 0;
  const std::uint32_t used = emit(next.sn, next.begin, part, out);
  again_bytes_ -= part.bytes;
  next.begin += part.bytes;
  if (next.begin == next.end && ++again_head_ == again_.size()) {
    again_.clear();
    again_head_ = 0;
  }
  return used;
}

std::uint32_t AmTx::build_new(std::uint32_t room_bytes, PdcpTx& pdcp, std::vector<RlcPdu>& out) {
  const std::uint32_t begin = unfinished() ? flight_.back().sent_bytes : 0;
  const std::uint32_t end = unfinished() ? flight_.back().pdu.bytes : pdcp.next_bytes();
  const Fit part = fit(headers_, {begin, end, end}, room_bytes);
  if (part.bytes == 0) return 0;
  if (!unfinished()) flight_.push_back({.pdu = pdcp.take()});
  flight_.back().sent_bytes += part.bytes;
  ++pdu_without_poll_;
  bytes_without_poll_ += part.bytes;
  return emit(flight_.end() - 1, begin, part, out);
}

std::uint32_t AmTx::emit(std::uint64_t sn, std::uint32_t begin, const Fit& part,
                         std::vector<RlcPdu>& out) {
  const PdcpPdu& sdu = flight_[sn].pdu;
  out.push_back({.sn = static_cast<std::uint32_t>(sn) & sn_mask_,
                 .pdcp_count = sdu.count,
                 .packet = sdu.packet,
                 .sdu_bytes = sdu.bytes,
                 .offset = begin,
                 .bytes = part.bytes,
                 .header_bytes = part.header_bytes,
                 .first = begin == 0,
                 .last = begin + part.bytes == sdu.bytes});
  const std::uint32_t length = part.bytes + part.header_bytes;
  return length + mac_subheader_bytes(length);
}

// TS 38.322 5.3.3.2, after the PDU was taken out of the buffers.
void AmTx::poll_if_due(base::Instant now, const PdcpTx& pdcp, RlcPdu& pdu) {
  const bool drained = again_.empty() && !unfinished() && pdcp.empty();
  pdu.poll = poll_wanted_ || drained || stalled() ||
             (poll_pdu_ > 0 && pdu_without_poll_ >= poll_pdu_) ||
             (poll_bytes_ > 0 && bytes_without_poll_ >= poll_bytes_);
  if (!pdu.poll) return;
  poll_wanted_ = false;
  pdu_without_poll_ = 0;
  bytes_without_poll_ = 0;
  poll_sn_ = flight_.end() - 1;
  poll_ends_ = now + t_poll_retransmit_;
}

// Merges the range into the sorted list. False: all of it was pending already.
bool AmTx::insert_again(Again wanted) {
  const auto head = again_.begin() + static_cast<std::ptrdiff_t>(again_head_);
  auto from = std::lower_bound(head, again_.end(), wanted, [](const Again& a, const Again& b) {
    return a.sn != b.sn ? a.sn < b.sn : a.end < b.begin;
  });
  if (from != again_.end() && from->sn == wanted.sn && from->begin <= wanted.begin &&
      from->end >= wanted.end) {
    return false;
  }
  auto to = from;
  for (; to != again_.end() && to->sn == wanted.sn && to->begin <= wanted.end; ++to) {
    wanted.begin = std::min(wanted.begin, to->begin);
    wanted.end = std::max(wanted.end, to->end);
    again_bytes_ -= to->end - to->begin;
  }
  again_bytes_ += wanted.end - wanted.begin;
  if (from == to) {
    again_.insert(from, wanted);
  } else {
    *from = wanted;
    again_.erase(from + 1, to);
  }
  return true;
}

// TS 38.322 5.3.2: RETX_COUNT starts at zero the first time and grows at most once a STATUS.
bool AmTx::consider(Again wanted, PdcpTx& pdcp, std::vector<DroppedSdu>& drops) {
  Flight& flight = flight_[wanted.sn];
  const bool counted = flight.nacked_by == statuses_;
  flight.nacked_by = statuses_;
  if (!insert_again(wanted) || counted) return true;
  if (++flight.retransmissions <= max_retransmissions_) return true;
  failed_ = true;
  flight.confirmed = true;
  flight.sent_bytes = flight.pdu.bytes;
  pdcp.drop(flight.pdu.count, DropReason::rlc_gave_up, drops);
  return false;
}

void AmTx::on_status(const RlcStatus& status, PdcpTx& pdcp, std::vector<DroppedSdu>& drops) {
  const auto base_sn = static_cast<std::uint32_t>(flight_.begin());
  const std::uint64_t acked = (status.ack_sn - base_sn) & sn_mask_;
  if (acked > flight_.size()) return;  // Older than what was confirmed since.
  const std::uint64_t ack = flight_.begin() + acked;
  ++statuses_;
  for (const RlcNack& nack : status.nacks) {
    const std::uint64_t offset = (nack.sn - base_sn) & sn_mask_;
    if (offset >= acked) continue;
    const std::uint64_t sn = flight_.begin() + offset;
    const std::uint32_t end = std::min(nack.offset_end, flight_[sn].sent_bytes);
    if (flight_[sn].confirmed || nack.offset_begin >= end) continue;
    consider({sn, nack.offset_begin, end}, pdcp, drops);
  }
  for (std::uint64_t sn = flight_.begin(); sn < ack; ++sn) {
    Flight& flight = flight_[sn];
    if (flight.nacked_by != statuses_ && flight.sent_bytes == flight.pdu.bytes) {
      flight.confirmed = true;
    }
  }
  if (poll_ends_ && poll_sn_ < ack) poll_ends_.reset();
  forget_confirmed();
}

void AmTx::on_time(base::Instant now, PdcpTx& pdcp, std::vector<DroppedSdu>& drops) {
  if (!poll_ends_ || *poll_ends_ > now) return;
  // The timer runs on until the poll has left: what the poll could ride on may yet be confirmed or
  // discarded, and nothing else would ask again. [ours]
  poll_ends_ = now + t_poll_retransmit_;
  poll_wanted_ = true;
  // TS 38.322 5.3.3.4: with nothing else to carry the poll, the highest SN not confirmed is sent
  // again.
  ++statuses_;
  for (std::uint64_t sn = flight_.end(); sn > flight_.begin(); --sn) {
    if (!again_.empty() || new_data(pdcp)) break;
    const Flight& flight = flight_[sn - 1];
    if (flight.confirmed) continue;
    if (!consider({sn - 1, 0, flight.sent_bytes}, pdcp, drops)) forget_confirmed();
  }
  forget_confirmed();
}

// Takes confirmed SDUs out of the retransmission buffer and moves TX_Next_Ack.
void AmTx::forget_confirmed() {
  std::size_t kept = 0;
  for (std::size_t i = again_head_; i < again_.size(); ++i) {
    if (flight_[again_[i].sn].confirmed) {
      again_bytes_ -= again_[i].end - again_[i].begin;
    } else {
      again_[kept++] = again_[i];
    }
  }
  again_.resize(kept);
  again_head_ = 0;
  while (!flight_.empty() && flight_.front().confirmed) flight_.pop_front();
  if (flight_.empty()) {
    poll_ends_.reset();
    poll_wanted_ = false;
  }
}

void AmTx::reset(PdcpTx& pdcp) {
  for (std::uint64_t sn = flight_.end(); sn > flight_.begin(); --sn) {
    if (!flight_[sn - 1].confirmed) pdcp.give_back(flight_[sn - 1].pdu);
  }
  clear();
}

void AmTx::clear() {
  flight_.restart_at(0);
  again_.clear();
  again_head_ = 0;
  again_bytes_ = 0;
  pdu_without_poll_ = 0;
  bytes_without_poll_ = 0;
  poll_wanted_ = false;
  poll_ends_.reset();
  failed_ = false;
}

}  // namespace redcell::mac
