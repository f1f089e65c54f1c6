// The results of a sweep to look at.
#pragma once

#include <cstddef>
#include <string>

#include "scenarios/sweep/pareto.h"
#include "scenarios/sweep/tables.h"

namespace redcell::scenarios {

/// results/picture.svg, a panel for each KPI. Over the axis with the most numbers: a line with its
/// 95 % intervals for each combination of the others, eight at the most. Where two axes of three or
/// more numbers are all that varies: a heat map. Where two KPIs have a better side: the
/// combinations over both, and the Pareto front. Empty when there is none of these.
[[nodiscard]] std::string sweep_svg(const SweepReport& report);

/// One panel of it alone. Empty where no numbers vary.
[[nodiscard]] std::string figure_svg(const SweepReport& report, std::size_t figure);
/// The same of the front. Empty where there is none.
[[nodiscard]] std::string front_svg(const SweepReport& report, const Front& front);

}  // namespace redcell::scenarios
