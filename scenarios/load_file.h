// Files of the user's hand: read whole, or refused with a finding.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "scenarios/finding.h"

namespace redcell::scenarios {

/// The file's text, or why it cannot be read. Of a file larger than scenario_size_max one byte more
/// than that.
[[nodiscard]] std::pair<std::string, std::optional<Finding>> read_text_file(
    const std::string& shown);

/// What keeps a text from being protobuf text at all; nullopt when nothing does. `file` names it.
[[nodiscard]] std::optional<Finding> content_finding(const std::string& file,
                                                     const std::string& text);

}  // namespace redcell::scenarios
