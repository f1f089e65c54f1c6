#include "scenarios/sweep/plan.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/version.h"
#include "scenarios/load_sites.h"
#include "scenarios/path.h"
#include "scenarios/preflight.h"
#include "scenarios/resolve.h"

namespace redcell::scenarios {
namespace {

constexpr std::size_t finding_count_max = 100;

/// The same words for the same content, field by field in the order of their numbers.
std::string canonical_bytes(const schema::Scenario& scenario) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    scenario.SerializeToCodedStream(&coded);
  }  // The stream gives back at its end what it has not used.
  return bytes;
}

/// Every finding of all rows once, with the row it was found at first and how many share it.
class RowFindings {
 public:
  void add(Finding finding, std::size_t row) {
    Found& found = found_[to_text(finding)];
    if (found.count++ == 0) {
      found.finding = std::move(finding);
      found.row = row;
      found.order = found_.size();
    }
  }
  [[nodiscard]] bool is_empty() const { return found_.empty(); }

  [[nodiscard]] std::vector<Finding> take(const Plan& plan) const {
    std::vector<Found> sorted;
    for (const auto& [text, found] : found_) sorted.push_back(found);
    std::sort(sorted.begin(), sorted.end(),
              [](const Found& a, const Found& b) { return a.order < b.order; });
    if (sorted.size() > finding_count_max) sorted.resize(finding_count_max);
    std::vector<Finding> findings;
    for (Found& found : sorted) {
      std::string& advice = found.finding.advice;
      if (!advice.empty()) advice += ' ';
      advice += fmt::format("At {} of {} combinations, the first: {}", found.count,
                            plan.design.rows.size(), row_text(plan, found.row));
      findings.push_back(std::move(found.finding));
    }
    return findings;
  }

 private:
  struct Found {
    Finding finding;
    std::size_t row = 0;
    std::size_t count = 0;
    std::size_t order = 0;
  };
  std::map<std::string, Found> found_;
};

std::vector<std::string> overrides_of(const Plan& plan, const DesignRow& row) {
  std::vector<std::string> overrides;
  for (std::size_t c = 0; c < plan.design.columns.size(); ++c) {
    for (const std::string& path : plan.design.columns[c].paths) {
      overrides.push_back(fmt::format("{}={}", path, row.values[c]));
    }
  }
  return overrides;
}

/// Lays the rows of a design over one base.
class RowResolver {
 public:
  RowResolver(const Plan& plan, LoadedScenario base)
      : plan_(plan), base_(std::move(base)), where_(base_.where) {}

  /// The row as it runs; without content when it has findings.
  PlanRow resolve_row(std::size_t row, RowFindings& findings) {
    PlanRow planned{
        .overrides = overrides_of(plan_, plan_.design.rows[row]), .content = {}, .duration_s = 0.0};
    schema::Scenario scenario = base_.scenario;
    if (!apply(row, scenario, findings)) return planned;
    std::vector<Finding> found = check_values(scenario, where_);
    for (Finding& finding : place_sites(scenario, where_)) found.push_back(std::move(finding));
    if (found.empty()) found = preflight(scenario, where_, sound_);
    for (Finding& finding : found) findings.add(std::move(finding), row);
    if (!found.empty()) return planned;
    planned.content = scenario_content(resolve(scenario), plan_.build);
    planned.duration_s = scenario.duration_s();
    return planned;
  }

 private:
  /// What columns set, all in the place of their axis in the sweep file.
  bool apply(std::size_t row, schema::Scenario& scenario, RowFindings& findings) {
    bool is_whole = true;
    for (std::size_t c = 0; c < plan_.design.columns.size(); ++c) {
      const Column& column = plan_.design.columns[c];
      for (const std::string& path : column.paths) {
        std::optional<Finding> finding =
            set_value(scenario, path, plan_.design.rows[row].values[c]);
        const Position at = plan_.loaded.where.at(column.place);
        if (!finding) {
          if (row == 0) where_.set(canonical_path(scenario, path), at);
          continue;
        }
        finding->file = at.file;
        finding->line = at.line;
        finding->column = at.column;
        finding->path = path;
        findings.add(std::move(*finding), row);
        is_whole = false;
      }
    }
    return is_whole;
  }

  const Plan& plan_;
  LoadedScenario base_;
  SourceMap where_;
  SoundCarriers sound_;
};

}  // namespace

std::string content_address(const std::string& text) {
  // A name space of redcell's own, drawn once.
  constexpr boost::uuids::uuid space = {{0x5b, 0x0e, 0x9c, 0x61, 0x2f, 0x7d, 0x4a, 0x13, 0x8e, 0x44,
                                         0x91, 0xc7, 0x30, 0xaf, 0x62, 0xd8}};
  const boost::uuids::uuid id = boost::uuids::name_generator_sha1(space)(text);
  std::string digits;
  for (const std::uint8_t byte : id) digits += fmt::format("{:02x}", byte);
  return digits;
}

Plan make_plan(LoadedSweep loaded, const std::string& build) {
  Plan plan{.loaded = std::move(loaded), .design = {}, .rows = {}, .base_text = {}, .build = build};
  const schema::Sweep& sweep = plan.loaded.sweep;
  const std::vector<std::string> set(sweep.set().begin(), sweep.set().end());
  LoadedScenario base = load_scenario(plan.loaded.scenario, set);
  plan.base_text = to_text(base.scenario);
  plan.design = make_design(sweep);
  RowResolver resolver(plan, std::move(base));
  RowFindings findings;
  for (std::size_t row = 0; row < plan.design.rows.size(); ++row) {
    plan.rows.push_back(resolver.resolve_row(row, findings));
  }
  if (!findings.is_empty()) throw ScenarioError(findings.take(plan));
  if (plan.rows.empty()) {
    Finding finding = plan.loaded.where.finding("constraint");
    finding.found = "constraints that leave no combination";
    finding.allowed = "at least one";
    throw ScenarioError({finding});
  }
  return plan;
}

std::string scenario_content(schema::Scenario resolved, const std::string& build) {
  resolved.clear_seed();
  return content_address(
      fmt::format("{}\n{}\n{}", base::version, build, canonical_bytes(resolved)));
}

std::string point_address(const std::string& content, std::uint32_t seed) {
  return content_address(fmt::format("{} {}", content, seed));
}

std::vector<Point> points_of(const Plan& plan, const std::vector<std::uint32_t>& seed_count) {
  RC_CHECK(seed_count.size() == plan.rows.size());
  std::vector<Point> points;
  std::set<std::string> seen;
  const std::uint32_t first = plan.loaded.sweep.seeds().first();
  const std::uint32_t most = *std::max_element(seed_count.begin(), seed_count.end());
  for (std::uint32_t i = 0; i < most; ++i) {
    for (std::size_t row = 0; row < plan.rows.size(); ++row) {
      if (i >= seed_count[row]) continue;
      Point point{.address = point_address(plan.rows[row].content, first + i),
                  .row = row,
                  .seed = first + i};
      if (seen.insert(point.address).second) points.push_back(std::move(point));
    }
  }
  return points;
}

std::string row_text(const Plan& plan, std::size_t row) {
  std::string text;
  for (std::size_t c = 0; c < plan.design.columns.size(); ++c) {
    const Column& column = plan.design.columns[c];
    if (!column.is_told) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", column.name,
                        plan.design.rows[row].values[c]);
  }
  return text;
}

}  // namespace redcell::scenarios
