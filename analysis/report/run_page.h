// One run as one HTML page.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/compare/side.h"
#include "analysis/verdict.h"

namespace redcell::analysis {

struct RunStory {
  std::vector<std::pair<std::string, std::string>> facts;  ///< Name and value, in order.
  Verdict verdict;                                         ///< Shown when it has targets.
};

/// [ours] Terminals whose drive is drawn; a note says of how many.
inline constexpr std::size_t drives_drawn_max = 3;
/// [ours] Events listed of each drive; a line says how many more there are.
inline constexpr std::size_t events_listed_max = 400;

/// The text of report.html: notes, verdict, KPIs, drives (map, time lines, events), distributions,
/// latency parts, handovers, slices, bandwidth parts, facts. A script links map and time lines and
/// colours the way by a KPI that the reader picks; without scripts the way shows the first KPI.
/// Works for field logs too, with what they have.
[[nodiscard]] std::string run_html(const Side& side, const RunStory& story);

}  // namespace redcell::analysis
