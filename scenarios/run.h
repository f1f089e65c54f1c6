// `redcell run`: one scenario from its name to a run directory and an exit code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/summary.h"
#include "analysis/verdict.h"
#include "base/units.h"
#include "scenarios/recorder.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

struct RunOptions {
  std::string scenario;                ///< A file, or a name of the library.
  std::vector<std::string> overrides;  ///< PATH=VALUE.
  std::optional<std::uint32_t> seed;
  std::optional<std::uint32_t> run;
  std::string out_dir;  ///< Empty: runs/NAME-SEED-RUN below the current directory.
  std::string isa;      ///< "avx2", "avx512" or empty: the best there is.
  std::string targets;  ///< A file of targets instead of the scenario's; empty for its own.
  int threads = 1;
  bool quiet = false;      ///< No progress line.
  bool no_report = false;  ///< No report.html: points of a sweep have none.
  /// File with a collector's address, and the name of this run there; both empty: no live stream.
  std::pair<std::string, std::string> live;
};

/// Runs, prints the KPI table and the verdict, writes the run directory. Returns the exit code of
/// DESIGN: 0 all targets passed, 1 one failed or is undecided, 3 the run broke. Throws
/// ScenarioError before anything is written when the scenario is at fault.
int run_command(const RunOptions& options);

/// What a run leaves behind in memory.
struct RunResult {
  analysis::RunFacts facts;
  analysis::Summary summary;
  analysis::Verdict verdict;
  std::uint64_t slot_count = 0;
};

struct SimulateOptions {
  int threads = 1;
  Recorder::Sink sink;  ///< Takes every record besides the summary; may be empty.
  std::function<void(base::Instant)> on_second;  ///< At every simulated second; may be empty.
};

/// Runs a resolved scenario to its end in this process. Pre: preflight found nothing.
[[nodiscard]] RunResult simulate(const schema::Scenario& scenario, const SimulateOptions& options);

}  // namespace redcell::scenarios
