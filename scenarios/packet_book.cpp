#include "scenarios/packet_book.h"

#include <algorithm>

namespace redcell::scenarios {

PacketParts parts_of(const PacketMarks& marks, base::Instant delivered) {
  // RLC may have sent a copy although the first one was still on its way: what counts is what
  // arrived.
  const base::Instant copy_end = std::clamp(marks.copy_end, marks.first_end, marks.received);
  return {.core = marks.core,
          .alignment = marks.aligned - marks.arrival,
          .grant = marks.granted - marks.aligned,
          .queue = marks.first_sent - marks.granted,
          .air = marks.first_end - marks.first_sent,
          .harq = marks.received - copy_end,
          .rlc = copy_end - marks.first_end,
          .reordering = delivered - marks.received};
}

PacketMarks& PacketBook::open(base::PacketId packet) {
  if (packet.value >= marks_.size()) {
    marks_.resize(packet.value + 1);
    before_.resize(packet.value + 1);
  }
  PacketMarks& marks = marks_[packet.value];
  before_[packet.value] = {marks.ue, marks.direction, marks.pdcp_count};
  marks = {};
  marks.number = next_number_++;
  return marks;
}

bool PacketBook::belongs(const PacketPiece& piece) {
  PacketMarks& marks = at(piece.packet);
  if (marks.ue != piece.ue || marks.direction != piece.direction) return false;
  if (marks.pdcp_count) return *marks.pdcp_count == piece.pdcp_count;
  const Owner& before = before_[piece.packet.value];
  const bool of_the_one_before = before.ue == piece.ue && before.direction == piece.direction &&
                                 before.pdcp_count == piece.pdcp_count;
  if (of_the_one_before) return false;
  marks.pdcp_count = piece.pdcp_count;
  return true;
}

void PacketBook::on_sent(const PacketPiece& piece, base::Instant begin, base::Instant end) {
  if (!belongs(piece)) return;
  PacketMarks& marks = at(piece.packet);
  if (!marks.is_sent && piece.last_byte) {
    marks.is_sent = true;
    marks.first_sent = begin;
    marks.first_end = end;
    marks.copy_end = end;
  } else if (marks.is_sent) {
    marks.copy_end = end;
  }
}

void PacketBook::on_received(const PacketPiece& piece, base::Instant now) {
  if (belongs(piece)) at(piece.packet).received = now;
}

}  // namespace redcell::scenarios
