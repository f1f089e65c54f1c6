#include "scenarios/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace redcell::scenarios {
namespace {

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), is_terminal_(isatty(STDERR_FILENO) == 1) {}

bool ProgressLine::is_due() const {
  return !quiet_ && seconds(Clock::now() - shown_) >= (is_terminal_ ? 0.2 : 10.0);
}

void ProgressLine::show(const std::string& text) {
  shown_ = Clock::now();
  is_shown_ = true;
  // Unlike fmt::print, fputs throws nothing where there is no room.
  const std::string line =
      fmt::format("{}{}{}", is_terminal_ ? "\r" : "", text, is_terminal_ ? "\033[K" : "\n");
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (is_shown_ && is_terminal_) std::fputs("\r\033[K", stderr);
}

double ProgressLine::elapsed_s() const { return seconds(Clock::now() - begin_); }

}  // namespace redcell::scenarios
