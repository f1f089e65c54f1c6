// write_sqlite(): the results as tables to query.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <string>

#include "analysis/log_error.h"
#include "scenarios/sqlite_file.h"
#include "scenarios/sweep/pareto.h"
#include "scenarios/sweep/tables.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;
using Database = SqliteFile;
using Table = SqliteTable;
using Value = analysis::TableValue;

Value whole(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Numbers as numbers, so that they sort and compare as such.
Value axis_value(const std::string& text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return text;
}

void write_facts(Database& database, const SweepReport& report, std::size_t complete_count) {
  Table table(database, "sweep", {"fact", "value"});
  const schema::Sweep& sweep = report.plan.loaded.sweep;
  table.add({"title", sweep.title()});
  table.add({"file", report.plan.loaded.file});
  table.add({"scenario", sweep.scenario()});
  table.add({"build", report.plan.build});
  table.add({"combinations", whole(report.plan.rows.size())});
  table.add({"left_out_by_constraints", whole(report.plan.design.left_out)});
  table.add({"points", whole(report.points.size())});
  table.add({"complete", whole(complete_count)});
}

void write_rows(Database& database, const Plan& plan) {
  std::vector<std::string> heads = {"combination"};
  for (const Column& column : plan.design.columns) heads.push_back(column.name);
  Table table(database, "combination", heads);
  for (std::size_t row = 0; row < plan.rows.size(); ++row) {
    std::vector<Value> values = {whole(row)};
    for (const std::string& text : plan.design.rows[row].values) {
      values.push_back(axis_value(text));
    }
    table.add(values);
  }
}

std::size_t write_runs(Database& database, const SweepReport& report, ResultBook& book,
                       const std::set<std::string>& complete) {
  Table runs(
      database, "run",
      {"address", "combination", "seed", "status", "signature", "world", "verdict", "version",
       "build_type", "isa", "simulated_s", "wall_s", "process_s", "peak_memory_mb", "host", "job"});
  Table kpis(database, "kpi",
             {"address", "kpi", "terminal_group", "statistic", "value", "unit", "ci_low", "ci_high",
              "samples"});
  std::size_t complete_count = 0;
  for (const Point& point : report.points) {
    std::vector<Value> values = {point.address, whole(point.row), whole(point.seed)};
    if (!complete.contains(point.address)) {
      values.emplace_back("missing");
      values.resize(16);
      runs.add(values);
      continue;
    }
    ++complete_count;
    const PointResult& r = book.at(point.address);
    values.insert(values.end(),
                  {"complete", r.signature, r.world, r.verdict, r.version, r.build_type, r.isa,
                   r.simulated_s, r.wall_s, r.process_s, r.peak_memory_mb, r.host, r.job});
    runs.add(values);
    for (const analysis::Kpi& k : r.kpi) {
      kpis.add({point.address, k.name, k.terminal_group, k.statistic, k.value, k.unit, k.ci_low,
                k.ci_high, k.samples});
    }
  }
  return complete_count;
}

void write_judgement(Database& database, const SweepReport& report) {
  Table estimates(database, "estimate",
                  {"combination", "kpi", "terminal_group", "statistic", "value", "ci_low",
                   "ci_high", "seeds", "goal", "seeds_needed", "on_front"});
  const Front front = pareto_front(report.figures, report.estimates);
  for (const RowEstimate& row : report.estimates) {
    const Figure& f = report.figures[row.figure];
    const Estimate e = row.estimate.value_or(Estimate{});
    const std::optional<bool> on_front = front.has(row.row);
    estimates.add({whole(row.row), f.name, f.terminal_group, f.statistic,
                   row.estimate ? Value(e.value) : Value(), e.interval.low, e.interval.high,
                   whole(e.seed_count), precision_name(row.decision.precision),
                   row.decision.needed_seed_count,
                   on_front ? Value(whole(*on_front ? 1 : 0)) : Value()});
  }
  Table differences(database, "difference",
                    {"combination", "reference", "kpi", "terminal_group", "statistic", "difference",
                     "ci_low", "ci_high", "seeds", "same_world"});
  for (const RowDifference& row : report.differences) {
    const Figure& f = report.figures[row.figure];
    const Estimate& e = row.difference;
    differences.add({whole(row.row), whole(row.reference), f.name, f.terminal_group, f.statistic,
                     e.value, e.interval.low, e.interval.high, whole(e.seed_count),
                     whole(row.is_same_world ? 1 : 0)});
  }
  Table failures(database, "failure", {"address", "cause", "words", "log"});
  for (const Failure& failure : report.failures) {
    failures.add({failure.address, failure.cause, failure.words, failure.log});
  }
}

}  // namespace

void write_sqlite(const SweepReport& report, ResultBook& book,
                  const std::set<std::string>& complete, const fs::path& path) {
  const fs::path beside = path.string() + "." + std::to_string(getpid());
  fs::remove(beside);
  try {
    Database database(beside);
    database.run("BEGIN");
    write_rows(database, report.plan);
    write_facts(database, report, write_runs(database, report, book, complete));
    write_judgement(database, report);
    database.run("COMMIT");
  } catch (...) {
    std::error_code error;
    fs::remove(beside, error);
    throw;
  }
  fs::rename(beside, path);
}

}  // namespace redcell::scenarios
