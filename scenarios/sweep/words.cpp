#include "scenarios/sweep/words.h"

#include <memory>
#include <string>
#include <vector>

#include "scenarios/sweep/sweep.h"

namespace redcell::scenarios {
namespace {

void add_task(CLI::App& app, std::function<int()>& job) {
  CLI::App* command = app.add_subcommand("sweep-task", "One task of a sweep's job array");
  command->group("");  // For job arrays, not for people.
  const auto options = std::make_shared<TaskOptions>();
  command->add_option("folder", options->folder)->required();
  command->add_option("list", options->list)->required();
  command->add_option("--jobs", options->jobs)->check(CLI::Range(1, 1024));
  command->callback([options, &job] { job = [options] { return sweep_task_command(*options); }; });
}

}  // namespace

void add_sweep(CLI::App& app, std::function<int()>& job) {
  CLI::App* command = app.add_subcommand("sweep", "Plan, run or resume a parameter sweep");
  const auto options = std::make_shared<SweepOptions>();
  command->add_option("file", options->file, "A sweep in protobuf text format")->required();
  command->add_option("--out", options->out_dir, "Folder of the sweep; runs/sweep-NAME else");
  command->add_option("--on", options->on, "Where points run: local or slurm")
      ->check(CLI::IsMember({"local", "slurm"}));
  command->add_option("--jobs", options->jobs, "Points at a time; as many as cores else")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--sbatch", options->sbatch_options, "More options for sbatch: --sbatch=--qos=x")
      ->allow_extra_args(false);
  command->add_option("--live", options->live,
                      "With --on slurm: interface or address of this machine where tasks tell how "
                      "far they are, with keys made for this sweep");
  command->add_flag("--no-wait", options->is_without_wait,
                    "Hand the points to Slurm and end; the same command without it takes over");
  command->add_flag("--dry-run", options->is_dry, "Plan, what is done, and what it will cost");
  command->add_flag("--list", options->is_list, "Every point: address, state, seed, axes");
  command->add_flag("--partial", options->is_partial, "Judge although points are missing");
  command->callback([options, &job] { job = [options] { return sweep_command(*options); }; });
  add_task(app, job);
}

}  // namespace redcell::scenarios
