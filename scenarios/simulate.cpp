#include <sys/resource.h>

#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "analysis/signature.h"
#include "base/math.h"
#include "base/version.h"
#include "net/simulation.h"
#include "scenarios/run.h"
#include "scenarios/selftest/stamp.h"
#include "scenarios/testbed.h"

namespace redcell::scenarios {
namespace {

double peak_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;  // Linux counts in KiB.
}

/// Lets go of ns-3's world however simulate() ends.
struct SimulationGuard {
  ~SimulationGuard() { net::destroy_simulation(); }
};

}  // namespace

RunResult simulate(const schema::Scenario& scenario, const SimulateOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  net::seed_simulation(scenario.seed(), scenario.run());
  const SimulationGuard guard;
  analysis::SummaryBuilder builder;
  analysis::Signature signature;
  Testbed testbed(scenario, {.threads = options.threads,
                             .user_nodes = {},
                             .sink = [&](const analysis::KpiRecord& record) {
                               builder.add(record);
                               signature.add(record);
                               if (options.sink) options.sink(record);
                             }});
  testbed.start();
  net::run_simulation(testbed.duration(), options.on_second);
  testbed.finish();
  const double wall_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double simulated_s = base::to_seconds(testbed.duration());

  RunResult result;
  result.slot_count = testbed.slot_count();
  result.summary = builder.finish();
  result.facts = {.scenario = scenario.title(),
                  .seed = scenario.seed(),
                  .run = scenario.run(),
                  .version = base::version,
                  .build_type = base::build_type,
                  .isa = base::isa_name(),
                  .simulated_s = simulated_s,
                  .wall_s = wall_s,
                  .real_time_factor = simulated_s / wall_s,
                  .peak_memory_mb = peak_memory_mb(),
                  .signature = signature.hex(),
                  .world = fmt::format("{:016x}", testbed.world_hash()),
                  .selftest_channel = channel_selftest_facts()};
  const std::vector<analysis::Target> targets(scenario.target().begin(), scenario.target().end());
  result.verdict = analysis::judge(result.summary, targets);
  return result;
}

}  // namespace redcell::scenarios
