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
  if (packet.value >= marks_.size()) marks_.resize(packet.value + 1);
  marks_[packet.value] = {};
  marks_[packet.value].number = next_number_++;
  return marks_[packet.value];
}

void PacketBook::on_sent(base::PacketId packet, bool last_byte, base::Instant begin,
                         base::Instant end) {
  PacketMarks& marks = at(packet);
  if (!marks.is_sent && last_byte) {
    marks.is_sent = true;
    marks.first_sent = begin;
    marks.first_end = end;
    marks.copy_end = end;
  } else if (marks.is_sent) {
    marks.copy_end = end;
  }
}

}  // namespace redcell::scenarios
