// Goal: the scheduler keeps the ratios of slices in both directions, in one bandwidth part and over
// two, and without slices nothing changes.
// Method: saturated UEs of two slices, answered at once; PRBs of what was assigned are added up by
// slice and by window and held against the ratios of the PRBs there were.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::CellConfig;
using gnb::RrmPolicyRatio;

constexpr int window_slots = 40;
constexpr int window_count = 10;
/// A block ends on a whole PRB, a group of PRBs may not be split, and a grant needs PRBs for its
/// reports: what a saturated slice may stay below its minimum.
constexpr double slack = 0.02;

/// PRBs by slice and window, and those there were.
struct Account {
  std::vector<std::array<double, 2>> used;
  std::vector<double> all;
  [[nodiscard]] double share(int slice) const {
    double sum = 0;
    double total = 0;
    for (std::size_t w = 0; w < all.size(); ++w) {
      sum += used[w][static_cast<std::size_t>(slice)];
      total += all[w];
    }
    return sum / total;
  }
  [[nodiscard]] double largest(int slice) const {
    double most = 0;
    for (std::size_t w = 0; w < all.size(); ++w) {
      most = std::max(most, used[w][static_cast<std::size_t>(slice)] / all[w]);
    }
    return most;
  }
};

struct Load {
  std::vector<RrmPolicyRatio> ratios;  ///< Of slice 0 and 1.
  std::array<int, 2> ues{2, 2};
  double error_share = 0;              ///< Of blocks that are repeated once.
  std::array<std::uint32_t, 2> bwp{};  ///< [slice]
};

using Bwps = std::vector<phy::ResourceMapConfig>;  ///< Narrowest first.

/// Both directions of a carrier whose UEs, numbered 100 on, belong to slice 0 and then to slice 1.
std::array<Account, 2> run(const Bwps& bwps, const Load& load) {
  const std::vector<phy::ResourceMap> maps(bwps.begin(), bwps.end());
  CellWorld world(bwps.front(), [&](CellConfig& c) {
    c.bwps.clear();
    for (const phy::ResourceMap& map : maps) c.bwps.push_back(&map);
    c.dl_slices = load.ratios;
    c.ul_slices = load.ratios;
    c.slice_window_slots = window_slots;
  });
  std::vector<std::size_t> slice_of;
  for (std::uint32_t slice = 0; slice < 2; ++slice) {
    for (int i = 0; i < load.ues[slice]; ++i) {
      gnb::ConnectionConfig ue =
          connection_config(100 + static_cast<std::uint32_t>(slice_of.size()));
      ue.bwp = load.bwp[slice];
      ue.dl_slice = slice;
      ue.ul_slice = slice;
      world.connect(10, ue);
      slice_of.push_back(slice);
    }
  }
  std::array<Account, 2> out;
  for (Account& account : out) {
    account.used.resize(window_count);
    account.all.resize(window_count);
  }
  for (std::int64_t s = 0; s < window_slots * window_count; ++s) {
    const base::Slot slot(s);
    const auto w = static_cast<std::size_t>(s / window_slots);
    out[0].all[w] += maps.back().downlink(slot).usable_prb_count;
    out[1].all[w] += maps.back().uplink(slot).usable_prb_count;
    for (std::uint32_t i = 0; i < slice_of.size(); ++i) {
      gnb::Connection& c = world.connection(i);
      if (c.waiting_bytes(world.now()) < 100'000) world.load(i, 50);
      c.ul_backlog_bytes = 100'000;
      world.cell().activate(i);
    }
    const gnb::SlotPlan plan = world.run(s);
    const auto fails = [&](const BlockFormat& format, int attempt) {
      return attempt == 0 && (format.tbs.value() / 8 + s) % 10 < 10 * load.error_share;
    };
    for (const DlAssignment& a : plan.downlink) {
      out[0].used[w][slice_of[a.ue.value - 100]] += a.format.prb_count;
      world.answer(a, !fails(a.format, a.harq.attempt));
    }
    for (const UlGrant& g : plan.uplink) {
      const auto window = static_cast<std::size_t>(g.pusch_slot.value() / window_slots);
      if (window < window_count) {
        out[1].used[window][slice_of[g.ue.value - 100]] += g.format.prb_count;
      }
      world.arrive(g, {.decoded = !fails(g.format, g.harq.attempt), .sinr_db = 20});
    }
  }
  return out;
}

class CellSlices : public ::testing::TestWithParam<phy::ResourceMapConfig> {};

TEST_P(CellSlices, give_each_its_minimum_when_all_want_everything) {
  for (const Account& account :
       run({GetParam()}, {.ratios = {{.min_percent = 60}, {.min_percent = 30}}, .ues = {1, 3}})) {
    EXPECT_GT(account.share(0), 0.6 - slack);
    EXPECT_GT(account.share(1), 0.3 - slack);
  }
}

TEST_P(CellSlices, lend_a_minimum_that_is_not_used) {
  for (const Account& account :
       run({GetParam()}, {.ratios = {{}, {.min_percent = 50}}, .ues = {3, 0}})) {
    EXPECT_GT(account.share(0), 0.9);
  }
}

TEST_P(CellSlices, leave_empty_what_is_dedicated_to_another) {
  const Load load{.ratios = {{}, {.dedicated_percent = 40, .min_percent = 40}}, .ues = {3, 0}};
  for (const Account& account : run({GetParam()}, load)) {
    EXPECT_LE(account.largest(0), 0.6 + 1 / account.all.front()) << "whole PRBs of a window";
    EXPECT_GT(account.share(0), 0.6 - 4 * slack);
  }
}

TEST_P(CellSlices, hold_the_maximum_on_an_idle_cell_and_with_repetitions) {
  for (const double error_share : {0.0, 0.3}) {
    const Load load{.ratios = {{}, {.max_percent = 30}}, .ues = {0, 3}, .error_share = error_share};
    for (const Account& account : run({GetParam()}, load)) {
      EXPECT_LE(account.largest(1), 0.3 + 1e-9);
      EXPECT_GT(account.share(1), 0.3 - 2 * slack);
    }
  }
}

TEST_P(CellSlices, that_nobody_limits_change_nothing) {
  const auto all = [&](const std::vector<RrmPolicyRatio>& ratios) {
    return run({GetParam()}, {.ratios = ratios, .ues = {4, 0}});
  };
  const auto one = all({{}});
  const auto two = all({{}, {}});
  for (std::size_t d = 0; d < 2; ++d) EXPECT_EQ(one[d].used, two[d].used);
}

TEST(CellSlicesInTime, let_a_block_be_repeated_when_the_maximum_has_room_for_it) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) {
    c.dl_slices = {{}, {.max_percent = 20}};
    c.slice_window_slots = 10;
  });
  gnb::ConnectionConfig ue = connection_config(100);
  ue.dl_slice = 1;
  const std::uint32_t index = world.connect(10, ue);
  for (std::int64_t slot = 0; slot < 9; ++slot) world.run(slot);
  world.load(index, 100);
  const gnb::SlotPlan first = world.run(9);
  ASSERT_EQ(first.downlink.size(), 1U) << "all that the window has left";
  const int prb_count = first.downlink.front().format.prb_count;
  ASSERT_GT(prb_count, 40);
  world.answer(first.downlink.front(), false);
  std::int64_t had = 0;
  for (std::int64_t slot = 10; slot < 20; ++slot) {
    had += world.map().downlink(base::Slot(slot)).usable_prb_count;
    const gnb::SlotPlan plan = world.run(slot);
    int repeated = 0;
    for (const DlAssignment& a : plan.downlink) {
      if (a.harq.attempt > 0) repeated += a.format.prb_count;
    }
    if (repeated == 0) continue;
    EXPECT_EQ(repeated, prb_count);
    EXPECT_LE(prb_count, had / 5) << "slot " << slot;
    return;
  }
  ADD_FAILURE() << "never repeated";
}

TEST(CellSlicesInTime, lend_what_a_slice_cannot_use_before_its_blocks_are_answered) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) {
    c.dl_slices = {{}, {.min_percent = 80}};
    c.slice_window_slots = 10;
    c.harq.process_count = 2;
  });
  gnb::ConnectionConfig other = connection_config(101);
  other.dl_slice = 1;
  const std::array<std::uint32_t, 2> ues{world.connect(10, connection_config(100)),
                                         world.connect(10, other)};
  int prbs = 0;
  for (std::int64_t slot = 0; slot < 9; ++slot) {
    for (const std::uint32_t index : ues) world.load(index, 20);
    const gnb::SlotPlan plan = world.run(slot);
    prbs = 0;
    for (const DlAssignment& a : plan.downlink) {
      if (a.ue != base::UeId{100}) continue;
      prbs = a.format.prb_count;
      world.answer(a, true);
    }
  }
  EXPECT_EQ(prbs, world.map().downlink(base::Slot(8)).usable_prb_count);
}

// Slice 0 has many small packets, slice 1 is saturated.
class SmallBesideFull : public ::testing::TestWithParam<int> {
 protected:
  /// PRBs of slice 1, and those that nobody had, as shares of all downlink PRBs.
  std::array<double, 2> run(const std::vector<RrmPolicyRatio>& ratios, int small_count,
                            const phy::ResourceMapConfig& carrier = fdd_carrier()) {
    CellWorld world(carrier, [&](CellConfig& c) {
      c.dl_slices = ratios;
      c.slice_window_slots = GetParam();
    });
    for (int i = 0; i < small_count; ++i) {
      world.connect(10, connection_config(100 + static_cast<std::uint32_t>(i)));
    }
    gnb::ConnectionConfig full = connection_config(100 + static_cast<std::uint32_t>(small_count));
    full.dl_slice = 1;
    const std::uint32_t last = world.connect(10, full);
    double all = 0;
    double own = 0;
    double used = 0;
    for (std::int64_t s = 0; s < 400; ++s) {
      for (std::uint32_t i = 0; i < last; ++i) {
        if (world.connection(i).waiting_bytes(world.now()) == 0) world.send_message(i, 40);
      }
      if (world.connection(last).waiting_bytes(world.now()) < 100'000) world.load(last, 50);
      all += world.map().downlink(base::Slot(s)).usable_prb_count;
      const gnb::SlotPlan plan = world.run(s);
      for (const DlAssignment& a : plan.downlink) {
        used += a.format.prb_count;
        if (a.ue.value == full.ue.value) own += a.format.prb_count;
        world.answer(a, true);
      }
    }
    return {own / all, 1 - used / all};
  }
};

TEST_P(SmallBesideFull, leaves_a_turn_to_each_slice) {
  const auto [own, empty] = run({{.min_percent = 60}, {.min_percent = 30}}, 8);
  EXPECT_GT(own, 0.9) << "eight small ones for the four that a slot serves";
  EXPECT_LT(empty, slack);
}

TEST_P(SmallBesideFull, keeps_no_more_for_them_than_they_have_to_send) {
  const auto [own, empty] = run({{.min_percent = 40}, {.min_percent = 50}}, 1);
  EXPECT_LT(empty, slack);
}

TEST_P(SmallBesideFull, counts_no_prb_as_lost_that_was_never_there) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.paging = {.period = base::milliseconds(1), .prb_count = 20, .first_prb = 15};
  const auto [own, empty] = run({{.min_percent = 40}, {.min_percent = 50}}, 1, carrier);
  EXPECT_LT(empty, slack);
}

INSTANTIATE_TEST_SUITE_P(Windows, SmallBesideFull, ::testing::Values(1, 5, 20));

// No minimum, no other limit: of two saturated slices the first of the list is not always first.
TEST(CellSlicesInTime, let_equals_go_first_in_turn) {
  for (const Account& account : run({fdd_carrier()}, {.ratios = {{}, {}}, .ues = {1, 1}})) {
    EXPECT_NEAR(account.share(0), 0.5, 0.1);
    EXPECT_NEAR(account.share(1), 0.5, 0.1);
  }
}

// Slice 1 stands in 24 of 51 PRBs: it cannot have the 80 % that it is owed.
TEST(CellSlicesOverParts, keep_no_more_free_than_a_part_can_take) {
  phy::ResourceMapConfig narrow = tdd_carrier();
  narrow.bwp_dl = narrow.bwp_ul = {0, 24};
  narrow.coreset.prb_count = 24;
  phy::ResourceMapConfig wide = tdd_carrier();
  wide.coreset.prb_count = 24;
  wide.coreset.first_prb = 24;
  const Load load{.ratios = {{}, {.min_percent = 80}}, .ues = {2, 2}, .bwp = {1, 0}};
  for (const Account& account : run({narrow, wide}, load)) {
    EXPECT_GT(account.share(1), 20 / 51.0);
    EXPECT_GT(account.share(0), 20 / 51.0);
  }
}

TEST(CellSlicesOverParts, count_what_a_slice_has_in_all_of_them) {
  phy::ResourceMapConfig narrow = tdd_carrier();
  narrow.bwp_dl = narrow.bwp_ul = {0, 24};
  narrow.coreset.prb_count = 24;
  phy::ResourceMapConfig wide = tdd_carrier();
  wide.coreset.prb_count = 24;
  wide.coreset.first_prb = 24;
  const Load load{.ratios = {{.min_percent = 70}, {}}, .ues = {2, 2}, .bwp = {1, 0}};
  for (const Account& account : run({narrow, wide}, load)) {
    EXPECT_GT(account.share(0), 0.7 - 3 * slack) << "the narrow part goes first, and leaves it";
  }
}

// Paging on PRBs 6 and 7: the wide part loses their group of four, the narrow one a group of two.
TEST(CellSlicesOverParts, share_out_what_any_of_them_can_use) {
  phy::ResourceMapConfig narrow = fdd_carrier();
  narrow.bwp_dl = narrow.bwp_ul = {0, 36};
  narrow.coreset.prb_count = 36;
  narrow.paging = {.period = base::milliseconds(1), .prb_count = 2, .first_prb = 6};
  phy::ResourceMapConfig wide = narrow;
  wide.bwp_dl = wide.bwp_ul = {0, 48};
  wide.coreset.prb_count = 12;
  wide.coreset.first_prb = 36;
  const std::array<phy::ResourceMap, 2> maps{phy::ResourceMap(narrow), phy::ResourceMap(wide)};
  ASSERT_EQ(maps[0].downlink(base::Slot(0)).usable_prb_count, 36 - 2);
  ASSERT_EQ(maps[1].downlink(base::Slot(0)).usable_prb_count, 48 - 4);
  CellWorld world(narrow, [&](CellConfig& c) {
    c.bwps = {maps.data(), &maps[1]};
    c.dl_slices = {{}, {.dedicated_percent = 50, .min_percent = 50}};
    c.slice_window_slots = 1;
  });
  const std::uint32_t ue = world.connect(10);
  world.load(ue, 50);
  const gnb::SlotPlan plan = world.run(0);
  ASSERT_EQ(plan.downlink.size(), 1U);
  EXPECT_EQ(plan.downlink.front().format.prb_count, (48 - 2) / 2);
}

/// Who had something new to send in slot 0 of the downlink, by what held him up.
std::array<int, gnb::bound_count> downlink_bounds(const phy::ResourceMapConfig& carrier,
                                                  const std::vector<int>& packets,
                                                  const std::function<void(CellConfig&)>& change) {
  CellWorld world(carrier, change);
  for (const int count : packets) world.load(world.connect(15), count);
  return world.run(0).bounds.at(0)[0];
}

TEST(CellBounds, name_what_holds_a_terminal_up) {
  using Counts = std::array<int, gnb::bound_count>;
  const phy::ResourceMapConfig carrier = fdd_carrier();
  phy::ResourceMapConfig short_coreset = carrier;
  short_coreset.coreset.prb_count = 6;
  const auto nothing = [](CellConfig&) {};
  // none, prbs, cces, terminals, slice, block.
  EXPECT_EQ(downlink_bounds(carrier, {1}, nothing), (Counts{1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(downlink_bounds(carrier, {100}, nothing), (Counts{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(downlink_bounds(carrier, {100, 1}, nothing)[1], 2) << "one is cut, one has none";
  EXPECT_EQ(downlink_bounds(short_coreset, {1, 1}, nothing), (Counts{1, 0, 1, 0, 0, 0}));
  EXPECT_EQ(downlink_bounds(carrier, {1, 1}, [](CellConfig& c) { c.max_ues_per_slot = 1; }),
            (Counts{1, 0, 0, 1, 0, 0}));
  const auto with_maximum = [](CellConfig& c) { c.dl_slices = {{.max_percent = 20}, {}}; };
  EXPECT_EQ(downlink_bounds(carrier, {100}, with_maximum), (Counts{0, 0, 0, 0, 1, 0}));
  const auto with_more = [](CellConfig& c) { c.dl_slices = {{.max_percent = 70}, {}}; };
  EXPECT_EQ(downlink_bounds(carrier, {100}, with_more), (Counts{0, 0, 0, 0, 1, 0}));
}

// What it may have is less than there was, and more than what is left then.
TEST(CellBounds, name_the_slice_that_cuts_an_uplink_block) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.ul_slices = {{.max_percent = 70}, {}}; });
  const std::uint32_t ue = world.connect(15);
  world.connection(ue).ul_quality.one_prb_power_below_max_db = -40;
  world.connection(ue).ul_backlog_bytes = 1'000'000;
  world.cell().activate(ue);
  const auto& counts = world.run(0).bounds.at(0)[1];
  EXPECT_GT(counts[static_cast<std::size_t>(gnb::Bound::slice)], 0);
  EXPECT_EQ(counts[static_cast<std::size_t>(gnb::Bound::block)], 0);
  EXPECT_EQ(counts[static_cast<std::size_t>(gnb::Bound::prbs)], 0);
}

TEST(CellBounds, name_the_block_where_power_ends_it) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(15);
  world.connection(ue).ul_quality.sinr_db_one_prb_full_power = 5;
  world.connection(ue).ul_backlog_bytes = 100'000;
  world.cell().activate(ue);
  const auto& counts = world.run(0).bounds.at(0)[1];
  EXPECT_GT(counts[static_cast<std::size_t>(gnb::Bound::block)], 0);
  EXPECT_EQ(counts[static_cast<std::size_t>(gnb::Bound::prbs)], 0);
}

INSTANTIATE_TEST_SUITE_P(Carriers, CellSlices, ::testing::Values(tdd_carrier(), fdd_carrier()),
                         [](const auto& each) {
                           return each.index == 0 ? std::string("tdd") : std::string("fdd");
                         });

}  // namespace
}  // namespace redcell::mac::testing
