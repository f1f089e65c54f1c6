// The texts of summary.json, verdict.json and junit.xml.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/summary.h"
#include "analysis/verdict.h"
#include "analysis/verdict_json.h"
#include "analysis/words.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

/// Keeps the order of keys; writes what is not finite as null.
using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  constexpr int indent = 2;
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json run_json(const RunFacts& run) {
  return {{"scenario", run.scenario},
          {"seed", run.seed},
          {"run", run.run},
          {"version", run.version},
          {"build_type", run.build_type},
          {"isa", run.isa},
          {"simulated_s", run.simulated_s},
          {"wall_s", run.wall_s},
          {"real_time_factor", run.real_time_factor},
          {"peak_memory_mb", run.peak_memory_mb},
          {"signature", run.signature},
          {"world", run.world},
          {"selftest_channel",
           {{"version", run.selftest_channel.version},
            {"target", run.selftest_channel.isa},
            {"result", run.selftest_channel.result}}}};
}

Json kpi_json(const Kpi& kpi) {
  return {{"name", kpi.name},           {"terminal_group", kpi.terminal_group},
          {"statistic", kpi.statistic}, {"value", kpi.value},
          {"unit", kpi.unit},           {"ci_low", kpi.ci_low},
          {"ci_high", kpi.ci_high},     {"samples", kpi.samples}};
}

Json target_json(const TargetResult& entry) {
  const Target& target = entry.target;
  const bool range = target.sense() == Target::RANGE;
  const Json nothing = nullptr;
  Json json;
  json["kpi"] = target.kpi();
  json["terminal_group"] = target.terminal_group();
  json["statistic"] = lower_case(Target::Statistic_Name(target.statistic()));
  json["sense"] = Target::Sense_Name(target.sense());
  json["target"] = range ? Json::array({target.low(), target.high()}) : Json(target.value());
  json["tolerance"] = range ? nothing : Json(target.tolerance_percent());
  json["value"] = entry.kpi ? Json(entry.kpi->value) : nothing;
  json["ci_low"] = entry.kpi ? Json(entry.kpi->ci_low) : nothing;
  json["ci_high"] = entry.kpi ? Json(entry.kpi->ci_high) : nothing;
  json["samples"] = entry.kpi ? entry.kpi->samples : 0;
  json["further_samples"] = entry.further_samples ? Json(*entry.further_samples) : nothing;
  json["result"] = result_name(entry.result);
  json["words"] = entry.words;
  json["source"] = target.source();
  return json;
}

}  // namespace

nlohmann::ordered_json targets_json(const Verdict& verdict) {
  Json list = Json::array();
  for (const TargetResult& entry : verdict.targets) list.push_back(target_json(entry));
  return list;
}

std::string testcase_xml(const TargetResult& entry) {
  const Target& target = entry.target;
  const std::string group = target.terminal_group().empty() ? "all" : target.terminal_group();
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{} {}\"", xml_escaped(group),
                                xml_escaped(target.kpi()),
                                lower_case(Target::Statistic_Name(target.statistic())));
  if (entry.result == Result::pass) return out + "/>\n";
  const std::string measured = entry.kpi ? fmt::format("{} [{}, {}]: ", entry.kpi->value,
                                                       entry.kpi->ci_low, entry.kpi->ci_high)
                                         : std::string();
  return out + fmt::format(">\n      <failure type=\"{}\" message=\"{}\"/>\n    </testcase>\n",
                           result_name(entry.result), xml_escaped(measured + entry.words));
}

std::string summary_json(const RunFacts& run, const Summary& summary) {
  Json list = Json::array();
  for (const Kpi& kpi : summary.kpi) list.push_back(kpi_json(kpi));
  return text_of({{"run", run_json(run)}, {"kpi", list}});
}

std::string verdict_json(const RunFacts& run, const Verdict& verdict) {
  return text_of({{"run", run_json(run)},
                  {"targets", targets_json(verdict)},
                  {"result", result_name(verdict.result)}});
}

std::string junit_xml(const RunFacts& run, const Verdict& verdict) {
  const auto failures =
      std::count_if(verdict.targets.begin(), verdict.targets.end(),
                    [](const TargetResult& entry) { return entry.result != Result::pass; });
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.3f}\">\n"
      "    <properties>\n",
      xml_escaped(run.scenario), verdict.targets.size(), failures, run.wall_s);
  const Json facts_of_run = run_json(run);
  for (const auto& [name, value] : facts_of_run.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_escaped(text));
  }
  out += "    </properties>\n";
  for (const TargetResult& entry : verdict.targets) out += testcase_xml(entry);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace redcell::analysis
