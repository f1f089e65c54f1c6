// Goal: a cell's C-RNTIs are unique, in range, and scattered. Method: all of them, taken one after
// the other; neighbours in the row are no neighbours in number.
#include "mac/gnb/c_rnti.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "phy/nr/search_space.h"

namespace redcell::mac::gnb {
namespace {

TEST(CRntiPool, gives_every_number_once_before_any_comes_again) {
  CRntiPool pool(3);
  std::set<std::uint32_t> given;
  for (std::uint32_t i = 0; i < phy::c_rnti_max; ++i) given.insert(pool.take());
  EXPECT_EQ(given.size(), phy::c_rnti_max);
  EXPECT_EQ(*given.begin(), 1U);
  EXPECT_EQ(*given.rbegin(), phy::c_rnti_max);
  pool.give_back(777);
  EXPECT_EQ(pool.take(), 777U) << "the only one that is free";
}

TEST(CRntiPool, gives_again_what_came_back_when_its_turn_comes) {
  CRntiPool pool(0);
  const std::uint32_t kept = pool.take();
  const std::uint32_t first = pool.take();
  pool.give_back(first);
  std::uint32_t turns = 0;
  for (std::uint32_t c_rnti = 0; c_rnti != first; ++turns) {
    c_rnti = pool.take();
    ASSERT_NE(c_rnti, kept);
    pool.give_back(c_rnti);
  }
  EXPECT_EQ(turns, phy::c_rnti_max - 1) << "all but the one in use lie between";
}

TEST(CRntiPool, gives_the_same_row_again_and_another_in_another_cell) {
  CRntiPool one(1);
  CRntiPool again(1);
  CRntiPool other(2);
  int same = 0;
  int near = 0;
  std::uint32_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t c_rnti = one.take();
    EXPECT_EQ(again.take(), c_rnti);
    same += other.take() == c_rnti ? 1 : 0;
    near += std::abs(static_cast<int>(c_rnti) - static_cast<int>(last)) < 64 ? 1 : 0;
    last = c_rnti;
  }
  EXPECT_LT(same, 10);
  EXPECT_LT(near, 10) << "two at random are that near once in 500";
}

TEST(CRntiPoolDeathTest, takes_back_only_what_it_has_given) {
  CRntiPool pool(0);
  const std::uint32_t c_rnti = pool.take();
  pool.give_back(c_rnti);
  EXPECT_DEATH(pool.give_back(c_rnti), "");
  for (std::uint32_t i = 0; i < phy::c_rnti_max; ++i) (void)pool.take();
  EXPECT_DEATH((void)pool.take(), "");
}

}  // namespace
}  // namespace redcell::mac::gnb
