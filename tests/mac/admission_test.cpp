// Goal: a cell has as many users as its places allow: a group never more than its maximum, and what
// is dedicated to a group is there whenever it comes.
// Method: small cells by hand; then laws over random shares, comings and goings.
#include "mac/gnb/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace redcell::mac::gnb {
namespace {

constexpr base::CellId cell{0};
constexpr base::CellId neighbour{1};

/// So many of the group as find a place.
std::uint32_t fill(Admission& admission, std::size_t group) {
  std::uint32_t count = 0;
  while (admission.may_admit(cell, group) && count < 1000) {
    admission.enter(cell, group);
    ++count;
  }
  return count;
}

TEST(Admission, has_a_place_for_everybody_without_a_limit) {
  Admission admission({}, 2);
  EXPECT_EQ(fill(admission, 0), 1000U);
}

TEST(Admission, takes_whoever_comes_up_to_the_limit_where_there_is_no_policy) {
  Admission admission({.users_max = 3}, 2);
  EXPECT_EQ(fill(admission, 0), 3U);
  EXPECT_EQ(admission.user_count(cell), 3U);
  EXPECT_EQ(admission.user_count(neighbour), 0U);
  EXPECT_TRUE(admission.may_admit(neighbour, 0)) << "each cell by itself";
  admission.leave(cell, 0);
  EXPECT_EQ(fill(admission, 0), 1U);
}

TEST(Admission, keeps_what_is_dedicated_for_its_owner) {
  Admission admission({.users_max = 5, .groups = {{}, {.dedicated = 2, .max = 5}}}, 1);
  EXPECT_EQ(fill(admission, 0), 3U);
  EXPECT_EQ(fill(admission, 1), 2U);
  admission.leave(cell, 1);
  EXPECT_FALSE(admission.may_admit(cell, 0)) << "empty, and kept";
  EXPECT_TRUE(admission.may_admit(cell, 1));
}

TEST(Admission, lets_an_owner_have_more_than_is_dedicated) {
  Admission admission({.users_max = 5, .groups = {{}, {.dedicated = 2, .max = 4}}}, 1);
  EXPECT_EQ(fill(admission, 1), 4U) << "up to its maximum";
  EXPECT_EQ(fill(admission, 0), 1U);
  admission.leave(cell, 1);
  EXPECT_TRUE(admission.may_admit(cell, 0)) << "one that nothing is dedicated to has left";
}

TEST(Admission, keeps_places_of_several_owners_apart) {
  Admission admission(
      {.users_max = 6, .groups = {{}, {.dedicated = 1, .max = 2}, {.dedicated = 3, .max = 6}}}, 1);
  EXPECT_EQ(fill(admission, 1), 2U);
  EXPECT_EQ(fill(admission, 0), 1U);
  EXPECT_EQ(fill(admission, 2), 3U);
}

TEST(Admission, rounds_shares_down_to_whole_places) {
  EXPECT_EQ(places_of(0, 7), 0U);
  EXPECT_EQ(places_of(14, 7), 0U);
  EXPECT_EQ(places_of(15, 7), 1U);
  EXPECT_EQ(places_of(99, 7), 6U);
  EXPECT_EQ(places_of(100, 7), 7U);
  EXPECT_EQ(places_of(29, 100), 29U) << "0.29 x 100 is less in binary";
  EXPECT_EQ(places_of(100, 4'000'000'000U), 4'000'000'000U);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t below(std::uint32_t count) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>((state_ >> 33) % count);
  }

 private:
  std::uint64_t state_;
};

/// Percentages as preflight lets them pass.
AdmissionConfig random_shares(Dice& dice) {
  AdmissionConfig config{.users_max = 1 + dice.below(40)};
  std::uint32_t left = 100;
  for (std::uint32_t g = dice.below(5); g > 0; --g) {
    const std::uint32_t dedicated = dice.below(left + 1);
    left -= dedicated;
    const std::uint32_t most = dedicated + dice.below(101 - dedicated);
    config.groups.push_back({.dedicated = places_of(dedicated, config.users_max),
                             .max = places_of(most, config.users_max)});
  }
  return config;
}

TEST(Admission, holds_every_share_whoever_comes_and_goes) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const AdmissionConfig config = random_shares(dice);
    Admission admission(config, 1);
    const auto groups = static_cast<std::uint32_t>(config.groups.size());
    std::vector<std::uint32_t> there(groups);
    for (int step = 0; step < 200; ++step) {
      const std::uint32_t g = dice.below(groups);
      if (dice.below(3) == 0 && there[g] > 0) {
        admission.leave(cell, g);
        --there[g];
      } else if (admission.may_admit(cell, g)) {
        admission.enter(cell, g);
        ++there[g];
      }
      const std::uint32_t all = std::accumulate(there.begin(), there.end(), 0U);
      ASSERT_EQ(admission.user_count(cell), all);
      ASSERT_LE(all, config.users_max);
      for (std::uint32_t o = 0; o < groups; ++o) {
        ASSERT_LE(there[o], config.groups[o].max);
        const bool owns_more = there[o] < config.groups[o].dedicated;
        ASSERT_TRUE(!owns_more || admission.may_admit(cell, o)) << o;
      }
    }
  }
}

// No place is empty for nothing: who is refused meets a maximum, or all is taken or dedicated.
TEST(Admission, refuses_nobody_without_need) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const AdmissionConfig config = random_shares(dice);
    Admission admission(config, 1);
    const auto groups = static_cast<std::uint32_t>(config.groups.size());
    std::vector<std::uint32_t> there(groups);
    for (int step = 0; step < 200; ++step) {
      const std::uint32_t g = dice.below(groups);
      if (admission.may_admit(cell, g)) {
        admission.enter(cell, g);
        ++there[g];
        continue;
      }
      std::uint32_t kept = 0;
      for (std::uint32_t o = 0; o < groups; ++o) {
        if (there[o] < config.groups[o].dedicated) kept += config.groups[o].dedicated - there[o];
      }
      const std::uint32_t all = std::accumulate(there.begin(), there.end(), 0U);
      ASSERT_TRUE(there[g] == config.groups[g].max || all + kept == config.users_max);
    }
  }
}

TEST(AdmissionDeathTest, rejects_shares_that_cannot_be_held) {
  EXPECT_DEATH(Admission({.users_max = 0}, 1), "users_max");
  EXPECT_DEATH(Admission({.users_max = 3, .groups = {{}, {.dedicated = 2, .max = 1}}}, 1), "max");
  EXPECT_DEATH(Admission({.users_max = 3, .groups = {{.dedicated = 2}, {.dedicated = 2}}}, 1),
               "dedicated <= config.users_max");
}

TEST(AdmissionDeathTest, rejects_the_leaving_of_nobody) {
  Admission admission({}, 1);
  EXPECT_DEATH(admission.leave(cell, 0), "count > 0");
}

}  // namespace
}  // namespace redcell::mac::gnb
