#include "scenarios/sweep/slurm.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "analysis/file.h"

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

struct Answer {
  int code = 0;
  std::string text;
};

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// Runs a tool of Slurm; what it printed.
Answer ask(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += quoted(word) + ' ';
  const auto close = [](FILE* file) { pclose(file); };
  std::unique_ptr<FILE, decltype(close)> pipe(popen((line + "2>&1 </dev/null").c_str(), "re"),
                                              close);
  if (!pipe) return {.code = 127, .text = "no process can be started"};
  Answer answer;
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = fread(block.data(), 1, block.size(), pipe.get())) > 0;) {
    answer.text.append(block.data(), got);
  }
  const int status = pclose(pipe.release());
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : 127;
  return answer;
}

/// The word behind `key=` in a line of scontrol; empty without it.
std::string field(const std::string& line, std::string_view key) {
  std::istringstream stream(line);
  for (std::string word; stream >> word;) {
    if (word.starts_with(key) && word.size() > key.size() && word[key.size()] == '=') {
      return word.substr(key.size() + 1);
    }
  }
  return {};
}

std::size_t leading_number(const std::string& text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

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

/// Folders of what was handed to Slurm, by number.
std::map<std::size_t, fs::path> submissions(const Store& store) {
  std::map<std::size_t, fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(store.jobs(), error), end; !error && it != end;
       it.increment(error)) {
    folders.emplace(leading_number(it->path().filename()), it->path());
  }
  return folders;
}

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Slurm's records of a job; nullopt when it does not answer now.
std::optional<std::vector<TaskState>> ask_states(const std::string& job) {
  const Answer answer = ask({"scontrol", "--oneliner", "show", "job", job});
  if (answer.code == 0) return task_states(answer.text);
  // Slurm forgets jobs some minutes after their end.
  if (answer.text.find("Invalid job id") != std::string::npos) return std::vector<TaskState>{};
  return std::nullopt;
}

/// What Slurm's step daemon writes into a task's log when it has taken too much; empty without it.
std::string memory_words(const fs::path& log) {
  std::ifstream stream(log);
  std::string words;
  for (std::string line; std::getline(stream, line);) {
    const bool is_of_slurm = line.starts_with("slurmstepd");
    const bool is_of_memory = line.find("exceeded memory limit") != std::string::npos ||
                              line.find("oom-kill") != std::string::npos ||
                              line.find("oom_kill") != std::string::npos;
    if (is_of_slurm && is_of_memory) words = line;
  }
  return words;
}

/// What Slurm says of the jobs of a sweep, each as long as it may still change.
class Jobs {
 public:
  explicit Jobs(const Store& store) {
    for (const auto& [number, folder] : submissions(store)) {
      const std::string job = first_line(folder / "job");
      if (!job.empty()) jobs_.push_back({.id = job, .folder = folder});
    }
  }

  /// Asks again for all that have not ended; true while there are such.
  bool is_any_alive() {
    bool is_alive = false;
    for (Job& job : jobs_) {
      if (job.has_ended) continue;
      const std::optional<std::vector<TaskState>> tasks = ask_states(job.id);
      if (tasks) {
        job.has_ended = std::all_of(tasks->begin(), tasks->end(),
                                    [](const TaskState& t) { return has_ended(t.state); });
        merge(*tasks, job.tasks);
      }
      if (!job.has_ended) is_alive = true;
    }
    return is_alive;
  }

  void lift_delays() const {
    for (const Job& job : jobs_) {
      for (const auto& [index, task] : job.tasks) {
        if (!task.is_held_back) continue;
        ask({"scontrol", "update", "jobid=" + task.job, "StartTime=now"});
      }
    }
  }

  void cancel_rest() const {
    for (const Job& job : jobs_) {
      if (!job.has_ended) ask({"scancel", job.id});
    }
  }

  [[nodiscard]] std::vector<std::string> alive_ids() const {
    std::vector<std::string> ids;
    for (const Job& job : jobs_) {
      if (!job.has_ended) ids.push_back(job.id);
    }
    return ids;
  }

  /// What became of the task that had each point last, by the point's address.
  [[nodiscard]] std::map<std::string, Failure> explain() const {
    std::map<std::string, Failure> failures;
    for (const Job& job : jobs_) {
      for (const auto& [index, task] : job.tasks) {
        Failure failure = failure_of_task(task, job.folder);
        std::ifstream list(job.folder / (std::to_string(index) + ".list"));
        for (std::string line; std::getline(list, line);) {
          failure.address = line.substr(0, line.find('\t'));
          failures.insert_or_assign(failure.address, failure);
        }
      }
    }
    return failures;
  }

 private:
  struct Job {
    std::string id;
    fs::path folder;
    std::map<std::size_t, TaskState> tasks{};  ///< By index, with those that Slurm has forgotten.
    bool has_ended = false;
  };

  /// Slurm forgets a task some minutes after its end, long before the last of its array perhaps.
  static void merge(const std::vector<TaskState>& answer, std::map<std::size_t, TaskState>& tasks) {
    for (auto& [index, task] : tasks) task.is_held_back = false;
    for (const TaskState& task : answer) tasks.insert_or_assign(task.index, task);
  }

  static Failure failure_of_task(const TaskState& task, const fs::path& folder) {
    const fs::path log = folder / (std::to_string(task.index) + ".log");
    const std::string killed = memory_words(log);
    const bool is_of_memory = task.state == "OUT_OF_MEMORY" || !killed.empty();
    return {.address = {},
            .cause = is_of_memory              ? causes::memory_limit
                     : task.state == "TIMEOUT" ? causes::time_limit
                                               : causes::cluster,
            .words = fmt::format("its task {} ended as {}{}{}", task.job, task.state,
                                 killed.empty() ? "" : ": ", killed),
            .log = log.string(),
            .is_of_task = task.state != "CANCELLED"};
  }

  std::vector<Job> jobs_;
};

std::string script_of(const Store& store, const fs::path& folder) {
  return fmt::format(
      "#!/bin/sh\n"
      "exec {} sweep-task {} {}/\"$SLURM_ARRAY_TASK_ID\".list --jobs "
      "\"${{SLURM_CPUS_PER_TASK:-1}}\"\n",
      quoted(store.program().string()), quoted(store.folder().string()), quoted(folder.string()));
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
      fmt::format("--output={}/%a.log", folder.string()),
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

std::vector<TaskState> task_states(const std::string& answer) {
  std::vector<TaskState> tasks;
  std::istringstream stream(answer);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("JobId=")) continue;
    TaskState task{.job = field(line, "JobId"),
                   .index = leading_number(field(line, "ArrayTaskId")),
                   .state = field(line, "JobState")};
    const std::string restarts = field(line, "Restarts");
    task.is_held_back = task.state == "PENDING" && field(line, "Reason") == "BeginTime" &&
                        !restarts.empty() && restarts != "0";
    tasks.push_back(std::move(task));
  }
  return tasks;
}

bool has_ended(const std::string& state) {
  static const std::set<std::string> goes_on = {
      "PENDING",      "RUNNING",     "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED",
      "REQUEUE_HOLD", "REQUEUE_FED", "RESIZING",   "SIGNALING",   "STAGE_OUT", "STOPPED"};
  return !goes_on.contains(state);
}

Failure with_task(Failure of_point, const Failure& of_task) {
  if (of_point.cause != causes::crash || of_task.cause != causes::memory_limit) return of_point;
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
  if (answer.code != 0) throw std::runtime_error("sbatch refused: " + answer.text);
  // Warnings stand above, and the name of a cluster behind a semicolon.
  std::string job = answer.text.substr(0, answer.text.find_last_not_of(" \n") + 1);
  job = job.substr(job.rfind('\n') + 1);
  job = job.substr(0, job.find(';'));
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
    tick(count);
    if (count.complete == list.works.size()) {
      // Who asks for nothing does not know what the jobs are for.
      if (!list.works.empty() && jobs.is_any_alive()) jobs.cancel_rest();
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
