// What a comparison decides: the exit code, verdict.json and junit.xml say the same.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/compare/comparison.h"
#include "analysis/compare/estimate_text.h"
#include "analysis/verdict_json.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// Null when not in both logs.
const ComparedKpi* find_kpi(const Comparison& c, const std::string& name) {
  const auto found = std::find_if(c.kpi.begin(), c.kpi.end(),
                                  [&](const ComparedKpi& kpi) { return kpi.name == name; });
  return found == c.kpi.end() ? nullptr : &*found;
}

std::string words(const ComparedKpi& kpi) {
  const EstimateText difference = estimate_text(kpi.mean_difference);
  return fmt::format("{}: A - B is {} {}, margin {}", result_name(kpi.result), difference.value,
                     difference.interval, number_text(kpi.margin));
}

Json margin_json(const Margin& margin, const ComparedKpi* kpi) {
  Json json = {{"kpi", margin.kpi()},
               {"absolute", margin.has_absolute() ? Json(margin.absolute()) : Json(nullptr)},
               {"percent", margin.has_percent() ? Json(margin.percent()) : Json(nullptr)}};
  if (kpi == nullptr) {
    json["result"] = result_name(Result::undecided);
    json["words"] = "not in both logs";
    return json;
  }
  const Interval interval = t_interval(kpi->mean_difference, equivalence_level);
  json["margin"] = kpi->margin;
  json["difference"] = kpi->mean_difference.value;
  json["ci90_low"] = interval.low;
  json["ci90_high"] = interval.high;
  json["seconds_a"] = kpi->a.count;
  json["seconds_b"] = kpi->b.count;
  json["result"] = result_name(kpi->result);
  json["words"] = words(*kpi);
  return json;
}

}  // namespace

Result comparison_result(const Comparison& c, const TargetFile& targets) {
  Result result = c.verdict_a ? c.verdict_a->result : Result::pass;
  for (const Margin& margin : targets.margin()) {
    const ComparedKpi* kpi = find_kpi(c, margin.kpi());
    const Result one = kpi ? kpi->result : Result::undecided;
    if (one == Result::fail) result = Result::fail;
    if (one == Result::undecided && result == Result::pass) result = Result::undecided;
  }
  return result;
}

std::string comparison_verdict_json(const Comparison& c, const TargetFile& targets) {
  const auto list = [](const std::optional<Verdict>& verdict) {
    return verdict ? targets_json(*verdict) : Json::array();
  };
  Json margins = Json::array();
  for (const Margin& margin : targets.margin()) {
    margins.push_back(margin_json(margin, find_kpi(c, margin.kpi())));
  }
  const Json json = {{"a", {{"path", c.path_a}, {"title", c.title_a}}},
                     {"b", {{"path", c.path_b}, {"title", c.title_b}}},
                     {"targets", list(c.verdict_a)},
                     {"targets_b", list(c.verdict_b)},
                     {"margins", std::move(margins)},
                     {"result", result_name(comparison_result(c, targets))}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string comparison_junit(const Comparison& c, const TargetFile& targets) {
  std::string cases;
  std::size_t count = 0, failures = 0, skipped = 0;
  for (const TargetResult& entry :
       c.verdict_a ? c.verdict_a->targets : std::vector<TargetResult>()) {
    cases += testcase_xml(entry);
    ++count;
    failures += entry.result == Result::pass ? 0 : 1;
  }
  std::set<std::string> asked;
  const auto add = [&](const std::string& name, const std::string& inside) {
    cases += fmt::format("    <testcase classname=\"margin\" name=\"{}\"", xml_escaped(name));
    cases += inside.empty() ? "/>\n" : fmt::format(">\n      {}\n    </testcase>\n", inside);
    ++count;
  };
  for (const Margin& margin : targets.margin()) {
    asked.insert(margin.kpi());
    const ComparedKpi* kpi = find_kpi(c, margin.kpi());
    const bool is_kept = kpi != nullptr && kpi->result == Result::pass;
    failures += is_kept ? 0 : 1;
    add(margin.kpi(), is_kept ? ""
                              : fmt::format("<failure message=\"{}\"/>",
                                            kpi ? words(*kpi) : std::string("not in both logs")));
  }
  for (const ComparedKpi& kpi : c.kpi) {
    if (asked.count(kpi.name) > 0) continue;
    ++skipped;
    add(kpi.name, fmt::format("<skipped message=\"no margin in the file; {}\"/>", words(kpi)));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{} and {}\" "
      "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n{}  "
      "</testsuite>\n</testsuites>\n",
      xml_escaped(c.title_a), xml_escaped(c.title_b), count, failures, skipped, cases);
}

}  // namespace redcell::analysis
