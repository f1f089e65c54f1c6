// Bandwidth parts on the page of a run.
#pragma once

#include <string>

#include "analysis/bwp_timeline.h"
#include "analysis/compare/side.h"
#include "analysis/plot.h"

namespace redcell::analysis {

/// [ours] Terminals with a lane of their own, rows of the table, and switches listed of each lane;
/// lines say how many more there are.
inline constexpr std::size_t bwp_lanes_max = 12;
inline constexpr std::size_t bwp_rows_max = 100;
inline constexpr std::size_t bwp_switches_listed_max = 100;

/// Stays in the colours of their parts, gaps as dark lines. Of what lies in one pixel only the
/// first is drawn. Pre: the panel's x axis is time in seconds.
void draw_bwp_lane(Svg& svg, const Panel& panel, const BwpTimeline& timeline);

/// Lanes, a table of how long each terminal was where, and its switches. Empty when none switched.
[[nodiscard]] std::string bwp_section(const Side& side);

}  // namespace redcell::analysis
