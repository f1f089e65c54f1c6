#include "scenarios/sweep/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "scenarios/sweep/forecast.h"

namespace redcell::scenarios {

std::string progress_text(const SweepState& state, const SweepSpan& span) {
  std::string text = fmt::format("{} of {} points", state.complete, span.total);
  if (state.failed > 0) text += fmt::format(", {} failed", state.failed);
  if (!state.live.last_cause.empty()) text += fmt::format(" (last: {})", state.live.last_cause);
  // What running points have done counts as the parts of points it is.
  const double ended = static_cast<double>(state.complete + state.failed) + state.live.done_points;
  const double since = ended - static_cast<double>(span.already);
  if (since > 0.0 && span.wall_s > 0.0) {
    const double rate = since / span.wall_s;
    const double left = std::max(0.0, static_cast<double>(span.total) - ended);
    text += fmt::format(", {:.1f} a minute, {} left", rate * 60, duration_text(left / rate));
  }
  if (state.live.running > 0) {
    text += fmt::format("; {} running, {:.1f} simulated s a second", state.live.running,
                        state.live.simulated_per_s);
  }
  if (!state.live.last_result.empty()) text += fmt::format("; last {}", state.live.last_result);
  return text;
}

SweepProgress::SweepProgress(std::size_t already, std::size_t total)
    : already_(already), total_(total), is_terminal_(isatty(STDERR_FILENO) == 1) {}

void SweepProgress::show(const SweepState& state) {
  const auto now = Clock::now();
  const double since_s = std::chrono::duration<double>(now - shown_).count();
  if (since_s < (is_terminal_ ? 0.5 : 10.0)) return;
  shown_ = now;
  const double wall_s = std::chrono::duration<double>(now - begin_).count();
  fmt::print(stderr, "{}{}{}", is_terminal_ ? "\r" : "",
             progress_text(state, {.already = already_, .total = total_, .wall_s = wall_s}),
             is_terminal_ ? "\033[K" : "\n");
  std::fflush(stderr);
  is_shown_ = true;
}

void SweepProgress::clear() {
  if (is_terminal_ && is_shown_) fmt::print(stderr, "\r\033[K");
}

}  // namespace redcell::scenarios
