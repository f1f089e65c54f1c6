// Was the block decoded? What the receiver has collected in, the probability of failure out.
//
// A closed form: normal approximation of finite blocklength with BICM dispersion (Polyanskiy, Poor,
// Verdu 2010) plus an implementation loss. HARQ is incremental redundancy (TS 38.212 5.4.2.1). See
// docs/link.md.
#pragma once

#include <span>

#include "base/units.h"

namespace redcell::phy {

/// How much worse than the normal approximation a real LDPC decoder is, as a loss of SINR [ours]:
/// 5G LDPC under layered min-sum lies 0.3 to 0.7 dB above it over rates and lengths.
inline constexpr base::Db ldpc_implementation_loss{0.5};

/// What a HARQ process holds of one transport block. A value; a new block starts with SoftBlock{}.
struct SoftBlock {
  double information_bits = 0;  ///< Sum over transmissions, as if every coded bit were new.
  double dispersion_bits2 = 0;
  double coded_bits = 0;  ///< Coded bits received.
  double energy =
      0;  ///< Coded bits times the SINR of a QPSK symbol that would tell as much per bit.
};

/// Adds one transmission. Entry i has re_count[i / layers] RE at sinr[i] (linear), layers =
/// sinr.size() / re_count.size(): with the layout of post_sinr(), one RE count per group. Pre:
/// sinr.size() is a multiple of re_count.size() (both > 0), modulation_order 2, 4, 6 or 8, values
/// >= 0.
void accumulate(SoftBlock& block, int modulation_order, std::span<const int> re_count,
                std::span<const double> sinr);

/// Adds what one transmission brought, accumulated on its own, to what the process held before.
void combine(SoftBlock& block, const SoftBlock& sent);

/// Probability that a block is not decoded from what was accumulated; 1 when nothing was.
///
/// Another transmission never raises it. Equal RE at equal SINR give the same error in one
/// transmission or two. No limited-buffer rate matching (I_LBRM = 0, TS 38.212 5.4.2.1). Pre: tbs >
/// 0, rate_x1024 that of the first transmission. Cost: some 100 ns; no allocation.
[[nodiscard]] double block_error_rate(base::Bits tbs, double rate_x1024, const SoftBlock& block);

/// The SINR, linear, whose information equals the RE-weighted mean over the entries; layout as
/// accumulate(). Saturates where InformationTable::sinr_for() does.
[[nodiscard]] double effective_sinr(int modulation_order, std::span<const int> re_count,
                                    std::span<const double> sinr);

/// Normal approximation behind all blocks, LDPC or not: one code word of info_bits (its CRC
/// included) whose circular buffer holds buffer_bits.
[[nodiscard]] double code_word_error_rate(const SoftBlock& word, double info_bits,
                                          double buffer_bits);

}  // namespace redcell::phy
