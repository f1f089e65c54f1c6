#include "phy/nr/resource_map.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/check.h"
#include "phy/nr/resource_occasions.h"

namespace redcell::phy {
namespace {

/// Every resource element of one slot and BWP with its owner.
class SlotGrid {
 public:
  explicit SlotGrid(PrbRange bwp)
      : bwp_(bwp), owner_(static_cast<std::size_t>(bwp.count) * re_per_prb) {}

  void clear(ReUse use) { std::fill(owner_.begin(), owner_.end(), use); }

  [[nodiscard]] int prb_count() const { return bwp_.count; }
  /// PRB relative to the BWP.
  [[nodiscard]] ReUse& at(int prb, int symbol, int subcarrier) {
    return owner_[static_cast<std::size_t>(prb) * re_per_prb +
                  static_cast<std::size_t>(symbol * subcarriers_per_prb + subcarrier)];
  }

  /// Gives the RE of some carrier PRBs and symbols to `use`, as far as `may_take` is their owner.
  template <class MayTake>
  void paint(PrbRange carrier_prbs, SymbolRange symbols, ReUse use, MayTake may_take) {
    paint_subcarriers({carrier_prbs, symbols, {0, subcarriers_per_prb}}, use, may_take);
  }
  void paint(PrbRange carrier_prbs, SymbolRange symbols, ReUse use) {
    paint(carrier_prbs, symbols, use, [](ReUse) { return true; });
  }
  /// The same for some subcarriers of every PRB of the BWP, out of data alone.
  void paint_comb(SymbolRange symbols, PrbRange subcarriers, ReUse use) {
    paint_subcarriers({bwp_, symbols, subcarriers}, use,
                      [](ReUse owner) { return owner == ReUse::data; });
  }

  void add_to(ReAccount& account) const {
    for (const ReUse use : owner_) ++account.re[static_cast<std::size_t>(use)];
  }

 private:
  static constexpr std::size_t re_per_prb = std::size_t{subcarriers_per_prb} * symbols_per_slot;

  /// Some subcarriers of some symbols in every PRB of a range.
  struct Comb {
    PrbRange carrier_prbs;
    SymbolRange symbols;
    PrbRange subcarriers;
  };

  template <class MayTake>
  void paint_subcarriers(const Comb& comb, ReUse use, MayTake may_take) {
    const auto& [carrier_prbs, symbols, subcarriers] = comb;
    const int first = std::max(0, carrier_prbs.first - bwp_.first);
    const int end = std::min(bwp_.count, carrier_prbs.end() - bwp_.first);
    for (int prb = first; prb < end; ++prb) {
      for (int symbol = symbols.first; symbol < symbols.end(); ++symbol) {
        for (int k = subcarriers.first; k < subcarriers.end(); ++k) {
          ReUse& owner = at(prb, symbol, k);
          if (may_take(owner)) owner = use;
        }
      }
    }
  }

  PrbRange bwp_;
  std::vector<ReUse> owner_;
};

struct Allocation {
  SymbolRange symbols;
  unsigned dmrs_mask = 0;
  int dmrs_re_per_symbol = 0;
};

Allocation allocation_of(const DmrsConfig& dmrs, base::Direction direction, SymbolRange symbols) {
  if (symbols.count == 0) return {};
  return {symbols, dmrs_symbol_mask(dmrs, direction, symbols),
          dmrs_re_per_prb(dmrs, direction, symbols) / dmrs_symbol_count(dmrs, direction, symbols)};
}

/// The other owner that a PRB's DMRS would meet, or data when it meets none.
ReUse dmrs_obstacle(SlotGrid& grid, int prb, const Allocation& allocation) {
  for (int symbol = 0; symbol < symbols_per_slot; ++symbol) {
    if ((allocation.dmrs_mask >> symbol & 1U) == 0) continue;
    for (int k = 0; k < subcarriers_per_prb; ++k) {
      if (grid.at(prb, symbol, k) != ReUse::data) return grid.at(prb, symbol, k);
    }
  }
  return ReUse::data;
}

/// Puts DMRS into every PRB that still has data and counts what is left.
SlotResources finish(SlotGrid& grid, const Allocation& allocation) {
  SlotResources result;
  result.symbols = allocation.symbols;
  result.data_re.assign(static_cast<std::size_t>(grid.prb_count()), 0);
  if (allocation.symbols.count == 0) return result;
  result.dmrs_re_per_prb = std::popcount(allocation.dmrs_mask) * allocation.dmrs_re_per_symbol;
  for (int prb = 0; prb < grid.prb_count(); ++prb) {
    const ReUse obstacle = dmrs_obstacle(grid, prb, allocation);
    int left = 0;
    for (int symbol = 0; symbol < symbols_per_slot; ++symbol) {
      const bool has_dmrs = (allocation.dmrs_mask >> symbol & 1U) != 0;
      for (int k = 0; k < subcarriers_per_prb; ++k) {
        ReUse& owner = grid.at(prb, symbol, k);
        if (owner != ReUse::data) continue;
        if (obstacle != ReUse::data) {
          owner = obstacle;
        } else if (has_dmrs && k < allocation.dmrs_re_per_symbol) {
          owner = ReUse::dmrs;
        } else {
          ++left;
        }
      }
    }
    result.data_re[static_cast<std::size_t>(prb)] = static_cast<std::int16_t>(left);
    result.usable_prb_count += left > 0 ? 1 : 0;
    result.usable_re_total += left;
  }
  return result;
}

/// Resource allocation type 0 hands out whole groups: where SIB1 or the like has a PRB, the rest of
/// its group stays idle (TS 38.214 5.1.2.2.1).
void block_split_groups(const PrbRange& bwp, SlotGrid& grid, SlotResources& slot) {
  const int size = rbg_size(bwp.count);
  for (int prb = 0; prb < bwp.count;) {
    const int end = std::min(bwp.count, prb + size - (bwp.first + prb) % size);
    const auto first = slot.data_re.begin() + prb;
    const auto last = slot.data_re.begin() + end;
    if (std::find(first, last, 0) != last) {
      for (; prb < end; ++prb) {
        std::int16_t& left = slot.data_re[static_cast<std::size_t>(prb)];
        if (left == 0) continue;
        slot.usable_re_total -= left;
        --slot.usable_prb_count;
        left = 0;
        grid.paint({bwp.first + prb, 1}, {0, symbols_per_slot}, ReUse::idle,
                   [](ReUse owner) { return owner == ReUse::data || owner == ReUse::dmrs; });
      }
    }
    prb = end;
  }
}

/// Everything in the direction's symbols is idle, the rest guard or the other direction's.
void start_slot(SlotGrid& grid, const PrbRange& bwp, SymbolRange own, SymbolRange other) {
  grid.clear(ReUse::guard);
  grid.paint(bwp, other, ReUse::other_direction);
  grid.paint(bwp, own, ReUse::idle);
}

SlotResources downlink_slot(const ResourceMapConfig& c, const SlotOccupancy& slot,
                            base::Slot number, SlotGrid& grid) {
  const SymbolRange downlink = c.duplex.downlink(number);
  start_slot(grid, c.bwp_dl, downlink, c.duplex.is_fdd() ? SymbolRange{} : c.duplex.uplink(number));
  const Allocation pdsch =
      allocation_of(c.pdsch_dmrs, base::Direction::downlink, pdsch_symbols(c, number));
  grid.paint(c.bwp_dl, pdsch.symbols, ReUse::data);
  if (downlink.count >= c.coreset.symbol_count) {
    grid.paint(c.coreset_prbs(), {0, c.coreset.symbol_count}, ReUse::coreset);
  }
  for_each_ssb(c, slot, [&](PrbRange prbs, int first) {
    grid.paint(prbs, {first, ssb_symbol_count}, ReUse::ssb);
  });
  const auto free_for_control = [](ReUse owner) {
    return owner == ReUse::data || owner == ReUse::idle;
  };
  for (const int first : slot.coreset_zero_first_symbol) {
    if (first < 0) continue;
    grid.paint(c.sib1.coreset_zero, {first, c.sib1.coreset_zero_symbol_count}, ReUse::coreset,
               free_for_control);
  }
  if (slot.has_trs) {
    // Density 3: every fourth subcarrier (TS 38.211 Table 7.4.1.5.3-1, row 1).
    for (const int symbol : trs_symbols(c)) {
      for (const int k : {0, 4, 8}) grid.paint_comb({symbol, 1}, {k, 1}, ReUse::trs);
    }
  }
  if (slot.has_csi_rs) {
    constexpr int last_symbol = symbols_per_slot - 1;
    grid.paint_comb({last_symbol, 1}, {0, c.csi_rs.port_count}, ReUse::csi_rs);
    if (c.csi_rs.has_csi_im) grid.paint_comb({last_symbol, 1}, {8, 4}, ReUse::csi_rs);
  }
  const auto only_data = [](ReUse owner) { return owner == ReUse::data; };
  if (slot.has_sib1()) {
    grid.paint({c.sib1.first_prb, c.sib1.prb_count}, pdsch.symbols, ReUse::sib1, only_data);
  }
  if (slot.has_paging) {
    grid.paint({c.paging.first_prb, c.paging.prb_count}, pdsch.symbols, ReUse::paging, only_data);
  }
  for (const PrbRange& other : c.other_data) {
    grid.paint(other, pdsch.symbols, ReUse::other_bwp, only_data);
  }
  SlotResources result = finish(grid, pdsch);
  if (result.usable_prb_count > 0) block_split_groups(c.bwp_dl, grid, result);
  return result;
}

SlotResources uplink_slot(const ResourceMapConfig& c, const SlotOccupancy& slot, base::Slot number,
                          SlotGrid& grid) {
  start_slot(grid, c.bwp_ul, c.duplex.uplink(number),
             c.duplex.is_fdd() ? SymbolRange{} : c.duplex.downlink(number));
  const Allocation pusch =
      allocation_of(c.pusch_dmrs, base::Direction::uplink, pusch_symbols(c, number));
  grid.paint(c.bwp_ul, pusch.symbols, ReUse::data);
  for (const PrbRange& edge : c.pucch_prbs()) grid.paint(edge, pusch.symbols, ReUse::pucch);
  for (const PrbRange& other : c.other_pucch) grid.paint(other, pusch.symbols, ReUse::pucch);
  for (const PrbRange& other : c.other_data) {
    grid.paint(other, pusch.symbols, ReUse::other_bwp,
               [](ReUse owner) { return owner == ReUse::data; });
  }
  if (slot.has_prach) {
    const int prbs = c.prach.prb_count * c.prach.frequency_occasion_count;
    grid.paint({c.prach.first_prb, prbs}, pusch.symbols, ReUse::prach);
  }
  return finish(grid, pusch);
}

}  // namespace

int rbg_size(int bwp_prb_count) {
  // TS 38.214 Table 5.1.2.2.1-1, configuration 1.
  if (bwp_prb_count <= 36) return 2;
  if (bwp_prb_count <= 72) return 4;
  return bwp_prb_count <= 144 ? 8 : 16;
}

PrbRange longest_usable_run(const SlotResources& slot) {
  PrbRange best;
  PrbRange run;
  for (std::size_t prb = 0; prb < slot.data_re.size(); ++prb) {
    if (slot.data_re[prb] == 0) {
      run = {};
      continue;
    }
    if (run.count == 0) run.first = static_cast<int>(prb);
    ++run.count;
    if (run.count > best.count) best = run;
  }
  return best;
}

const char* re_use_name(ReUse use) {
  constexpr std::array<const char*, re_use_count> names{
      "data",   "coreset", "dmrs",  "ssb",       "sib1", "paging", "trs",
      "csi_rs", "pucch",   "prach", "other_bwp", "idle", "guard",  "other_direction"};
  return names[static_cast<std::size_t>(use)];
}

std::int64_t ReAccount::total() const {
  return std::accumulate(re.begin(), re.end(), std::int64_t{0});
}

ResourceMap::ResourceMap(const ResourceMapConfig& config) : config_(config) {
  RC_CHECK(resource_findings(config).empty());
  const std::vector<SlotOccupancy> slots = slot_occupancies(config);
  SlotGrid dl_grid(config.bwp_dl);
  SlotGrid ul_grid(config.bwp_ul);
  for (std::size_t s = 0; s < slots.size(); ++s) {
    const base::Slot number(static_cast<std::int64_t>(s));
    dl_.push_back(downlink_slot(config, slots[s], number, dl_grid));
    dl_grid.add_to(account_[static_cast<std::size_t>(base::Direction::downlink)]);
    ul_.push_back(uplink_slot(config, slots[s], number, ul_grid));
    ul_grid.add_to(account_[static_cast<std::size_t>(base::Direction::uplink)]);
  }
}

base::SlotCount ResourceMap::period() const {
  return base::SlotCount(static_cast<std::int64_t>(dl_.size()));
}

int ResourceMap::cce_count() const {
  return config_.coreset.symbol_count * config_.coreset.prb_count / 6;
}

const ReAccount& ResourceMap::account(base::Direction direction) const {
  return account_[static_cast<std::size_t>(direction)];
}

const SlotResources& ResourceMap::at(const std::vector<SlotResources>& slots, base::Slot slot) {
  RC_CHECK(slot.value() >= 0);
  return slots[static_cast<std::size_t>(slot.value()) % slots.size()];
}

int usable_prb_count(std::span<const ResourceMap* const> bwps, base::Direction direction,
                     base::Slot slot) {
  std::array<bool, carrier_prb_count_max> is_usable{};
  for (const ResourceMap* map : bwps) {
    const bool is_downlink = direction == base::Direction::downlink;
    const SlotResources& resources = is_downlink ? map->downlink(slot) : map->uplink(slot);
    const int first = is_downlink ? map->config().bwp_dl.first : map->config().bwp_ul.first;
    for (std::size_t prb = 0; prb < resources.data_re.size(); ++prb) {
      bool& usable = is_usable[static_cast<std::size_t>(first) + prb];
      usable = usable || resources.data_re[prb] > 0;
    }
  }
  return static_cast<int>(std::count(is_usable.begin(), is_usable.end(), true));
}

}  // namespace redcell::phy
