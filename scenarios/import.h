// `redcell import`: a field log to a drive log, with a report of what was found on the way.
#pragma once

#include <string>

namespace redcell::scenarios {

struct ImportOptions {
  std::string file;
  std::string format;   ///< Empty: recognised by its header.
  std::string map;      ///< A column map of the user's own; empty for none.
  std::string out_dir;  ///< Empty: imports/NAME below the current directory.
  bool list = false;    ///< Only say which formats are known.
  bool guess = false;   ///< Only propose a column map for the file.
};

/// Returns the exit code: 0, or 2 for a file that cannot be read as a whole, with nothing written.
int import_command(const ImportOptions& options);

}  // namespace redcell::scenarios
