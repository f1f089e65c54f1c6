#include "scenarios/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/compare/comparison.h"
#include "analysis/compare/side.h"
#include "analysis/file.h"
#include "analysis/log_error.h"
#include "analysis/report/run_page.h"
#include "analysis/text_format.h"
#include "analysis/verdict.h"
#include "scenarios/load.h"
#include "scenarios/sweep/sweep.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr int exit_passed = 0;
constexpr int exit_not_passed = 1;
constexpr int exit_refused = 2;

using Facts = std::vector<std::pair<std::string, std::string>>;

/// As the run wrote them; of a run that broke, what its log begins with.
Facts facts_of(const fs::path& summary, const analysis::Side& side) {
  Facts facts;
  if (fs::exists(summary)) {
    const auto json =
        nlohmann::ordered_json::parse(analysis::read_text_file(summary.string()), nullptr, false);
    if (!json.is_object() || !json.contains("run") || !json["run"].is_object()) {
      throw analysis::LogError(
          fmt::format("{}: found no object \"run\"; allowed: as a run wrote it", summary.string()));
    }
    for (const auto& [name, value] : json["run"].items()) {
      facts.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return facts;
  }
  if (!side.is_run) return facts;
  const analysis::RunStart& start = side.drive.start();
  facts = {{"scenario", start.scenario()},
           {"seed", fmt::format("{}", start.seed())},
           {"run", fmt::format("{}", start.run())},
           {"version", start.version()},
           {"build_type", start.build_type()},
           {"isa", start.isa()},
           {"simulated_s", fmt::format("{}", side.summary.simulated_s)}};
  return facts;
}

fs::path page_of(const ReportOptions& options) {
  if (!options.out.empty()) return options.out;
  const fs::path run(options.run);
  return fs::is_directory(run) ? run / "report.html" : fs::path(run).replace_extension(".html");
}

int report(const ReportOptions& options) {
  const fs::path page = page_of(options);
  const WrittenPage written = write_run_page(options.run, page, options.targets);
  for (const std::string& note : written.notes) fmt::print("note: {}\n", note);
  const analysis::Verdict& verdict = written.verdict;
  fmt::print("{}: {}\n", page.string(),
             verdict.targets.empty() ? "no targets" : analysis::result_name(verdict.result));
  return verdict.result == analysis::Result::pass ? exit_passed : exit_not_passed;
}

}  // namespace

WrittenPage write_run_page(const std::string& run, const fs::path& page,
                           const std::string& targets) {
  std::vector<analysis::Target> wanted;
  if (!targets.empty()) {
    const analysis::TargetFile file = analysis::load_targets(targets);
    wanted.assign(file.target().begin(), file.target().end());
  }
  const analysis::Side side = analysis::load_side(run);
  const fs::path folder = run;
  analysis::RunStory story;
  story.facts = facts_of(folder / "summary.json", side);
  const fs::path scenario = folder / "scenario.txtpb";
  if (targets.empty() && fs::exists(scenario)) {
    const schema::Scenario loaded = load_scenario(scenario.string(), {}).scenario;
    wanted.assign(loaded.target().begin(), loaded.target().end());
  }
  story.verdict = analysis::judge(side.summary, wanted);
  analysis::write_file_atomically(page.string(), analysis::run_html(side, story));
  return {.notes = side.notes, .verdict = story.verdict};
}

int report_command(const ReportOptions& options) {
  try {
    if (is_sweep(options.run) && !options.targets.empty()) {
      throw analysis::LogError(
          fmt::format("{}: found --targets for a sweep; allowed: for a run or a log", options.run));
    }
    return is_sweep(options.run) ? sweep_report_command(options.run, options.out) : report(options);
  } catch (const analysis::LogError& error) {
    fmt::print(stderr, "redcell: {}\n", error.what());
    return exit_refused;
  } catch (const fs::filesystem_error& error) {
    fmt::print(stderr, "redcell: {}: {}\n", error.path1().string(), error.code().message());
    return exit_refused;
  }
}

}  // namespace redcell::scenarios
