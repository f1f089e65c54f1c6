// Goal: the trial's peak and latency scenarios meet the figures measured in the field, out of the
// configuration in trial_assumptions.txtpb alone. Method: short runs of the library's scenarios;
// their own targets judge.
#include "scenarios/run.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

struct Trial {
  const char* scenario;
  const char* duration;
};
void PrintTo(const Trial& trial, std::ostream* out) { *out << trial.scenario; }

class GoldenTrial : public testing::TestWithParam<Trial> {};

TEST_P(GoldenTrial, meets_every_target) {
  const auto [name, duration] = GetParam();
  const Recorded run = simulate_recorded(ready_library(name, {duration}));
  EXPECT_FALSE(run.result.verdict.targets.empty());
  EXPECT_EQ(run.result.verdict.result, analysis::Result::pass)
      << analysis::verdict_table(run.result.verdict);
  EXPECT_TRUE(run.result.summary.complete);
}

INSTANTIATE_TEST_SUITE_P(Library, GoldenTrial,
                         testing::Values(Trial{"trial-2600-peak", "duration_s=6"},
                                         Trial{"trial-700-peak", "duration_s=6"},
                                         Trial{"trial-latency-2600", "duration_s=30"},
                                         Trial{"trial-latency-700", "duration_s=30"}),
                         [](const auto& each) {
                           std::string text = each.param.scenario;
                           for (char& c : text) c = c == '-' ? '_' : c;
                           return text;
                         });

// One radio for peak and latency: what differs is duration, traffic and targets.
TEST(GoldenTrial, measures_peak_and_latency_on_one_radio) {
  for (const char* band : {"2600", "700"}) {
    schema::Scenario peak = ready_library(std::string("trial-") + band + "-peak");
    schema::Scenario latency = ready_library(std::string("trial-latency-") + band);
    for (schema::Scenario* scenario : {&peak, &latency}) {
      scenario->clear_title();
      scenario->clear_duration_s();
      scenario->clear_warm_up_s();
      scenario->clear_traffic();
      scenario->clear_target();
    }
    EXPECT_EQ(to_text(peak), to_text(latency)) << band;
  }
}

}  // namespace
}  // namespace redcell::scenarios
