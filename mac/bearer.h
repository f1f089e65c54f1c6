// One data radio bearer in one direction: PDCP and RLC of its transmitting and its receiving end.
//
// Conservation. Every SDU that enqueue() was given ends exactly once, in a DeliveredSdu or a
// DroppedSdu, and at every moment
//
//     offered bytes = delivered + dropped + TxBearer::queued_bytes().
//
// No end of a real radio knows that: a UM sender hears nothing, an AM sender hears late. So the
// account is kept beside the protocol, in TxBearer, and the spine, which sees both ends, carries
// three facts to it.
//
// 1. What the receiving end put out: after every receive(), on_time() and reestablish() of RxBearer
//    its two lists go through settle(), which strikes what had ended before (a late copy, a second
//    report of the same loss).
// 2. What was lost: every RLC PDU built is given either to receive() or, when HARQ gave up on its
//    block, was flushed or believed a wrong ACK, to on_block_lost().
// 3. The end of the bearer: release().
//
// The account steers nothing: buffers, polls and retransmissions follow from the protocol alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/units.h"
#include "mac/pdcp/pdcp_rx.h"
#include "mac/pdcp/pdcp_tx.h"
#include "mac/rlc/am_rx.h"
#include "mac/rlc/am_tx.h"
#include "mac/rlc/config.h"
#include "mac/rlc/um_rx.h"
#include "mac/rlc/um_tx.h"
#include "mac/sdu.h"

namespace redcell::mac {

/// The sending end. A value: a moved bearer goes on where it was (handover: move, then
/// reestablish). All `drops` are appended to. Time never runs backwards from call to call, and
/// every call first drops what discardTimer has ended by its `now`. No allocation once warm.
class TxBearer {
 public:
  explicit TxBearer(const BearerConfig& config);

  /// Takes an SDU, or drops it when the queue is full (then false).
  bool enqueue(const Sdu& sdu, base::Instant now, std::vector<DroppedSdu>& drops);

  /// What a BSR would say: PDCP PDU bytes never sent plus bytes to send again, without RLC and MAC
  /// headers (TS 38.322 5.5, TS 38.323 5.6, TS 38.321 6.1.3.1). The own end's RxBearer adds its
  /// STATUS.
  [[nodiscard]] std::uint32_t buffered_bytes() const;
  /// The part of buffered_bytes that a stalled AM window lets through now.
  [[nodiscard]] std::uint32_t sendable_bytes() const;
  /// When the first SDU came that has bytes to send; nullopt: none has. Of what is sent again it
  /// is told when the last SDU came that was begun: the first may be older.
  [[nodiscard]] std::optional<base::Instant> oldest_unsent() const;

  /// Fills at most room_bytes with RLC PDUs, each with its MAC subheader of 2 or 3 bytes
  /// (TS 38.321 6.1.2); appends them and returns the bytes used. Retransmissions go first. Room
  /// left over while sendable data remains is too small for one more byte with its headers.
  std::uint32_t build(std::uint32_t room_bytes, base::Instant now, std::vector<RlcPdu>& out,
                      std::vector<DroppedSdu>& drops);

  /// AM: a STATUS PDU arrived. One that is out of date is harmless. Pre: acknowledged.
  void on_status(const RlcStatus& status, base::Instant now, std::vector<DroppedSdu>& drops);
  /// True once an SDU reached maxRetxThreshold: RRC declares radio link failure
  /// (TS 38.331 5.3.10.3), and both ends must be re-established, for the receiver still waits for
  /// the SDU that was given up.
  [[nodiscard]] bool failed() const;

  /// The next moment on_time() has something to do; after on_time(now) it lies behind now. A
  /// spurious on_time() is harmless.
  [[nodiscard]] std::optional<base::Instant> deadline() const;
  /// discardTimer, t-PollRetransmit.
  void on_time(base::Instant now, std::vector<DroppedSdu>& drops);

  /// RLC and PDCP re-establishment (TS 38.322 5.1.2, TS 38.323 5.1.2), after RxBearer's and after
  /// lost blocks were reported: AM sends all that was not confirmed again under its old COUNT; UM
  /// counts from 0 and drops what was on its way (released).
  void reestablish(std::vector<DroppedSdu>& drops);

  // The account. Neither scheduling nor the protocol may read it.

  /// Strikes from both lists of the receiving end what had ended before, and closes the rest.
  void settle(std::vector<DeliveredSdu>& delivered, std::vector<DroppedSdu>& drops);
  /// HARQ gave up on a block with these PDUs of this bearer. UM: their SDUs end here. AM: nothing
  /// ends.
  void on_block_lost(std::span<const RlcPdu> pdus, std::vector<DroppedSdu>& drops);
  /// Ends every SDU that has not ended (released) and empties the bearer.
  void release(std::vector<DroppedSdu>& drops);
  /// IP bytes of SDUs accepted and not yet ended, wherever they are.
  [[nodiscard]] std::uint64_t queued_bytes() const;

 private:
  PdcpTx pdcp_;
  std::variant<UmTx, AmTx> rlc_;
};

/// The receiving end: reassembly, PDCP reordering, duplicates, in-order delivery. Lists are
/// appended to and belong through TxBearer::settle of the sending end before they are believed.
class RxBearer {
 public:
  explicit RxBearer(const BearerConfig& config);

  void receive(const RlcPdu& pdu, base::Instant now, std::vector<DeliveredSdu>& out,
               std::vector<DroppedSdu>& drops);

  /// AM: a STATUS is triggered and t-StatusProhibit is over. UM: false.
  [[nodiscard]] bool status_pending(base::Instant now) const;
  /// What the full STATUS takes out of a grant, MAC subheader included; 0 when none is triggered.
  [[nodiscard]] std::uint32_t status_bytes() const;
  /// Writes the STATUS, with fewer NACKs when room is short (TS 38.322 5.3.4), and starts
  /// t-StatusProhibit. False, and nothing happens, when none is pending or room_bytes holds not
  /// even an empty one.
  bool build_status(std::uint32_t room_bytes, base::Instant now, RlcStatus& out);

  /// The next moment on_time() has something to do; after on_time(now) it lies behind now. A
  /// spurious on_time() is harmless.
  [[nodiscard]] std::optional<base::Instant> deadline() const;
  /// t-Reassembly, t-StatusProhibit, t-Reordering.
  void on_time(base::Instant now, std::vector<DeliveredSdu>& out, std::vector<DroppedSdu>& drops);

  /// RLC and PDCP re-establishment: UM delivers what it holds in order and counts from 0 again; AM
  /// keeps its reordering buffer and COUNT, so that what is sent again is recognised.
  void reestablish(std::vector<DeliveredSdu>& out, std::vector<DroppedSdu>& drops);

 private:
  PdcpRx pdcp_;
  std::variant<UmRx, AmRx> rlc_;
};

}  // namespace redcell::mac
