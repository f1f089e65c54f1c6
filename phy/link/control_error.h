// Errors of control channels, and the noise under everything: block and SINR in, probability out.
//
// The same normal approximation as for data (block_error.h) with the losses of short codes. Missed
// DCI only: false alarms (2^-24) and the detection threshold of an empty PUCCH are not modelled.
#pragma once

#include "base/units.h"

namespace redcell::phy {

/// Loss of CRC-aided list decoding of polar codes against the normal approximation [ours].
inline constexpr base::Db polar_implementation_loss{0.5};
/// Loss of the (32, K) block code and of 1-2 bit PUCCH: hopping, threshold, imperfect combining
/// [ours].
inline constexpr base::Db short_code_implementation_loss{1.0};

/// Data RE of one CCE: 6 REGs of 12 RE, a quarter of them DMRS (TS 38.211 7.3.2.2, 7.4.1.3).
inline constexpr int cce_data_re_count = 54;
inline constexpr int dci_crc_bits = 24;  ///< TS 38.212 7.3.2.

struct DciBlock {
  base::Bits payload{40};     ///< Without CRC, 12..140.
  int aggregation_level = 1;  ///< 1, 2, 4, 8 or 16.
};
/// sinr_lin: effective SINR for QPSK over the candidate's RE, >= 0.
[[nodiscard]] double dci_error_rate(const DciBlock& dci, double sinr_lin);

struct UciBlock {
  base::Bits payload{1};  ///< HARQ-ACK, SR and CSI bits together, without CRC; 1..1706.
  int re_count = 0;       ///< RE that carry UCI (without DMRS), repetitions included, > 0.
};
/// 1-2 bits: coherent BPSK or QPSK spread over all RE; 3-11: block code; from 12 on polar with CRC
/// (TS 38.212 6.3.1).
[[nodiscard]] double uci_error_rate(const UciBlock& uci, double sinr_lin);

inline constexpr double reference_temperature_k = 290;
/// Thermal noise k T B F at 290 K, in watts.
[[nodiscard]] double noise_power_w(base::Hertz bandwidth, base::Db noise_figure);

}  // namespace redcell::phy
