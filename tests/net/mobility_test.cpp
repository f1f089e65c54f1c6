// Goal: ns-3 finds a terminal on its node where its route says, at every moment, and cannot move
// it. Method: run the simulator over moments of a route with a wait and a corner; compare position
// with the route, velocity with the difference of positions; look the type up as a user would.
#include "net/mobility.h"

#include <gtest/gtest.h>
#include <ns3/node.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <cstdint>

namespace redcell::net {
namespace {

constexpr double rounding = 1e-6;

const terminals::Route corner({.start = {.up_m = 1.5},
                               .kind = terminals::RouteKind::way_points,
                               .way_points = {
                                   {.east_m = 10, .north_m = 20, .speed_mps = 5, .wait_s = 2},
                                   {.east_m = 40, .north_m = 60, .speed_mps = 25},
                                   {.east_m = 90, .north_m = 60}}});

class RouteMobilityModelTest : public testing::Test {
 protected:
  RouteMobilityModelTest() {
    node_->AggregateObject(ns3::CreateObject<RouteMobilityModel>(corner));
  }
  ~RouteMobilityModelTest() override { ns3::Simulator::Destroy(); }

  [[nodiscard]] ns3::Ptr<ns3::MobilityModel> model() const {
    return node_->GetObject<ns3::MobilityModel>();
  }

  ns3::Ptr<ns3::Node> node_ = ns3::CreateObject<ns3::Node>();
};

TEST_F(RouteMobilityModelTest, is_where_the_route_is_now) {
  int asked = 0;
  for (std::int64_t ms = 0; ms <= 20'000; ms += 250) {
    ns3::Simulator::Schedule(ns3::MilliSeconds(ms), [&, ms] {
      const ns3::Vector position = model()->GetPosition();
      const phy::Position expected = corner.position_at(base::Instant() + base::milliseconds(ms));
      EXPECT_EQ(position.x, expected.east_m) << ms;
      EXPECT_EQ(position.y, expected.north_m) << ms;
      EXPECT_EQ(position.z, 1.5) << ms;
      ++asked;
    });
  }
  ns3::Simulator::Run();
  EXPECT_EQ(asked, 81);
  // 50 m at 5 m/s, 50 m at 25 m/s.
  EXPECT_NEAR(model()->GetPosition().x, 90, rounding);
  EXPECT_NEAR(model()->GetPosition().y, 60, rounding);
}

TEST_F(RouteMobilityModelTest, has_the_velocity_with_which_its_position_changes) {
  struct Moment {
    std::int64_t at_ms;
    ns3::Vector velocity_mps;
  };
  int asked = 0;
  for (const Moment& m : {Moment{1'000, {0, 0, 0}}, Moment{7'000, {3, 4, 0}},
                          Moment{13'000, {25, 0, 0}}, Moment{15'000, {0, 0, 0}}}) {
    ns3::Simulator::Schedule(ns3::MilliSeconds(m.at_ms), [&, m] {
      const ns3::Vector velocity = model()->GetVelocity();
      EXPECT_NEAR(velocity.x, m.velocity_mps.x, rounding) << m.at_ms;
      EXPECT_NEAR(velocity.y, m.velocity_mps.y, rounding) << m.at_ms;
      EXPECT_EQ(velocity.z, 0) << m.at_ms;
      const base::Instant now = base::Instant() + base::milliseconds(m.at_ms);
      const phy::Position before = corner.position_at(now);
      const phy::Position after = corner.position_at(now + base::milliseconds(100));
      EXPECT_NEAR(velocity.x, (after.east_m - before.east_m) / 0.1, rounding) << m.at_ms;
      EXPECT_NEAR(velocity.y, (after.north_m - before.north_m) / 0.1, rounding) << m.at_ms;
      ++asked;
    });
  }
  ns3::Simulator::Run();
  EXPECT_EQ(asked, 4);
}

TEST_F(RouteMobilityModelTest, is_known_by_its_name_and_speaks_to_other_models) {
  EXPECT_TRUE(ns3::TypeId::LookupByName("redcell::RouteMobilityModel")
                  .IsChildOf(ns3::MobilityModel::GetTypeId()));
  EXPECT_EQ(model()->GetInstanceTypeId(), RouteMobilityModel::GetTypeId());
  const auto other = ns3::CreateObject<RouteMobilityModel>(
      terminals::Route({.start = {.east_m = 13, .north_m = 24, .up_m = 1.5}}));
  EXPECT_NEAR(model()->GetDistanceFrom(other), 5, rounding);
  ns3::VectorValue position;
  model()->GetAttribute("Position", position);
  EXPECT_EQ(position.Get().x, 10);
}

using RouteMobilityModelDeathTest = RouteMobilityModelTest;

TEST_F(RouteMobilityModelDeathTest, does_not_let_its_position_be_set) {
  EXPECT_DEATH(model()->SetPosition({1, 2, 3}), "follows from the terminal's route");
  EXPECT_DEATH(model()->SetAttribute("Position", ns3::VectorValue({1, 2, 3})),
               "follows from the terminal's route");
}

}  // namespace
}  // namespace redcell::net
