// How far a sweep is, in one line.
#pragma once

#include <cstddef>
#include <string>

#include "scenarios/sweep/live_view.h"

namespace redcell::scenarios {

struct SweepState {
  std::size_t complete = 0;
  std::size_t failed = 0;
  LiveState live;  ///< Of the points that run, as far as they tell.
};

/// What the line says, `wall_s` after `already` of `total` points were complete.
struct SweepSpan {
  std::size_t already = 0;
  std::size_t total = 0;
  double wall_s = 0.0;
};
[[nodiscard]] std::string progress_text(const SweepState& state, const SweepSpan& span);

}  // namespace redcell::scenarios
