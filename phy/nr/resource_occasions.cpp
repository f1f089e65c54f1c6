#include "phy/nr/resource_occasions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "base/check.h"
#include "phy/tables/search_space_zero.h"

namespace redcell::phy {
namespace {

using Slots = std::vector<SlotOccupancy>;

int slots_in(const ResourceMapConfig& config, base::Duration period) {
  return static_cast<int>(period.value() / config.numerology.slot_duration().value());
}

std::size_t hyper_period_slots(const ResourceMapConfig& c) {
  std::int64_t slots = c.duplex.period().value();
  const auto add = [&](bool used, base::Duration period) {
    if (used) slots = std::lcm(slots, std::int64_t{slots_in(c, period)});
  };
  add(c.ssb.beam_count > 0, c.ssb.period);
  for (const NcdSsbConfig& ncd : c.ncd_ssb) add(c.ssb.beam_count > 0, ncd.period);
  add(c.sib1.prb_count > 0, c.sib1.period);
  add(c.paging.prb_count > 0, c.paging.period);
  add(c.trs.period.value() > 0, c.trs.period);
  add(c.csi_rs.port_count > 0 || c.csi_rs.has_csi_im, c.csi_rs.period);
  add(c.prach.prb_count > 0, c.prach.period);
  return static_cast<std::size_t>(slots);
}

void append(std::array<int, 2>& symbols, int symbol) {
  if (symbols[0] < 0) {
    symbols[0] = symbol;
  } else if (symbols[0] != symbol) {
    symbols[1] = symbol;
  }
}

void mark_ssb_and_sib1(const ResourceMapConfig& c, Slots& slots) {
  for (int beam = 0; beam < c.ssb.beam_count; ++beam) {
    const SsbOccasion ssb = ssb_occasion(c.ssb.pattern, beam);
    const auto ssb_step = static_cast<std::size_t>(slots_in(c, c.ssb.period));
    for (auto s = static_cast<std::size_t>(ssb.slot); s < slots.size(); s += ssb_step) {
      append(slots[s].ssb_first_symbol, ssb.first_symbol);
    }
    if (c.sib1.prb_count == 0) continue;
    const Sib1Occasion sib1 = sib1_occasion(c.sib1, c.numerology, beam);
    const auto sib1_step = static_cast<std::size_t>(slots_in(c, c.sib1.period));
    for (auto s = static_cast<std::size_t>(sib1.slot); s < slots.size(); s += sib1_step) {
      append(slots[s].coreset_zero_first_symbol, sib1.coreset_zero_first_symbol);
    }
  }
}

void mark_ncd_ssb(const ResourceMapConfig& c, Slots& slots) {
  for (std::size_t i = 0; i < c.ncd_ssb.size(); ++i) {
    const auto step = static_cast<std::size_t>(slots_in(c, c.ncd_ssb[i].period));
    for (int beam = 0; beam < c.ssb.beam_count; ++beam) {
      const SsbOccasion ssb = ssb_occasion(c.ssb.pattern, beam);
      const auto first = static_cast<std::size_t>(ssb.slot + slots_in(c, c.ncd_ssb[i].offset));
      for (std::size_t s = first % step; s < slots.size(); s += step) {
        append(slots[s].ncd_first_symbol[i], ssb.first_symbol);
      }
    }
  }
}

/// Sets a flag in count slots from offset on, every period.
template <class Mark>
void mark_every(Slots& slots, int period, int offset, Mark mark) {
  for (auto s = static_cast<std::size_t>(offset); s < slots.size();
       s += static_cast<std::size_t>(period)) {
    mark(slots[s]);
  }
}

/// A paging PDSCH goes where a PDSCH is possible and its PRBs meet neither an SSB nor SIB1.
bool paging_fits(const ResourceMapConfig& c, const SlotOccupancy& slot, base::Slot number) {
  const PrbRange paging{c.paging.first_prb, c.paging.prb_count};
  if (pdsch_symbols(c, number).count == 0) return false;
  bool meets_ssb = false;
  for_each_ssb(c, slot, [&](PrbRange ssb, int) { meets_ssb = meets_ssb || overlap(paging, ssb); });
  if (meets_ssb) return false;
  return !slot.has_sib1() || !overlap(paging, {c.sib1.first_prb, c.sib1.prb_count});
}

void mark_paging(const ResourceMapConfig& c, Slots& slots) {
  const auto period = static_cast<std::size_t>(slots_in(c, c.paging.period));
  for (std::size_t start = 0; start < slots.size(); start += period) {
    int beams_left = std::max(1, c.ssb.beam_count);
    const std::size_t end = start + period;
    for (std::size_t s = start + static_cast<std::size_t>(c.paging.slot_offset); s < end; ++s) {
      if (beams_left == 0) break;
      if (!paging_fits(c, slots[s], base::Slot(static_cast<std::int64_t>(s)))) continue;
      slots[s].has_paging = true;
      --beams_left;
    }
  }
}

}  // namespace

SsbOccasion ssb_occasion(SsbCase pattern, int beam) {
  RC_CHECK(beam >= 0 && beam < 8);
  // Cases A and C: {2, 8} + 14 n; case B: {4, 8, 16, 20} + 28 n.
  constexpr std::array<int, 4> case_b{4, 8, 16, 20};
  const int symbol = pattern == SsbCase::b
                         ? case_b[static_cast<std::size_t>(beam % 4)] + 28 * (beam / 4)
                         : (beam % 2 == 0 ? 2 : 8) + symbols_per_slot * (beam / 2);
  return {.slot = symbol / symbols_per_slot, .first_symbol = symbol % symbols_per_slot};
}

Sib1Occasion sib1_occasion(const Sib1Config& config, const Numerology& numerology, int beam) {
  RC_CHECK(config.search_space_zero >= 0 && config.search_space_zero < 16);
  const auto& row = tables::search_space_zero[static_cast<std::size_t>(config.search_space_zero)];
  const double o_ms = row[1];
  const bool two_sets = row[2] == 2;
  const double m = row[3];
  const int slots =
      static_cast<int>(o_ms) * numerology.slots_per_ms() + static_cast<int>(std::floor(beam * m));
  const bool second_set = two_sets && beam % 2 == 1;
  return {.slot = slots % (2 * numerology.slots_per_frame()),
          .coreset_zero_first_symbol =
              second_set ? config.coreset_zero_symbol_count : static_cast<int>(row[4])};
}

SymbolRange pdsch_symbols(const ResourceMapConfig& config, base::Slot slot) {
  const SymbolRange downlink = config.duplex.downlink(slot);
  const int first = config.coreset.symbol_count;
  const SymbolRange pdsch{first, downlink.end() - first};
  const auto direction = base::Direction::downlink;
  if (pdsch.count <= 0 || !mapping_type_a_possible(config.pdsch_dmrs, direction, pdsch)) return {};
  return pdsch;
}

SymbolRange pusch_symbols(const ResourceMapConfig& config, base::Slot slot) {
  const SymbolRange uplink = config.duplex.uplink(slot);
  if (!mapping_type_a_possible(config.pusch_dmrs, base::Direction::uplink, uplink)) return {};
  return uplink;
}

std::array<int, 2> trs_symbols(const ResourceMapConfig& config) {
  const SymbolRange pdsch{config.coreset.symbol_count,
                          symbols_per_slot - config.coreset.symbol_count};
  const unsigned dmrs = dmrs_symbol_mask(config.pdsch_dmrs, base::Direction::downlink, pdsch);
  if ((dmrs >> 8 & 1U) != 0) return {6, 10};
  return {4, 8};
}

bool overlap(PrbRange a, PrbRange b) { return a.first < b.end() && b.first < a.end(); }

std::vector<SlotOccupancy> slot_occupancies(const ResourceMapConfig& c) {
  Slots slots(hyper_period_slots(c));
  if (c.ssb.beam_count > 0) {
    mark_ssb_and_sib1(c, slots);
    mark_ncd_ssb(c, slots);
  }
  if (c.trs.period.value() > 0) {
    for (const int offset : {c.trs.slot_offset, c.trs.slot_offset + 1}) {
      mark_every(slots, slots_in(c, c.trs.period), offset,
                 [](SlotOccupancy& s) { s.has_trs = true; });
    }
  }
  if (c.csi_rs.port_count > 0 || c.csi_rs.has_csi_im) {
    mark_every(slots, slots_in(c, c.csi_rs.period), c.csi_rs.slot_offset,
               [](SlotOccupancy& s) { s.has_csi_rs = true; });
  }
  for (int i = 0; c.prach.prb_count > 0 && i < c.prach.slot_count; ++i) {
    mark_every(slots, slots_in(c, c.prach.period), c.prach.slot_offset + i,
               [](SlotOccupancy& s) { s.has_prach = true; });
  }
  if (c.paging.prb_count > 0) mark_paging(c, slots);
  return slots;
}

}  // namespace redcell::phy
