// A cell with three RedCap parts inside a wide one, and terminals that it moves between them.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "mac/gnb/cell.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {

using base::Slot;
using base::SlotCount;
using gnb::CellConfig;
using gnb::ConnectionConfig;
using gnb::SlotPlan;

inline constexpr std::uint32_t sibling_count = 3;
inline constexpr std::int64_t switch_delay = 5;

using Firsts = std::array<int, sibling_count>;
/// The last two overlap.
inline constexpr Firsts usual_firsts{0, 60, 90};

/// Three parts of 51 PRBs inside one of 273, while the first of them are open.
inline std::vector<phy::ResourceMapConfig> configs_of(const phy::ResourceMapConfig& carrier,
                                                      const Firsts& firsts,
                                                      std::uint32_t open_count = sibling_count) {
  std::vector<phy::ResourceMapConfig> out;
  for (std::uint32_t i = 0; i < sibling_count; ++i) {
    phy::ResourceMapConfig part = carrier;
    part.bwp_dl = part.bwp_ul = {firsts[i], 51};
    if (i >= open_count) part.other_data.push_back(part.bwp_dl);
    part.coreset.prb_count = 24;
    part.pucch = {.low_edge_prb_count = 2, .high_edge_prb_count = 2};
    out.push_back(part);
  }
  phy::ResourceMapConfig wide = carrier;
  wide.bwp_dl = wide.bwp_ul = {0, 273};
  wide.coreset = {.symbol_count = 1, .prb_count = 96, .first_prb = 150};
  out.push_back(wide);
  for (std::size_t own = 0; own < out.size(); ++own) {
    for (std::size_t other = 0; other < open_count; ++other) {
      if (other == own) continue;
      for (const phy::PrbRange& edge : out[other].pucch_prbs()) {
        out[own].other_pucch.push_back(edge);
      }
    }
  }
  return out;
}

class MovingWorld {
 public:
  using Change = std::function<void(CellConfig&)>;

  explicit MovingWorld(bool is_tdd, std::int64_t inactivity = 0,
                       const Firsts& firsts = usual_firsts)
      : MovingWorld(configs_of(is_tdd ? tdd_carrier() : fdd_carrier(), firsts), {}, inactivity,
                    {}) {}
  /// One whose parts open and close; it begins with the first.
  MovingWorld(const phy::ResourceMapConfig& carrier, const Firsts& firsts,
              std::int64_t inactivity = 0, const Change& change = {})
      : MovingWorld(configs_of(carrier, firsts),
                    {configs_of(carrier, firsts, 1), configs_of(carrier, firsts, 2)}, inactivity,
                    change) {}

  std::uint32_t connect(std::uint32_t bwp,
                        const std::function<void(ConnectionConfig&)>& change = {}) {
    ConnectionConfig config = connection_config(100 + count_++);
    config.bwp = bwp;
    config.bwp_timing = {.switch_delay = SlotCount(switch_delay),
                         .rrc_processing = SlotCount(20),
                         .rrc_switch = SlotCount(12),
                         .inactivity = SlotCount(inactivity_),
                         .subframe = SlotCount(2),
                         .default_bwp = 0};
    if (change) change(config);
    return world_.connect(12, config);
  }
  void load(std::uint32_t index, int packets, std::uint64_t ul_bytes) {
    world_.load(index, packets);
    world_.connection(index).ul_backlog_bytes += ul_bytes;
    world_.cell().activate(index);
  }
  const SlotPlan& run(std::int64_t slot) { return world_.run(slot); }
  CellWorld& world() { return world_; }
  [[nodiscard]] const phy::ResourceMap& map(std::uint32_t bwp) const { return maps_[bwp]; }

 private:
  using Configs = std::vector<phy::ResourceMapConfig>;
  MovingWorld(const Configs& all, const std::vector<Configs>& fewer, std::int64_t inactivity,
              const Change& change)
      : inactivity_(inactivity),
        maps_(all.begin(), all.end()),
        fewer_(fewer.size()),
        world_(all.front(), [&](CellConfig& c) {
          c.bwps.clear();
          for (const phy::ResourceMap& map : maps_) c.bwps.push_back(&map);
          c.sibling_count = sibling_count;
          for (std::size_t i = 0; i < fewer.size(); ++i) {
            fewer_[i] = std::vector<phy::ResourceMap>(fewer[i].begin(), fewer[i].end());
            auto& row = c.fewer_open.emplace_back();
            for (const phy::ResourceMap& map : fewer_[i]) row.push_back(&map);
          }
          if (change) change(c);
        }) {}

  std::int64_t inactivity_;
  std::vector<phy::ResourceMap> maps_;
  std::vector<std::vector<phy::ResourceMap>> fewer_;  ///< [open - 1][bwp]
  CellWorld world_;
  std::uint32_t count_ = 0;
};

}  // namespace redcell::mac::testing
