// How far a sweep is, on standard error: one line, rewritten; a line every ten seconds where there
// is no terminal.
#pragma once

#include <chrono>
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

class SweepProgress {
 public:
  /// `already` points of `total` were complete before.
  SweepProgress(std::size_t already, std::size_t total);

  void show(const SweepState& state);
  /// Wipes the line.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::size_t already_;
  std::size_t total_;
  bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_ = begin_;
};

}  // namespace redcell::scenarios
