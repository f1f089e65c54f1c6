// The files of one point: what ran, what came out, why it broke.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/summary.h"
#include "scenarios/sweep/children.h"
#include "scenarios/sweep/store.h"

namespace redcell::scenarios {

/// What summary.json and point.json of a complete point say.
struct PointResult {
  std::string signature;
  std::string world;
  std::string version;
  std::string build_type;
  std::string isa;
  double simulated_s = 0.0;
  double wall_s = 0.0;  ///< Of the simulation alone.
  double peak_memory_mb = 0.0;
  std::string host;
  std::string job;         ///< Of Slurm; empty elsewhere.
  double process_s = 0.0;  ///< Of the whole process.
  std::string verdict;     ///< PASS, FAIL or UNDECIDED.
  std::vector<analysis::Kpi> kpi;
};

[[nodiscard]] std::string host_name();

/// The words, with U+FFFD for what is no UTF-8.
[[nodiscard]] std::string as_utf8(const std::string& words);

/// Throws analysis::LogError when a file is missing or not understood.
[[nodiscard]] PointResult read_result(const std::filesystem::path& folder);

/// point.json. Throws analysis::LogError.
void write_point(const std::string& address, const ChildEnd& end,
                 const std::filesystem::path& folder);

/// failure.json. Throws analysis::LogError.
void write_failure(const Failure& failure, const std::filesystem::path& folder);
/// Whatever can be read of it; a folder without the file is a failure without words.
[[nodiscard]] Failure read_failure(const std::filesystem::path& folder);

}  // namespace redcell::scenarios
