#include "scenarios/sweep/sweep_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "scenarios/load_file.h"
#include "scenarios/load_parse.h"
#include "scenarios/path.h"
#include "scenarios/sweep/design.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

/// Columns that tables of results have besides the axes.
constexpr std::array<std::string_view, 21> taken_names = {
    "combination", "seed",         "status",  "kpi",     "terminal_group", "statistic",
    "value",       "unit",         "ci_low",  "ci_high", "samples",        "signature",
    "address",     "seeds",        "goal",    "varies",  "reference",      "difference",
    "same_world",  "seeds_needed", "on_front"};

/// Looks a read sweep over, for what no single value shows.
class Checker {
 public:
  explicit Checker(const LoadedSweep& loaded) : sweep_(loaded.sweep), where_(loaded.where) {}

  std::vector<Finding> check() {
    for (int i = 0; i < sweep_.axis_size(); ++i) check_axis(sweep_.axis(i), i);
    for (int i = 0; i < sweep_.latin_hypercube_size(); ++i) {
      check_cube(sweep_.latin_hypercube(i), i);
    }
    check_size();
    if (findings_.empty()) check_constraints();
    if (has_goal(sweep_) && sweep_.seeds().max() < sweep_.seeds().count()) {
      report("seeds.count", {.found = fmt::format("{} seeds", sweep_.seeds().count()),
                             .allowed = fmt::format("at most max, {}", sweep_.seeds().max())});
    }
    for (int i = 0; i < sweep_.kpi_size(); ++i) check_kpi(sweep_.kpi(i), i);
    check_options();
    return std::move(findings_);
  }

 private:
  void check_axis(const schema::Axis& axis, int index) {
    const std::string path = element_path("", axis, "axis", index);
    const int kinds = (axis.value_size() > 0 ? 1 : 0) + (axis.has_range() ? 1 : 0) +
                      (axis.has_log_range() ? 1 : 0);
    if (kinds != 1) {
      report(path, {.found = kinds == 0 ? "an axis without values" : "values of two kinds",
                    .allowed = "one of value, range, log_range"});
    }
    check_paths(path, axis.path_size());
    check_column(path, axis.name());
    for (const std::string& value : axis.value()) check_word(path, value);
    if (kinds != 1 || !axis.has_zip()) return;
    const std::size_t count = axis_values(axis).size();
    const auto [first, is_new] = zips_.try_emplace(axis.zip(), count);
    if (is_new || first->second == count) return;
    report(path,
           {.found = fmt::format("{} values beside {} on '{}'", count, first->second, axis.zip()),
            .allowed = "as many on every axis that is zipped with it"});
  }

  void check_cube(const schema::LatinHypercube& cube, int index) {
    const std::string path = element_path("", cube, "latin_hypercube", index);
    if (cube.dimension_size() == 0) {
      report(path, {.found = "a hypercube without dimensions", .allowed = "at least one"});
    }
    for (int i = 0; i < cube.dimension_size(); ++i) {
      const schema::Dimension& d = cube.dimension(i);
      const std::string at = element_path(path, d, "dimension", i);
      check_paths(at, d.path_size());
      check_column(at, d.name());
      if (d.high() > d.low() && (!d.log() || d.low() > 0.0)) continue;
      report(at, {.found = fmt::format("low {} and high {}", d.low(), d.high()),
                  .allowed = d.log() ? "0 < low < high" : "low < high"});
    }
  }

  void check_paths(const std::string& path, int count) {
    if (count > 0) return;
    report(path, {.found = "no path",
                  .allowed = "at least one field of the scenario",
                  .advice = "`redcell explain` lists them."});
  }

  void check_column(const std::string& path, const std::string& name) {
    std::string small = name;  // SQL takes no notice of capitals.
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (std::find(taken_names.begin(), taken_names.end(), small) != taken_names.end()) {
      report(path, {.found = fmt::format("'{}'", name),
                    .allowed = "a name that is no other column of the results"});
    }
    if (columns_.insert(small).second) return;
    report(path, {.found = fmt::format("'{}' a second time", name), .allowed = "every name once"});
  }

  void check_size() {
    const std::size_t count = combination_count(sweep_);
    if (count > design_row_count_max) {
      report("", {.found = "more than a million combinations",
                  .allowed = fmt::format("at most {}", design_row_count_max)});
      return;
    }
    const std::uint64_t seeds = has_goal(sweep_)
                                    ? std::max(sweep_.seeds().max(), sweep_.seeds().count())
                                    : sweep_.seeds().count();
    if (count * seeds <= point_count_max) return;
    report("seeds", {.found = fmt::format("{} combinations of up to {} seeds", count, seeds),
                     .allowed = fmt::format("at most {} points", point_count_max)});
  }

  void check_constraints() {
    const std::vector<Column> columns = columns_of(sweep_);
    std::vector<std::string> names;
    for (const Column& column : columns) names.push_back(column.name);
    for (int i = 0; i < sweep_.constraint_size(); ++i) {
      std::string why;
      if (Constraint::parse(sweep_.constraint(i), columns, why)) continue;
      report(
          fmt::format("constraint[{}]", i),
          {.found = why,
           .allowed = fmt::format("NAME OP NAME|VALUE [or ...] with < <= > >= == != and names {}",
                                  fmt::join(names, ", "))});
    }
  }

  void check_kpi(const schema::WantedKpi& kpi, int index) {
    if (!kpi.has_half_width() || !kpi.has_half_width_percent()) return;
    report(element_path("", kpi, "kpi", index),
           {.found = "half_width and half_width_percent", .allowed = "one of them"});
  }

  void check_options() {
    for (int i = 0; i < sweep_.set_size(); ++i) {
      const std::string path = fmt::format("set[{}]", i);
      check_word(path, sweep_.set(i));
      if (sweep_.set(i).find('=') == std::string::npos) {
        report(path, {.found = "no '='", .allowed = "PATH=VALUE"});
      }
    }
  }

  /// Lists of points are lines of words with tabs between.
  void check_word(const std::string& path, const std::string& word) {
    if (word.find_first_of("\t\n") == std::string::npos) return;
    report(path, {.found = "a tab", .allowed = "words without tabs"});
  }

  void report(const std::string& path, const Finding& words) {
    Finding finding = where_.finding(path);
    finding.found = words.found;
    finding.allowed = words.allowed;
    finding.advice = words.advice;
    findings_.push_back(std::move(finding));
  }

  const schema::Sweep& sweep_;
  const SourceMap& where_;
  std::set<std::string> columns_;
  std::map<std::string, std::size_t> zips_;
  std::vector<Finding> findings_;
};

/// Beside the sweep file first, then as the user or the library names it.
std::string scenario_beside(const std::string& file, const std::string& scenario) {
  const fs::path beside = fs::path(file).parent_path() / scenario;
  std::error_code error;
  return fs::is_regular_file(beside, error) ? beside.string() : scenario;
}

}  // namespace

bool has_goal(const schema::Sweep& sweep) {
  return std::any_of(sweep.kpi().begin(), sweep.kpi().end(), [](const schema::WantedKpi& kpi) {
    return kpi.half_width() > 0 || kpi.half_width_percent() > 0;
  });
}

LoadedSweep load_sweep(const std::string& path) {
  LoadedSweep loaded{.sweep = {}, .where = {}, .file = path, .scenario = {}};
  auto [text, unreadable] = read_text_file(path);
  if (!unreadable) unreadable = content_finding(path, text);
  if (unreadable) throw ScenarioError({*unreadable});
  ParsedText parsed = parse_text(path, text, loaded.sweep);
  std::vector<Finding> findings = std::move(parsed.findings);
  loaded.where.set("", {.file = path, .line = 1, .column = 1});
  if (findings.empty()) {
    record_positions({.name = path, .message = loaded.sweep, .text = parsed}, loaded.where,
                     findings);
    findings = check_facts(loaded.sweep, loaded.where, ValueScope::everything);
  }
  if (findings.empty()) findings = Checker(loaded).check();
  if (!findings.empty()) throw ScenarioError(std::move(findings));
  loaded.scenario = scenario_beside(path, loaded.sweep.scenario());
  return loaded;
}

}  // namespace redcell::scenarios
