// One end of a radio bearer, both directions: what it puts into a transport block and what it takes
// out of one.
#pragma once

#include <cstdint>

#include "mac/air.h"
#include "mac/bearer.h"

namespace redcell::mac {

/// A value: at a handover the gNB's end of a data bearer goes to the target as it is (SN status
/// transfer and data forwarding, TS 38.300 9.2.3.2.1).
struct RadioBearer {
  explicit RadioBearer(const BearerConfig& config) : tx(config), rx(config) {}

  TxBearer tx;
  RxBearer rx;

  /// PDCP PDUs to send, and the STATUS that is due.
  [[nodiscard]] std::uint64_t waiting_bytes(base::Instant now) const;
  /// The part of it that a stalled window lets through.
  [[nodiscard]] std::uint64_t sendable_bytes(base::Instant now) const;
  /// STATUS first, then data; returns the bytes used, at most room_bytes.
  std::uint32_t build(std::uint32_t room_bytes, base::Instant now, ChannelContent& content,
                      std::vector<DroppedSdu>& drops);
  /// What a decoded block held for it. sender_drops: SDUs given up on the STATUS.
  void receive(const ChannelContent& content, base::Instant now, ReceiverOutput& out,
               std::vector<DroppedSdu>& sender_drops);
};

/// SRB1 (TS 38.331 9.2.1): AM, SN of 12 bits, polls with every PDU, no STATUS prohibition.
[[nodiscard]] BearerConfig signalling_bearer();

}  // namespace redcell::mac
