// Transmitting PDCP entity: the queue, discardTimer, COUNT, and the account of what has not ended
// yet.
//
// An SDU gets its COUNT when RLC takes it, not when it arrives: what discardTimer removes then
// leaves no gap in COUNT for which the receiver would have to wait (the choice TS 38.323 5.2.1 NOTE
// leaves open). [ours]
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "mac/rlc/config.h"
#include "mac/rlc/sequence_ring.h"
#include "mac/sdu.h"

namespace redcell::mac {

/// What PDCP and RLC hand each other.
struct PdcpPdu {
  base::PacketId packet{};
  std::uint32_t bytes = 0;  ///< With PDCP header.
  std::uint32_t count = 0;
};

class PdcpTx {
 public:
  explicit PdcpTx(const BearerConfig& config);

  /// False: dropped, the queue is full. Pre: 1 <= bytes <= max_sdu_bytes.
  bool enqueue(const Sdu& sdu, base::Instant now, std::vector<DroppedSdu>& drops);
  [[nodiscard]] std::optional<base::Instant> deadline() const;
  /// Drops what discardTimer ends (TS 38.323 5.3).
  void on_time(base::Instant now, std::vector<DroppedSdu>& drops);

  /// PDCP PDU bytes RLC has not taken yet (TS 38.323 5.6).
  [[nodiscard]] std::uint32_t waiting_bytes() const { return waiting_bytes_; }
  [[nodiscard]] bool empty() const { return waiting_.empty() && again_.empty(); }
  /// When the first that has not been numbered came; nullopt: there is none.
  [[nodiscard]] std::optional<base::Instant> oldest_waiting() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().came;
  }
  /// Some were given back.
  [[nodiscard]] bool has_again() const { return !again_.empty(); }
  /// When the last that has been numbered came. Pre: there was one.
  [[nodiscard]] base::Instant newest_numbered() const { return newest_numbered_; }
  /// PDCP PDU bytes of the next one. Pre: not empty.
  [[nodiscard]] std::uint32_t next_bytes() const;
  /// RLC takes the next one. Pre: not empty.
  PdcpPdu take();
  /// RLC gives one back, to be sent under its COUNT before all others. Youngest first.
  void give_back(const PdcpPdu& pdu);

  /// COUNT starts at 0 again; what was numbered and has not ended is dropped (released).
  void restart_count(std::vector<DroppedSdu>& drops);
  /// Everything that has not ended is dropped (released).
  void release(std::vector<DroppedSdu>& drops);

  /// Closes a numbered SDU. False when it had ended before.
  bool close(std::uint32_t count);
  /// Closes a numbered SDU and reports it, unless it had ended before.
  void drop(std::uint32_t count, DropReason reason, std::vector<DroppedSdu>& drops);
  /// IP bytes of all SDUs that have not ended.
  [[nodiscard]] std::uint64_t open_bytes() const { return unnumbered_bytes_ + numbered_bytes_; }

 private:
  struct Waiting {
    base::PacketId packet{};
    std::uint32_t bytes = 0;  ///< IP bytes.
    base::Instant came{};
  };
  struct Numbered {
    base::PacketId packet{};
    std::uint32_t bytes = 0;  ///< IP bytes.
    bool open = false;
  };

  [[nodiscard]] bool discards() const { return discard_.value() > 0; }

  std::uint32_t header_bytes_;
  base::Duration discard_;
  std::uint64_t queue_limit_bytes_;
  SequenceRing<PdcpPdu> again_;      ///< Numbered before a re-establishment; goes first.
  SequenceRing<Waiting> waiting_;    ///< Not numbered.
  SequenceRing<Numbered> numbered_;  ///< By COUNT, from the oldest that is open.
  base::Instant newest_numbered_{};
  std::uint32_t waiting_bytes_ = 0;
  std::uint64_t unnumbered_bytes_ = 0;
  std::uint64_t numbered_bytes_ = 0;
};

}  // namespace redcell::mac
