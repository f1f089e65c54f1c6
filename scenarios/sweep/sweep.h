// `redcell sweep`: plans, runs, resumes and judges a sweep; the same command whenever it is typed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace redcell::scenarios {

struct SweepOptions {
  std::string file;
  std::string out_dir;             ///< Empty: runs/sweep-NAME below the current directory.
  std::string on = "local";        ///< local or slurm.
  std::vector<std::string> words;  ///< The command line as typed, for the sweep's own program.
  std::size_t jobs = 0;            ///< Points at a time; 0: as many as cores.
  std::vector<std::string> sbatch_options;  ///< More options for sbatch.
  std::string live;  ///< Interface that tasks of a cluster report to; empty: they do not.
  bool is_without_wait = false;  ///< Hand over to Slurm and end.
  bool is_dry = false;           ///< Plan and forecast only.
  bool is_list = false;          ///< Name every point and what became of it, nothing else.
  bool is_partial = false;       ///< Judge although points are missing.
};

/// Returns the exit code: 0 every point complete and every precision goal met; 1 a goal out of
/// reach; 3 points missing or failed. Throws ScenarioError before anything is written.
int sweep_command(const SweepOptions& options);

/// One task of a job array: runs the points of a list below `folder`.
struct TaskOptions {
  std::string folder;
  std::string list;
  std::size_t jobs = 1;
};
/// 0 when every point of the list is complete, else 3.
int sweep_task_command(const TaskOptions& options);

}  // namespace redcell::scenarios
