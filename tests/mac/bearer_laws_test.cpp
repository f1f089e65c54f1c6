// Goal: over any channel, AM delivers every SDU once and in order, UM a subset in order, and no
// byte is ever unaccounted for. Method: both ends joined by a channel that loses, delays, reorders
// and doubles blocks by keyed chance; an independent ledger by packet checks every step. Fixed
// seeds, in the failure message.
#include "mac/bearer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "mac/rlc/sizes.h"

namespace redcell::mac {
namespace {

struct Channel {
  double loss = 0.0;
  double twice = 0.0;
  std::uint32_t delay_ms_max = 1;
  std::uint32_t room_bytes_max = 6000;
};

struct Case {
  std::string name;
  BearerConfig config;
  Channel channel;
};

struct Block {
  std::int64_t due_ms;
  std::vector<RlcPdu> pdus;
};

struct Report {
  std::int64_t due_ms;
  RlcStatus status;
};

class World {
 public:
  World(const Case& c, std::uint32_t seed)
      : channel_(c.channel),
        random_(seed, 0),
        tx_(c.config),
        rx_(c.config),
        acknowledged_(c.config.acknowledged),
        segment_header_bytes_max_(c.config.rlc_sn_bits == 18   ? 5u
                                  : c.config.rlc_sn_bits == 12 ? 4u
                                                               : 3u) {}

  void run(std::int64_t arrivals_ms, std::int64_t end_ms) {
    for (; now_ms_ < end_ms && !testing::Test::HasFatalFailure(); ++now_ms_) {
      if (now_ms_ < arrivals_ms) arrive();
      if (now_ms_ == arrivals_ms) channel_ = {};
      receive_due();
      timers();
      send();
      report();
      if (tx_.failed()) reestablish();
    }
  }

  const std::vector<std::uint32_t>& delivered() const { return delivered_; }
  const std::vector<DroppedSdu>& dropped() const { return dropped_; }
  std::size_t offered() const { return bytes_.size(); }
  TxBearer& tx() { return tx_; }
  int reestablishments() const { return reestablishments_; }

 private:
  base::Instant now() const { return base::Instant() + base::milliseconds(now_ms_); }
  double chance() { return random_.uniform(base::Purpose::arrival, {}, draws_++); }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(chance() * n); }

  void arrive() {
    for (std::uint32_t i = below(4); i > 0; --i) {
      const Sdu sdu{base::PacketId{static_cast<std::uint32_t>(bytes_.size())}, 1 + below(1500),
                    now()};
      bytes_.push_back(sdu.bytes);
      ended_.push_back(false);
      offered_bytes_ += sdu.bytes;
      std::vector<DroppedSdu> drops;
      tx_.enqueue(sdu, now(), drops);
      account({}, drops);
    }
  }

  void send() {
    const std::uint32_t room = chance() < 0.2 ? below(12) : below(channel_.room_bytes_max);
    Block block{now_ms_ + 1 + below(channel_.delay_ms_max), {}};
    std::vector<DroppedSdu> drops;
    const std::uint32_t used = tx_.build(room, now(), block.pdus, drops);
    account({}, drops);
    ASSERT_LE(used, room);
    std::uint32_t sum = 0;
    for (const RlcPdu& pdu : block.pdus) {
      ASSERT_GT(pdu.bytes, 0u);
      ASSERT_LE(pdu.offset + pdu.bytes, pdu.sdu_bytes);
      const std::uint32_t length = pdu.bytes + pdu.header_bytes;
      sum += length + (length < 256 ? 2 : 3);
    }
    ASSERT_EQ(sum, used);
    if (tx_.sendable_bytes() > 0) {
      // One byte more, with the longest headers a segment can have, would not fit; nor does less.
      ASSERT_LT(room - used, 2 + segment_header_bytes_max_ + 1);
      ASSERT_EQ(tx_.build(room - used, now(), block.pdus, drops), 0u);
    }
    if (block.pdus.empty()) return;
    if (chance() < channel_.loss) {
      tx_.on_block_lost(block.pdus, drops = {});
      return account({}, drops);
    }
    if (chance() < channel_.twice) {
      air_.push_back(block);
      air_.back().due_ms += 3;
    }
    air_.push_back(std::move(block));
  }

  void receive_due() {
    const std::vector<Block> flying = std::move(air_);
    air_.clear();
    for (const Block& block : flying) {
      if (block.due_ms > now_ms_) {
        air_.push_back(block);
        continue;
      }
      for (const RlcPdu& pdu : block.pdus) {
        std::vector<DeliveredSdu> out;
        std::vector<DroppedSdu> drops;
        rx_.receive(pdu, now(), out, drops);
        tx_.settle(out, drops);
        account(out, drops);
      }
    }
    const std::vector<Report> reports = std::move(reports_);
    reports_.clear();
    for (const Report& report : reports) {
      std::vector<DroppedSdu> drops;
      if (report.due_ms > now_ms_) {
        reports_.push_back(report);
      } else {
        tx_.on_status(report.status, now(), drops);
        account({}, drops);
      }
    }
  }

  // Only when due: a deadline that hides work would stop the run.
  void timers() {
    std::vector<DeliveredSdu> out;
    std::vector<DroppedSdu> drops;
    if (tx_.deadline() && *tx_.deadline() <= now()) {
      tx_.on_time(now(), drops);
      account({}, drops);
      ASSERT_TRUE(!tx_.deadline() || *tx_.deadline() > now());
    }
    drops.clear();
    if (rx_.deadline() && *rx_.deadline() <= now()) {
      rx_.on_time(now(), out, drops);
      tx_.settle(out, drops);
      account(out, drops);
      ASSERT_TRUE(!rx_.deadline() || *rx_.deadline() > now());
    }
  }

  // What RRC does after a radio link failure: HARQ is flushed, both ends start again.
  void reestablish() {
    ++reestablishments_;
    std::vector<DeliveredSdu> out;
    std::vector<DroppedSdu> drops;
    for (const Block& block : air_) tx_.on_block_lost(block.pdus, drops);
    air_.clear();
    reports_.clear();
    account({}, drops);
    drops.clear();
    rx_.reestablish(out, drops);
    tx_.settle(out, drops);
    account(out, drops);
    drops.clear();
    tx_.reestablish(drops);
    account({}, drops);
  }

  void report() {
    RlcStatus status;
    const std::uint32_t room = below(60);
    const std::uint32_t full = rx_.status_bytes();
    if (!rx_.build_status(room, now(), status)) return;
    ASSERT_TRUE(acknowledged_);
    ASSERT_LE(status.bytes, room);
    ASSERT_LE(status.bytes, full);
    if (chance() >= channel_.loss)
      reports_.push_back({now_ms_ + 1 + below(channel_.delay_ms_max), status});
  }

  void account(const std::vector<DeliveredSdu>& out, const std::vector<DroppedSdu>& drops) {
    for (const DeliveredSdu& sdu : out) {
      ASSERT_EQ(sdu.bytes, bytes_[sdu.packet.value]);
      if (!delivered_.empty()) {
        ASSERT_LT(delivered_.back(), sdu.packet.value);
      }
      delivered_.push_back(sdu.packet.value);
      end(sdu.packet);
    }
    for (const DroppedSdu& sdu : drops) {
      ASSERT_EQ(sdu.bytes, bytes_[sdu.packet.value]);
      dropped_.push_back(sdu);
      end(sdu.packet);
    }
    ASSERT_EQ(offered_bytes_, ended_bytes_ + tx_.queued_bytes());
  }

  void end(base::PacketId packet) {
    ASSERT_FALSE(ended_[packet.value]) << "packet " << packet.value << " ended twice";
    ended_[packet.value] = true;
    ended_bytes_ += bytes_[packet.value];
  }

  Channel channel_;
  base::Random random_;
  std::uint64_t draws_ = 0;
  TxBearer tx_;
  RxBearer rx_;
  bool acknowledged_;
  std::uint32_t segment_header_bytes_max_;  ///< TS 38.322 6.2.2.3, 6.2.2.4, with SO.
  std::int64_t now_ms_ = 0;
  std::vector<Block> air_;
  std::vector<Report> reports_;
  std::vector<std::uint32_t> bytes_;  // By packet.
  std::vector<bool> ended_;
  std::vector<std::uint32_t> delivered_;
  std::vector<DroppedSdu> dropped_;
  int reestablishments_ = 0;
  std::uint64_t offered_bytes_ = 0;
  std::uint64_t ended_bytes_ = 0;
};

BearerConfig am(int rlc_sn_bits, int pdcp_sn_bits) {
  return {.rlc_sn_bits = rlc_sn_bits,
          .pdcp_sn_bits = pdcp_sn_bits,
          .t_reordering = never,
          .max_retransmissions = 32};
}

BearerConfig um(int rlc_sn_bits) { return {.acknowledged = false, .rlc_sn_bits = rlc_sn_bits}; }

std::vector<Channel> channels() {
  return {{}, {.delay_ms_max = 12}, {.loss = 0.1}, {.loss = 0.3, .twice = 0.1, .delay_ms_max = 20}};
}

constexpr std::int64_t arrivals_ms =
    4000;  // About 6000 SDUs: 12-bit SNs wrap, 6-bit ones many times.
constexpr std::int64_t end_ms = 20'000;

TEST(BearerLaw, am_delivers_every_sdu_exactly_once_in_order) {
  for (const BearerConfig& config : {am(12, 12), am(18, 18), am(12, 18), am(18, 12)}) {
    for (const Channel& channel : channels()) {
      for (const std::uint32_t seed : {1u, 2u}) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << " loss " << channel.loss << " bits "
                                        << config.rlc_sn_bits);
        World world({"am", config, channel}, seed);
        world.run(arrivals_ms, end_ms);
        ASSERT_GT(world.offered(), 4096u);
        EXPECT_EQ(world.delivered().size(), world.offered());
        EXPECT_TRUE(world.dropped().empty());
        EXPECT_EQ(world.tx().queued_bytes(), 0u);
        EXPECT_EQ(world.tx().buffered_bytes(), 0u);
        EXPECT_FALSE(world.tx().failed());
        EXPECT_FALSE(world.tx().deadline().has_value());
      }
    }
  }
}

TEST(BearerLaw, um_delivers_a_subset_in_order_and_accounts_for_the_rest) {
  for (const int bits : {6, 12}) {
    for (const Channel& channel : channels()) {
      for (const std::uint32_t seed : {1u, 2u}) {
        SCOPED_TRACE(testing::Message()
                     << "seed " << seed << " loss " << channel.loss << " bits " << bits);
        World world({"um", um(bits), channel}, seed);
        world.run(arrivals_ms, end_ms);
        EXPECT_EQ(world.delivered().size() + world.dropped().size(), world.offered());
        EXPECT_EQ(world.tx().queued_bytes(), 0u);
        EXPECT_EQ(world.tx().buffered_bytes(), 0u);
        const double share =
            static_cast<double>(world.delivered().size()) / static_cast<double>(world.offered());
        if (channel.loss == 0.0) {
          EXPECT_EQ(share, 1.0);
        } else {
          // An SDU spans up to a few blocks; each must arrive.
          EXPECT_LT(share, 1.0 - channel.loss * 0.8);
          EXPECT_GT(share, 1.0 - channel.loss * 3.0);
        }
      }
    }
  }
}

TEST(BearerLaw, bytes_are_conserved_when_everything_that_can_drop_does) {
  for (const bool acknowledged : {true, false}) {
    for (const std::uint32_t seed : {1u, 2u, 3u}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed);
      BearerConfig config = acknowledged ? am(12, 12) : um(6);
      config.queue_limit_bytes = 60'000;
      config.pdcp_discard = base::milliseconds(30);
      config.t_reordering = base::milliseconds(20);
      config.max_retransmissions = 2;
      World world(
          {"all", config, {.loss = 0.4, .twice = 0.1, .delay_ms_max = 15, .room_bytes_max = 2500}},
          seed);
      world.run(arrivals_ms, end_ms);
      EXPECT_EQ(world.delivered().size() + world.dropped().size(), world.offered());
      EXPECT_EQ(world.tx().queued_bytes(), 0u);
      std::vector<int> reasons(8);
      for (const DroppedSdu& sdu : world.dropped()) ++reasons[static_cast<std::size_t>(sdu.reason)];
      EXPECT_GT(reasons[static_cast<std::size_t>(DropReason::discard_timer)], 0);
      const auto lost = acknowledged ? DropReason::rlc_gave_up : DropReason::lost_on_air;
      EXPECT_GT(reasons[static_cast<std::size_t>(lost)], 0);
      EXPECT_EQ(world.reestablishments() > 0, acknowledged);
    }
  }
}

TEST(BearerLaw, the_segments_of_an_sdu_sum_to_its_pdcp_pdu_without_gap_or_overlap) {
  for (const bool acknowledged : {true, false}) {
    for (std::uint32_t room = 8; room < 300; ++room) {
      TxBearer tx(acknowledged ? am(12, 12) : um(6));
      std::vector<DroppedSdu> drops;
      tx.enqueue({base::PacketId{7}, 1000, {}}, {}, drops);
      EXPECT_EQ(tx.buffered_bytes(), 1002u);
      std::uint32_t have = 0;
      while (tx.buffered_bytes() > 0) {
        std::vector<RlcPdu> pdus;
        ASSERT_GT(tx.build(room, {}, pdus, drops), 0u);
        for (const RlcPdu& pdu : pdus) {
          ASSERT_EQ(pdu.offset, have);
          ASSERT_EQ(pdu.first, have == 0);
          have += pdu.bytes;
          ASSERT_EQ(pdu.last, have == 1002);
        }
      }
      EXPECT_EQ(have, 1002u);
    }
  }
}

TEST(BearerLaw, a_room_of_zero_or_below_the_smallest_grant_takes_nothing) {
  for (const bool acknowledged : {true, false}) {
    TxBearer tx(acknowledged ? am(18, 18) : um(12));
    std::vector<DroppedSdu> drops;
    std::vector<RlcPdu> pdus;
    EXPECT_EQ(tx.build(1000, {}, pdus, drops), 0u);
    tx.enqueue({base::PacketId{7}, 1000, {}}, {}, drops);
    EXPECT_EQ(tx.build(0, {}, pdus, drops), 0u);
    // MAC subheader, RLC header of a first segment, one byte.
    const std::uint32_t smallest = 2 + (acknowledged ? 3 : 2) + 1;
    EXPECT_EQ(tx.build(smallest - 1, {}, pdus, drops), 0u);
    EXPECT_TRUE(pdus.empty());
    EXPECT_EQ(tx.build(smallest, {}, pdus, drops), smallest);
    EXPECT_EQ(pdus.size(), 1u);
  }
}

}  // namespace
}  // namespace redcell::mac
