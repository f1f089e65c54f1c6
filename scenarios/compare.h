// `redcell compare`: two runs or logs side by side.
#pragma once

#include <string>

namespace redcell::scenarios {

struct CompareOptions {
  std::string a;        ///< A run directory, an imported one, a KPI log or a field log.
  std::string b;        ///< The same.
  std::string targets;  ///< A file of targets and margins; empty for none.
  double place_m = 50;  ///< Size of the places that are compared.
  std::string out_dir;  ///< Empty: compare/A-B below the current directory.
};

/// Prints tables, writes compare.json, compare.csv, places.csv, junit.xml and report.html. Returns
/// the exit code: 0; 1 when targets are given and A does not pass them all, or a margin of the file
/// is not kept; 2 for files that cannot be read, with nothing written.
int compare_command(const CompareOptions& options);

}  // namespace redcell::scenarios
