// Combinations that no other beats, where several KPIs have a better side.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "scenarios/sweep/results.h"

namespace redcell::scenarios {

struct FrontRow {
  std::size_t row = 0;         ///< Of the design.
  std::vector<double> values;  ///< [figure of the front]
  bool is_on_front = false;    ///< None is as good in every figure and better in one.
};

struct Front {
  std::vector<std::size_t> figures;  ///< Those with a side.
  std::vector<FrontRow> rows;        ///< With an estimate of each, ascending.
  /// nullopt: there is no front, or the row has no place beside it.
  [[nodiscard]] std::optional<bool> has(std::size_t row) const;
};

/// By the estimates themselves; their intervals do not count. Empty where fewer than two figures
/// have a side.
[[nodiscard]] Front pareto_front(const std::vector<Figure>& figures,
                                 const std::vector<RowEstimate>& estimates);

}  // namespace redcell::scenarios
