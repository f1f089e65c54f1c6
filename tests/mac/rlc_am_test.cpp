// Goal: each timer, counter and window of RLC AM does what TS 38.322 says, and is missed when it is
// gone. Method: one sender and one receiver, moved by hand; each limit is seen on both sides of its
// edge.
#include "mac/rlc/am_tx.h"

#include <gtest/gtest.h>

#include <array>

#include "mac/bearer.h"

namespace redcell::mac {
namespace {

base::Instant at_ms(std::int64_t ms) { return base::Instant() + base::milliseconds(ms); }

constexpr std::uint32_t sdu_bytes = 98;  // 100 as a PDCP PDU, 104 in a transport block.
constexpr std::uint32_t pdu_room = 104;

struct Ends {
  explicit Ends(const BearerConfig& config = {}) : tx(config), rx(config) {}

  void offer(int sdu_count) {
    for (int i = 0; i < sdu_count; ++i) {
      tx.enqueue({base::PacketId{next_packet++}, sdu_bytes, now}, now, drops);
    }
  }
  std::vector<RlcPdu> send(std::uint32_t room_bytes) {
    std::vector<RlcPdu> pdus;
    tx.build(room_bytes, now, pdus, drops);
    return pdus;
  }
  RlcPdu send_one() {
    const std::vector<RlcPdu> pdus = send(pdu_room);
    EXPECT_EQ(pdus.size(), 1u);
    return pdus.empty() ? RlcPdu{} : pdus.front();
  }
  void get(const RlcPdu& pdu) {
    rx.receive(pdu, now, out, drops);
    tx.settle(out, drops);
  }
  void wait_until_ms(std::int64_t ms) {
    now = at_ms(ms);
    tx.on_time(now, drops);
    rx.on_time(now, out, drops);
  }
  void acknowledge(std::uint32_t ack_sn, std::vector<RlcNack> nacks = {}) {
    RlcStatus status;
    status.ack_sn = ack_sn;
    status.nacks = std::move(nacks);
    tx.on_status(status, now, drops);
  }

  TxBearer tx;
  RxBearer rx;
  base::Instant now = at_ms(0);
  std::uint32_t next_packet = 0;
  std::vector<DeliveredSdu> out;
  std::vector<DroppedSdu> drops;
};

BearerConfig quiet() {
  BearerConfig config;
  config.poll_pdu = 0;
  config.poll_bytes = 0;
  return config;
}

TEST(AmPolling, the_last_pdu_in_the_buffers_polls) {
  Ends e(quiet());
  e.offer(3);
  EXPECT_FALSE(e.send_one().poll);
  EXPECT_FALSE(e.send_one().poll);
  EXPECT_TRUE(e.send_one().poll);
}

TEST(AmPolling, every_poll_pdu_th_new_pdu_polls) {
  BearerConfig config = quiet();
  config.poll_pdu = 4;
  Ends e(config);
  e.offer(100);
  for (int i = 1; i <= 12; ++i) EXPECT_EQ(e.send_one().poll, i % 4 == 0) << i;
}

TEST(AmPolling, every_poll_bytes_of_new_data_a_pdu_polls) {
  BearerConfig config = quiet();
  config.poll_bytes = 250;
  Ends e(config);
  e.offer(100);
  for (int i = 1; i <= 12; ++i) EXPECT_EQ(e.send_one().poll, i % 3 == 0) << i;
}

TEST(AmPolling, a_stalled_window_polls_and_lets_nothing_new_out) {
  Ends e(quiet());
  e.offer(3000);
  const std::vector<RlcPdu> pdus = e.send(3000 * pdu_room);
  ASSERT_EQ(pdus.size(), 2048u);  // AM_Window_Size at 12 bits (TS 38.322 7.2).
  for (std::size_t i = 0; i < pdus.size(); ++i) ASSERT_EQ(pdus[i].poll, i == 2047) << i;
  EXPECT_TRUE(e.send(pdu_room).empty());
  EXPECT_EQ(e.tx.sendable_bytes(), 0u);
  EXPECT_EQ(e.tx.buffered_bytes(), 952u * 100);
  e.acknowledge(1);
  EXPECT_EQ(e.send(3000 * pdu_room).size(), 1u);
}

TEST(AmWindow, is_half_the_shorter_sn_space_of_rlc_and_pdcp) {
  for (const auto& [rlc_bits, pdcp_bits, window] :
       {std::array{12, 18, 2048}, std::array{18, 12, 2048}, std::array{18, 18, 131'072}}) {
    BearerConfig config = quiet();
    config.rlc_sn_bits = rlc_bits;
    config.pdcp_sn_bits = pdcp_bits;
    Ends e(config);
    e.offer(window + 1);
    EXPECT_EQ(e.send(static_cast<std::uint32_t>(window + 1) * 106).size(),
              static_cast<std::size_t>(window));
  }
}

TEST(AmPolling, poll_retransmit_sends_the_highest_unconfirmed_sdu_again_with_a_poll) {
  Ends e(quiet());
  e.offer(2);
  e.send(2 * pdu_room);
  ASSERT_EQ(e.tx.deadline(), at_ms(45));
  e.wait_until_ms(44);
  EXPECT_TRUE(e.send(pdu_room).empty());
  e.wait_until_ms(45);
  const RlcPdu again = e.send_one();
  EXPECT_EQ(again.sn, 1u);
  EXPECT_TRUE(again.poll);
  EXPECT_EQ(e.tx.deadline(), at_ms(90));
}

TEST(AmPolling, poll_retransmit_with_new_data_waiting_polls_on_that) {
  Ends e(quiet());
  e.offer(1);
  EXPECT_TRUE(e.send_one().poll);
  e.offer(5);
  e.wait_until_ms(45);
  const RlcPdu next = e.send_one();
  EXPECT_EQ(next.sn, 1u);
  EXPECT_TRUE(next.poll);
  EXPECT_FALSE(e.send_one().poll);
}

TEST(AmPolling, a_poll_whose_carrier_was_discarded_is_asked_again) {
  BearerConfig config = quiet();
  config.pdcp_discard = base::milliseconds(10);
  Ends e(config);
  e.offer(1);
  e.send_one();
  e.now = at_ms(44);
  e.offer(1);
  e.wait_until_ms(45);  // The poll would ride on the second SDU,
  e.wait_until_ms(60);  // which is discarded.
  e.wait_until_ms(90);
  EXPECT_TRUE(e.send_one().poll);
}

TEST(AmPolling, a_status_that_covers_the_poll_stops_poll_retransmit) {
  Ends acked(quiet());
  acked.offer(2);
  acked.send(2 * pdu_room);
  acked.acknowledge(1);
  EXPECT_TRUE(acked.tx.deadline().has_value());
  acked.acknowledge(2);
  EXPECT_FALSE(acked.tx.deadline().has_value());
  Ends nacked(quiet());
  nacked.offer(2);
  nacked.send(2 * pdu_room);
  nacked.acknowledge(2, {{1, 0, to_the_end}});
  EXPECT_FALSE(nacked.tx.deadline().has_value());
}

TEST(AmRetransmission, a_nacked_range_is_sent_again_in_as_many_pieces_as_rooms_force) {
  Ends e(quiet());
  e.offer(1);
  e.send_one();
  e.acknowledge(1, {{0, 10, 60}});
  EXPECT_EQ(e.tx.buffered_bytes(), 50u);
  std::uint32_t have = 10;
  while (e.tx.buffered_bytes() > 0) {
    const std::vector<RlcPdu> pdus = e.send(20);
    ASSERT_EQ(pdus.size(), 1u);
    EXPECT_EQ(pdus[0].offset, have);
    EXPECT_EQ(pdus[0].header_bytes, 4);
    EXPECT_FALSE(pdus[0].first || pdus[0].last);
    have += pdus[0].bytes;
    EXPECT_EQ(pdus[0].poll, have == 60);
  }
  EXPECT_EQ(have, 60u);
}

TEST(AmRetransmission, retransmissions_go_before_new_data_and_in_sn_order) {
  Ends e(quiet());
  e.offer(5);
  e.send(4 * pdu_room);
  e.acknowledge(4, {{0, 0, to_the_end}, {2, 0, to_the_end}});
  EXPECT_EQ(e.send_one().sn, 0u);
  EXPECT_EQ(e.send_one().sn, 2u);
  EXPECT_EQ(e.send_one().sn, 4u);
}

TEST(AmRetransmission, a_nack_for_what_is_pending_already_adds_nothing) {
  Ends e(quiet());
  e.offer(1);
  e.send_one();
  e.acknowledge(1, {{0, 10, 60}});
  e.acknowledge(1, {{0, 20, 50}});
  EXPECT_EQ(e.tx.buffered_bytes(), 50u);
  e.acknowledge(1, {{0, 50, 70}, {0, 90, to_the_end}});
  EXPECT_EQ(e.tx.buffered_bytes(), 70u);
}

TEST(AmRetransmission, a_status_older_than_what_was_confirmed_since_changes_nothing) {
  Ends e(quiet());
  e.offer(6);
  e.send(6 * pdu_room);
  e.acknowledge(4);
  e.acknowledge(2, {{1, 0, to_the_end}});
  EXPECT_EQ(e.tx.buffered_bytes(), 0u);
  e.acknowledge(6);
  EXPECT_FALSE(e.tx.deadline().has_value());
}

TEST(AmRetransmission, gives_up_when_retx_count_reaches_the_threshold) {
  BearerConfig config = quiet();
  config.max_retransmissions = 3;
  Ends e(config);
  e.offer(1);
  e.send_one();
  // RETX_COUNT is 0 at the first retransmission, so the fourth NACK reaches 3 (TS 38.322 5.3.2).
  for (int i = 1; i <= 3; ++i) {
    e.acknowledge(1, {{0, 0, to_the_end}});
    EXPECT_FALSE(e.tx.failed()) << i;
    e.send_one();
  }
  e.acknowledge(1, {{0, 0, to_the_end}});
  EXPECT_TRUE(e.tx.failed());
  ASSERT_EQ(e.drops.size(), 1u);
  EXPECT_EQ(e.drops[0].reason, DropReason::rlc_gave_up);
  EXPECT_EQ(e.tx.queued_bytes(), 0u);
  EXPECT_EQ(e.tx.buffered_bytes(), 0u);
}

TEST(AmRetransmission, several_nacks_of_an_sdu_in_one_status_count_once) {
  BearerConfig config = quiet();
  config.max_retransmissions = 2;
  Ends e(config);
  e.offer(1);
  e.send_one();
  e.acknowledge(1, {{0, 0, 10}, {0, 20, 30}, {0, 40, 50}, {0, 60, 70}});
  EXPECT_FALSE(e.tx.failed());
}

TEST(AmRetransmission, an_sdu_given_up_that_arrives_after_all_is_not_delivered_twice) {
  BearerConfig config = quiet();
  config.max_retransmissions = 1;
  Ends e(config);
  e.offer(1);
  const RlcPdu pdu = e.send_one();
  e.acknowledge(1, {{0, 0, to_the_end}});
  e.send_one();
  e.acknowledge(1, {{0, 0, to_the_end}});
  ASSERT_EQ(e.drops.size(), 1u);
  e.drops.clear();
  e.get(pdu);
  EXPECT_TRUE(e.out.empty());
}

TEST(AmReassembly, a_gap_is_reported_when_t_reassembly_expires_and_not_before) {
  Ends e(quiet());
  e.offer(2);
  const std::vector<RlcPdu> pdus = e.send(2 * pdu_room);
  e.get(pdus[1]);  // It polls, but SDU 0 may still come.
  EXPECT_FALSE(e.rx.status_pending(e.now));
  ASSERT_EQ(e.rx.deadline(), at_ms(35));
  e.wait_until_ms(34);
  EXPECT_FALSE(e.rx.status_pending(e.now));
  e.wait_until_ms(35);
  ASSERT_TRUE(e.rx.status_pending(e.now));
  RlcStatus status;
  ASSERT_TRUE(e.rx.build_status(1000, e.now, status));
  EXPECT_EQ(status.ack_sn, 2u);
  ASSERT_EQ(status.nacks.size(), 1u);
  EXPECT_EQ(status.nacks[0].sn, 0u);
}

TEST(AmReassembly, a_gap_that_closes_in_time_answers_the_poll_without_a_nack) {
  Ends e(quiet());
  e.offer(2);
  const std::vector<RlcPdu> pdus = e.send(2 * pdu_room);
  e.get(pdus[1]);
  e.get(pdus[0]);
  EXPECT_EQ(e.out.size(), 2u);
  RlcStatus status;
  ASSERT_TRUE(e.rx.build_status(1000, e.now, status));
  EXPECT_EQ(status.ack_sn, 2u);
  EXPECT_TRUE(status.nacks.empty());
  EXPECT_FALSE(e.rx.deadline().has_value());
}

TEST(AmReassembly, a_gap_inside_the_newest_sdu_runs_t_reassembly) {
  Ends e(quiet());
  e.offer(1);
  const std::vector<RlcPdu> a = e.send(40);
  const std::vector<RlcPdu> b = e.send(40);
  ASSERT_EQ(b.size(), 1u);
  e.get(b[0]);
  EXPECT_TRUE(e.rx.deadline().has_value());
  e.get(a[0]);
  EXPECT_FALSE(e.rx.deadline().has_value());
}

TEST(AmReassembly, a_duplicate_that_polls_is_answered_and_not_delivered) {
  Ends e(quiet());
  e.offer(1);
  const RlcPdu pdu = e.send_one();
  e.get(pdu);
  ASSERT_EQ(e.out.size(), 1u);
  e.out.clear();
  RlcStatus status;
  ASSERT_TRUE(e.rx.build_status(1000, e.now, status));
  e.wait_until_ms(20);
  EXPECT_FALSE(e.rx.status_pending(e.now));
  e.rx.receive(pdu, e.now, e.out, e.drops);
  EXPECT_TRUE(e.rx.status_pending(e.now));
  EXPECT_TRUE(e.out.empty());
  EXPECT_TRUE(e.drops.empty());
  EXPECT_EQ(e.out.size(),
            0u);  // settle() struck nothing: the first delivery is gone from the list.
}

TEST(AmReassembly, what_lies_outside_the_window_is_discarded) {
  Ends e(quiet());
  for (const std::uint32_t sn : {2047u, 2048u}) {
    RlcPdu pdu{
        .sn = sn, .pdcp_count = 0, .sdu_bytes = 100, .bytes = 100, .first = true, .last = true};
    std::vector<DeliveredSdu> out;
    e.rx.receive(pdu, e.now, out, e.drops);
    EXPECT_EQ(e.rx.deadline().has_value(), true) << sn;
  }
  e.wait_until_ms(35);
  RlcStatus status;
  ASSERT_TRUE(e.rx.build_status(100'000, e.now, status));
  EXPECT_EQ(status.nacks.size(), 2047u);
  EXPECT_EQ(status.ack_sn, 2048u);
}

TEST(AmReassembly, segments_of_two_sdus_under_one_sn_never_mix) {
  for (const std::uint32_t old : {0u, 1u}) {
    Ends e(quiet());
    const auto get = [&](const RlcPdu& pdu) { e.rx.receive(pdu, e.now, e.out, e.drops); };
    get({.pdcp_count = old, .sdu_bytes = 100, .bytes = 50, .first = true});
    get({.pdcp_count = 1 - old, .sdu_bytes = 100, .offset = 50, .bytes = 50, .last = true});
    EXPECT_TRUE(e.out.empty()) << "neither of the two is whole";
    get({.pdcp_count = 1 - old, .sdu_bytes = 100, .bytes = 50, .first = true});
    get({.sn = 1, .pdcp_count = old, .sdu_bytes = 100, .bytes = 100, .first = true, .last = true});
    ASSERT_EQ(e.out.size(), 2u);
    EXPECT_EQ(e.out[0].pdcp_count, 0u);
    EXPECT_EQ(e.out[1].bytes, 98u);
  }
}

TEST(AmStatus, status_prohibit_holds_the_next_status_back) {
  Ends e(quiet());
  e.offer(1);
  e.get(e.send_one());
  RlcStatus status;
  ASSERT_TRUE(e.rx.build_status(1000, e.now, status));
  e.offer(1);
  e.get(e.send_one());
  EXPECT_FALSE(e.rx.status_pending(at_ms(9)));
  EXPECT_FALSE(e.rx.build_status(1000, at_ms(9), status));
  EXPECT_EQ(e.rx.deadline(), at_ms(10));
  EXPECT_TRUE(e.rx.status_pending(at_ms(10)));
  EXPECT_TRUE(e.rx.build_status(1000, at_ms(10), status));
}

TEST(AmReestablishment, sends_all_that_was_not_confirmed_again_and_delivers_it_once) {
  Ends e(quiet());
  e.offer(5);
  const std::vector<RlcPdu> pdus = e.send(4 * pdu_room + 30);
  ASSERT_EQ(pdus.size(), 5u);
  e.acknowledge(1);
  std::vector<DeliveredSdu> delivered;
  for (const std::size_t i : {0u, 1u, 3u}) {
    e.get(pdus[i]);
    delivered.insert(delivered.end(), e.out.begin(), e.out.end());
    e.out.clear();
  }
  TxBearer moved = std::move(e.tx);
  e.rx.reestablish(e.out, e.drops);
  moved.reestablish(e.drops);
  e.tx = std::move(moved);
  EXPECT_EQ(e.tx.buffered_bytes(), 400u);
  const std::vector<RlcPdu> again = e.send(1000);
  ASSERT_EQ(again.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(again[i].sn, i);
    EXPECT_EQ(again[i].pdcp_count, i + 1);
    e.get(again[i]);
    delivered.insert(delivered.end(), e.out.begin(), e.out.end());
    e.out.clear();
  }
  ASSERT_EQ(delivered.size(), 5u);
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(delivered[i].packet.value, i);
  EXPECT_TRUE(e.drops.empty());
  EXPECT_EQ(e.tx.queued_bytes(), 0u);
}

TEST(AmDeathTest, rejects_sn_lengths_and_timers_the_standard_does_not_have) {
  EXPECT_DEATH(TxBearer({.rlc_sn_bits = 6}), "rlc_sn_bits");
  EXPECT_DEATH(TxBearer({.pdcp_sn_bits = 16}), "pdcp_sn_bits");
  EXPECT_DEATH(TxBearer({.t_poll_retransmit = base::Duration(0)}), "t_poll_retransmit");
  EXPECT_DEATH(TxBearer({.max_retransmissions = 0}), "max_retransmissions");
  EXPECT_DEATH(RxBearer({.t_reassembly = never}), "t_reassembly");
}

}  // namespace
}  // namespace redcell::mac
