// Where each IP packet's time went: marks set on its way through the slots, split into parts at its
// end.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::scenarios {

/// Marks of one packet, in the order in which they are set.
struct PacketMarks {
  base::UeId ue;
  base::Direction direction = base::Direction::downlink;
  std::uint32_t bytes = 0;
  std::uint64_t number = 0;  ///< Unique in the run.
  base::Duration core;       ///< Between application and RAN node.
  base::Instant arrival;     ///< At the bearer.
  base::Instant aligned;     ///< First slot from which its direction could carry it.
  base::Instant granted;     ///< Uplink: first PUSCH after `aligned`; downlink: as aligned.
  base::Instant first_sent;  ///< First transmission of its last byte begins ...
  base::Instant first_end;   ///< ... and ends.
  base::Instant copy_end;    ///< The same for the last copy that RLC sent.
  base::Instant received;    ///< Last decoded block that held a piece of it.
  bool is_granted = false;
  bool is_sent = false;
  bool is_open = false;  ///< Neither delivered nor dropped.
  std::optional<std::uint32_t> pdcp_count;  ///< Known from its first transmission on.
  std::uint32_t least_count = 0;            ///< It will not be lower, in this generation.
  std::uint32_t generation = 0;
};

/// The parts of a packet's way. They sum to total() because each is the distance between
/// neighbouring marks.
struct PacketParts {
  base::Duration core;
  base::Duration alignment;
  base::Duration grant;
  base::Duration queue;
  base::Duration air;
  base::Duration harq;
  base::Duration rlc;
  base::Duration reordering;
  [[nodiscard]] base::Duration total() const {
    return core + alignment + grant + queue + air + harq + rlc + reordering;
  }
};
[[nodiscard]] PacketParts parts_of(const PacketMarks& marks, base::Instant delivered);

/// A piece of a packet in a block, as RLC names it.
struct PacketPiece {
  base::UeId ue;
  base::Direction direction = base::Direction::downlink;
  base::PacketId packet;
  std::uint32_t pdcp_count = 0;
  bool last_byte = false;
};

/// Marks of all packets between arrival and end, by packet number of the pool. Grows with the pool.
class PacketBook {
 public:
  PacketMarks& open(base::PacketId packet, base::UeId ue, base::Direction direction);
  [[nodiscard]] PacketMarks& at(base::PacketId packet) { return marks_[packet.value]; }
  /// It has been delivered or dropped.
  void close(base::PacketId packet) { marks_[packet.value].is_open = false; }
  /// Calls visit(const PacketMarks&) for each that has been opened and not closed.
  template <class Visit>
  void for_each_open(Visit visit) const {
    for (const PacketMarks& marks : marks_) {
      if (marks.is_open) visit(marks);
    }
  }

  /// A block with a piece of the packet is sent for the first time. RLC may send a copy of a packet
  /// that has ended and whose number another one has by now: such a piece is no one's, and is
  /// passed over. It is known by its COUNT: a packet's is at least the next one at its arrival.
  void on_sent(const PacketPiece& piece, base::Instant begin, base::Instant end);
  void on_received(const PacketPiece& piece, base::Instant now);
  /// The sender counts from 0 again (UM, re-established); what it had sent has ended.
  void restart_counts(base::UeId ue, base::Direction direction);

 private:
  [[nodiscard]] bool belongs(const PacketPiece& piece);

  struct Sender {
    std::uint32_t next_count = 0;
    std::uint32_t generation = 0;  ///< How often it has begun at 0 again.
  };
  [[nodiscard]] Sender& sender(base::UeId ue, base::Direction direction);

  std::vector<PacketMarks> marks_;
  std::vector<Sender> senders_;  ///< [2 * ue + direction]
  std::uint64_t next_number_ = 0;
};

}  // namespace redcell::scenarios
