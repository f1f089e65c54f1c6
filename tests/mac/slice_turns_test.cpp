// Goal: what a slice is owed is kept free where its terminals are.
// Method: candidates of two slices in a carrier with a narrow part and a wide one, by hand.
#include "mac/gnb/slice_turns.h"

#include <gtest/gtest.h>

#include <vector>

namespace redcell::mac::gnb {
namespace {

constexpr int narrow_prbs = 50;
constexpr int wide_prbs = 200;
constexpr int served_max = 4;

class TwoParts {
 public:
  explicit TwoParts(const std::vector<RrmPolicyRatio>& ratios)
      : shares_(ratios, std::vector<int>{wide_prbs}, 1, 0) {
    shares_.begin(base::Slot(0), at_);
    turns_.begin({narrow_prbs, wide_prbs}, {ratios.size(), 16, served_max});
    resources_.data_re.assign(narrow_prbs, 100);
    prbs_.reset(resources_, {});
  }
  /// A terminal of the narrow part asks.
  Candidate asks(std::uint32_t slice, int prb_count) {
    const auto number = static_cast<std::uint32_t>(candidates_.size());
    const Candidate candidate{
        .ue = {number}, .connection = number, .slice = slice, .rate_bits_per_slot = 1};
    candidates_.push_back(candidate);
    turns_.ask(candidate, prb_count);
    turns_.tell(at_);
    return candidate;
  }
  int room(const Candidate& candidate) const { return turns_.room(candidate, prbs_, shares_, at_); }
  void finish(Candidate candidate) { turns_.finish(candidate, at_); }
  bool is_content(const Candidate& candidate) const {
    return turns_.is_content(candidate, room(candidate), prbs_);
  }

 private:
  SliceShares shares_;
  SliceSlot at_;
  SliceTurns turns_;
  phy::SlotResources resources_;
  FreePrbs prbs_;
  std::vector<Candidate> candidates_;
};

TEST(SliceTurns, keep_free_in_a_part_what_is_asked_for_there_and_owed) {
  TwoParts parts({{}, {.min_percent = 20}});
  const Candidate crowd = parts.asks(0, narrow_prbs);
  const Candidate small = parts.asks(1, 8);
  const Candidate other = parts.asks(1, 4);
  EXPECT_EQ(parts.room(crowd), narrow_prbs - 12) << "though the carrier has 200";
  EXPECT_FALSE(parts.is_content(crowd));
  EXPECT_TRUE(parts.is_content(small));
  parts.finish(small);
  EXPECT_EQ(parts.room(crowd), narrow_prbs - 4);
  parts.finish(other);
  EXPECT_EQ(parts.room(crowd), narrow_prbs);
}

TEST(SliceTurns, let_nobody_wait_who_takes_nothing_from_others) {
  TwoParts parts({{}, {.min_percent = 20}});
  const Candidate large = parts.asks(0, 3 * narrow_prbs);
  EXPECT_TRUE(parts.is_content(large)) << "it has the rank it has";
  parts.asks(1, 8);
  EXPECT_FALSE(parts.is_content(large));
}

TEST(SliceTurns, keep_no_more_than_a_slot_can_serve) {
  TwoParts parts({{}, {.min_percent = 50}});
  const Candidate crowd = parts.asks(0, narrow_prbs);
  for (int i = 0; i < 9; ++i) parts.asks(1, i < 3 ? 4 : 2);
  EXPECT_EQ(parts.room(crowd), narrow_prbs - (3 * 4 + 2)) << "four terminals of the nine";
}

TEST(SliceTurns, keep_no_more_than_is_owed) {
  TwoParts parts({{}, {.min_percent = 10}});
  const Candidate crowd = parts.asks(0, narrow_prbs);
  parts.asks(1, narrow_prbs);
  EXPECT_EQ(parts.room(crowd), narrow_prbs - wide_prbs / 10);
}

TEST(SliceTurns, share_out_in_proportion_a_part_that_owes_more_than_it_has) {
  TwoParts parts({{.min_percent = 20}, {.min_percent = 60}});
  const Candidate a = parts.asks(0, narrow_prbs);
  const Candidate b = parts.asks(1, 40);
  EXPECT_EQ(parts.room(a), narrow_prbs * 40 / 80);
  EXPECT_EQ(parts.room(b), narrow_prbs * 40 / 80);
}

}  // namespace
}  // namespace redcell::mac::gnb
