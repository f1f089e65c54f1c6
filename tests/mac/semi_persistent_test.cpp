// Goal: occasions and HARQ processes of semi-persistent scheduling are those of the clauses, and a
// terminal looks for just what its DCI has said. Method: the clauses' formulas with SFN and slot of
// the frame apart, over the end of a hyperframe; slots by hand.
#include "mac/semi_persistent.h"

#include <gtest/gtest.h>

#include <set>

#include "mac/ue/semi_persistent_downlink.h"
#include "tests/mac/testing.h"

namespace redcell::mac {
namespace {

using base::Slot;
using base::SlotCount;

constexpr std::int64_t sfn_count = 1024;

// TS 38.321 5.8.1: numberOfSlotsPerFrame x SFN + slot = (numberOfSlotsPerFrame x SFNstart +
// slotstart + N x periodicity x numberOfSlotsPerFrame / 10) modulo (1024 x numberOfSlotsPerFrame).
TEST(SemiPersistent, has_occasions_and_processes_of_the_clauses_over_a_hyperframe) {
  for (const int slots_per_frame : {10, 20, 40}) {
    for (const int periodicity_ms : {10, 20, 32, 40, 64, 80, 128, 160, 320, 640}) {
      SCOPED_TRACE(std::to_string(periodicity_ms) + " ms");
      const std::int64_t frame = slots_per_frame;
      const SemiPersistent sps{.periodicity_ms = periodicity_ms,
                               .slots_per_frame = slots_per_frame,
                               .process_count = 3,
                               .start = Slot(1000 * frame + 3)};
      std::set<std::int64_t> by_clause;
      const std::int64_t first = frame * 1000 + 3;
      for (std::int64_t n = 0; n < 200; ++n) {
        by_clause.insert((first + n * periodicity_ms * frame / 10) % (sfn_count * frame));
      }
      int count = 0;
      for (std::int64_t s = first; s < first + 140 * frame; ++s) {
        const std::int64_t sfn = s / frame % sfn_count;
        const std::int64_t slot = s % frame;
        EXPECT_EQ(sps.is_occasion(Slot(s)), by_clause.contains(frame * sfn + slot)) << s;
        if (!sps.is_occasion(Slot(s))) continue;
        ++count;
        // 5.3.1: floor(CURRENT_slot x 10 / (numberOfSlotsPerFrame x periodicity)) modulo n.
        const std::int64_t current_slot = sfn * frame + slot;
        EXPECT_EQ(sps.process_of(Slot(s)), current_slot * 10 / (frame * periodicity_ms) % 3);
        EXPECT_EQ(sps.block_of(Slot(s)).process, sps.process_of(Slot(s)));
      }
      EXPECT_EQ(count, (1400 + periodicity_ms - 1) / periodicity_ms);
      EXPECT_FALSE(sps.is_occasion(sps.start - sps.period()));
    }
  }
}

TEST(SemiPersistent, has_its_processes_by_hand) {
  const SemiPersistent sps{
      .periodicity_ms = 20, .slots_per_frame = 20, .process_count = 3, .start = Slot(47)};
  EXPECT_EQ(sps.period(), SlotCount(40));
  EXPECT_TRUE(sps.is_occasion(Slot(87)));
  EXPECT_FALSE(sps.is_occasion(Slot(67)));
  EXPECT_EQ(sps.process_of(Slot(47)), 1);
  EXPECT_EQ(sps.process_of(Slot(87)), 2);
  EXPECT_EQ(sps.process_of(Slot(127)), 0);
  // 512 periods in a hyperframe, 512 mod 3 = 2: the last takes process 1, the first of the next 0.
  EXPECT_EQ(sps.process_of(Slot(20'480 - 40 + 7)), 1);
  EXPECT_EQ(sps.process_of(Slot(20'480 + 7)), 0);
  EXPECT_TRUE(is_configured(sps.block_of(Slot(87))));
}

TEST(SemiPersistent, meets_another_where_they_have_a_slot_in_common) {
  for (const int ms : {10, 32, 40, 64}) {
    for (std::int64_t start = 0; start < 90; ++start) {
      const SemiPersistent one{.periodicity_ms = 40, .slots_per_frame = 20, .start = Slot(11)};
      const SemiPersistent other{.periodicity_ms = ms, .slots_per_frame = 20, .start = Slot(start)};
      bool is_common = false;
      for (std::int64_t s = 0; s < 1000; ++s) {
        is_common = is_common || (one.is_occasion(Slot(s)) && other.is_occasion(Slot(s)));
      }
      EXPECT_EQ(one.meets(other), is_common) << ms << " " << start;
      EXPECT_EQ(other.meets(one), is_common);
    }
  }
}

/// Occasions 5, 25, 45 ... in part 1, answered two slots later.
DlAssignment first() {
  DlAssignment a{.ue = base::UeId{3},
                 .harq = {},
                 .format = testing::block_format(100),
                 .feedback_slot = Slot(7),
                 .activates = true};
  a.format.bwp = 1;
  return a;
}
DlAssignment at(std::int64_t slot, int process) {
  DlAssignment a = first();
  a.harq.process = process;
  a.feedback_slot = Slot(slot + 2);
  a.aggregation_level = 0;
  a.activates = false;
  return a;
}
const SemiPersistent every_20{.periodicity_ms = 10, .slots_per_frame = 20, .process_count = 2};

TEST(SemiPersistentDownlink, looks_for_what_its_dci_has_said_and_nothing_else) {
  ue::SemiPersistentDownlink sps;
  EXPECT_FALSE(sps.expects(at(25, 1), Slot(25)));
  sps.configure(every_20);
  EXPECT_FALSE(sps.expects(at(25, 1), Slot(25))) << "no DCI has activated it";
  sps.activate(first(), Slot(5));
  EXPECT_TRUE(sps.expects(at(25, 1), Slot(25)));
  EXPECT_TRUE(sps.expects(at(45, 0), Slot(45)));
  EXPECT_FALSE(sps.expects(at(26, 1), Slot(26)));
  EXPECT_FALSE(sps.expects(at(25, 0), Slot(25))) << "another process";
  EXPECT_FALSE(sps.expects(at(26, 1), Slot(25))) << "another K1";
  DlAssignment elsewhere = at(25, 1);
  elsewhere.format.prb.first = 1;
  EXPECT_FALSE(sps.expects(elsewhere, Slot(25)));
  DlAssignment larger = at(25, 1);
  larger.format.tbs = base::Bits(808);
  EXPECT_FALSE(sps.expects(larger, Slot(25)));
}

TEST(SemiPersistentDownlink, follows_the_last_dci) {
  ue::SemiPersistentDownlink sps;
  sps.configure(every_20);
  sps.activate(first(), Slot(5));
  DlAssignment again = first();
  again.feedback_slot = Slot(11);
  sps.activate(again, Slot(9));
  EXPECT_FALSE(sps.expects(at(25, 1), Slot(25)));
  EXPECT_TRUE(sps.expects(at(29, 1), Slot(29)));
}

TEST(SemiPersistentDownlink, ends_with_its_part_and_does_not_come_back_with_it) {
  ue::SemiPersistentDownlink sps;
  sps.configure(every_20);
  sps.activate(first(), Slot(5));
  sps.enter(1);
  EXPECT_TRUE(sps.expects(at(25, 1), Slot(25)));
  sps.enter(0);
  EXPECT_FALSE(sps.expects(at(25, 1), Slot(25)));
  sps.enter(1);
  EXPECT_FALSE(sps.expects(at(25, 1), Slot(25)));
  sps.activate(first(), Slot(5));
  sps.release();
  EXPECT_FALSE(sps.is_configured());
  EXPECT_FALSE(sps.expects(at(25, 1), Slot(25)));
}

}  // namespace
}  // namespace redcell::mac
