// Goal: in a whole run a slice has the share of PRBs that its policy says, in each direction for
// itself, whatever the number of its terminals.
// Method: one saturated terminal against seven, round robin; PRBs of each from the records, in the
// same world with and without policies.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "scenarios/run.h"
#include "tests/scenarios/load_example.h"
#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {
namespace {

constexpr CellKind kind = CellKind::n41_tdd;
/// Whole PRBs, groups that may not be split, slots beside the SS/PBCH blocks.
constexpr double slack = 0.03;

/// Share that the first terminal has of all PRBs used, [direction].
std::array<double, 2> share_of_first(const std::string& policies) {
  std::string text = one_cell(
      kind, group_text("crowd", "count: 7 slice: \"video\" placement { x_m: 100 y_m: 0 }") +
                "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 }\n");
  for (const char* group : {"ue", "crowd"}) {
    for (const char* direction : {"DOWNLINK", "UPLINK"}) {
      text += std::string("traffic { name: \"") + group + direction + "\" terminal_group: \"" +
              group + "\" full_buffer { direction: " + direction + " } }\n";
    }
  }
  text = with(text, "evm_percent: 0\n", "evm_percent: 0\n" + policies + "\n");
  const Recorded run = simulate_recorded(
      ready_text(text, {"duration_s=2", "warm_up_s=0.5", "terminal_group[ue].slice=grid",
                        on(kind, "scheduler.policy=ROUND_ROBIN")}));
  std::array<double, 2> first{};
  std::array<double, 2> all{};
  for (const analysis::KpiRecord& record : run.records) {
    if (!record.has_link_bin()) continue;
    const analysis::LinkBin& bin = record.link_bin();
    const std::size_t direction = bin.direction() == analysis::UPLINK ? 1 : 0;
    all[direction] += static_cast<double>(bin.prb_sum());
    if (bin.ue() == 0) first[direction] += static_cast<double>(bin.prb_sum());
  }
  return {first[0] / all[0], first[1] / all[1]};
}

TEST(Slices, have_no_say_without_a_policy) {
  for (const double share : share_of_first("")) EXPECT_NEAR(share, 1.0 / 8, slack);
}

TEST(Slices, have_at_least_their_minimum) {
  const auto shares = share_of_first("rrm_policy { name: \"p\" slice: \"grid\" min_percent: 60 }");
  for (const double share : shares) EXPECT_GT(share, 0.6 - slack);
}

TEST(Slices, are_limited_in_the_direction_that_a_policy_names) {
  const auto shares = share_of_first(
      "rrm_policy { name: \"p\" slice: \"video\" resource: PRB_UL max_percent: 20 }");
  EXPECT_NEAR(shares[0], 1.0 / 8, slack);
  EXPECT_GT(shares[1], 0.8 - slack);
}

}  // namespace
}  // namespace redcell::scenarios
