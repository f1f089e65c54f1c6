// The schema in words: what every field of a scenario takes, by default and at most, and why.
#pragma once

#include <string>
#include <string_view>

namespace redcell::scenarios {

/// What the schema says at `path` ("carrier.scheduler", "carrier.scs_khz", empty for the whole
/// scenario): of a message all fields, of a field all facts. Selectors in brackets are passed over.
/// Throws ScenarioError for a path that is not there.
[[nodiscard]] std::string explain_text(std::string_view path);

/// The reference of the scenario format, docs/scenario.md.
[[nodiscard]] std::string explain_markdown();

}  // namespace redcell::scenarios
