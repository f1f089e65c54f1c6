// How soon a UE can answer: PDSCH to HARQ-ACK and PDCCH to PUSCH, in time and in slots.
//
// UE processing capability 1, TS 38.214 5.3 (N1) and 6.4 (N2), mapping type A, equal spacing in
// both directions. Uplink starts early by the timing advance and N_TA,offset (TS 38.133
// Table 7.1.2-2: 25600 Tc in FR1 without LTE coexistence, 13792 Tc in FR2).
#pragma once

#include "base/units.h"
#include "phy/nr/band.h"
#include "phy/nr/dmrs.h"
#include "phy/nr/numerology.h"

namespace redcell::phy {

[[nodiscard]] base::Duration timing_advance_offset(FrequencyRange range);

/// How much earlier than the downlink the uplink frame starts, N_TA and N_TA,offset together.
struct UplinkTiming {
  Numerology numerology;
  FrequencyRange range = FrequencyRange::fr1;
  base::Duration timing_advance{};  ///< N_TA alone, the round trip; >= 0.
};

/// T_proc,1: end of the PDSCH to the earliest start of its HARQ-ACK. Pre: mapping type A allows the
/// allocation.
[[nodiscard]] base::Duration pdsch_processing_time(const Numerology& numerology,
                                                   const DmrsConfig& dmrs, SymbolRange pdsch);
/// T_proc,2: end of the PDCCH to the earliest start of the PUSCH. first_symbol_is_dmrs_only: d2,1 =
/// 0, else 1; with mapping type A (DMRS from symbol 2 on) it is false.
[[nodiscard]] base::Duration pusch_preparation_time(const Numerology& numerology,
                                                    bool first_symbol_is_dmrs_only);

/// Least K1 that lets the PUCCH start at pucch_first_symbol of slot n + K1, for a PDSCH in slot n.
[[nodiscard]] int min_k1(const UplinkTiming& timing, const DmrsConfig& dmrs, SymbolRange pdsch,
                         int pucch_first_symbol);
/// Least K2 for a PUSCH from pusch_first_symbol of slot n + K2, when the PDCCH of slot n ends with
/// the symbol before pdcch_end_symbol (1..3) and the PUSCH is of mapping type A.
[[nodiscard]] int min_k2(const UplinkTiming& timing, int pdcch_end_symbol,
                         int pusch_first_symbol = 0);

}  // namespace redcell::phy
