// Points as tasks run them: a list that names everything a point needs besides the folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep.pb.h"
#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/store.h"

namespace redcell::scenarios {

/// One point to run.
struct Work {
  std::string address;
  std::uint32_t seed = 0;
  std::vector<std::string> overrides;
};

/// Points of one plan.
struct WorkList {
  std::string base;   ///< Id of the frozen base scenario.
  std::string build;  ///< As in the plan: part of every address.
  double time_limit_s = 0.0;
  std::uint32_t memory_mb = 0;
  bool keep_logs = false;
  std::vector<Work> works;
};

/// What all points of a plan share, without points.
[[nodiscard]] WorkList empty_list(const Plan& plan, const std::string& base);
[[nodiscard]] Work work_of(const Plan& plan, const Point& point);

/// A text of lines with tabs between words.
[[nodiscard]] std::string to_text(const WorkList& list);
/// Throws std::runtime_error for a file that is no such list.
[[nodiscard]] WorkList read_list(const std::filesystem::path& file);

/// What has come of a list so far.
struct WorkCount {
  std::size_t complete = 0;  ///< Were there already, or have been run.
  std::size_t skipped = 0;   ///< Of these, were there already.
  std::vector<Failure> failures;
  std::string news{};  ///< One line to be told once; empty most of the time.
};

/// Runs what is not complete, at most `jobs` points at a time; a point that breaks is noted and the
/// others go on. `tick` is called several times a second.
WorkCount run_works(const Store& store, const WorkList& list, std::size_t jobs,
                    const std::function<void(const WorkCount&)>& tick);

}  // namespace redcell::scenarios
