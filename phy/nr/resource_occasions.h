// When things happen on a carrier: its configuration in, what each slot of the period holds out.
//
// TS 38.213 4.1 (SS/PBCH blocks), 13 (Type0-PDCCH), TS 38.214 5.1.6.1.1 (TRS).
#pragma once

#include <array>
#include <vector>

#include "base/ids.h"
#include "phy/nr/resource_config.h"

namespace redcell::phy {

inline constexpr int ssb_symbol_count = 4;

/// Where a beam's SS/PBCH block starts; slots count from the start of the half frame.
struct SsbOccasion {
  int slot = 0;
  int first_symbol = 0;
};
/// Pre: 0 <= beam < 8.
[[nodiscard]] SsbOccasion ssb_occasion(SsbCase pattern, int beam);

/// Where a beam's SIB1 is scheduled; slots count from the start of an even frame.
struct Sib1Occasion {
  int slot = 0;
  int coreset_zero_first_symbol = 0;
};
[[nodiscard]] Sib1Occasion sib1_occasion(const Sib1Config& config, const Numerology& numerology,
                                         int beam);

/// What one slot holds besides user data; -1: not there.
struct SlotOccupancy {
  std::array<int, 2> ssb_first_symbol{-1, -1};
  std::array<int, 2> coreset_zero_first_symbol{-1, -1};  ///< Also says that SIB1 is sent.
  /// [NcdSsbConfig] The same of non-cell-defining blocks.
  std::array<std::array<int, 2>, ncd_ssb_count_max> ncd_first_symbol{
      {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}};
  bool has_paging = false;
  bool has_trs = false;
  bool has_csi_rs = false;
  bool has_prach = false;

  [[nodiscard]] bool has_ssb() const { return ssb_first_symbol[0] >= 0; }
  [[nodiscard]] bool has_sib1() const { return coreset_zero_first_symbol[0] >= 0; }
};

/// Calls visit(PrbRange of the carrier, first symbol) for every SS/PBCH block of the slot, the
/// cell-defining ones first.
template <class Visit>
void for_each_ssb(const ResourceMapConfig& config, const SlotOccupancy& slot, Visit visit) {
  for (const int first : slot.ssb_first_symbol) {
    if (first >= 0) visit(PrbRange{config.ssb.first_prb, ssb_prb_count}, first);
  }
  for (std::size_t i = 0; i < config.ncd_ssb.size(); ++i) {
    for (const int first : slot.ncd_first_symbol[i]) {
      if (first >= 0) visit(PrbRange{config.ncd_ssb[i].first_prb, ssb_prb_count}, first);
    }
  }
}

/// Symbols of the PDSCH in a slot, behind the CORESET, and of the PUSCH; count 0 where mapping type
/// A has no room.
[[nodiscard]] SymbolRange pdsch_symbols(const ResourceMapConfig& config, base::Slot slot);
[[nodiscard]] SymbolRange pusch_symbols(const ResourceMapConfig& config, base::Slot slot);
/// The two TRS symbols, four apart: 4 and 8, or 6 and 10 where the PDSCH has DMRS in symbol 8.
[[nodiscard]] std::array<int, 2> trs_symbols(const ResourceMapConfig& config);

[[nodiscard]] bool overlap(PrbRange a, PrbRange b);

/// [slot of the hyper-period]. Paging that finds no room in its period is simply missing;
/// resource_findings() tells. Pre: every period in use is a whole number of slots and divides 160
/// ms.
[[nodiscard]] std::vector<SlotOccupancy> slot_occupancies(const ResourceMapConfig& config);

}  // namespace redcell::phy
