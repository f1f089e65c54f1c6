// A figure and its interval with no more digits than they are worth.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/compare/bootstrap.h"

namespace redcell::analysis {

struct EstimateText {
  std::string value;
  std::string interval;  ///< "[low, high]"; '?' for what is not known.
};

/// Two digits of the interval's half width; four of each number where it has no width.
[[nodiscard]] inline EstimateText estimate_text(const Estimate& estimate) {
  const Interval& interval = estimate.interval;
  const double half = (interval.high - interval.low) / 2.0;
  constexpr double half_min = 5e-5, half_max = 1e6;
  if (half > half_min && half < half_max) {
    const int decimals = std::clamp(static_cast<int>(std::ceil(1.0 - std::log10(half))), 0, 5);
    return {fmt::format("{:.{}f}", estimate.value, decimals),
            fmt::format("[{:.{}f}, {:.{}f}]", interval.low, decimals, interval.high, decimals)};
  }
  const auto number = [](double value) {
    return std::isfinite(value) ? fmt::format("{:.4g}", value) : std::string("?");
  };
  return {number(estimate.value),
          fmt::format("[{}, {}]", number(interval.low), number(interval.high))};
}

}  // namespace redcell::analysis
