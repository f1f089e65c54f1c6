#include "scenarios/sweep/pareto.h"

#include <algorithm>
#include <map>

namespace redcell::scenarios {
namespace {

using Side = schema::WantedKpi;

/// Whether a is at least as good as b in every figure, and better in one.
bool beats(const FrontRow& a, const FrontRow& b, const std::vector<double>& signs) {
  bool is_better = false;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    const double ahead = signs[i] * (a.values[i] - b.values[i]);
    if (ahead < 0.0) return false;
    is_better = is_better || ahead > 0.0;
  }
  return is_better;
}

}  // namespace

std::optional<bool> Front::has(std::size_t row) const {
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), row,
      [](const FrontRow& placed, std::size_t wanted) { return placed.row < wanted; });
  if (found == rows.end() || found->row != row) return std::nullopt;
  return found->is_on_front;
}

Front pareto_front(const std::vector<Figure>& figures, const std::vector<RowEstimate>& estimates) {
  Front front;
  std::vector<double> signs;
  for (std::size_t f = 0; f < figures.size(); ++f) {
    if (figures[f].better == Side::NEITHER) continue;
    front.figures.push_back(f);
    signs.push_back(figures[f].better == Side::MORE ? 1.0 : -1.0);
  }
  if (front.figures.size() < 2) return {};
  std::map<std::size_t, std::map<std::size_t, double>> by_row;
  for (const RowEstimate& row : estimates) {
    if (row.estimate) by_row[row.row][row.figure] = row.estimate->value;
  }
  for (const auto& [row, values] : by_row) {
    FrontRow placed{.row = row, .values = {}, .is_on_front = false};
    for (const std::size_t figure : front.figures) {
      const auto value = values.find(figure);
      if (value != values.end()) placed.values.push_back(value->second);
    }
    if (placed.values.size() == signs.size()) front.rows.push_back(std::move(placed));
  }
  for (FrontRow& row : front.rows) {
    row.is_on_front = std::none_of(front.rows.begin(), front.rows.end(),
                                   [&](const FrontRow& other) { return beats(other, row, signs); });
  }
  return front;
}

}  // namespace redcell::scenarios
