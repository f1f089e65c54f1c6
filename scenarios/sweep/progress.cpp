#include "scenarios/sweep/progress.h"

#include <fmt/format.h>

#include <algorithm>
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

}  // namespace redcell::scenarios
