#include "scenarios/sweep/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "scenarios/sweep/forecast.h"

namespace redcell::scenarios {

SweepProgress::SweepProgress(std::size_t already, std::size_t total)
    : already_(already), total_(total), is_terminal_(isatty(STDERR_FILENO) == 1) {}

void SweepProgress::show(const SweepState& state) {
  const auto now = Clock::now();
  const double since_s = std::chrono::duration<double>(now - shown_).count();
  if (since_s < (is_terminal_ ? 0.5 : 10.0)) return;
  shown_ = now;
  const double wall_s = std::chrono::duration<double>(now - begin_).count();
  const std::size_t ended = state.complete + state.failed;
  std::string pace;
  if (ended > already_) {
    const double rate = static_cast<double>(ended - already_) / wall_s;
    const std::size_t left = total_ > ended ? total_ - ended : 0;
    pace = fmt::format(", {:.1f} a minute, {} left", rate * 60,
                       duration_text(static_cast<double>(left) / rate));
  }
  const std::string failed = state.failed == 0 ? "" : fmt::format(", {} failed", state.failed);
  fmt::print(stderr, "{}{} of {} points{}{}  {}", is_terminal_ ? "\r" : "", state.complete, total_,
             failed, pace, is_terminal_ ? "" : "\n");
  std::fflush(stderr);
  is_shown_ = true;
}

void SweepProgress::clear() {
  if (is_terminal_ && is_shown_) fmt::print(stderr, "\r\033[K");
}

}  // namespace redcell::scenarios
