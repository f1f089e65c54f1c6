#include "mac/bearer.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac {
namespace {

std::optional<base::Instant> earlier(std::optional<base::Instant> a,
                                     std::optional<base::Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

using TxEntity = std::variant<UmTx, AmTx>;
using RxEntity = std::variant<UmRx, AmRx>;

TxEntity make_tx(const BearerConfig& config) {
  if (config.acknowledged) return AmTx(config);
  return UmTx(config);
}

RxEntity make_rx(const BearerConfig& config) {
  if (config.acknowledged) return AmRx(config);
  return UmRx(config);
}

}  // namespace

TxBearer::TxBearer(const BearerConfig& config) : pdcp_(config), rlc_(make_tx(config)) {}

bool TxBearer::enqueue(const Sdu& sdu, base::Instant now, std::vector<DroppedSdu>& drops) {
  pdcp_.on_time(now, drops);
  return pdcp_.enqueue(sdu, now, drops);
}

std::uint32_t TxBearer::buffered_bytes() const {
  return pdcp_.waiting_bytes() +
         std::visit([](const auto& rlc) { return rlc.buffered_bytes(); }, rlc_);
}

std::uint32_t TxBearer::sendable_bytes() const {
  const AmTx* am = std::get_if<AmTx>(&rlc_);
  return am && am->stalled() ? am->buffered_bytes() : buffered_bytes();
}

std::optional<base::Instant> TxBearer::oldest_unsent() const {
  const bool has_begun = std::visit([](const auto& rlc) { return rlc.buffered_bytes() > 0; }, rlc_);
  // What PDCP has numbered and has back came before what waits there.
  if (has_begun || pdcp_.has_again()) return pdcp_.newest_numbered();
  return pdcp_.oldest_waiting();
}

std::uint32_t TxBearer::build(std::uint32_t room_bytes, base::Instant now, std::vector<RlcPdu>& out,
                              std::vector<DroppedSdu>& drops) {
  pdcp_.on_time(now, drops);
  if (AmTx* am = std::get_if<AmTx>(&rlc_)) return am->build(room_bytes, now, pdcp_, out);
  return std::get<UmTx>(rlc_).build(room_bytes, pdcp_, out);
}

void TxBearer::on_status(const RlcStatus& status, base::Instant now,
                         std::vector<DroppedSdu>& drops) {
  AmTx* am = std::get_if<AmTx>(&rlc_);
  RC_CHECK(am != nullptr);
  pdcp_.on_time(now, drops);
  am->on_status(status, pdcp_, drops);
}

bool TxBearer::failed() const {
  const AmTx* am = std::get_if<AmTx>(&rlc_);
  return am && am->failed();
}

std::optional<base::Instant> TxBearer::deadline() const {
  const AmTx* am = std::get_if<AmTx>(&rlc_);
  return earlier(pdcp_.deadline(), am ? am->deadline() : std::nullopt);
}

void TxBearer::on_time(base::Instant now, std::vector<DroppedSdu>& drops) {
  pdcp_.on_time(now, drops);
  if (AmTx* am = std::get_if<AmTx>(&rlc_)) am->on_time(now, pdcp_, drops);
}

void TxBearer::reestablish(std::vector<DroppedSdu>& drops) {
  if (AmTx* am = std::get_if<AmTx>(&rlc_)) return am->reset(pdcp_);
  std::get<UmTx>(rlc_).reset();
  pdcp_.restart_count(drops);
}

void TxBearer::settle(std::vector<DeliveredSdu>& delivered, std::vector<DroppedSdu>& drops) {
  // Deliveries first: what one call delivers and also reports as a late copy was delivered.
  std::erase_if(delivered, [&](const DeliveredSdu& sdu) { return !pdcp_.close(sdu.pdcp_count); });
  std::erase_if(drops, [&](const DroppedSdu& sdu) { return !pdcp_.close(sdu.pdcp_count); });
}

void TxBearer::on_block_lost(std::span<const RlcPdu> pdus, std::vector<DroppedSdu>& drops) {
  if (std::holds_alternative<AmTx>(rlc_)) return;
  for (const RlcPdu& pdu : pdus) pdcp_.drop(pdu.pdcp_count, DropReason::lost_on_air, drops);
}

void TxBearer::release(std::vector<DroppedSdu>& drops) {
  if (AmTx* am = std::get_if<AmTx>(&rlc_)) {
    am->clear();
  } else {
    std::get<UmTx>(rlc_).reset();
  }
  pdcp_.release(drops);
}

std::uint64_t TxBearer::queued_bytes() const { return pdcp_.open_bytes(); }

RxBearer::RxBearer(const BearerConfig& config) : pdcp_(config), rlc_(make_rx(config)) {}

void RxBearer::receive(const RlcPdu& pdu, base::Instant now, std::vector<DeliveredSdu>& out,
                       std::vector<DroppedSdu>& drops) {
  std::visit([&](auto& rlc) { rlc.receive(pdu, now, pdcp_, {out, drops}); }, rlc_);
}

bool RxBearer::status_pending(base::Instant now) const {
  const AmRx* am = std::get_if<AmRx>(&rlc_);
  return am && am->status_pending(now);
}

std::uint32_t RxBearer::status_bytes() const {
  const AmRx* am = std::get_if<AmRx>(&rlc_);
  return am ? am->status_bytes() : 0;
}

bool RxBearer::build_status(std::uint32_t room_bytes, base::Instant now, RlcStatus& out) {
  AmRx* am = std::get_if<AmRx>(&rlc_);
  return am && am->build_status(room_bytes, now, out);
}

std::optional<base::Instant> RxBearer::deadline() const {
  return earlier(pdcp_.deadline(),
                 std::visit([](const auto& rlc) { return rlc.deadline(); }, rlc_));
}

void RxBearer::on_time(base::Instant now, std::vector<DeliveredSdu>& out,
                       std::vector<DroppedSdu>& drops) {
  if (AmRx* am = std::get_if<AmRx>(&rlc_)) {
    am->on_time(now);
  } else {
    std::get<UmRx>(rlc_).on_time(now, pdcp_, {out, drops});
  }
  pdcp_.on_time(now, {out, drops});
}

void RxBearer::reestablish(std::vector<DeliveredSdu>& out, std::vector<DroppedSdu>& drops) {
  if (AmRx* am = std::get_if<AmRx>(&rlc_)) return am->reset();
  std::get<UmRx>(rlc_).reset(pdcp_, {out, drops});
  pdcp_.restart_count({out, drops});
}

}  // namespace redcell::mac
