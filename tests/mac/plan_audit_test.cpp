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

/// Two terminals with a block in each direction, in two slices.
class AuditedPlan : public ::testing::Test {
 protected:
  AuditedPlan()
      : world_(fdd_carrier(),
               [](CellConfig& c) {
                 c.dl_slices = c.ul_slices = {{.max_percent = 60},
                                              {.dedicated_percent = 40, .min_percent = 40}};
                 c.slice_window_slots = 2;
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
  }
  std::string finding() { return audit_.check(base::Slot(0), plan_, connections_); }
  void expect(const char* rule) { EXPECT_EQ(finding().find(rule), 0U) << finding(); }

  CellWorld world_;
  PlanAudit audit_;
  std::vector<std::unique_ptr<Connection>> connections_;
  SlotPlan plan_;
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

TEST_F(AuditedPlan, names_only_terminals_that_are_there) {
  plan_.downlink[0].ue = base::UeId{7};
  expect("nobody is assigned a block");
}

}  // namespace
}  // namespace redcell::mac::gnb
