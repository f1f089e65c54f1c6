// What the name of a column tells: which figure it is, in which unit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

/// Names that tell what a column is: one of `any`, none of `none`. Earlier ones win, clues and
/// words. A word is part of the folded name, behind '=' all of it, behind '~' with no letter
/// beside.
struct Clue {
  DriveColumn column;
  std::vector<std::string> any;
  std::vector<std::string> none;
};
[[nodiscard]] const std::vector<Clue>& clues();

/// Of folded names.
[[nodiscard]] bool says(const std::string& name, std::string_view word);
[[nodiscard]] bool has_any(const std::string& name, const std::vector<std::string>& words);

/// Factor to the unit of the drive log, and what a user must be told of it (empty: nothing).
struct GuessedScale {
  double factor = 1.0;
  std::string remark;
};
/// By the first whole word of the name that is a unit of such a figure: "Mbit/s" is not "bit/s". In
/// capitals and small letters, because MB/s are bytes.
[[nodiscard]] GuessedScale scale_of(DriveColumn column, std::string_view name);

}  // namespace redcell::analysis
