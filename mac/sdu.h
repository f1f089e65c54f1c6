// What layer 2 moves: references to IP packets, RLC PDUs without payload, and how a packet's way
// ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::mac {

/// One IP packet handed to a bearer (a PDCP SDU). 1..max_sdu_bytes.
struct Sdu {
  base::PacketId packet{};
  std::uint32_t bytes = 0;  ///< IP packet, header included.
  base::Instant arrival{};  ///< When it reached the bearer; carried along, never read by layer 2.
};

/// Largest PDCP SDU (TS 38.323 4.3.1).
inline constexpr std::uint32_t max_sdu_bytes = 9000;

enum class DropReason : std::uint8_t {
  queue_full,     ///< Tail drop at the transmitter.
  discard_timer,  ///< discardTimer expired before its first byte was sent (TS 38.323 5.3).
  rlc_gave_up,    ///< AM: maxRetxThreshold reached (TS 38.322 5.3.2).
  lost_on_air,    ///< UM: HARQ gave up on a part of it, or reassembly failed (TS 38.322 5.2.2.2).
  too_late,       ///< Arrived after t-Reordering had passed it over (TS 38.323 5.2.2.1).
  hfn_desync,     ///< More than half the PDCP SN space was lost before it (TS 38.323 5.2.1 NOTE).
  released,       ///< The bearer was released or re-established under it.
};
inline constexpr auto drop_reason_count = static_cast<std::size_t>(DropReason::released) + 1;

/// An SDU that ended without being delivered.
struct DroppedSdu {
  base::PacketId packet{};
  std::uint32_t bytes = 0;  ///< IP bytes.
  DropReason reason = DropReason::queue_full;
  std::uint32_t pdcp_count =
      0;  ///< Valid when a receiving end reports it; TxBearer::settle reads it.
};

/// An SDU that left the receiving end in order.
struct DeliveredSdu {
  base::PacketId packet{};
  std::uint32_t bytes = 0;       ///< IP bytes.
  std::uint32_t pdcp_count = 0;  ///< Identifies it to TxBearer::settle.
};

/// One RLC data PDU: a whole PDCP PDU, or the bytes [offset, offset + bytes) of one.
/// In a transport block it takes bytes + header_bytes + mac_subheader_bytes(bytes + header_bytes).
struct RlcPdu {
  std::uint32_t sn = 0;          ///< As on the air (wrapped). A whole SDU in UM carries none: 0.
  std::uint32_t pdcp_count = 0;  ///< COUNT; the PDCP header shows only its SN.
  base::PacketId packet{};
  std::uint32_t sdu_bytes = 0;     ///< PDCP PDU: IP packet and PDCP header.
  std::uint32_t offset = 0;        ///< First byte of sdu_bytes carried.
  std::uint32_t bytes = 0;         ///< Payload, > 0.
  std::uint16_t header_bytes = 0;  ///< RLC header (rlc/sizes.h).
  bool first = false;              ///< Carries byte 0 of the SDU.
  bool last = false;               ///< Carries the last byte of the SDU.
  bool poll = false;               ///< AM: P bit.
};

/// End of an RlcNack that reaches to the last byte of its SDU (SOend of all ones).
inline constexpr std::uint32_t to_the_end = std::numeric_limits<std::uint32_t>::max();

/// Missing bytes [offset_begin, offset_end) of one SDU; the whole SDU is [0, to_the_end).
struct RlcNack {
  std::uint32_t sn = 0;  ///< As on the air.
  std::uint32_t offset_begin = 0;
  std::uint32_t offset_end = to_the_end;
};

/// A STATUS PDU (TS 38.322 6.2.2.5). Runs of whole missing SDUs are spelled out in nacks, one entry
/// each, while bytes counts them as NACK ranges of up to 255.
struct RlcStatus {
  std::uint32_t ack_sn = 0;    ///< As on the air: next SDU not received and not among nacks.
  std::vector<RlcNack> nacks;  ///< Ascending from the oldest.
  std::uint16_t bytes = 0;     ///< What it takes out of a grant: STATUS PDU and its MAC subheader.
};

}  // namespace redcell::mac
