#include "scenarios/sweep/work.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "analysis/file.h"
#include "analysis/live/live.h"
#include "analysis/log_error.h"
#include "scenarios/finding.h"
#include "scenarios/load.h"
#include "scenarios/resolve.h"
#include "scenarios/sweep/children.h"
#include "scenarios/sweep/point_files.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view list_head = "redcell-points-1";
constexpr std::string_view no_space = "No space left on device";
constexpr std::string_view no_quota = "Disk quota exceeded";  // What it is called on a cluster.

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; std::getline(stream, word, '\t');) words.push_back(word);
  return words;
}

template <class Number>
Number number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error("found '" + text + "' in a list of points; allowed: a number");
  }
  return value;
}

/// The last line of a log that says something, shortened.
std::string last_words(const fs::path& log) {
  std::ifstream stream(log);
  std::string last;
  for (std::string line; std::getline(stream, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  }
  constexpr std::size_t words_max = 300;
  return as_utf8(last.substr(0, words_max));
}

/// Whether so little room is left that words may have been lost for it.
bool is_disk_full(const fs::path& folder) {
  constexpr std::uint64_t room_min_bytes = 1 << 20;  // [ours] A broken attempt leaves some behind.
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return false;
  const std::uint64_t room_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const bool has_no_file_left = disk.f_files > 0 && disk.f_favail == 0;
  return room_bytes < room_min_bytes || has_no_file_left;
}

bool is_full(const std::string& words) {
  return words.find(no_space) != std::string::npos || words.find(no_quota) != std::string::npos;
}

/// What a child's end means; nullopt when it did its work.
std::optional<Failure> failure_of(const Work& work, const ChildEnd& end, const WorkList& list,
                                  const fs::path& attempt) {
  const std::string last = last_words(attempt / "log.txt");
  const auto because = [&](const char* cause, std::string words) {
    return Failure{.address = work.address, .cause = cause, .words = std::move(words), .log = {}};
  };
  const auto silent_on_full_disk = [&] { return last.empty() && is_disk_full(attempt); };
  switch (end.kind) {
    case ChildEnd::Kind::out_of_time:
      return because(causes::time_limit,
                     fmt::format("ran {:.1f} s; allowed: {} s", end.wall_s, list.time_limit_s));
    case ChildEnd::Kind::out_of_memory:
      return because(causes::memory_limit, fmt::format("took {:.0f} MB; allowed: {} MB",
                                                       end.peak_memory_mb, list.memory_mb));
    case ChildEnd::Kind::crashed:
      if ((end.code == SIGABRT || end.code == SIGBUS) && silent_on_full_disk()) {
        return because(causes::disk_full,
                       fmt::format("killed by signal {}: {}", end.code, no_space));
      }
      return Failure{
          .address = work.address,
          .cause = causes::crash,
          .words = fmt::format("killed by signal {}{}", end.code,
                               end.code == 9 ? ", as the system does when memory runs out" : ""),
          .log = {},
          .signal = end.code};
    case ChildEnd::Kind::unknown:
      return because(causes::broken, "its end has been taken by another part of this program");
    case ChildEnd::Kind::exited:
      break;
  }
  std::error_code error;
  if (end.code <= 1 && fs::exists(attempt / "summary.json", error)) return std::nullopt;
  if (is_full(last)) return because(causes::disk_full, last);
  if (silent_on_full_disk()) {
    return because(causes::disk_full, fmt::format("exit code {}: {}", end.code, no_space));
  }
  if (end.code == 2) return because(causes::scenario, last);
  return because(causes::broken, fmt::format("exit code {}: {}", end.code, last));
}

/// Runs the works of one list in their folders.
class Runner {
 public:
  Runner(const Store& store, const WorkList& list)
      : store_(store), list_(list), live_(analysis::live_sender(store.live().string())) {}

  /// Makes a point's folder; nullopt when it needs none or cannot have one.
  std::optional<Child> start(std::size_t index) {
    const Work& work = list_.works[index];
    if (store_.is_complete(work.address)) {
      ++count_.complete;
      ++count_.skipped;
      return std::nullopt;
    }
    std::optional<Child> child;
    guarded(work, [&] { child = prepare(index); });
    return child;
  }

  void ended(std::size_t index, const ChildEnd& end) {
    const Work& work = list_.works[index];
    const fs::path attempt = attempts_.at(index);
    attempts_.erase(index);
    guarded(
        work,
        [&] {
          std::optional<Failure> failure = failure_of(work, end, list_, attempt);
          if (failure) return note(store_.fail(std::move(*failure), attempt));
          write_point(work.address, end, attempt);
          if (!list_.keep_logs) leave_out(attempt);
          failure = store_.finish(work.address, attempt);
          if (failure) return note(std::move(*failure));
          ++count_.complete;
          tell_result(work.address);
        },
        attempt);
  }

  [[nodiscard]] const WorkCount& count() const { return count_; }

 private:
  Child prepare(std::size_t index) {
    const Work& work = list_.works[index];
    std::vector<std::string> overrides = work.overrides;
    const LoadedScenario loaded = load_scenario(store_.base(list_.base).string(), overrides);
    schema::Scenario scenario = resolve(loaded.scenario);
    if (point_address(scenario_content(scenario, list_.build), work.seed) != work.address) {
      throw std::runtime_error("the scenario is not the one that was planned");
    }
    scenario.set_seed(work.seed);
    const fs::path attempt = store_.begin(work.address);
    attempts_[index] = attempt;
    analysis::write_file_atomically(attempt / "scenario.txtpb", to_text(scenario));
    return {.words = {fs::absolute(store_.program()).string(), "run", "scenario.txtpb", "--out",
                      ".", "--quiet", "--no-report", "--live", fs::absolute(store_.live()).string(),
                      work.address},
            .folder = attempt,
            .log = attempt / "log.txt",
            .time_limit_s = list_.time_limit_s,
            .memory_limit_mb = static_cast<double>(list_.memory_mb)};
  }

  static void leave_out(const fs::path& attempt) {
    for (const char* name : {"kpi.log", "drive.csv", "drive.svg", "junit.xml"}) {
      fs::remove(attempt / name);
    }
  }

  /// What goes wrong around a point is a failure of that point and no other.
  template <class Body>
  void guarded(const Work& work, Body&& body, const fs::path& attempt = {}) {
    Failure failure{.address = work.address, .cause = causes::broken, .words = {}, .log = {}};
    try {
      return body();
    } catch (const ScenarioError& error) {
      failure.cause = causes::scenario;
      failure.words = as_utf8(error.what());
    } catch (const std::exception& error) {
      failure.words = as_utf8(error.what());
      if (is_full(failure.words)) failure.cause = causes::disk_full;
    }
    note(store_.fail(std::move(failure), attempt));
  }

  void note(Failure failure) {
    analysis::LiveReport report;
    report.set_name(failure.address);
    report.set_state(analysis::LiveReport::FAILED);
    report.set_cause(failure.cause);
    if (live_) live_->send(report);
    count_.failures.push_back(std::move(failure));
  }

  void tell_result(const std::string& address) {
    if (!live_) return;
    analysis::LiveReport report;
    report.set_name(address);
    report.set_state(analysis::LiveReport::COMPLETE);
    for (const analysis::Kpi& kpi : read_result(store_.point(address)).kpi) {
      const bool is_main = kpi.statistic == "mean" || kpi.statistic == "ratio";
      if (!is_main || !kpi.terminal_group.empty()) continue;
      analysis::LiveFigure& figure = *report.add_figure();
      figure.set_name(kpi.name);
      figure.set_value(kpi.value);
    }
    live_->send(report);
  }

  const Store& store_;
  const WorkList& list_;
  WorkCount count_;
  std::map<std::size_t, fs::path> attempts_;
  std::unique_ptr<analysis::LiveSender> live_;  ///< To whoever watches; often there is nobody.
};

}  // namespace

WorkList empty_list(const Plan& plan, const std::string& base) {
  const schema::Resources& resources = plan.loaded.sweep.resources();
  return {.base = base,
          .build = plan.build,
          .time_limit_s = resources.time_limit_s(),
          .memory_mb = resources.memory_mb(),
          .keep_logs = resources.keep_logs(),
          .works = {}};
}

Work work_of(const Plan& plan, const Point& point) {
  return {
      .address = point.address, .seed = point.seed, .overrides = plan.rows[point.row].overrides};
}

std::string to_text(const WorkList& list) {
  std::string text = fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", list_head, list.base, list.build,
                                 list.time_limit_s, list.memory_mb, list.keep_logs ? 1 : 0);
  for (const Work& work : list.works) {
    text += fmt::format("{}\t{}", work.address, work.seed);
    for (const std::string& override_text : work.overrides) text += '\t' + override_text;
    text += '\n';
  }
  return text;
}

WorkList read_list(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  const std::vector<std::string> head = split(line);
  if (head.size() != 6 || head[0] != list_head) {
    throw std::runtime_error(file.string() + ": not a list of points");
  }
  WorkList list{.base = head[1],
                .build = head[2],
                .time_limit_s = number<double>(head[3]),
                .memory_mb = number<std::uint32_t>(head[4]),
                .keep_logs = head[5] == "1",
                .works = {}};
  while (std::getline(stream, line)) {
    const std::vector<std::string> words = split(line);
    if (words.size() < 2) throw std::runtime_error(file.string() + ": a line without a point");
    list.works.push_back({.address = words[0],
                          .seed = number<std::uint32_t>(words[1]),
                          .overrides = {words.begin() + 2, words.end()}});
  }
  return list;
}

WorkCount run_works(const Store& store, const WorkList& list, std::size_t jobs,
                    const std::function<void(const WorkCount&)>& tick) {
  Runner runner(store, list);
  run_children(list.works.size(), jobs,
               {.start = [&](std::size_t index) { return runner.start(index); },
                .ended = [&](std::size_t index, const ChildEnd& end) { runner.ended(index, end); },
                .tick = [&] { tick(runner.count()); }});
  return runner.count();
}

}  // namespace redcell::scenarios
