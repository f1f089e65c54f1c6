// Preconditions that stay on in every build.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace redcell::base {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "redcell: broken precondition: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace redcell::base

/// Aborts with the condition's text when it does not hold. For our own bugs, at doors; never inside
/// a kernel, and never for what a user's file or the radio can cause.
#define RC_CHECK(condition)           \
  ((condition) ? static_cast<void>(0) \
               : ::redcell::base::check_failed(#condition, __FILE__, __LINE__))
