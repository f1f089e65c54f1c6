#include "scenarios/run.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "analysis/compare/comparison.h"
#include "analysis/drive_log.h"
#include "analysis/drive_picture.h"
#include "analysis/file.h"
#include "analysis/kpi_log.h"
#include "analysis/live/live.h"
#include "analysis/log_error.h"
#include "base/math.h"
#include "scenarios/complain.h"
#include "scenarios/deployment.h"
#include "scenarios/prepare.h"
#include "scenarios/progress_line.h"
#include "scenarios/report.h"
#include "scenarios/resolve.h"

namespace redcell::scenarios {
namespace {

constexpr int exit_passed = 0;
constexpr int exit_not_passed = 1;
constexpr int exit_refused = 2;

void show(ProgressLine& line, base::Instant now, double duration_s) {
  if (!line.is_due()) return;
  const double simulated_s = base::to_seconds(now - base::Instant());
  const double factor = simulated_s / line.elapsed_s();
  line.show(fmt::format("simulated {:.0f} of {:.0f} s, {:.1f} times real time, {:.0f} s left",
                        simulated_s, duration_s, factor, (duration_s - simulated_s) / factor));
}

/// Tells whoever watches, about once a second; nobody need be there.
class LiveProgress {
 public:
  LiveProgress(const RunOptions& options, double duration_s) {
    if (options.live.first.empty()) return;
    sender_ = analysis::live_sender(options.live.first);
    report_.set_name(options.live.second);
    report_.set_state(analysis::LiveReport::RUNNING);
    report_.set_duration_s(duration_s);
  }

  void show(base::Instant now) {
    if (!sender_) return;
    const auto clock = std::chrono::steady_clock::now();
    if (clock < next_) return;
    report_.set_simulated_s(base::to_seconds(now - base::Instant()));
    report_.set_wall_s(std::chrono::duration<double>(clock - begin_).count());
    if (sender_->send(report_)) next_ = clock + std::chrono::seconds(1);
  }

 private:
  std::unique_ptr<analysis::LiveSender> sender_;
  analysis::LiveReport report_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_ = begin_;
};

schema::Scenario prepare_run(const RunOptions& options) {
  std::vector<std::string> overrides = options.overrides;
  if (options.seed) overrides.push_back(fmt::format("seed={}", *options.seed));
  if (options.run) overrides.push_back(fmt::format("run={}", *options.run));
  return prepare(options.scenario, overrides);
}

std::filesystem::path run_directory(const RunOptions& options, const schema::Scenario& scenario) {
  if (!options.out_dir.empty()) return options.out_dir;
  const std::string stem = std::filesystem::path(options.scenario).stem().string();
  return std::filesystem::path("runs") /
         fmt::format("{}-{}-{}", stem, scenario.seed(), scenario.run());
}

void write_results(const std::filesystem::path& directory, const RunResult& result,
                   const analysis::DriveLog& drive) {
  const auto write = [&](const char* name, const std::string& text) {
    analysis::write_file_atomically((directory / name).string(), text);
  };
  write("summary.json", analysis::summary_json(result.facts, result.summary));
  write("verdict.json", analysis::verdict_json(result.facts, result.verdict));
  write("junit.xml", analysis::junit_xml(result.facts, result.verdict));
  if (drive.empty()) return;
  write("drive.csv", analysis::drive_csv(drive));
  write("drive.svg", analysis::drive_svg(drive));
}

/// The page is made from the log on disk; without it the run is still whole.
void write_page(const std::filesystem::path& directory) {
  try {
    write_run_page(directory.string(), directory / "report.html");
  } catch (const std::exception& error) {
    complain(fmt::format("redcell: no report.html: {}", error.what()));
  }
}

}  // namespace

int run_command(const RunOptions& options) {
  if (options.isa == "avx2") base::force_avx2();
  schema::Scenario scenario = prepare_run(options);
  if (!options.targets.empty()) {
    try {
      *scenario.mutable_target() = analysis::load_targets(options.targets).target();
    } catch (const analysis::LogError& error) {
      complain(fmt::format("redcell: {}", error.what()));
      return exit_refused;
    }
  }
  const std::filesystem::path directory = run_directory(options, scenario);
  std::filesystem::create_directories(directory);
  // Results of an earlier run must not pass for those of one that breaks.
  for (const char* name : {"summary.json", "verdict.json", "junit.xml", "drive.csv", "drive.svg"}) {
    std::filesystem::remove(directory / name);
  }
  std::error_code ignored;  // Where no page can be written either; write_page() says why.
  std::filesystem::remove(directory / "report.html", ignored);
  analysis::write_file_atomically((directory / "scenario.txtpb").string(), to_text(scenario));
  analysis::DriveLog drive;
  analysis::KpiLogWriter log((directory / "kpi.log").string());
  ProgressLine progress(options.quiet);
  LiveProgress live(options, scenario.duration_s());
  const RunResult result = simulate(scenario, {.threads = options.threads,
                                               .sink =
                                                   [&](const analysis::KpiRecord& record) {
                                                     log.write(record);
                                                     drive.add(record);
                                                   },
                                               .on_second =
                                                   [&](base::Instant now) {
                                                     log.flush();
                                                     show(progress, now, scenario.duration_s());
                                                     live.show(now);
                                                   }});
  log.flush();
  write_results(directory, result, drive);
  if (!options.no_report) write_page(directory);
  progress.clear();
  fmt::print("{}\n", analysis::kpi_table(result.summary));
  if (!result.verdict.targets.empty()) fmt::print("{}\n", analysis::verdict_table(result.verdict));
  fmt::print("{:.1f} s simulated in {:.1f} s, {:.1f} times real time; {}; results in {}\n",
             result.facts.simulated_s, result.facts.wall_s, result.facts.real_time_factor,
             result.facts.isa, directory.string());
  return result.verdict.result == analysis::Result::pass ? exit_passed : exit_not_passed;
}

}  // namespace redcell::scenarios
