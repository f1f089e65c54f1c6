// The sections of the page of a run; each empty when the run has nothing for it.
#pragma once

#include <string>

#include "analysis/compare/side.h"

namespace redcell::analysis {

/// A line a figure and group: mean with its interval, percentiles, extremes, samples.
[[nodiscard]] std::string kpi_section(const Summary& summary);
/// Distributions of the figures of single seconds.
[[nodiscard]] std::string distribution_section(const Side& side);
/// Where the time of packets went: bars and a table.
[[nodiscard]] std::string latency_section(const Summary& summary);
/// How long handovers interrupted, and how far apart they were.
[[nodiscard]] std::string handover_section(const Side& side);
/// What each slice had of the cells' PRBs, and its rate.
[[nodiscard]] std::string slice_section(const Side& side);
/// Drives: map and time lines, linked, and events.
[[nodiscard]] std::string drive_sections(const Side& side);

}  // namespace redcell::analysis
