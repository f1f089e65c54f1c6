// The spine: one network, slot by slot, on ns-3's clock. testbed.cpp: run_slot() is the whole
// journey of a slot.
//
// For ns-3 users: build it from a resolved scenario (and, if wanted, your own terminal nodes),
// start() it, run the simulator as ever, finish() it. It never runs, stops or destroys the
// simulator.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "net/network.h"
#include "scenarios/recorder.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

struct TestbedOptions {
  int threads = 1;  ///< Worker threads of the channel; the result does not depend on it.
  ns3::NodeContainer
      user_nodes;       ///< [ue] terminals' nodes, with an IPv4 stack or not; empty: ours.
  Recorder::Sink sink;  ///< Takes every KPI record; may be empty.
};

class Spine;

class Testbed {
 public:
  /// Pre: the scenario is resolved and preflight found nothing; with user nodes, one per terminal.
  explicit Testbed(const schema::Scenario& scenario, const TestbedOptions& options = {});
  ~Testbed();
  Testbed(const Testbed&) = delete;
  Testbed& operator=(const Testbed&) = delete;

  /// Plans the first slot and the traffic. Call once, at virtual time zero.
  void start();
  /// Closes bins and ledgers. Call once, when the simulator has stopped at duration().
  void finish();

  [[nodiscard]] base::Duration duration() const;
  [[nodiscard]] net::Network& network();
  [[nodiscard]] std::uint32_t terminal_count() const;
  /// Where the bytes of a bearer are now.
  [[nodiscard]] ByteLedger ledger(base::UeId ue, base::Direction direction) const;
  /// Fingerprint of the radio world and the arrivals: no scheduler, target or handover rule changes
  /// it.
  [[nodiscard]] std::uint64_t world_hash();
  /// Slots that ran so far, all layers together.
  [[nodiscard]] std::uint64_t slot_count() const;

 private:
  std::unique_ptr<Spine> spine_;
};

}  // namespace redcell::scenarios
