// A first column map for a log that no known one fits.
#pragma once

#include <string>

namespace redcell::analysis {

/// Protobuf text of a map, with the columns whose names tell what they are; what was not
/// recognised stands in comments. Throws LogError when the file has no header or no column of
/// times.
[[nodiscard]] std::string guess_map(const std::string& path);

}  // namespace redcell::analysis
