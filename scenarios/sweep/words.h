// The words of `redcell sweep` on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace redcell::scenarios {

/// Adds `sweep`, and the hidden `sweep-task` of job arrays; `job` takes what to do.
void add_sweep(CLI::App& app, std::function<int()>& job);

}  // namespace redcell::scenarios
