// How many slots a second one core runs: ten saturated terminals before a site of the trial's
// network, without the IP stack; and the trial's drives as they are, IP for the car, with 21 cells
// and, to see how cost grows, with 57.
//
// The ten are full in both directions all the time (built-in source), so every slot schedules,
// sends and receives. All figures are of CPU time; slots_per_second, real_time_factor and
// cpu_ms_per_cell_second leave out what is done before the first slot, start_ms is that.
#include <benchmark/benchmark.h>

#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/math.h"
#include "base/version.h"
#include "net/simulation.h"
#include "scenarios/prepare.h"
#include "scenarios/testbed.h"

namespace redcell::scenarios {
namespace {

schema::Scenario drive(const std::string& layer, const std::string& grid, int rings) {
  return prepare(
      "trial-" + layer + "-drive",
      std::vector<std::string>{"duration_s=10", "warm_up_s=0",
                               "site_grid[" + grid + "].rings=" + std::to_string(rings)});
}

schema::Scenario saturated_cell(const std::string& trial, const std::string& carrier) {
  const std::vector<std::string> overrides{
      "duration_s=2",
      "warm_up_s=0",
      "terminal_group[test].count=10",
      "terminal_group[test].placement.x_m=0",
      "terminal_group[test].placement.y_m=0",
      "terminal_group[test].placement.min_radius_m=50",
      "terminal_group[test].placement.max_radius_m=400",
      "traffic[download].full_buffer.direction=DOWNLINK",
      "traffic[upload].full_buffer.direction=UPLINK",
      "carrier[" + carrier + "].scheduler.policy=PROPORTIONAL_FAIR"};
  return prepare(trial, overrides);
}

std::uint64_t delivered_bytes(const Testbed& testbed) {
  std::uint64_t bytes = 0;
  for (std::uint32_t ue = 0; ue < testbed.terminal_count(); ++ue) {
    bytes += testbed.ledger({ue}, base::Direction::downlink).delivered;
  }
  return bytes;
}

void run(benchmark::State& state, const schema::Scenario& scenario, int cell_count) {
  double slots = 0;
  double simulated_s = 0;
  double start_ms = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::clock_t begin = std::clock();
    net::seed_simulation(scenario.seed(), scenario.run());
    auto testbed = std::make_unique<Testbed>(scenario);
    testbed->start();
    start_ms += 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    state.ResumeTiming();
    net::run_simulation(testbed->duration(), {});
    state.PauseTiming();
    testbed->finish();
    if (delivered_bytes(*testbed) == 0) state.SkipWithError("there is no traffic");
    slots += static_cast<double>(testbed->slot_count());
    simulated_s += base::to_seconds(testbed->duration());
    testbed.reset();
    net::destroy_simulation();
    state.ResumeTiming();
  }
  state.counters["start_ms"] = benchmark::Counter(start_ms, benchmark::Counter::kAvgIterations);
  state.counters["slots_per_second"] = benchmark::Counter(slots, benchmark::Counter::kIsRate);
  state.counters["real_time_factor"] = benchmark::Counter(simulated_s, benchmark::Counter::kIsRate);
  state.counters["cpu_ms_per_cell_second"] = benchmark::Counter(
      simulated_s * cell_count / 1e3, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.SetLabel(std::string(base::isa_name()) + " " + base::build_type);
}

}  // namespace
}  // namespace redcell::scenarios

int main(int argc, char** argv) {
  using namespace redcell::scenarios;
  const auto add = [](const char* name, const redcell::schema::Scenario& scenario, int cells) {
    benchmark::RegisterBenchmark(name, run, scenario, cells)->Unit(benchmark::kMillisecond);
  };
  add("ten_saturated/n41", saturated_cell("trial-2600-peak", "n41"), 1);
  add("ten_saturated/n28", saturated_cell("trial-700-peak", "n28"), 1);
  add("drive/n41/21_cells", drive("2600", "urban", 1), 21);
  add("drive/n41/57_cells", drive("2600", "urban", 2), 57);
  add("drive/n28/21_cells", drive("700", "rural", 1), 21);
  add("drive/n28/57_cells", drive("700", "rural", 2), 57);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
