// Points as job arrays of Slurm. Slurm is only asked to run tasks; what is done is seen in files.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep.pb.h"
#include "scenarios/sweep/store.h"
#include "scenarios/sweep/work.h"

namespace redcell::scenarios {

struct SlurmSettings {
  const schema::Slurm& slurm;
  std::vector<std::string> more_options;  ///< From the command line, for sbatch.
  std::string name;                       ///< Of the job.
  double point_s = 0.0;                   ///< Forecast; 0 when there is none.
  bool is_each_alone = false;             ///< One point a task, whatever `slurm` says.
};

/// What keeps sweeps from running here; nullopt when sbatch and scontrol are there.
[[nodiscard]] std::optional<std::string> slurm_missing();

/// Lists of consecutive points, at most `task_count_max` of them.
[[nodiscard]] std::vector<WorkList> chunks_of(const WorkList& list, const SlurmSettings& settings,
                                              std::size_t task_count_max);

/// Wall time that sbatch is told for the longest of these chunks, in whole minutes.
[[nodiscard]] long task_minutes(const WorkList& chunk, double point_s);

/// What is told of a point that broke, when this is what Slurm says of its task: a process that the
/// system killed (signal 9) in a task that ran out of memory was killed for memory.
[[nodiscard]] Failure with_task(Failure of_point, const Failure& of_task);

/// Hands the points to Slurm; the job's id. Throws std::runtime_error with sbatch's words.
std::string submit(const Store& store, const WorkList& list, const SlurmSettings& settings);

/// Jobs of this sweep that Slurm still has to run, from this process or an earlier one.
[[nodiscard]] std::vector<std::string> jobs_alive(const Store& store);

/// Waits until the list is complete or no job of the sweep is left; lifts the delay of requeued
/// tasks. What has not been done is told with what Slurm says of its task. Why tasks are held is in
/// the news of the count, once. Jobs left over are cancelled when all their points are complete.
WorkCount wait_for_jobs(const Store& store, const WorkList& list,
                        const std::function<void(const WorkCount&)>& tick);

}  // namespace redcell::scenarios
