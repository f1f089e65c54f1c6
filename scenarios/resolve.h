// The scenario with nothing left to guess: every default and every derived value written down.
#pragma once

#include <string>

#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// Writes every default of the schema into the message, and what follows from other values: the
/// RedCap bandwidth part (the widest of the carrier that a RedCap terminal takes), K1 (for each
/// downlink slot the smallest legal one that ends on uplink) and K2 (for each uplink slot the
/// smallest legal one). Fields whose absence means something stay absent (k_factor_db,
/// ul_centre_mhz). Resolving twice changes nothing. Pre: check_values() had no finding; for derived
/// values also preflight().
[[nodiscard]] schema::Scenario resolve(const schema::Scenario& scenario);

/// The part of resolve() that needs no legal radio: defaults and the bandwidth part, never K1 and
/// K2.
[[nodiscard]] schema::Scenario with_defaults(const schema::Scenario& scenario);

/// Protobuf text, the same bytes for the same message; loading it gives the same message again.
[[nodiscard]] std::string to_text(const schema::Scenario& scenario);

}  // namespace redcell::scenarios
