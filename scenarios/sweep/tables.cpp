#include "scenarios/sweep/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenarios/sweep/pareto.h"

namespace redcell::scenarios {
namespace {

/// A cell that commas and quotes cannot break.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// Empty for what is not known.
std::string cell(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

std::string axis_heads(const Plan& plan) {
  std::string text = "combination";
  for (const Column& column : plan.design.columns) text += ',' + cell(column.name);
  return text;
}

std::string axis_cells(const Plan& plan, std::size_t row) {
  std::string text = std::to_string(row);
  for (const std::string& value : plan.design.rows[row].values) text += ',' + cell(value);
  return text;
}

std::string figure_cells(const Figure& figure) {
  return fmt::format("{},{},{}", cell(figure.name), cell(figure.terminal_group), figure.statistic);
}

std::string interval_text(const analysis::Interval& interval) {
  if (!std::isfinite(interval.low)) return "[one seed]";
  return fmt::format("[{:.4g}, {:.4g}]", interval.low, interval.high);
}

/// 1, 0, or empty.
std::string front_cell(std::optional<bool> is_on_front) {
  return is_on_front ? (*is_on_front ? "1" : "0") : "";
}

}  // namespace

std::string group_name(const Plan& plan, std::size_t group) {
  std::string text;
  for (const Column& column : plan.design.columns) {
    if (column.group == group) text += (text.empty() ? "" : " ") + column.name;
  }
  return text;
}

std::string goal_text(const RowEstimate& estimate) {
  const StopDecision& decision = estimate.decision;
  if (decision.precision == Precision::no_goal) return {};
  std::string text = precision_name(decision.precision);
  if (decision.precision != Precision::met && decision.needed_seed_count > 0.0) {
    text += fmt::format(", about {:.0f} seeds needed", decision.needed_seed_count);
  }
  return text;
}

std::string estimates_csv(const SweepReport& report) {
  std::string text = axis_heads(report.plan) +
                     ",kpi,terminal_group,statistic,value,ci_low,ci_high,seeds,goal,seeds_needed,"
                     "on_front\n";
  const Front front = pareto_front(report.figures, report.estimates);
  for (const RowEstimate& row : report.estimates) {
    text += axis_cells(report.plan, row.row) + ',' + figure_cells(report.figures[row.figure]);
    if (row.estimate) {
      text +=
          fmt::format(",{},{},{},{}", cell(row.estimate->value), cell(row.estimate->interval.low),
                      cell(row.estimate->interval.high), row.estimate->seed_count);
    } else {
      text += ",,,,0";
    }
    const double needed = row.decision.needed_seed_count;
    text += fmt::format(",{},{},{}\n", precision_name(row.decision.precision),
                        needed > 0.0 ? cell(needed) : "", front_cell(front.has(row.row)));
  }
  return text;
}

std::string differences_csv(const SweepReport& report) {
  std::string text = axis_heads(report.plan) +
                     ",reference,varies,kpi,terminal_group,statistic,difference,ci_low,ci_high,"
                     "seeds,same_world\n";
  for (const RowDifference& row : report.differences) {
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", axis_cells(report.plan, row.row),
                        row.reference, cell(group_name(report.plan, row.group)),
                        figure_cells(report.figures[row.figure]), cell(row.difference.value),
                        cell(row.difference.interval.low), cell(row.difference.interval.high),
                        row.difference.seed_count, row.is_same_world ? 1 : 0);
  }
  return text;
}

std::string runs_csv(const SweepReport& report, ResultBook& book,
                     const std::set<std::string>& complete) {
  std::string text = axis_heads(report.plan) +
                     ",seed,status,kpi,terminal_group,statistic,value,unit,ci_low,ci_high,samples,"
                     "signature,address\n";
  for (const Point& point : report.points) {
    const std::string head = fmt::format("{},{}", axis_cells(report.plan, point.row), point.seed);
    if (!complete.contains(point.address)) {
      text += fmt::format("{},missing,,,,,,,,,,{}\n", head, point.address);
      continue;
    }
    const PointResult& result = book.at(point.address);
    for (const Figure& figure : report.figures) {
      const analysis::Kpi* kpi = find_figure(result.kpi, figure);
      if (kpi == nullptr) continue;
      text += fmt::format("{},complete,{},{},{},{},{},{},{},{}\n", head, figure_cells(figure),
                          cell(kpi->value), cell(kpi->unit), cell(kpi->ci_low), cell(kpi->ci_high),
                          kpi->samples, result.signature, point.address);
    }
  }
  return text;
}

std::string estimates_table(const SweepReport& report) {
  std::size_t row_width = 5;
  std::size_t name_width = 3;
  for (const RowEstimate& row : report.estimates) {
    row_width = std::max(row_width, row_text(report.plan, row.row).size());
    name_width = std::max(name_width, figure_text(report.figures[row.figure]).size());
  }
  std::string text = fmt::format("{:{}}  {:{}} {:>10} {:20} {:>5}  goal\n", "point", row_width,
                                 "KPI", name_width, "value", "95 % interval", "seeds");
  for (const RowEstimate& row : report.estimates) {
    const std::string value =
        row.estimate ? fmt::format("{:.4g}", row.estimate->value) : std::string("none");
    const std::string interval = row.estimate ? interval_text(row.estimate->interval) : "";
    std::string line =
        fmt::format("{:{}}  {:{}} {:>10} {:20} {:>5}  {}", row_text(report.plan, row.row),
                    row_width, figure_text(report.figures[row.figure]), name_width, value, interval,
                    row.estimate ? row.estimate->seed_count : 0, goal_text(row));
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace redcell::scenarios
