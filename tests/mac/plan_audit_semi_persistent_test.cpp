// Goal: the audit finds each thing that semi-persistent scheduling may never be, and finds nothing
// where it is as its DCI has said. Method: plans of a cell, spoilt in one place; each rule is the
// only one that speaks.
#include <gtest/gtest.h>

#include "mac/gnb/plan_audit.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::CellWorld;
using mac::testing::connection_config;
using mac::testing::fdd_carrier;

constexpr std::int64_t period = 20;

/// Two terminals with occasions in slots 0, 20, 40 ...; a plan of slot 0 with their DCIs, and one
/// of slot 20 with a block each.
class AuditedOccasions : public ::testing::Test {
 protected:
  AuditedOccasions() : world_(fdd_carrier()), audit_(world_.config()) {
    for (std::uint32_t ue = 100; ue < 102; ++ue) {
      ConnectionConfig config = connection_config(ue);
      config.semi_persistent = SemiPersistentConfig{
          .occasions = {.periodicity_ms = 10, .slots_per_frame = 20, .process_count = 2},
          .prb_count = 4,
          .mcs = base::McsIndex(9)};
      world_.load(world_.connect(15, config), 1);
      connections_.push_back(std::make_unique<Connection>(
          config,
          ConnectionSetup{.harq = {},
                          .outer_loop = {},
                          .dl_thresholds = phy::McsThresholds(phy::McsTable::qam256, 0.1, 8),
                          .ul_thresholds = phy::McsThresholds(phy::McsTable::qam256, 0.1, 8)}));
      connections_.back()->sps.phase = Connection::SemiPersistentState::Phase::active;
    }
    first_ = world_.run(0);
    for (const DlAssignment& a : first_.downlink) world_.answer(a, true);
    for (std::int64_t slot = 1; slot < period; ++slot) {
      for (const DlAssignment& a : world_.run(slot).downlink) world_.answer(a, true);
    }
    for (std::uint32_t index = 0; index < 2; ++index) world_.load(index, 1);
    next_ = world_.run(period);
  }
  std::string audit(std::int64_t slot, const SlotPlan& plan) {
    return audit_.check(base::Slot(slot), plan, connections_);
  }
  /// The second plan, after the first was sound.
  void expect(const char* rule) {
    ASSERT_EQ(audit(0, first_), "");
    const std::string found = audit(period, next_);
    EXPECT_EQ(found.find(rule), 0U) << found;
  }

  CellWorld world_;
  PlanAudit audit_;
  std::vector<std::unique_ptr<Connection>> connections_;
  SlotPlan first_;
  SlotPlan next_;
};

TEST_F(AuditedOccasions, are_sound_as_the_cell_made_them) {
  ASSERT_EQ(first_.downlink.size(), 2U);
  ASSERT_EQ(next_.downlink.size(), 2U);
  for (const DlAssignment& a : first_.downlink) EXPECT_TRUE(a.activates);
  for (const DlAssignment& a : next_.downlink) EXPECT_EQ(a.aggregation_level, 0);
  EXPECT_EQ(audit(0, first_), "");
  EXPECT_EQ(audit(period, next_), "");
}

TEST_F(AuditedOccasions, take_no_cce_and_their_dci_takes_its_own) {
  first_.downlink[1].first_cce = first_.downlink[0].first_cce;
  EXPECT_EQ(audit(0, first_).find("a CCE carries two DCIs"), 0U);
}

TEST_F(AuditedOccasions, are_told_of_by_a_dci) {
  first_.downlink.clear();
  expect("an occasion that no DCI has told of");
}

TEST_F(AuditedOccasions, are_over_in_another_part) {
  ASSERT_EQ(audit(0, first_), "");
  connections_[0]->sps.phase = Connection::SemiPersistentState::Phase::released;
  EXPECT_EQ(audit(period, next_).find("an occasion that no DCI has told of"), 0U);
}

TEST_F(AuditedOccasions, come_once_a_period) {
  ASSERT_EQ(audit(0, first_), "");
  for (DlAssignment& a : next_.downlink) a.feedback_slot = a.feedback_slot - base::SlotCount(1);
  EXPECT_EQ(audit(period - 1, next_).find("a block between two occasions"), 0U);
}

TEST_F(AuditedOccasions, have_the_prbs_of_their_dci) {
  next_.downlink[0].format.prb.first = 30;
  expect("an occasion that is not as its DCI has said");
}

TEST_F(AuditedOccasions, have_the_size_of_their_dci) {
  next_.downlink[0].format.tbs = base::Bits(next_.downlink[0].format.tbs.value() + 8);
  expect("an occasion that is not as its DCI has said");
}

TEST_F(AuditedOccasions, are_answered_as_their_dci_says) {
  next_.downlink[0].feedback_slot = next_.downlink[0].feedback_slot + base::SlotCount(1);
  expect("an occasion that is not as its DCI has said");
}

TEST_F(AuditedOccasions, take_the_process_of_the_clause) {
  next_.downlink[0].harq.process = 0;
  expect("an occasion in another HARQ process");
}

TEST_F(AuditedOccasions, take_no_process_whose_answer_is_due) {
  ASSERT_EQ(audit(0, first_), "");
  SlotPlan before = next_;
  for (DlAssignment& a : before.downlink) {
    a.harq.attempt = 1;
    a.aggregation_level = 1;
    a.first_cce = static_cast<int>(a.ue.value) - 100;
    a.feedback_slot = base::Slot(period);
  }
  ASSERT_EQ(audit(period - 2, before), "");
  EXPECT_EQ(audit(period, next_).find("an occasion in a process that is busy"), 0U);
}

TEST_F(AuditedOccasions, are_the_only_blocks_without_a_dci) {
  next_.downlink[0].harq.block = 5;
  expect("a block without a DCI, or an occasion with one");
}

TEST_F(AuditedOccasions, have_no_dci) {
  next_.downlink[0].aggregation_level = 1;
  expect("a block without a DCI, or an occasion with one");
}

TEST_F(AuditedOccasions, have_no_block_of_a_dci_in_their_stead) {
  next_.downlink[0].aggregation_level = 1;
  next_.downlink[0].harq = {.process = 5, .attempt = 0, .block = 5};
  expect("a DCI for a block in an occasion");
}

TEST_F(AuditedOccasions, are_activated_by_a_dci) {
  first_.downlink[0].aggregation_level = 0;
  EXPECT_EQ(audit(0, first_).find("occasions that nobody may have, or without a DCI"), 0U);
}

TEST_F(AuditedOccasions, are_activated_for_who_may_have_them) {
  connections_[0]->config.semi_persistent.reset();
  EXPECT_EQ(audit(0, first_).find("occasions that nobody may have, or without a DCI"), 0U);
}

// Told one slot and many later, on the same PRBs: the second has occasions of 20 ms.
TEST_F(AuditedOccasions, never_meet_on_the_same_prbs) {
  SlotPlan second = first_;
  second.downlink.erase(second.downlink.begin());
  second.downlink[0].format.prb = first_.downlink[0].format.prb;
  first_.downlink.erase(first_.downlink.begin() + 1);
  connections_[1]->config.semi_persistent->occasions.periodicity_ms = 20;
  ASSERT_EQ(audit(0, first_), "");
  connections_[1]->sps.occasions.start = base::Slot(1);
  second.downlink[0].feedback_slot = base::Slot(5);
  ASSERT_EQ(audit(1, second), "");
  second.downlink[0].feedback_slot = base::Slot(100 + 2);
  EXPECT_EQ(audit(100, second).find("occasions meet another's on the same PRBs"), 0U);
}

TEST_F(AuditedOccasions, are_the_only_block_of_their_terminal_in_the_slot) {
  next_.downlink[1].ue = next_.downlink[0].ue;
  expect("two blocks in a slot");
}

}  // namespace
}  // namespace redcell::mac::gnb
