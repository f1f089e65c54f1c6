// Running ns-3's virtual time, for programs that own it: the testbed itself never does.
#pragma once

#include <cstdint>
#include <functional>

#include "base/units.h"

namespace redcell::net {

/// Seeds ns-3's own random variables (those of its IP stack). Call before any network is built.
void seed_simulation(std::uint32_t seed, std::uint32_t run);

/// Runs virtual time from zero up to and including `end`; on_second is called at every whole
/// simulated second. What throws inside an event passes through.
void run_simulation(base::Duration end, const std::function<void(base::Instant)>& on_second);

/// Ends the simulation and lets go of all nodes. Virtual time is zero again.
void destroy_simulation();

}  // namespace redcell::net
