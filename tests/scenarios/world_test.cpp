// Goal: the radio world depends on seed, run and place alone; the signature on all that happened
// and on nothing else. Method: runs of one second with 20 terminals (two tiles of links), one thing
// changed between each pair.
#include "scenarios/run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

struct Identity {
  std::string world;
  std::string signature;
};

const CellKind kind = CellKind::n41_tdd;

std::vector<std::string> many() {
  return fading_overrides(kind, 3, 20) +
         std::vector<std::string>{"duration_s=1", "warm_up_s=0", "terminal_group[ue].count=20",
                                  "terminal_group[ue].placement.min_radius_m=30",
                                  "terminal_group[ue].placement.max_radius_m=90"};
}

Identity identity(const std::string& text, const std::vector<std::string>& overrides,
                  int threads = 1) {
  const Recorded run = simulate_recorded(ready_text(text, many() + overrides), threads);
  return {.world = run.result.facts.world, .signature = run.result.facts.signature};
}

const std::string downlink = one_cell(kind, full_buffer("DOWNLINK"));
const std::string target =
    "target { kpi: \"dl_throughput_mbps\" value: 100 tolerance_percent: 5 }\n";

class World : public testing::Test {
 protected:
  static const Identity& reference() {
    static const Identity once = identity(downlink, {});
    return once;
  }
};

TEST_F(World, is_the_same_twice) {
  const Identity again = identity(downlink, {});
  EXPECT_EQ(again.world, reference().world);
  EXPECT_EQ(again.signature, reference().signature);
}

TEST_F(World, is_the_same_on_two_threads) {
  const Identity parallel = identity(downlink, {}, 2);
  EXPECT_EQ(parallel.world, reference().world);
  EXPECT_EQ(parallel.signature, reference().signature);
}

TEST_F(World, knows_no_targets) {
  const Identity with_target = identity(downlink + target, {});
  EXPECT_EQ(with_target.world, reference().world);
  EXPECT_EQ(with_target.signature, reference().signature);
}

TEST_F(World, knows_no_scheduler) {
  const Identity other = identity(downlink, {on(kind, "scheduler.policy=ROUND_ROBIN"),
                                             on(kind, "scheduler.max_ues_per_slot=2")});
  EXPECT_EQ(other.world, reference().world);
  EXPECT_NE(other.signature, reference().signature);
}

TEST_F(World, knows_no_traffic) {
  const Identity other = identity(one_cell(kind, full_buffer("UPLINK", 300)), {});
  EXPECT_EQ(other.world, reference().world);
  EXPECT_NE(other.signature, reference().signature);
}

TEST_F(World, knows_no_bearer) {
  const Identity other = identity(downlink, {"terminal_group[ue].bearer.t_status_prohibit_ms=5"});
  EXPECT_EQ(other.world, reference().world);
}

TEST_F(World, is_another_with_another_seed_run_or_place) {
  for (const char* change :
       {"seed=2", "run=2", "terminal_group[ue].placement.x_m=140",
        "terminal_group[ue].route.fading_speed_kmh=4", "carrier[n41].channel.fading=TDL_B"}) {
    const Identity other = identity(downlink, {change});
    EXPECT_NE(other.world, reference().world) << change;
    EXPECT_NE(other.signature, reference().signature) << change;
  }
}

}  // namespace
}  // namespace redcell::scenarios
