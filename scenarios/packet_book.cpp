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

PacketBook::Sender& PacketBook::sender(base::UeId ue, base::Direction direction) {
  const std::size_t index = 2 * ue.value + static_cast<std::size_t>(direction);
  if (index >= senders_.size()) senders_.resize(index + 1);
  return senders_[index];
}

PacketMarks& PacketBook::open(base::PacketId packet, base::UeId ue, base::Direction direction) {
  if (packet.value >= marks_.size()) marks_.resize(packet.value + 1);
  PacketMarks& marks = marks_[packet.value];
  marks = {};
  marks.ue = ue;
  marks.direction = direction;
  marks.is_open = true;
  marks.number = next_number_++;
  marks.least_count = sender(ue, direction).next_count;
  marks.generation = sender(ue, direction).generation;
  return marks;
}

void PacketBook::restart_counts(base::UeId ue, base::Direction direction) {
  Sender& s = sender(ue, direction);
  s.next_count = 0;
  ++s.generation;
}

bool PacketBook::belongs(const PacketPiece& piece) {
  PacketMarks& marks = at(piece.packet);
  if (marks.ue != piece.ue || marks.direction != piece.direction) return false;
  if (marks.pdcp_count) return *marks.pdcp_count == piece.pdcp_count;
  const Sender& s = sender(piece.ue, piece.direction);
  if (marks.generation == s.generation && piece.pdcp_count < marks.least_count) return false;
  marks.pdcp_count = piece.pdcp_count;
  return true;
}

void PacketBook::on_sent(const PacketPiece& piece, base::Instant begin, base::Instant end) {
  const bool is_its_own = belongs(piece);
  Sender& s = sender(piece.ue, piece.direction);
  s.next_count = std::max(s.next_count, piece.pdcp_count + 1);
  if (!is_its_own) return;
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
