// The stamp that `redcell selftest channel` leaves on a machine, for the head of every run's
// summary.
//
// It lies in $XDG_CACHE_HOME/redcell, or $HOME/.cache/redcell. It speaks for one version of
// redcell, built as it was, on one instruction set of one machine, for machines may share a home;
// what does not match says nothing. A stamp
// changes no bit of a run, and where it cannot be kept or read there is none: never an error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "analysis/summary.h"

namespace redcell::scenarios {

/// What a stamp speaks for.
struct StampKey {
  std::string version;
  std::string isa;
  std::string build;    ///< Content address of program and library.
  std::string machine;  ///< A fingerprint of its name for itself.
};

/// Of the running program; nullopt where the system does not tell.
[[nodiscard]] std::optional<StampKey> running_key();

/// Where stamps lie; nullopt where neither variable names an absolute folder.
[[nodiscard]] std::optional<std::filesystem::path> stamp_folder();

/// Leaves a stamp, in the place of one of another build. False where none could be left.
bool leave_stamp(const StampKey& key, bool has_passed);

/// "pass" or "fail"; nullopt where there is no stamp of this key.
[[nodiscard]] std::optional<std::string> read_stamp(const StampKey& key);

/// What goes into summary.json: this program's version and instruction set, and the stamp's word
/// or "not run here". Where a stamp lies, the program is read once for its address, some 50 ms.
[[nodiscard]] analysis::ChannelSelftest channel_selftest_facts();

}  // namespace redcell::scenarios
