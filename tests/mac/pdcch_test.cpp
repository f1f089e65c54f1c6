// Goal: DCIs of a slot never share a CCE, take the first candidate that is free, and are counted
// where none is. Method: random terminals and levels against sets of CCEs; small CORESETs by hand.
#include "mac/gnb/pdcch.h"

#include <gtest/gtest.h>

#include <set>

namespace redcell::mac::gnb {
namespace {

constexpr int slots_per_frame = 20;

/// All CCEs of a terminal's candidates of a level, in their order.
std::vector<int> begins(const phy::SearchSpace& space, std::uint32_t c_rnti, std::size_t level,
                        int slot) {
  std::vector<int> out;
  for (int m = 0; m < space.candidate_counts[level]; ++m) {
    out.push_back(space.first_cce(level, m, space.hash(c_rnti, slot % slots_per_frame)));
  }
  return out;
}

TEST(Pdcch, gives_the_first_free_candidate_and_no_cce_twice) {
  std::uint32_t state = 1;
  const auto below = [&](std::uint32_t n) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % n;
  };
  for (const int cce_count : {5, 8, 16, 24, 100, phy::cce_count_max}) {
    const phy::SearchSpace space{.coreset_id = 2, .cce_count = cce_count};
    Pdcch pdcch(space, slots_per_frame);
    int blocked = 0;
    for (int slot = 0; slot < 200; ++slot) {
      pdcch.begin(base::Slot(slot));
      std::set<int> used;
      PdcchCount count;
      for (int i = 0; i < 40; ++i) {
        const std::uint32_t c_rnti = 1 + below(phy::c_rnti_max);
        const std::size_t level = pdcch.nearest(below(5));
        std::optional<int> expected;
        for (const int first : begins(space, c_rnti, level, slot)) {
          const auto from = used.lower_bound(first);
          if (!expected && (from == used.end() || *from >= first + phy::aggregation_levels[level]))
            expected = first;
        }
        const std::optional<PdcchPlace> place = pdcch.place(c_rnti, level);
        ASSERT_EQ(place.has_value(), expected.has_value());
        ++(place ? count.sent : count.blocked)[level];
        if (!place) ++blocked;
        if (!place) continue;
        ASSERT_EQ(place->first_cce, *expected);
        for (int cce = 0; cce < place->cces(); ++cce) {
          ASSERT_TRUE(used.insert(place->first_cce + cce).second);
        }
      }
      ASSERT_EQ(pdcch.count().sent, count.sent);
      ASSERT_EQ(pdcch.count().blocked, count.blocked);
    }
    EXPECT_GT(blocked, 0);
  }
}

TEST(Pdcch, frees_what_is_given_back_and_counts_it_no_more) {
  Pdcch pdcch({.cce_count = 4}, slots_per_frame);
  pdcch.begin(base::Slot(3));
  const auto first = pdcch.place(500, 2);
  ASSERT_TRUE(first);
  EXPECT_FALSE(pdcch.place(500, 2)) << "four CCEs hold one DCI of four";
  EXPECT_FALSE(pdcch.place(77, 0));
  pdcch.give_back(*first);
  EXPECT_EQ(pdcch.count().sent[2], 0);
  EXPECT_EQ(pdcch.count().blocked[2], 1);
  EXPECT_EQ(pdcch.place(500, 2)->first_cce, first->first_cce);
  pdcch.begin(base::Slot(4));
  EXPECT_EQ(pdcch.count().blocked[2], 0);
  EXPECT_TRUE(pdcch.place(500, 2)) << "another slot";
}

TEST(Pdcch, sends_at_the_next_level_that_has_candidates) {
  const Pdcch gaps({.cce_count = 8, .candidate_counts = {0, 2, 0, 1, 1}}, slots_per_frame);
  const std::vector<std::size_t> expected{1, 1, 3, 3, 3};
  for (std::size_t wanted = 0; wanted < expected.size(); ++wanted) {
    EXPECT_EQ(gaps.nearest(wanted), expected[wanted]);
  }
}

TEST(PdcchDeathTest, needs_a_candidate) {
  EXPECT_DEATH(Pdcch({.cce_count = 8, .candidate_counts = {0, 0, 0, 0, 1}}, slots_per_frame), "");
  Pdcch pdcch({.cce_count = 8}, slots_per_frame);
  EXPECT_DEATH((void)pdcch.place(1, 4), "");
}

}  // namespace
}  // namespace redcell::mac::gnb
