#include "scenarios/sweep/slurm.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "analysis/file.h"
#include "scenarios/sweep/slurm_jobs.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr double task_target_s = 120.0;        ///< [ours] Slurm starts a task in about a second.
constexpr double forecast_margin = 3.0;        ///< [ours] On the forecast of a chunk.
constexpr double task_margin_s = 60.0;         ///< [ours]
constexpr std::uint32_t task_memory_mb = 100;  ///< [ours] Beside the point's own.
constexpr std::size_t array_size_default = 1000;
constexpr auto poll_interval = std::chrono::milliseconds(500);
constexpr int polls_per_question = 4;

std::size_t array_size_max() {
  const Answer answer = ask({"scontrol", "show", "config"});
  std::istringstream stream(answer.text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("MaxArraySize")) continue;
    const std::size_t digits = line.find_first_of("0123456789");
    // The last index that an array may have is one less.
    if (digits != std::string::npos) return std::max(2UL, leading_number(line.substr(digits))) - 1;
  }
  return array_size_default;
}

std::string script_of(const Store& store, const fs::path& folder) {
  // The id is also written by whoever hands over, unless it dies meanwhile.
  return fmt::format(
      "#!/bin/sh\n"
      "(cd {0} && [ ! -s job ] && echo \"$SLURM_ARRAY_JOB_ID\" > \"job.$SLURM_JOB_ID\" &&\n"
      "  mv -n \"job.$SLURM_JOB_ID\" job)\n"
      "exec {1} sweep-task {2} {0}/\"$SLURM_ARRAY_TASK_ID\".list --jobs "
      "\"${{SLURM_CPUS_PER_TASK:-1}}\"\n",
      quoted(folder.string()), quoted(store.program().string()), quoted(store.folder().string()));
}

/// A path in an option in which Slurm reads % as the beginning of a name for something else.
std::string without_patterns(const std::string& path) {
  std::string text;
  for (const char c : path) text += c == '%' ? std::string("%%") : std::string(1, c);
  return text;
}

std::vector<std::string> sbatch_words(const SlurmSettings& settings, const fs::path& folder,
                                      const std::vector<WorkList>& chunks) {
  long minutes = 1;
  for (const WorkList& chunk : chunks) {
    minutes = std::max(minutes, task_minutes(chunk, settings.point_s));
  }
  std::vector<std::string> words = {
      "sbatch",
      "--parsable",
      "--requeue",
      "--open-mode=append",
      fmt::format("--array=0-{}", chunks.size() - 1),
      fmt::format("--job-name={}", settings.name),
      fmt::format("--time={}", minutes),
      fmt::format("--mem-per-cpu={}M", chunks.front().memory_mb + task_memory_mb),
      fmt::format("--output={}/%a.log", without_patterns(folder.string())),
  };
  const schema::Slurm& slurm = settings.slurm;
  if (slurm.has_partition()) words.push_back("--partition=" + slurm.partition());
  if (slurm.has_account()) words.push_back("--account=" + slurm.account());
  words.insert(words.end(), slurm.option().begin(), slurm.option().end());
  words.insert(words.end(), settings.more_options.begin(), settings.more_options.end());
  words.push_back((folder / "task.sh").string());
  return words;
}

/// The points of a list that are not complete, looked at again and again: what is complete stays so
/// and is not asked for any more, which a shared file system is grateful for.
class Pending {
 public:
  Pending(const Store& store, const WorkList& list) : store_(store), list_(list) {
    for (const Work& work : list.works) addresses_.push_back(work.address);
  }

  WorkCount look() {
    std::erase_if(addresses_, [&](const std::string& a) { return store_.is_complete(a); });
    WorkCount count;
    count.complete = list_.works.size() - addresses_.size();
    std::error_code error;
    count.failures.resize(static_cast<std::size_t>(std::count_if(
        addresses_.begin(), addresses_.end(),
        [&](const std::string& address) { return fs::exists(store_.failure(address), error); })));
    return count;
  }

  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  const Store& store_;
  const WorkList& list_;
  std::vector<std::string> addresses_;
};

}  // namespace

std::optional<std::string> slurm_missing() {
  for (const char* tool : {"sbatch", "scontrol", "scancel"}) {
    const Answer answer = ask({tool, "--version"});
    if (answer.code != 0) return fmt::format("no working {} ({})", tool, answer.text);
  }
  return std::nullopt;
}

std::vector<WorkList> chunks_of(const WorkList& list, const SlurmSettings& settings,
                                std::size_t task_count_max) {
  std::size_t size = settings.is_each_alone ? 1 : settings.slurm.points_per_task();
  if (size == 0) {
    const double fitting = settings.point_s > 0.0 ? task_target_s / settings.point_s : 1.0;
    size = static_cast<std::size_t>(std::max(1.0, fitting));
  }
  size = std::max(size, (list.works.size() + task_count_max - 1) / task_count_max);
  std::vector<WorkList> chunks;
  for (std::size_t at = 0; at < list.works.size(); at += size) {
    WorkList chunk = list;
    const auto begin = list.works.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t count = std::min(size, list.works.size() - at);
    chunk.works.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

long task_minutes(const WorkList& chunk, double point_s) {
  const double count = static_cast<double>(chunk.works.size());
  const double limit_s = chunk.time_limit_s * count;
  const double foretold_s = chunk.time_limit_s + forecast_margin * point_s * count;
  const double wall_s = point_s > 0.0 ? std::min(limit_s, foretold_s) : limit_s;
  return static_cast<long>(std::ceil((wall_s + task_margin_s) / 60.0));
}

Failure with_task(Failure of_point, const Failure& of_task) {
  const bool is_killed = of_point.cause == causes::crash && of_point.signal == SIGKILL;
  if (!is_killed || of_task.cause != causes::memory_limit) return of_point;
  of_point.cause = causes::memory_limit;
  of_point.words += "; " + of_task.words;
  return of_point;
}

std::string submit(const Store& store, const WorkList& list, const SlurmSettings& settings) {
  const std::vector<WorkList> chunks = chunks_of(list, settings, array_size_max());
  const std::map<std::size_t, fs::path> earlier = submissions(store);
  const std::size_t number = earlier.empty() ? 1 : earlier.rbegin()->first + 1;
  const fs::path folder = store.jobs() / std::to_string(number);
  fs::create_directories(folder);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    analysis::write_file_atomically(folder / (std::to_string(i) + ".list"), to_text(chunks[i]));
  }
  analysis::write_file_atomically(folder / "task.sh", script_of(store, folder));
  const Answer answer = ask(sbatch_words(settings, folder, chunks));
  if (answer.code != 0) {
    note_end(folder);
    throw std::runtime_error("sbatch refused: " + answer.text);
  }
  const std::string job = job_id(answer.text);
  analysis::write_file_atomically(folder / "job", job + "\n");
  return job;
}

std::vector<std::string> jobs_alive(const Store& store) {
  Jobs jobs(store);
  jobs.is_any_alive();
  return jobs.alive_ids();
}

WorkCount wait_for_jobs(const Store& store, const WorkList& list,
                        const std::function<void(const WorkCount&)>& tick) {
  Jobs jobs(store);
  Pending pending(store, list);
  WorkCount count;
  for (int poll = 0;; ++poll) {
    count = pending.look();
    count.news = jobs.news();
    tick(count);
    if (count.complete == list.works.size()) {
      // Who asks for nothing does not know what the jobs are for.
      if (!list.works.empty() && jobs.is_any_alive()) jobs.cancel_idle(store);
      break;
    }
    if (poll % polls_per_question == 0) {
      if (!jobs.is_any_alive()) break;
      jobs.lift_delays();
    }
    std::this_thread::sleep_for(poll_interval);
  }
  count = pending.look();
  count.failures.clear();
  if (pending.addresses().empty()) return count;
  const std::map<std::string, Failure> told = store.failures();
  const std::map<std::string, Failure> of_tasks = jobs.explain();
  for (const std::string& address : pending.addresses()) {
    const auto known = told.find(address);
    const auto run = of_tasks.find(address);
    const Failure of_task = run != of_tasks.end() ? run->second
                                                  : Failure{.address = address,
                                                            .cause = causes::cluster,
                                                            .words = "no task has run it",
                                                            .log = {}};
    count.failures.push_back(known == told.end() ? of_task : with_task(known->second, of_task));
  }
  return count;
}

}  // namespace redcell::scenarios
