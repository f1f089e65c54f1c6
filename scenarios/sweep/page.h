// A sweep as one HTML page.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/sweep/point_files.h"
#include "scenarios/sweep/tables.h"

namespace redcell::scenarios {

/// [ours] What a page shows at the most, so that one of 10 000 combinations can be sent by mail;
/// each table says of how many, and where the rest is.
inline constexpr std::size_t page_figures_max = 12;  ///< KPIs with a section.
inline constexpr std::size_t page_rows_max = 500;    ///< Of a KPI's table, and of the differences.
inline constexpr std::size_t page_failures_max = 200;
inline constexpr std::size_t page_values_max = 12;     ///< Of an axis.
inline constexpr std::size_t page_marks_max = 10'000;  ///< Estimates drawn, all pictures together.

/// Name and value, in order.
using SweepFacts = std::vector<std::pair<std::string, std::string>>;

/// What the points that are complete have in common, and what they cost together.
[[nodiscard]] SweepFacts sweep_facts(const Plan& plan,
                                     const std::vector<const PointResult*>& results);

struct SweepStory {
  std::string folder;  ///< Logs are named from here.
  SweepFacts facts;
};

/// The text of results/report.html: what varied, precision goals, failures by cause, a section a
/// KPI with picture and estimates, the Pareto front, differences, facts. No scripts, nothing from
/// elsewhere.
[[nodiscard]] std::string sweep_html(const SweepReport& report, const SweepStory& story);

}  // namespace redcell::scenarios
