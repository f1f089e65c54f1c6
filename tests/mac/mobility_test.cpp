// Goal: the network prepares, commands, completes, cancels and re-establishes as TS 38.300 9.2.3
// says, and never loses or doubles a UE's bearer context.
// Method: a small network that checks every action against its books; scripted stories, then ten
// thousand random ones.
#include "mac/gnb/mobility.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "tests/mac/mobility_network.h"

namespace redcell::mac::gnb {
namespace {

TEST(Mobility, carries_a_handover_from_report_to_release) {
  Network n;
  EXPECT_EQ(n.report(6, 1, 100), "(report0>0) (started0>1) ask2:0>1");
  EXPECT_EQ(n.deliver(103), "open2@1 ack2:1>0");
  EXPECT_EQ(n.deliver(106), "(prepared0>1) (sent0>1) command2>1:1@0 take1@0 transfer2:0>1");
  EXPECT_EQ(n.deliver(109), "install2@1");
  EXPECT_EQ(n.message({ue, {1}, 2}, HandoverComplete{2}, at_ms(160)),
            "(completed0>1) path1:1>core release1:1>0");
  EXPECT_EQ(n.mobility.serving(ue), (Link{ue, {1}, 2}));
  EXPECT_EQ(n.message({ue, {0}, 1}, Network::report_of(6, 1), at_ms(161)), "")
      << "a report from the source comes too late";
  EXPECT_EQ(n.message({ue, {1}, 2}, HandoverComplete{2}, at_ms(162)), "") << "once";
  EXPECT_EQ(n.deliver(163), "close1@0");
  EXPECT_EQ(n.open.size(), 1U);
  EXPECT_EQ(n.mobility.user_count({0}), 0U);
  EXPECT_EQ(n.mobility.user_count({1}), 1U);
  EXPECT_EQ(n.time(at_ms(100'000)), "") << "no timer is left over";
  EXPECT_FALSE(n.mobility.deadline());
  EXPECT_EQ(n.report(6, 0, 200'000), "(report1>1) (started1>0) ask3:1>0") << "and back";
}

TEST(Mobility, chooses_the_strongest_neighbour_that_meets_the_margin) {
  MeasurementReport r{.serving = measured(0, -90)};
  const MobilityPolicy policy{.margin = base::Db(2)};
  EXPECT_FALSE(choose_target(policy, r));
  r.neighbour_count = 2;
  r.neighbours[0] = measured(3, -88);
  r.neighbours[1] = measured(2, -89);
  EXPECT_EQ(choose_target(policy, r), base::CellId{3});
  r.neighbours[0].rsrp_dbm = -88.01;
  EXPECT_FALSE(choose_target(policy, r));
  Network n;
  EXPECT_EQ(n.report(-0.01, 1, 0), "(report0>0)");
  EXPECT_EQ(n.report(0, 1, 0), "(report0>0) (started0>1) ask2:0>1");
}

TEST(Mobility, prepares_one_target_at_a_time) {
  Network n;
  (void)n.report(6, 1, 0);
  EXPECT_EQ(n.report(6, 2, 10), "(report0>0)");
  (void)n.deliver();
  (void)n.deliver();
  EXPECT_EQ(n.report(6, 2, 20), "(report0>0)") << "nor after the command";
}

TEST(Mobility, cancels_a_preparation_that_takes_too_long) {
  Network n;
  (void)n.report(6, 1, 100);
  EXPECT_EQ(n.mobility.deadline(), at_ms(300));
  EXPECT_EQ(n.time(at_ms(300) - base::Duration(1)), "");
  EXPECT_EQ(n.time(at_ms(300)), "release2:0>1 (failed0>1)");
  EXPECT_EQ(n.report(6, 1, 310), "(report0>0) (started0>1) ask3:0>1");
  EXPECT_EQ(n.deliver(320), "open2@1 ack2:1>0");
  EXPECT_EQ(n.deliver(320), "close2@1") << "the cancel";
  EXPECT_EQ(n.deliver(320), "open3@1 ack3:1>0");
  EXPECT_EQ(n.deliver(330), "") << "the late answer is not taken for the new one";
  EXPECT_EQ(n.deliver(330), "(prepared0>1) (sent0>1) command3>1:1@0 take1@0 transfer3:0>1");
}

TEST(Mobility, a_late_refusal_does_not_end_the_next_preparation) {
  Network n;
  n.mobility.attach({1}, {1});
  n.mobility.attach({2}, {1});
  (void)n.report(6, 1, 0);
  (void)n.time(at_ms(200));
  (void)n.report(6, 2, 210);
  EXPECT_EQ(n.deliver(), "(full0>1) refuse2:1>0");
  EXPECT_EQ(n.deliver_at(2), "");
  (void)n.deliver();
  EXPECT_EQ(n.deliver(), "open3@2 ack3:2>0");
}

TEST(Mobility, a_late_refusal_is_not_counted_twice) {
  Network n;
  n.mobility.attach({1}, {1});
  n.mobility.attach({2}, {1});
  (void)n.report(6, 1, 0);
  EXPECT_EQ(n.time(at_ms(200)), "release2:0>1 (failed0>1)");
  EXPECT_EQ(n.deliver(210), "(full0>1) refuse2:1>0");
  EXPECT_EQ(n.deliver_at(1, 220), "");
}

TEST(Mobility, gives_the_bearer_back_when_the_ue_never_comes) {
  Network n;
  (void)n.report(6, 1, 0);
  (void)n.deliver(10);
  (void)n.deliver(20);
  (void)n.deliver(30);
  EXPECT_EQ(n.time(at_ms(2010) - base::Duration(1)), "");
  EXPECT_EQ(n.time(at_ms(2010)), "take2@1 transfer1:1>0 close2@1");
  EXPECT_EQ(n.message({ue, {1}, 2}, HandoverComplete{2}, at_ms(2011)), "") << "too late";
  EXPECT_EQ(n.report(6, 1, 2012), "(report0>0)") << "not while the bearer travels";
  EXPECT_EQ(n.deliver(2013), "install1@0");
  EXPECT_EQ(n.report(6, 1, 2014), "(report0>0) (started0>1) ask3:0>1");
}

TEST(Mobility, gives_the_bearer_back_even_if_it_had_not_arrived) {
  Network n;
  n.command();
  EXPECT_EQ(n.time(at_ms(2000)), "close2@1");
  EXPECT_EQ(n.deliver(), "transfer1:1>0");
  EXPECT_EQ(n.deliver(), "install1@0");
}

TEST(Mobility, takes_a_ue_up_again_in_the_cell_that_has_its_bearer) {
  Network n;
  EXPECT_EQ(n.ask_again(0), "open2@0 take1@0 install2@0 answer2:2@0 close1@0");
  EXPECT_EQ(n.report(6, 1, 0), "") << "the old connection is closed";
  EXPECT_EQ(n.message({ue, {0}, 2}, ReestablishmentComplete{2}, at_ms(20)), "path0:0>core");
  EXPECT_EQ(n.message({ue, {0}, 2}, ReestablishmentComplete{2}, at_ms(21)), "") << "once";
  EXPECT_EQ(n.report(6, 1, 30), "(report0>0) (started0>1) ask3:0>1");
}

TEST(Mobility, fetches_the_bearer_to_another_cell_and_answers_when_it_is_there) {
  Network n;
  EXPECT_EQ(n.ask_again(2), "open2@2 fetch2:2>0");
  EXPECT_EQ(n.report(6, 1, 0), "(report0>0)") << "no handover meanwhile";
  EXPECT_EQ(n.deliver(), "take1@0 transfer2:0>2");
  EXPECT_EQ(n.deliver(), "install2@2 answer2:2@2");
  EXPECT_EQ(n.message({ue, {2}, 2}, ReestablishmentComplete{2}, at_ms(0)),
            "path2:2>core release1:2>0");
  EXPECT_EQ(n.deliver(), "close1@0");
}

TEST(Mobility, a_failed_handover_ends_at_the_source_again) {
  Network n;
  n.command();
  EXPECT_EQ(n.ask_again(0), "open3@0 fetch3:0>1 close1@0");
  EXPECT_EQ(n.deliver(), "install2@1");
  EXPECT_EQ(n.deliver(), "take2@1 transfer3:1>0");
  EXPECT_EQ(n.deliver(), "install3@0 answer3:3@0");
  EXPECT_EQ(n.message({ue, {0}, 3}, ReestablishmentComplete{3}, at_ms(0)),
            "path0:0>core release2:0>1");
}

TEST(Mobility, a_failed_handover_ends_in_the_target_while_the_bearer_still_travels) {
  Network n;
  n.command();
  EXPECT_EQ(n.ask_again(1), "open3@1 release1:1>0 close2@1");
  EXPECT_EQ(n.deliver(), "install3@1 answer3:3@1");
  EXPECT_EQ(n.time(at_ms(100'000)), "");
}

TEST(Mobility, a_fetch_that_overtakes_the_bearer_waits_for_it) {
  Network n;
  n.command();
  EXPECT_EQ(n.ask_again(2), "open3@2 fetch3:2>1 release1:2>0");
  EXPECT_EQ(n.deliver_at(1), "");
  EXPECT_EQ(n.deliver(), "transfer3:1>2");
  EXPECT_EQ(n.time(at_ms(100'000)), "") << "the target no longer waits for its UE";
}

TEST(Mobility, a_second_request_elsewhere_overrides_the_first) {
  Network n;
  (void)n.ask_again(1);
  EXPECT_EQ(n.ask_again(2), "open3@2 fetch3:2>0 release2:2>1");
  EXPECT_EQ(n.deliver(), "") << "the first fetch is of no use any more";
  EXPECT_EQ(n.deliver(), "take1@0 transfer3:0>2");
  EXPECT_EQ(n.deliver(), "close2@1");
  EXPECT_EQ(n.deliver(), "install3@2 answer3:3@2");
}

TEST(Mobility, forgets_a_preparation_when_the_ue_asks_again) {
  Network n;
  (void)n.report(6, 1, 0);
  (void)n.ask_again(0);
  EXPECT_EQ(n.time(at_ms(200)), "") << "its timer was stopped";
  EXPECT_EQ(n.deliver(300), "open2@1 ack2:1>0");
  EXPECT_EQ(n.deliver(300), "") << "no command to a UE that has been lost";
  EXPECT_EQ(n.time(at_ms(2300)), "close2@1");
}

TEST(Mobility, keeps_ues_apart) {
  Network n;
  n.mobility.attach({1}, {3});
  (void)n.report(6, 1, 0);
  std::vector<NetworkAction> out;
  n.mobility.on_message({{1}, {3}, 1}, Network::report_of(6, 1), at_ms(50), out);
  EXPECT_EQ(out.size(), 3U);
  out.clear();
  n.mobility.on_time(at_ms(200), out);
  EXPECT_EQ(out.size(), 2U) << "only the first UE's preparation is over";
  EXPECT_EQ(n.mobility.deadline(), at_ms(250));
}

/// Draws whole numbers; the test's own, so that it needs no world.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t below(std::uint32_t count) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>((state_ >> 33) % count);
  }

 private:
  std::uint64_t state_;
};

/// The oldest message of a random pair of cells: pairs keep their order, the wire does not.
std::size_t pick(const std::deque<Send>& wire, Dice& dice) {
  const Send& chosen = wire[dice.below(static_cast<std::uint32_t>(wire.size()))];
  const auto same = [&](const Send& s) { return s.from == chosen.from && s.to == chosen.to; };
  return static_cast<std::size_t>(std::find_if(wire.begin(), wire.end(), same) - wire.begin());
}

Link newest(const std::vector<Link>& open) {
  return *std::max_element(open.begin(), open.end(),
                           [](const Link& a, const Link& b) { return a.epoch < b.epoch; });
}

void wild_story(Network& n, Dice& dice, std::int64_t& ms) {
  for (int step = 0; step < 60; ++step) {
    ms += 1 + dice.below(dice.below(10) == 0 ? 900 : 40);
    const Link any = n.open[dice.below(static_cast<std::uint32_t>(n.open.size()))];
    switch (dice.below(7)) {
      case 0:
        (void)n.ask_again(dice.below(4));
        break;
      case 1:
        (void)n.time(at_ms(ms));
        break;
      case 2:
        (void)n.report(6, (n.mobility.serving(ue).cell.value + 1) % 4, ms);
        break;
      case 3:
        (void)n.message(any, HandoverComplete{any.epoch}, at_ms(ms));
        break;
      case 4:
        if (n.holder == any) {
          (void)n.message(any, ReestablishmentComplete{any.epoch}, at_ms(ms));
        }
        break;
      default:
        if (!n.wire.empty()) (void)n.deliver_at(pick(n.wire, dice), ms);
    }
  }
}

TEST(Mobility, never_loses_a_bearer_whatever_happens) {
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MobilityConfig config = mobility_config();
    config.admission.users_max = 20;
    Network n(config);
    Dice dice(seed);
    std::int64_t ms = 0;
    wild_story(n, dice, ms);
    for (std::uint32_t i = 0; i < 4; ++i) {
      const auto is_there = [&](const Link& l) { return l.cell == base::CellId{i}; };
      const bool any = std::any_of(n.open.begin(), n.open.end(), is_there);
      ASSERT_EQ(n.mobility.user_count({i}), any ? 1U : 0U);
    }
    const std::uint32_t cell = dice.below(4);
    (void)n.ask_again(cell);
    while (!n.wire.empty()) (void)n.deliver(ms);
    const Link link = newest(n.open);
    ASSERT_EQ(n.holder, link) << "the last request got it";
    ASSERT_EQ(link.cell, base::CellId{cell});
    (void)n.message(link, ReestablishmentComplete{link.epoch}, at_ms(ms));
    while (!n.wire.empty()) (void)n.deliver(ms);
    (void)n.time(at_ms(ms + 10'000));
    while (!n.wire.empty()) (void)n.deliver(ms + 10'000);
    ASSERT_EQ(n.open, std::vector<Link>{link}) << "nothing is left open";
    std::uint32_t open_count = 0;
    for (std::uint32_t i = 0; i < 4; ++i) open_count += n.mobility.user_count({i});
    ASSERT_EQ(open_count, 1U);
    if (testing::Test::HasFailure()) break;
  }
}

TEST(MobilityDeathTest, rejects_a_target_that_gives_up_before_t304) {
  MobilityConfig config = mobility_config();
  config.arrival = base::milliseconds(1200);
  EXPECT_DEATH(Mobility{config}, "arrival");
}

TEST(MobilityDeathTest, rejects_attaching_twice) {
  Network n;
  EXPECT_DEATH(n.mobility.attach(ue, {1}), "last_epoch");
}

}  // namespace
}  // namespace redcell::mac::gnb
