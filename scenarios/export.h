// `redcell export`: a run as tidy tables, CSV or SQLite.
#pragma once

#include <string>

namespace redcell::scenarios {

struct ExportOptions {
  std::string run;     ///< A run directory or a KPI log.
  std::string csv;     ///< Folder for NAME.csv; empty for none.
  std::string sqlite;  ///< File, which must not be there yet; empty for none.
};

/// Writes the tables of analysis/table_rows.h that have rows, whole or not at all, and says what
/// was damaged. Returns the exit code: 0, or 2 for what cannot be read or written.
int export_command(const ExportOptions& options);

}  // namespace redcell::scenarios
