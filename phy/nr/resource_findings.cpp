// The rules a resource configuration must keep; each broken one becomes a sentence.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "phy/nr/resource_map.h"
#include "phy/nr/resource_occasions.h"

namespace redcell::phy {
namespace {

using Findings = std::vector<std::string>;

void add_if(bool broken, std::string_view text, Findings& findings) {
  if (broken) findings.emplace_back(text);
}

/// One thing that recurs: its name, period and the last slot it touches in the period.
struct Recurrence {
  std::string_view name;
  base::Duration period;
  int first_slot;
  int last_slot;
};

void add_recurrence_findings(const Numerology& numerology, const Recurrence& r,
                             Findings& findings) {
  const std::string name(r.name);
  const std::int64_t slot_ns = numerology.slot_duration().value();
  const std::int64_t period_ns = r.period.value();
  if (period_ns <= 0 || period_ns % slot_ns != 0 ||
      base::milliseconds(160).value() % period_ns != 0) {
    findings.push_back(name + ": the period must be whole slots and divide 160 ms");
    return;
  }
  if (r.first_slot < 0 || r.last_slot >= period_ns / slot_ns) {
    findings.push_back(name + ": slot " + std::to_string(r.last_slot) +
                       " lies outside its period of " + std::to_string(period_ns / slot_ns) +
                       " slots");
  }
}

void add_period_findings(const ResourceMapConfig& c, Findings& findings) {
  const auto add = [&](bool used, const Recurrence& r) {
    if (used) add_recurrence_findings(c.numerology, r, findings);
  };
  const bool has_ssb = c.ssb.beam_count > 0;
  add(has_ssb, {"SSB", c.ssb.period, 0, 0});
  for (const NcdSsbConfig& ncd : c.ncd_ssb) {
    add(has_ssb, {"NCD-SSB", ncd.period, 0, 0});
    add_if(ncd.period < c.ssb.period,
           "NCD-SSB: the period must not be less than that of the cell-defining block"
           " (TS 38.331 NonCellDefiningSSB)",
           findings);
    add_if(ncd.offset.value() % base::milliseconds(5).value() != 0 || ncd.offset >= ncd.period ||
               ncd.offset.value() < 0,
           "NCD-SSB: the offset must be whole half frames inside the period"
           " (TS 38.331 NonCellDefiningSSB)",
           findings);
  }
  add(c.sib1.prb_count > 0, {"SIB1", c.sib1.period, 0, 0});
  add(c.paging.prb_count > 0,
      {"paging", c.paging.period, c.paging.slot_offset, c.paging.slot_offset});
  add(c.trs.period.value() != 0, {"TRS", c.trs.period, c.trs.slot_offset, c.trs.slot_offset + 1});
  add(c.csi_rs.port_count > 0 || c.csi_rs.has_csi_im,
      {"CSI-RS", c.csi_rs.period, c.csi_rs.slot_offset, c.csi_rs.slot_offset});
  add(c.prach.prb_count > 0,
      {"PRACH", c.prach.period, c.prach.slot_offset, c.prach.slot_offset + c.prach.slot_count - 1});
  add_if(has_ssb && c.ssb.period < base::milliseconds(5),
         "SSB: the period must be at least 5 ms (TS 38.331 ssb-periodicityServingCell)", findings);
  add_if(c.sib1.prb_count > 0 && c.sib1.period.value() % base::milliseconds(20).value() != 0,
         "SIB1: the period must be a multiple of 20 ms (TS 38.213 13)", findings);
}

void add_bandwidth_findings(const ResourceMapConfig& c, Findings& findings) {
  const auto bad_range = [](PrbRange r) { return r.first < 0 || r.count < 1 || r.end() > 275; };
  add_if(bad_range(c.bwp_dl) || bad_range(c.bwp_ul),
         "BWP: must hold 1..275 PRBs of the carrier (TS 38.211 4.4.5)", findings);
  add_if(c.coreset.symbol_count < 1 || c.coreset.symbol_count > 3,
         "CORESET: 1..3 symbols (TS 38.211 7.3.2.2)", findings);
  add_if(c.coreset.prb_count < 6 || c.coreset.prb_count % 6 != 0 || c.coreset.first_prb < 0 ||
             c.coreset.first_prb + c.coreset.prb_count > c.bwp_dl.count,
         "CORESET: PRBs must be a multiple of 6 inside the BWP (TS 38.331 ControlResourceSet)",
         findings);
  const PucchConfig& pucch = c.pucch;
  add_if(pucch.low_edge_prb_count < 0 || pucch.high_edge_prb_count < 0 ||
             pucch.low_edge_prb_count + pucch.high_edge_prb_count >= c.bwp_ul.count,
         "PUCCH: leaves no PRB for PUSCH", findings);
  const int ports = c.csi_rs.port_count;
  add_if(ports != 0 && ports != 1 && ports != 2 && ports != 4 && ports != 8,
         "CSI-RS: 0, 1, 2, 4 or 8 ports are supported (TS 38.211 Table 7.4.1.5.3-1)", findings);
  const SymbolRange full{c.coreset.symbol_count, symbols_per_slot - c.coreset.symbol_count};
  add_if(!mapping_type_a_possible(c.pdsch_dmrs, base::Direction::downlink, full),
         "PDSCH: a full slot must allow mapping type A, starting at or before the first DMRS symbol"
         " (TS 38.214 Table 5.1.2.1-1)",
         findings);
}

void add_broadcast_findings(const ResourceMapConfig& c, Findings& findings) {
  add_if(c.ssb.beam_count < 0 || c.ssb.beam_count > 8, "SSB: 0..8 beams in FR1 (TS 38.213 4.1)",
         findings);
  const bool case_a = c.ssb.pattern == SsbCase::a;
  add_if(c.ssb.beam_count > 0 && c.numerology.scs_khz() != (case_a ? 15 : 30),
         "SSB: case A needs 15 kHz, cases B and C 30 kHz, the carrier's own spacing"
         " (TS 38.213 4.1)",
         findings);
  add_if(c.ncd_ssb.size() > ncd_ssb_count_max, "NCD-SSB: four at most (TS 38.331 BWP-Id)",
         findings);
  add_if(!c.ncd_ssb.empty() && c.ssb.beam_count == 0,
         "NCD-SSB: has no cell-defining block to be co-located with (TS 38.213 17.1)", findings);
  const PrbRange ssb{c.ssb.first_prb, ssb_prb_count};
  const PrbRange sib1{c.sib1.first_prb, c.sib1.prb_count};
  const PrbRange paging{c.paging.first_prb, c.paging.prb_count};
  add_if(ssb.first < 0 || sib1.first < 0 || paging.first < 0 || sib1.count < 0 || paging.count < 0,
         "broadcast: PRBs count from 0", findings);
  add_if(c.sib1.prb_count > 0 && c.ssb.beam_count == 0,
         "SIB1: has no SSB to belong to (TS 38.213 13)", findings);
  add_if(c.sib1.search_space_zero < 0 || c.sib1.search_space_zero > 15,
         "SIB1: searchSpaceZero is 0..15 (TS 38.213 Table 13-11)", findings);
  add_if(c.sib1.coreset_zero_symbol_count < 1 || c.sib1.coreset_zero_symbol_count > 3 ||
             c.sib1.coreset_zero.first < 0 || c.sib1.coreset_zero.count < 0,
         "SIB1: CORESET 0 has 1..3 symbols and PRBs from 0 (TS 38.213 Table 13-1)", findings);
}

/// Text for the first slot in which a predicate holds.
template <class Broken>
void add_first_slot(const std::vector<SlotOccupancy>& slots, std::string_view text, Broken broken,
                    Findings& findings) {
  for (std::size_t s = 0; s < slots.size(); ++s) {
    if (!broken(slots[s], base::Slot(static_cast<std::int64_t>(s)))) continue;
    findings.push_back("slot " + std::to_string(s) + ": " + std::string(text));
    return;
  }
}

void add_downlink_slot_findings(const ResourceMapConfig& c, const std::vector<SlotOccupancy>& slots,
                                Findings& findings) {
  /// A block that has this symbol and some of these PRBs.
  const auto ssb_meets = [&](const SlotOccupancy& s, int symbol, PrbRange prbs) {
    bool meets = false;
    for_each_ssb(c, s, [&](PrbRange ssb, int first) {
      meets = meets || (symbol >= first && symbol < first + ssb_symbol_count && overlap(ssb, prbs));
    });
    return meets;
  };
  add_first_slot(
      slots, "an SSB beam lies outside the downlink symbols (TS 38.213 11.1)",
      [&](const SlotOccupancy& s, base::Slot slot) {
        bool is_outside = false;
        for_each_ssb(c, s, [&](PrbRange, int first) {
          is_outside = is_outside || first + ssb_symbol_count > c.duplex.downlink(slot).end();
        });
        return is_outside;
      },
      findings);
  add_first_slot(
      slots, "an SSB meets the CORESET (TS 38.213 10)",
      [&](const SlotOccupancy& s, base::Slot) {
        return ssb_meets(s, c.coreset.symbol_count - 1, c.coreset_prbs());
      },
      findings);
  add_first_slot(
      slots, "a SIB1 beam has no PDSCH symbols (TS 38.213 13)",
      [&](const SlotOccupancy& s, base::Slot slot) {
        return s.has_sib1() && pdsch_symbols(c, slot).count == 0;
      },
      findings);
  add_first_slot(
      slots, "SIB1 shares PRBs with an SSB (DMRS would meet it, TS 38.214 5.1.4)",
      [&](const SlotOccupancy& s, base::Slot) {
        bool meets = false;
        for_each_ssb(c, s, [&](PrbRange ssb, int) {
          meets = meets || overlap(ssb, {c.sib1.first_prb, c.sib1.prb_count});
        });
        return s.has_sib1() && meets;
      },
      findings);
  add_first_slot(
      slots, "TRS or CSI-RS needs a full downlink slot (TS 38.214 5.1.6.1.1)",
      [&](const SlotOccupancy& s, base::Slot slot) {
        return (s.has_trs || s.has_csi_rs) && c.duplex.downlink(slot).count != symbols_per_slot;
      },
      findings);
  add_first_slot(
      slots, "TRS meets an SSB (TS 38.214 5.2.2.3.1)",
      [&](const SlotOccupancy& s, base::Slot) {
        const auto trs = trs_symbols(c);
        return s.has_trs && (ssb_meets(s, trs[0], c.bwp_dl) || ssb_meets(s, trs[1], c.bwp_dl));
      },
      findings);
}

void add_uplink_slot_findings(const ResourceMapConfig& c, const std::vector<SlotOccupancy>& slots,
                              Findings& findings) {
  if (c.prach.prb_count == 0) return;
  const PrbRange prach{c.prach.first_prb, c.prach.prb_count * c.prach.frequency_occasion_count};
  const auto [low, high] = c.pucch_prbs();
  add_if(prach.first < 0 || prach.count < 1 || c.prach.slot_count < 1,
         "PRACH: needs PRBs, slots and occasions", findings);
  add_if(overlap(prach, low) || overlap(prach, high), "PRACH: shares PRBs with PUCCH", findings);
  add_first_slot(
      slots, "PRACH needs a full uplink slot (TS 38.213 8.1)",
      [&](const SlotOccupancy& s, base::Slot slot) {
        return s.has_prach && c.duplex.uplink(slot).count != symbols_per_slot;
      },
      findings);
}

void add_paging_findings(const ResourceMapConfig& c, const std::vector<SlotOccupancy>& slots,
                         Findings& findings) {
  if (c.paging.prb_count == 0) return;
  std::size_t sent = 0;
  for (const SlotOccupancy& s : slots) sent += s.has_paging ? 1 : 0;
  const auto period =
      static_cast<std::size_t>(c.paging.period.value() / c.numerology.slot_duration().value());
  const auto beams = static_cast<std::size_t>(c.ssb.beam_count > 0 ? c.ssb.beam_count : 1);
  add_if(sent != beams * (slots.size() / period),
         "paging: its period has too few free downlink slots for all beams (TS 38.304 7.1)",
         findings);
}

}  // namespace

std::vector<std::string> resource_findings(const ResourceMapConfig& config) {
  Findings findings;
  add_period_findings(config, findings);
  add_bandwidth_findings(config, findings);
  add_broadcast_findings(config, findings);
  if (!findings.empty()) return findings;
  const std::vector<SlotOccupancy> slots = slot_occupancies(config);
  add_downlink_slot_findings(config, slots, findings);
  add_uplink_slot_findings(config, slots, findings);
  add_paging_findings(config, slots, findings);
  return findings;
}

}  // namespace redcell::phy
