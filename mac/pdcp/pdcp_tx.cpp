#include "mac/pdcp/pdcp_tx.h"

#include <limits>

#include "base/check.h"
#include "mac/rlc/sizes.h"

namespace redcell::mac {

PdcpTx::PdcpTx(const BearerConfig& config)
    : header_bytes_(pdcp_header_bytes(config.pdcp_sn_bits)),
      discard_(config.pdcp_discard),
      queue_limit_bytes_(config.queue_limit_bytes) {
  RC_CHECK(config.pdcp_sn_bits == 12 || config.pdcp_sn_bits == 18);
}

bool PdcpTx::enqueue(const Sdu& sdu, base::Instant now, std::vector<DroppedSdu>& drops) {
  RC_CHECK(sdu.bytes > 0 && sdu.bytes <= max_sdu_bytes);
  const bool full = queue_limit_bytes_ > 0 && unnumbered_bytes_ + sdu.bytes > queue_limit_bytes_;
  // waiting_bytes_ has 32 bits, as the largest value a BSR can say.
  if (full || waiting_bytes_ > std::numeric_limits<std::uint32_t>::max() / 2) {
    drops.push_back({sdu.packet, sdu.bytes, DropReason::queue_full, 0});
    return false;
  }
  waiting_.push_back({sdu.packet, sdu.bytes, now});
  unnumbered_bytes_ += sdu.bytes;
  waiting_bytes_ += sdu.bytes + header_bytes_;
  return true;
}

std::optional<base::Instant> PdcpTx::deadline() const {
  if (!discards() || waiting_.empty()) return std::nullopt;
  return waiting_.front().came + discard_;
}

void PdcpTx::on_time(base::Instant now, std::vector<DroppedSdu>& drops) {
  if (!discards()) return;
  while (!waiting_.empty() && waiting_.front().came + discard_ <= now) {
    const Waiting& old = waiting_.front();
    drops.push_back({old.packet, old.bytes, DropReason::discard_timer, 0});
    unnumbered_bytes_ -= old.bytes;
    waiting_bytes_ -= old.bytes + header_bytes_;
    waiting_.pop_front();
  }
}

std::uint32_t PdcpTx::next_bytes() const {
  return again_.empty() ? waiting_.front().bytes + header_bytes_ : again_.front().bytes;
}

PdcpPdu PdcpTx::take() {
  PdcpPdu pdu;
  if (!again_.empty()) {
    pdu = again_.front();
    again_.pop_front();
  } else {
    const Waiting& next = waiting_.front();
    // COUNT never wraps under one key (TS 38.323 6.3.5).
    RC_CHECK(numbered_.end() <= std::numeric_limits<std::uint32_t>::max());
    pdu = {next.packet, next.bytes + header_bytes_, static_cast<std::uint32_t>(numbered_.end())};
    numbered_.push_back({next.packet, next.bytes, true});
    unnumbered_bytes_ -= next.bytes;
    numbered_bytes_ += next.bytes;
    newest_numbered_ = next.came;
    waiting_.pop_front();
  }
  waiting_bytes_ -= pdu.bytes;
  return pdu;
}

void PdcpTx::give_back(const PdcpPdu& pdu) {
  again_.push_front(pdu);
  waiting_bytes_ += pdu.bytes;
}

void PdcpTx::restart_count(std::vector<DroppedSdu>& drops) {
  while (!numbered_.empty()) {
    drop(static_cast<std::uint32_t>(numbered_.begin()), DropReason::released, drops);
  }
  numbered_.restart_at(0);
}

void PdcpTx::release(std::vector<DroppedSdu>& drops) {
  while (!numbered_.empty()) {
    drop(static_cast<std::uint32_t>(numbered_.begin()), DropReason::released, drops);
  }
  while (!waiting_.empty()) {
    drops.push_back({waiting_.front().packet, waiting_.front().bytes, DropReason::released, 0});
    waiting_.pop_front();
  }
  again_.restart_at(0);
  unnumbered_bytes_ = 0;
  waiting_bytes_ = 0;
}

bool PdcpTx::close(std::uint32_t count) {
  if (!numbered_.contains(count) || !numbered_[count].open) return false;
  numbered_[count].open = false;
  numbered_bytes_ -= numbered_[count].bytes;
  while (!numbered_.empty() && !numbered_.front().open) numbered_.pop_front();
  return true;
}

void PdcpTx::drop(std::uint32_t count, DropReason reason, std::vector<DroppedSdu>& drops) {
  if (!numbered_.contains(count)) return;
  const Numbered ended = numbered_[count];
  if (close(count)) drops.push_back({ended.packet, ended.bytes, reason, count});
}

}  // namespace redcell::mac
