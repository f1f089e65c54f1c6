// Goal: no PRB is handed out twice, none that is blocked, and what is given back can be had again.
// Method: keyed random sequences of take and give_back against a plain list of owners.
#include "mac/gnb/placing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/random.h"

namespace redcell::mac::gnb {
namespace {

constexpr std::uint32_t seed = 17;

phy::SlotResources slot_with(const std::vector<std::int16_t>& data_re) {
  phy::SlotResources slot;
  slot.symbols = {.first = 0, .count = 14};
  slot.data_re = data_re;
  return slot;
}

/// What a bitmap says of the longest run of free PRBs.
int longest_of(const std::vector<bool>& free) {
  int longest = 0;
  int run = 0;
  for (const bool is_free : free) {
    run = is_free ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

TEST(FreePrbs, gives_the_first_run_that_holds_all) {
  FreePrbs prbs;
  prbs.reset(slot_with({1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1}));
  EXPECT_EQ(prbs.longest(), 4);
  EXPECT_EQ(prbs.take(3, true), (phy::PrbRange{3, 3}));
  EXPECT_EQ(prbs.take(3, true), (phy::PrbRange{7, 3}));
  EXPECT_EQ(prbs.take(3, true), std::nullopt);
  EXPECT_EQ(prbs.take(3, false), (phy::PrbRange{0, 2}));
  EXPECT_EQ(prbs.take(3, false), (phy::PrbRange{10, 1}));
  EXPECT_EQ(prbs.take(1, false), std::nullopt);
  EXPECT_EQ(prbs.longest(), 0);
}

TEST(FreePrbs, has_nothing_in_a_blocked_slot) {
  FreePrbs prbs;
  prbs.reset(slot_with({0, 0, 0}));
  EXPECT_EQ(prbs.longest(), 0);
  EXPECT_EQ(prbs.take(1, false), std::nullopt);
}

TEST(FreePrbs, joins_what_is_given_back_to_what_follows_it) {
  FreePrbs prbs;
  prbs.reset(slot_with({1, 1, 1, 1, 1, 1, 0, 1}));
  const auto taken = prbs.take(4, true);
  ASSERT_EQ(taken, (phy::PrbRange{0, 4}));
  prbs.give_back(*taken);
  EXPECT_EQ(prbs.longest(), 6) << "a blocked PRB parts them";
  EXPECT_EQ(prbs.take(6, true), (phy::PrbRange{0, 6}));
}

TEST(FreePrbs, reaches_over_blocked_ones_by_bitmap) {
  FreePrbs prbs;
  prbs.reset(slot_with({1, 1, 0, 0, 1, 1, 0, 1, 0}), Allocation::bitmap);
  EXPECT_EQ(prbs.longest(), 5);
  EXPECT_EQ(prbs.take(2, true), (phy::PrbRange{0, 2}));
  const auto taken = prbs.take(2, true);
  ASSERT_EQ(taken, (phy::PrbRange{4, 2}));
  prbs.give_back(*taken);
  EXPECT_EQ(prbs.take(3, true), (phy::PrbRange{4, 4}));
  EXPECT_EQ(prbs.take(1, false), std::nullopt);
}

/// Which PRBs are free, beside a FreePrbs that is asked at random.
class RandomSlot {
 public:
  RandomSlot(std::uint32_t turn, Allocation allocation) : turn_(turn), allocation_(allocation) {
    std::vector<std::int16_t> data_re(free_.size());
    for (std::size_t prb = 0; prb < free_.size(); ++prb) {
      const std::uint32_t word = draw(0, prb);
      data_re[prb] = static_cast<std::int16_t>(word % 5 == 0 ? 0 : 1 + word % 150);
      free_[prb] = data_re[prb] > 0;
    }
    prbs_.reset(slot_with(data_re), allocation);
  }

  void step(std::uint64_t step) {
    ASSERT_EQ(prbs_.longest(), longest());
    if (last_ && draw(1, step) % 3 == 0) {
      prbs_.give_back(*last_);
      for (const std::size_t prb : last_taken_) free_[prb] = true;
      last_.reset();
      return;
    }
    const int wanted = 1 + static_cast<int>(draw(2, step) % 12);
    const bool whole = draw(3, step) % 2 == 0;
    const int room = longest();
    last_ = prbs_.take(wanted, whole);
    ASSERT_EQ(last_.has_value(), whole ? room >= wanted : room > 0);
    last_taken_.clear();
    for (int prb = last_ ? last_->first : 0; last_ && prb < last_->end(); ++prb) {
      const auto index = static_cast<std::size_t>(prb);
      if (free_.at(index)) last_taken_.push_back(index);
      ASSERT_TRUE(free_[index] || (allocation_ == Allocation::bitmap && !taken_[index])) << prb;
    }
    for (const std::size_t prb : last_taken_) free_[prb] = false;
    if (last_) {
      ASSERT_EQ(static_cast<int>(last_taken_.size()), std::min(wanted, room));
    }
    for (const std::size_t prb : last_taken_) taken_[prb] = true;
  }

 private:
  std::uint32_t draw(std::uint32_t kind, std::uint64_t index) const {
    return base::Random(seed, turn_).at(base::Purpose::placement, {.a = kind, .b = 0}, index)[0];
  }
  int longest() const {
    if (allocation_ == Allocation::contiguous) return longest_of(free_);
    return static_cast<int>(std::count(free_.begin(), free_.end(), true));
  }

  std::uint32_t turn_;
  Allocation allocation_;
  FreePrbs prbs_;
  std::vector<bool> free_ = std::vector<bool>(51);
  std::vector<bool> taken_ = std::vector<bool>(51);  ///< Ever; by bitmap, blocked ones never are.
  std::optional<phy::PrbRange> last_;
  std::vector<std::size_t> last_taken_;
};

TEST(FreePrbs, never_gives_a_prb_twice_and_never_a_blocked_one) {
  for (const Allocation allocation : {Allocation::contiguous, Allocation::bitmap}) {
    for (std::uint32_t turn = 0; turn < 300; ++turn) {
      RandomSlot slot(turn, allocation);
      for (std::uint64_t step = 0; step < 40; ++step) {
        SCOPED_TRACE(::testing::Message()
                     << "seed " << seed << " turn " << turn << " step " << step);
        ASSERT_NO_FATAL_FAILURE(slot.step(step));
      }
    }
  }
}

TEST(FreePrbsDeathTest, hands_out_no_empty_range) {
  FreePrbs prbs;
  prbs.reset(slot_with({1}));
  EXPECT_DEATH(static_cast<void>(prbs.take(0, false)), "wanted");
}

}  // namespace
}  // namespace redcell::mac::gnb
