// What the runs of a sweep say together: estimates for every row of the design, and differences
// between rows in the same radio world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/sweep/judge.h"
#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/point_files.h"
#include "scenarios/sweep/store.h"

namespace redcell::scenarios {

/// A KPI that is judged.
struct Figure {
  std::string name;
  std::string terminal_group;
  std::string statistic;  ///< As in summary.json.
  FigureKind kind = FigureKind::mean;
  PrecisionGoal goal{};
  schema::WantedKpi::Side better = schema::WantedKpi::NEITHER;
};

/// "dl_throughput_mbps of car, p95", for people: what is plain is left out.
[[nodiscard]] std::string figure_text(const Figure& figure);

/// The sweep's KPIs; when it names none, the mean or ratio of every KPI of all terminals that the
/// first result has.
[[nodiscard]] std::vector<Figure> figures_of(const schema::Sweep& sweep,
                                             const std::vector<analysis::Kpi>& first);

/// Null when the run has no such figure.
[[nodiscard]] const analysis::Kpi* find_figure(const std::vector<analysis::Kpi>& kpi,
                                               const Figure& figure);

/// Results by address, read once.
class ResultBook {
 public:
  explicit ResultBook(const Store& store) : store_(store) {}
  /// Pre: the point is complete. Throws analysis::LogError.
  const PointResult& at(const std::string& address);

 private:
  const Store& store_;
  std::map<std::string, PointResult> results_;
};

struct RowEstimate {
  std::size_t row = 0;
  std::size_t figure = 0;
  std::optional<Estimate> estimate;  ///< Absent when no run has the figure.
  StopDecision decision;
};

/// A row minus the row that differs from it in one group alone, there at that group's first step.
struct RowDifference {
  std::size_t row = 0;
  std::size_t reference = 0;
  std::size_t group = 0;
  std::size_t figure = 0;
  Estimate difference;
  bool is_same_world = false;  ///< Every pair of runs has one world hash.
};

/// Each row's seeds, in order, that are complete.
using RowSeeds = std::vector<std::vector<std::uint32_t>>;

/// What there is to judge.
struct SweepData {
  const Plan& plan;
  const RowSeeds& seeds;
  const std::vector<Figure>& figures;
  ResultBook& book;
};

/// Estimates of all rows, with the decision on their goals; a row without seeds has none.
[[nodiscard]] std::vector<RowEstimate> estimate_rows(const SweepData& data);

[[nodiscard]] std::vector<RowDifference> row_differences(const SweepData& data);

}  // namespace redcell::scenarios
