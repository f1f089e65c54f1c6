// What stands in a carrier's factory hall.
#pragma once

#include <optional>

#include "phy/channel/environment.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// Clutter of at least this part of the floor is dense, TR 38.901 Table 7.2-4.
inline constexpr double dense_clutter_percent = 40;

/// A hall with clutter, as the file says or Table 7.8-7 of TR 38.901 has it.
struct Hall {
  phy::Environment environment;
  phy::Clutter clutter;
  [[nodiscard]] bool is_dense() const {
    return environment == phy::Environment::inf_dl || environment == phy::Environment::inf_dh;
  }
};

/// Nothing where path_loss is no hall with clutter.
[[nodiscard]] std::optional<Hall> hall_of(const schema::Channel& channel);

}  // namespace redcell::scenarios
