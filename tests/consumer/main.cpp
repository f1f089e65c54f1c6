// A program outside redcell's tree, as an ns-3 user would write it: own nodes, own run of the
// simulator, a trace source of the radio, an attribute default, and the bytes accounted for.
#include <ns3/config.h>
#include <ns3/double.h>
#include <ns3/node-container.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "net/traces.h"
#include "scenarios/prepare.h"
#include "scenarios/testbed.h"

namespace {

std::uint64_t block_count = 0;

void on_block(std::string /*context*/, const redcell::net::TransportBlock& /*block*/) {
  ++block_count;
}

bool is_conserved(const redcell::scenarios::ByteLedger& ledger) {
  return ledger.in > 0 && ledger.in == ledger.delivered + ledger.queued + ledger.dropped_total();
}

}  // namespace

int main() {
  using redcell::base::Direction;
  ns3::Config::SetDefault("redcell::UeNetDevice::AntennaGainDbi", ns3::DoubleValue(-3));
  const std::vector<std::string> overrides{"duration_s=1", "warm_up_s=0"};
  // The trial's file names a gain of its own; the default counts where a scenario is silent.
  const auto scenario = redcell::scenarios::prepare("trial-2600-peak", overrides);

  ns3::NodeContainer terminals;
  terminals.Create(1);
  bool good = true;
  {
    redcell::scenarios::Testbed testbed(scenario,
                                        {.threads = 1, .user_nodes = terminals, .sink = {}});
    ns3::Config::Connect("/NodeList/*/DeviceList/*/$redcell::UeNetDevice/TransportBlock",
                         ns3::MakeCallback(&on_block));
    testbed.start();
    ns3::Simulator::Stop(ns3::NanoSeconds(testbed.duration().value()));
    ns3::Simulator::Run();
    testbed.finish();
    const auto down = testbed.ledger({0}, Direction::downlink);
    const auto up = testbed.ledger({0}, Direction::uplink);
    std::printf("%llu blocks; %llu bytes down, %llu up\n",
                static_cast<unsigned long long>(block_count),
                static_cast<unsigned long long>(down.delivered),
                static_cast<unsigned long long>(up.delivered));
    good = block_count > 1000 && is_conserved(down) && is_conserved(up);
  }
  ns3::Simulator::Destroy();
  return good ? 0 : 1;
}
