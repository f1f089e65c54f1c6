// The scenarios that come with the program. A file of the library is a scenario of its own when its
// name has dashes only; a name with an underscore is there to be included and is not listed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redcell::scenarios {

struct LibraryEntry {
  std::string name;   ///< What `redcell run` takes: the file's name without .txtpb.
  std::string title;  ///< One line.
};

/// The text of a library file, named with or without .txtpb; nullopt if there is none.
[[nodiscard]] std::optional<std::string_view> library_text(std::string_view name);

/// All scenarios of the library, sorted by name.
[[nodiscard]] std::vector<LibraryEntry> library_entries();

}  // namespace redcell::scenarios
