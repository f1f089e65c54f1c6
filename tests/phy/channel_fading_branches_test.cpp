// Goal: branches of one terminal fade apart, and fewer of them are the first of more. Method:
// products over thousands of links; bits compared between tiles of 1, 2 and 4 branches.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "tests/phy/fading_links.h"

namespace redcell::phy {
namespace {

using namespace delay_lines;

TEST(Fading, port_pairs_of_all_branches_are_independent) {
  constexpr std::size_t pairs = 8;
  std::vector<Complex> products(pairs * pairs);
  for_each_link(config_of(TdlProfile::tdl_a, 4, 2), population,
                [&](FadingTile& tile, std::size_t lane) {
                  for (std::size_t i = 0; i < pairs * pairs; ++i) {
                    products[i] += response_at(tile, 80 + i / pairs, lane) *
                                   std::conj(response_at(tile, 80 + i % pairs, lane));
                  }
                });
  const auto count = static_cast<double>(population);
  for (std::size_t i = 0; i < pairs * pairs; ++i) {
    const double expected = i / pairs == i % pairs ? 1.0 : 0.0;
    EXPECT_LT(std::abs(products[i] / count - expected), standard_errors / std::sqrt(count))
        << "pairs " << i / pairs << " and " << i % pairs;
  }
}

TEST(Fading, a_single_branch_is_branch_zero_of_two) {
  for (const TdlProfile profile : {TdlProfile::tdl_a, TdlProfile::tdl_e}) {
    const FadingConfig one = config_of(profile, 1, 2);
    const FadingConfig two = config_of(profile, 2, 2);
    FadingTile single(world(), one, links_of(lane_count, 0));
    FadingTile both(world(), two, links_of(lane_count, 0));
    single.refresh(std::vector<double>(lane_count, 8.75));
    both.refresh(std::vector<double>(lane_count, 8.75));
    for (const Where where : {Where{0, 0, 0}, Where{3, 0, 1}, Where{24, 0, 0}}) {
      ASSERT_EQ(response_at(single, row_of(one, where), 6),
                response_at(both, row_of(two, where), 6));
    }
  }
}

TEST(Fading, two_branches_are_the_first_of_four) {
  for (const TdlProfile profile : {TdlProfile::tdl_a, TdlProfile::tdl_e}) {
    for (const int ports : {1, 2}) {
      const FadingConfig two = config_of(profile, 2, ports);
      const FadingConfig four = config_of(profile, 4, ports);
      FadingTile pair(world(), two, links_of(lane_count, 0));
      FadingTile all(world(), four, links_of(lane_count, 0));
      pair.refresh(std::vector<double>(lane_count, 8.75));
      all.refresh(std::vector<double>(lane_count, 8.75));
      for (int i = 0; i < 25 * 2 * ports; ++i) {
        const Where where{i / (2 * ports), i / ports % 2, i % ports};
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
          ASSERT_EQ(response_at(pair, row_of(two, where), lane),
                    response_at(all, row_of(four, where), lane));
        }
        const Where second{where.group, where.rx + 2, where.tx};
        ASSERT_NE(response_at(all, row_of(four, second), 6),
                  response_at(pair, row_of(two, where), 6));
      }
    }
  }
}

}  // namespace
}  // namespace redcell::phy
