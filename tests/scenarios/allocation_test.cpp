// Goal: once warm, the slot loop allocates nothing.
// Method: counts operator new over one simulated second of a saturated cell with ten terminals,
// whose clusters change in it, after a while of warming up, and takes off what ns-3's scheduler
// allocates for the same number of empty ticks.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "net/simulation.h"
#include "net/slot_clock.h"
#include "scenarios/testbed.h"
#include "tests/scenarios/more_bwps.h"

namespace {
std::uint64_t allocation_count = 0;
}  // namespace

// Not inlined: the compiler would see through to malloc and call the pair mismatched.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocation_count;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace redcell::scenarios {
namespace {

struct Count {
  std::uint64_t allocations = 0;
  std::uint64_t slots = 0;
};

/// Buffers reach the size they need within this time, if nothing but fading changes the rates:
/// every terminal is near its best.
constexpr std::int64_t warm_up_ns = 9'000'000'000;

/// Of the second after warming up.
template <class Slots>
Count count_last_second(const Slots& slots) {
  Count first;
  net::run_simulation(base::Duration(warm_up_ns + 1'000'000'000), [&](base::Instant now) {
    if (now == base::Instant(warm_up_ns)) first = {allocation_count, slots()};
  });
  return {allocation_count - first.allocations, slots() - first.slots};
}

Count empty_ticks(base::Duration slot) {
  std::uint64_t ticks = 0;
  net::SlotClock clock([&](base::Instant now) {
    ++ticks;
    return std::optional(now + slot);
  });
  clock.start(base::Instant());
  const Count count = count_last_second([&] { return ticks; });
  net::destroy_simulation();
  return count;
}

struct Kind {
  const char* policy;
  const char* fading;
};

Count count_of(const schema::Scenario& scenario) {
  Testbed testbed(scenario);
  testbed.start();
  const Count count = count_last_second([&] { return testbed.slot_count(); });
  testbed.finish();
  net::destroy_simulation();
  return count;
}

Count saturated_cell(const Kind& what) {
  const CellKind kind = CellKind::n41_tdd;
  std::vector<std::string> overrides = fading_overrides(kind, 30, -30);
  for (const char* change :
       {"duration_s=10", "warm_up_s=0", "terminal_group[ue].count=10",
        "terminal_group[ue].placement.x_m=0", "terminal_group[ue].placement.max_radius_m=150",
        "terminal_group[ue].placement.min_radius_m=50", "terminal_group[ue].bearer.five_qi=4",
        "terminal_group[ue].bearer.gfbr_dl_mbps=100"}) {
    overrides.emplace_back(change);
  }
  overrides.push_back(on(kind, std::string("scheduler.policy=") + what.policy));
  overrides.push_back(on(kind, "channel.path_loss=UMA"));
  overrides.push_back(on(kind, std::string("channel.fading=") + what.fading));
  return count_of(
      ready_text(one_cell(kind, full_buffer("DOWNLINK") + full_buffer("UPLINK")), overrides));
}

/// Ten saturated terminals that a manager of four parts has spread out.
Count moved_cell(const std::string& switching) {
  return count_of(
      ready_text(more_bwps(4, "policy: LEAST_LOADED period_ms: 20 switching: " + switching,
                           full_buffer("DOWNLINK") + full_buffer("UPLINK")),
                 {"duration_s=10", "warm_up_s=0", "terminal_group[ue].count=10"}));
}

class SaturatedSlotLoop : public testing::TestWithParam<Kind> {};

TEST_P(SaturatedSlotLoop, allocates_nothing_once_warm) {
  const Count empty = empty_ticks(base::Duration(500'000));
  const Count cell = saturated_cell(GetParam());
  ASSERT_EQ(empty.slots, cell.slots) << "both run every slot of the second";
  EXPECT_EQ(cell.allocations, empty.allocations);
}

TEST(SlotLoop, allocates_nothing_while_bwps_are_managed) {
  const Count empty = empty_ticks(base::Duration(500'000));
  for (const char* switching : {"DCI", "RRC"}) {
    const Count cell = moved_cell(switching);
    ASSERT_EQ(empty.slots, cell.slots);
    EXPECT_EQ(cell.allocations, empty.allocations) << switching;
  }
}

INSTANTIATE_TEST_SUITE_P(EachKind, SaturatedSlotLoop,
                         testing::Values(Kind{"ROUND_ROBIN", "TDL_A"},
                                         Kind{"PROPORTIONAL_FAIR", "TDL_A"}, Kind{"QOS", "TDL_A"},
                                         Kind{"PROPORTIONAL_FAIR", "CLUSTERS"}),
                         [](const auto& p) {
                           return std::string(p.param.policy) + "_" + p.param.fading;
                         });

}  // namespace
}  // namespace redcell::scenarios
