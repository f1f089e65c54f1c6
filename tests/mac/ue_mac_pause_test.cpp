// Goal: in the gap of a BWP switch a UE sends nothing: what was due there is lost, and a request
// waits for its end. Method: slots by hand; SR occasions are 8 and 28 of 40.
#include <gtest/gtest.h>

#include "tests/mac/ue_world.h"

namespace redcell::mac {
namespace {

using base::Slot;
using testing::dl_assignment;
using testing::UeWorld;
using testing::ul_grant;

TEST(UeMacPause, loses_answers_and_grants_of_the_gap_and_no_others) {
  UeWorld ue;
  for (const std::int64_t slot : {9, 10, 11, 12}) {
    DlAssignment a = dl_assignment(Slot(slot));
    a.harq.process = static_cast<int>(slot);
    ue.mac.on_assignment(a);
    UlGrant g = ul_grant(Slot(slot), 100);
    g.harq.process = static_cast<int>(slot);
    ue.mac.on_grant(g);
  }
  ue.mac.pause(Slot(10), Slot(12));
  for (const std::int64_t slot : {9, 10, 11, 12}) {
    const bool is_lost = slot == 10 || slot == 11;
    EXPECT_EQ(ue.mac.grant_at(Slot(slot)) == nullptr, is_lost) << slot;
    EXPECT_EQ(ue.mac.uci(Slot(slot)).feedback_count, is_lost ? 0 : 1) << slot;
  }
}

TEST(UeMacPause, asks_for_a_grant_behind_the_gap) {
  UeWorld before;
  before.enqueue(100, 5);
  before.mac.pause(Slot(7), Slot(20));
  EXPECT_EQ(before.asks(6, 40), 28) << "the occasion of slot 8 is gone";
  UeWorld inside;
  inside.mac.pause(Slot(7), Slot(20));
  inside.enqueue(100, 7);
  EXPECT_EQ(inside.asks(7, 40), 28);
  UeWorld without;
  without.enqueue(100, 5);
  EXPECT_EQ(without.asks(6, 40), 8);
}

// The request was answered by a grant that is lost in the gap; one for a repetition asked nothing.
TEST(UeMacPause, asks_again_when_the_gap_takes_its_grant) {
  UeWorld ue;
  ue.enqueue(100, 5);
  ue.mac.on_grant(ul_grant(Slot(10), 100));
  ue.mac.pause(Slot(9), Slot(12));
  EXPECT_EQ(ue.asks(9, 40), 28);
  UeWorld kept;
  kept.enqueue(100, 5);
  kept.mac.on_grant(ul_grant(Slot(12), 100));
  kept.mac.pause(Slot(9), Slot(12));
  EXPECT_FALSE(kept.asks(9, 40).has_value());
}

TEST(UeMacPause, ends_with_the_connection) {
  UeWorld ue;
  ue.mac.pause(Slot(7), Slot(20));
  ue.mac.connect(4);
  ue.enqueue(100, 7);
  EXPECT_EQ(ue.asks(7, 40), 8);
}

}  // namespace
}  // namespace redcell::mac
