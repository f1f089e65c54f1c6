// Results of a sweep as files: one SQLite database and tidy CSV.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/results.h"
#include "scenarios/sweep/store.h"

namespace redcell::scenarios {

/// All that is known when a sweep has been judged.
struct SweepReport {
  const Plan& plan;
  std::vector<Point> points;      ///< Planned.
  std::vector<Failure> failures;  ///< Of planned points that are not complete.
  std::vector<Figure> figures;
  std::vector<RowEstimate> estimates;
  std::vector<RowDifference> differences;
};

/// results/estimates.csv: a row of the design and a KPI a line, axes first.
[[nodiscard]] std::string estimates_csv(const SweepReport& report);
/// results/differences.csv: against the first step of each axis, in the same world.
[[nodiscard]] std::string differences_csv(const SweepReport& report);
/// results/runs.csv: a run and a KPI a line. Points that are not complete have a line of their own.
[[nodiscard]] std::string runs_csv(const SweepReport& report, ResultBook& book,
                                   const std::set<std::string>& complete);

/// results/results.sqlite with tables sweep, combination, run, kpi (all of every run), estimate,
/// difference and failure. Whole or not at all. Throws analysis::LogError.
void write_sqlite(const SweepReport& report, ResultBook& book,
                  const std::set<std::string>& complete, const std::filesystem::path& path);

/// "met", "out of reach, about 40 seeds needed"; empty without a goal.
[[nodiscard]] std::string goal_text(const RowEstimate& estimate);
/// Names of the columns that move together.
[[nodiscard]] std::string group_name(const Plan& plan, std::size_t group);

/// Aligned plain text: a row of the design and a KPI a line.
[[nodiscard]] std::string estimates_table(const SweepReport& report);

}  // namespace redcell::scenarios
