// Goal: the line under a running sweep adds up what points tell, and nothing that is told can spoil
// it.
// Method: reports made by hand, times chosen.
#include "scenarios/sweep/live_view.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/sweep/progress.h"

namespace redcell::scenarios {
namespace {

using analysis::LiveReport;

constexpr LiveView::Time begin{};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

LiveReport running(const std::string& name, double simulated_s, double wall_s) {
  LiveReport report;
  report.set_name(name);
  report.set_simulated_s(simulated_s);
  report.set_duration_s(10);
  report.set_wall_s(wall_s);
  return report;
}

LiveReport complete(const std::string& name) {
  LiveReport report;
  report.set_name(name);
  report.set_state(LiveReport::COMPLETE);
  for (const auto& [figure, value] : {std::pair{"rtt_ms", 21.5}, {"dl_goodput_mbps", 7.0}}) {
    report.add_figure()->set_name(figure);
    report.mutable_figure()->rbegin()->set_value(value);
  }
  return report;
}

LiveReport failed(const std::string& name, const std::string& cause) {
  LiveReport report;
  report.set_name(name);
  report.set_state(LiveReport::FAILED);
  report.set_cause(cause);
  return report;
}

TEST(LiveView, adds_up_the_points_that_run) {
  LiveView view({"a", "b", "c"}, "");
  view.take(std::vector{running("a", 1, 2), running("b", 5, 1), running("a", 2, 2)}, begin);
  const LiveState state = view.state(begin);
  EXPECT_EQ(state.running, 2u);
  EXPECT_DOUBLE_EQ(state.done_points, 0.2 + 0.5);
  EXPECT_DOUBLE_EQ(state.simulated_per_s, 1 + 5);
}

TEST(LiveView, forgets_points_that_have_ended_and_keeps_what_they_told) {
  LiveView view({"a", "b"}, "dl_goodput_mbps");
  view.take(
      std::vector{running("a", 1, 1), running("b", 1, 1), complete("a"), failed("b", "crash")},
      begin);
  const LiveState state = view.state(begin);
  EXPECT_EQ(state.running, 0u);
  EXPECT_EQ(state.last_cause, "crash");
  EXPECT_EQ(state.last_result, "dl_goodput_mbps 7");
}

TEST(LiveView, shows_the_first_figure_when_none_is_wanted) {
  LiveView view({"a"}, "");
  view.take(std::vector{complete("a")}, begin);
  EXPECT_EQ(view.state(begin).last_result, "rtt_ms 21.5");
}

TEST(LiveView, counts_no_point_that_has_fallen_silent) {
  LiveView view({"a"}, "");
  view.take(std::vector{running("a", 1, 1)}, begin);
  EXPECT_EQ(view.state(begin + live_silence_max).running, 1u);
  EXPECT_EQ(view.state(begin + live_silence_max + std::chrono::seconds(1)).running, 0u);
}

TEST(LiveView, looks_at_no_stranger_and_no_impossible_number) {
  LiveView view({"a"}, "");
  LiveReport endless = running("a", 1, 1);
  endless.set_duration_s(0);
  view.take(std::vector{running("x", 1, 1), complete("x"), failed("x", "crash"),
                        running("a", not_a_number, 1), running("a", -1, 1), running("a", 11, 1),
                        running("a", 1, 0), endless},
            begin);
  const LiveState state = view.state(begin);
  EXPECT_EQ(state.running, 0u);
  EXPECT_EQ(state.last_cause, "");
  EXPECT_EQ(state.last_result, "");
}

TEST(LiveView, shows_no_bytes_that_command_a_terminal) {
  LiveView view({"a"}, "");
  view.take(std::vector{failed("a", "\x1b[2J\n" + std::string(100, 'z'))}, begin);
  EXPECT_EQ(view.state(begin).last_cause, "?[2J?" + std::string(35, 'z'));
}

TEST(SweepProgress, foretells_from_parts_of_points) {
  // A minute for one point and two halves: eight more are left of ten.
  const SweepState state{.complete = 3,
                         .failed = 0,
                         .live = {.running = 2,
                                  .done_points = 1,
                                  .simulated_per_s = 2.5,
                                  .last_cause = {},
                                  .last_result = "rtt_ms 21.5"}};
  EXPECT_EQ(progress_text(state, {.already = 2, .total = 12, .wall_s = 60}),
            "3 of 12 points, 2.0 a minute, 4 min 0 s left; 2 running, 2.5 simulated s a second; "
            "last rtt_ms 21.5");
}

TEST(SweepProgress, says_what_failed_last_and_nothing_before_it_knows) {
  EXPECT_EQ(progress_text({}, {.already = 0, .total = 5, .wall_s = 0}), "0 of 5 points");
  SweepState state{.complete = 0, .failed = 1, .live = {}};
  state.live.last_cause = "memory limit";
  EXPECT_EQ(progress_text(state, {.already = 0, .total = 2, .wall_s = 30}),
            "0 of 2 points, 1 failed (last: memory limit), 2.0 a minute, 30 s left");
}

}  // namespace
}  // namespace redcell::scenarios
