#include "scenarios/sweep/sweep.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "analysis/file.h"
#include "analysis/live/live.h"
#include "analysis/log_error.h"
#include "scenarios/cli.h"
#include "scenarios/progress_line.h"
#include "scenarios/sweep/forecast.h"
#include "scenarios/sweep/picture.h"
#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/program.h"
#include "scenarios/sweep/progress.h"
#include "scenarios/sweep/results.h"
#include "scenarios/sweep/slurm.h"
#include "scenarios/sweep/store.h"
#include "scenarios/sweep/tables.h"
#include "scenarios/sweep/work.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

void say(const std::string& text) { fmt::print(stdout, "{}\n", text); }
void complain(const std::string& text) { fmt::print(stderr, "{}\n", text); }

constexpr std::size_t failures_shown_max = 20;
constexpr int tries_max = 2;

std::string points_text(std::size_t count) {
  return fmt::format("{} point{}", count, count == 1 ? "" : "s");
}

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
      : options_(options), plan_(plan), store_(store), book_(store) {
    const std::uint32_t count = plan.loaded.sweep.seeds().count();
    seed_count_.assign(plan.rows.size(), count);
    complete_ = store.complete();
    points_ = points_of(plan_, seed_count_);
  }

  [[nodiscard]] std::vector<Point> missing() const {
    std::vector<Point> points;
    for (const Point& point : points_) {
      if (!complete_.contains(point.address)) points.push_back(point);
    }
    return points;
  }
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }
  [[nodiscard]] std::vector<Point> done() const {
    std::vector<Point> points;
    for (const Point& point : points_) {
      if (complete_.contains(point.address)) points.push_back(point);
    }
    return points;
  }

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
    if (!alive.empty()) {
      say(fmt::format("job {} goes on", fmt::join(alive, ", ")));
      if (options_.is_without_wait) return false;
      complete_ = store_.complete();
      // The job may run seeds that were added to those planned.
      while (missing().empty() && add_seeds()) {
      }
      watch(list_of(base, missing()));
    }
    for (;;) {
      const std::vector<Point> next = next_to_try();
      if (next.empty()) {
        if (!add_seeds()) return true;
        continue;
      }
      if (!is_cluster) {
        run_here(list_of(base, next));
      } else {
        hand_over(list_of(base, next));
        if (options_.is_without_wait) return false;
        watch(list_of(base, next));
      }
      complete_ = store_.complete();
    }
  }

  /// Prints and writes what came out; the exit code.
  int judge() {
    std::vector<Failure> failures = failures_of_points();
    if (!failures.empty() && !options_.is_partial) {
      show_failures(failures);
      complain(fmt::format(
          "redcell: {} of {} points are not complete, so nothing is averaged. Type the same again "
          "to run them,\nor with --partial to judge what is there.",
          failures.size(), points_.size()));
      return exit_broken;
    }
    for (const Failure& failure : failures) {
      if (failure.cause == causes::different) complete_.erase(failure.address);
    }
    const SweepReport report = make_report(std::move(failures));
    write(report);
    say(estimates_table(report));
    show_failures(report.failures);
    const bool is_absent = show_absent(report);
    say(fmt::format("{} of {} points complete{}; results in {}",
                    points_.size() - report.failures.size(), points_.size(), duplicates_text(),
                    store_.results().string()));
    if (!report.failures.empty()) return exit_broken;
    const bool is_short = std::any_of(
        report.estimates.begin(), report.estimates.end(),
        [](const RowEstimate& e) { return e.decision.precision == Precision::out_of_reach; });
    return is_short || is_absent ? exit_target : exit_done;
  }

 private:
  std::vector<Point> next_to_try() {
    complete_ = store_.complete();
    std::vector<Point> next = missing();
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
    const std::size_t already = points_.size() - list.works.size();
    const schema::Sweep& sweep = plan_.loaded.sweep;
    std::set<std::string> addresses;
    for (const Work& work : list.works) addresses.insert(work.address);
    LiveView view(std::move(addresses), sweep.kpi_size() > 0 ? sweep.kpi(0).kpi() : "");
    ProgressLine progress(false);
    const WorkCount count = how([&](const WorkCount& so_far) {
      const auto now = std::chrono::steady_clock::now();
      if (collector_ != nullptr) view.take(collector_->take(), now);
      if (!progress.is_due()) return;
      progress.show(progress_text(
          {.complete = already + so_far.complete,
           .failed = so_far.failures.size(),
           .live = view.state(now)},
          {.already = already, .total = points_.size(), .wall_s = progress.elapsed_s()}));
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
                           .point_s = measured_cost(store_, done()).point_s,
                           .is_each_alone = is_second_try_};
    if (settings.point_s <= 0.0 && slurm.points_per_task() == 0) {
      settings.point_s = pilot_cost(plan_, missing()).point_s;
    }
    const std::string job = submit(store_, list, settings);
    say(fmt::format("job {}: {} handed to Slurm", job, points_text(list.works.size())));
  }

  [[nodiscard]] std::size_t job_count() const {
    if (options_.jobs > 0) return options_.jobs;
    return std::max(1U, std::thread::hardware_concurrency());
  }

  /// Seeds of each row that are complete; none for a row that lacks one of those planned.
  [[nodiscard]] RowSeeds complete_seeds(bool take_partial) const {
    RowSeeds seeds(plan_.rows.size());
    const std::uint32_t first = plan_.loaded.sweep.seeds().first();
    for (std::size_t row = 0; row < plan_.rows.size(); ++row) {
      for (std::uint32_t i = 0; i < seed_count_[row]; ++i) {
        if (complete_.contains(point_address(plan_.rows[row].content, first + i))) {
          seeds[row].push_back(first + i);
        }
      }
      if (!take_partial && seeds[row].size() < seed_count_[row]) seeds[row].clear();
    }
    return seeds;
  }

  /// What is judged: asked for, or what the first complete point has.
  std::vector<Figure> figures() {
    for (const Point& point : points_) {
      if (complete_.contains(point.address)) {
        return figures_of(plan_.loaded.sweep, book_.at(point.address).kpi);
      }
    }
    return {};
  }

  /// True when a goal asks for more seeds and they may help.
  bool add_seeds() {
    if (!has_goal(plan_.loaded.sweep)) return false;
    bool has_more = false;
    const RowSeeds seeds = complete_seeds(false);
    const std::vector<Figure> judged = figures();
    for (const RowEstimate& row : estimate_rows({plan_, seeds, judged, book_})) {
      if (row.decision.precision != Precision::more_seeds) continue;
      seed_count_[row.row] = std::max(seed_count_[row.row], row.decision.next_seed_count);
      has_more = true;
    }
    if (has_more) points_ = points_of(plan_, seed_count_);
    return has_more;
  }

  /// Points without a result, and those with two.
  std::vector<Failure> failures_of_points() {
    std::map<std::string, Failure> known = told_;
    for (const auto& [address, failure] : store_.failures()) {
      // Two results are told whatever else has been said of their point.
      if (failure.cause == causes::different) known.insert_or_assign(address, failure);
      known.try_emplace(address, failure);
    }
    std::vector<Failure> failures;
    for (const Point& point : points_) {
      const auto found = known.find(point.address);
      const bool is_doubtful = found != known.end() && found->second.cause == causes::different;
      if (complete_.contains(point.address) && !is_doubtful) continue;
      Failure failure = found == known.end()
                            ? Failure{.address = point.address,
                                      .cause = causes::cluster,
                                      .words = "no result and no report of a failure",
                                      .log = {}}
                            : found->second;
      failure.words =
          fmt::format("{} seed={}: {}", row_text(plan_, point.row), point.seed, failure.words);
      failures.push_back(std::move(failure));
    }
    return failures;
  }

  SweepReport make_report(std::vector<Failure> failures) {
    const RowSeeds seeds = complete_seeds(options_.is_partial);
    const std::vector<Figure> judged = figures();
    return {.plan = plan_,
            .points = points_,
            .failures = std::move(failures),
            .figures = judged,
            .estimates = estimate_rows({plan_, seeds, judged, book_}),
            .differences = row_differences({plan_, seeds, judged, book_})};
  }

  void write(const SweepReport& report) {
    fs::create_directories(store_.results());
    const auto write_text = [&](const char* name, const std::string& text) {
      analysis::write_file_atomically((store_.results() / name).string(), text);
    };
    write_text("estimates.csv", estimates_csv(report));
    write_text("differences.csv", differences_csv(report));
    write_text("runs.csv", runs_csv(report, book_, complete_));
    const std::string picture = sweep_svg(report);
    if (!picture.empty()) write_text("picture.svg", picture);
    write_sqlite(report, book_, complete_, store_.results() / "results.sqlite");
  }

  [[nodiscard]] std::string duplicates_text() const {
    const std::size_t count = store_.duplicate_count();
    return count == 0 ? "" : fmt::format(", {} run a second time in vain", count);
  }

  /// True when a KPI was asked for that no run has.
  static bool show_absent(const SweepReport& report) {
    bool is_absent = false;
    for (std::size_t f = 0; f < report.figures.size(); ++f) {
      const bool has_any = std::any_of(
          report.estimates.begin(), report.estimates.end(),
          [&](const RowEstimate& e) { return e.figure == f && e.estimate.has_value(); });
      if (has_any) continue;
      complain(fmt::format("redcell: no run has {}", figure_text(report.figures[f])));
      is_absent = true;
    }
    return is_absent;
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
  ResultBook book_;
  std::vector<std::uint32_t> seed_count_;
  std::vector<Point> points_;
  std::set<std::string> complete_;
  std::map<std::string, int> tries_;
  bool is_second_try_ = false;
  analysis::LiveCollector* collector_ = nullptr;
  std::map<std::string, Failure> told_;  ///< Of this process: a full disk keeps no files.
};

fs::path folder_of(const SweepOptions& options) {
  if (!options.out_dir.empty()) return options.out_dir;
  return fs::path("runs") / ("sweep-" + fs::path(options.file).stem().string());
}

/// Goes on as the program that the sweep began with.
void become(const Store& store, const std::vector<std::string>& words) {
  complain(fmt::format("redcell: this sweep goes on with the program it began with, in {}",
                       store.bin().string()));
  std::vector<std::string> texts = words;
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  execv(store.program().c_str(), pointers.data());
  throw std::runtime_error(
      fmt::format("cannot start {}: {}", store.program().string(), std::strerror(errno)));
}

void show_plan(const Plan& plan, const Campaign& campaign) {
  const std::size_t missing = campaign.missing().size();
  const std::size_t total = campaign.points().size();
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

void show_points(const Plan& plan, const Store& store, const Campaign& campaign) {
  const std::set<std::string> complete = store.complete();
  const std::map<std::string, Failure> failures = store.failures();
  for (const Point& point : campaign.points()) {
    const bool is_failed = failures.contains(point.address);
    const char* state = complete.contains(point.address) ? "complete"
                        : is_failed                      ? "failed"
                                                         : "missing";
    say(fmt::format("{}\t{}\t{}\t{}", point.address, state, point.seed, row_text(plan, point.row)));
  }
}

void show_forecast(const SweepOptions& options, const Plan& plan, const Store& store,
                   const Campaign& campaign) {
  const std::vector<Point> missing = campaign.missing();
  if (missing.empty()) return;
  Forecast forecast = measured_cost(store, campaign.done());
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
  if (options.on != "slurm" && (options.is_without_wait || !options.sbatch_options.empty())) {
    complain("redcell: found --no-wait or --sbatch; allowed: only with --on slurm.");
    return exit_usage;
  }
  LoadedSweep loaded = load_sweep(options.file);
  const Store store(fs::absolute(folder_of(options)).lexically_normal());
  const ProgramFiles running = running_program();
  const std::string build = build_address(running);
  const ProgramFiles copied = copied_program(store.bin());
  if (!copied.program.empty() && build_address(copied) != build) {
    if (fs::equivalent(running.program, copied.program)) {
      complain(
          fmt::format("redcell: found {} running with {}; allowed: the library it was copied with",
                      running.program.string(), running.library.string()));
      return exit_usage;
    }
    become(store, options.words);
  }
  const Plan plan = make_plan(std::move(loaded), build);
  Campaign campaign(options, plan, store);
  if (options.is_list) {
    show_points(plan, store, campaign);
    return exit_done;
  }
  show_plan(plan, campaign);
  if (options.is_dry) {
    show_forecast(options, plan, store, campaign);
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
  copy_program(running, store.bin());
  if (collector) {
    collector->publish(store.live().string());
    campaign.listen(*collector);
  }
  return campaign.run() ? campaign.judge() : exit_done;
}

int sweep_task_command(const TaskOptions& options) {
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
