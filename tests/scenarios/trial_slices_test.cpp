// Goal: the three services of the trial each have in one network what they need: cameras capacity,
// wearables voice while they move, a power grid isolation. Method: the library's scenario, ten
// seconds of it; and the same with one RedCap part for all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

Recorded run_with(std::vector<std::string> overrides) {
  overrides.push_back("duration_s=10");
  return simulate_recorded(ready_library("trial-slices", overrides));
}

double ratio(const Recorded& run, const std::string& name, const std::string& group) {
  const analysis::Kpi* found = run.result.summary.find(name, group, "ratio");
  EXPECT_NE(found, nullptr) << name << " of " << group;
  return found == nullptr ? -1 : found->value;
}

/// Switches of terminals first to first + count - 1.
auto switches(const Recorded& run, std::uint32_t first, std::uint32_t count) {
  return std::count_if(run.records.begin(), run.records.end(), [&](const auto& record) {
    return record.has_bwp_switch() && record.bwp_switch().ue() >= first &&
           record.bwp_switch().ue() < first + count;
  });
}

TEST(TrialSlices, give_each_service_what_it_needs) {
  const Recorded run = run_with({});
  EXPECT_GE(ratio(run, "ul_within_budget_ratio", "cameras"), 0.99);
  // Of a minute 999 in 1000; these are the seconds in which the outer loops settle.
  EXPECT_GE(ratio(run, "ul_within_budget_ratio", "relays"), 0.99);
  EXPECT_GE(ratio(run, "dl_within_budget_ratio", "wearables"), 0.98);
  EXPECT_EQ(ratio(run, "ul_satisfied_ratio", "cameras"), 1.0);
  EXPECT_GT(kpi(run, "handover_count"), 0);
  // Cameras go where there is room, relays stay in the part that is theirs.
  EXPECT_GT(switches(run, 0, 20), 0);
  EXPECT_EQ(switches(run, 36, 20), 0);
}

TEST(TrialSlices, do_not_fit_into_one_part) {
  const Recorded run = run_with(
      {"carrier[n41].bwp_manager.redcap_parts=1", "carrier[n41].dedicated_bwp[grid].slice="});
  EXPECT_LT(ratio(run, "ul_satisfied_ratio", "cameras"), 0.5);
  EXPECT_LT(ratio(run, "ul_within_budget_ratio", "relays"), 0.5);
}

}  // namespace
}  // namespace redcell::scenarios
