// SINR after the receiver's equaliser: channel, noise and precoder in, one SINR per group and layer
// out.
//
// Precoders: TS 38.214 Table 5.2.2.2.1-1 (Type I, single panel, two ports). The formulas are in
// docs/link.md.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <span>

#include "base/lane_tile.h"

namespace redcell::phy {

/// One link inside a tile; owns nothing. H at row (group * rx_count + rx) * tx_count + tx.
struct ChannelView {
  const float* re = nullptr;  ///< First row of the tile, [row][lane_count].
  const float* im = nullptr;
  std::size_t lane = 0;
  int group_count = 0;
  int rx_count = 1;  ///< 1, 2 or 4.
  int tx_count = 1;  ///< 1 or 2.

  [[nodiscard]] std::complex<double> h(int group, int rx, int tx) const {
    const auto row = static_cast<std::size_t>((group * rx_count + rx) * tx_count + tx);
    const std::size_t at = row * base::lane_count + lane;
    return {re[at], im[at]};
  }
};

/// Number of PMI values for a rank; 1 for a single port, where there is nothing to choose.
[[nodiscard]] int pmi_count(int tx_count, int layer_count);

/// Precoder column of one layer, [port]; all columns together have power 1.
/// Pre: 0 <= pmi < pmi_count(tx_count, layer_count), 0 <= layer < layer_count.
struct PrecoderIndex {
  int tx_count = 1;
  int layer_count = 1;
  int pmi = 0;
};
[[nodiscard]] std::array<std::complex<double>, 2> precoder_column(const PrecoderIndex& index,
                                                                  int layer);

struct SinrInput {
  ChannelView channel{};
  /// Mean received power per RE and branch, of all ports together, before small-scale fading; any
  /// linear unit.
  double signal_re_power = 0;
  /// [group] noise plus interference per RE and branch, same unit, > 0, equal and uncorrelated in
  /// the branches.
  std::span<const double> noise_interference{};
  int layer_count = 1;  ///< 1, or 2 with two ports and two or four branches.
  int pmi = 0;          ///< Ignored with a single port.
  double evm_tx = 0;    ///< Transmit error vector magnitude as a fraction (0.035 = 3.5 %).
  /// DMRS RE averaged by the channel estimator: relative error variance = 1 / (gain * SNR).
  /// Infinity: perfect.
  double estimation_processing_gain = 16;
};

/// Bound of the relative error of each SINR against the formulas in exact arithmetic.
inline constexpr double post_sinr_relative_error_max = 1e-12;

/// Fills sinr[group * layer_count + layer], linear: maximum-ratio combining for one layer, linear
/// MMSE for two.
///
/// Power is fixed and split equally over layers. Transmit EVM is independent noise of each port
/// that crosses the channel. Estimation error raises N to N * (1 + layers / gain + 1 / (gain *
/// snr)), snr that of the layer per branch (Hassibi, Hochwald 2003, for one layer). Pre: spans have
/// group_count and group_count * layer_count entries. Cost: some 50 flops an entry with two
/// branches, 150 with four; no allocation.
void post_sinr(const SinrInput& input, std::span<double> sinr);

}  // namespace redcell::phy
