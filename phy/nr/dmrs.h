// Demodulation reference signals: an allocation in, the symbols and resource elements they take
// out.
//
// Mapping type A: TS 38.211 Tables 7.4.1.1.2-3 and -4 (PDSCH, l1 = 11), 6.4.1.1.3-3 and -4 (PUSCH
// without frequency hopping).
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "phy/nr/duplex.h"

namespace redcell::phy {

struct DmrsConfig {
  int type = 1;  ///< Configuration type 1 (6 RE a CDM group) or 2 (4 RE).
  int additional_position =
      1;  ///< dmrs-AdditionalPosition 0..3; 0..1 with two front-loaded symbols.
  int cdm_groups_without_data = 1;    ///< 1..2 with type 1, 1..3 with type 2.
  int front_loaded_symbol_count = 1;  ///< 1 or 2 (maxLength).
  int type_a_position = 2;            ///< dmrs-TypeA-Position: 2 or 3.
};

/// True when type A allows this allocation (TS 38.214 Tables 5.1.2.1-1 and 6.1.2.1-1): PDSCH
/// of 3..14 symbols starting at or before the first DMRS symbol, PUSCH of 4..14 symbols from symbol
/// 0.
[[nodiscard]] bool mapping_type_a_possible(const DmrsConfig& config, base::Direction direction,
                                           SymbolRange allocation);

/// Bit l is set when symbol l of the slot carries DMRS. Pre: mapping_type_a_possible().
[[nodiscard]] std::uint16_t dmrs_symbol_mask(const DmrsConfig& config, base::Direction direction,
                                             SymbolRange allocation);
[[nodiscard]] int dmrs_symbol_count(const DmrsConfig& config, base::Direction direction,
                                    SymbolRange allocation);
/// Resource elements per PRB not left for data: those of all CDM groups without data.
[[nodiscard]] int dmrs_re_per_prb(const DmrsConfig& config, base::Direction direction,
                                  SymbolRange allocation);

}  // namespace redcell::phy
