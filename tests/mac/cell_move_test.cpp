// Goal: the cell knows where a terminal is that it has told to go to another BWP, whatever of DCIs,
// answers and commands is lost. Method: one terminal, slots by hand.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "mac/gnb/cell.h"
#include "tests/mac/moving_world.h"

namespace redcell::mac::gnb {
namespace {

using base::Slot;
using base::SlotCount;
using mac::testing::MovingWorld;
using mac::testing::sibling_count;
using mac::testing::switch_delay;

/// Runs slots until the switch goes out; what is asked meanwhile is answered.
Slot run_to_switch(MovingWorld& cell, std::int64_t from) {
  for (std::int64_t s = from; s < from + 100; ++s) {
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) cell.world().answer(a, true);
    if (!plan.switches.empty()) return Slot(s);
  }
  return Slot(-1);
}

TEST(CellMove, looks_where_the_terminal_was_when_it_stays_silent) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().cell().switch_by_dci(index, 2);
  const Slot sent = run_to_switch(cell, 0);
  ASSERT_EQ(sent, Slot(0));
  cell.load(index, 20, 0);
  int silences = 0;
  for (std::int64_t s = 1; s < 40 && silences < 2; ++s) {
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) {
      EXPECT_EQ(a.format.bwp, 2U);
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
      ++silences;
    }
  }
  ASSERT_EQ(silences, 2);
  const SlotPlan plan = cell.run(40);
  ASSERT_FALSE(plan.downlink.empty());
  EXPECT_EQ(plan.downlink.front().format.bwp, 0U);
}

/// Two blocks to the new part whose answers are lost, in so many PUCCH; then the part of the next.
std::uint32_t part_after_lost_answers(MovingWorld& cell, std::uint32_t index, int pucch_count) {
  cell.world().cell().switch_by_dci(index, 2);
  const Slot sent = run_to_switch(cell, 0);
  std::vector<DlAssignment> blocks;
  std::int64_t s = sent.value() + 1;
  for (; s < 40 && blocks.size() < 2; ++s) {
    cell.load(index, 20, 0);
    const SlotPlan plan = cell.run(s);
    blocks.insert(blocks.end(), plan.downlink.begin(), plan.downlink.end());
  }
  for (const DlAssignment& a : blocks) {
    cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
    if (pucch_count > 1) cell.run(s++);
  }
  cell.load(index, 20, 0);
  for (; s < 60; ++s) {
    const SlotPlan plan = cell.run(s);
    if (!plan.downlink.empty()) return plan.downlink.front().format.bwp;
  }
  return sibling_count;
}

TEST(CellMove, counts_the_answers_of_one_pucch_as_one_silence) {
  MovingWorld together(true);
  EXPECT_EQ(part_after_lost_answers(together, together.connect(1), 1), 2U);
  MovingWorld apart(true);
  EXPECT_EQ(part_after_lost_answers(apart, apart.connect(1), 2), 1U);
}

/// Every answer is lost; returns the parts in which blocks were sent, each once in a row.
std::vector<std::uint32_t> parts_of_the_silent(MovingWorld& cell, std::uint32_t index,
                                               std::int64_t from, std::int64_t until) {
  std::vector<std::uint32_t> out;
  for (std::int64_t s = from; s < until; ++s) {
    cell.load(index, 5, 0);
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) {
      if (out.empty() || out.back() != a.format.bwp) out.push_back(a.format.bwp);
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
    }
  }
  return out;
}

// It went to the new part, and two of its answers were lost.
TEST(CellMove, looks_in_both_parts_until_the_terminal_is_heard) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().cell().switch_by_dci(index, 2);
  run_to_switch(cell, 0);
  const std::vector<std::uint32_t> parts = parts_of_the_silent(cell, index, 1, 30);
  ASSERT_GE(parts.size(), 3U);
  for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(parts[i], i % 2 == 0 ? 2U : 0U);
}

// A second switch before the first has been confirmed would leave three parts to look in: first a
// grant asks where the terminal is. It is heard in the new part, or found in the old one.
TEST(CellMove, sends_no_terminal_on_before_it_has_been_heard) {
  for (const std::uint32_t bwp : {1U, 0U}) {
    MovingWorld cell(false);
    const std::uint32_t index = cell.connect(0);
    cell.world().cell().switch_by_dci(index, 1);
    run_to_switch(cell, 0);
    for (std::int64_t s = 1; s < 10; ++s) cell.run(s);
    cell.world().cell().switch_by_dci(index, 2);
    Slot asked(-1);
    for (std::int64_t s = 10; s < 20; ++s) {
      const SlotPlan plan = cell.run(s);
      EXPECT_TRUE(plan.switches.empty());
      for (const UlGrant& g : plan.uplink) asked = g.pusch_slot;
    }
    EXPECT_GT(asked, Slot(10)) << "it had nothing to send";
    cell.world().cell().found_in(index, bwp, Slot(20));
    const SlotPlan plan = cell.run(21);
    ASSERT_EQ(plan.switches.size(), 1U);
    EXPECT_EQ(plan.switches.front().from_bwp, bwp);
    EXPECT_EQ(plan.switches.front().to_bwp, 2U);
  }
}

// The old part's timer goes on as if no switch had been sent: from slot 2 on, until 44.
TEST(CellMove, keeps_the_timer_of_the_part_it_puts_the_terminal_back_into) {
  MovingWorld cell(false, 40);
  const std::uint32_t index = cell.connect(1);
  cell.load(index, 1, 0);
  const SlotPlan first = cell.run(2);
  ASSERT_EQ(first.downlink.size(), 1U);
  cell.world().answer(first.downlink[0], true);
  for (std::int64_t s = 3; s < 20; ++s) cell.run(s);
  cell.world().cell().switch_by_dci(index, 2);
  const Slot sent = run_to_switch(cell, 20);
  const std::int64_t until = sent.value() + 1 + switch_delay;
  for (std::int64_t s = sent.value() + 1; s < until; ++s) cell.run(s);
  cell.world().cell().found_in(index, 1, Slot(until));
  const ActiveBwp& bwp = cell.world().connection(index).bwp;
  EXPECT_EQ(bwp.bwp(), 1U);
  EXPECT_EQ(bwp.next(Slot(until)), Slot(44));
}

// Whichever part it was in, its timer has led it back, too: there is no other to look in.
TEST(CellMove, looks_nowhere_else_when_the_timer_has_run_out) {
  MovingWorld cell(false, 20);
  const std::uint32_t index = cell.connect(1);
  cell.world().cell().switch_by_dci(index, 2);
  const Slot sent = run_to_switch(cell, 0);
  for (std::int64_t s = sent.value() + 1; s < 40; ++s) {
    cell.run(s);
    cell.world().cell().activate(index);
  }
  ASSERT_EQ(cell.world().connection(index).config.bwp, 0U);
  EXPECT_FALSE(cell.world().connection(index).unconfirmed.has_value());
  EXPECT_EQ(parts_of_the_silent(cell, index, 40, 60), (std::vector<std::uint32_t>{0}));
}

// Long after it was confirmed: what comes from another part says where the terminal is.
TEST(CellMove, is_found_in_any_part_at_any_time) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(2);
  cell.world().cell().found_in(index, 0, Slot(4));
  cell.load(index, 1, 0);
  const SlotPlan plan = cell.run(5);
  ASSERT_FALSE(plan.downlink.empty());
  EXPECT_EQ(plan.downlink.front().format.bwp, 0U);
}

// Its blocks of the part given up were on their way.
TEST(CellMove, is_found_by_the_block_that_comes_from_the_part_given_up) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().cell().switch_by_dci(index, 2);
  const Slot sent = run_to_switch(cell, 0);
  cell.load(index, 0, 4000);
  std::optional<UlGrant> grant;
  std::int64_t s = sent.value() + 1;
  for (; s < 20 && !grant; ++s) {
    const SlotPlan plan = cell.run(s);
    if (!plan.uplink.empty()) grant = plan.uplink.front();
  }
  ASSERT_TRUE(grant.has_value());
  EXPECT_EQ(grant->format.bwp, 2U);
  ASSERT_GE(parts_of_the_silent(cell, index, s, s + 3).size(), 2U);
  ASSERT_EQ(cell.world().connection(index).config.bwp, 0U);
  cell.world().arrive(*grant, {.decoded = false, .sinr_db = 0});
  EXPECT_EQ(cell.world().connection(index).config.bwp, 2U);
}

TEST(CellMove, stays_when_the_terminal_has_answered_once) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().cell().switch_by_dci(index, 2);
  run_to_switch(cell, 0);
  cell.load(index, 40, 0);
  int answers = 0;
  for (std::int64_t s = 1; s < 40; ++s) {
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) {
      EXPECT_EQ(a.format.bwp, 2U);
      const bool heard = answers++ == 0;
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = heard, .heard = heard});
    }
  }
  EXPECT_GT(answers, 5);
}

TEST(CellMove, is_found_by_the_request_that_comes_from_the_old_part) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(1);
  cell.world().cell().switch_by_dci(index, 2);
  run_to_switch(cell, 0);
  for (std::int64_t s = 1; s < 12; ++s) cell.run(s);
  cell.world().cell().found_in(index, 1, Slot(11));
  cell.load(index, 1, 0);
  ASSERT_FALSE(cell.run(12).downlink.empty());
  EXPECT_EQ(cell.world().connection(index).config.bwp, 1U);
}

// The last block that was answered began in slot 1; the timer runs out with slot 41, and nothing
// is begun that would be answered later.
TEST(CellMove, follows_the_timer_from_the_last_dci_that_was_answered) {
  MovingWorld cell(false, 40);
  const std::uint32_t index = cell.connect(2);
  cell.load(index, 1, 0);
  const SlotPlan plan = cell.run(1);
  ASSERT_EQ(plan.downlink.size(), 1U);
  cell.world().answer(plan.downlink[0], true);
  const std::int64_t answer = plan.downlink[0].feedback_slot.value() - 1;
  int before = 0;
  for (std::int64_t s = 30; s < 42 + switch_delay; ++s) {
    cell.load(index, 1, 3000);
    const SlotPlan slot = cell.run(s);
    for (const DlAssignment& a : slot.downlink) {
      EXPECT_EQ(a.format.bwp, 2U);
      EXPECT_LT(a.feedback_slot, Slot(42));
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
      ++before;
    }
    for (const UlGrant& g : slot.uplink) EXPECT_LT(g.pusch_slot, Slot(42));
    EXPECT_EQ(slot.downlink.empty(), s + answer >= 42) << s;
  }
  EXPECT_GT(before, 4);
  std::optional<std::uint32_t> part;
  for (std::int64_t s = 42 + switch_delay; s < 60 && !part; ++s) {
    const SlotPlan after = cell.run(s);
    if (!after.downlink.empty()) part = after.downlink[0].format.bwp;
  }
  EXPECT_EQ(part, 0U);
}

// Acknowledged: the PDSCH was in slot 3; 20 slots of RRC from its end, 12 of silence.
TEST(CellMove, follows_the_command_that_was_acknowledged) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  EXPECT_TRUE(cell.world().connection(index).is_moving());
  const SlotPlan plan = cell.run(3);
  ASSERT_EQ(plan.downlink.size(), 1U);
  EXPECT_FALSE(cell.world().connection(index).bwp.pending().has_value());
  cell.world().answer(plan.downlink[0], true);
  const auto pending = cell.world().connection(index).bwp.pending();
  ASSERT_TRUE(pending.has_value());
  EXPECT_EQ(pending->from, Slot(24));
  EXPECT_EQ(pending->until, Slot(36));
  EXPECT_EQ(pending->to_bwp, 1U);
}

// The first answer is lost, the second comes: the terminal acts on slot 3 or on that of the second.
TEST(CellMove, keeps_the_gap_for_each_transmission_of_a_command_that_may_have_been_heard) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  const SlotPlan first = cell.run(3);
  ASSERT_EQ(first.downlink.size(), 1U);
  cell.world().cell().on_feedback(index,
                                  {.harq = first.downlink[0].harq, .ack = false, .heard = false});
  const SlotPlan second = cell.run(11);
  ASSERT_EQ(second.downlink.size(), 1U);
  ASSERT_EQ(second.downlink[0].harq.attempt, 1);
  cell.world().answer(second.downlink[0], true);
  const auto pending = cell.world().connection(index).bwp.pending();
  ASSERT_TRUE(pending.has_value());
  EXPECT_EQ(pending->from, Slot(3 + 21));
  EXPECT_EQ(pending->until, Slot(11 + 33));
}

// Its answer says that it was not decoded: the terminal acts on the second transmission alone.
TEST(CellMove, begins_the_gap_of_a_command_with_the_transmission_that_was_decoded) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  const SlotPlan first = cell.run(3);
  ASSERT_EQ(first.downlink.size(), 1U);
  cell.world().answer(first.downlink[0], false);
  const SlotPlan second = cell.run(11);
  ASSERT_EQ(second.downlink.size(), 1U);
  cell.world().answer(second.downlink[0], true);
  const auto pending = cell.world().connection(index).bwp.pending();
  ASSERT_TRUE(pending.has_value());
  EXPECT_EQ(pending->from, Slot(11 + 21));
  EXPECT_EQ(pending->until, Slot(11 + 33));
}

// All answers to a block are lost, and RLC sends the command again: either may have been heard.
TEST(CellMove, begins_the_gap_with_the_first_copy_of_a_command_that_rlc_has_repeated) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  Connection& c = cell.world().connection(index);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  std::optional<Slot> copied;
  for (std::int64_t s = 3; s < 400 && !copied; ++s) {
    std::vector<DroppedSdu> drops;
    c.signalling.tx.on_time(cell.world().now(), drops);
    cell.world().cell().activate(index);
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) {
      if (a.harq.block > 1 || a.harq.process > 0) {
        copied = Slot(s);
        cell.world().answer(a, true);
        continue;
      }
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
    }
  }
  ASSERT_TRUE(copied.has_value());
  ASSERT_GT(*copied, Slot(6)) << "after four transmissions";
  ASSERT_TRUE(c.bwp.pending().has_value());
  EXPECT_EQ(c.bwp.pending()->from, Slot(3 + 21));
  EXPECT_EQ(c.bwp.pending()->until, *copied + SlotCount(33));
}

// Of a message too long for a block the begin is acknowledged last.
TEST(CellMove, follows_a_command_when_all_its_segments_have_been_acknowledged) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().connection(index).csi.cqi = base::CqiIndex(1);
  cell.world().send_message(index, 1500);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  std::vector<DlAssignment> blocks;
  std::int64_t s = 3;
  for (; s < 30 && cell.world().connection(index).has_downlink(cell.world().now()); ++s) {
    const SlotPlan plan = cell.run(s);
    blocks.insert(blocks.end(), plan.downlink.begin(), plan.downlink.end());
  }
  ASSERT_GE(blocks.size(), 2U);
  for (std::size_t i = blocks.size(); i-- > 1;) cell.world().answer(blocks[i], true);
  EXPECT_FALSE(cell.world().connection(index).bwp.pending().has_value());
  EXPECT_TRUE(cell.world().connection(index).command.has_value());
  cell.world().answer(blocks[0], true);
  const auto pending = cell.world().connection(index).bwp.pending();
  ASSERT_TRUE(pending.has_value());
  const Slot end_sent(s - 1);
  EXPECT_EQ(pending->from, end_sent + SlotCount(21));
  EXPECT_EQ(pending->until, end_sent + SlotCount(33));
  EXPECT_FALSE(cell.world().connection(index).command.has_value());
}

// It has followed, though no answer came: the request from the new part tells. One from the old
// part tells nothing.
TEST(CellMove, ends_waiting_for_a_command_when_the_terminal_is_elsewhere) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  cell.run(3);
  cell.world().cell().found_in(index, 0, Slot(5));
  EXPECT_TRUE(cell.world().connection(index).is_moving());
  cell.world().cell().found_in(index, 1, Slot(40));
  EXPECT_FALSE(cell.world().connection(index).is_moving());
  EXPECT_EQ(cell.world().connection(index).config.bwp, 1U);
}

// The last part has a PUCCH of another in its middle: 30 PRBs at most in a row, in any sibling.
TEST(CellMove, sends_no_block_that_could_not_be_repeated_elsewhere) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  int longest = 51;
  for (const std::uint32_t bwp : {0U, 1U, 2U}) {
    longest = std::min(longest, phy::longest_usable_run(cell.map(bwp).uplink(Slot(0))).count);
  }
  ASSERT_LT(longest, 47);
  cell.load(index, 0, 1'000'000);
  int widest = 0;
  for (std::int64_t s = 0; s < 20; ++s) {
    for (const UlGrant& g : cell.run(s).uplink) widest = std::max(widest, g.format.prb.count);
  }
  EXPECT_EQ(widest, longest);
}

// Six in a part that is full and two beside it that have all they ask for: each of the six would
// have as much. One that asks for nothing counts as nothing.
TEST(CellMove, counts_the_load_that_a_full_part_hides) {
  MovingWorld cell(false);
  for (std::uint32_t i = 0; i < 9; ++i) cell.connect(i < 7 ? 0 : 1);
  double sent = 0;
  double blocked = 0;
  for (std::int64_t s = 0; s < 60; ++s) {
    for (std::uint32_t i = 0; i < 9; ++i) {
      if (i == 6) continue;
      Connection& c = cell.world().connection(i);
      // What is left of it piles up.
      c.ul_backlog_bytes += 1500;
      cell.world().cell().activate(i);
    }
    const SlotPlan plan = cell.run(s);
    for (std::size_t level = 0; level < phy::aggregation_level_count; ++level) {
      sent += plan.pdcch.at(0).sent[level];
      blocked += plan.pdcch.at(0).blocked[level];
    }
    for (const UlGrant& g : plan.uplink) {
      Connection& c = cell.world().connection(cell.world().index_of(g.ue));
      const std::uint64_t left = c.ul_backlog_bytes;
      cell.world().arrive(g, {.decoded = true, .sinr_db = 20});
      c.ul_backlog_bytes = left;
    }
  }
  std::vector<PartLoad> loads;
  std::vector<PartMember> members;
  cell.world().cell().measure_parts(Slot(60), cell.world().now(), loads, members);
  ASSERT_EQ(loads.size(), sibling_count);
  ASSERT_EQ(members.size(), 9U);
  EXPECT_GT(loads[0].use, 0.95);
  EXPECT_LT(loads[1].use, 0.9);
  EXPECT_GT(blocked, 0) << "four CCEs";
  EXPECT_DOUBLE_EQ(loads[0].blocked, blocked / (sent + blocked));
  const std::int64_t free = (members[7].prbs + members[8].prbs) / 2;
  for (std::uint32_t i = 0; i < 6; ++i) EXPECT_GE(members[i].prbs, free) << i;
  EXPECT_EQ(members[6].prbs, 0);
}

}  // namespace
}  // namespace redcell::mac::gnb
