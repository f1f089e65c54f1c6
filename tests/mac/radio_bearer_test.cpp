// Goal: one end of a bearer puts its STATUS before its data into a block, never more than fits, and
// hands what arrives to the right side; SRB1 is configured as the standard says.
// Method: rooms of every size; two ends over a lossy air with keyed chance.
#include "mac/radio_bearer.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/random.h"
#include "tests/mac/testing.h"

namespace redcell::mac {
namespace {

using testing::bytes_of;
using testing::polled_pdu;
using testing::sdu;

constexpr std::uint32_t empty_status_bytes = 2 + 3;  ///< MAC subheader, TS 38.322 6.2.2.5.

BearerConfig acknowledged() {
  return {.t_reordering = never, .t_status_prohibit = base::milliseconds(0)};
}

/// One end and the lists it writes into.
struct End {
  explicit End(const BearerConfig& config = acknowledged()) : bearer(config) {}

  void enqueue(std::uint32_t packet, std::uint32_t bytes) {
    bearer.tx.enqueue(sdu(packet, bytes), now, drops);
  }
  void receive(const ChannelContent& arrived) { bearer.receive(arrived, now, out, sender_drops); }
  std::uint32_t build(std::uint32_t room) {
    content.clear();
    return bearer.build(room, now, content, drops);
  }

  RadioBearer bearer;
  base::Instant now{};
  ChannelContent content;
  ReceiverOutput out;
  std::vector<DroppedSdu> sender_drops;
  std::vector<DroppedSdu> drops;
};

/// An end that owes a STATUS and has a packet.
End owing_end() {
  End end;
  ChannelContent poll;
  poll.pdus.push_back(polled_pdu(0, 100));
  end.receive(poll);
  end.enqueue(7, 500);
  return end;
}

TEST(RadioBearer, puts_its_status_before_its_data_and_exceeds_no_room) {
  for (std::uint32_t room = 0; room < 600; ++room) {
    SCOPED_TRACE(room);
    End end = owing_end();
    const std::uint32_t used = end.build(room);
    ASSERT_LE(used, room);
    ASSERT_EQ(used, bytes_of(end.content));
    ASSERT_EQ(end.content.has_status, room >= empty_status_bytes);
    // MAC subheader, RLC header and one byte fit behind it or do not.
    const std::uint32_t left = room - (end.content.has_status ? empty_status_bytes : 0);
    ASSERT_EQ(end.content.pdus.size(), left >= 2 + 2 + 1 ? 1u : 0u);
  }
}

TEST(RadioBearer, says_nothing_when_it_has_nothing_to_say) {
  End end;
  EXPECT_EQ(end.bearer.waiting_bytes(end.now), 0u);
  EXPECT_EQ(end.build(1000), 0u);
  EXPECT_TRUE(end.content.empty());
}

TEST(RadioBearer, says_its_status_once) {
  End end = owing_end();
  end.build(empty_status_bytes);
  EXPECT_TRUE(end.content.has_status);
  EXPECT_EQ(end.content.status.ack_sn, 1u);
  end.build(1000);
  EXPECT_FALSE(end.content.has_status);
  EXPECT_EQ(end.content.pdus.size(), 1u);
}

TEST(RadioBearer, counts_a_status_that_is_due_among_what_waits) {
  End end = owing_end();
  EXPECT_EQ(end.bearer.waiting_bytes(end.now), 502u + empty_status_bytes);
  EXPECT_EQ(end.bearer.sendable_bytes(end.now), 502u + empty_status_bytes);
  end.build(1000);
  EXPECT_EQ(end.bearer.waiting_bytes(end.now), 0u);
  EXPECT_EQ(end.bearer.sendable_bytes(end.now), 0u);
}

TEST(RadioBearer, does_not_count_a_status_that_is_prohibited) {
  BearerConfig config = acknowledged();
  config.t_status_prohibit = base::milliseconds(10);
  End end(config);
  ChannelContent poll;
  poll.pdus.push_back(polled_pdu(0, 100));
  end.receive(poll);
  end.build(1000);
  poll.pdus[0] = polled_pdu(1, 100);
  end.receive(poll);
  EXPECT_EQ(end.bearer.waiting_bytes(end.now), 0u);
  EXPECT_EQ(end.bearer.sendable_bytes(end.now), 0u);
  EXPECT_EQ(end.build(1000), 0u);
  end.now += base::milliseconds(10);
  EXPECT_EQ(end.bearer.waiting_bytes(end.now), empty_status_bytes);
}

TEST(RadioBearer, tells_what_a_stalled_window_lets_through) {
  End end;
  constexpr std::uint32_t packet_count = 2048 + 30;
  for (std::uint32_t i = 0; i < packet_count; ++i) end.enqueue(i, 10);
  end.build(1'000'000);
  EXPECT_EQ(end.content.pdus.size(), 2048u) << "AM_Window_Size, TS 38.322 7.2";
  EXPECT_EQ(end.bearer.waiting_bytes(end.now), 30u * 12);
  EXPECT_EQ(end.bearer.sendable_bytes(end.now), 0u);
}

TEST(RadioBearer, takes_a_status_and_data_out_of_one_block) {
  End end = owing_end();
  end.build(1000);
  ASSERT_TRUE(end.bearer.tx.deadline()) << "t-PollRetransmit";
  ChannelContent answer;
  answer.has_status = true;
  answer.status = {.ack_sn = 1, .nacks = {}, .bytes = empty_status_bytes};
  answer.pdus.push_back(polled_pdu(1, 200));
  end.receive(answer);
  EXPECT_EQ(end.bearer.tx.deadline(), std::nullopt);
  ASSERT_EQ(end.out.delivered.size(), 2u);
  EXPECT_EQ(end.out.delivered[1].bytes, 200u);
  EXPECT_TRUE(end.sender_drops.empty());
}

TEST(RadioBearer, overlooks_the_status_of_an_earlier_block) {
  End end = owing_end();
  end.build(1000);
  ChannelContent stale;
  stale.status = {.ack_sn = 1, .nacks = {}, .bytes = empty_status_bytes};
  end.receive(stale);
  EXPECT_TRUE(end.bearer.tx.deadline());
}

TEST(RadioBearer, reports_what_its_sender_and_its_receiver_gave_up_apart) {
  BearerConfig config = acknowledged();
  config.max_retransmissions = 1;
  config.t_reordering = base::Duration(0);
  End end(config);
  end.enqueue(7, 500);
  end.build(1000);
  ChannelContent nack;
  nack.has_status = true;
  nack.status = {.ack_sn = 1, .nacks = {{.sn = 0}}, .bytes = empty_status_bytes + 2};
  end.receive(nack);
  end.build(1000);
  EXPECT_TRUE(end.sender_drops.empty());
  nack.pdus.push_back(polled_pdu(1, 30));
  end.receive(nack);
  ASSERT_EQ(end.sender_drops.size(), 1u);
  EXPECT_EQ(end.sender_drops[0].reason, DropReason::rlc_gave_up);
  EXPECT_EQ(end.sender_drops[0].bytes, 500u);
  EXPECT_TRUE(end.out.drops.empty());

  // COUNT 1 was passed on at once; COUNT 0 comes too late.
  end.bearer.rx.on_time(end.now, end.out.delivered, end.out.drops);
  ChannelContent late;
  late.pdus.push_back(polled_pdu(0, 40));
  end.receive(late);
  ASSERT_EQ(end.out.drops.size(), 1u);
  EXPECT_EQ(end.out.drops[0].bytes, 40u);
  EXPECT_EQ(end.sender_drops.size(), 1u);
}

/// Two ends that send to each other in every millisecond.
class Exchange {
 public:
  void step() {
    for (int side = 0; side < 2; ++side) {
      End& end = ends_[side];
      end.now += base::milliseconds(1);
      if (step_ < arrival_count) end.enqueue(step_, 1 + below(900));
      end.bearer.tx.on_time(end.now, end.drops);
      end.bearer.rx.on_time(end.now, end.out.delivered, end.out.drops);
      const std::uint32_t room = below(1500);
      ASSERT_LE(end.build(room), room);
    }
    for (int side = 0; side < 2; ++side) {
      const bool is_lost = step_ < arrival_count && below(4) == 0;
      if (!is_lost) ends_[1 - side].receive(ends_[side].content);
    }
    ++step_;
  }
  const End& end(int side) const { return ends_[side]; }

  static constexpr std::uint32_t arrival_count = 1000;
  static constexpr std::uint32_t seed = 9;

 private:
  std::uint32_t below(std::uint32_t n) {
    return random_.at(base::Purpose::arrival, {.a = 0, .b = 0}, draws_++)[0] % n;
  }
  base::Random random_{seed, 0};
  std::uint64_t draws_ = 0;
  std::uint32_t step_ = 0;
  std::array<End, 2> ends_{End(), End()};
};

TEST(RadioBearer, carries_everything_both_ways_exactly_once_and_in_order) {
  Exchange exchange;
  for (int step = 0; step < 3000; ++step) ASSERT_NO_FATAL_FAILURE(exchange.step());
  for (int side = 0; side < 2; ++side) {
    const End& end = exchange.end(side);
    ASSERT_EQ(end.out.delivered.size(), Exchange::arrival_count) << "seed " << Exchange::seed;
    for (std::uint32_t i = 0; i < Exchange::arrival_count; ++i) {
      ASSERT_EQ(end.out.delivered[i].packet.value, i);
    }
    EXPECT_EQ(end.bearer.waiting_bytes(end.now), 0u);
  }
}

// TS 38.331 9.2.1: AM, t-PollRetransmit 45 ms, infinite pollPDU and pollByte, maxRetxThreshold 8,
// t-Reassembly 35 ms, t-StatusProhibit 0; PDCP with infinite t-Reordering and no discardTimer.
TEST(SignallingBearer, is_that_of_the_standard) {
  const BearerConfig config = signalling_bearer();
  EXPECT_TRUE(config.acknowledged);
  EXPECT_EQ(config.rlc_sn_bits, 12);
  EXPECT_EQ(config.pdcp_sn_bits, 12);
  EXPECT_EQ(config.t_poll_retransmit, base::milliseconds(45));
  EXPECT_EQ(config.poll_pdu, 0u);
  EXPECT_EQ(config.poll_bytes, 0u);
  EXPECT_EQ(config.max_retransmissions, 8u);
  EXPECT_EQ(config.t_reassembly, base::milliseconds(35));
  EXPECT_EQ(config.t_status_prohibit, base::milliseconds(0));
  EXPECT_EQ(config.t_reordering, never);
  EXPECT_EQ(config.pdcp_discard, never);
  EXPECT_EQ(config.queue_limit_bytes, 0u);
}

TEST(SignallingBearer, polls_with_every_message_that_leaves_nothing_behind) {
  End end(signalling_bearer());
  for (std::uint32_t message = 0; message < 3; ++message) {
    end.enqueue(message, 60);
    end.build(1000);
    ASSERT_EQ(end.content.pdus.size(), 1u);
    EXPECT_TRUE(end.content.pdus[0].poll);
  }
}

}  // namespace
}  // namespace redcell::mac
