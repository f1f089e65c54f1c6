// When a terminal pings and with how many bytes: a pure function of the echo's index.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/random.h"
#include "base/units.h"

namespace redcell::terminals {

struct EchoPlanConfig {
  base::UeId ue;
  base::Instant start;
  base::Duration interval;  ///< > 0.
  std::uint32_t payload_bytes_min = 32;
  std::uint32_t payload_bytes_max = 32;  ///< Odd echoes take it, even ones the other.
};

struct EchoRequest {
  base::Instant at;
  std::uint32_t payload_bytes = 0;
};

/// Echo `index` leaves at a uniformly random moment of its own interval: every phase of the radio's
/// slots and SR occasions is met, and echoes keep their order.
[[nodiscard]] EchoRequest echo_request(const EchoPlanConfig& config, const base::Random& random,
                                       std::uint64_t index);

}  // namespace redcell::terminals
