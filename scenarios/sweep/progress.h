// How far a sweep is, on standard error: one line, rewritten; a line every ten seconds where there
// is no terminal.
#pragma once

#include <chrono>
#include <cstddef>

namespace redcell::scenarios {

struct SweepState {
  std::size_t complete = 0;
  std::size_t failed = 0;
};

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
