#include "net/simulation.h"

#include <ns3/nstime.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simulator.h>

namespace redcell::net {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

void each_second(std::function<void(base::Instant)> on_second) {
  on_second(base::Instant(ns3::Simulator::Now().GetNanoSeconds()));
  ns3::Simulator::Schedule(ns3::NanoSeconds(second_ns), &each_second, on_second);
}

}  // namespace

void seed_simulation(std::uint32_t seed, std::uint32_t run) {
  ns3::RngSeedManager::SetSeed(seed + 1);  // Zero is no seed there.
  ns3::RngSeedManager::SetRun(run);
}

void run_simulation(base::Duration end, const std::function<void(base::Instant)>& on_second) {
  if (on_second) ns3::Simulator::Schedule(ns3::NanoSeconds(second_ns), &each_second, on_second);
  ns3::Simulator::Stop(ns3::NanoSeconds(end.value()));
  ns3::Simulator::Run();
}

void destroy_simulation() { ns3::Simulator::Destroy(); }

}  // namespace redcell::net
