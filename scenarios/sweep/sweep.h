// `redcell sweep`: plans, runs, resumes and judges a sweep; the same command whenever it is typed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace redcell::scenarios {

struct SweepOptions {
  std::string file;
  std::string out_dir;                      ///< Empty: runs/sweep-NAME below the current directory.
  std::string on = "local";                 ///< local or slurm.
  std::size_t jobs = 0;                     ///< Points at a time; 0: as many as cores.
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

/// True for a folder that a sweep has begun to fill.
bool is_sweep(const std::string& folder);

/// The page of what a sweep's folder holds; empty: results/report.html there. Goes on as the
/// program that the sweep began with. Combinations that lack seeds are not judged. Returns the exit
/// code as of sweep_command(). Throws ScenarioError, analysis::LogError,
/// std::filesystem::filesystem_error.
int sweep_report_command(const std::string& folder, const std::string& page);

/// One task of a job array: runs the points of a list below `folder`.
struct TaskOptions {
  std::string folder;
  std::string list;
  std::size_t jobs = 1;
};
/// 0 when every point of the list is complete, else 3.
int sweep_task_command(const TaskOptions& options);

}  // namespace redcell::scenarios
