// The parameters of one data radio bearer, the same at both ends (TS 38.331 RLC-Config,
// PDCP-Config).
#pragma once

#include <cstdint>

#include "base/units.h"

namespace redcell::mac {

/// A timer set to this never expires (TS 38.331 "infinity", or an absent t-Reordering).
inline constexpr base::Duration never = base::Duration(-1);

/// UM with 12-bit PDCP SNs: packets that arrive within t_reordering must stay below 2048, or a real
/// receiver takes new ones for old and the bearer is deaf until it is re-established (hfn_desync).
/// Checked by the constructors of both ends: a value that no field of TS 38.331 can hold aborts.
struct BearerConfig {
  bool acknowledged = true;                               ///< RLC AM; else RLC UM.
  int rlc_sn_bits = 12;                                   ///< AM 12 or 18, UM 6 or 12.
  int pdcp_sn_bits = 12;                                  ///< 12 or 18.
  base::Duration pdcp_discard{0};                         ///< discardTimer; 0 or never: infinity.
  base::Duration t_reassembly = base::milliseconds(35);   ///< 0 expires at once.
  base::Duration t_reordering = base::milliseconds(100);  ///< 0 expires at once; never: waits on.
  base::Duration t_poll_retransmit = base::milliseconds(45);  ///< AM, > 0.
  base::Duration t_status_prohibit = base::milliseconds(10);  ///< AM; 0: no prohibition.
  std::uint32_t poll_pdu = 32;            ///< AM: PDUs between polls; 0: infinity.
  std::uint32_t poll_bytes = 25'000;      ///< AM: pollByte; 0: infinity.
  std::uint32_t max_retransmissions = 8;  ///< AM: maxRetxThreshold, > 0.
  /// IP bytes that may wait for their first transmission; 0: no limit. [ours]
  std::uint64_t queue_limit_bytes = 0;
};

}  // namespace redcell::mac
