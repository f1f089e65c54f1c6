// Goal: the audit finds each thing that a plan may never be, and finds nothing in a sound plan.
// Method: a plan that a cell has made, spoilt in one place; each rule is the only one that speaks.
#include "mac/gnb/plan_audit.h"

#include <gtest/gtest.h>

#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::CellWorld;
using mac::testing::connection_config;
using mac::testing::fdd_carrier;

constexpr std::uint32_t first_ue = 100;
constexpr std::uint32_t sibling_count = 2;

/// Two terminals with a block in each direction, in two slices.
class AuditedPlan : public ::testing::Test {
 protected:
  AuditedPlan()
      : world_(fdd_carrier(),
               [](CellConfig& c) {
                 c.dl_slices = c.ul_slices = {{.max_percent = 60},
                                              {.dedicated_percent = 40, .min_percent = 40}};
                 c.slice_window_slots = 2;
                 c.bwps.push_back(c.bwps.front());
                 c.sibling_count = sibling_count;
               }),
        audit_(world_.config()) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      ConnectionConfig c = connection_config(first_ue + i);
      c.dl_slice = c.ul_slice = i;
      const std::uint32_t index = world_.connect(15, c);
      world_.load(index, 2);
      world_.connection(index).ul_backlog_bytes = 2'000;
      world_.cell().activate(index);
      connections_.push_back(std::make_unique<Connection>(
          c, ConnectionSetup{.harq = {},
                             .outer_loop = {},
                             .dl_thresholds = phy::McsThresholds(phy::McsTable::qam256, 0.1, 8),
                             .ul_thresholds = phy::McsThresholds(phy::McsTable::qam256, 0.1, 8)}));
    }
    plan_ = world_.run(0);
    first_grant_ = plan_.uplink.at(0);
  }
  /// A DCI in an empty plan that sends the first terminal to another part, and its gap.
  void begin_switch(std::uint32_t to = 1, base::Slot slot = base::Slot(0)) {
    plan_ = {};
    plan_.switches.push_back(
        {.ue = base::UeId{first_ue}, .epoch = 7, .from_bwp = 0, .to_bwp = to, .first_cce = 0});
    connections_[0]->bwp = ActiveBwp(BwpTiming{}, 0);
    connections_[0]->bwp.on_switch_dci(slot, to);
  }
  /// A DCI in an empty plan that activates a grant of the second terminal: occasions 4, 14, 24 ...
  void activate() {
    ConfiguredGrant grant{.by_dci = true,
                          .periodicity = base::SlotCount(10),
                          .offset = base::SlotCount(4),
                          .format = first_grant_.format,
                          .start = base::Slot(4)};
    grant.format.prb = {.first = 30, .count = 4};
    connections_[1]->config.configured_grant = grant;
    connections_[1]->activation.phase = Connection::Activation::Phase::activating;
    plan_ = {};
    plan_.configured.push_back({.ue = base::UeId{first_ue + 1}, .epoch = 7, .grant = grant});
  }
  std::string finding() { return audit_.check(base::Slot(0), plan_, connections_); }
  void expect(const char* rule) { EXPECT_EQ(finding().find(rule), 0U) << finding(); }

  CellWorld world_;
  PlanAudit audit_;
  std::vector<std::unique_ptr<Connection>> connections_;
  SlotPlan plan_;
  UlGrant first_grant_;
};

TEST_F(AuditedPlan, is_sound_as_the_cell_made_it) {
  ASSERT_EQ(plan_.downlink.size(), 2U);
  ASSERT_GE(plan_.uplink.size(), 2U);
  EXPECT_EQ(finding(), "");
}

TEST_F(AuditedPlan, gives_no_prb_twice) {
  plan_.downlink[1].format.prb = plan_.downlink[0].format.prb;
  plan_.downlink[1].format.prb_count = plan_.downlink[0].format.prb_count;
  expect("a PRB is given twice");
}

TEST_F(AuditedPlan, gives_no_prb_of_a_coming_slot_twice) {
  ASSERT_EQ(finding(), "");
  SlotPlan later;
  later.uplink.push_back(plan_.uplink[0]);
  plan_ = later;
  expect("a PRB is given twice");
}

TEST_F(AuditedPlan, stays_inside_the_part) {
  plan_.uplink[0].format.prb.first = world_.map().config().bwp_ul.count;
  expect("PRBs outside the part");
}

TEST_F(AuditedPlan, counts_the_prbs_that_data_may_have) {
  ++plan_.downlink[0].format.prb_count;
  expect("PRBs where no data may lie");
}

TEST_F(AuditedPlan, stays_in_the_active_part) {
  connections_[0]->bwp = ActiveBwp(BwpTiming{}, 1);
  expect("a block outside the active part");
}

TEST_F(AuditedPlan, gives_nothing_in_a_gap) {
  const base::Slot answer = plan_.downlink[0].feedback_slot;
  plan_.uplink.clear();
  BwpTiming timing;
  timing.switch_delay = base::SlotCount(answer.value() + 1);
  ActiveBwp moving(timing, 0);
  moving.on_switch_dci(base::Slot(1), 1);
  connections_[0]->bwp = moving;
  ASSERT_TRUE(moving.in_gap(answer));
  expect("a block in a gap");
}

TEST_F(AuditedPlan, sends_no_grant_in_a_gap) {
  plan_.downlink.clear();
  BwpTiming timing;
  timing.switch_delay = base::SlotCount(1);
  ActiveBwp moving(timing, 0);
  moving.on_switch_dci(base::Slot(0), 0);
  connections_[0]->bwp = moving;
  ASSERT_TRUE(moving.in_gap(base::Slot(0)));
  ASSERT_FALSE(moving.in_gap(plan_.uplink.at(0).pusch_slot));
  expect("a grant in a gap");
}

TEST_F(AuditedPlan, has_no_more_layers_than_the_cell) {
  plan_.downlink[0].format.layer_count = world_.config().layer_count_max + 1;
  expect("more layers than the cell has");
}

TEST_F(AuditedPlan, puts_one_dci_on_a_cce) {
  plan_.uplink[0].first_cce = plan_.downlink[0].first_cce;
  expect("a CCE carries two DCIs");
}

TEST_F(AuditedPlan, keeps_off_the_prbs_of_configured_grants) {
  ConfiguredGrant grant;
  grant.format = plan_.uplink[0].format;
  grant.start = plan_.uplink[0].pusch_slot;
  connections_[1]->config.configured_grant = grant;
  expect("PRBs of a configured grant are given away");
}

TEST_F(AuditedPlan, keeps_the_maximum_of_a_slice_over_its_window) {
  // One window has two slots: 60 % of both are more than one slot has.
  plan_.uplink.clear();
  plan_.downlink.resize(1);
  plan_.downlink[0].ue = base::UeId{first_ue};
  BlockFormat& format = plan_.downlink[0].format;
  format.prb = {.first = 0, .count = world_.map().config().bwp_dl.count};
  format.prb_count = world_.map().downlink(base::Slot(0)).usable_prb_count;
  ASSERT_EQ(finding(), "what is dedicated to a slice is lent: terminal 100, slot 0");
  connections_[0]->config.dl_slice = 1;
  PlanAudit fresh(world_.config());
  ASSERT_EQ(fresh.check(base::Slot(0), plan_, connections_), "");
  connections_[0]->config.dl_slice = 0;
  CellConfig config = world_.config();
  config.dl_slices = {{.max_percent = 49}, {}};
  PlanAudit strict(config);
  EXPECT_EQ(
      strict.check(base::Slot(0), plan_, connections_).find("a slice has more than its maximum"),
      0U);
}

TEST_F(AuditedPlan, has_no_switch_outside_the_active_part) {
  begin_switch();
  expect("");
  plan_.switches[0].from_bwp = 1;
  expect("a switch outside the active part");
}

TEST_F(AuditedPlan, has_no_switch_to_where_nobody_is_moved) {
  begin_switch(sibling_count);
  expect("a switch to no other part");
  plan_.switches[0].to_bwp = 0;
  expect("a switch to no other part");
}

TEST_F(AuditedPlan, has_no_switch_without_its_gap) {
  begin_switch();
  connections_[0]->bwp = ActiveBwp(BwpTiming{}, 0);
  expect("a switch without its gap");
}

TEST_F(AuditedPlan, has_no_switch_before_the_answer_to_a_block) {
  plan_.uplink.clear();
  std::erase_if(plan_.downlink, [](const DlAssignment& a) { return a.ue.value != first_ue; });
  ASSERT_EQ(plan_.downlink.size(), 1U);
  const base::Slot answer = plan_.downlink[0].feedback_slot;
  ASSERT_EQ(finding(), "");
  begin_switch(1, answer);
  EXPECT_EQ(audit_.check(answer, plan_, connections_).find("a switch while something is owed"), 0U);
  begin_switch(1, answer + base::SlotCount(1));
  EXPECT_EQ(audit_.check(answer + base::SlotCount(1), plan_, connections_), "");
}

TEST_F(AuditedPlan, activates_only_the_grants_of_type_2_that_there_are) {
  activate();
  expect("");
  connections_[1]->config.configured_grant->by_dci = false;
  expect("nobody has the grant of a DCI");
}

TEST_F(AuditedPlan, activates_no_grant_of_another_part) {
  activate();
  connections_[1]->bwp = ActiveBwp(BwpTiming{}, 1);
  expect("a DCI for a grant outside the active part");
}

TEST_F(AuditedPlan, activates_no_grant_that_begins_in_a_gap) {
  activate();
  BwpTiming timing;
  timing.switch_delay = base::SlotCount(8);
  connections_[1]->bwp = ActiveBwp(timing, 0);
  connections_[1]->bwp.on_switch_dci(base::Slot(1), 1);
  expect("a DCI for a grant in a gap");
}

TEST_F(AuditedPlan, activates_grants_from_an_occasion_on_that_k2_reaches) {
  activate();
  plan_.configured[0].grant.start = base::Slot(5);
  expect("a grant that begins with no occasion");
  plan_.configured[0].grant.start = base::Slot(14);
  expect("a grant that begins with no occasion");
}

TEST_F(AuditedPlan, activates_no_grant_of_prbs_that_are_given_away) {
  UlGrant given = plan_.uplink[0];
  given.pusch_slot = base::Slot(4);
  plan_ = {};
  plan_.uplink.push_back(given);
  ASSERT_EQ(finding(), "");
  plan_ = {};
  activate();
  plan_.configured[0].grant.format.prb = given.format.prb;
  expect("a grant of PRBs that are given away");
}

TEST_F(AuditedPlan, keeps_off_the_prbs_of_an_activated_grant_until_it_is_released) {
  activate();
  ASSERT_EQ(finding(), "");
  UlGrant given = first_grant_;
  given.format.prb = connections_[1]->config.configured_grant->format.prb;
  given.format.prb_count = given.format.prb.count;
  given.pusch_slot = base::Slot(14);
  plan_ = {};
  plan_.uplink.push_back(given);
  const base::Slot later(12);
  EXPECT_EQ(
      audit_.check(later, plan_, connections_).find("PRBs of a configured grant are given away"),
      0U);
  connections_[1]->activation.phase = Connection::Activation::Phase::released;
  PlanAudit fresh(world_.config());
  EXPECT_EQ(fresh.check(later, plan_, connections_), "");
  plan_.uplink[0].pusch_slot = base::Slot(24);
  EXPECT_EQ(audit_.check(base::Slot(22), plan_, connections_), "");
}

TEST_F(AuditedPlan, names_only_terminals_that_are_there) {
  const SlotPlan sound = plan_;
  plan_.downlink[0].ue = base::UeId{7};
  expect("nobody is assigned a block");
  plan_ = {};
  plan_.uplink = sound.uplink;
  plan_.uplink[0].ue = base::UeId{7};
  expect("nobody is granted a block");
  begin_switch();
  plan_.switches[0].ue = base::UeId{7};
  expect("nobody is told to switch");
}

}  // namespace
}  // namespace redcell::mac::gnb
