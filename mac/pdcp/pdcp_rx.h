// Receiving PDCP entity: COUNT from the SN, duplicates, reordering, in-order delivery
// (TS 38.323 5.2.2).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "mac/pdcp/pdcp_tx.h"
#include "mac/rlc/config.h"
#include "mac/rlc/sequence_ring.h"
#include "mac/sdu.h"

namespace redcell::mac {

/// Where a receiving end puts what leaves it; both lists are appended to.
struct RxOutput {
  std::vector<DeliveredSdu>& delivered;
  std::vector<DroppedSdu>& drops;
};

class PdcpRx {
 public:
  explicit PdcpRx(const BearerConfig& config);

  /// A PDCP PDU from RLC. A COUNT passed over is reported too_late, be it late or a duplicate of
  /// something delivered: TxBearer::settle tells them apart. A duplicate of a stored PDU is silent.
  void receive(const PdcpPdu& pdu, base::Instant now, RxOutput out);
  [[nodiscard]] std::optional<base::Instant> deadline() const { return reordering_ends_; }
  /// t-Reordering.
  void on_time(base::Instant now, RxOutput out);
  /// UM re-establishment: delivers all that is stored, in order, and expects COUNT 0
  /// (TS 38.323 5.1.2).
  void restart_count(RxOutput out);
  /// A PDCP PDU that RLC could not reassemble.
  void report_loss(const PdcpPdu& pdu, RxOutput out) const;

 private:
  struct Stored {
    base::PacketId packet{};
    std::uint32_t bytes = 0;  ///< IP bytes.
    bool present = false;
  };

  [[nodiscard]] std::uint64_t infer_count(std::uint32_t sn) const;
  void report(const PdcpPdu& pdu, DropReason reason, RxOutput out) const;
  void deliver_front(RxOutput out);
  void deliver_consecutive(RxOutput out);
  void start_reordering(base::Instant now);

  std::uint32_t header_bytes_;
  int sn_bits_;
  base::Duration t_reordering_;
  SequenceRing<Stored> stored_;  ///< [RX_DELIV, RX_NEXT)
  std::uint64_t reord_ = 0;      ///< RX_REORD
  std::optional<base::Instant> reordering_ends_;
  bool reordering_ = false;  ///< t-Reordering runs, for ever when it is infinite.
};

}  // namespace redcell::mac
