#include "phy/nr/search_space.h"

#include <algorithm>
#include <bitset>
#include <numeric>

#include "base/check.h"
#include "phy/tables/pdcch_monitoring_limit.h"

namespace redcell::phy {
namespace {

constexpr std::uint32_t hash_modulus = 65'537;                            // D
constexpr std::array<std::uint32_t, 3> hash_factor{39827, 39829, 39839};  // A_p, by p mod 3
constexpr int slots_per_frame_max = 80;
constexpr int coreset_id_max = 11;  // TS 38.331 maxNrofControlResourceSets-1.

using Powers = std::array<std::array<std::uint32_t, slots_per_frame_max>, hash_factor.size()>;

/// [p mod 3][slot] A^(slot + 1) mod D: the recursion from slot to slot, done once.
constexpr Powers make_powers() {
  Powers powers{};
  for (std::size_t p = 0; p < hash_factor.size(); ++p) {
    std::uint64_t power = 1;
    for (std::uint32_t& slot : powers[p]) {
      power = power * hash_factor[p] % hash_modulus;
      slot = static_cast<std::uint32_t>(power);
    }
  }
  return powers;
}
constexpr Powers powers = make_powers();

}  // namespace

std::uint32_t SearchSpace::hash(std::uint32_t c_rnti, int slot_of_frame) const {
  RC_CHECK(c_rnti >= 1 && c_rnti <= c_rnti_max);
  RC_CHECK(slot_of_frame >= 0 && slot_of_frame < slots_per_frame_max);
  RC_CHECK(coreset_id >= 0 && coreset_id <= coreset_id_max);
  const auto p = static_cast<std::size_t>(coreset_id) % hash_factor.size();
  const std::uint64_t power = powers[p][static_cast<std::size_t>(slot_of_frame)];
  return static_cast<std::uint32_t>(power * c_rnti % hash_modulus);
}

int SearchSpace::first_cce(std::size_t level, int candidate, std::uint32_t hash) const {
  const int cces = aggregation_levels[level];
  const int places = cce_count / cces;
  const int spread = candidate * cce_count / (cces * candidate_counts[level]);
  return cces * static_cast<int>((hash + static_cast<std::uint32_t>(spread)) %
                                 static_cast<std::uint32_t>(places));
}

MonitoringLoad monitoring_load(const SearchSpace& space) {
  RC_CHECK(space.cce_count >= 1 && space.cce_count <= cce_count_max);
  // Candidates turn with Y by level: all there is repeats with the common period of the levels.
  std::uint32_t period = 1;
  for (std::size_t level = 0; level < aggregation_level_count; ++level) {
    if (!space.has(level)) continue;
    const auto places = static_cast<std::uint32_t>(space.cce_count / aggregation_levels[level]);
    period = std::min(std::lcm(period, places), hash_modulus);
  }
  MonitoringLoad most;
  for (std::uint32_t hash = 0; hash < period; ++hash) {
    std::bitset<cce_count_max> cces;
    MonitoringLoad load;
    for (std::size_t level = 0; level < aggregation_level_count; ++level) {
      if (!space.has(level)) continue;
      std::bitset<cce_count_max> begins;
      for (int m = 0; m < space.candidate_counts[level]; ++m) {
        const int first = space.first_cce(level, m, hash);
        begins.set(static_cast<std::size_t>(first));
        for (int i = 0; i < aggregation_levels[level]; ++i) {
          cces.set(static_cast<std::size_t>(first + i));
        }
      }
      load.candidate_count += static_cast<int>(begins.count());
    }
    most.candidate_count = std::max(most.candidate_count, load.candidate_count);
    most.cce_count = std::max(most.cce_count, static_cast<int>(cces.count()));
  }
  return most;
}

MonitoringLoad monitoring_limit(int mu) {
  RC_CHECK(mu >= 0 && static_cast<std::size_t>(mu) < tables::pdcch_monitoring_limit.size());
  const auto& row = tables::pdcch_monitoring_limit[static_cast<std::size_t>(mu)];
  return {.candidate_count = static_cast<int>(row[1]), .cce_count = static_cast<int>(row[2])};
}

}  // namespace redcell::phy
