// Goal: a switch of BWP has the gap that the standard gives it, and the inactivity timer leads
// back. Method: slots by hand; the table against TS 38.133.
#include "mac/bwp.h"

#include <gtest/gtest.h>

namespace redcell::mac {
namespace {

using base::Slot;
using base::SlotCount;

/// Type 1 at 30 kHz; 10 ms and 6 ms of RRC.
constexpr BwpTiming timing{.switch_delay = SlotCount(2),
                           .rrc_processing = SlotCount(20),
                           .rrc_switch = SlotCount(12),
                           .inactivity = SlotCount(0),
                           .subframe = SlotCount(2),
                           .default_bwp = 0};
BwpTiming with_timer(std::int64_t slots) {
  BwpTiming t = timing;
  t.inactivity = SlotCount(slots);
  return t;
}

TEST(BwpSwitchDelay, is_the_table_of_the_standard) {
  EXPECT_EQ(bwp_switch_delay(0, 1), SlotCount(1));
  EXPECT_EQ(bwp_switch_delay(1, 1), SlotCount(2));
  EXPECT_EQ(bwp_switch_delay(2, 1), SlotCount(3));
  EXPECT_EQ(bwp_switch_delay(3, 1), SlotCount(6));
  EXPECT_EQ(bwp_switch_delay(0, 2), SlotCount(3));
  EXPECT_EQ(bwp_switch_delay(1, 2), SlotCount(5));
  EXPECT_EQ(bwp_switch_delay(2, 2), SlotCount(9));
  EXPECT_EQ(bwp_switch_delay(3, 2), SlotCount(18));
}

TEST(ActiveBwp, is_in_neither_part_between_the_dci_and_its_delay) {
  ActiveBwp bwp(timing, 1);
  bwp.on_switch_dci(Slot(100), 2);
  EXPECT_TRUE(bwp.in_gap(Slot(100)));
  EXPECT_TRUE(bwp.in_gap(Slot(101)));
  EXPECT_FALSE(bwp.in_gap(Slot(102)));
  EXPECT_FALSE(bwp.advance(Slot(101)).has_value());
  EXPECT_EQ(bwp.bwp(), 1U);
  const auto done = bwp.advance(Slot(102));
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->from_bwp, 1U);
  EXPECT_EQ(done->cause, BwpCause::dci);
  EXPECT_EQ(bwp.bwp(), 2U);
  EXPECT_FALSE(bwp.pending().has_value());
}

// PDSCH in slot 100: RRC takes 20 slots from its end, the terminal works on; then 12 of silence.
TEST(ActiveBwp, works_on_while_rrc_is_processed) {
  ActiveBwp bwp(timing, 0);
  bwp.on_command(Slot(100), Slot(100), 3);
  EXPECT_FALSE(bwp.in_gap(Slot(120)));
  EXPECT_TRUE(bwp.in_gap(Slot(121)));
  EXPECT_TRUE(bwp.in_gap(Slot(132)));
  EXPECT_FALSE(bwp.in_gap(Slot(133)));
  EXPECT_EQ(bwp.next(Slot(100)), Slot(121));
  EXPECT_EQ(bwp.next(Slot(121)), Slot(133));
  ASSERT_TRUE(bwp.advance(Slot(133)).has_value());
  EXPECT_EQ(bwp.bwp(), 3U);
}

TEST(ActiveBwp, allows_what_lies_on_one_side_of_the_gap) {
  ActiveBwp bwp(timing, 0);
  EXPECT_TRUE(bwp.allows(Slot(100), Slot(140)));
  bwp.on_command(Slot(100), Slot(100), 3);
  EXPECT_TRUE(bwp.allows(Slot(118), Slot(120)));
  EXPECT_FALSE(bwp.allows(Slot(118), Slot(121)));
  EXPECT_FALSE(bwp.allows(Slot(118), Slot(140))) << "over the gap";
  EXPECT_FALSE(bwp.allows(Slot(132), Slot(133)));
  EXPECT_TRUE(bwp.allows(Slot(133), Slot(140)));
}

// Decoded with the transmission of slot 100 or of slot 108: away from 121 on, or until 140.
TEST(ActiveBwp, is_away_for_every_slot_in_which_a_command_may_have_been_heard) {
  ActiveBwp bwp(with_timer(40), 0);
  bwp.on_command(Slot(100), Slot(108), 3);
  EXPECT_FALSE(bwp.in_gap(Slot(120)));
  EXPECT_TRUE(bwp.in_gap(Slot(121)));
  EXPECT_TRUE(bwp.in_gap(Slot(140)));
  EXPECT_FALSE(bwp.in_gap(Slot(141)));
  ASSERT_TRUE(bwp.advance(Slot(141)).has_value());
  // Of the first: from 133 on, in subframe 66.
  EXPECT_EQ(bwp.next(Slot(141)), Slot(174));
}

// What would be answered behind the end of the timer may find the terminal gone.
TEST(ActiveBwp, allows_nothing_beyond_the_end_of_its_timer) {
  ActiveBwp bwp(with_timer(40), 2);
  bwp.on_dci(Slot(100));
  EXPECT_TRUE(bwp.allows(Slot(138), Slot(141)));
  EXPECT_FALSE(bwp.allows(Slot(138), Slot(142)));
  bwp.on_dci(Slot(102));
  EXPECT_TRUE(bwp.allows(Slot(138), Slot(142)));
  EXPECT_TRUE(ActiveBwp(with_timer(40), 0).allows(Slot(138), Slot(500))) << "no timer runs";
}

// 20 subframes: those of slots 100 and 101 do not count, 102 to 141 do.
TEST(ActiveBwp, counts_the_timer_in_whole_subframes) {
  for (const std::int64_t start : {100, 101}) {
    ActiveBwp bwp(with_timer(40), 2);
    bwp.on_dci(Slot(start));
    bwp.advance(Slot(141));
    EXPECT_FALSE(bwp.pending().has_value()) << start;
    bwp.advance(Slot(142));
    ASSERT_TRUE(bwp.pending().has_value()) << start;
    EXPECT_EQ(bwp.pending()->from, Slot(142));
  }
}

TEST(ActiveBwp, goes_back_when_no_dci_came_for_long) {
  ActiveBwp bwp(with_timer(40), 0);
  EXPECT_FALSE(bwp.next(Slot(0)).has_value()) << "in the default part no timer runs";
  bwp.on_switch_dci(Slot(100), 2);
  bwp.advance(Slot(102));
  EXPECT_EQ(bwp.next(Slot(102)), Slot(142));
  bwp.on_dci(Slot(120));
  EXPECT_EQ(bwp.next(Slot(120)), Slot(162));
  EXPECT_FALSE(bwp.advance(Slot(161)).has_value());
  EXPECT_FALSE(bwp.in_gap(Slot(161)));
  EXPECT_FALSE(bwp.advance(Slot(162)).has_value());
  EXPECT_TRUE(bwp.in_gap(Slot(162)));
  EXPECT_TRUE(bwp.in_gap(Slot(163)));
  const auto done = bwp.advance(Slot(164));
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->cause, BwpCause::timer);
  EXPECT_EQ(bwp.bwp(), 0U);
}

// A cell that looks late finds what a terminal found in time.
TEST(ActiveBwp, says_the_same_when_it_is_asked_late) {
  ActiveBwp bwp(with_timer(40), 2);
  bwp.on_dci(Slot(100));
  const auto done = bwp.advance(Slot(5000));
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->from, Slot(142));
  EXPECT_EQ(done->until, Slot(144));
}

TEST(ActiveBwp, ignores_a_second_switch_under_way) {
  ActiveBwp bwp(timing, 0);
  bwp.on_switch_dci(Slot(100), 2);
  bwp.on_switch_dci(Slot(101), 3);
  bwp.on_command(Slot(101), Slot(101), 1);
  bwp.advance(Slot(102));
  EXPECT_EQ(bwp.bwp(), 2U);
}

}  // namespace
}  // namespace redcell::mac
