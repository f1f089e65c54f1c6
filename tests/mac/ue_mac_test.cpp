// Goal: the UE asks for the uplink when it must and only then, answers every assignment it heard,
// and delivers every block once. Method: scripted assignments, grants and packets, one UE, UM
// bearers unless said otherwise.
#include "mac/ue/ue_mac.h"

#include <gtest/gtest.h>

#include "mac/bsr.h"
#include "tests/mac/ue_world.h"

namespace redcell::mac::ue {
namespace {

using mac::testing::bytes_of;
using mac::testing::dl_assignment;
using mac::testing::polled_pdu;
using mac::testing::sdu;
using mac::testing::ue_config;
using mac::testing::UeWorld;
using mac::testing::ul_grant;
using mac::testing::whole_pdu;

TEST(UeMacRequest, goes_out_at_the_first_occasion_and_then_at_each) {
  struct Point {
    std::int64_t arrival;
    std::int64_t first;
    std::int64_t second;
  };
  for (const Point& p : {Point{0, 8, 28}, Point{8, 8, 28}, Point{9, 28, 48}, Point{29, 48, 68},
                         Point{400, 408, 428}}) {
    UeWorld world;
    world.enqueue(100, p.arrival);
    EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(p.arrival - 1)), base::Slot(p.first));
    EXPECT_EQ(world.asks(p.arrival, 1000), p.first);
    EXPECT_EQ(world.asks(p.first + 1, 1000), p.second);
  }
}

TEST(UeMacRequest, is_not_made_without_data) {
  UeWorld world;
  world.mac.request_grant_if_needed(base::Slot(0), world.now);
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(0)), std::nullopt);
  EXPECT_EQ(world.asks(0, 200), std::nullopt);
}

TEST(UeMacRequest, is_not_made_while_a_new_grant_is_on_its_way) {
  UeWorld world;
  world.mac.on_grant(ul_grant(base::Slot(30), 500));
  world.enqueue(100, 0);
  EXPECT_EQ(world.asks(0, 30), std::nullopt);
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(0)), base::Slot(30));
  ASSERT_TRUE(world.send(30));
  EXPECT_EQ(world.asks(30, 300), std::nullopt) << "all was sent";
}

TEST(UeMacRequest, is_not_made_while_a_repetition_never_heard_before_is_on_its_way) {
  UeWorld world;
  UlGrant second = ul_grant(base::Slot(30), 500);
  second.harq.attempt = 1;
  world.mac.on_grant(second);
  world.enqueue(100, 0);
  EXPECT_EQ(world.asks(0, 30), std::nullopt) << "its block is yet to be built";
}

TEST(UeMacRequest, ends_with_the_grant_it_asked_for) {
  UeWorld world;
  world.enqueue(100, 0);
  EXPECT_EQ(world.asks(0, 100), 8);
  world.mac.on_grant(ul_grant(base::Slot(40), 500));
  EXPECT_EQ(world.asks(9, 40), std::nullopt);
}

TEST(UeMacRequest, is_made_beside_a_repetition) {
  UeWorld world;
  world.enqueue(100, 0);
  world.mac.on_grant(ul_grant(base::Slot(2), 500));
  ASSERT_TRUE(world.send(2));
  UlGrant again = ul_grant(base::Slot(12), 500);
  again.harq.attempt = 1;
  world.mac.on_grant(again);
  world.enqueue(100, 3);
  EXPECT_EQ(world.asks(3, 12), 8) << "the repeated block was built before the packet came";
}

TEST(UeMacRequest, is_made_again_when_no_grant_follows_a_report) {
  UeWorld world;
  world.enqueue(2000, 0);
  world.mac.on_grant(ul_grant(base::Slot(10), 500));
  const auto sent = world.send(10);
  ASSERT_TRUE(sent && sent->pdu->bsr);
  EXPECT_GT(sent->pdu->bsr->index, 0);
  EXPECT_EQ(world.asks(10, 1000), 68) << "the first occasion 50 slots after the PUSCH";
}

TEST(UeMacRequest, is_not_made_again_once_a_late_heard_grant_took_everything) {
  UeWorld world;
  world.enqueue(100, 0);
  EXPECT_EQ(world.asks(0, 9), 8);
  UlGrant second = ul_grant(base::Slot(20), 500);
  second.harq.attempt = 1;
  world.mac.on_grant(second);
  EXPECT_EQ(world.asks(9, 20), std::nullopt);
  const auto sent = world.send(20);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->pdu->data.pdus.size(), 1u);
  EXPECT_EQ(world.asks(20, 300), std::nullopt);
}

TEST(UeMacRequest, is_made_for_a_status_too) {
  UeConfig config = ue_config();
  config.bearer.acknowledged = true;
  UeWorld world(config);
  MacPdu pdu;
  pdu.data.pdus.push_back(polled_pdu(0, 100));
  const DlAssignment a = dl_assignment(base::Slot(8));
  world.mac.on_assignment(a);
  world.receive(a, true, pdu);
  world.mac.request_grant_if_needed(base::Slot(1), world.now);
  EXPECT_EQ(world.asks(1, 100), 8);
  world.mac.on_grant(ul_grant(base::Slot(12), 100));
  const auto sent = world.send(12);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->pdu->data.has_status);
  EXPECT_EQ(sent->pdu->data.status.ack_sn, 1u);
  EXPECT_EQ(bytes_of(*sent->pdu), short_bsr_bytes + phr_bytes + sent->pdu->data.status.bytes);
}

TEST(UeMacBlock, reports_what_is_left_after_it) {
  UeWorld world;
  world.enqueue(1000, 0);
  world.enqueue(1000, 0);
  world.mac.on_grant(ul_grant(base::Slot(5), 600));
  const auto sent = world.send(5);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->is_new);
  ASSERT_TRUE(sent->pdu->bsr);
  std::uint32_t payload_bytes = 0;
  for (const RlcPdu& rlc : sent->pdu->data.pdus) payload_bytes += rlc.bytes;
  EXPECT_EQ(sent->pdu->bsr->index, buffer_status(2004 - payload_bytes).index);
  EXPECT_EQ(bytes_of(*sent->pdu), 600u);
  EXPECT_EQ(payload_bytes, 600u - short_bsr_bytes - phr_bytes - 2 - 3) << "RLC and MAC headers";
  EXPECT_FALSE(world.send(5)) << "one block a grant";
}

TEST(UeMacBlock, is_the_same_when_sent_again) {
  UeWorld world;
  world.enqueue(1000, 0);
  world.mac.on_grant(ul_grant(base::Slot(5), 400));
  const auto first = world.send(5);
  ASSERT_TRUE(first);
  const std::uint32_t offset_end =
      first->pdu->data.pdus.back().offset + first->pdu->data.pdus.back().bytes;
  UlGrant again = ul_grant(base::Slot(15), 400);
  again.harq.attempt = 1;
  world.mac.on_grant(again);
  const auto second = world.send(15);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->is_new);
  EXPECT_EQ(second->pdu, first->pdu);
  EXPECT_EQ(second->pdu->data.pdus.back().offset + second->pdu->data.pdus.back().bytes, offset_end);
}

TEST(UeMacBlock, is_built_on_a_repetition_when_the_first_grant_was_missed) {
  UeWorld world;
  world.enqueue(100, 0);
  world.mac.on_grant(ul_grant(base::Slot(5), 400));
  ASSERT_TRUE(world.send(5));
  world.enqueue(200, 6);
  UlGrant second = ul_grant(base::Slot(25), 400);
  second.harq = {.process = 0, .attempt = 1, .block = 2};
  EXPECT_EQ(world.mac.block(second.harq), nullptr);
  world.mac.on_grant(second);
  const auto sent = world.send(25);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->is_new);
  ASSERT_EQ(sent->pdu->data.pdus.size(), 1u);
  EXPECT_EQ(sent->pdu->data.pdus[0].sdu_bytes, 202u);
  EXPECT_EQ(world.mac.block(second.harq), sent->pdu);
  EXPECT_EQ(world.mac.block({.process = 0, .attempt = 0, .block = 1}), nullptr);
}

TEST(UeMacBlock, follows_the_grant_of_its_slot) {
  UeWorld world;
  world.mac.on_grant(ul_grant(base::Slot(9), 100));
  UlGrant other = ul_grant(base::Slot(6), 300);
  other.harq.process = 1;
  world.mac.on_grant(other);
  EXPECT_EQ(world.mac.grant_at(base::Slot(5)), nullptr);
  ASSERT_NE(world.mac.grant_at(base::Slot(6)), nullptr);
  EXPECT_EQ(world.mac.grant_at(base::Slot(6))->harq.process, 1);
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(0)), base::Slot(6));
  EXPECT_FALSE(world.send(5));
  EXPECT_EQ(world.send(6)->grant.harq.process, 1);
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(6)), base::Slot(9));
}

/// Headroom reports in blocks sent one after another, one for each headroom measured.
std::vector<bool> reports(UeWorld& world, const std::vector<PowerHeadroom>& measured) {
  std::vector<bool> reported;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const auto slot = static_cast<std::int64_t>(10 * i);
    UlGrant grant = ul_grant(base::Slot(slot), 100);
    grant.harq.block = static_cast<std::uint32_t>(i + 1);
    world.mac.on_grant(grant);
    const auto sent = world.send(slot, measured[i]);
    reported.push_back(sent->pdu->phr.has_value());
    if (sent->pdu->phr) {
      EXPECT_EQ(sent->pdu->phr->headroom_db, measured[i].headroom_db);
      EXPECT_EQ(sent->pdu->phr->prb_count, measured[i].prb_count);
    }
  }
  return reported;
}

TEST(UeMacHeadroom, is_reported_first_and_then_after_more_than_a_decibel) {
  UeWorld world;
  EXPECT_EQ(reports(world, {{10, 10}, {10, 10}, {10.9, 10}, {11.2, 10}, {10.3, 10}, {10.1, 10}}),
            (std::vector<bool>{true, false, false, true, false, true}));
}

TEST(UeMacHeadroom, does_not_move_with_the_width_of_the_pusch) {
  UeWorld world;
  // Ten times the PRBs take 10 dB more power over the same path loss.
  EXPECT_EQ(reports(world, {{20, 1}, {10, 10}, {20, 10}}), (std::vector<bool>{true, false, true}));
}

TEST(UeMacHeadroom, is_left_out_of_a_block_too_small_for_it) {
  UeWorld world;
  world.mac.on_grant(ul_grant(base::Slot(1), short_bsr_bytes + phr_bytes - 1));
  EXPECT_FALSE(world.send(1)->pdu->phr);
  UlGrant next = ul_grant(base::Slot(2), short_bsr_bytes + phr_bytes);
  next.harq.block = 2;
  world.mac.on_grant(next);
  EXPECT_TRUE(world.send(2)->pdu->phr) << "still due";
}

TEST(UeMacFeedback, answers_what_was_decoded_what_was_not_and_nothing_unheard) {
  UeWorld world;
  EXPECT_TRUE(world.mac.uci(base::Slot(8)).empty());
  const DlAssignment good = dl_assignment(base::Slot(9));
  DlAssignment bad = good;
  bad.harq.process = 1;
  DlAssignment later = good;
  later.harq.process = 2;
  later.feedback_slot = base::Slot(12);
  for (const DlAssignment& a : {good, bad, later}) world.mac.on_assignment(a);
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(0)), base::Slot(9));
  world.receive(good, true, {});
  MacPdu lost;
  lost.data.pdus.push_back(whole_pdu(0, 100));
  world.receive(bad, false, lost);
  EXPECT_TRUE(world.out.data.delivered.empty());
  world.receive(later, true, {});
  const Uci uci = world.mac.uci(base::Slot(9));
  EXPECT_EQ(uci.ue, base::UeId{3});
  ASSERT_EQ(uci.feedback_count, 2);
  EXPECT_EQ(uci.feedback[0].harq.process, 0);
  EXPECT_TRUE(uci.feedback[0].ack);
  EXPECT_EQ(uci.feedback[1].harq.process, 1);
  EXPECT_FALSE(uci.feedback[1].ack);
  EXPECT_TRUE(world.mac.uci(base::Slot(9)).empty()) << "said once";
  EXPECT_EQ(world.mac.uci(base::Slot(12)).feedback_count, 1);
}

TEST(UeMacFeedback, acknowledges_a_duplicate_and_delivers_it_once) {
  UeWorld world;
  MacPdu pdu;
  pdu.data.pdus.push_back(whole_pdu(0, 100));
  DlAssignment a = dl_assignment(base::Slot(8));
  world.mac.on_assignment(a);
  world.receive(a, true, pdu);
  EXPECT_EQ(world.out.data.delivered.size(), 1u);
  EXPECT_TRUE(world.mac.uci(base::Slot(8)).feedback[0].ack);

  // The ACK was lost. Whatever is decoded of the repetition, the block is there.
  world.out.clear();
  a.harq.attempt = 1;
  a.feedback_slot = base::Slot(18);
  world.mac.on_assignment(a);
  pdu.data.pdus[0] = whole_pdu(1, 100);
  world.receive(a, true, pdu);
  world.receive(a, false, pdu);
  EXPECT_TRUE(world.out.data.delivered.empty());
  const Uci uci = world.mac.uci(base::Slot(18));
  ASSERT_EQ(uci.feedback_count, 1);
  EXPECT_TRUE(uci.feedback[0].ack);
  EXPECT_EQ(uci.feedback[0].harq.attempt, 1);

  a.harq = {.process = 0, .attempt = 1, .block = 2};
  world.mac.on_assignment(a);
  world.receive(a, true, pdu);
  EXPECT_EQ(world.out.data.delivered.size(), 1u)
      << "a new block, though its first transmission was missed";
}

TEST(UeMacDeathTest, needs_occasions_to_ask_at) {
  UeConfig config = ue_config();
  config.sr_occasions.clear();
  EXPECT_DEATH(UeMac{config}, "sr_occasions");
}

}  // namespace
}  // namespace redcell::mac::ue
