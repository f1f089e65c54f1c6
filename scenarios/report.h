// `redcell report`: a run or a field log as one page.
#pragma once

#include <string>

namespace redcell::scenarios {

struct ReportOptions {
  std::string run;  ///< A run directory, an imported one, a KPI log or a field log.
  std::string out;  ///< Empty: report.html in the folder, for a file NAME.html where it lies.
};

/// Writes the page and says what was damaged. Returns the exit code: 0; 1 when the run has targets
/// and does not pass them all; 2 for what cannot be read, with nothing written.
int report_command(const ReportOptions& options);

}  // namespace redcell::scenarios
