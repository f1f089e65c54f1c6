// Goal: the clock runs its function at exactly the instants asked for, once each, and sleeps at no
// cost. Method: run the simulator over small plans and compare the list of instants.
#include "net/slot_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <memory>
#include <vector>

namespace redcell::net {
namespace {

using base::Duration;
using base::Instant;
using testing::ElementsAre;

class SlotClockTest : public testing::Test {
 protected:
  ~SlotClockTest() override { ns3::Simulator::Destroy(); }
  std::vector<std::int64_t> ran_;
};

TEST_F(SlotClockTest, runs_at_the_instants_it_returns_to_the_nanosecond) {
  SlotClock clock([&](Instant now) -> std::optional<Instant> {
    ran_.push_back(now.value());
    return ran_.size() < 3 ? std::optional(now + Duration(333'333)) : std::nullopt;
  });
  clock.start(Instant(7));
  ns3::Simulator::Run();
  EXPECT_THAT(ran_, ElementsAre(7, 333'340, 666'673));
  EXPECT_EQ(clock.last_run(), Instant(666'673));
}

TEST_F(SlotClockTest, sleeps_until_it_is_woken_and_leaves_no_event_behind) {
  SlotClock clock([&](Instant now) {
    ran_.push_back(now.value());
    return std::nullopt;
  });
  clock.start(Instant(0));
  ns3::Simulator::Schedule(ns3::NanoSeconds(40), [&] { clock.wake_at(Instant(100)); });
  ns3::Simulator::Run();
  EXPECT_THAT(ran_, ElementsAre(0, 100));
  EXPECT_EQ(ns3::Simulator::Now().GetNanoSeconds(), 100);
}

TEST_F(SlotClockTest, takes_the_earlier_of_two_wishes) {
  SlotClock clock([&](Instant now) {
    ran_.push_back(now.value());
    return now < Instant(500) ? std::optional(Instant(500)) : std::nullopt;
  });
  clock.start(Instant(0));
  ns3::Simulator::Schedule(ns3::NanoSeconds(10), [&] {
    clock.wake_at(Instant(200));
    clock.wake_at(Instant(300));  // later than what is planned: ignored
    clock.wake_at(Instant(150));
  });
  ns3::Simulator::Run();
  EXPECT_THAT(ran_, ElementsAre(0, 150, 500));
}

TEST_F(SlotClockTest, takes_a_wish_from_inside_its_own_run) {
  SlotClock* self = nullptr;
  SlotClock clock([&](Instant now) {
    ran_.push_back(now.value());
    if (now == Instant(0)) {
      self->wake_at(Instant(20));
      return std::optional(Instant(90));
    }
    return now < Instant(90) ? std::optional(Instant(90)) : std::nullopt;
  });
  self = &clock;
  clock.start(Instant(0));
  ns3::Simulator::Run();
  EXPECT_THAT(ran_, ElementsAre(0, 20, 90));
}

TEST_F(SlotClockTest, runs_no_more_once_destroyed) {
  auto clock = std::make_unique<SlotClock>([&](Instant now) {
    ran_.push_back(now.value());
    return std::optional(now + Duration(10));
  });
  clock->start(Instant(0));
  ns3::Simulator::Schedule(ns3::NanoSeconds(25), [&] { clock.reset(); });
  ns3::Simulator::Run();
  EXPECT_THAT(ran_, ElementsAre(0, 10, 20));
}

TEST_F(SlotClockTest, may_outlive_the_simulation) {
  SlotClock clock([](Instant now) { return std::optional(now + Duration(10)); });
  clock.start(Instant(0));
  ns3::Simulator::Stop(ns3::NanoSeconds(95));
  ns3::Simulator::Run();
  ns3::Simulator::Destroy();
  EXPECT_EQ(clock.last_run(), Instant(90));
}

TEST(SlotClockDeathTest, refuses_to_run_an_instant_twice) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto run_twice = [] {
    SlotClock clock([](Instant now) { return std::optional(now); });
    clock.start(Instant(5));
    ns3::Simulator::Run();
  };
  EXPECT_DEATH(run_twice(), "broken precondition");
}

}  // namespace
}  // namespace redcell::net
