// Goal: the audit finds what must not be where parts open and close, and finds nothing in a sound
// plan. Method: a plan that a cell has made with one part open, and an audit that is told something
// else; each rule is the only one that speaks.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mac/gnb/plan_audit.h"
#include "tests/mac/moving_world.h"

namespace redcell::mac::gnb {
namespace {

using base::Slot;
using base::SlotCount;
using mac::testing::connection_config;
using mac::testing::fdd_carrier;
using mac::testing::MovingWorld;
using mac::testing::sibling_count;

constexpr mac::testing::Firsts side_by_side{0, 60, 120};

/// A terminal of the wide part with an uplink block over PRBs of parts that are closed.
class AuditedParts : public ::testing::Test {
 protected:
  AuditedParts() : world_(fdd_carrier(), side_by_side), audit_(world_.world().config()) {
    const std::uint32_t index = world_.connect(sibling_count);
    world_.world().connection(index).ul_quality = {.sinr_db_one_prb_full_power = 60,
                                                   .one_prb_power_below_max_db = -40};
    world_.load(index, 0, 1'000'000);
    plan_ = world_.run(0);
    add(sibling_count);
  }
  Connection& add(std::uint32_t bwp) {
    ConnectionConfig c = connection_config(100 + static_cast<std::uint32_t>(connections_.size()));
    c.bwp = bwp;
    connections_.push_back(std::make_unique<Connection>(
        c, ConnectionSetup{.harq = {},
                           .outer_loop = {},
                           .dl_thresholds = phy::McsThresholds(phy::McsTable::qam256, 0.1, 8),
                           .ul_thresholds = phy::McsThresholds(phy::McsTable::qam256, 0.1, 8)}));
    return *connections_.back();
  }
  /// From a slot on two parts are open.
  static OpenParts two_from(std::int64_t slot) {
    OpenParts open(1);
    open.change(Slot(slot), 2, SlotCount(40));
    return open;
  }
  void expect(std::int64_t slot, const char* rule) {
    const std::string finding = audit_.check(Slot(slot), plan_, connections_);
    EXPECT_EQ(finding.find(rule), 0U) << finding;
  }

  MovingWorld world_;
  PlanAudit audit_;
  std::vector<std::unique_ptr<Connection>> connections_;
  SlotPlan plan_;
};

TEST_F(AuditedParts, are_sound_as_the_cell_made_them) {
  ASSERT_GE(plan_.uplink.size(), 1U);
  EXPECT_EQ(audit_.check(Slot(0), plan_, connections_), "");
}

TEST_F(AuditedParts, stay_what_they_were_in_a_slot_that_has_been_granted) {
  ASSERT_EQ(audit_.check(Slot(0), plan_, connections_), "");
  const std::int64_t granted = plan_.uplink.back().pusch_slot.value();
  plan_.clear();
  audit_.set_open_parts(two_from(granted + 1));
  EXPECT_EQ(audit_.check(Slot(1), plan_, connections_), "");
  audit_.set_open_parts(two_from(granted));
  expect(1, "parts of a slot change after it has been granted");
}

TEST_F(AuditedParts, leave_what_an_open_part_has) {
  audit_.set_open_parts(two_from(1));
  expect(0, "PRBs where no data may lie");
}

// A map that does not know of the PUCCH of others.
TEST_F(AuditedParts, leave_the_pucch_of_an_open_part) {
  CellConfig config = world_.world().config();
  config.fewer_open[1].back() = config.fewer_open[0].back();
  audit_ = PlanAudit(config);
  audit_.set_open_parts(two_from(1));
  expect(0, "data on the PUCCH of a part");
}

TEST_F(AuditedParts, have_nobody_while_they_are_closed) {
  add(1);
  expect(0, "a terminal in a part that is closed");
  audit_.set_open_parts(two_from(9));
  expect(8, "a terminal in a part that is closed");
  plan_.clear();
  EXPECT_EQ(audit_.check(Slot(9), plan_, connections_), "");
}

TEST_F(AuditedParts, have_nobody_who_may_not_have_left) {
  Connection& c = add(0);
  c.unconfirmed = ActiveBwp({}, 1);
  expect(0, "a terminal in a part that is closed");
}

// It closes between the block and its answer.
TEST_F(AuditedParts, are_open_when_a_block_is_answered) {
  add(1);
  OpenParts open(2);
  open.change(Slot(4), 1, SlotCount(40));
  audit_.set_open_parts(open);
  plan_.clear();
  DlAssignment a = mac::testing::dl_assignment(Slot(3));
  a.ue = base::UeId{101};
  a.epoch = 7;
  a.format.bwp = 1;
  a.format.layer_count = 1;
  plan_.downlink.push_back(a);
  EXPECT_EQ(audit_.check(Slot(0), plan_, connections_), "");
  plan_.downlink[0].feedback_slot = Slot(4);
  expect(1, "a block in a part that is closed");
}

TEST_F(AuditedParts, take_terminals_when_they_have_been_on_the_air) {
  Connection& c = add(0);
  plan_.clear();
  plan_.switches.push_back(
      {.ue = base::UeId{101}, .epoch = 7, .from_bwp = 0, .to_bwp = 1, .first_cce = 0});
  audit_.set_open_parts(two_from(9));
  const ActiveBwp before = c.bwp;
  c.bwp.on_switch_dci(Slot(48), 1);
  expect(48, "a switch into a part that is not ready");
  c.bwp = before;
  c.bwp.on_switch_dci(Slot(49), 1);
  EXPECT_EQ(audit_.check(Slot(49), plan_, connections_), "");
  c.bwp = before;
  plan_.clear();
  c.command = Connection::Command{.packet = base::PacketId{0}, .bwp = 1};
  expect(48, "a command into a part that is not ready");
  EXPECT_EQ(audit_.check(Slot(49), plan_, connections_), "");
}

}  // namespace
}  // namespace redcell::mac::gnb
