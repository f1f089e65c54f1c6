#include "scenarios/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "analysis/live/live.h"
#include "analysis/log_error.h"
#include "scenarios/cli.h"
#include "scenarios/complain.h"
#include "scenarios/progress_line.h"
#include "scenarios/sweep/forecast.h"
#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/program.h"
#include "scenarios/sweep/progress.h"
#include "scenarios/sweep/slurm.h"
#include "scenarios/sweep/standing.h"
#include "scenarios/sweep/store.h"
#include "scenarios/sweep/tables.h"
#include "scenarios/sweep/work.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

void say(const std::string& text) { fmt::print(stdout, "{}\n", text); }

constexpr std::size_t failures_shown_max = 20;
constexpr int tries_max = 2;

std::string points_text(std::size_t count) {
  return fmt::format("{} point{}", count, count == 1 ? "" : "s");
}

/// Slurm's tools, too, are processes whose end is waited for; whoever ignores SIGCHLD leaves that
/// to the programs it starts.
void hear_of_ends() { std::signal(SIGCHLD, SIG_DFL); }

/// Listens to the points of this machine, or on the interface that was asked for. False when that
/// cannot be had; what nobody asked for may be missing.
bool start_listening(const SweepOptions& options,
                     std::unique_ptr<analysis::LiveCollector>& collector) {
  if (options.live.empty() && options.on == "slurm") return true;
  try {
    collector = std::make_unique<analysis::LiveCollector>(options.live);
    return true;
  } catch (const analysis::LogError& error) {
    complain(fmt::format("redcell: {}", error.what()));
    return options.live.empty();
  }
}

/// Runs what is planned until every goal is met or out of reach, then judges.
class Campaign {
 public:
  Campaign(const SweepOptions& options, const Plan& plan, const Store& store)
      : options_(options), plan_(plan), store_(store), standing_(plan, store) {}

  [[nodiscard]] const Standing& standing() const { return standing_; }

  /// Shows what points tell while they run. The collector must outlive the campaign's run.
  void listen(analysis::LiveCollector& collector) { collector_ = &collector; }

  /// Runs, adds seeds, runs again. A point that broke is not tried a second time; one whose task
  /// ended before it is, by itself. False when the points were only handed over.
  bool run() {
    const bool is_cluster = options_.on == "slurm";
    const std::vector<std::string> alive =
        is_cluster ? jobs_alive(store_) : std::vector<std::string>();
    store_.sweep_out(is_cluster && alive.empty());
    const std::string base = store_.freeze_base(plan_.base_text);
    store_.freeze_sweep(plan_.loaded, base);
    if (!alive.empty()) {
      say(fmt::format("job {} goes on", fmt::join(alive, ", ")));
      if (options_.is_without_wait) return false;
      standing_.look();
      // The job may run seeds that were added to those planned.
      while (standing_.missing().empty() && standing_.add_seeds()) {
      }
      watch(list_of(base, standing_.missing()));
    }
    for (;;) {
      const std::vector<Point> next = next_to_try();
      if (next.empty()) {
        if (!standing_.add_seeds()) return true;
        continue;
      }
      if (!is_cluster) {
        run_here(list_of(base, next));
      } else {
        hand_over(list_of(base, next));
        if (options_.is_without_wait) return false;
        watch(list_of(base, next));
      }
      standing_.look();
    }
  }

  /// Prints and writes what came out; the exit code.
  int judge() {
    std::vector<Failure> failures = standing_.failures(told_);
    if (!failures.empty() && !options_.is_partial) {
      show_failures(failures);
      complain(fmt::format(
          "redcell: {} of {} points are not complete, so nothing is averaged. Type the same again "
          "to run them,\nor with --partial to judge what is there.",
          failures.size(), standing_.points().size()));
      return exit_broken;
    }
    const SweepReport report = standing_.report(std::move(failures), options_.is_partial);
    standing_.write(report);
    say(estimates_table(report));
    show_failures(report.failures);
    for (const Figure& figure : absent_figures(report)) {
      complain(fmt::format("redcell: no run has {}", figure_text(figure)));
    }
    say(fmt::format("{} of {} points complete{}; results in {}",
                    report.points.size() - report.failures.size(), report.points.size(),
                    duplicates_text(), store_.results().string()));
    return exit_code_of(report);
  }

 private:
  std::vector<Point> next_to_try() {
    standing_.look();
    std::vector<Point> next = standing_.missing();
    std::erase_if(next, [&](const Point& point) {
      const auto tried = tries_.find(point.address);
      if (tried == tries_.end()) return false;
      const auto told = told_.find(point.address);
      const bool is_of_task = told != told_.end() && told->second.is_of_task;
      return !is_of_task || tried->second >= tries_max;
    });
    is_second_try_ = false;
    for (const Point& point : next) {
      if (++tries_[point.address] > 1) is_second_try_ = true;
      store_.forgive(point.address);
    }
    return next;
  }

  [[nodiscard]] WorkList list_of(const std::string& base, const std::vector<Point>& next) const {
    WorkList list = empty_list(plan_, base);
    for (const Point& point : next) list.works.push_back(work_of(plan_, point));
    return list;
  }

  /// Runs a list, `how` being given what shows its progress.
  template <class How>
  void with_progress(const WorkList& list, How&& how) {
    const std::size_t already = standing_.points().size() - list.works.size();
    const schema::Sweep& sweep = plan_.loaded.sweep;
    std::set<std::string> addresses;
    for (const Work& work : list.works) addresses.insert(work.address);
    LiveView view(std::move(addresses), sweep.kpi_size() > 0 ? sweep.kpi(0).kpi() : "");
    ProgressLine progress(false);
    const WorkCount count = how([&](const WorkCount& so_far) {
      const auto now = std::chrono::steady_clock::now();
      if (collector_ != nullptr) view.take(collector_->take(), now);
      if (!so_far.news.empty()) {
        progress.clear();
        complain("redcell: " + so_far.news);
      }
      if (!progress.is_due()) return;
      progress.show(progress_text({.complete = already + so_far.complete,
                                   .failed = so_far.failures.size(),
                                   .live = view.state(now)},
                                  {.already = already,
                                   .total = standing_.points().size(),
                                   .wall_s = progress.elapsed_s()}));
    });
    progress.clear();
    for (const Failure& failure : count.failures) told_[failure.address] = failure;
  }

  void run_here(const WorkList& list) {
    with_progress(list, [&](auto&& tick) { return run_works(store_, list, job_count(), tick); });
  }

  void watch(const WorkList& list) {
    with_progress(list, [&](auto&& tick) { return wait_for_jobs(store_, list, tick); });
  }

  void hand_over(const WorkList& list) {
    const schema::Slurm& slurm = plan_.loaded.sweep.slurm();
    SlurmSettings settings{.slurm = slurm,
                           .more_options = options_.sbatch_options,
                           .name = "redcell-" + fs::path(plan_.loaded.file).stem().string(),
                           .point_s = measured_cost(store_, standing_.done()).point_s,
                           .is_each_alone = is_second_try_};
    if (settings.point_s <= 0.0 && slurm.points_per_task() == 0) {
      settings.point_s = pilot_cost(plan_, standing_.missing()).point_s;
    }
    const std::string job = submit(store_, list, settings);
    say(fmt::format("job {}: {} handed to Slurm", job, points_text(list.works.size())));
  }

  [[nodiscard]] std::size_t job_count() const {
    if (options_.jobs > 0) return options_.jobs;
    return std::max(1U, std::thread::hardware_concurrency());
  }

  [[nodiscard]] std::string duplicates_text() const {
    const std::size_t count = store_.duplicate_count();
    return count == 0 ? "" : fmt::format(", {} run a second time in vain", count);
  }

  static void show_failures(const std::vector<Failure>& failures) {
    for (std::size_t i = 0; i < std::min(failures.size(), failures_shown_max); ++i) {
      const Failure& failure = failures[i];
      complain(fmt::format("{}: {} ({}){}", failure.cause, failure.words, failure.address,
                           failure.log.empty() ? "" : "\n    " + failure.log));
    }
    if (failures.size() > failures_shown_max) {
      complain(fmt::format("... and {} more", failures.size() - failures_shown_max));
    }
  }

  const SweepOptions& options_;
  const Plan& plan_;
  const Store& store_;
  Standing standing_;
  std::map<std::string, int> tries_;
  bool is_second_try_ = false;
  analysis::LiveCollector* collector_ = nullptr;
  std::map<std::string, Failure> told_;  ///< Of this process: a full disk keeps no files.
};

fs::path folder_of(const SweepOptions& options) {
  if (!options.out_dir.empty()) return options.out_dir;
  return fs::path("runs") / ("sweep-" + fs::path(options.file).stem().string());
}

void show_plan(const Plan& plan, const Standing& standing) {
  const std::size_t missing = standing.missing().size();
  const std::size_t total = standing.points().size();
  const std::uint32_t seeds = plan.loaded.sweep.seeds().count();
  std::string text = fmt::format("{}: {} combinations x {} seed{}: {}, {} complete, {} to run",
                                 plan.loaded.file, plan.rows.size(), seeds, seeds == 1 ? "" : "s",
                                 points_text(total), total - missing, missing);
  const std::size_t equal = plan.rows.size() * seeds - total;
  if (equal > 0) text += fmt::format("; {} equal to others", equal);
  if (plan.design.left_out > 0) {
    text += fmt::format("; {} combinations left out by constraints", plan.design.left_out);
  }
  say(text);
}

void show_points(const Plan& plan, const Store& store, const Standing& standing) {
  const std::set<std::string> complete = store.complete();
  const std::map<std::string, Failure> failures = store.failures();
  for (const Point& point : standing.points()) {
    const bool is_failed = failures.contains(point.address);
    const char* state = complete.contains(point.address) ? "complete"
                        : is_failed                      ? "failed"
                                                         : "missing";
    say(fmt::format("{}\t{}\t{}\t{}", point.address, state, point.seed, row_text(plan, point.row)));
  }
}

void show_forecast(const SweepOptions& options, const Plan& plan, const Store& store,
                   const Standing& standing) {
  const std::vector<Point> missing = standing.missing();
  if (missing.empty()) return;
  Forecast forecast = measured_cost(store, standing.done());
  if (forecast.source.empty()) forecast = pilot_cost(plan, missing);
  if (forecast.source.empty()) return say("no forecast: the pilot's points did not end");
  const double total_s = forecast.point_s * static_cast<double>(missing.size());
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t jobs = options.jobs > 0 ? options.jobs : cores;
  say(fmt::format("about {} a point ({}): {} of one core, {} on {} here",
                  duration_text(forecast.point_s), forecast.source, duration_text(total_s),
                  duration_text(total_s / static_cast<double>(jobs)), jobs));
}

}  // namespace

int sweep_command(const SweepOptions& options) {
  hear_of_ends();
  if (options.on != "slurm" && (options.is_without_wait || !options.sbatch_options.empty())) {
    complain("redcell: found --no-wait or --sbatch; allowed: only with --on slurm.");
    return exit_usage;
  }
  LoadedSweep loaded = load_sweep(options.file);
  const Store store(fs::absolute(folder_of(options)).lexically_normal());
  const std::optional<std::string> build = build_of_sweep(store.bin());
  if (!build) return exit_usage;
  const Plan plan = make_plan(std::move(loaded), *build);
  Campaign campaign(options, plan, store);
  if (options.is_list) {
    show_points(plan, store, campaign.standing());
    return exit_done;
  }
  show_plan(plan, campaign.standing());
  if (options.is_dry) {
    show_forecast(options, plan, store, campaign.standing());
    return exit_done;
  }
  if (options.on == "slurm") {
    if (const std::optional<std::string> lack = slurm_missing()) {
      complain(fmt::format("redcell: found {}; allowed: --on slurm where Slurm is.", *lack));
      return exit_usage;
    }
  }
  std::unique_ptr<analysis::LiveCollector> collector;
  if (!start_listening(options, collector)) return exit_usage;
  const FolderLock lock(store.folder());
  if (!lock.is_mine()) {
    complain(fmt::format("redcell: another redcell runs the sweep in {}", store.folder().string()));
    return exit_usage;
  }
  copy_program(running_program(), store.bin());
  // Another sweep may have begun, and ended, between the first look and the lock.
  if (build_of_sweep(store.bin()) != build) return exit_usage;
  if (collector) {
    collector->publish(store.live().string());
    campaign.listen(*collector);
  }
  return campaign.run() ? campaign.judge() : exit_done;
}

bool is_sweep(const std::string& folder) { return fs::exists(Store(folder).sweep()); }

int sweep_report_command(const std::string& folder, const std::string& page) {
  const Store store(fs::absolute(folder).lexically_normal());
  const std::optional<std::string> build = build_of_sweep(store.bin());
  if (!build) return exit_usage;
  const Plan plan = make_plan(load_sweep(store.sweep().string()), *build);
  Standing standing(plan, store);
  while (standing.missing().empty() && standing.add_seeds()) {
  }
  const SweepReport report = standing.report(standing.failures({}), false);
  const fs::path place = page.empty() ? store.results() / "report.html" : fs::path(page);
  if (page.empty()) fs::create_directories(store.results());
  standing.write_page(report, place);
  say(fmt::format("{}: {} of {} points complete", place.string(),
                  report.points.size() - report.failures.size(), report.points.size()));
  return exit_code_of(report);
}

int sweep_task_command(const TaskOptions& options) {
  hear_of_ends();
  const Store store(fs::absolute(options.folder).lexically_normal());
  const WorkList list = read_list(options.list);
  const WorkCount count = run_works(store, list, options.jobs, [](const WorkCount&) {});
  for (const Failure& failure : count.failures) {
    complain(fmt::format("{}: {} {}", failure.address, failure.cause, failure.words));
  }
  say(fmt::format("{} of {} points complete, {} of them before", count.complete, list.works.size(),
                  count.skipped));
  return count.failures.empty() ? exit_done : exit_broken;
}

}  // namespace redcell::scenarios
