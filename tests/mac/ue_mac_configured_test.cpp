// Goal: a UE with a configured grant sends in its occasions and asks for nothing; it leaves out
// what it has no use for, waits for its timer, and obeys DCIs first. Method: slots by hand;
// occasions are 8, 18, 28 ..., processes 0 and 1 in turn; SR occasions are 8 and 28 of 40.
#include <gtest/gtest.h>

#include "tests/mac/ue_world.h"

namespace redcell::mac {
namespace {

using base::Slot;
using base::SlotCount;
using testing::block_format;
using testing::UeWorld;
using testing::ul_grant;

ConfiguredGrant every_ten(int timer_periods = 1, int process_count = 2) {
  return {.periodicity = SlotCount(10),
          .offset = SlotCount(8),
          .process_count = process_count,
          .timer_periods = timer_periods,
          .format = block_format(100)};
}

struct GrantedUe : UeWorld {
  explicit GrantedUe(const ConfiguredGrant& grant = every_ten()) { mac.configure(grant); }
  /// Slots before `end` in which it sends.
  std::vector<std::int64_t> sends(std::int64_t slot, std::int64_t end) {
    std::vector<std::int64_t> sent;
    for (; slot < end; ++slot) {
      mac.skip_empty_occasion(Slot(slot), now);
      if (send(slot)) sent.push_back(slot);
    }
    return sent;
  }
};

using Slots = std::vector<std::int64_t>;

TEST(UeMacConfigured, sends_in_the_next_occasion_and_asks_for_nothing) {
  GrantedUe ue;
  ue.enqueue(40, 2);
  EXPECT_EQ(ue.mac.next_uplink_slot(Slot(2)), Slot(8));
  EXPECT_EQ(ue.mac.grant_at(Slot(8))->harq.process, 0);
  EXPECT_EQ(ue.sends(2, 40), Slots{8});
  EXPECT_FALSE(ue.asks(2, 80).has_value());
}

TEST(UeMacConfigured, needs_a_slot_to_prepare_a_block) {
  GrantedUe in_time;
  in_time.enqueue(40, 7);
  EXPECT_EQ(in_time.sends(7, 30), Slots{8});
  GrantedUe late;
  late.enqueue(40, 8);
  EXPECT_EQ(late.sends(8, 30), Slots{18});
}

TEST(UeMacConfigured, leaves_an_occasion_out_when_nothing_waits) {
  GrantedUe ue;
  EXPECT_EQ(ue.mac.next_uplink_slot(Slot(0)), std::nullopt);
  EXPECT_EQ(ue.sends(0, 40), Slots{});
  ue.enqueue(40, 41);
  // A grant of a DCI takes what was to wait for the occasion.
  ue.mac.on_grant(ul_grant(Slot(44), 200));
  EXPECT_EQ(ue.sends(41, 80), Slots{44});
}

TEST(UeMacConfigured, goes_on_in_further_occasions_until_all_is_sent) {
  GrantedUe ue;
  ue.enqueue(250, 0);
  EXPECT_EQ(ue.sends(0, 60), (Slots{8, 18, 28}));
  EXPECT_FALSE(ue.asks(0, 160).has_value()) << "the BSR has told";
}

// Two processes: after timers of three periods the one of slot 8 is held until 38.
TEST(UeMacConfigured, leaves_a_process_alone_while_its_timer_runs) {
  GrantedUe held(every_ten(3));
  held.enqueue(450, 0);
  EXPECT_EQ(held.sends(0, 70), (Slots{8, 18, 48, 58})) << "28 and 38 are of held processes";
  GrantedUe free(every_ten(1));
  free.enqueue(450, 0);
  EXPECT_EQ(free.sends(0, 60), (Slots{8, 18, 28, 38, 48}));
}

TEST(UeMacConfigured, repeats_a_block_when_a_dci_asks_for_it) {
  GrantedUe ue;
  ue.enqueue(60, 0);
  const UlGrant first = *ue.mac.grant_at(Slot(8));
  const auto sent = ue.send(8);
  ASSERT_TRUE(sent.has_value());
  EXPECT_TRUE(sent->is_new);
  UlGrant again = first;
  again.harq.attempt = 1;
  again.pusch_slot = Slot(19);
  EXPECT_TRUE(ue.mac.on_grant(again));
  const auto repeated = ue.send(19);
  ASSERT_TRUE(repeated.has_value());
  EXPECT_FALSE(repeated->is_new);
  EXPECT_EQ(repeated->pdu->data.pdus.size(), 1U);
  // The timer has been started anew: process 0 of slot 28 is held until 29.
  ue.enqueue(60, 22);
  EXPECT_EQ(ue.sends(22, 60), Slots{38});
}

TEST(UeMacConfigured, lets_a_repetition_keep_its_process_from_an_occasion_that_waits) {
  GrantedUe ue;
  ue.enqueue(60, 0);
  UlGrant again = *ue.mac.grant_at(Slot(8));
  ASSERT_TRUE(ue.send(8).has_value());
  ue.enqueue(60, 22);
  ASSERT_NE(ue.mac.grant_at(Slot(28)), nullptr) << "the same process";
  again.harq.attempt = 1;
  again.pusch_slot = Slot(29);
  EXPECT_TRUE(ue.mac.on_grant(again));
  EXPECT_EQ(ue.sends(25, 60), (Slots{29, 38}));
}

TEST(UeMacConfigured, has_nothing_to_repeat_when_the_process_holds_another_block) {
  GrantedUe ue;
  ue.enqueue(60, 0);
  UlGrant again = *ue.mac.grant_at(Slot(8));
  again.harq.attempt = 1;
  again.pusch_slot = Slot(39);
  EXPECT_EQ(ue.sends(0, 20), Slots{8});
  ue.enqueue(60, 20);
  EXPECT_EQ(ue.sends(20, 30), Slots{28}) << "the same process";
  EXPECT_FALSE(ue.mac.on_grant(again));
  EXPECT_EQ(ue.mac.grant_at(Slot(39)), nullptr);
}

TEST(UeMacConfigured, obeys_a_dci_for_the_slot_of_an_occasion) {
  GrantedUe ue;
  ue.enqueue(40, 0);
  UlGrant grant = ul_grant(Slot(8), 200);
  grant.harq.process = 5;
  ue.mac.on_grant(grant);
  EXPECT_EQ(ue.mac.grant_at(Slot(8))->harq.process, 5);
  EXPECT_EQ(ue.sends(0, 40), Slots{8}) << "once";
}

TEST(UeMacConfigured, asks_as_ever_in_another_bwp_and_sends_again_when_back) {
  GrantedUe ue;
  ue.mac.enter_bwp(1, Slot(2), ue.now);
  ue.enqueue(40, 3);
  EXPECT_EQ(ue.sends(3, 8), Slots{});
  EXPECT_EQ(ue.asks(3, 40), 8);
  ue.mac.enter_bwp(0, Slot(20), ue.now);
  EXPECT_EQ(ue.sends(20, 40), Slots{28});
}

TEST(UeMacConfigured, waits_for_the_end_of_a_gap) {
  GrantedUe ue;
  ue.enqueue(40, 2);
  ue.mac.pause(Slot(5), Slot(18));
  EXPECT_EQ(ue.sends(5, 40), Slots{18});
}

TEST(UeMacConfigured, loses_the_grant_with_its_connection) {
  GrantedUe ue;
  ue.mac.connect(4);
  EXPECT_FALSE(ue.mac.has_configured_grant());
  ue.enqueue(40, 3);
  EXPECT_EQ(ue.asks(3, 40), 8);
}

}  // namespace
}  // namespace redcell::mac
