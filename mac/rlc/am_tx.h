// Transmitting side of an AM RLC entity: window, retransmission, polling
// (TS 38.322 5.2.3.1, 5.3.2, 5.3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "mac/pdcp/pdcp_tx.h"
#include "mac/rlc/config.h"
#include "mac/rlc/sequence_ring.h"
#include "mac/rlc/sizes.h"
#include "mac/sdu.h"

namespace redcell::mac {

class AmTx {
 public:
  explicit AmTx(const BearerConfig& config);

  /// Fills at most room_bytes: retransmissions in SN order, then new data. Appends and returns the
  /// bytes used, MAC subheaders included.
  std::uint32_t build(std::uint32_t room_bytes, base::Instant now, PdcpTx& pdcp,
                      std::vector<RlcPdu>& out);
  /// Bytes to send again, and of the SDU begun and not finished.
  [[nodiscard]] std::uint32_t buffered_bytes() const;
  /// True when the window lets no further SDU out (TS 38.322 5.2.3.1.1).
  [[nodiscard]] bool stalled() const { return flight_.size() >= window_; }

  void on_status(const RlcStatus& status, PdcpTx& pdcp, std::vector<DroppedSdu>& drops);
  /// maxRetxThreshold was reached since the start or the last reset.
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::optional<base::Instant> deadline() const { return poll_ends_; }
  /// t-PollRetransmit.
  void on_time(base::Instant now, PdcpTx& pdcp, std::vector<DroppedSdu>& drops);
  /// TS 38.322 5.1.2; all that is not confirmed goes back to PDCP.
  void reset(PdcpTx& pdcp);
  /// Forgets everything.
  void clear();

 private:
  /// An SDU from its first transmission to its acknowledgement.
  struct Flight {
    PdcpPdu pdu{};
    std::uint32_t sent_bytes = 0;       ///< Bytes [0, sent_bytes) were sent at least once.
    std::uint32_t retransmissions = 0;  ///< RETX_COUNT + 1; 0: never considered.
    std::uint64_t nacked_by = 0;        ///< The last STATUS that nacked it.
    bool confirmed = false;             ///< Acknowledged, or given up.
  };
  /// Bytes [begin, end) of an SDU to send again.
  struct Again {
    std::uint64_t sn = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  [[nodiscard]] bool unfinished() const;
  [[nodiscard]] bool new_data(const PdcpTx& pdcp) const;
  std::uint32_t build_again(std::uint32_t room_bytes, std::vector<RlcPdu>& out);
  std::uint32_t build_new(std::uint32_t room_bytes, PdcpTx& pdcp, std::vector<RlcPdu>& out);
  std::uint32_t emit(std::uint64_t sn, std::uint32_t begin, const Fit& part,
                     std::vector<RlcPdu>& out);
  void poll_if_due(base::Instant now, const PdcpTx& pdcp, RlcPdu& pdu);
  bool insert_again(Again wanted);
  /// An SDU's bytes are considered for retransmission. False: it was given up instead.
  bool consider(Again wanted, PdcpTx& pdcp, std::vector<DroppedSdu>& drops);
  void forget_confirmed();

  RlcHeaders headers_;
  std::uint32_t sn_mask_;
  std::uint64_t window_;  ///< Half the shorter SN space: PDCP must not lose its HFN either. [ours]
  base::Duration t_poll_retransmit_;
  std::uint32_t poll_pdu_;
  std::uint32_t poll_bytes_;
  std::uint32_t max_retransmissions_;

  SequenceRing<Flight> flight_;  ///< [TX_Next_Ack, TX_Next)
  std::vector<Again> again_;     ///< From again_head_ on: sorted, disjoint.
  std::size_t again_head_ = 0;
  std::uint32_t again_bytes_ = 0;
  std::uint64_t statuses_ = 0;

  std::uint32_t pdu_without_poll_ = 0;
  std::uint32_t bytes_without_poll_ = 0;
  std::uint64_t poll_sn_ = 0;
  bool poll_wanted_ = false;  ///< t-PollRetransmit expired: the next PDU polls.
  std::optional<base::Instant> poll_ends_;
  bool failed_ = false;
};

}  // namespace redcell::mac
