// Text inside XML.
#pragma once

#include <string>
#include <string_view>

namespace redcell::analysis {

/// Fit for an attribute in quotes and for the text of an element. Control characters, which XML 1.0
/// cannot express at all, become spaces.
[[nodiscard]] std::string xml_escaped(std::string_view text);

}  // namespace redcell::analysis
