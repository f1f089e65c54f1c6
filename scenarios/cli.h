// The command line: words in, one of the program's jobs done, an exit code out.
#pragma once

namespace redcell::scenarios {

inline constexpr int exit_done = 0;    ///< Done, and every target passed.
inline constexpr int exit_target = 1;  ///< A target failed or is undecided.
inline constexpr int exit_usage =
    2;  ///< Wrong usage, scenario or machine: nothing ran, nothing written.
inline constexpr int exit_broken = 3;  ///< The run broke; what was logged so far is readable.

/// The whole program. Answers go to standard output, complaints to standard error.
int cli_main(int argc, const char* const* argv);

}  // namespace redcell::scenarios
