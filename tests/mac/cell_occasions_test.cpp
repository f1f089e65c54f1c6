// Goal: where an occasion cannot be used, no place is found or what the DCI has said no longer
// holds, data goes by DCI soon, and never in a slot in which the UE looks for no DCI's PDSCH.
// Method: slots and DCIs by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/mac/moving_world.h"
#include "tests/mac/sps_world.h"

namespace redcell::mac::testing {
namespace {

using base::Slot;
using gnb::Connection;
using gnb::ConnectionConfig;
using gnb::SlotPlan;
using Phase = Connection::SemiPersistentState::Phase;

// One process: it is still to be repeated when its occasion comes.
TEST(CellOccasions, that_cannot_be_used_leave_data_to_the_next_dci) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.harq.max_transmissions = 16; });
  ConnectionConfig config = with_sps(100);
  config.semi_persistent->occasions.process_count = 1;
  const std::uint32_t index = world.connect(15, config);
  bool is_bad = false;
  world.answers = [&](const DlAssignment& a) {
    return HarqFeedback{.harq = {}, .ack = !is_bad || !is_configured(a.harq)};
  };
  world.send(index, 200);
  world.steps(0, 19);
  is_bad = true;
  world.send(index, 200);
  world.steps(19, 39);
  ASSERT_EQ(world.unasked[100], std::vector<std::int64_t>{20});
  world.send(index, 200);
  world.step(39);
  ASSERT_TRUE(world.connection(index).dl_harq.is_busy(0));
  EXPECT_TRUE(world.step(40).downlink.empty()) << "the UE looks for no DCI's PDSCH";
  const SlotPlan& next = world.step(41);
  ASSERT_EQ(next.downlink.size(), 1U);
  const DlAssignment repetition = next.downlink.front();
  EXPECT_GT(repetition.harq.attempt, 0);
  const SlotPlan& behind = world.step(42);
  ASSERT_EQ(behind.downlink.size(), 1U);
  EXPECT_FALSE(is_configured(behind.downlink.front().harq));
  EXPECT_EQ(world.connection(index).waiting_bytes(world.now()), 0U);
  is_bad = false;
  world.steps(43, 55);
  world.send(index, 200);
  world.steps(55, 61);
  EXPECT_EQ(world.unasked[100], (std::vector<std::int64_t>{20, 60})) << "and that is over";
}

// Its process is never free again: packets wait for no more than two occasions.
TEST(CellOccasions, that_are_missed_twice_are_given_up_for_a_second) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.harq.max_transmissions = 100; });
  ConnectionConfig config = with_sps(100);
  config.semi_persistent->occasions.process_count = 1;
  const std::uint32_t index = world.connect(15, config);
  std::int64_t good_until = 19;
  world.answers = [&](const DlAssignment& a) {
    const bool is_bad = is_configured(a.harq) && a.feedback_slot >= Slot(good_until);
    return HarqFeedback{.harq = {}, .ack = !is_bad};
  };
  world.send(index, 200);
  std::vector<std::int64_t> waited;
  for (std::int64_t slot = 0; slot < 200; ++slot) {
    // Between two occasions, in a slot that DCIs may use.
    if (slot % 20 == 12) world.send(index, 200);
    world.step(slot);
    if (slot % 20 == 14 && world.connection(index).waiting_bytes(world.now()) > 0) {
      waited.push_back(slot);
    }
  }
  EXPECT_EQ(waited, (std::vector<std::int64_t>{14, 34, 54})) << "from 60 on DCIs serve at once";
  EXPECT_EQ(world.unasked[100], std::vector<std::int64_t>{20});
  good_until = 10'000;
  world.steps(200, 60 + 2'000);
  world.send(index, 200);
  world.step(60 + 2'000);
  EXPECT_EQ(world.connection(index).sps.phase, Phase::activating) << "and then it is tried again";
}

// A part had no place a moment ago; the next may have one.
TEST(CellOccasions, are_looked_for_anew_in_another_part) {
  const auto is_told = [](bool moves) {
    MovingWorld moving(true);
    ConnectionConfig config = with_sps(100);
    config.bwp = 0;
    CellWorld& world = moving.world();
    const std::uint32_t index = world.connect(15, config);
    world.connection(index).sps.held_since = Slot(-20);
    if (moves) world.cell().switch_by_dci(index, 1);
    bool told = false;
    for (std::int64_t slot = 0; slot < 60; ++slot) {
      if (slot == 30 && moves) world.cell().found_in(index, 1, Slot(29));
      if (slot == 40) world.load(index, 1);
      const auto& blocks = world.run(slot).downlink;
      told = told || std::any_of(blocks.begin(), blocks.end(),
                                 [](const DlAssignment& a) { return a.activates; });
    }
    return told;
  };
  EXPECT_FALSE(is_told(false));
  EXPECT_TRUE(is_told(true));
}

TEST(CellOccasions, let_no_status_wait) {
  SpsWorld world;
  const std::uint32_t index =
      world.connect(15, with_sps(100), {.t_status_prohibit = base::milliseconds(0)});
  ChannelContent poll;
  poll.pdus.push_back(polled_pdu(0, 100));
  const auto ask = [&] {
    ReceiverOutput out;
    std::vector<DroppedSdu> drops;
    world.connection(index).data->receive(poll, world.now(), out, drops);
    world.cell().activate(index);
  };
  ask();
  ASSERT_EQ(world.step(0).downlink.size(), 1U);
  EXPECT_FALSE(world.plan().downlink.front().activates) << "a STATUS begins no occasions";
  world.send(index, 200);
  ASSERT_TRUE(world.step(1).downlink.front().activates);
  world.steps(2, 12);
  ASSERT_EQ(world.connection(index).sps.phase, Phase::active);
  ask();
  ASSERT_EQ(world.step(12).downlink.size(), 1U);
  EXPECT_GT(world.plan().downlink.front().aggregation_level, 0);
}

TEST(CellOccasions, end_with_their_beam) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.send(index, 200);
  world.steps(0, 25);
  ASSERT_EQ(world.connection(index).sps.phase, Phase::active);
  world.connection(index).beam = 3;
  world.step(25);
  world.send(index, 200);
  const SlotPlan& plan = world.step(26);
  ASSERT_EQ(plan.downlink.size(), 1U);
  EXPECT_TRUE(plan.downlink.front().activates);
  EXPECT_EQ(plan.downlink.front().format.beam, 3U);
  world.steps(27, 46);
  world.send(index, 200);
  world.step(46);
  EXPECT_EQ(world.unasked[100], std::vector<std::int64_t>{46});
}

// Packets that always come in the short slot: data waits for the next frame's first long one.
TEST(CellOccasions, have_a_place_though_data_comes_where_there_is_none) {
  for (const std::size_t slice_count : {1U, 2U}) {
    SpsWorld world(tdd_carrier(), [&](gnb::CellConfig& c) {
      c.dl_slices = c.ul_slices = std::vector<gnb::RrmPolicyRatio>(slice_count);
    });
    const std::uint32_t index = world.connect(15, with_sps(100));
    world.steps(0, 7);
    ASSERT_LT(world.map().downlink(Slot(7)).symbols.count,
              world.map().downlink(Slot(6)).symbols.count);
    world.send(index, 200);
    EXPECT_TRUE(world.step(7).downlink.empty()) << slice_count;
    world.steps(8, 10);
    ASSERT_EQ(world.step(10).downlink.size(), 1U) << slice_count;
    EXPECT_TRUE(world.plan().downlink.front().activates);
  }
}

// Another has all PRBs of the slot in its occasions, and does not use this one.
TEST(CellOccasions, that_have_no_place_hold_up_no_repetition) {
  SpsWorld world;
  const std::uint32_t all = world.connect(15, with_sps(100, 51));
  const std::uint32_t index = world.connect(15, with_sps(101, 51));
  world.send(all, 200);
  world.steps(0, 12);
  ASSERT_EQ(world.connection(all).sps.phase, Phase::active);
  world.answers = [](const DlAssignment& a) {
    return HarqFeedback{.harq = {}, .ack = a.harq.attempt > 0};
  };
  world.send_message(index, 40);
  ASSERT_EQ(world.step(12).downlink.size(), 1U);
  world.steps(13, 20);
  world.send(index, 200);
  const SlotPlan& plan = world.step(20);
  ASSERT_EQ(plan.downlink.size(), 1U);
  EXPECT_EQ(plan.downlink.front().harq.attempt, 1);
  EXPECT_EQ(world.connection(index).sps.phase, Phase::released);
  world.step(21);
  EXPECT_EQ(world.connection(index).sps.phase, Phase::activating);
}

}  // namespace
}  // namespace redcell::mac::testing
