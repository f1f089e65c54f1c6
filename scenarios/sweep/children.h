// Child processes, some at a time, each with a limit on wall time and memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace redcell::scenarios {

struct Child {
  std::vector<std::string> words;  ///< Program and arguments.
  std::filesystem::path folder;    ///< Where it runs.
  std::filesystem::path log;       ///< Takes its standard output and error.
  double time_limit_s = 0.0;
  double memory_limit_mb = 0.0;  ///< Resident.
};

struct ChildEnd {
  enum class Kind { exited, crashed, out_of_time, out_of_memory, unknown };
  Kind kind = Kind::exited;
  int code = 0;  ///< Exit code, or the signal it crashed by.
  double wall_s = 0.0;
  double cpu_s = 0.0;
  double peak_memory_mb = 0.0;
};

/// Starts children and hears of their end.
struct ChildrenHooks {
  std::function<std::optional<Child>(std::size_t)> start;  ///< nullopt: nothing to run for it.
  std::function<void(std::size_t, const ChildEnd&)> ended;
  std::function<void()> tick;  ///< Several times a second; may be empty.
};

/// Runs child 0 ... count - 1, at most `jobs` at a time, in order. A child past a limit is killed.
/// All children die with this process, however it ends. Throws std::runtime_error when no process
/// can be started; then those that run are killed first. SIGCHLD gets its default action, without
/// which a child's end cannot be heard of.
void run_children(std::size_t count, std::size_t jobs, const ChildrenHooks& hooks);

}  // namespace redcell::scenarios
