// Goal: groups cover the widest BWP once, do not cross the RedCap BWP's edges, and stand where
// their PRBs do. Method: hand-made plans; each PRB asked for its group, centres against the mean of
// the PRBs' own, counts by hand.
#include "scenarios/prb_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace redcell::scenarios {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr double prb_hz = 12 * 30e3;
/// Sums of a few hundred whole and half PRBs are exact.
constexpr double centre_error_max_hz = 1e-3;

struct Plan {
  phy::PrbRange redcap;
  phy::PrbRange wide;  ///< Empty: there is none.
  int group_size = 4;
};

phy::ResourceMapConfig bwp_of(const phy::PrbRange& prbs, int coreset_first, int coreset_count) {
  const phy::Numerology numerology(30);
  phy::ResourceMapConfig c{.numerology = numerology,
                           .duplex = phy::Duplex::fdd(numerology),
                           .bwp_dl = prbs,
                           .bwp_ul = prbs};
  c.coreset = {.symbol_count = 1, .prb_count = coreset_count, .first_prb = coreset_first};
  return c;
}

/// CORESETs of 48 PRBs where the RedCap BWP begins, and of 96 six PRBs behind it where there is
/// room.
LayerPlan layer_of(const Plan& plan) {
  LayerPlan layer;
  layer.channel.prb_group_size = plan.group_size;
  layer.bwps = {bwp_of(plan.redcap, 0, 48)};
  if (plan.wide.count > 0) {
    const int first = plan.redcap.first + 54;
    const bool fits = first + 96 <= plan.wide.end();
    layer.bwps.push_back(bwp_of(plan.wide, fits ? first - plan.wide.first : 0, fits ? 96 : 6));
  }
  return layer;
}

/// At the begin, in the middle, at the end, alone; a wide BWP that does not begin at PRB 0; one
/// that is the same; coarser than the wide BWP's groups.
std::vector<Plan> plans() {
  return {{.redcap = {0, 51}, .wide = {0, 273}},
          {.redcap = {100, 51}, .wide = {0, 273}},
          {.redcap = {100, 51}, .wide = {20, 250}},
          {.redcap = {0, 106}, .wide = {0, 160}},
          {.redcap = {0, 51}, .wide = {}},
          {.redcap = {30, 51}, .wide = {}},
          {.redcap = {10, 51}, .wide = {10, 160}},
          {.redcap = {0, 51}, .wide = {0, 51}},
          {.redcap = {60, 50}, .wide = {0, 273}, .group_size = 1}};
}

const phy::PrbRange& widest(const Plan& plan) {
  return plan.wide.count > 0 ? plan.wide : plan.redcap;
}

TEST(PrbGroups, have_every_prb_of_the_widest_bwp_once) {
  for (const Plan& plan : plans()) {
    const PrbGroups groups(layer_of(plan));
    int next_prb = widest(plan).first;
    for (int group = 0; group < groups.count(); ++group) {
      EXPECT_EQ(groups.prbs(group).first, next_prb) << group;
      EXPECT_GE(groups.prbs(group).count, 1) << group;
      next_prb = groups.prbs(group).end();
      for (int prb = groups.prbs(group).first; prb < next_prb; ++prb) {
        EXPECT_EQ(groups.of(prb), group) << prb;
      }
    }
    EXPECT_EQ(next_prb, widest(plan).end());
  }
}

TEST(PrbGroups, end_where_the_redcap_bwp_does) {
  for (const Plan& plan : plans()) {
    const PrbGroups groups(layer_of(plan));
    const GroupRange& own = groups.of_bwp(0);
    EXPECT_EQ(groups.prbs(own.first).first, plan.redcap.first);
    EXPECT_EQ(groups.prbs(own.end - 1).end(), plan.redcap.end());
    EXPECT_EQ(own.count(), (plan.redcap.count + plan.group_size - 1) / plan.group_size);
    if (plan.wide.count == 0) continue;
    EXPECT_EQ(groups.of_bwp(1).first, 0);
    EXPECT_EQ(groups.of_bwp(1).end, groups.count());
  }
}

TEST(PrbGroups, know_which_of_them_a_range_meets) {
  const PrbGroups groups(layer_of({.redcap = {100, 51}, .wide = {0, 273}}));
  // 7 before the RedCap BWP, the last of 4 PRBs; 13 in it, the last of 3.
  const auto of = [&](int first, int count) {
    const GroupRange range = groups.of(phy::PrbRange{first, count});
    return std::vector<int>{range.first, range.end};
  };
  EXPECT_THAT(of(0, 273), ElementsAre(0, 28));
  EXPECT_THAT(of(0, 16), ElementsAre(0, 1));
  EXPECT_THAT(of(15, 2), ElementsAre(0, 2));
  EXPECT_THAT(of(99, 1), ElementsAre(6, 7));
  EXPECT_THAT(of(99, 2), ElementsAre(6, 8));
  EXPECT_THAT(of(100, 51), ElementsAre(7, 20));
  EXPECT_THAT(of(150, 2), ElementsAre(19, 21));
  EXPECT_THAT(of(272, 1), ElementsAre(27, 28));
}

TEST(PrbGroups, stand_on_their_grids_where_their_prbs_do) {
  for (const Plan& plan : plans()) {
    const LayerPlan layer = layer_of(plan);
    const PrbGroups groups(layer);
    const double centre = widest(plan).first + (widest(plan).count - 1) / 2.0;
    for (std::uint32_t bwp = 0; bwp < layer.bwps.size(); ++bwp) {
      int group = groups.of_bwp(bwp).first;
      for (const phy::BlockGrid& grid : groups.grids(bwp)) {
        for (int i = 0; i < grid.count; ++i, ++group) {
          const phy::PrbRange& prbs = groups.prbs(group);
          double sum_hz = 0;
          for (int prb = prbs.first; prb < prbs.end(); ++prb) sum_hz += (prb - centre) * prb_hz;
          const double on_grid_hz = grid.first_centre.value() + i * grid.spacing.value();
          const double missing = grid.spacing.value() / prb_hz - prbs.count;
          // A smaller group, the last of its grid, stands as if it were full.
          EXPECT_TRUE(missing == 0 || i + 1 == grid.count) << group;
          EXPECT_NEAR(on_grid_hz, sum_hz / prbs.count + missing / 2 * prb_hz, centre_error_max_hz);
        }
      }
      EXPECT_EQ(group, groups.of_bwp(bwp).end);
    }
  }
}

TEST(PrbGroups, have_the_sizes_that_were_asked_for) {
  const PrbGroups groups(layer_of({.redcap = {100, 51}, .wide = {0, 273}}));
  ASSERT_EQ(groups.grids(0).size(), 1U);
  EXPECT_EQ(groups.grids(0)[0].spacing.value(), 4 * prb_hz);
  ASSERT_EQ(groups.grids(1).size(), 3U);
  EXPECT_EQ(groups.grids(1)[0].spacing.value(), 16 * prb_hz);
  EXPECT_EQ(groups.grids(1)[0].count, 7);
  EXPECT_EQ(groups.grids(1)[1].spacing.value(), 4 * prb_hz);
  EXPECT_EQ(groups.grids(1)[1].count, 13);
  EXPECT_EQ(groups.grids(1)[2].spacing.value(), 16 * prb_hz);
  EXPECT_EQ(groups.grids(1)[2].count, 8);
}

std::vector<int> joined(std::vector<int> a, const std::vector<int>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(PrbGroups, count_their_prbs) {
  const PrbGroups groups(layer_of({.redcap = {0, 51}, .wide = {0, 273}}));
  const std::vector<int> inner = joined(std::vector<int>(12, 4), {3});
  EXPECT_THAT(groups.prb_counts(0), ElementsAreArray(inner));
  // 222 more: 13 groups of 16 and one of 14.
  EXPECT_THAT(groups.prb_counts(1),
              ElementsAreArray(joined(inner, joined(std::vector<int>(13, 16), {14}))));

  const PrbGroups middle(layer_of({.redcap = {100, 51}, .wide = {0, 273}}));
  EXPECT_THAT(middle.prb_counts(0), ElementsAreArray(inner));
  const std::vector<int> before = joined(std::vector<int>(6, 16), {4});
  const std::vector<int> after = joined(std::vector<int>(7, 16), {10});
  EXPECT_THAT(middle.prb_counts(1), ElementsAreArray(joined(before, joined(inner, after))));
}

TEST(PrbGroups, count_the_prbs_of_each_coreset) {
  // PRBs 0 to 47, and 54 to 149: all but three of the group 51 to 66, five whole ones, and three
  // of 147 to 162.
  const std::vector<int> narrow(12, 4);
  const std::vector<int> wide{13, 16, 16, 16, 16, 16, 3};
  const PrbGroups groups(layer_of({.redcap = {0, 51}, .wide = {0, 273}}));
  EXPECT_THAT(groups.coreset_prb_counts(0), ElementsAreArray(narrow));
  EXPECT_THAT(groups.coreset_prb_counts(1), ElementsAreArray(wide));
  // PRBs 154 to 249: 13 of the group 151 to 166, five whole ones, and three of 247 to 262.
  const PrbGroups middle(layer_of({.redcap = {100, 51}, .wide = {0, 273}}));
  EXPECT_THAT(middle.coreset_prb_counts(0), ElementsAreArray(narrow));
  EXPECT_THAT(middle.coreset_prb_counts(1), ElementsAreArray(wide));
  for (const Plan& plan : plans()) {
    const LayerPlan layer = layer_of(plan);
    const PrbGroups some(layer);
    for (std::uint32_t bwp = 0; bwp < layer.bwps.size(); ++bwp) {
      const phy::PrbRange coreset = layer.bwps[bwp].coreset_prbs();
      const std::span<const int> each = some.coreset_prb_counts(bwp);
      EXPECT_EQ(static_cast<int>(each.size()), some.of(coreset).count());
      EXPECT_EQ(std::accumulate(each.begin(), each.end(), 0), coreset.count);
    }
  }
}

TEST(PrbGroupsDeathTest, refuse_a_redcap_bwp_outside_the_wide_one) {
  EXPECT_DEATH(PrbGroups{layer_of({.redcap = {0, 51}, .wide = {10, 200}})}, "redcap");
  EXPECT_DEATH(PrbGroups{layer_of({.redcap = {160, 51}, .wide = {10, 200}})}, "redcap");
}

// Four RedCap BWPs side by side, a gap, two that overlap: each consists of whole fine groups.
TEST(PrbGroups, are_fine_in_every_redcap_bwp) {
  for (const std::vector<int>& firsts :
       {std::vector<int>{0, 51, 102, 153}, std::vector<int>{5, 100}, std::vector<int>{0, 30}}) {
    LayerPlan layer;
    layer.channel.prb_group_size = 4;
    for (const int first : firsts) layer.bwps.push_back(bwp_of({first, 51}, 0, 48));
    layer.bwps.push_back(bwp_of({0, 273}, 204, 60));
    const PrbGroups groups(layer);
    for (std::uint32_t bwp = 0; bwp < firsts.size(); ++bwp) {
      const GroupRange& range = groups.of_bwp(bwp);
      EXPECT_EQ(groups.prbs(range.first).first, firsts[bwp]);
      EXPECT_EQ(groups.prbs(range.end - 1).end(), firsts[bwp] + 51);
      int on_grids = 0;
      for (const phy::BlockGrid& grid : groups.grids(bwp)) on_grids += grid.count;
      EXPECT_EQ(on_grids, range.count());
      for (int group = range.first; group < range.end; ++group) {
        EXPECT_LE(groups.prbs(group).count, 4);
      }
    }
    EXPECT_EQ(groups.of_bwp(static_cast<std::uint32_t>(firsts.size())).count(), groups.count());
  }
}

}  // namespace
}  // namespace redcell::scenarios
