// Goal: candidates lie where TS 38.213 10.1 puts them, and what a terminal has to monitor is
// counted as there. Method: the clause's recursion and floors in double, sharing no code; numbers
// of small search spaces counted by hand; the tables' corners.
#include "phy/nr/search_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace redcell::phy {
namespace {

double oracle_hash(int coreset_id, std::uint32_t c_rnti, int slot) {
  const double factor = coreset_id % 3 == 0 ? 39827.0 : coreset_id % 3 == 1 ? 39829.0 : 39839.0;
  double y = c_rnti;
  for (int n = 0; n <= slot; ++n) y = std::fmod(factor * y, 65537.0);
  return y;
}

TEST(SearchSpace, hashes_as_the_recursion_of_the_clause) {
  for (int coreset_id = 0; coreset_id <= 11; ++coreset_id) {
    const SearchSpace space{.coreset_id = coreset_id, .cce_count = 16};
    for (const std::uint32_t c_rnti : {1U, 2U, 17921U, 40000U, c_rnti_max}) {
      for (int slot = 0; slot < 80; ++slot) {
        ASSERT_EQ(space.hash(c_rnti, slot), oracle_hash(coreset_id, c_rnti, slot))
            << "CORESET " << coreset_id << " C-RNTI " << c_rnti << " slot " << slot;
      }
    }
  }
}

TEST(SearchSpace, puts_candidates_where_the_clause_does) {
  const std::vector<std::array<int, 5>> counts{{6, 5, 4, 2, 1}, {8, 8, 8, 8, 8}, {1, 2, 3, 4, 5}};
  for (const int cce_count : {1, 2, 8, 9, 16, 24, 54, 135}) {
    for (const auto& candidate_counts : counts) {
      const SearchSpace space{.cce_count = cce_count, .candidate_counts = candidate_counts};
      for (std::size_t level = 0; level < aggregation_level_count; ++level) {
        const double cces = aggregation_levels[level];
        ASSERT_EQ(space.has(level), cces <= cce_count);
        if (!space.has(level)) continue;
        for (const std::uint32_t hash : {0U, 1U, 7U, 30000U, 65536U}) {
          for (int m = 0; m < candidate_counts[level]; ++m) {
            const double spread =
                std::floor(m * double(cce_count) / (cces * candidate_counts[level]));
            ASSERT_EQ(space.first_cce(level, m, hash),
                      cces * std::fmod(hash + spread, std::floor(cce_count / cces)))
                << cce_count << " CCEs, level " << cces << ", candidate " << m << ", Y " << hash;
            ASSERT_LE(space.first_cce(level, m, hash) + cces, cce_count);
          }
        }
      }
    }
  }
}

// Two DCIs of one terminal at one level find a place each, where two fit.
TEST(SearchSpace, has_two_places_for_a_terminal_alone_wherever_two_fit) {
  for (int cce_count = 2; cce_count <= cce_count_max; ++cce_count) {
    const SearchSpace space{.cce_count = cce_count};
    for (std::size_t level = 0; level < aggregation_level_count; ++level) {
      if (2 * aggregation_levels[level] > cce_count || space.candidate_counts[level] < 2) continue;
      std::set<int> places;
      for (int m = 0; m < space.candidate_counts[level]; ++m) {
        places.insert(space.first_cce(level, m, 12345));
      }
      EXPECT_GE(places.size(), 2U) << cce_count << " CCEs, level " << aggregation_levels[level];
    }
  }
}

TEST(MonitoringLoad, counts_candidates_on_the_same_cces_once) {
  // Eight CCEs: 6 of 8 places of one, 4 of 4 of two, 2 of 2 of four, the one of eight, none of 16.
  const MonitoringLoad load = monitoring_load({.cce_count = 8});
  EXPECT_EQ(load.candidate_count, 6 + 4 + 2 + 1);
  EXPECT_EQ(load.cce_count, 8);
  const MonitoringLoad wide = monitoring_load({.cce_count = 96});
  EXPECT_EQ(wide.candidate_count, 6 + 5 + 4 + 2 + 1);
}

TEST(MonitoringLoad, is_that_of_the_worst_slot) {
  // Level 1 at CCE Y mod 64, level 16 at 16 (Y mod 4): apart in the worst slot, never nearer.
  const MonitoringLoad load =
      monitoring_load({.cce_count = 64, .candidate_counts = {1, 0, 0, 0, 1}});
  EXPECT_EQ(load.candidate_count, 2);
  EXPECT_EQ(load.cce_count, 17);
  const MonitoringLoad all =
      monitoring_load({.cce_count = 135, .candidate_counts = {0, 0, 0, 0, 8}});
  EXPECT_EQ(all.candidate_count, 8);
  EXPECT_EQ(all.cce_count, 128);
}

TEST(MonitoringLimit, is_that_of_the_tables) {
  const std::vector<std::pair<int, int>> expected{{44, 56}, {36, 56}, {22, 48}, {20, 32}};
  for (int mu = 0; mu < 4; ++mu) {
    const MonitoringLoad limit = monitoring_limit(mu);
    EXPECT_EQ(std::pair(limit.candidate_count, limit.cce_count),
              expected[static_cast<std::size_t>(mu)]);
  }
}

TEST(SearchSpaceDeathTest, refuses_what_no_cell_gives) {
  const SearchSpace space{.cce_count = 16};
  EXPECT_DEATH((void)space.hash(0, 0), "");
  EXPECT_DEATH((void)space.hash(c_rnti_max + 1, 0), "");
  EXPECT_DEATH((void)space.hash(1, 80), "");
}

}  // namespace
}  // namespace redcell::phy
