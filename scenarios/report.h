// `redcell report`: a run, a field log or a sweep as one page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/verdict.h"

namespace redcell::scenarios {

struct ReportOptions {
  std::string run;      ///< A run or imported folder, a KPI log, a field log, a sweep's folder.
  std::string out;      ///< Empty: report.html in the folder, for a file NAME.html where it lies.
  std::string targets;  ///< A file of targets; empty: those of the run's scenario.
};

/// What a page was made of.
struct WrittenPage {
  std::vector<std::string> notes;  ///< Damage, and what was left out.
  analysis::Verdict verdict;
};

/// Makes the page of a run, whole or not at all. Throws analysis::LogError,
/// std::filesystem::filesystem_error.
/// targets: a file that is judged instead of the scenario beside the run; empty for that.
WrittenPage write_run_page(const std::string& run, const std::filesystem::path& page,
                           const std::string& targets = {});

/// Writes the page and says what was damaged. Returns the exit code: 0; 1 when the run has targets
/// and does not pass them all; 2 for what cannot be read, with nothing written. Of a sweep as
/// sweep_report_command().
int report_command(const ReportOptions& options);

}  // namespace redcell::scenarios
