// The PDCCH of a bandwidth part: which DCIs find a place in a slot, and how many do not.
//
// A DCI takes the first of its terminal's candidates (phy/nr/search_space.h) whose CCEs are all
// free. Where none of its level is free it is blocked, and its terminal waits for another slot. A
// higher level is not tried [ours]: it takes twice the CCEs and blocks others for a link that does
// not need them; studies of blocking (TR 38.875) give each terminal one level, too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/units.h"
#include "phy/nr/search_space.h"

namespace redcell::mac::gnb {

/// CCEs of a DCI.
struct PdcchPlace {
  std::size_t level = 0;  ///< Of phy::aggregation_levels.
  int first_cce = 0;
  [[nodiscard]] int cces() const { return phy::aggregation_levels[level]; }
};

/// What became of DCIs, by level of phy::aggregation_levels.
struct PdcchCount {
  std::array<int, phy::aggregation_level_count> sent{};
  std::array<int, phy::aggregation_level_count> blocked{};
};

class Pdcch {
 public:
  /// Pre: the search space has a candidate.
  Pdcch(const phy::SearchSpace& space, int slots_per_frame);

  /// All CCEs are free again, and nothing is counted.
  void begin(base::Slot slot);
  /// The level at which a DCI that needs `wanted` is sent: itself; where it has no candidate the
  /// next higher one that has; where none has, the next lower.
  [[nodiscard]] std::size_t nearest(std::size_t wanted) const;
  /// Takes CCEs and counts. nullopt: blocked. Pre: the search space has candidates of the level.
  std::optional<PdcchPlace> place(std::uint32_t c_rnti, std::size_t level);
  /// The DCI is not sent: as if it had not been placed.
  void give_back(const PdcchPlace& place);

  [[nodiscard]] const PdcchCount& count() const { return count_; }

 private:
  /// First CCEs of levels are multiples of them: no DCI lies across two words.
  using Words = std::array<std::uint64_t, (phy::cce_count_max + 63) / 64>;
  [[nodiscard]] static std::uint64_t bits_of(const PdcchPlace& place);

  phy::SearchSpace space_;
  int slots_per_frame_;
  int slot_of_frame_ = 0;
  Words used_{};  ///< A bit for each CCE.
  PdcchCount count_;
};

}  // namespace redcell::mac::gnb
