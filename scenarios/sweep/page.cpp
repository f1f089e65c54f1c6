#include "scenarios/sweep/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/report/page.h"
#include "analysis/xml.h"
#include "scenarios/sweep/picture.h"

namespace redcell::scenarios {
namespace {

using analysis::page_number;
using analysis::xml_escaped;

/// A table that scrolls by itself where the screen is narrow.
std::string table_html(const std::vector<std::string>& heads, const std::string& rows) {
  std::string html = "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>";
  for (const std::string& head : heads) html += fmt::format("<th>{}</th>", xml_escaped(head));
  return html + "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string shown_html(std::size_t shown, std::size_t all, const char* file) {
  if (shown >= all) return {};
  return fmt::format("<p>Shown: {} of {}; the rest is in {}.</p>\n", shown, all, file);
}

std::string interval_text(const analysis::Interval& interval) {
  if (!std::isfinite(interval.low)) return "one seed";
  return fmt::format("{} to {}", page_number(interval.low), page_number(interval.high));
}

std::string goal_of(const Figure& figure) {
  if (figure.goal.half_width > 0.0) return fmt::format("± {}", figure.goal.half_width);
  if (figure.goal.half_width_percent > 0.0) {
    return fmt::format("± {} %", figure.goal.half_width_percent);
  }
  return {};
}

/// In the colours of a verdict.
std::string goal_cell(const RowEstimate& row) {
  const Precision precision = row.decision.precision;
  const char* colour = precision == Precision::met            ? "PASS"
                       : precision == Precision::out_of_reach ? "FAIL"
                       : precision == Precision::more_seeds   ? "UNDECIDED"
                                                              : "";
  return fmt::format("<td class=\"{}\">{}</td>", colour, xml_escaped(goal_text(row)));
}

// ------------------------------------------------------------------------------------ what varied

std::string values_text(const Plan& plan, std::size_t column) {
  std::vector<std::string> values;
  std::set<std::string> seen;
  for (const DesignRow& row : plan.design.rows) {
    if (seen.insert(row.values[column]).second) values.push_back(row.values[column]);
  }
  if (values.size() <= page_values_max) return fmt::format("{}", fmt::join(values, ", "));
  const auto few = values.begin() + static_cast<std::ptrdiff_t>(page_values_max) - 1;
  return fmt::format("{}, ... {} ({} values)", fmt::join(values.begin(), few, ", "), values.back(),
                     values.size());
}

std::string axes_section(const Plan& plan) {
  std::string rows;
  for (std::size_t c = 0; c < plan.design.columns.size(); ++c) {
    const Column& column = plan.design.columns[c];
    const std::string group = group_name(plan, column.group);
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        xml_escaped(column.name), xml_escaped(values_text(plan, c)),
                        xml_escaped(fmt::format("{}", fmt::join(column.paths, ", "))),
                        group == column.name ? "" : xml_escaped(group));
  }
  std::string html = "<h2>What varied</h2>\n<div class=\"words\">" +
                     table_html({"axis", "values", "sets", "moves together with"}, rows) +
                     "</div>\n";
  if (plan.design.left_out > 0) {
    html +=
        fmt::format("<p>{} combinations are left out by constraints.</p>\n", plan.design.left_out);
  }
  return html;
}

// ---------------------------------------------------------------------------------------- failures

/// From the sweep's folder.
std::string log_name(const Failure& failure, const std::string& folder) {
  return failure.log.starts_with(folder + "/") ? failure.log.substr(folder.size() + 1)
                                               : failure.log;
}

std::string failures_section(const SweepReport& report, const std::string& folder) {
  if (report.failures.empty()) return {};
  std::map<std::string, std::size_t> causes;
  for (const Failure& failure : report.failures) ++causes[failure.cause];
  std::vector<std::string> counts;
  for (const auto& [cause, count] : causes) counts.push_back(fmt::format("{} {}", count, cause));
  const std::size_t shown = std::min(report.failures.size(), page_failures_max);
  std::string rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const Failure& failure = report.failures[i];
    rows += fmt::format("<tr><td class=\"FAIL\">{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                        xml_escaped(failure.cause), xml_escaped(failure.words),
                        xml_escaped(log_name(failure, folder)));
  }
  return fmt::format(
             "<h2>Points without a result</h2>\n<p>{}. The same sweep typed again runs them, and "
             "nothing else.</p>\n<div class=\"words\">",
             xml_escaped(fmt::format("{}", fmt::join(counts, ", ")))) +
         table_html({"cause", "point", "log"}, rows) + "</div>\n" +
         shown_html(shown, report.failures.size(), "results.sqlite, table failure");
}

// --------------------------------------------------------------------------------- precision goals

std::string goals_section(const SweepReport& report) {
  std::string rows;
  for (std::size_t f = 0; f < report.figures.size(); ++f) {
    const std::string goal = goal_of(report.figures[f]);
    if (goal.empty()) continue;
    std::map<Precision, std::size_t> count;
    std::uint32_t most_seeds = 0;
    for (const RowEstimate& row : report.estimates) {
      if (row.figure != f) continue;
      ++count[row.decision.precision];
      if (row.estimate) most_seeds = std::max(most_seeds, row.estimate->seed_count);
    }
    rows += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"PASS\">{}</td><td class=\"{}\">{}</td>"
        "<td class=\"{}\">{}</td><td>{}</td></tr>\n",
        xml_escaped(figure_text(report.figures[f])), goal, count[Precision::met],
        count[Precision::more_seeds] > 0 ? "UNDECIDED" : "", count[Precision::more_seeds],
        count[Precision::out_of_reach] > 0 ? "FAIL" : "", count[Precision::out_of_reach],
        most_seeds);
  }
  if (rows.empty()) return {};
  return "<h2>Precision goals</h2>\n<p>Combinations whose 95 % interval is as narrow as asked "
         "for.</p>\n" +
         table_html(
             {"KPI", "goal", "met", "more seeds wanted", "out of reach", "seeds at the most"},
             rows);
}

// --------------------------------------------------------------------------------------- estimates

/// Names of the columns that tell combinations apart.
std::vector<std::string> told_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Column& column : plan.design.columns) {
    if (column.is_told) names.push_back(column.name);
  }
  return names;
}

std::string told_cells(const Plan& plan, std::size_t row) {
  std::string html;
  for (std::size_t c = 0; c < plan.design.columns.size(); ++c) {
    if (!plan.design.columns[c].is_told) continue;
    html += fmt::format("<td>{}</td>", xml_escaped(plan.design.rows[row].values[c]));
  }
  return html;
}

/// Estimates of one figure, in the order of combinations.
std::vector<const RowEstimate*> estimates_of(const SweepReport& report, std::size_t figure) {
  std::vector<const RowEstimate*> rows;
  for (const RowEstimate& row : report.estimates) {
    if (row.figure == figure) rows.push_back(&row);
  }
  return rows;
}

std::string estimates_html(const SweepReport& report, const std::vector<const RowEstimate*>& all) {
  const std::size_t shown = std::min(all.size(), page_rows_max);
  std::string rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const RowEstimate& row = *all[i];
    rows += "<tr>" + told_cells(report.plan, row.row);
    rows += row.estimate
                ? fmt::format("<td><strong>{}</strong></td><td>{}</td><td>{}</td>",
                              page_number(row.estimate->value),
                              interval_text(row.estimate->interval), row.estimate->seed_count)
                : std::string("<td>none</td><td></td><td>0</td>");
    rows += goal_cell(row) + "</tr>\n";
  }
  std::vector<std::string> heads = told_names(report.plan);
  heads.insert(heads.end(), {"value", "95 % interval", "seeds", "goal"});
  return table_html(heads, rows) + shown_html(shown, all.size(), "estimates.csv");
}

/// What draw makes, as long as marks are left on the page.
template <class Draw>
std::string picture_html(std::size_t marks, std::size_t& marks_left, Draw&& draw) {
  if (marks > marks_left) return "<p>The picture is too large for this page: picture.svg.</p>\n";
  const std::string svg = draw();
  if (svg.empty()) return {};
  marks_left -= marks;
  return "<figure class=\"sweep\">" + svg + "</figure>\n";
}

std::string figures_section(const SweepReport& report, std::size_t& marks_left) {
  std::string html;
  const std::size_t shown = std::min(report.figures.size(), page_figures_max);
  for (std::size_t f = 0; f < shown; ++f) {
    const std::vector<const RowEstimate*> rows = estimates_of(report, f);
    html += fmt::format("<h2>{}</h2>\n", xml_escaped(figure_text(report.figures[f])));
    html += picture_html(rows.size(), marks_left, [&] { return figure_svg(report, f); });
    html += estimates_html(report, rows);
  }
  if (shown < report.figures.size()) {
    html += fmt::format("<p>Shown: {} of {} KPIs; the rest is in estimates.csv.</p>\n", shown,
                        report.figures.size());
  }
  return html;
}

std::string front_section(const SweepReport& report, std::size_t& marks_left) {
  const Front front = pareto_front(report.figures, report.estimates);
  if (front.rows.empty()) return {};
  std::vector<std::string> heads = told_names(report.plan);
  for (const std::size_t figure : front.figures) {
    const Figure& one = report.figures[figure];
    heads.push_back(fmt::format("{} ({} is better)", figure_text(one),
                                one.better == schema::WantedKpi::MORE ? "more" : "less"));
  }
  std::string rows;
  std::size_t on_front = 0, shown = 0;
  for (const FrontRow& row : front.rows) {
    if (!row.is_on_front || ++on_front > page_rows_max) continue;
    ++shown;
    rows += "<tr>" + told_cells(report.plan, row.row);
    for (const double value : row.values) rows += fmt::format("<td>{}</td>", page_number(value));
    rows += "</tr>\n";
  }
  std::string html = fmt::format(
      "<h2>What no combination beats</h2>\n<p>{} of {} combinations: no other is as good in every "
      "KPI with a side and better in one. By the estimates; intervals do not count.</p>\n",
      on_front, front.rows.size());
  html += picture_html(front.rows.size(), marks_left, [&] { return front_svg(report, front); });
  return html + table_html(heads, rows) +
         shown_html(shown, on_front, "estimates.csv, column on_front");
}

// ------------------------------------------------------------------------------------- differences

std::string differences_section(const SweepReport& report) {
  if (report.differences.empty()) return {};
  const std::size_t shown = std::min(report.differences.size(), page_rows_max);
  std::string rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const RowDifference& row = report.differences[i];
    rows += fmt::format(
        "<tr>{}<td>{}</td><td>{}</td><td><strong>{}</strong></td><td>{}</td><td>{}</td><td>{}</td>"
        "</tr>\n",
        told_cells(report.plan, row.row), xml_escaped(row_text(report.plan, row.reference)),
        xml_escaped(figure_text(report.figures[row.figure])), page_number(row.difference.value),
        interval_text(row.difference.interval), row.difference.seed_count,
        row.is_same_world ? "yes" : "no");
  }
  std::vector<std::string> heads = told_names(report.plan);
  heads.insert(heads.end(), {"minus", "KPI", "difference", "95 % interval", "seeds", "same world"});
  return "<h2>Differences</h2>\n<p>Against the first step of one axis, paired by seed.</p>\n" +
         table_html(heads, rows) + shown_html(shown, report.differences.size(), "differences.csv");
}

std::string facts_section(const SweepFacts& facts) {
  std::string html = "<h2>The sweep</h2>\n<table class=\"facts\"><tbody>\n";
  for (const auto& [name, value] : facts) {
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", xml_escaped(name), xml_escaped(value));
  }
  return html + "</tbody></table>\n";
}

std::string standing_html(const SweepReport& report) {
  const std::size_t complete = report.points.size() - report.failures.size();
  return fmt::format("<p>{} combinations, {} points: <strong>{} complete</strong>{}</p>\n",
                     report.plan.design.rows.size(), report.points.size(), complete,
                     report.failures.empty()
                         ? "."
                         : fmt::format(", <strong class=\"FAIL\">{} without a result</strong>. "
                                       "Combinations that lack seeds may be missing below.",
                                       report.failures.size()));
}

/// Every value once, in order.
template <class Get>
std::string joined(const std::vector<const PointResult*>& results, Get&& get) {
  std::set<std::string> values;
  for (const PointResult* result : results) values.insert(get(*result));
  return fmt::format("{}", fmt::join(values, ", "));
}

}  // namespace

SweepFacts sweep_facts(const Plan& plan, const std::vector<const PointResult*>& results) {
  const schema::Sweep& sweep = plan.loaded.sweep;
  SweepFacts facts = {
      {"file", plan.loaded.file},
      {"scenario", sweep.scenario()},
      {"set", fmt::format("{}", fmt::join(sweep.set(), ", "))},
      {"seeds", fmt::format("{} from {} on{}", sweep.seeds().count(), sweep.seeds().first(),
                            has_goal(sweep) ? fmt::format(", up to {}", sweep.seeds().max()) : "")},
      {"program", plan.build}};
  if (results.empty()) return facts;
  double process_s = 0.0, simulated_s = 0.0, memory_mb = 0.0;
  for (const PointResult* result : results) {
    process_s += result->process_s;
    simulated_s += result->simulated_s;
    memory_mb = std::max(memory_mb, result->peak_memory_mb);
  }
  const SweepFacts cost = {
      {"version", joined(results, [](const PointResult& r) { return r.version; })},
      {"build_type", joined(results, [](const PointResult& r) { return r.build_type; })},
      {"isa", joined(results, [](const PointResult& r) { return r.isa; })},
      {"hosts", joined(results, [](const PointResult& r) { return r.host; })},
      {"simulated_s, all points", page_number(simulated_s)},
      {"wall_s, all points one after another", page_number(process_s)},
      {"peak_memory_mb, the largest", page_number(memory_mb)}};
  facts.insert(facts.end(), cost.begin(), cost.end());
  return facts;
}

std::string sweep_html(const SweepReport& report, const SweepStory& story) {
  const schema::Sweep& sweep = report.plan.loaded.sweep;
  const std::string title = sweep.has_title() ? sweep.title() : report.plan.loaded.file;
  std::size_t marks_left = page_marks_max;
  std::string html = analysis::page_head(title);
  html += fmt::format("<h1>{}</h1>\n<p><small>{}</small></p>\n", xml_escaped(title),
                      xml_escaped(story.folder));
  html += standing_html(report);
  html += axes_section(report.plan);
  html += failures_section(report, story.folder);
  html += goals_section(report);
  html += figures_section(report, marks_left);
  html += front_section(report, marks_left);
  html += differences_section(report);
  html += facts_section(story.facts);
  return html + analysis::page_end();
}

}  // namespace redcell::scenarios
