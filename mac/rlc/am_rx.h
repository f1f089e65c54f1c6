// Receiving side of an AM RLC entity: window, t-Reassembly, STATUS (TS 38.322 5.2.3.2, 5.3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "mac/pdcp/pdcp_rx.h"
#include "mac/rlc/config.h"
#include "mac/rlc/segments.h"
#include "mac/rlc/sequence_ring.h"
#include "mac/sdu.h"

namespace redcell::mac {

class AmRx {
 public:
  explicit AmRx(const BearerConfig& config);

  /// Every SDU goes to PDCP as soon as it is complete, once.
  void receive(const RlcPdu& pdu, base::Instant now, PdcpRx& pdcp, RxOutput out);

  [[nodiscard]] bool status_pending(base::Instant now) const;
  [[nodiscard]] std::uint32_t status_bytes() const;
  bool build_status(std::uint32_t room_bytes, base::Instant now, RlcStatus& out);

  [[nodiscard]] std::optional<base::Instant> deadline() const;
  /// t-Reassembly, t-StatusProhibit.
  void on_time(base::Instant now);
  /// TS 38.322 5.1.2. Segments held are forgotten: the sender still has their SDUs.
  void reset();

 private:
  struct Entry {
    PdcpPdu pdu{};
    SegmentList segments{};  ///< Empty while nothing has arrived, and again when complete.
    bool complete = false;
  };

  bool place(const RlcPdu& pdu);
  void complete(std::uint64_t x);
  void update_timer(base::Instant now);
  [[nodiscard]] bool missing_beyond(std::uint64_t sn) const;
  void answer_polls();

  std::uint32_t sn_mask_;
  int sn_bits_;
  std::uint64_t window_;
  base::Duration t_reassembly_;
  base::Duration t_status_prohibit_;
  SegmentPool pool_;
  SequenceRing<Entry> entries_;       ///< [RX_Next, RX_Next_Highest)
  std::uint64_t highest_status_ = 0;  ///< RX_Highest_Status
  std::uint64_t status_trigger_ = 0;  ///< RX_Next_Status_Trigger
  std::optional<base::Instant> reassembly_ends_;
  std::vector<std::uint64_t> polls_;  ///< SNs polled for and not yet answerable.
  bool triggered_ = false;
  std::optional<base::Instant> prohibit_ends_;

  friend class StatusWalk;
};

}  // namespace redcell::mac
