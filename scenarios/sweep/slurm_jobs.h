// What was handed to Slurm, and what Slurm says of it.
//
//   jobs/N/K.list   the points of task K
//   jobs/N/task.sh  what a task runs
//   jobs/N/job      the job's id
//   jobs/N/ended    there when Slurm has nothing left to run of it
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/sweep/store.h"

namespace redcell::scenarios {

struct Answer {
  int code = 0;
  std::string text;
};
/// Runs a tool of Slurm; what it printed.
Answer ask(const std::vector<std::string>& words);
/// As one word for a shell.
[[nodiscard]] std::string quoted(const std::string& word);
/// 0 where the text begins with none.
[[nodiscard]] std::size_t leading_number(const std::string& text);

/// What Slurm says of one task.
struct TaskState {
  std::string job;  ///< As scontrol takes it.
  std::size_t index = 0;
  std::string state;          ///< PENDING, RUNNING, COMPLETED, TIMEOUT ...
  bool is_held_back = false;  ///< Requeued, and waiting for its new start time.
  std::string reason{};       ///< Why it waits for more than its turn; empty when it does not.
};

/// The tasks in the answer of `scontrol --oneliner show job`. Tasks not yet split from their array
/// have the index of the first of them.
[[nodiscard]] std::vector<TaskState> task_states(const std::string& answer);
/// True for a state from which a task does not come back.
[[nodiscard]] bool has_ended(const std::string& state);

/// The job's id in sbatch's answer: digits, and behind a semicolon the cluster where there are
/// several. Throws std::runtime_error for an answer without.
[[nodiscard]] std::string job_id(const std::string& answer);

/// Folders of what was handed to Slurm, by number.
[[nodiscard]] std::map<std::size_t, std::filesystem::path> submissions(const Store& store);
/// Notes that Slurm has nothing left to run of what was handed over in this folder.
void note_end(const std::filesystem::path& folder);

/// What Slurm says of the jobs of a sweep that have not been seen to end before.
class Jobs {
 public:
  explicit Jobs(const Store& store);

  /// Asks again for all that have not ended; true while there are such.
  bool is_any_alive();
  void lift_delays() const;
  /// Cancels jobs whose points are all complete: others may be for another plan, or more seeds.
  void cancel_idle(const Store& store) const;
  /// Why tasks wait for more than their turn, where that has not been told before; else empty.
  [[nodiscard]] std::string news();
  [[nodiscard]] std::vector<std::string> alive_ids() const;
  /// What became of the task that had each point last, by the point's address.
  [[nodiscard]] std::map<std::string, Failure> explain() const;

 private:
  struct Job {
    std::string id;
    std::filesystem::path folder;
    std::map<std::size_t, TaskState> tasks{};  ///< By index, with those that Slurm has forgotten.
    bool has_ended = false;
  };

  std::vector<Job> jobs_;
  std::set<std::pair<std::string, std::string>> told_;  ///< Job, reason.
};

}  // namespace redcell::scenarios
