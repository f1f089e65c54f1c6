// Transport block size: an allocation in, information bits out; and how the block is cut for
// coding.
//
// TS 38.214 5.1.3.2 (also 6.1.4.2 for PUSCH); TS 38.212 5.2.2, 6.2.2 and 7.2.2. Exact.
#pragma once

#include "base/units.h"

namespace redcell::phy {

struct TbsInput {
  int symbol_count = 0;         ///< Symbols of the allocation in the slot, 1..14.
  int dmrs_re_per_prb = 0;      ///< With the CDM groups without data.
  int overhead_re_per_prb = 0;  ///< xOverhead: 0, 6, 12 or 18.
  int prb_count = 0;            ///< 1..275.
  int modulation_order = 0;     ///< 1, 2, 4, 6 or 8.
  double rate_x1024 = 0;        ///< Target code rate times 1024.
  int layer_count = 1;          ///< 1..4.
  int scaling_field = 0;  ///< TB scaling of TS 38.214 Table 5.1.3.2-2: 0, 1, 2 -> 1, 0.5, 0.25.
};

/// Pre: the ranges above, and fewer overhead than resource elements.
[[nodiscard]] base::Bits transport_block_size(const TbsInput& input);
/// Steps 2 to 4 alone. Pre: n_info > 0, rate_x1024 > 0.
[[nodiscard]] base::Bits transport_block_size_from_info(double n_info, double rate_x1024);

/// LDPC base graph, 1 or 2. Pre: tbs > 0.
[[nodiscard]] int ldpc_base_graph(base::Bits tbs, double rate_x1024);
/// CRC of the transport block: 24 bits above 3824, else 16.
[[nodiscard]] base::Bits transport_block_crc(base::Bits tbs);
/// Code blocks after segmentation. Pre: tbs > 0.
[[nodiscard]] int code_block_count(base::Bits tbs, double rate_x1024);
/// The block with its own and its code blocks' CRCs: what the decoder gets out of the channel bits.
[[nodiscard]] base::Bits coded_information_bits(base::Bits tbs, double rate_x1024);

}  // namespace redcell::phy
