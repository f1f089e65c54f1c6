// Goal: a handover needs a place in the target: without one the source keeps the terminal, which
// tries again with every report; a place dedicated to its slice is there when it comes.
// Method: two cells with two places each, the same drive in each run: one terminal stands in the
// east, a rival and, behind it, the terminal drive there. Events of the records.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scenarios/run.h"
#include "tests/scenarios/two_sites.h"

namespace redcell::scenarios {
namespace {

const CellKind n28 = CellKind::n28_fdd;
constexpr std::uint32_t terminal = 0;
constexpr std::uint32_t rival = 1;

struct Ways {
  std::string terminal = "speed_kmh: 120 heading_deg: 90";
  std::string rival = terminal;
};

/// `places`: fields of the carrier.
Recorded run_with(const std::string& places, const Ways& ways = {},
                  const std::vector<std::string>& more = {}) {
  const std::string others =
      group_text("rival", "slice: \"video\" placement { x_m: 97 } route { " + ways.rival + " }") +
      group_text("still", "slice: \"video\" placement { x_m: 150 }") +
      "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 }\n";
  const std::string text = with(two_sites(n28, udp("DOWNLINK", 1) + others, ways.terminal),
                                "evm_percent: 0\n", "evm_percent: 0\n" + places + "\n");
  return simulate_recorded(ready_text(
      text,
      plain_mobility(n28) + std::vector<std::string>{"terminal_group[ue].slice=grid"} + more));
}

const std::string two_places = "connected_users_max: 2";
const std::string one_for_the_grid =
    "connected_users_max: 2 rrm_policy { name: \"p\" slice: \"grid\" resource: "
    "RRC_CONNECTED_USERS dedicated_percent: 50 min_percent: 50 }";

std::size_t count_of(const Recorded& run, std::uint32_t ue, analysis::MobilityEventKind kind) {
  return times(events(run.records, ue), kind).size();
}

TEST(AdmissionRun, takes_all_where_there_is_no_limit) {
  const Recorded run = run_with("");
  for (const std::uint32_t ue : {terminal, rival}) {
    EXPECT_EQ(count_of(run, ue, analysis::COMPLETED), 1U) << ue;
    EXPECT_EQ(count_of(run, ue, analysis::NOT_ADMITTED), 0U) << ue;
  }
}

TEST(AdmissionRun, refuses_whom_the_target_has_no_place_for_again_and_again) {
  const Recorded run = run_with(two_places);
  EXPECT_EQ(count_of(run, rival, analysis::COMPLETED), 1U) << "it came first";
  const Events seen = events(run.records, terminal);
  EXPECT_EQ(times(seen, analysis::COMPLETED).size(), 0U);
  EXPECT_EQ(times(seen, analysis::COMMAND_SENT).size(), 0U);
  const auto refused = times(seen, analysis::NOT_ADMITTED);
  ASSERT_GE(refused.size(), 3U);
  EXPECT_EQ(times(seen, analysis::PREPARATION_FAILED).size(), refused.size());
  // One attempt for every report; these come every 240 ms, and 10 ms later with the next SR.
  for (std::size_t i = 1; i < refused.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(refused[i] - refused[i - 1]), 240e6, 20e6) << i;
  }
  EXPECT_EQ(kpi(run, "not_admitted_count"), static_cast<double>(refused.size()));
}

TEST(AdmissionRun, keeps_a_dedicated_place_for_the_slice_that_comes_later) {
  const Recorded run = run_with(one_for_the_grid);
  EXPECT_EQ(count_of(run, terminal, analysis::COMPLETED), 1U);
  EXPECT_EQ(count_of(run, terminal, analysis::NOT_ADMITTED), 0U);
  EXPECT_EQ(count_of(run, rival, analysis::COMPLETED), 0U);
  EXPECT_GE(count_of(run, rival, analysis::NOT_ADMITTED), 3U);
}

// The terminal waits behind the border; the rival turns round and goes home.
TEST(AdmissionRun, admits_whom_it_refused_when_somebody_has_left) {
  const Recorded run = run_with(
      two_places,
      {.terminal = "speed_kmh: 120 way_point { x_m: 95 } way_point { x_m: 130 }",
       .rival =
           "speed_kmh: 120 way_point { x_m: 97 } way_point { x_m: 160 } way_point { x_m: 20 }"},
      {"duration_s=7"});
  const auto home = times(events(run.records, rival), analysis::COMPLETED);
  ASSERT_EQ(home.size(), 2U);
  const Events seen = events(run.records, terminal);
  const auto refused = times(seen, analysis::NOT_ADMITTED);
  ASSERT_GE(refused.size(), 3U);
  const std::int64_t admitted = first_time(seen, analysis::PREPARED);
  EXPECT_GT(admitted, home[1]);
  EXPECT_LT(admitted - refused.back(), 300 * ms_ns) << "with the next report";
  EXPECT_EQ(times(seen, analysis::COMPLETED).size(), 1U);
}

// It goes on until it has lost the west: nobody answers in the east, and T301, 1 s from the cell's
// selection on, ends each attempt. Access takes no more than a PRACH period and some slots.
TEST(AdmissionRun, does_not_answer_who_asks_for_a_new_connection_without_a_place) {
  const Recorded run =
      run_with(two_places,
               {.terminal = "speed_kmh: 120 way_point { x_m: 95 } way_point { x_m: 190 }",
                .rival = "speed_kmh: 120 way_point { x_m: 97 } way_point { x_m: 150 }"},
               {"duration_s=8"});
  const Events seen = events(run.records, terminal);
  const std::int64_t lost = first_time(seen, analysis::RADIO_LINK_FAILURE);
  ASSERT_GT(lost, 0);
  std::vector<std::int64_t> unanswered;
  for (const analysis::MobilityEvent& event : seen) {
    if (event.kind() == analysis::NOT_ADMITTED && event.time_ns() > lost) {
      EXPECT_EQ(event.target_cell(), east);
      unanswered.push_back(event.time_ns());
    }
  }
  const auto failed = times(seen, analysis::REESTABLISHMENT_FAILED);
  ASSERT_GE(failed.size(), 2U);
  ASSERT_GE(unanswered.size(), failed.size());
  for (std::size_t i = 0; i < failed.size(); ++i) {
    EXPECT_LT(failed[i] - unanswered[i], 1'000 * ms_ns) << i;
    EXPECT_GT(failed[i] - unanswered[i], 950 * ms_ns) << i;
  }
  EXPECT_EQ(first_time(seen, analysis::REESTABLISHED), -1);
}

TEST(AdmissionRun, is_the_same_world_and_the_same_run_with_places_for_all) {
  const Recorded none = run_with("");
  const Recorded all = run_with("connected_users_max: 3");
  EXPECT_EQ(all.result.facts.world, none.result.facts.world);
  EXPECT_EQ(all.result.facts.signature, none.result.facts.signature);
  const Recorded few = run_with(two_places);
  EXPECT_EQ(few.result.facts.world, none.result.facts.world);
  EXPECT_NE(few.result.facts.signature, none.result.facts.signature);
}

}  // namespace
}  // namespace redcell::scenarios
