#include "mac/pdcp/pdcp_rx.h"

#include "base/check.h"
#include "mac/rlc/sizes.h"

namespace redcell::mac {

PdcpRx::PdcpRx(const BearerConfig& config)
    : header_bytes_(pdcp_header_bytes(config.pdcp_sn_bits)),
      sn_bits_(config.pdcp_sn_bits),
      t_reordering_(config.t_reordering) {
  RC_CHECK(config.pdcp_sn_bits == 12 || config.pdcp_sn_bits == 18);
}

// TS 38.323 5.2.2.1, first step: the HFN is guessed from where RX_DELIV stands.
std::uint64_t PdcpRx::infer_count(std::uint32_t sn) const {
  const std::uint64_t modulus = std::uint64_t{1} << sn_bits_;
  const std::uint64_t window = modulus / 2;
  const std::uint64_t deliv = stored_.begin();
  const std::uint64_t deliv_sn = deliv & (modulus - 1);
  const std::uint64_t count = deliv - deliv_sn + sn;
  if (sn + window < deliv_sn) return count + modulus;
  if (sn < deliv_sn + window) return count;
  return count - modulus;  // Before HFN 0 this wraps to what no COUNT of 32 bits is.
}

void PdcpRx::receive(const PdcpPdu& pdu, base::Instant now, RxOutput out) {
  const std::uint64_t count = infer_count(pdu.count & ((1u << sn_bits_) - 1));
  // With the wrong COUNT deciphering yields noise; no real receiver recovers what comes this way.
  if (count != pdu.count) return report(pdu, DropReason::hfn_desync, out);
  if (count < stored_.begin()) return report(pdu, DropReason::too_late, out);
  while (stored_.end() <= count) stored_.push_back(Stored{});
  Stored& place = stored_[count];
  if (place.present) return;
  place = {pdu.packet, pdu.bytes - header_bytes_, true};
  deliver_consecutive(out);
  if (reordering_ && stored_.begin() >= reord_) {
    reordering_ = false;
    reordering_ends_.reset();
  }
  if (!reordering_ && !stored_.empty()) start_reordering(now);
}

void PdcpRx::on_time(base::Instant now, RxOutput out) {
  while (reordering_ends_ && *reordering_ends_ <= now) {  // Twice when t-Reordering is zero.
    reordering_ = false;
    reordering_ends_.reset();
    while (stored_.begin() < reord_) deliver_front(out);
    deliver_consecutive(out);
    if (!stored_.empty()) start_reordering(now);
  }
}

void PdcpRx::restart_count(RxOutput out) {
  while (!stored_.empty()) deliver_front(out);
  stored_.restart_at(0);
  reordering_ = false;
  reordering_ends_.reset();
}

void PdcpRx::report_loss(const PdcpPdu& pdu, RxOutput out) const {
  report(pdu, DropReason::lost_on_air, out);
}

void PdcpRx::report(const PdcpPdu& pdu, DropReason reason, RxOutput out) const {
  out.drops.push_back({pdu.packet, pdu.bytes - header_bytes_, reason, pdu.count});
}

void PdcpRx::deliver_front(RxOutput out) {
  const Stored& next = stored_.front();
  if (next.present) {
    const auto count = static_cast<std::uint32_t>(stored_.begin());
    out.delivered.push_back({next.packet, next.bytes, count});
  }
  stored_.pop_front();
}

void PdcpRx::deliver_consecutive(RxOutput out) {
  while (!stored_.empty() && stored_.front().present) deliver_front(out);
}

void PdcpRx::start_reordering(base::Instant now) {
  reord_ = stored_.end();
  reordering_ = true;
  if (t_reordering_ != never) reordering_ends_ = now + t_reordering_;
}

}  // namespace redcell::mac
