// Goal: RLC UM numbers segments only, waits for missing ones as long as t-Reassembly and its window
// say, and tells what it gave up. Method: segments of hand-made SDUs, given in chosen orders; each
// limit is seen on both sides of its edge.
#include "mac/rlc/um_rx.h"

#include <gtest/gtest.h>

#include "mac/bearer.h"

namespace redcell::mac {
namespace {

base::Instant at_ms(std::int64_t ms) { return base::Instant() + base::milliseconds(ms); }

struct Ends {
  explicit Ends(int sn_bits = 6)
      : config{.acknowledged = false, .rlc_sn_bits = sn_bits, .t_reordering = base::Duration(0)},
        tx(config),
        rx(config) {}

  // Sends one SDU of 100 bytes as a PDCP PDU in two segments.
  std::vector<RlcPdu> halves() {
    tx.enqueue({base::PacketId{next_packet++}, 98, now}, now, drops);
    std::vector<RlcPdu> pdus;
    tx.build(53, now, pdus, drops);
    tx.build(103, now, pdus, drops);
    EXPECT_EQ(pdus.size(), 2u);
    return pdus;
  }
  void get(const RlcPdu& pdu) { rx.receive(pdu, now, out, drops); }
  void wait_until_ms(std::int64_t ms) {
    now = at_ms(ms);
    rx.on_time(now, out, drops);
  }

  BearerConfig config;
  TxBearer tx;
  RxBearer rx;
  base::Instant now = at_ms(0);
  std::uint32_t next_packet = 0;
  std::vector<DeliveredSdu> out;
  std::vector<DroppedSdu> drops;
};

TEST(UmTransmitter, a_whole_sdu_uses_no_sn_and_segments_share_one) {
  Ends e;
  for (std::uint32_t sn = 0; sn < 130; ++sn) {
    e.tx.enqueue({base::PacketId{0}, 98, e.now}, e.now, e.drops);
    std::vector<RlcPdu> pdus;
    e.tx.build(1000, e.now, pdus, e.drops);
    ASSERT_EQ(pdus.size(), 1u);
    EXPECT_EQ(pdus[0].header_bytes, 1);
    for (const RlcPdu& half : e.halves()) EXPECT_EQ(half.sn, sn % 64);
  }
}

TEST(UmReceiver, segments_in_any_order_make_an_sdu) {
  Ends e;
  const std::vector<RlcPdu> pdus = e.halves();
  e.get(pdus[1]);
  EXPECT_EQ(e.rx.deadline(), at_ms(35));
  EXPECT_TRUE(e.out.empty());
  e.get(pdus[0]);
  ASSERT_EQ(e.out.size(), 1u);
  EXPECT_EQ(e.out[0].bytes, 98u);
  EXPECT_FALSE(e.rx.deadline().has_value());
}

TEST(UmReceiver, gives_up_a_gap_when_t_reassembly_expires_and_not_before) {
  Ends e;
  const std::vector<RlcPdu> a = e.halves();
  const std::vector<RlcPdu> b = e.halves();
  e.get(a[0]);
  EXPECT_FALSE(e.rx.deadline().has_value());  // The rest is simply not there yet.
  e.get(b[0]);
  EXPECT_EQ(e.rx.deadline(), at_ms(35));
  const std::vector<RlcPdu> c = e.halves();
  e.get(c[0]);
  e.wait_until_ms(34);
  EXPECT_TRUE(e.drops.empty());
  e.wait_until_ms(35);
  // All below RX_Timer_Trigger goes, also b which had no gap yet; c came after the timer had
  // started.
  ASSERT_EQ(e.drops.size(), 2u);
  EXPECT_EQ(e.drops[0].reason, DropReason::lost_on_air);
  EXPECT_EQ(e.drops[0].packet.value, 0u);
  EXPECT_EQ(e.drops[1].packet.value, 1u);
  e.get(a[1]);
  e.get(b[1]);
  EXPECT_TRUE(e.out.empty());
  e.get(c[1]);
  e.wait_until_ms(36);
  ASSERT_EQ(e.out.size(), 1u);
  EXPECT_EQ(e.out[0].packet.value, 2u);
}

TEST(UmReceiver, t_reassembly_stops_when_the_gap_closes_and_runs_again_for_the_next) {
  Ends e;
  const std::vector<RlcPdu> a = e.halves();
  const std::vector<RlcPdu> b = e.halves();
  const std::vector<RlcPdu> c = e.halves();
  e.get(a[0]);
  e.get(b[0]);
  e.wait_until_ms(10);
  e.get(c[0]);
  EXPECT_EQ(e.rx.deadline(), at_ms(35));
  e.get(a[1]);
  EXPECT_EQ(e.rx.deadline(), at_ms(35));  // RX_Timer_Trigger is beyond b.
  e.get(b[1]);
  EXPECT_FALSE(e.rx.deadline().has_value());
}

TEST(UmReceiver, t_reassembly_stops_when_the_only_sdu_has_no_gap_left_though_its_end_is_missing) {
  Ends e;
  e.tx.enqueue({base::PacketId{0}, 98, e.now}, e.now, e.drops);
  std::vector<RlcPdu> pdus;
  for (int i = 0; i < 4; ++i) e.tx.build(30, e.now, pdus, e.drops);
  ASSERT_EQ(pdus.size(), 4u);
  e.get(pdus[0]);
  e.get(pdus[2]);
  EXPECT_TRUE(e.rx.deadline().has_value());
  e.get(pdus[1]);
  EXPECT_FALSE(e.rx.deadline().has_value());
  e.get(pdus[3]);
  EXPECT_EQ(e.out.size(), 1u);
}

TEST(UmReceiver, the_window_of_half_the_sn_space_gives_up_what_falls_below_it) {
  for (const std::uint32_t behind : {31u, 32u}) {
    Ends e;
    const std::vector<RlcPdu> old = e.halves();
    e.get(old[0]);
    std::vector<RlcPdu> pdus;
    for (std::uint32_t i = 0; i < behind; ++i) pdus = e.halves();
    e.get(pdus[0]);
    EXPECT_EQ(e.drops.size(), behind == 32 ? 1u : 0u);
    e.get(old[1]);
    e.wait_until_ms(0);
    EXPECT_EQ(e.out.size(), behind == 32 ? 0u : 1u);
  }
}

TEST(UmReceiver, segments_of_two_sdus_under_one_sn_never_mix) {
  Ends e;
  const std::vector<RlcPdu> old = e.halves();
  e.get(old[0]);
  std::vector<RlcPdu> pdus;
  for (int i = 0; i < 64; ++i) pdus = e.halves();
  ASSERT_EQ(pdus[1].sn, old[0].sn);
  e.get(pdus[1]);
  EXPECT_TRUE(e.out.empty());
  ASSERT_EQ(e.drops.size(), 1u);
  EXPECT_EQ(e.drops[0].packet.value, 0u);
}

TEST(UmReceiver, a_doubled_segment_neither_delivers_nor_drops) {
  Ends e;
  const std::vector<RlcPdu> pdus = e.halves();
  e.get(pdus[0]);
  e.get(pdus[0]);
  e.get(pdus[1]);
  e.get(pdus[1]);
  EXPECT_EQ(e.out.size(), 1u);
  EXPECT_TRUE(e.drops.empty());
}

TEST(UmAccount, a_lost_block_ends_its_sdus_once_even_when_the_receiver_reports_them_too) {
  Ends e;
  const std::vector<RlcPdu> a = e.halves();
  const std::vector<RlcPdu> b = e.halves();
  e.get(a[0]);
  e.get(b[0]);
  e.tx.on_block_lost(std::vector{a[1], b[1]}, e.drops);
  ASSERT_EQ(e.drops.size(), 2u);
  EXPECT_EQ(e.tx.queued_bytes(), 0u);
  e.drops.clear();
  e.wait_until_ms(35);
  ASSERT_EQ(e.drops.size(), 2u);
  e.tx.settle(e.out, e.drops);
  EXPECT_TRUE(e.drops.empty());
}

TEST(UmReestablishment, delivers_what_is_held_drops_what_is_on_its_way_and_counts_from_zero) {
  Ends e;
  const std::vector<RlcPdu> a = e.halves();
  const std::vector<RlcPdu> b = e.halves();
  e.get(b[0]);
  e.get(b[1]);
  EXPECT_TRUE(e.out.empty());
  e.rx.reestablish(e.out, e.drops);
  e.tx.settle(e.out, e.drops);
  EXPECT_EQ(e.out.size(), 1u);
  EXPECT_TRUE(e.drops.empty());
  e.tx.reestablish(e.drops);
  ASSERT_EQ(e.drops.size(), 1u);
  EXPECT_EQ(e.drops[0].packet.value, 0u);
  EXPECT_EQ(e.drops[0].reason, DropReason::released);
  const std::vector<RlcPdu> c = e.halves();
  EXPECT_EQ(c[0].pdcp_count, 0u);
  EXPECT_EQ(c[0].sn, 0u);
  e.get(c[0]);
  e.get(c[1]);
  EXPECT_EQ(e.out.size(), 2u);
}

TEST(UmDeathTest, rejects_a_status_and_sn_lengths_the_standard_does_not_have) {
  Ends e;
  EXPECT_DEATH(e.tx.on_status({}, e.now, e.drops), "broken precondition");
  EXPECT_DEATH(RxBearer({.acknowledged = false, .rlc_sn_bits = 18}), "rlc_sn_bits");
}

}  // namespace
}  // namespace redcell::mac
