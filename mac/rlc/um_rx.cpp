#include "mac/rlc/um_rx.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac {

UmRx::UmRx(const BearerConfig& config)
    : sn_mask_((1u << config.rlc_sn_bits) - 1),
      window_(std::uint64_t{1} << (config.rlc_sn_bits - 1)),
      t_reassembly_(config.t_reassembly) {
  RC_CHECK(config.rlc_sn_bits == 6 || config.rlc_sn_bits == 12);
  RC_CHECK(t_reassembly_.value() >= 0);
  // Numbers start one modulus up, so that the window below RX_Next_Highest = 0 needs no negative
  // numbers.
  next_reassembly_ = std::uint64_t{sn_mask_} + 1;
  entries_.restart_at(next_reassembly_);
}

// The one number of this SN in [RX_Next_Highest - window, RX_Next_Highest + window).
std::uint64_t UmRx::unwrap(std::uint32_t sn) const {
  const std::uint64_t low = entries_.end() - window_;
  return low + ((sn - low) & sn_mask_);
}

void UmRx::receive(const RlcPdu& pdu, base::Instant now, PdcpRx& pdcp, RxOutput out) {
  const PdcpPdu sdu{pdu.packet, pdu.sdu_bytes, pdu.pdcp_count};
  if (pdu.first && pdu.last) return pdcp.receive(sdu, now, out);
  const std::uint64_t x = unwrap(pdu.sn);
  if (x < entries_.begin()) return pdcp.report_loss(sdu, out);
  if (x >= entries_.end()) move_window(x + 1, pdcp, out);
  Entry& entry = entries_[x];
  if (entry.state == State::delivered) return;
  if (x < next_reassembly_) return pdcp.report_loss(sdu, out);
  // More than half the SN space was lost in between: these are segments of another SDU.
  if (entry.segments.head != no_segment && entry.pdu.count != sdu.count) {
    discard(entry, pdcp, out);
    entry.state = State::waiting;
  }
  entry.pdu = sdu;
  pool_.add(entry.segments, pdu.offset, pdu.offset + pdu.bytes);
  if (pool_.covers(entry.segments, sdu.bytes)) {
    pool_.clear(entry.segments);
    entry.state = State::delivered;
    skip_ended();
    pdcp.receive(sdu, now, out);
  }
  update_timer(now);
}

void UmRx::on_time(base::Instant now, const PdcpRx& pdcp, RxOutput out) {
  while (reassembly_ends_ && *reassembly_ends_ <= now) {  // Twice when t-Reassembly is zero.
    reassembly_ends_.reset();
    const std::uint64_t from = next_reassembly_;
    next_reassembly_ = std::max(timer_trigger_, from);
    skip_ended();
    for (std::uint64_t x = from; x < next_reassembly_; ++x) discard(entries_[x], pdcp, out);
    update_timer(now);
  }
}

void UmRx::reset(const PdcpRx& pdcp, RxOutput out) {
  for (std::uint64_t x = entries_.begin(); x != entries_.end(); ++x) {
    discard(entries_[x], pdcp, out);
  }
  next_reassembly_ = std::uint64_t{sn_mask_} + 1;
  entries_.restart_at(next_reassembly_);
  reassembly_ends_.reset();
}

void UmRx::discard(Entry& entry, const PdcpRx& pdcp, RxOutput out) {
  if (entry.state != State::waiting) return;
  if (entry.segments.head != no_segment) pdcp.report_loss(entry.pdu, out);
  pool_.clear(entry.segments);
  entry.state = State::discarded;
}

// RX_Next_Highest moves up; what falls below the window is given up.
void UmRx::move_window(std::uint64_t highest, const PdcpRx& pdcp, RxOutput out) {
  while (entries_.end() < highest) {
    entries_.push_back(Entry{});
    if (entries_.size() <= window_) continue;
    discard(entries_.front(), pdcp, out);
    entries_.pop_front();
  }
  next_reassembly_ = std::max(next_reassembly_, entries_.begin());
  skip_ended();
}

void UmRx::skip_ended() {
  while (next_reassembly_ < entries_.end() &&
         entries_[next_reassembly_].state == State::delivered) {
    ++next_reassembly_;
  }
}

// A gap: a whole SDU is missing below the highest, or bytes before the last received of the only
// one.
bool UmRx::reassembly_needed() const {
  const std::uint64_t ahead = entries_.end() - next_reassembly_;
  return ahead > 1 || (ahead == 1 && pool_.has_gap(entries_[next_reassembly_].segments));
}

void UmRx::update_timer(base::Instant now) {
  if (reassembly_ends_) {
    const std::uint64_t ahead = entries_.end() - next_reassembly_;
    const bool no_gap = ahead == 1 && !pool_.has_gap(entries_[next_reassembly_].segments);
    // A trigger below the window lies below RX_Next_Reassembly too.
    if (timer_trigger_ <= next_reassembly_ || no_gap) reassembly_ends_.reset();
  }
  if (!reassembly_ends_ && reassembly_needed()) {
    timer_trigger_ = entries_.end();
    reassembly_ends_ = now + t_reassembly_;
  }
}

}  // namespace redcell::mac
