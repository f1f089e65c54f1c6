// Goal: what a slot has given away before it is looked at again, to earlier grants or repetitions,
// is neither given twice nor missing in the account of what held terminals up.
// Method: few UEs by hand; PUSCH slots that two slots grant, and blocks that are repeated.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::CellConfig;
using Counts = std::array<int, gnb::bound_count>;

/// Uplink bounds of slot 1, which grants PUSCH slots 8 and 9, after slot 0 has granted slot 8.
Counts bounds_of_second_slot(std::uint64_t backlog_bytes, int max_ues_per_slot) {
  CellWorld world(tdd_carrier(), [&](CellConfig& c) {
    c.k2 = {7, 8};
    c.max_ues_per_slot = max_ues_per_slot;
  });
  for (int i = 0; i < 3; ++i) {
    const std::uint32_t ue = world.connect(10);
    world.connection(ue).ul_backlog_bytes = backlog_bytes;
    world.cell().activate(ue);
  }
  EXPECT_EQ(world.run(0).uplink.size(), 1u);
  EXPECT_EQ(world.run(1).uplink.size(), 1u) << "slot 8 has nothing left";
  EXPECT_EQ(world.plan().uplink.at(0).pusch_slot, base::Slot(9));
  return world.plan().bounds.at(0)[1];
}

TEST(CellFullSlot, holds_up_by_prbs_who_finds_none_left) {
  // Two in slot 8, who have had nothing of it; three in slot 9, one of them served in part.
  EXPECT_EQ(bounds_of_second_slot(1'000'000, 4), (Counts{0, 5, 0, 0, 0, 0}));
}

TEST(CellFullSlot, holds_up_by_terminals_who_finds_as_many_served_as_may_be) {
  // One of three is done. Two in slot 8; in slot 9 one is served and one is not.
  EXPECT_EQ(bounds_of_second_slot(20, 1), (Counts{1, 0, 0, 3, 0, 0}));
}

class CellRepetitions : public ::testing::TestWithParam<bool> {};

TEST_P(CellRepetitions, leave_their_terminal_nothing_new_in_the_slot) {
  CellWorld world(fdd_carrier(), [&](CellConfig& c) {
    c.k2 = {4};
    if (GetParam()) c.dl_slices = c.ul_slices = {{}, {.min_percent = 40}};
  });
  for (std::uint32_t i = 0; i < 2; ++i) {
    gnb::ConnectionConfig ue = connection_config(100 + i);
    if (GetParam()) ue.dl_slice = ue.ul_slice = i;
    world.connect(10, ue);
  }
  std::array<int, 2> repetitions{};
  for (std::int64_t slot = 0; slot < 40; ++slot) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      world.load(i, 1);
      world.connection(i).ul_backlog_bytes = 300;
      world.cell().activate(i);
    }
    const gnb::SlotPlan plan = world.run(slot);
    std::set<std::pair<std::size_t, std::uint32_t>> seen;
    for (const DlAssignment& a : plan.downlink) {
      EXPECT_TRUE(seen.insert({0, a.ue.value}).second) << "slot " << slot;
      repetitions[0] += a.harq.attempt > 0 ? 1 : 0;
      world.answer(a, a.harq.attempt > 0 || slot % 3 != 0);
    }
    for (const UlGrant& g : plan.uplink) {
      EXPECT_TRUE(seen.insert({1, g.ue.value}).second) << "slot " << slot;
      repetitions[1] += g.harq.attempt > 0 ? 1 : 0;
      world.arrive(g, {.decoded = g.harq.attempt > 0 || slot % 3 != 0, .sinr_db = 20});
    }
  }
  EXPECT_GT(repetitions[0], 10);
  EXPECT_GT(repetitions[1], 10);
}

INSTANTIATE_TEST_SUITE_P(Slices, CellRepetitions, ::testing::Bool());

}  // namespace
}  // namespace redcell::mac::testing
