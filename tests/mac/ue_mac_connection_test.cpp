// Goal: between two connections a UE is silent and keeps its packets; a connection begins with
// nothing of an earlier one but the data bearer; SRB1 goes before the DRB in every block.
// Method: scripted assignments, grants, packets and messages, one UE.
#include "mac/ue/ue_mac.h"

#include <gtest/gtest.h>

#include "mac/bsr.h"
#include "tests/mac/ue_world.h"

namespace redcell::mac::ue {
namespace {

using mac::testing::bytes_of;
using mac::testing::dl_assignment;
using mac::testing::polled_pdu;
using mac::testing::ue_config;
using mac::testing::UeWorld;
using mac::testing::ul_grant;
using mac::testing::whole_pdu;

int block_count(const UeMac& mac) {
  int count = 0;
  mac.for_each_block([&](const HarqId&, const MacPdu&) { ++count; });
  return count;
}

/// A UE with something of everything: a block answered, one sent, a grant, packets and a request.
struct BusyWorld : UeWorld {
  BusyWorld() {
    MacPdu pdu;
    pdu.data.pdus.push_back(whole_pdu(0, 100));
    mac.on_assignment(heard);
    receive(heard, true, pdu);
    send_message(50, 0);
    enqueue(600, 0);
    mac.on_grant(sent);
    EXPECT_TRUE(send(2));
    send_message(50, 3);
    UlGrant next = ul_grant(base::Slot(6), 300);
    next.harq.process = 1;
    mac.on_grant(next);
    waiting_bytes = mac.data().tx.buffered_bytes();
    EXPECT_GT(waiting_bytes, 0u);
    EXPECT_EQ(block_count(mac), 1);
  }
  DlAssignment heard = dl_assignment(base::Slot(8));
  UlGrant sent = ul_grant(base::Slot(2), 300);
  std::uint32_t waiting_bytes = 0;
};

TEST(UeMacConnection, does_not_exist_before_the_first_one) {
  UeMac mac(ue_config());
  EXPECT_FALSE(mac.is_connected());
  EXPECT_FALSE(mac.is_of(0));
}

TEST(UeMacConnection, is_known_by_its_epoch) {
  UeWorld world;
  EXPECT_TRUE(world.mac.is_of(3));
  EXPECT_FALSE(world.mac.is_of(4));
  world.mac.connect(4);
  EXPECT_TRUE(world.mac.is_connected());
  EXPECT_TRUE(world.mac.is_of(4));
  EXPECT_FALSE(world.mac.is_of(3));
  world.mac.disconnect();
  EXPECT_FALSE(world.mac.is_connected());
  EXPECT_FALSE(world.mac.is_of(4));
}

TEST(UeMacConnection, leaves_silence_and_packets_behind) {
  BusyWorld world;
  world.mac.disconnect();
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(-1)), std::nullopt);
  EXPECT_EQ(world.mac.grant_at(base::Slot(6)), nullptr);
  EXPECT_FALSE(world.send(6));
  EXPECT_EQ(world.mac.block(world.sent.harq), nullptr);
  EXPECT_EQ(block_count(world.mac), 0);
  EXPECT_FALSE(world.mac.receiver().has_decoded(world.heard.harq));
  for (std::int64_t slot = 0; slot < 100; ++slot) {
    if (slot == 20) world.enqueue(200, slot);
    world.mac.request_grant_if_needed(base::Slot(slot), world.now);
    const Uci uci = world.mac.uci(base::Slot(slot));
    ASSERT_TRUE(uci.empty()) << slot;
    ASSERT_EQ(uci.ue, base::UeId{3});
  }
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(-1)), std::nullopt);
  EXPECT_EQ(world.mac.data().tx.buffered_bytes(), world.waiting_bytes + 202);
  EXPECT_TRUE(world.drops.empty());
}

TEST(UeMacConnection, takes_its_request_with_it) {
  UeWorld world;
  world.enqueue(100, 0);
  ASSERT_EQ(world.mac.next_uplink_slot(base::Slot(0)), base::Slot(8));
  world.mac.disconnect();
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(0)), std::nullopt);
  world.mac.connect(4);
  EXPECT_EQ(world.asks(0, 100), std::nullopt) << "nobody has asked in this connection";
  world.mac.request_grant_if_needed(base::Slot(100), world.now);
  EXPECT_EQ(world.asks(100, 200), 108);
}

TEST(UeMacConnection, begins_with_the_packets_that_waited) {
  BusyWorld world;
  world.mac.disconnect();
  world.enqueue(200, 20);
  world.mac.connect(4);
  world.mac.request_grant_if_needed(base::Slot(20), world.now);
  EXPECT_EQ(world.asks(20, 100), 28);
  world.mac.on_grant(ul_grant(base::Slot(40), 1000));
  const auto sent = world.send(40);
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->pdu->data.pdus.size(), 2u) << "the rest of one packet, and the other";
  EXPECT_EQ(sent->pdu->data.pdus[0].bytes, world.waiting_bytes);
  EXPECT_EQ(sent->pdu->data.pdus[1].sdu_bytes, 202u);
}

TEST(UeMacConnection, forgets_all_of_the_last_one_but_the_data_bearer) {
  BusyWorld world;
  world.mac.connect(4);
  EXPECT_EQ(world.mac.next_uplink_slot(base::Slot(0)), std::nullopt);
  EXPECT_EQ(world.mac.block(world.sent.harq), nullptr);
  EXPECT_EQ(block_count(world.mac), 0);
  EXPECT_FALSE(world.mac.receiver().has_decoded(world.heard.harq));
  EXPECT_EQ(world.mac.data().tx.buffered_bytes(), world.waiting_bytes);
  world.mac.request_grant_if_needed(base::Slot(0), world.now);
  const Uci uci = world.mac.uci(base::Slot(8));
  EXPECT_EQ(uci.epoch, 4u);
  EXPECT_EQ(uci.feedback_count, 0);
  EXPECT_TRUE(uci.sr);
  world.mac.on_grant(ul_grant(base::Slot(12), 300));
  const auto sent = world.send(12);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->is_new);
  EXPECT_TRUE(sent->pdu->phr) << "the new cell knows no headroom";
}

TEST(UeMacConnection, begins_srb1_anew_in_both_directions) {
  BusyWorld world;
  MacPdu pdu;
  pdu.signalling.pdus.push_back(polled_pdu(0, 30));
  DlAssignment a = dl_assignment(base::Slot(18));
  a.harq.block = 2;
  world.receive(a, true, pdu);
  ASSERT_EQ(world.out.signalling.delivered.size(), 1u);
  world.mac.connect(4);
  EXPECT_EQ(world.mac.signalling().tx.buffered_bytes(), 0u);
  EXPECT_FALSE(world.mac.signalling().rx.status_pending(world.now));
  EXPECT_EQ(world.mac.signalling().tx.deadline(), std::nullopt) << "no poll waits for an answer";

  world.out.clear();
  world.receive(dl_assignment(base::Slot(28)), true, pdu);
  EXPECT_EQ(world.out.signalling.delivered.size(), 1u) << "COUNT 0 is new again";
  world.send_message(40, 10);
  world.mac.on_grant(ul_grant(base::Slot(12), 300));
  const auto sent = world.send(12);
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->pdu->signalling.pdus.size(), 1u);
  EXPECT_EQ(sent->pdu->signalling.pdus[0].pdcp_count, 0u);
  EXPECT_EQ(sent->pdu->signalling.pdus[0].sn, 0u);
}

TEST(UeMacConnection, shows_every_block_built_in_it) {
  UeWorld world;
  for (int process = 0; process < 3; ++process) {
    UlGrant grant = ul_grant(base::Slot(process), 100);
    grant.harq = {.process = 5 * process, .attempt = 0, .block = 7};
    world.mac.on_grant(grant);
    ASSERT_TRUE(world.send(process));
  }
  std::vector<int> processes;
  world.mac.for_each_block([&](const HarqId& harq, const MacPdu& pdu) {
    processes.push_back(harq.process);
    EXPECT_EQ(harq.block, 7u);
    EXPECT_EQ(&pdu, world.mac.block(harq));
  });
  EXPECT_EQ(processes, (std::vector<int>{0, 5, 10}));
}

TEST(UeMacSignalling, asks_for_a_grant_like_data) {
  UeWorld world;
  world.send_message(50, 0);
  EXPECT_EQ(world.asks(0, 100), 8);
}

TEST(UeMacSignalling, goes_before_data_and_leaves_it_the_rest_of_the_block) {
  UeWorld world;
  world.enqueue(1000, 0);
  world.send_message(50, 0);
  world.mac.on_grant(ul_grant(base::Slot(5), 300));
  const auto sent = world.send(5);
  ASSERT_TRUE(sent);
  const MacPdu& pdu = *sent->pdu;
  ASSERT_EQ(pdu.signalling.pdus.size(), 1u);
  EXPECT_EQ(pdu.signalling.pdus[0].bytes, 52u);
  ASSERT_EQ(pdu.data.pdus.size(), 1u);
  EXPECT_EQ(bytes_of(pdu), 300u);
  EXPECT_EQ(pdu.bsr->index, buffer_status(1002 - pdu.data.pdus[0].bytes).index);
}

TEST(UeMacSignalling, takes_all_of_a_small_block_and_is_told_with_the_data_in_the_report) {
  UeWorld world;
  world.enqueue(1000, 0);
  world.send_message(200, 0);
  world.mac.on_grant(ul_grant(base::Slot(5), 60));
  const auto sent = world.send(5);
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->pdu->signalling.pdus.size(), 1u);
  EXPECT_TRUE(sent->pdu->data.empty());
  EXPECT_EQ(bytes_of(*sent->pdu), 60u);
  const std::uint32_t left = 202 - sent->pdu->signalling.pdus[0].bytes;
  EXPECT_EQ(sent->pdu->bsr->index, buffer_status(1002 + left).index);
}

TEST(UeMacSignalling, comes_out_in_lists_of_its_own) {
  UeConfig config = ue_config();
  config.bearer.acknowledged = true;
  UeWorld world(config);
  MacPdu pdu;
  pdu.signalling.pdus.push_back(polled_pdu(0, 30));
  pdu.data.pdus.push_back(polled_pdu(0, 100));
  const DlAssignment a = dl_assignment(base::Slot(8));
  world.mac.on_assignment(a);
  world.receive(a, true, pdu);
  ASSERT_EQ(world.out.signalling.delivered.size(), 1u);
  EXPECT_EQ(world.out.signalling.delivered[0].bytes, 30u);
  ASSERT_EQ(world.out.data.delivered.size(), 1u);
  EXPECT_EQ(world.out.data.delivered[0].bytes, 100u);

  // The answers to both polls ride in one block, each with its channel.
  world.mac.on_grant(ul_grant(base::Slot(12), 100));
  const auto sent = world.send(12);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->pdu->signalling.has_status);
  EXPECT_TRUE(sent->pdu->data.has_status);
}

TEST(UeMacSignalling, hears_the_status_of_its_own_channel) {
  UeConfig config = ue_config();
  config.bearer.acknowledged = true;
  UeWorld world(config);
  world.enqueue(100, 0);
  world.send_message(50, 0);
  world.mac.on_grant(ul_grant(base::Slot(5), 300));
  ASSERT_TRUE(world.send(5));
  ASSERT_TRUE(world.mac.data().tx.deadline());
  MacPdu pdu;
  pdu.signalling.has_status = true;
  pdu.signalling.status = {.ack_sn = 1, .nacks = {}, .bytes = 5};
  const DlAssignment a = dl_assignment(base::Slot(8));
  world.mac.on_assignment(a);
  world.receive(a, true, pdu);
  EXPECT_EQ(world.mac.signalling().tx.deadline(), std::nullopt) << "its poll is answered";
  EXPECT_TRUE(world.mac.data().tx.deadline()) << "the other's is not";
}

/// A STATUS that misses the first packet, often enough for the sender to give it up.
TEST(UeMacSignalling, keeps_what_senders_give_up_apart) {
  UeConfig config = ue_config();
  config.bearer.acknowledged = true;
  config.bearer.max_retransmissions = 1;
  UeWorld world(config);
  world.enqueue(100, 0);
  world.send_message(50, 0);
  for (std::uint32_t turn = 1; turn <= 9; ++turn) {
    const auto slot = static_cast<std::int64_t>(10 * turn);
    UlGrant grant = ul_grant(base::Slot(slot), 300);
    grant.harq.block = turn;
    world.mac.on_grant(grant);
    ASSERT_TRUE(world.send(slot));
    MacPdu pdu;
    for (ChannelContent* const content : {&pdu.signalling, &pdu.data}) {
      content->has_status = true;
      content->status = {.ack_sn = 1, .nacks = {{.sn = 0}}, .bytes = 8};
    }
    DlAssignment a = dl_assignment(base::Slot(slot + 8));
    a.harq.block = turn;
    world.receive(a, true, pdu);
    EXPECT_EQ(world.out.sender_drops.size(), turn >= 2 ? 1u : 0u) << turn;
    EXPECT_EQ(world.out.signalling_sender_drops.size(), turn >= 9 ? 1u : 0u) << turn;
  }
  EXPECT_EQ(world.out.sender_drops[0].bytes, 100u);
  EXPECT_EQ(world.out.signalling_sender_drops[0].bytes, 50u);
  EXPECT_TRUE(world.mac.signalling().tx.failed());
}

TEST(UeMacConnectionDeathTest, takes_no_message_without_a_connection) {
  UeWorld world;
  world.mac.disconnect();
  EXPECT_DEATH(world.send_message(50, 0), "is_connected");
}

}  // namespace
}  // namespace redcell::mac::ue
