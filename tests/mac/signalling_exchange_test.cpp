// Goal: RRC messages between a UE and its cell arrive exactly once and in order, whatever the air
// does to DCIs, blocks and answers, beside data that does the same.
// Method: a UeMac and a Cell on an FDD carrier with keyed losses; slots as the spine runs them.
#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "mac/gnb/cell.h"
#include "mac/ue/ue_mac.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac {
namespace {

using testing::CellWorld;
using testing::connection_config;
using testing::fdd_carrier;
using testing::sdu;

constexpr std::uint32_t seed = 23;
constexpr std::uint32_t message_count = 150;
constexpr std::uint32_t message_period_slots = 20;
constexpr std::int64_t slot_count = 6000;

BearerConfig data_bearer() { return {.t_reordering = never, .max_retransmissions = 32}; }

/// What came out of one channel at one end.
using Numbers = std::vector<std::uint32_t>;

class Air {
 public:
  Air()
      : world_(fdd_carrier()),
        connection_(world_.connect(9, data_bearer())),
        ue_({.ue = base::UeId{100},
             .bearer = data_bearer(),
             .sr_occasions = {base::Slot(3)},
             .sr_period = base::SlotCount(10),
             .retx_bsr = base::SlotCount(40)}) {
    ue_.connect(connection_config(100).epoch);
  }

  void run(std::int64_t number) {
    slot_ = base::Slot(number);
    now_ = world_.map().config().numerology.slot_start(slot_);
    receive_downlink();
    receive_uplink();
    receive_control();
    run_timers();
    offer(number);
    send();
  }

  RadioBearer& at_gnb(bool is_data) {
    gnb::Connection& c = world_.connection(connection_);
    return is_data ? *c.data : c.signalling;
  }
  RadioBearer& at_ue(bool is_data) { return is_data ? ue_.data() : ue_.signalling(); }

  Numbers down_messages, up_messages, down_data, up_data;
  int lost_blocks = 0;
  int given_up = 0;

 private:
  /// Three of ten blocks and one of ten DCIs and answers are lost.
  bool is_lost(std::uint32_t of_ten) {
    return random_.at(base::Purpose::arrival, {.a = 0, .b = 0}, draws_++)[0] % 10 < of_ten;
  }

  void deliver(bool at_ue_end) {
    const auto take = [&](bool is_data, ReceiverOutput& from, Numbers& to) {
      RadioBearer& sender = at_ue_end ? at_gnb(is_data) : at_ue(is_data);
      sender.tx.settle(from.delivered, from.drops);
      for (const DeliveredSdu& one : from.delivered) to.push_back(one.packet.value);
      ASSERT_TRUE(from.drops.empty()) << "an acknowledged bearer loses nothing";
    };
    take(false, out_.signalling, at_ue_end ? down_messages : up_messages);
    take(true, out_.data, at_ue_end ? down_data : up_data);
    ASSERT_TRUE(out_.sender_drops.empty() && out_.signalling_sender_drops.empty());
    out_.clear();
  }

  void receive_downlink() {
    for (const DlAssignment& a : heard_) {
      const bool decoded = !is_lost(3);
      lost_blocks += decoded ? 0 : 1;
      const MacPdu& pdu =
          world_.connection(connection_).dl_blocks[static_cast<std::size_t>(a.harq.process)];
      ue_.on_block({.assignment = a, .pdu = pdu, .decoded = decoded}, now_, out_);
      deliver(true);
    }
    heard_.clear();
  }

  void receive_uplink() {
    static const MacPdu nothing;
    std::erase_if(granted_, [&](const UlGrant& grant) {
      if (grant.pusch_slot >= slot_) return false;
      const MacPdu* pdu = ue_.block(grant.harq);
      const bool is_sent = sent_ && sent_->harq.process == grant.harq.process &&
                           sent_->pusch_slot == grant.pusch_slot;
      const bool decoded = is_sent && !is_lost(3);
      lost_blocks += decoded ? 0 : 1;
      const HarqOutcome outcome = world_.cell().on_pusch(
          connection_,
          {.grant = grant,
           .pdu = pdu != nullptr ? *pdu : nothing,
           .result = {.decoded = decoded, .sinr_db = 15, .detected = is_sent},
           .now = now_},
          out_);
      given_up += outcome == HarqOutcome::given_up ? 1 : 0;
      deliver(false);
      return true;
    });
    sent_.reset();
  }

  void receive_control() {
    if (uci_.sr) world_.cell().on_scheduling_request(connection_);
    for (int i = 0; i < uci_.feedback_count; ++i) {
      conclude(uci_.feedback[static_cast<std::size_t>(i)]);
    }
    uci_ = {};
    std::erase_if(expected_, [&](const DlAssignment& a) {
      if (a.feedback_slot >= slot_) return false;
      conclude({.harq = a.harq, .ack = false, .heard = false});
      return true;
    });
  }
  void conclude(const HarqFeedback& feedback) {
    const HarqOutcome outcome = world_.cell().on_feedback(connection_, feedback);
    given_up += outcome == HarqOutcome::given_up ? 1 : 0;
  }

  void run_timers() {
    for (const bool is_data : {false, true}) {
      for (RadioBearer* const end : {&at_ue(is_data), &at_gnb(is_data)}) {
        ReceiverOutput& out = is_data ? out_.data : out_.signalling;
        end->tx.on_time(now_, out_.sender_drops);
        end->rx.on_time(now_, out.delivered, out.drops);
      }
    }
    ASSERT_TRUE(out_.signalling.delivered.empty() && out_.data.delivered.empty())
        << "infinite t-Reordering delivers nothing by time";
    world_.cell().activate(connection_);
    ue_.request_grant_if_needed(slot_, now_);
  }

  void offer(std::int64_t number) {
    const auto turn = static_cast<std::uint32_t>(number);
    if (turn % message_period_slots != 0 || turn / message_period_slots >= message_count) return;
    const std::uint32_t message = turn / message_period_slots;
    std::vector<DroppedSdu> drops;
    world_.cell().enqueue_signalling(connection_, sdu(message, 40 + message), now_, drops);
    ue_.enqueue_signalling(sdu(message, 30 + 2 * message), slot_, now_);
    world_.cell().enqueue(connection_, sdu(message, 1200), now_, drops);
    ue_.enqueue(sdu(message, 600), slot_, now_, drops);
    ASSERT_TRUE(drops.empty());
  }

  void send() {
    const gnb::SlotPlan& plan = world_.run(slot_.value());
    for (const DlAssignment& a : plan.downlink) {
      expected_.push_back(a);
      if (is_lost(1)) continue;
      ue_.on_assignment(a);
      heard_.push_back(a);
    }
    for (const UlGrant& grant : plan.uplink) {
      granted_.push_back(grant);
      if (!is_lost(1)) ue_.on_grant(grant);
    }
    std::vector<DroppedSdu> drops;
    const auto pusch =
        ue_.pusch(slot_, {.now = now_, .headroom = {.headroom_db = 10, .prb_count = 10}}, drops);
    if (pusch) sent_ = pusch->grant;
    uci_ = ue_.uci(slot_);
    if (is_lost(1)) uci_ = {};
  }

  base::Random random_{seed, 0};
  std::uint64_t draws_ = 0;
  CellWorld world_;
  std::uint32_t connection_;
  ue::UeMac ue_;
  base::Slot slot_;
  base::Instant now_{};
  std::vector<DlAssignment> heard_;
  std::vector<DlAssignment> expected_;
  std::vector<UlGrant> granted_;
  std::optional<UlGrant> sent_;
  Uci uci_;
  BlockOutput out_;
};

TEST(SignallingExchange, brings_every_message_once_and_in_order_over_a_lossy_air) {
  Air air;
  for (std::int64_t slot = 0; slot < slot_count && !HasFatalFailure(); ++slot) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed << " slot " << slot);
    air.run(slot);
  }
  Numbers all;
  for (std::uint32_t message = 0; message < message_count; ++message) all.push_back(message);
  EXPECT_EQ(air.down_messages, all);
  EXPECT_EQ(air.up_messages, all);
  EXPECT_EQ(air.down_data, all);
  EXPECT_EQ(air.up_data, all);
  for (const bool is_data : {false, true}) {
    for (RadioBearer* const end : {&air.at_gnb(is_data), &air.at_ue(is_data)}) {
      EXPECT_EQ(end->tx.queued_bytes(), 0u);
      EXPECT_EQ(end->tx.buffered_bytes(), 0u);
      EXPECT_FALSE(end->tx.failed());
    }
  }
  EXPECT_GT(air.lost_blocks, 200) << "the air was lossy";
  EXPECT_GT(air.given_up, 2) << "and beat HARQ now and then";
}

}  // namespace
}  // namespace redcell::mac
