// Goal: a block is sent at most max_transmissions times, answers to anything but its last
// transmission are ignored, and a soft buffer never mixes two blocks. Method: single steps, and
// keyed random feedback against a ledger of its own.
#include "mac/harq.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "tests/mac/testing.h"

namespace redcell::mac {
namespace {

using testing::block_format;

HarqConfig config(int process_count, int max_transmissions) {
  return {.process_count = process_count, .max_transmissions = max_transmissions};
}

TEST(HarqEntity, gives_up_after_the_last_retransmission) {
  for (const int limit : {1, 2, 4}) {
    HarqEntity harq(config(2, limit));
    HarqId id = harq.start(0, block_format(100));
    for (int sent = 1; sent < limit; ++sent) {
      ASSERT_EQ(harq.on_feedback(id, false), HarqOutcome::to_repeat) << limit;
      id = harq.repeat(0);
      EXPECT_EQ(id.attempt, sent);
      EXPECT_EQ(harq.id(0).attempt, sent);
    }
    EXPECT_EQ(harq.on_feedback(id, false), HarqOutcome::given_up) << limit;
    EXPECT_FALSE(harq.is_busy(0));
    EXPECT_FALSE(harq.has_to_repeat());
    EXPECT_EQ(harq.idle_process(), 0);
  }
}

TEST(HarqEntity, keeps_a_process_until_its_block_is_answered) {
  HarqEntity harq(config(2, 4));
  EXPECT_EQ(harq.idle_process(), 0);
  const HarqId first = harq.start(0, block_format(100));
  EXPECT_TRUE(harq.is_busy(0));
  EXPECT_FALSE(harq.is_busy(1));
  EXPECT_EQ(harq.idle_process(), 1);
  harq.start(1, block_format(200));
  EXPECT_EQ(harq.idle_process(), std::nullopt);
  EXPECT_EQ(harq.on_feedback(first, true), HarqOutcome::acknowledged);
  EXPECT_EQ(harq.idle_process(), 0);
  EXPECT_EQ(harq.format(1).tbs, block_format(200).tbs);
}

TEST(HarqEntity, repeats_the_block_that_began_first) {
  HarqEntity harq(config(3, 4));
  const HarqId late = harq.start(2, block_format(1));
  const HarqId later = harq.start(0, block_format(2));
  const HarqId last = harq.start(1, block_format(3));
  EXPECT_EQ(harq.process_to_repeat(), std::nullopt);
  harq.on_feedback(last, false);
  harq.on_feedback(later, false);
  harq.on_feedback(late, false);
  EXPECT_EQ(harq.process_to_repeat(), 2);
  const HarqId again = harq.repeat(2);
  EXPECT_EQ(harq.process_to_repeat(), 0);
  harq.on_feedback(again, false);
  EXPECT_EQ(harq.process_to_repeat(), 2);
}

TEST(HarqEntity, ignores_answers_to_anything_but_the_last_transmission) {
  HarqEntity harq(config(1, 4));
  const HarqId first = harq.start(0, block_format(100));
  harq.on_feedback(first, false);
  EXPECT_EQ(harq.on_feedback(first, true), HarqOutcome::stale) << "waits to be repeated";
  const HarqId second = harq.repeat(0);
  EXPECT_EQ(harq.on_feedback(first, true), HarqOutcome::stale) << "another attempt";
  EXPECT_EQ(harq.on_feedback(second, true), HarqOutcome::acknowledged);
  EXPECT_EQ(harq.on_feedback(second, false), HarqOutcome::stale) << "idle";
  const HarqId other = harq.start(0, block_format(100));
  EXPECT_EQ(other.attempt, first.attempt);
  EXPECT_EQ(harq.on_feedback(first, false), HarqOutcome::stale) << "an earlier block";
  EXPECT_EQ(harq.on_feedback(other, true), HarqOutcome::acknowledged);
}

TEST(HarqEntity, counts_the_blocks_of_a_process_and_not_its_transmissions) {
  HarqEntity harq(config(2, 4));
  const HarqId first = harq.start(0, block_format(100));
  harq.on_feedback(first, false);
  const HarqId repeated = harq.repeat(0);
  EXPECT_EQ(repeated.block, first.block);
  harq.on_feedback(repeated, true);
  const HarqId second = harq.start(0, block_format(100));
  EXPECT_EQ(second.block, first.block + 1);
  EXPECT_EQ(second.attempt, 0);
  EXPECT_EQ(harq.start(1, block_format(100)).block, first.block);
}

TEST(HarqEntity, names_the_newest_transmission_of_a_process_even_when_it_has_ended) {
  HarqEntity harq(config(2, 2));
  const auto expect_newest = [&](const HarqId& sent) {
    EXPECT_EQ(harq.id(1).process, 1);
    EXPECT_EQ(harq.id(1).block, sent.block);
    EXPECT_EQ(harq.id(1).attempt, sent.attempt);
  };
  harq.start(0, block_format(100));
  harq.start(1, block_format(100));
  harq.on_feedback(harq.id(1), true);
  const HarqId first = harq.start(1, block_format(100));
  EXPECT_EQ(first.block, 2u);
  expect_newest(first);
  EXPECT_EQ(harq.on_feedback(harq.id(1), false), HarqOutcome::to_repeat);
  expect_newest(first);
  EXPECT_TRUE(harq.is_busy(1)) << "it waits to be repeated";
  const HarqId second = harq.repeat(1);
  expect_newest(second);
  EXPECT_EQ(harq.on_feedback(harq.id(1), false), HarqOutcome::given_up);
  EXPECT_FALSE(harq.is_busy(1));
  expect_newest(second);
  EXPECT_TRUE(harq.is_busy(0));
}

TEST(HarqEntity, keeps_its_counts_through_any_feedback) {
  constexpr std::uint32_t seed = 5;
  constexpr int limit = 3;
  const base::Random random(seed, 0);
  HarqEntity harq(config(4, limit));
  std::vector<HarqId> in_flight;
  std::array<int, 4> sent{};
  int waiting = 0;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    const auto word = random.at(base::Purpose::arrival, {.a = 0, .b = 0}, step);
    const auto idle = harq.idle_process();
    const auto again = harq.process_to_repeat();
    ASSERT_EQ(again.has_value(), waiting > 0) << "seed " << seed << " step " << step;
    ASSERT_EQ(harq.has_to_repeat(), waiting > 0);
    ASSERT_EQ(idle.has_value(), static_cast<int>(in_flight.size()) + waiting < 4);
    if (word[0] % 3 == 0 && idle) {
      in_flight.push_back(harq.start(*idle, block_format(10)));
      sent[static_cast<std::size_t>(*idle)] = 1;
    } else if (word[0] % 3 == 1 && again) {
      in_flight.push_back(harq.repeat(*again));
      ++sent[static_cast<std::size_t>(*again)];
      --waiting;
    } else if (!in_flight.empty()) {
      const std::size_t which = word[1] % in_flight.size();
      const HarqId id = in_flight[which];
      in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(which));
      const bool ack = word[2] % 2 == 0;
      const HarqOutcome outcome = harq.on_feedback(id, ack);
      const bool is_last = sent[static_cast<std::size_t>(id.process)] == limit;
      ASSERT_LE(sent[static_cast<std::size_t>(id.process)], limit);
      ASSERT_EQ(outcome, ack       ? HarqOutcome::acknowledged
                         : is_last ? HarqOutcome::given_up
                                   : HarqOutcome::to_repeat);
      waiting += outcome == HarqOutcome::to_repeat ? 1 : 0;
    }
    int busy = 0;
    for (int process = 0; process < 4; ++process) busy += harq.is_busy(process) ? 1 : 0;
    ASSERT_EQ(busy, static_cast<int>(in_flight.size()) + waiting);
  }
}

TEST(HarqEntityDeathTest, starts_and_repeats_only_what_may) {
  HarqEntity harq(config(1, 4));
  EXPECT_DEATH(harq.repeat(0), "to_repeat");
  harq.start(0, block_format(1));
  EXPECT_DEATH(harq.start(0, block_format(1)), "idle");
  EXPECT_DEATH(harq.start(1, block_format(1)), "process_count");
  EXPECT_DEATH(static_cast<void>(harq.id(1)), "process_count");
  EXPECT_DEATH(static_cast<void>(harq.is_busy(-1)), "process_count");
  EXPECT_DEATH(HarqEntity(config(17, 4)), "process_count");
  EXPECT_DEATH(HarqEntity(config(1, 0)), "max_transmissions");
}

TEST(HarqReceiver, keeps_the_buffer_of_a_block_and_empties_it_for_a_new_one) {
  HarqReceiver receiver;
  const HarqId first{.process = 2, .attempt = 0, .block = 1};
  receiver.turn_to(first).coded_bits = 100;
  EXPECT_EQ(receiver.turn_to({.process = 2, .attempt = 1, .block = 1}).coded_bits, 100);
  EXPECT_EQ(receiver.turn_to({.process = 1, .attempt = 0, .block = 1}).coded_bits, 0);
  EXPECT_EQ(receiver.turn_to({.process = 2, .attempt = 0, .block = 2}).coded_bits, 0);
}

TEST(HarqReceiver, finds_an_empty_buffer_when_the_first_transmission_was_missed) {
  HarqReceiver receiver;
  receiver.turn_to({.process = 0, .attempt = 0, .block = 1}).coded_bits = 100;
  receiver.set_decoded(0);
  const HarqId repeated{.process = 0, .attempt = 1, .block = 2};
  EXPECT_FALSE(receiver.has_decoded(repeated));
  EXPECT_EQ(receiver.turn_to(repeated).coded_bits, 0);
  EXPECT_FALSE(receiver.has_decoded(repeated));
}

TEST(HarqReceiver, knows_which_block_it_has_decoded) {
  HarqReceiver receiver;
  const HarqId block{.process = 3, .attempt = 0, .block = 4};
  EXPECT_FALSE(receiver.has_decoded(block));
  receiver.turn_to(block);
  EXPECT_FALSE(receiver.has_decoded(block));
  receiver.set_decoded(3);
  EXPECT_TRUE(receiver.has_decoded({.process = 3, .attempt = 2, .block = 4}));
  EXPECT_FALSE(receiver.has_decoded({.process = 3, .attempt = 0, .block = 5}));
  EXPECT_FALSE(receiver.has_decoded({.process = 2, .attempt = 0, .block = 4}));
}

}  // namespace
}  // namespace redcell::mac
