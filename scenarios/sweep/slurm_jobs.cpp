#include "scenarios/sweep/slurm_jobs.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "analysis/file.h"
#include "analysis/log_error.h"
#include "scenarios/sweep/work.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

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

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// A tool's words for a job, which may be of another cluster.
std::vector<std::string> words_for(const char* tool, const std::string& job) {
  const std::size_t end = job.find(';');
  if (end == std::string::npos) return {tool};
  return {tool, "-M", job.substr(end + 1)};
}

std::string number_of(const std::string& job) { return job.substr(0, job.find(';')); }

/// The lines of scontrol's answer that are of what was handed over in this folder: Slurm gives the
/// number of a job that it has forgotten to another in the end.
std::string lines_of(const std::string& answer, const fs::path& folder) {
  const std::string command = " Command=" + (folder / "task.sh").string();
  std::string lines;
  std::istringstream stream(answer);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t at = line.find(command);
    if (at == std::string::npos) continue;
    const std::size_t end = at + command.size();
    if (end == line.size() || line[end] == ' ') lines += line + '\n';
  }
  return lines;
}

/// Slurm's records of a job; nullopt when it does not answer now.
std::optional<std::vector<TaskState>> ask_states(const std::string& job, const fs::path& folder) {
  std::vector<std::string> words = words_for("scontrol", job);
  words.insert(words.end(), {"--oneliner", "show", "job", number_of(job)});
  const Answer answer = ask(words);
  if (answer.code == 0) return task_states(lines_of(answer.text, folder));
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

/// The id of what was handed over in this folder by a process that died before it had the answer;
/// empty when Slurm knows of nothing.
std::string unanswered_id(const fs::path& folder) {
  std::istringstream lines(lines_of(ask({"scontrol", "--oneliner", "show", "job"}).text, folder));
  std::string line;
  std::getline(lines, line);
  const std::string array = field(line, "ArrayJobId");
  return array.empty() ? field(line, "JobId") : array;
}

/// The points of one task of a job; none where its list cannot be read.
std::vector<Work> works_of(const fs::path& file) {
  try {
    return read_list(file).works;
  } catch (const std::runtime_error&) {
    return {};
  }
}

/// Slurm forgets a task some minutes after its end, long before the last of its array perhaps.
void merge(const std::vector<TaskState>& answer, std::map<std::size_t, TaskState>& tasks) {
  for (auto& [index, task] : tasks) task.is_held_back = false;
  for (const TaskState& task : answer) tasks.insert_or_assign(task.index, task);
}

/// Whether all points of what was handed over in this folder are complete.
bool is_idle(const Store& store, const fs::path& folder) {
  std::size_t list_count = 0;
  for (;; ++list_count) {
    const fs::path list = folder / (std::to_string(list_count) + ".list");
    std::error_code error;
    if (!fs::exists(list, error)) break;
    const std::vector<Work> works = works_of(list);
    const bool is_done = std::all_of(works.begin(), works.end(), [&](const Work& work) {
      return store.is_complete(work.address);
    });
    if (works.empty() || !is_done) return false;
  }
  return list_count > 0;
}

Failure failure_of_task(const TaskState& task, const fs::path& folder) {
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

}  // namespace

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

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

std::size_t leading_number(const std::string& text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::map<std::size_t, fs::path> submissions(const Store& store) {
  std::map<std::size_t, fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(store.jobs(), error), end; !error && it != end;
       it.increment(error)) {
    folders.emplace(leading_number(it->path().filename()), it->path());
  }
  return folders;
}

void note_end(const fs::path& folder) {
  try {
    analysis::write_file_atomically(folder / "ended", "");
  } catch (const analysis::LogError&) {
    // On a full disk it is asked for again.
  }
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
    static const std::set<std::string> usual = {"", "None", "Resources", "Priority", "BeginTime"};
    const std::string reason = field(line, "Reason");
    if (task.state == "PENDING" && !usual.contains(reason)) task.reason = reason;
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

std::string job_id(const std::string& answer) {
  // Warnings stand above.
  std::string id = answer.substr(0, answer.find_last_not_of(" \n") + 1);
  id = id.substr(id.rfind('\n') + 1);
  const std::string number = number_of(id);
  const bool has_name = id.size() == number.size() || id.size() > number.size() + 1;
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos || !has_name) {
    throw std::runtime_error("found no job's id in sbatch's answer: " + answer);
  }
  return id;
}

Jobs::Jobs(const Store& store) {
  for (const auto& [number, folder] : submissions(store)) {
    std::error_code error;
    if (fs::exists(folder / "ended", error)) continue;
    std::string job = first_line(folder / "job");
    if (job.empty()) job = unanswered_id(folder);
    if (!job.empty()) jobs_.push_back({.id = job, .folder = folder});
  }
}

bool Jobs::is_any_alive() {
  bool is_alive = false;
  for (Job& job : jobs_) {
    if (job.has_ended) continue;
    const std::optional<std::vector<TaskState>> tasks = ask_states(job.id, job.folder);
    if (tasks) {
      job.has_ended = std::all_of(tasks->begin(), tasks->end(),
                                  [](const TaskState& t) { return has_ended(t.state); });
      merge(*tasks, job.tasks);
      if (job.has_ended) note_end(job.folder);
    }
    if (!job.has_ended) is_alive = true;
  }
  return is_alive;
}

void Jobs::lift_delays() const {
  for (const Job& job : jobs_) {
    for (const auto& [index, task] : job.tasks) {
      if (!task.is_held_back) continue;
      std::vector<std::string> words = words_for("scontrol", job.id);
      words.insert(words.end(), {"update", "jobid=" + task.job, "StartTime=now"});
      ask(words);
    }
  }
}

void Jobs::cancel_idle(const Store& store) const {
  for (const Job& job : jobs_) {
    if (job.has_ended || !is_idle(store, job.folder)) continue;
    std::vector<std::string> words = words_for("scancel", job.id);
    words.push_back(number_of(job.id));
    ask(words);
  }
}

std::string Jobs::news() {
  std::string text;
  for (const Job& job : jobs_) {
    for (const auto& [index, task] : job.tasks) {
      if (task.reason.empty() || !told_.emplace(job.id, task.reason).second) continue;
      text += fmt::format("{}job {} waits: {}", text.empty() ? "" : "; ", job.id, task.reason);
    }
  }
  return text;
}

std::vector<std::string> Jobs::alive_ids() const {
  std::vector<std::string> ids;
  for (const Job& job : jobs_) {
    if (!job.has_ended) ids.push_back(job.id);
  }
  return ids;
}

std::map<std::string, Failure> Jobs::explain() const {
  std::map<std::string, Failure> failures;
  for (const Job& job : jobs_) {
    for (const auto& [index, task] : job.tasks) {
      Failure failure = failure_of_task(task, job.folder);
      for (const Work& work : works_of(job.folder / (std::to_string(index) + ".list"))) {
        failure.address = work.address;
        failures.insert_or_assign(failure.address, failure);
      }
    }
  }
  return failures;
}

}  // namespace redcell::scenarios
