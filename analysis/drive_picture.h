// A drive at a glance: map, time plots and distributions in one picture.
#pragma once

#include <string>

#include "analysis/drive_log.h"

namespace redcell::analysis {

inline constexpr const char* mac_rate_title = "Rate acknowledged at MAC, 1 s (Mbps)";

/// The text of drive.svg: one picture of the first terminal with drive rows, 1100 wide, without
/// scripts and without anything from outside. Map: sites and sectors, the way coloured by SS-RSRP,
/// a circle (class "handover") at each completed handover, a cross (class "failure") at each
/// radio link or handover failure. Beside it SS-RSRP, serving cell and rates over time; below it
/// their distributions after warm-up. Pre: log is not empty.
/// rate_title: what the rates are, where they are not those at MAC.
[[nodiscard]] std::string drive_svg(const DriveLog& log, const char* rate_title = mac_rate_title);

}  // namespace redcell::analysis
