// A saturated cell with ten terminals: how many slots a second one core runs, without the IP stack.
//
// Both directions are full all the time (built-in source), so every slot schedules, sends and
// receives. slots_per_second and real_time_factor are per second of CPU time.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/math.h"
#include "base/version.h"
#include "scenarios/prepare.h"
#include "scenarios/run.h"

namespace redcell::scenarios {
namespace {

schema::Scenario saturated_cell(const std::string& trial, const std::string& carrier) {
  const std::vector<std::string> overrides{
      "duration_s=2",
      "warm_up_s=0",
      "terminal_group[test].count=10",
      "terminal_group[test].placement.y_m=0",
      "terminal_group[test].placement.min_radius_m=50",
      "terminal_group[test].placement.max_radius_m=400",
      "traffic[download].full_buffer.direction=DOWNLINK",
      "traffic[upload].full_buffer.direction=UPLINK",
      "carrier[" + carrier + "].scheduler.policy=PROPORTIONAL_FAIR"};
  return prepare(trial, overrides);
}

void run(benchmark::State& state, const std::string& trial, const std::string& carrier) {
  const schema::Scenario scenario = saturated_cell(trial, carrier);
  double slots = 0;
  double simulated_s = 0;
  for (auto _ : state) {
    const RunResult result = simulate(scenario, {});
    const analysis::Kpi* rate = result.summary.find("dl_throughput_mbps", "", "mean");
    if (rate == nullptr || rate->value <= 1) state.SkipWithError("the cell carries no traffic");
    slots += static_cast<double>(result.slot_count);
    simulated_s += result.facts.simulated_s;
  }
  state.counters["slots_per_second"] = benchmark::Counter(slots, benchmark::Counter::kIsRate);
  state.counters["real_time_factor"] = benchmark::Counter(simulated_s, benchmark::Counter::kIsRate);
  state.SetLabel(std::string(base::isa_name()) + " " + base::build_type);
}

}  // namespace
}  // namespace redcell::scenarios

int main(int argc, char** argv) {
  using redcell::scenarios::run;
  benchmark::RegisterBenchmark("saturated_cell/n41", run, "trial-2600-peak", "n41")
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("saturated_cell/n28", run, "trial-700-peak", "n28")
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
