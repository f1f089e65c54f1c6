// Receiving UM RLC entity (TS 38.322 5.2.2.2): reassembly window and t-Reassembly.
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"
#include "mac/pdcp/pdcp_rx.h"
#include "mac/rlc/config.h"
#include "mac/rlc/segments.h"
#include "mac/rlc/sequence_ring.h"
#include "mac/sdu.h"

namespace redcell::mac {

class UmRx {
 public:
  explicit UmRx(const BearerConfig& config);

  void receive(const RlcPdu& pdu, base::Instant now, PdcpRx& pdcp, RxOutput out);
  [[nodiscard]] std::optional<base::Instant> deadline() const { return reassembly_ends_; }
  /// t-Reassembly: gives up SDUs with gaps.
  void on_time(base::Instant now, const PdcpRx& pdcp, RxOutput out);
  /// TS 38.322 5.1.2: discards the segments held, each reported lost_on_air.
  void reset(const PdcpRx& pdcp, RxOutput out);

 private:
  enum class State : std::uint8_t { waiting, discarded, delivered };
  struct Entry {
    PdcpPdu pdu{};
    SegmentList segments{};  ///< Empty while nothing has arrived.
    State state = State::waiting;
  };

  [[nodiscard]] std::uint64_t unwrap(std::uint32_t sn) const;
  void discard(Entry& entry, const PdcpRx& pdcp, RxOutput out);
  void move_window(std::uint64_t highest, const PdcpRx& pdcp, RxOutput out);
  void skip_ended();
  void update_timer(base::Instant now);
  [[nodiscard]] bool reassembly_needed() const;

  std::uint32_t sn_mask_;
  std::uint64_t window_;
  base::Duration t_reassembly_;
  SegmentPool pool_;
  SequenceRing<Entry> entries_;        ///< [RX_Next_Highest - window, RX_Next_Highest)
  std::uint64_t next_reassembly_ = 0;  ///< RX_Next_Reassembly
  std::uint64_t timer_trigger_ = 0;    ///< RX_Timer_Trigger
  std::optional<base::Instant> reassembly_ends_;
};

}  // namespace redcell::mac
