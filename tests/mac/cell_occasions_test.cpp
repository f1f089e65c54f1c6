// Goal: where an occasion cannot be used, no place is found or what the DCI has said no longer
// holds, data goes by DCI soon, and never in a slot in which the UE looks for no DCI's PDSCH.
// Method: slots and DCIs by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

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
