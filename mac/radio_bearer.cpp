#include "mac/radio_bearer.h"

namespace redcell::mac {

std::uint64_t RadioBearer::waiting_bytes(base::Instant now) const {
  return tx.buffered_bytes() + (rx.status_pending(now) ? rx.status_bytes() : 0);
}

std::uint64_t RadioBearer::sendable_bytes(base::Instant now) const {
  return tx.sendable_bytes() + (rx.status_pending(now) ? rx.status_bytes() : 0);
}

std::uint32_t RadioBearer::build(std::uint32_t room_bytes, base::Instant now,
                                 ChannelContent& content, std::vector<DroppedSdu>& drops) {
  std::uint32_t room = room_bytes;
  if (room > 0 && rx.status_pending(now) && rx.build_status(room, now, content.status)) {
    room -= content.status.bytes;
    content.has_status = true;
  }
  room -= tx.build(room, now, content.pdus, drops);
  return room_bytes - room;
}

void RadioBearer::receive(const ChannelContent& content, base::Instant now, ReceiverOutput& out,
                          std::vector<DroppedSdu>& sender_drops) {
  if (content.has_status) tx.on_status(content.status, now, sender_drops);
  for (const RlcPdu& rlc : content.pdus) rx.receive(rlc, now, out.delivered, out.drops);
}

BearerConfig signalling_bearer() {
  return {.acknowledged = true,
          .rlc_sn_bits = 12,
          .pdcp_sn_bits = 12,
          .pdcp_discard = never,
          .t_reassembly = base::milliseconds(35),
          .t_reordering = never,
          .t_poll_retransmit = base::milliseconds(45),
          .t_status_prohibit = base::milliseconds(0),
          .poll_pdu = 0,
          .poll_bytes = 0,
          .max_retransmissions = 8,
          .queue_limit_bytes = 0};
}

}  // namespace redcell::mac
