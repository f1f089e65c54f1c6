#include "phy/nr/processing_time.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "phy/tables/pdsch_processing_n1.h"
#include "phy/tables/pusch_preparation_n2.h"

namespace redcell::phy {
namespace {

/// Symbols with the ordinary prefix, (2048 + 144) kappa 2^-mu Tc each.
base::Duration symbols_duration(const Numerology& numerology, int count) {
  return duration_of_tc(std::int64_t{count} * (((2048 + 144) * 64) >> numerology.mu()));
}

/// What ends in slot n at end_symbol, what may start `gap` later, and where in its slot that would
/// be.
struct Answer {
  int end_symbol;
  base::Duration gap;
  int first_symbol;
};

/// Least slot offset, for the worst n: from 60 kHz on slots differ in length by the longer prefix.
int least_offset(const UplinkTiming& timing, const Answer& answer) {
  RC_CHECK(timing.timing_advance >= base::Duration(0));
  const base::Duration early = timing.timing_advance + timing_advance_offset(timing.range);
  int offset = 0;
  for (int n = 0; n < timing.numerology.slots_per_ms(); ++n) {
    const base::Instant ready =
        timing.numerology.symbol_start(base::Slot(n), answer.end_symbol) + answer.gap;
    while (timing.numerology.symbol_start(base::Slot(n + offset), answer.first_symbol) - early <
           ready) {
      ++offset;
    }
  }
  return offset;
}

}  // namespace

base::Duration timing_advance_offset(FrequencyRange range) {
  return duration_of_tc(range == FrequencyRange::fr1 ? 25'600 : 13'792);
}

base::Duration pdsch_processing_time(const Numerology& numerology, const DmrsConfig& dmrs,
                                     SymbolRange pdsch) {
  RC_CHECK(mapping_type_a_possible(dmrs, base::Direction::downlink, pdsch));
  const auto& row = tables::pdsch_processing_n1[static_cast<std::size_t>(numerology.mu())];
  const int n1 = static_cast<int>(dmrs.additional_position == 0 ? row[1] : row[2]);
  // A PDSCH that ends early in the slot leaves the UE no less time than one that ends in symbol 7.
  const int last_symbol = pdsch.end() - 1;
  const int d11 = std::max(0, 7 - last_symbol);
  return symbols_duration(numerology, n1 + d11);
}

base::Duration pusch_preparation_time(const Numerology& numerology,
                                      bool first_symbol_is_dmrs_only) {
  const auto& row = tables::pusch_preparation_n2[static_cast<std::size_t>(numerology.mu())];
  const int d21 = first_symbol_is_dmrs_only ? 0 : 1;
  return symbols_duration(numerology, static_cast<int>(row[1]) + d21);
}

int min_k1(const UplinkTiming& timing, const DmrsConfig& dmrs, SymbolRange pdsch,
           int pucch_first_symbol) {
  RC_CHECK(pucch_first_symbol >= 0 && pucch_first_symbol < symbols_per_slot);
  const base::Duration gap = pdsch_processing_time(timing.numerology, dmrs, pdsch);
  return least_offset(timing, {pdsch.end(), gap, pucch_first_symbol});
}

int min_k2(const UplinkTiming& timing, int pdcch_end_symbol, int pusch_first_symbol) {
  RC_CHECK(pdcch_end_symbol >= 1 && pdcch_end_symbol <= symbols_per_slot);
  RC_CHECK(pusch_first_symbol >= 0 && pusch_first_symbol < symbols_per_slot);
  const base::Duration gap = pusch_preparation_time(timing.numerology, false);
  return least_offset(timing, {pdcch_end_symbol, gap, pusch_first_symbol});
}

}  // namespace redcell::phy
