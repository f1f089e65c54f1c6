// Names of the schema as users read them.
#pragma once

#include <algorithm>
#include <string>

namespace redcell::analysis {

/// ASCII letters alone: SS_RSRP_DBM is ss_rsrp_dbm.
[[nodiscard]] inline std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace redcell::analysis
