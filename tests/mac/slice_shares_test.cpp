// Goal: ratios mean what TS 28.541 4.3.36 says: dedicated never lent, minimum kept while asked for,
// maximum held, and all of it over every window.
// Method: the account by hand for a few slots; then laws over random takers, each of whom takes
// what he is allowed and no more.
#include "mac/gnb/slice_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace redcell::mac::gnb {
namespace {

constexpr int prbs = 100;

class Shares {
 public:
  Shares(std::vector<RrmPolicyRatio> ratios, int window_slots, std::vector<int> prb_counts = {prbs})
      : shares_(ratios, prb_counts, window_slots, 0) {}
  /// Turns to a slot in which these slices ask for all PRBs there are.
  void go_to(std::int64_t slot, const std::vector<std::size_t>& asking) {
    shares_.begin(base::Slot(slot), at_);
    for (const std::size_t slice : asking) at_.asked[slice] = at_.prb_count;
  }
  int allowance(std::size_t slice) const { return shares_.allowance(slice, at_); }
  bool may_repeat(std::size_t slice, int count) { return shares_.may_repeat(slice, count, at_); }
  void change(std::int64_t from, const std::vector<int>& prb_counts) {
    shares_.change(base::Slot(from), prb_counts);
  }
  void take(std::size_t slice, int count) { shares_.take(slice, count, at_); }
  void is_served(std::size_t slice) { at_.asked[slice] = 0; }
  const SliceSlot& at() const { return at_; }

 private:
  SliceShares shares_;
  SliceSlot at_;
};

TEST(SliceShares, do_not_limit_where_there_is_one_slice) {
  Shares shares({{}}, 1);
  shares.go_to(0, {0});
  EXPECT_GE(shares.allowance(0), prbs);
}

TEST(SliceShares, keep_dedicated_prbs_empty_when_their_slice_does_not_use_them) {
  Shares shares({{}, {.dedicated_percent = 20, .min_percent = 30}}, 1);
  shares.go_to(0, {0});
  EXPECT_EQ(shares.allowance(0), 80) << "ten per cent are lent, twenty are not";
  shares.take(0, 80);
  EXPECT_EQ(shares.allowance(0), 0);
  EXPECT_EQ(shares.allowance(1), 20);
}

// Two windows of two slots: of 100 PRBs each, then of 60. A slot of the first is looked at again.
TEST(SliceShares, reckon_with_the_prbs_of_their_window) {
  Shares shares({{.max_percent = 50}, {.dedicated_percent = 20, .min_percent = 20}}, 2);
  shares.change(2, {60});
  shares.go_to(0, {0});
  EXPECT_EQ(shares.allowance(0), 50);
  shares.go_to(2, {0});
  EXPECT_EQ(shares.at().prb_count, 60);
  EXPECT_EQ(shares.allowance(0), 30);
  shares.take(0, 10);
  shares.go_to(3, {0});
  EXPECT_EQ(shares.allowance(0), 48) << "50 for the half of the window, less what is dedicated";
  shares.go_to(1, {0});
  EXPECT_EQ(shares.allowance(0), 80);
}

TEST(SliceShares, keep_the_minimum_free_while_it_is_asked_for) {
  Shares shares({{}, {.min_percent = 30}}, 1);
  shares.go_to(0, {0, 1});
  EXPECT_EQ(shares.allowance(0), 70);
  shares.is_served(1);
  EXPECT_EQ(shares.allowance(0), 100) << "what is not asked for is lent";
  EXPECT_EQ(shares.allowance(1), 100) << "beyond the minimum all share";
}

TEST(SliceShares, keep_no_more_than_can_be_used) {
  Shares shares({{}, {.min_percent = 50}}, 10);
  shares.go_to(5, {0});
  EXPECT_EQ(shares.allowance(0), 100);
  Shares few({{}, {.min_percent = 50}}, 10);
  few.go_to(5, {0, 1});
  EXPECT_EQ(few.allowance(0), 0) << "owed since the window began";
}

TEST(SliceShares, leave_out_who_has_prbs_of_its_own) {
  Shares shares({{}, {.min_percent = 30}, {.is_apart = true}}, 1);
  shares.go_to(0, {0, 1, 2});
  EXPECT_GE(shares.allowance(2), prbs);
  shares.take(2, 60);
  EXPECT_EQ(shares.allowance(0), 70) << "what it takes is not of these PRBs";
  shares.take(0, 70);
  EXPECT_EQ(shares.allowance(1), 30);
  EXPECT_GE(shares.allowance(2), prbs);
  EXPECT_TRUE(shares.may_repeat(2, prbs));
}

TEST(SliceShares, hold_the_maximum_on_an_idle_cell) {
  Shares shares({{}, {.max_percent = 25}}, 4);
  int used = 0;
  for (std::int64_t slot = 0; slot < 8; ++slot) {
    shares.go_to(slot, {1});
    const int allowance = shares.allowance(1);
    const bool is_saving = slot == 1 || slot == 2;
    if (!is_saving) {
      EXPECT_EQ(allowance, slot == 3 ? 75 : 25) << "saved inside the window only, slot " << slot;
      shares.take(1, allowance);
      used += allowance;
    }
  }
  EXPECT_EQ(used, 200);
}

TEST(SliceShares, keep_dedicated_prbs_of_others_from_repetitions) {
  Shares shares({{}, {.dedicated_percent = 20, .min_percent = 20}}, 1);
  shares.go_to(0, {0});
  EXPECT_FALSE(shares.may_repeat(0, 81));
  EXPECT_TRUE(shares.may_repeat(0, 80));
  shares.take(0, 30);
  EXPECT_FALSE(shares.may_repeat(0, 51)) << "thirty have been taken";
  EXPECT_TRUE(shares.may_repeat(0, 50));
}

TEST(SliceShares, let_repetitions_wait_for_what_is_owed_to_others) {
  Shares shares({{.min_percent = 10}, {.min_percent = 30}}, 2);
  shares.go_to(0, {0, 1});
  EXPECT_TRUE(shares.may_repeat(0, 90)) << "its own minimum is owed, too";
  shares.take(0, 20);
  shares.go_to(1, {0, 1});
  EXPECT_FALSE(shares.may_repeat(0, 41)) << "thirty of each slot are owed, none had";
  EXPECT_TRUE(shares.may_repeat(0, 40));
  shares.go_to(1, {0});
  EXPECT_TRUE(shares.may_repeat(0, 41)) << "nobody asks for it";
}

TEST(SliceShares, let_no_repetition_wait_longer_than_a_window) {
  constexpr int window = 4;
  Shares shares({{}, {.min_percent = 50}}, window);
  for (std::int64_t slot = 0; slot <= window; ++slot) {
    shares.go_to(slot, {0, 1});
    EXPECT_EQ(shares.may_repeat(0, 60), slot == window) << slot;
    shares.take(1, slot == window ? 40 : 50);
  }
  shares.go_to(window + 1, {0, 1});
  EXPECT_FALSE(shares.may_repeat(0, 60)) << "it has had its turn";
}

TEST(SliceShares, round_over_the_window_and_not_in_each_slot) {
  Shares shares({{}, {.dedicated_percent = 5, .min_percent = 5, .max_percent = 5}}, 20, {51});
  int used = 0;
  int lent = 0;
  for (std::int64_t slot = 0; slot < 20; ++slot) {
    shares.go_to(slot, {0, 1});
    const int others = shares.allowance(0);
    shares.take(0, others);
    lent += others;
    const int own = shares.allowance(1);
    shares.take(1, own);
    used += own;
  }
  EXPECT_EQ(used, 51);
  EXPECT_EQ(lent, 19 * 51);
}

TEST(SliceShares, count_the_prbs_that_a_slot_really_has) {
  Shares shares({{}, {.max_percent = 50}}, 2, {100, 0, 20, 60});
  shares.go_to(2, {1});
  EXPECT_EQ(shares.allowance(1), 10);
  shares.go_to(3, {1});
  EXPECT_EQ(shares.allowance(1), 40);
  shares.go_to(5, {1});
  EXPECT_EQ(shares.allowance(1), 0) << "no PRB has come in this slot";
}

// Takers at random in random order for two hundred windows: 3 to 5 slices, ratios that fit.
class SliceLaws : public testing::TestWithParam<int> {
 protected:
  double draw(std::uint64_t n) const {
    return dice_.uniform(base::Purpose::arrival, {.a = 1, .b = 0}, n);
  }
  base::Random dice_{static_cast<std::uint32_t>(GetParam()), 0};
};

TEST_P(SliceLaws, hold_in_every_window) {
  std::uint64_t n = 0;
  const int count = 3 + GetParam() % 3;
  const int window = 1 + static_cast<int>(20 * draw(n++));
  std::vector<RrmPolicyRatio> ratios;
  for (int i = 0; i < count; ++i) {
    RrmPolicyRatio r;
    r.min_percent = static_cast<int>(100.0 / count * draw(n++));
    r.dedicated_percent = static_cast<int>(r.min_percent * draw(n++));
    r.max_percent = static_cast<int>(std::ceil(r.min_percent + (100 - r.min_percent) * draw(n++)));
    ratios.push_back(r);
  }
  Shares shares(ratios, window);
  const auto slices = static_cast<std::size_t>(count);
  for (int w = 0; w < 200; ++w) {
    std::vector<int> used(slices);
    // The first slice is saturated all the time; the others come and go by windows.
    std::vector<std::size_t> asking{0};
    for (std::size_t s = 1; s < slices; ++s) {
      if (draw(n++) < 0.5) asking.push_back(s);
    }
    for (int i = 0; i < window; ++i) {
      shares.go_to(w * window + i, asking);
      std::vector<std::size_t> order = asking;
      for (std::size_t k = order.size(); k > 1; --k) {
        std::swap(order[k - 1],
                  order[static_cast<std::size_t>(draw(n++) * static_cast<double>(k))]);
      }
      for (const std::size_t s : order) {
        const int taken = shares.allowance(s);
        shares.take(s, taken);
        shares.is_served(s);
        used[s] += taken;
      }
      int free = prbs;
      for (const int u : shares.at().used) free -= u;
      ASSERT_GE(free, 0);
    }
    int idle_dedicated = 0;
    for (std::size_t s = 0; s < slices; ++s) {
      const double all = prbs * window / 100.0;
      ASSERT_LE(used[s], ratios[s].max_percent * all);
      const bool asks = std::find(asking.begin(), asking.end(), s) != asking.end();
      const double least = asks ? std::floor(ratios[s].min_percent * all) : 0;
      ASSERT_GE(used[s], least);
      if (!asks) idle_dedicated += static_cast<int>(std::floor(ratios[s].dedicated_percent * all));
    }
    int total = 0;
    for (const int u : used) total += u;
    ASSERT_LE(total, prbs * window - idle_dedicated);
  }
}

INSTANTIATE_TEST_SUITE_P(Ratios, SliceLaws, testing::Range(1, 13));

// Windows of two of three slots: 30, 40 and 50 PRBs.
TEST(SliceShares, has_room_for_a_block_in_its_smallest_window) {
  const std::vector<RrmPolicyRatio> ratios = {{.max_percent = 50}, {.min_percent = 20}};
  const std::vector<int> counts = {10, 20, 30};
  const SliceShares shares(ratios, counts, 2, 0);
  EXPECT_EQ(shares.most_in_any_window(0, counts), 15);
  EXPECT_EQ(shares.most_in_any_window(1, counts), 30);
  // Windows of nothing, and of too little to send anything: a block is in none of them.
  const std::vector<int> some = {0, 1, 20, 30};
  const SliceShares each(ratios, some, 1, 0);
  EXPECT_EQ(each.most_in_any_window(0, some), 10);
  EXPECT_EQ(each.most_in_any_window(1, some), 1);
  const std::vector<RrmPolicyRatio> alone(1);
  const SliceShares one(alone, counts, 2, 0);
  EXPECT_EQ(one.most_in_any_window(0, counts), unlimited_prbs);
}

}  // namespace
}  // namespace redcell::mac::gnb
