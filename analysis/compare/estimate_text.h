// A figure and its interval with no more digits than they are worth.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "analysis/compare/bootstrap.h"

namespace redcell::analysis {

/// Four digits, or '?' for what is not finite.
[[nodiscard]] inline std::string number_text(double value) {
  if (!std::isfinite(value)) return "?";
  if (value == 0.0) return "0";
  const double size = std::fabs(value);
  return size >= 1e4 || size < 1e-3 ? fmt::format("{:.2e}", value) : fmt::format("{:.4g}", value);
}

/// Two digits of a chance, '-' for none.
[[nodiscard]] inline std::string chance_text(const std::optional<double>& chance) {
  return chance ? fmt::format("{:.2g}", *chance) : std::string("-");
}

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
  return {number_text(estimate.value),
          fmt::format("[{}, {}]", number_text(interval.low), number_text(interval.high))};
}

}  // namespace redcell::analysis
