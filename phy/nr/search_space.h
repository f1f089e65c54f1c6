// Where a terminal looks for its DCIs: CORESET, candidates, C-RNTI and slot in, CCEs out.
//
// TS 38.213 10.1. Candidate m of level L begins at CCE
//
//   L ((Y + floor(m N_CCE / (L M))) mod floor(N_CCE / L)),   Y = A^(n + 1) n_RNTI mod 65537,
//
// with M candidates of the level, N_CCE CCEs in the CORESET and slot n of the frame: A and the
// recursion Y_n = A Y_(n-1) mod 65537 from Y_(-1) = n_RNTI. One carrier: n_CI = 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace redcell::phy {

/// CCEs of a DCI (TS 38.213 Table 10.1-1 and 10.1).
inline constexpr std::array<int, 5> aggregation_levels{1, 2, 4, 8, 16};
inline constexpr std::size_t aggregation_level_count = aggregation_levels.size();
/// 270 PRBs of three symbols (TS 38.331 frequencyDomainResources: 45 groups of 6 PRBs).
inline constexpr int cce_count_max = 135;
/// C-RNTIs that a cell gives (TS 38.321 Table 7.1-1), from 1 on.
inline constexpr std::uint32_t c_rnti_max = 65'519;

/// What is counted in the terminal's limits for a slot.
struct MonitoringLoad {
  int candidate_count = 0;  ///< Blind decodes.
  int cce_count = 0;        ///< Non-overlapped CCEs, whose channel is estimated.
};

/// A UE-specific search space in its CORESET.
struct SearchSpace {
  int coreset_id = 1;  ///< controlResourceSetId, p of A_p; 0..11.
  int cce_count = 0;   ///< N_CCE, 1..cce_count_max.
  /// [level of aggregation_levels] nrofCandidates, 0..8.
  std::array<int, aggregation_level_count> candidate_counts{6, 5, 4, 2, 1};

  /// Y of a slot of the frame. Pre: c_rnti in 1..c_rnti_max, slot_of_frame in 0..79.
  [[nodiscard]] std::uint32_t hash(std::uint32_t c_rnti, int slot_of_frame) const;
  /// First CCE of a candidate; its CCEs follow one another. Pre: candidate <
  /// candidate_counts[level], and the CORESET has as many CCEs as the level.
  [[nodiscard]] int first_cce(std::size_t level, int candidate, std::uint32_t hash) const;
  /// There is a place for a DCI of the level.
  [[nodiscard]] bool has(std::size_t level) const {
    return candidate_counts[level] > 0 && aggregation_levels[level] <= cce_count;
  }
};

/// What a terminal has to monitor in its worst slot. Candidates on the same CCEs count once, for
/// all DCIs have one size [ours]: formats 0_1 and 1_1 of 40 bit. Levels beyond the CORESET have no
/// candidate. Cost: some ms where the CORESET has more CCEs than any limit.
[[nodiscard]] MonitoringLoad monitoring_load(const SearchSpace& space);

/// What a terminal can monitor in a slot of one serving cell (TS 38.213 Tables 10.1-2 and 10.1-3).
/// Pre: 0 <= mu <= 3.
[[nodiscard]] MonitoringLoad monitoring_limit(int mu);

}  // namespace redcell::phy
