// Goal: a slot has one count of open parts for ever, and terminals come when a new part has been on
// the air. Method: changes by hand.
#include "mac/gnb/open_parts.h"

#include <gtest/gtest.h>

namespace redcell::mac::gnb {
namespace {

using base::Slot;
using base::SlotCount;

TEST(OpenParts, change_from_the_slot_that_was_said) {
  OpenParts parts(1);
  EXPECT_EQ(parts.at(Slot(0)), 1U);
  EXPECT_EQ(parts.ready(Slot(0)), 1U);
  parts.change(Slot(18), 2, SlotCount(40));
  EXPECT_EQ(parts.count(), 2U);
  EXPECT_EQ(parts.from(), Slot(18));
  EXPECT_EQ(parts.at(Slot(17)), 1U);
  EXPECT_EQ(parts.at(Slot(18)), 2U);
}

TEST(OpenParts, take_terminals_a_burst_after_they_open_and_none_once_they_are_to_close) {
  OpenParts parts(1);
  parts.change(Slot(18), 2, SlotCount(40));
  EXPECT_EQ(parts.ready(Slot(57)), 1U);
  EXPECT_EQ(parts.ready(Slot(58)), 2U);
  parts.change(Slot(100), 1, SlotCount(40));
  EXPECT_EQ(parts.ready(Slot(90)), 1U) << "it is open yet, but will not be";
  EXPECT_EQ(parts.at(Slot(99)), 2U);
  EXPECT_EQ(parts.at(Slot(100)), 1U);
  EXPECT_EQ(parts.ready(Slot(200)), 1U);
}

TEST(OpenPartsDeathTest, are_not_changed_before_the_last_change) {
  OpenParts parts(2);
  parts.change(Slot(18), 3, SlotCount(40));
  EXPECT_DEATH(parts.change(Slot(18), 2, SlotCount(40)), "");
  EXPECT_DEATH(OpenParts(1).change(Slot(18), 0, SlotCount(40)), "");
}

}  // namespace
}  // namespace redcell::mac::gnb
