// Goal: a cell without a place refuses a handover and does not answer a request, counts each UE
// once, and keeps for a group what is dedicated to it.
// Method: the small network of mobility_test; scripted stories.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "mac/gnb/mobility.h"
#include "tests/mac/mobility_network.h"

namespace redcell::mac::gnb {
namespace {

TEST(MobilityAdmission, a_full_target_refuses_and_the_next_report_tries_again) {
  Network n;
  n.mobility.attach({1}, {1});
  n.mobility.attach({2}, {1});
  (void)n.report(6, 1, 0);
  EXPECT_EQ(n.deliver(), "(full0>1) refuse2:1>0");
  EXPECT_EQ(n.deliver(), "(failed0>1)");
  EXPECT_FALSE(n.time(at_ms(200)).size()) << "the preparation timer was stopped";
  EXPECT_EQ(n.report(6, 2, 300), "(report0>0) (started0>2) ask3:0>2");
}

/// A whole handover of another UE, its actions executed by nobody.
void move(Mobility& mobility, base::UeId other, base::CellId to) {
  const Link from = mobility.serving(other);
  std::vector<NetworkAction> out;
  const auto carry = [&] {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const NetworkAction action = out[i];
      const auto* const send = std::get_if<Send>(&action);
      if (send != nullptr && send->to) mobility.on_wire(send->message, at_ms(0), out);
    }
    out.clear();
  };
  mobility.on_message(from, Network::report_of(6, to.value), at_ms(0), out);
  carry();
  mobility.on_message({other, to, from.epoch + 1}, HandoverComplete{from.epoch + 1}, at_ms(0), out);
  carry();
  ASSERT_EQ(mobility.serving(other).cell, to);
}

TEST(MobilityAdmission, a_target_admits_whom_it_refused_when_somebody_has_left) {
  Network n;
  n.mobility.attach({1}, {1});
  n.mobility.attach({2}, {1});
  (void)n.report(6, 1, 0);
  EXPECT_EQ(n.deliver(), "(full0>1) refuse2:1>0");
  EXPECT_EQ(n.deliver(), "(failed0>1)");
  move(n.mobility, {2}, {3});
  EXPECT_EQ(n.mobility.user_count({1}), 1U);
  EXPECT_EQ(n.report(6, 1, 300), "(report0>0) (started0>1) ask3:0>1");
  EXPECT_EQ(n.deliver(), "open3@1 ack3:1>0");
}

/// Two places, one of them dedicated to group 1; UE 1 of group 0 is in cell 1.
MobilityConfig with_dedicated(std::vector<std::uint32_t> group_of) {
  MobilityConfig config = mobility_config();
  config.admission.groups.push_back({.dedicated = 1, .max = 2});
  config.group_of = std::move(group_of);
  return config;
}

TEST(MobilityAdmission, keeps_a_dedicated_place_for_its_group_in_the_target) {
  Network other(with_dedicated({0, 0, 1}));
  other.mobility.attach({1}, {1});
  (void)other.report(6, 1, 0);
  EXPECT_EQ(other.deliver(), "(full0>1) refuse2:1>0");
  EXPECT_EQ(other.ask_again(1), "(full0>1)") << "nor when it asks anew";
  Network owner(with_dedicated({1, 0, 0}));
  owner.mobility.attach({1}, {1});
  (void)owner.report(6, 1, 0);
  EXPECT_EQ(owner.deliver(), "open2@1 ack2:1>0");
}

TEST(MobilityAdmission, refuses_a_group_that_has_its_maximum) {
  MobilityConfig config = mobility_config();
  config.admission.users_max = 3;
  config.admission.groups.push_back({.dedicated = 0, .max = 1});
  config.group_of = {1, 1, 0};
  Network n(config);
  n.mobility.attach({1}, {1});
  (void)n.report(6, 1, 0);
  EXPECT_EQ(n.deliver(), "(full0>1) refuse2:1>0");
  config.group_of = {1, 0, 1};
  Network m(config);
  m.mobility.attach({1}, {1});
  (void)m.report(6, 1, 0);
  EXPECT_EQ(m.deliver(), "open2@1 ack2:1>0");
}

TEST(MobilityAdmission, holds_a_place_at_both_ends_during_a_handover_and_one_afterwards) {
  Network n;
  n.command();
  EXPECT_EQ(n.mobility.user_count({0}), 1U);
  EXPECT_EQ(n.mobility.user_count({1}), 1U);
  (void)n.deliver();
  (void)n.message({ue, {1}, 2}, HandoverComplete{2}, at_ms(160));
  EXPECT_EQ(n.mobility.user_count({0}), 1U) << "until it is told";
  (void)n.deliver();
  EXPECT_EQ(n.mobility.user_count({0}), 0U);
}

TEST(MobilityAdmission, counts_a_ue_once_that_comes_back_before_its_place_was_released) {
  Network n;
  n.mobility.attach({1}, {0});
  n.command();
  (void)n.deliver();
  (void)n.message({ue, {1}, 2}, HandoverComplete{2}, at_ms(160));
  (void)n.report(6, 0, 170);
  EXPECT_EQ(n.deliver_at(1), "open3@0 ack3:0>1") << "full, and one of them is this one";
  EXPECT_EQ(n.mobility.user_count({0}), 2U);
  EXPECT_EQ(n.deliver(), "close1@0");
  EXPECT_EQ(n.mobility.user_count({0}), 2U) << "still there, in a new connection";
}

TEST(MobilityAdmission, admits_up_to_the_last_place) {
  Network n;
  n.mobility.attach({1}, {1});
  (void)n.report(6, 1, 0);
  EXPECT_EQ(n.deliver(), "open2@1 ack2:1>0");
  EXPECT_EQ(n.mobility.user_count({1}), 2U);
}

TEST(MobilityAdmission, does_not_answer_a_request_it_has_no_place_for) {
  Network n;
  n.mobility.attach({1}, {1});
  n.mobility.attach({2}, {1});
  EXPECT_EQ(n.ask_again(1), "(full0>1)");
  EXPECT_EQ(n.ask_again(0).substr(0, 7), "open2@0") << "its own place counts";
}

TEST(MobilityAdmission, a_request_in_its_own_full_cell_is_admitted) {
  Network n;
  n.mobility.attach({1}, {0});
  EXPECT_EQ(n.mobility.user_count({0}), 2U);
  EXPECT_EQ(n.ask_again(0), "open2@0 take1@0 install2@0 answer2:2@0 close1@0");
  EXPECT_EQ(n.mobility.user_count({0}), 2U);
}

}  // namespace
}  // namespace redcell::mac::gnb
