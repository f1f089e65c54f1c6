// Goal: every echo leaves within its own interval, at any phase of it alike, as a function of its
// index. Method: bounds for each index, and a count over the tenths of the interval.
#include "terminals/echo_plan.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace redcell::terminals {
namespace {

EchoPlanConfig plan() {
  return {.ue = base::UeId{4},
          .start = base::Instant() + base::milliseconds(500),
          .interval = base::milliseconds(200),
          .payload_bytes_min = 32,
          .payload_bytes_max = 1400};
}

TEST(EchoPlan, sends_each_echo_in_its_own_interval) {
  const base::Random random(9, 0);
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const EchoRequest echo = echo_request(plan(), random, index);
    const base::Instant begin = plan().start + plan().interval * static_cast<std::int64_t>(index);
    EXPECT_GE(echo.at, begin) << index;
    EXPECT_LT(echo.at, begin + plan().interval) << index;
  }
}

TEST(EchoPlan, meets_every_phase_of_the_interval_alike) {
  constexpr std::uint32_t seed = 9;
  constexpr std::uint64_t count = 20'000;
  const base::Random random(seed, 0);
  std::array<int, 10> tenths{};
  for (std::uint64_t index = 0; index < count; ++index) {
    const base::Duration into = echo_request(plan(), random, index).at - plan().start;
    ++tenths[static_cast<std::size_t>(into.value() % plan().interval.value() * 10 /
                                      plan().interval.value())];
  }
  // Five standard deviations of a binomial count: one false alarm in a hundred thousand seeds.
  for (const int tenth : tenths) EXPECT_NEAR(tenth, 2000, 5 * std::sqrt(1800.0)) << "seed " << seed;
}

TEST(EchoPlan, alternates_between_the_two_payloads) {
  const base::Random random(9, 0);
  for (std::uint64_t index = 0; index < 6; ++index) {
    EXPECT_EQ(echo_request(plan(), random, index).payload_bytes, index % 2 == 0 ? 32u : 1400u);
  }
}

TEST(EchoPlan, differs_between_terminals_and_seeds_and_repeats_otherwise) {
  const EchoRequest echo = echo_request(plan(), base::Random(9, 0), 5);
  EXPECT_EQ(echo.at, echo_request(plan(), base::Random(9, 0), 5).at);
  EXPECT_NE(echo.at, echo_request(plan(), base::Random(10, 0), 5).at);
  EchoPlanConfig other = plan();
  other.ue = base::UeId{5};
  EXPECT_NE(echo.at, echo_request(other, base::Random(9, 0), 5).at);
}

TEST(EchoPlanDeathTest, rejects_an_empty_interval) {
  EchoPlanConfig broken = plan();
  broken.interval = base::Duration(0);
  EXPECT_DEATH(static_cast<void>(echo_request(broken, base::Random(1, 1), 0)), "interval");
}

}  // namespace
}  // namespace redcell::terminals
