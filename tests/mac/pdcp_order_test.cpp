// Goal: PDCP delivers in order and once, waits as long as t-Reordering says, and drops by age and
// by length of the queue. Method: PDUs of known COUNT in chosen orders; each limit is seen on both
// sides of its edge.
#include "mac/pdcp/pdcp_rx.h"

#include <gtest/gtest.h>

#include "mac/bearer.h"

namespace redcell::mac {
namespace {

base::Instant at_ms(std::int64_t ms) { return base::Instant() + base::milliseconds(ms); }

struct Receiver {
  explicit Receiver(const BearerConfig& config = {}) : rx(config) {}
  void get(std::uint32_t count, std::int64_t ms = 0) {
    rx.receive({base::PacketId{count}, 102, count}, at_ms(ms), {out, drops});
  }
  std::vector<std::uint32_t> counts() const {
    std::vector<std::uint32_t> result;
    for (const DeliveredSdu& sdu : out) result.push_back(sdu.packet.value);
    return result;
  }
  PdcpRx rx;
  std::vector<DeliveredSdu> out;
  std::vector<DroppedSdu> drops;
};

using Counts = std::vector<std::uint32_t>;

TEST(PdcpReordering, delivers_in_order_what_arrives_out_of_order) {
  Receiver r;
  r.get(2);
  r.get(1);
  EXPECT_TRUE(r.out.empty());
  r.get(0);
  EXPECT_EQ(r.counts(), (Counts{0, 1, 2}));
  EXPECT_FALSE(r.rx.deadline().has_value());
}

TEST(PdcpReordering, t_reordering_passes_a_gap_over_and_not_before) {
  Receiver r;
  r.get(1);
  r.get(2);
  r.get(4, 50);
  ASSERT_EQ(r.rx.deadline(), at_ms(100));
  r.rx.on_time(at_ms(99), {r.out, r.drops});
  EXPECT_TRUE(r.out.empty());
  r.rx.on_time(at_ms(100), {r.out, r.drops});
  EXPECT_EQ(r.counts(), (Counts{1, 2}));  // RX_REORD was 2: COUNT 3 still gets its own time.
  EXPECT_EQ(r.rx.deadline(), at_ms(200));
  r.rx.on_time(at_ms(200), {r.out, r.drops});
  EXPECT_EQ(r.counts(), (Counts{1, 2, 4}));
}

TEST(PdcpReordering, an_infinite_t_reordering_waits_for_ever) {
  BearerConfig config;
  config.t_reordering = never;
  Receiver r(config);
  r.get(1);
  EXPECT_FALSE(r.rx.deadline().has_value());
  r.rx.on_time(at_ms(1'000'000), {r.out, r.drops});
  EXPECT_TRUE(r.out.empty());
}

TEST(PdcpReordering, what_was_passed_over_is_too_late) {
  Receiver r;
  r.get(1);
  r.rx.on_time(at_ms(100), {r.out, r.drops});
  r.get(0, 101);
  EXPECT_EQ(r.counts(), (Counts{1}));
  ASSERT_EQ(r.drops.size(), 1u);
  EXPECT_EQ(r.drops[0].reason, DropReason::too_late);
  EXPECT_EQ(r.drops[0].bytes, 100u);
}

TEST(PdcpReordering, a_duplicate_of_a_stored_pdu_is_silent) {
  Receiver r;
  r.get(1);
  r.get(1);
  EXPECT_TRUE(r.drops.empty());
  r.get(0);
  EXPECT_EQ(r.counts(), (Counts{0, 1}));
}

TEST(PdcpCount, is_inferred_from_the_sn_over_every_wrap) {
  Receiver r;
  for (std::uint32_t count = 0; count < 3 * 4096; count += 2) {
    r.get(count + 1);
    r.get(count);
  }
  EXPECT_EQ(r.out.size(), 3u * 4096);
  EXPECT_TRUE(r.drops.empty());
}

TEST(PdcpCount, survives_a_gap_below_half_the_sn_space_and_no_longer_one) {
  for (const std::uint32_t gap : {2047u, 2048u}) {
    Receiver r;
    for (std::uint32_t count = 0; count < 5000; ++count) r.get(count);
    r.get(5000 + gap);
    EXPECT_EQ(r.drops.size(), gap == 2048 ? 1u : 0u) << gap;
    if (gap == 2048) {
      EXPECT_EQ(r.drops[0].reason, DropReason::hfn_desync);
    }
  }
}

TEST(PdcpCount, takes_what_is_half_the_sn_space_late_for_late_and_older_for_new) {
  for (const std::uint32_t behind : {2048u, 2049u}) {
    Receiver r;
    for (std::uint32_t count = 0; count < 7000; ++count) r.get(count);
    r.get(7000 - behind);
    ASSERT_EQ(r.drops.size(), 1u);
    const auto reason = behind == 2048 ? DropReason::too_late : DropReason::hfn_desync;
    EXPECT_EQ(r.drops[0].reason, reason) << behind;
  }
}

TEST(PdcpCount, knows_no_hyper_frame_before_the_first) {
  Receiver r;
  r.get(2048);
  ASSERT_EQ(r.drops.size(), 1u);
  EXPECT_EQ(r.drops[0].reason, DropReason::hfn_desync);
}

struct Sender {
  explicit Sender(const BearerConfig& config) : tx(config) {}
  bool offer(std::uint32_t bytes, std::int64_t ms) {
    return tx.enqueue({base::PacketId{0}, bytes, at_ms(ms)}, at_ms(ms), drops);
  }
  TxBearer tx;
  std::vector<DroppedSdu> drops;
  std::vector<RlcPdu> pdus;
};

TEST(PdcpDiscard, drops_an_sdu_at_its_age_limit_and_not_before) {
  Sender s({.pdcp_discard = base::milliseconds(20)});
  s.offer(100, 0);
  s.offer(200, 5);
  EXPECT_EQ(s.tx.deadline(), at_ms(20));
  s.tx.on_time(at_ms(19), s.drops);
  EXPECT_TRUE(s.drops.empty());
  s.tx.on_time(at_ms(20), s.drops);
  ASSERT_EQ(s.drops.size(), 1u);
  EXPECT_EQ(s.drops[0].reason, DropReason::discard_timer);
  EXPECT_EQ(s.drops[0].bytes, 100u);
  EXPECT_EQ(s.tx.queued_bytes(), 200u);
  EXPECT_EQ(s.tx.buffered_bytes(), 202u);
  EXPECT_EQ(s.tx.deadline(), at_ms(25));
}

TEST(PdcpDiscard, happens_before_a_build_at_the_same_moment) {
  Sender s({.pdcp_discard = base::milliseconds(20)});
  s.offer(100, 0);
  EXPECT_EQ(s.tx.build(1000, at_ms(20), s.pdus, s.drops), 0u);
  EXPECT_EQ(s.drops.size(), 1u);
}

TEST(PdcpDiscard, leaves_no_gap_in_count_and_spares_what_was_begun) {
  Sender s({.pdcp_discard = base::milliseconds(20)});
  s.offer(100, 0);
  s.offer(100, 0);
  s.tx.build(50, at_ms(0), s.pdus, s.drops);
  s.tx.on_time(at_ms(20), s.drops);
  EXPECT_EQ(s.drops.size(), 1u);
  s.offer(100, 21);
  s.tx.build(1000, at_ms(21), s.pdus, s.drops);
  ASSERT_EQ(s.pdus.size(), 3u);
  EXPECT_TRUE(s.pdus[1].last);
  EXPECT_EQ(s.pdus[1].pdcp_count, 0u);
  EXPECT_EQ(s.pdus[2].pdcp_count, 1u);
}

TEST(PdcpDiscard, zero_means_infinity) {
  Sender s({});
  s.offer(100, 0);
  EXPECT_FALSE(s.tx.deadline().has_value());
  s.tx.on_time(at_ms(1'000'000), s.drops);
  EXPECT_TRUE(s.drops.empty());
}

TEST(PdcpQueue, drops_what_would_pass_its_limit) {
  Sender s({.queue_limit_bytes = 300});
  EXPECT_TRUE(s.offer(200, 0));
  EXPECT_TRUE(s.offer(100, 0));
  EXPECT_FALSE(s.offer(1, 0));
  ASSERT_EQ(s.drops.size(), 1u);
  EXPECT_EQ(s.drops[0].reason, DropReason::queue_full);
  EXPECT_EQ(s.tx.queued_bytes(), 300u);
  s.tx.build(1000, at_ms(0), s.pdus, s.drops);
  EXPECT_TRUE(s.offer(300, 0));
}

TEST(PdcpQueue, release_ends_everything_once) {
  Sender s({});
  for (int i = 0; i < 3; ++i) s.offer(100, 0);
  s.tx.build(150, at_ms(0), s.pdus, s.drops);
  s.tx.release(s.drops);
  EXPECT_EQ(s.drops.size(), 3u);
  for (const DroppedSdu& sdu : s.drops) EXPECT_EQ(sdu.reason, DropReason::released);
  EXPECT_EQ(s.tx.queued_bytes(), 0u);
  EXPECT_EQ(s.tx.buffered_bytes(), 0u);
  EXPECT_FALSE(s.tx.deadline().has_value());
  std::vector<DeliveredSdu> late{{base::PacketId{0}, 100, 0}};
  s.tx.settle(late, s.drops);
  EXPECT_TRUE(late.empty());
}

TEST(PdcpDeathTest, rejects_an_sdu_of_no_bytes_or_of_too_many) {
  Sender s({});
  EXPECT_DEATH(s.offer(0, 0), "max_sdu_bytes");
  EXPECT_DEATH(s.offer(9001, 0), "max_sdu_bytes");
}

}  // namespace
}  // namespace redcell::mac
