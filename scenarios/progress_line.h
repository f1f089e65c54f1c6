// One line on standard error, rewritten as work goes on; a line every ten seconds where there is no
// terminal.
#pragma once

#include <chrono>
#include <string>

namespace redcell::scenarios {

class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);

  /// Whether it is time to show something.
  [[nodiscard]] bool is_due() const;
  void show(const std::string& text);
  /// Wipes the line.
  void clear();

  /// Wall time since the beginning.
  [[nodiscard]] double elapsed_s() const;

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_;
  bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_ = begin_;
};

}  // namespace redcell::scenarios
