// Goal: a set of PRBs kept as bits says what a plain list of them says.
// Method: random ranges in, every question asked of both; sizes around the borders of words.
#include "mac/gnb/prb_bits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace redcell::mac::gnb {
namespace {

constexpr std::uint32_t seed = 29;

class BothSets {
 public:
  explicit BothSets(std::uint32_t world) {
    const int ranges = 1 + draw(world, 6);
    for (int i = 0; i < ranges; ++i) {
      const int first = draw(world, phy::carrier_prb_count_max);
      const int count = 1 + draw(world, phy::carrier_prb_count_max - first);
      add({.first = first, .count = i % 2 == 0 ? std::min(count, 7) : count / 4});
    }
  }
  [[nodiscard]] const PrbBits& bits() const { return bits_; }
  [[nodiscard]] bool at(int prb) const {
    return prb < prb_bits_count && list_[static_cast<std::size_t>(prb)];
  }
  int draw(std::uint32_t world, int below) {
    const auto word = base::Random(seed, world).at(base::Purpose::placement, {}, index_++)[0];
    return static_cast<int>(word % static_cast<std::uint32_t>(below));
  }

 private:
  void add(const phy::PrbRange& range) {
    bits_.add(range);
    for (int prb = range.first; prb < range.end(); ++prb) {
      list_[static_cast<std::size_t>(prb)] = true;
    }
  }
  std::uint32_t index_ = 0;
  PrbBits bits_;
  std::vector<bool> list_ = std::vector<bool>(prb_bits_count);
};

TEST(PrbBits, holds_what_was_added_and_counts_it) {
  for (std::uint32_t world = 0; world < 200; ++world) {
    BothSets both(world);
    int count = 0;
    for (int prb = 0; prb < prb_bits_count; ++prb) {
      EXPECT_EQ(both.bits().at(prb), both.at(prb)) << "seed " << seed << ", world " << world;
      count += both.at(prb) ? 1 : 0;
      EXPECT_EQ(both.bits().count({.first = 0, .count = prb + 1}), count) << world;
    }
    const phy::PrbRange some{.first = both.draw(world, 130), .count = both.draw(world, 140)};
    int inside = 0;
    for (int prb = some.first; prb < some.end(); ++prb) inside += both.at(prb) ? 1 : 0;
    EXPECT_EQ(both.bits().count(some), inside) << world;
  }
}

TEST(PrbBits, finds_the_next_one_and_the_next_gap) {
  for (std::uint32_t world = 0; world < 200; ++world) {
    const BothSets both(world);
    int next = prb_bits_count;
    int gap = prb_bits_count;
    for (int prb = prb_bits_count - 1; prb >= 0; --prb) {
      (both.at(prb) ? next : gap) = prb;
      EXPECT_EQ(both.bits().next(prb), next) << "seed " << seed << ", world " << world;
      EXPECT_EQ(both.bits().next_gap(prb), gap) << "seed " << seed << ", world " << world;
    }
    EXPECT_EQ(both.bits().next(prb_bits_count), prb_bits_count);
  }
}

TEST(PrbBits, moves_down_and_fills_groups) {
  for (std::uint32_t world = 0; world < 200; ++world) {
    BothSets both(world);
    const int by = both.draw(world, prb_bits_count);
    const PrbBits moved = both.bits().moved_down(by);
    for (int prb = 0; prb < prb_bits_count; ++prb) {
      EXPECT_EQ(moved.at(prb), both.at(prb + by)) << "seed " << seed << ", world " << world;
    }
    for (const int size : {2, 4, 8, 16, 32}) {
      const PrbBits groups = both.bits().in_groups(size);
      for (int first = 0; first < prb_bits_count; first += size) {
        bool any = false;
        for (int prb = first; prb < first + size; ++prb) any = any || both.at(prb);
        for (int prb = first; prb < first + size; ++prb) {
          EXPECT_EQ(groups.at(prb), any) << "seed " << seed << ", world " << world << ", " << size;
        }
      }
    }
  }
}

}  // namespace
}  // namespace redcell::mac::gnb
