// Where an import goes when nobody says where.
#pragma once

#include <string>

namespace redcell::analysis {

/// parent/STEM for file STEM.EXTENSION; parent/STEM-2 and so on where that holds what another file
/// became, or what no import wrote.
[[nodiscard]] std::string import_folder(const std::string& parent, const std::string& file);

}  // namespace redcell::analysis
