// A verdict inside files that say more than it.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/verdict.h"

namespace redcell::analysis {

/// The list `targets` of verdict.json.
[[nodiscard]] nlohmann::ordered_json targets_json(const Verdict& verdict);

}  // namespace redcell::analysis
