// Goal: a part that is closed leaves its PRBs to the wide part, from a slot that nothing has been
// granted in; it closes when nobody can be in it, and opens when all that is under way fits beside
// it. Method: three parts of 51 PRBs with PUCCH of 2 + 2, slots and PRBs by hand; every plan under
// the audit.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "mac/gnb/cell.h"
#include "tests/mac/moving_world.h"

namespace redcell::mac::gnb {
namespace {

using base::Slot;
using base::SlotCount;
using mac::testing::fdd_carrier;
using mac::testing::Firsts;
using mac::testing::MovingWorld;
using mac::testing::sibling_count;
using mac::testing::tdd_carrier;

/// Side by side, with a piece between them.
constexpr Firsts side_by_side{0, 60, 120};
constexpr std::int64_t k2_max = 8;
/// One period of the rarest SS/PBCH blocks, 40 ms.
constexpr std::int64_t on_air = 80;
/// PRBs in a row between PUCCH and the end of the carrier, while so many parts are open.
constexpr std::array<int, 3> longest{273 - 51, 273 - 111, 273 - 171};

/// The carrier with blocks: the cell-defining ones in the first part, others in the second.
phy::ResourceMapConfig with_blocks(phy::ResourceMapConfig carrier) {
  carrier.ssb = {.period = base::milliseconds(20),
                 .beam_count = 1,
                 .first_prb = 10,
                 .pattern = phy::SsbCase::c};
  carrier.ncd_ssb = {{.first_prb = 70, .period = base::milliseconds(40)}};
  return carrier;
}

/// All parts open, from slot 0 to the returned one.
std::int64_t open_all(MovingWorld& cell) {
  std::int64_t slot = 0;
  for (const std::uint32_t count : {2U, 3U}) {
    cell.world().cell().want_open(count, Slot(slot));
    slot += k2_max + on_air;
  }
  return slot;
}

/// The slot in which it is decided that the last part closes; -1: in none of 200.
std::int64_t closes_in(MovingWorld& cell, std::uint32_t index, std::int64_t from) {
  for (std::int64_t s = from; s < from + 200; ++s) {
    cell.run(s);
    // Its timer is followed while it is looked at.
    cell.world().cell().activate(index);
    cell.world().cell().want_open(2, Slot(s));
    if (cell.world().cell().open_parts().count() == 2) return s;
  }
  return -1;
}

class CellOpen : public ::testing::Test {
 protected:
  CellOpen() : cell_(with_blocks(fdd_carrier()), side_by_side) {}

  std::uint32_t connect(std::uint32_t bwp) {
    const std::uint32_t index = cell_.connect(bwp);
    Connection& c = cell_.world().connection(index);
    // Near the mast: any number of PRBs is loud enough.
    c.ul_quality.sinr_db_one_prb_full_power = 60;
    c.ul_quality.one_prb_power_below_max_db = -40;
    return index;
  }
  Cell& cell() { return cell_.world().cell(); }
  std::uint32_t open(std::int64_t slot) { return cell().open_parts().at(Slot(slot)); }
  /// Uplink without an end.
  void fill(std::uint32_t index) { cell_.load(index, 0, 10'000'000); }
  /// Runs a slot; grants arrive in theirs.
  const SlotPlan& run(std::int64_t slot, bool decoded = true) {
    std::erase_if(granted_, [&](const UlGrant& g) {
      if (g.pusch_slot >= Slot(slot)) return false;
      cell_.world().arrive(g, {.decoded = decoded, .sinr_db = 20});
      return true;
    });
    const SlotPlan& plan = cell_.run(slot);
    granted_.insert(granted_.end(), plan.uplink.begin(), plan.uplink.end());
    return plan;
  }
  std::int64_t open_all() { return gnb::open_all(cell_); }

  MovingWorld cell_;
  std::vector<UlGrant> granted_;
};

TEST_F(CellOpen, leaves_the_wide_part_what_closed_ones_would_have) {
  const std::uint32_t wide = connect(sibling_count);
  fill(wide);
  const SlotPlan plan = run(0);
  ASSERT_FALSE(plan.uplink.empty());
  EXPECT_EQ(plan.uplink.front().format.prb, (phy::PrbRange{51, longest[0]}));
  EXPECT_EQ(cell().map(1, Slot(0)).uplink(Slot(0)).usable_prb_count, 0);
  EXPECT_EQ(cell().map(1, Slot(0)).downlink(Slot(0)).usable_prb_count, 0);
  EXPECT_EQ(cell().map(3, Slot(0)).uplink(Slot(0)).usable_prb_count, 273 - 4);
}

TEST_F(CellOpen, keeps_the_slots_that_it_has_granted_in) {
  const std::uint32_t wide = connect(sibling_count);
  fill(wide);
  for (std::int64_t s = 0; s < 20; ++s) run(s);
  // Nothing is under way that would not fit.
  cell_.world().connection(wide).ul_backlog_bytes = 0;
  for (std::int64_t s = 20; s < 30; ++s) run(s);
  cell().want_open(2, Slot(30));
  EXPECT_EQ(open(30 + k2_max - 1), 1U);
  EXPECT_EQ(open(30 + k2_max), 2U);
  EXPECT_EQ(cell().open_parts().ready(Slot(30 + k2_max + on_air - 1)), 1U);
  EXPECT_EQ(cell().open_parts().ready(Slot(30 + k2_max + on_air)), 2U);
  fill(wide);
  for (std::int64_t s = 30; s < 60; ++s) {
    for (const UlGrant& g : run(s).uplink) {
      EXPECT_LE(g.format.prb.count, longest[1]) << "it could not be repeated";
    }
  }
}

// Eight processes hold blocks of 222 PRBs, none of which fits beside the second part. Repetitions
// go on until they have been heard.
TEST_F(CellOpen, opens_no_part_beside_which_a_block_could_not_be_repeated) {
  const std::uint32_t wide = connect(sibling_count);
  fill(wide);
  for (std::int64_t s = 0; s < 10; ++s) run(s, false);
  cell().want_open(2, Slot(10));
  std::int64_t opened = -1;
  for (std::int64_t s = 10; s < 200 && opened < 0; ++s) {
    const bool decoded = s >= 20;
    for (const UlGrant& g : run(s, decoded).uplink) {
      const int most = g.harq.attempt > 0 ? longest[0] : longest[1];
      EXPECT_LE(g.format.prb.count, most) << "slot " << s;
    }
    if (cell().open_parts().count() == 2) opened = s;
  }
  EXPECT_GT(opened, 22);
  const Connection& c = cell_.world().connection(wide);
  for (int process = 0; process < 16; ++process) {
    if (!c.ul_harq.is_busy(process)) continue;
    EXPECT_LE(c.ul_harq.format(process).prb_count, longest[1]);
  }
}

TEST_F(CellOpen, closes_a_part_when_its_last_terminal_has_left) {
  const std::int64_t start = open_all();
  const std::uint32_t index = connect(2);
  cell().want_open(2, Slot(start));
  for (std::int64_t s = start; s < start + 20; ++s) run(s);
  EXPECT_EQ(cell().open_parts().count(), 3U) << "somebody is in it";
  cell().switch_by_dci(index, 1);
  ASSERT_EQ(run(start + 20).switches.size(), 1U);
  int asked = 0;
  for (std::int64_t s = start + 21; s < start + 40; ++s) {
    asked += static_cast<int>(run(s).uplink.size());
    granted_.clear();
  }
  EXPECT_EQ(asked, 1) << "it has nothing to send";
  EXPECT_EQ(cell().open_parts().count(), 3U) << "it may not have heard";
  cell().found_in(index, 1, Slot(start + 40));
  cell().activate(index);
  run(start + 41);
  EXPECT_EQ(open(start + 41 + k2_max - 1), 3U);
  EXPECT_EQ(open(start + 41 + k2_max), 2U);
}

TEST_F(CellOpen, closes_no_part_that_a_terminal_is_told_to_go_to) {
  const std::int64_t start = open_all();
  const std::uint32_t index = connect(0);
  cell_.world().send_message(index, 100);
  cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 2});
  cell().want_open(2, Slot(start));
  EXPECT_EQ(cell().open_parts().count(), 3U);
  const SlotPlan plan = run(start);
  ASSERT_EQ(plan.downlink.size(), 1U);
  cell_.world().answer(plan.downlink.front(), true);
  EXPECT_TRUE(cell_.world().connection(index).bwp.pending().has_value());
  run(start + 1);
  EXPECT_EQ(cell().open_parts().count(), 3U);
}

// It comes back into it by itself, with a grant that is its own.
TEST_F(CellOpen, closes_no_part_in_which_somebody_has_a_configured_grant) {
  const std::int64_t start = open_all();
  ConnectionConfig config = mac::testing::connection_config(100);
  ConfiguredGrant& grant = config.configured_grant.emplace();
  grant.periodicity = SlotCount(100);
  grant.format = mac::testing::block_format(100);
  grant.format.bwp = 2;
  const std::uint32_t index = cell_.world().connect(12, config);
  cell().want_open(2, Slot(start));
  EXPECT_EQ(cell().open_parts().count(), 3U);
  cell_.world().disconnect(index);
  cell().want_open(2, Slot(start + 1));
  EXPECT_EQ(cell().open_parts().count(), 2U);
}

// A DCI that it has heard, and whose answer was lost, keeps it there for longer than the cell knows
// of.
TEST(CellOpenTimer, waits_for_the_timer_of_a_terminal_that_may_have_heard_a_dci) {
  constexpr std::int64_t inactivity = 60;
  MovingWorld cell(fdd_carrier(), side_by_side, inactivity);
  const std::int64_t slot = open_all(cell);
  const std::uint32_t index = cell.connect(2);
  Connection& c = cell.world().connection(index);
  c.bwp.on_dci(Slot(slot));
  cell.load(index, 1, 0);
  std::int64_t last_dci = -1;
  for (std::int64_t s = slot + 20; s < slot + 50; ++s) {
    for (const DlAssignment& a : cell.run(s).downlink) {
      last_dci = s;
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
    }
  }
  ASSERT_GT(last_dci, slot + 20);
  const std::int64_t closed = closes_in(cell, index, slot + 50);
  // Subframes of two slots; the gap comes behind it.
  EXPECT_GT(closed, last_dci + inactivity);
  EXPECT_LE(closed, last_dci + inactivity + 2 + 1);
  EXPECT_EQ(c.config.bwp, 0U);
}

// The first transmission of the command, whose answer was lost, may have been heard, or the one
// that was acknowledged: the cell's timer counts from the earlier, the terminal may be there until
// that of the later.
TEST(CellOpenTimer, waits_for_the_timer_of_a_terminal_that_may_have_come_late) {
  constexpr std::int64_t inactivity = 60;
  MovingWorld cell(fdd_carrier(), side_by_side, inactivity);
  const std::int64_t start = open_all(cell);
  const std::uint32_t index = cell.connect(0);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 2});
  const SlotPlan first = cell.run(start);
  ASSERT_EQ(first.downlink.size(), 1U);
  cell.world().cell().on_feedback(
      index, {.harq = first.downlink.front().harq, .ack = false, .heard = false});
  const SlotPlan second = cell.run(start + 20);
  ASSERT_EQ(second.downlink.size(), 1U);
  cell.world().answer(second.downlink.front(), true);
  const auto pending = cell.world().connection(index).bwp.pending();
  ASSERT_TRUE(pending.has_value());
  const std::int64_t late = pending->until.value() + inactivity;
  const std::int64_t closed = closes_in(cell, index, start + 21);
  EXPECT_GT(closed, late);
  EXPECT_LE(closed, late + 2 + 1);
}

// Of a part without anybody, for its terminal has left the cell: its grant is for eight slots on.
TEST(CellOpenTdd, closes_no_part_in_which_something_is_owed) {
  MovingWorld cell(tdd_carrier(), side_by_side);
  const std::int64_t start = (open_all(cell) / 10 + 1) * 10;
  const std::uint32_t index = cell.connect(2);
  cell.load(index, 0, 1000);
  const SlotPlan plan = cell.run(start);
  ASSERT_EQ(plan.uplink.size(), 1U);
  const Slot owed = plan.uplink.front().pusch_slot;
  ASSERT_EQ(owed, Slot(start + 8));
  cell.world().disconnect(index);
  cell.world().cell().want_open(2, owed);
  EXPECT_EQ(cell.world().cell().open_parts().count(), 3U);
  cell.world().cell().want_open(2, owed + SlotCount(1));
  EXPECT_EQ(cell.world().cell().open_parts().count(), 2U);
}

// Ratios are of the PRBs of a window, so a window has one count of parts.
TEST(CellOpenSlices, changes_parts_between_two_windows) {
  constexpr int window = 30;
  MovingWorld cell(with_blocks(fdd_carrier()), side_by_side, 0, [](CellConfig& c) {
    c.dl_slices = c.ul_slices = {{.max_percent = 50}, {.min_percent = 20}};
    c.slice_window_slots = window;
  });
  const std::uint32_t wide = cell.connect(sibling_count);
  Connection& c = cell.world().connection(wide);
  c.ul_quality.sinr_db_one_prb_full_power = 60;
  c.ul_quality.one_prb_power_below_max_db = -40;
  std::array<std::int64_t, 8> had{};
  std::vector<UlGrant> granted;
  for (std::int64_t s = 0; s < 7 * window; ++s) {
    if (s == 4 * window - 20) cell.world().cell().want_open(2, Slot(s));
    cell.load(wide, 0, 1'000'000);
    std::erase_if(granted, [&](const UlGrant& g) {
      if (g.pusch_slot >= Slot(s)) return false;
      cell.world().arrive(g, {.decoded = true, .sinr_db = 20});
      return true;
    });
    for (const UlGrant& g : cell.run(s).uplink) {
      had.at(static_cast<std::size_t>(g.pusch_slot.value() / window)) += g.format.prb_count;
      granted.push_back(g);
    }
  }
  EXPECT_EQ(cell.world().cell().open_parts().count(), 2U);
  EXPECT_EQ(cell.world().cell().open_parts().from().value() % window, 0);
  EXPECT_EQ(had[1], 269 * window / 2) << "PUCCH of 4 of 273 PRBs";
  EXPECT_EQ(had[6], 265 * window / 2);
}

// 269 PRBs are 134 for half of them, and 265 beside one more part 132: a block of 134 could never
// be sent again, and its slice would wait for ever.
TEST(CellOpenSlices, opens_when_a_slice_can_repeat_all_it_has_sent) {
  MovingWorld cell(fdd_carrier(), side_by_side, 0, [](CellConfig& c) {
    c.dl_slices = c.ul_slices = {{.max_percent = 50}, {.min_percent = 20}};
    c.slice_window_slots = 1;
  });
  const std::uint32_t wide = cell.connect(sibling_count);
  Connection& c = cell.world().connection(wide);
  c.ul_quality.sinr_db_one_prb_full_power = 60;
  c.ul_quality.one_prb_power_below_max_db = -40;
  std::vector<UlGrant> granted;
  int largest = 0;
  for (std::int64_t s = 0; s < 60; ++s) {
    if (s == 10) cell.world().cell().want_open(2, Slot(s));
    cell.load(wide, 0, 1'000'000);
    std::erase_if(granted, [&](const UlGrant& g) {
      if (g.pusch_slot >= Slot(s)) return false;
      cell.world().arrive(g, {.decoded = g.harq.attempt > 0, .sinr_db = 20});
      return true;
    });
    for (const UlGrant& g : cell.run(s).uplink) {
      largest = std::max(largest, g.format.prb_count);
      if (cell.world().cell().open_parts().count() == 2) {
        EXPECT_LE(g.format.prb_count, 132) << s;
      }
      granted.push_back(g);
    }
  }
  EXPECT_GT(largest, 132);
  EXPECT_EQ(cell.world().cell().open_parts().count(), 2U);
  EXPECT_FALSE(granted.empty());
}

}  // namespace
}  // namespace redcell::mac::gnb
