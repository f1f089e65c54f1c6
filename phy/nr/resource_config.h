// What occupies a carrier besides user data, as plain values. Every period is a divisor of 160 ms;
// a count of zero PRBs, beams or ports means that the thing is absent. PRBs count from the
// carrier's PRB 0.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/units.h"
#include "phy/nr/band.h"
#include "phy/nr/dmrs.h"
#include "phy/nr/duplex.h"
#include "phy/nr/numerology.h"

namespace redcell::phy {

struct PrbRange {
  int first = 0;
  int count = 0;
  [[nodiscard]] constexpr int end() const { return first + count; }
  friend bool operator==(const PrbRange&, const PrbRange&) = default;
};

/// TS 38.211 4.4.2.
inline constexpr int carrier_prb_count_max = 275;
inline constexpr int ssb_prb_count = 20;

/// SS/PBCH blocks of the carrier's own spacing in the first half frame of each period, on the first
/// beam_count candidate positions, aligned to PRBs (TS 38.213 4.1) [ours].
struct SsbConfig {
  base::Duration period = base::milliseconds(20);
  int beam_count = 0;  ///< 0..8.
  int first_prb = 0;   ///< Of the block's 20 PRBs.
  SsbCase pattern = SsbCase::a;
};

/// Non-cell-defining blocks of the same beams, on other PRBs: each quasi co-located with the
/// cell-defining one of its index (TS 38.213 17.1). No SIB1 and no paging belong to them.
struct NcdSsbConfig {
  int first_prb = 0;
  base::Duration period = base::milliseconds(20);
  base::Duration offset{};  ///< Of the burst, after the cell-defining one; whole half frames.
};
inline constexpr std::size_t ncd_ssb_count_max = 4;  ///< A terminal has four dedicated BWPs.

/// SIB1 of every SSB beam in the first Type0-PDCCH monitoring slot of multiplexing pattern 1, its
/// PDSCH in the same slot (TS 38.213 13, Table 13-11). Two beams that share a slot share the PRBs.
struct Sib1Config {
  base::Duration period = base::milliseconds(20);  ///< A multiple of 20 ms.
  int prb_count = 0;
  int first_prb = 0;
  int search_space_zero = 0;  ///< Row of Table 13-11, 0..15: gives O, M and the first symbol.
  PrbRange coreset_zero{};    ///< PRBs of CORESET 0 ...
  int coreset_zero_symbol_count = 1;  ///< ... and its symbols, 1..3.
};

/// Paging PDSCH, one slot for each SSB beam: the first slots with a PDSCH from slot_offset on.
struct PagingConfig {
  base::Duration period = base::milliseconds(160);
  int slot_offset = 0;
  int prb_count = 0;
  int first_prb = 0;
};

/// Tracking reference signal: two consecutive slots, two symbols each, 3 RE per PRB
/// (TS 38.214 5.1.6.1.1).
struct TrsConfig {
  base::Duration period{};  ///< 0: none; else 10, 20, 40 or 80 ms.
  int slot_offset = 0;
};

/// CSI-RS with one RE per port and PRB, and CSI-IM pattern 1 (4 RE), in symbol 13 (TS 38.211 Table
/// 7.4.1.5.3-1 density 1; TS 38.214 5.2.2.4).
struct CsiRsConfig {
  base::Duration period = base::milliseconds(20);
  int slot_offset = 0;
  int port_count = 0;  ///< 0, 1, 2, 4 or 8.
  bool has_csi_im = false;
};

/// The UE-specific CORESET, in every slot with downlink.
struct CoresetConfig {
  int symbol_count = 1;  ///< 1..3.
  int prb_count = 0;     ///< A multiple of 6, inside the BWP.
  int first_prb = 0;     ///< Relative to the BWP.
};

/// Random access occasions: whole slots on prb_count PRBs times frequency_occasion_count.
struct PrachConfig {
  base::Duration period = base::milliseconds(20);
  int slot_offset = 0;
  int slot_count = 1;
  int prb_count =
      0;  ///< Of one occasion: 12 for a short, 6 (15 kHz) or 3 (30 kHz) for a long preamble.
  int first_prb = 0;
  int frequency_occasion_count = 1;
};

/// PUCCH at the edges of the uplink BWP, in every slot that carries PUSCH.
struct PucchConfig {
  int low_edge_prb_count = 0;
  int high_edge_prb_count = 0;
};

struct ResourceMapConfig {
  Numerology numerology;
  Duplex duplex;
  PrbRange bwp_dl{};
  PrbRange bwp_ul{};
  CoresetConfig coreset{};
  DmrsConfig pdsch_dmrs{};
  DmrsConfig pusch_dmrs{};
  SsbConfig ssb{};
  Sib1Config sib1{};
  PagingConfig paging{};
  TrsConfig trs{};
  CsiRsConfig csi_rs{};
  PrachConfig prach{};
  PucchConfig pucch{};
  std::vector<NcdSsbConfig> ncd_ssb{};  ///< Of all BWPs of the carrier.
  std::vector<PrbRange> other_pucch{};  ///< Of other BWPs of the carrier, which data goes round.
  std::vector<PrbRange> other_data{};   ///< PRBs of the carrier that are for another BWP alone.

  /// PRBs of the carrier.
  [[nodiscard]] PrbRange coreset_prbs() const {
    return {bwp_dl.first + coreset.first_prb, coreset.prb_count};
  }
  [[nodiscard]] std::array<PrbRange, 2> pucch_prbs() const {
    return {PrbRange{bwp_ul.first, pucch.low_edge_prb_count},
            PrbRange{bwp_ul.end() - pucch.high_edge_prb_count, pucch.high_edge_prb_count}};
  }
};

}  // namespace redcell::phy
