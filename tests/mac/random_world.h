// A cell at random: parts that overlap, lie inside one another, open and close, slices, offsets,
// configured grants, semi-persistent scheduling and terminals, all drawn from a seed.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "mac/gnb/configured_room.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {

using base::SlotCount;

/// One number after the other.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed, 1) {}
  double uniform() { return random_.uniform(base::Purpose::arrival, {.a = 0, .b = 0}, next_++); }
  bool falls(double share) { return uniform() < share; }
  /// least..most.
  int between(int least, int most) {
    return least + static_cast<int>(uniform() * (most - least + 1));
  }

 private:
  base::Random random_;
  std::uint64_t next_ = 0;
};

/// What came to pass in all cells together: a law that was never tried holds nothing.
struct Tried {
  std::array<int, 3> moves{};  ///< [cause] At the terminal.
  int activations = 0;
  int releases = 0;
  int unasked = 0;  ///< Blocks on configured grants.
  int told = 0;     ///< DCIs that activate semi-persistent scheduling.
  int untold = 0;   ///< Blocks in its occasions.
  int repeated = 0;
  int lost = 0;
  int blocks = 0;
  int windows = 0;
  int openings = 0;
  int closings = 0;
};

/// Widths, places, CORESETs and PUCCH of 1 to 5 parts, narrowest first; the last holds all others.
inline std::vector<phy::ResourceMapConfig> random_parts(bool is_tdd, Dice& dice) {
  constexpr int carrier_prbs = 273;
  const phy::ResourceMapConfig carrier = is_tdd ? tdd_carrier() : fdd_carrier();
  std::vector<int> widths;
  const int count = dice.between(1, 5);
  for (int part = 1; part < count; ++part) widths.push_back(dice.between(30, 106));
  widths.push_back(carrier_prbs);
  std::sort(widths.begin(), widths.end());
  std::vector<phy::ResourceMapConfig> out;
  for (const int width : widths) {
    phy::ResourceMapConfig part = carrier;
    part.bwp_dl = part.bwp_ul = {dice.between(0, carrier_prbs - width), width};
    part.coreset.symbol_count = 1;
    part.coreset.prb_count = 6 * dice.between(2, width / 6);
    part.pucch = {.low_edge_prb_count = dice.between(1, 2), .high_edge_prb_count = 1};
    out.push_back(part);
  }
  return out;
}

/// The same beside one another while the first of them are open, and the last.
inline std::vector<phy::ResourceMapConfig> side_by_side(std::vector<phy::ResourceMapConfig> parts,
                                                        std::size_t open_count) {
  const std::size_t wide = parts.size() - 1;
  const auto is_open = [&](std::size_t part) { return part < open_count || part == wide; };
  for (std::size_t own = 0; own < parts.size(); ++own) {
    if (!is_open(own)) parts[own].other_data.push_back(parts[own].bwp_dl);
    for (std::size_t other = 0; other < parts.size(); ++other) {
      if (other == own || !is_open(other)) continue;
      for (const phy::PrbRange& edge : parts[other].pucch_prbs()) {
        parts[own].other_pucch.push_back(edge);
      }
    }
  }
  return parts;
}

inline std::vector<const phy::ResourceMap*> addresses(const std::vector<phy::ResourceMap>& maps) {
  std::vector<const phy::ResourceMap*> out;
  for (const phy::ResourceMap& map : maps) out.push_back(&map);
  return out;
}

/// Ratios of 1 to 4 slices that fit.
inline std::vector<gnb::RrmPolicyRatio> random_ratios(Dice& dice) {
  std::vector<gnb::RrmPolicyRatio> out(static_cast<std::size_t>(dice.between(1, 4)));
  if (out.size() == 1) return out;
  for (gnb::RrmPolicyRatio& r : out) {
    r.min_percent = dice.between(0, 90 / static_cast<int>(out.size()));
    r.dedicated_percent = dice.between(0, r.min_percent);
    r.max_percent = dice.between(std::max(r.min_percent, 15), 100);
  }
  return out;
}

/// Some of 2..8, ascending; 8 reaches an uplink slot of the pattern from the most slots.
inline std::vector<int> random_offsets(Dice& dice) {
  std::vector<int> out;
  for (int k = 2; k < 8; ++k) {
    if (dice.falls(0.5)) out.push_back(k);
  }
  out.push_back(8);
  return out;
}

/// SPS-Config, of any period that a terminal may have.
inline SemiPersistentConfig random_sps(Dice& dice) {
  return {.occasions = {.periodicity_ms = dice.falls(0.5) ? 10 : 20,
                        .slots_per_frame = 20,
                        .process_count = dice.between(1, 3)},
          .prb_count = dice.between(1, 12),
          .mcs = base::McsIndex(dice.between(0, 15))};
}

/// The cell's connection of one terminal, with a configured grant in two of three, and
/// semi-persistent scheduling in half of them.
inline gnb::ConnectionConfig random_connection(std::uint32_t ue, const gnb::CellConfig& cell,
                                               gnb::ConfiguredRoom& room, Dice& dice) {
  gnb::ConnectionConfig out = connection_config(ue);
  const auto wide = static_cast<std::uint32_t>(cell.bwps.size() - 1);
  out.bwp = static_cast<std::uint32_t>(dice.between(0, static_cast<int>(wide)));
  if (out.bwp < wide && out.bwp >= cell.first_open_count()) out.bwp = 0;
  out.dl_slice =
      static_cast<std::uint32_t>(dice.between(0, static_cast<int>(cell.dl_slices.size()) - 1));
  out.ul_slice =
      static_cast<std::uint32_t>(dice.between(0, static_cast<int>(cell.ul_slices.size()) - 1));
  const bool has_timer = out.bwp < cell.sibling_count && dice.falls(0.8);
  out.bwp_timing = {.switch_delay = SlotCount(dice.falls(0.5) ? 2 : 5),
                    .rrc_processing = SlotCount(20),
                    .rrc_switch = SlotCount(12),
                    .inactivity = SlotCount(has_timer ? 40 : 0),
                    .subframe = SlotCount(2),
                    .default_bwp = 0};
  if (dice.falls(0.5)) out.semi_persistent = random_sps(dice);
  if (dice.falls(1.0 / 3)) return out;
  const SlotCount period(dice.falls(0.5) ? 10 : 20);
  const auto place =
      room.take({.bwp = out.bwp, .periodicity = period, .prb_count = dice.between(1, 3)});
  if (!place) return out;
  BlockFormat format = block_format(static_cast<std::uint32_t>(dice.between(40, 200)));
  format.bwp = out.bwp;
  format.prb = place->prb;
  format.prb_count = place->prb.count;
  out.configured_grant = ConfiguredGrant{.by_dci = dice.falls(0.5),
                                         .periodicity = period,
                                         .offset = place->offset,
                                         .process_count = dice.between(1, 4),
                                         .timer_periods = dice.between(1, 3),
                                         .format = format};
  out.release_after = dice.between(0, 3);
  return out;
}

}  // namespace redcell::mac::testing
