// The program as files: what a sweep copies, so that a rebuild cannot change it while it runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace redcell::scenarios {

/// Where this program and its own library lie. Library is empty where both are one file.
struct ProgramFiles {
  std::filesystem::path program;
  std::filesystem::path library;
};

/// Of the running process. Throws std::runtime_error where the system does not tell.
[[nodiscard]] ProgramFiles running_program();

/// The copy that copy_program() made in FOLDER; without a program where there is none.
[[nodiscard]] ProgramFiles copied_program(const std::filesystem::path& folder);

/// Content address of both files.
[[nodiscard]] std::string build_address(const ProgramFiles& files);

/// Content address of the program that a sweep runs: the copy in FOLDER, or this one where there is
/// none yet. Where the copy is another program this process goes on as that one, with the words it
/// was typed with. nullopt, with a complaint, when it is the copy with a library not its own.
/// Throws std::runtime_error.
[[nodiscard]] std::optional<std::string> build_of_sweep(const std::filesystem::path& folder);

/// FOLDER/redcell and beside it the library under the name it was loaded by. Nothing is written
/// when FOLDER/redcell is there already.
void copy_program(const ProgramFiles& files, const std::filesystem::path& folder);

}  // namespace redcell::scenarios
