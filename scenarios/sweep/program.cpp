#include "scenarios/sweep/program.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "scenarios/complain.h"
#include "scenarios/sweep/plan.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void copy_durably(const fs::path& from, const fs::path& to) {
  const fs::path beside = to.string() + ".copy-" + std::to_string(getpid());
  fs::copy_file(from, beside, fs::copy_options::overwrite_existing);
  const int file = open(beside.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_durable = file >= 0 && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  if (!is_durable) throw fs::filesystem_error("cannot keep", to, {error, std::generic_category()});
  fs::rename(beside, to);
}

/// The command line of this process as it was typed.
std::vector<std::string> typed_words() {
  std::ifstream stream("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(stream, word, '\0');) words.push_back(word);
  return words;
}

/// Goes on as the program that the sweep began with.
void become(const fs::path& program) {
  complain(fmt::format("redcell: this sweep goes on with the program it began with, in {}",
                       program.parent_path().string()));
  std::vector<std::string> words = typed_words();
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  throw std::runtime_error(
      fmt::format("cannot start {}: {}", program.string(), std::strerror(errno)));
}

}  // namespace

ProgramFiles running_program() {
  ProgramFiles files{.program = fs::read_symlink("/proc/self/exe"), .library = {}};
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&running_program), &info) == 0) {
    throw std::runtime_error("the system does not tell where the program lies");
  }
  const fs::path mine = info.dli_fname;
  std::error_code error;
  if (!fs::equivalent(mine, files.program, error) && fs::exists(mine)) files.library = mine;
  return files;
}

ProgramFiles copied_program(const fs::path& folder) {
  ProgramFiles files;
  if (!fs::exists(folder / "redcell")) return files;
  files.program = folder / "redcell";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    // Not what a copy that was cut off has left.
    if (name.starts_with("lib") && name.find(".copy-") == std::string::npos) {
      files.library = entry.path();
    }
  }
  return files;
}

std::string build_address(const ProgramFiles& files) {
  std::string bytes = bytes_of(files.program);
  if (!files.library.empty()) bytes += bytes_of(files.library);
  return content_address(bytes);
}

std::optional<std::string> build_of_sweep(const fs::path& folder) {
  const ProgramFiles running = running_program();
  std::string build = build_address(running);
  const ProgramFiles copied = copied_program(folder);
  if (copied.program.empty() || build_address(copied) == build) return build;
  if (fs::equivalent(running.program, copied.program)) {
    complain(
        fmt::format("redcell: found {} running with {}; allowed: the library it was copied with",
                    running.program.string(), running.library.string()));
    return std::nullopt;
  }
  become(copied.program);
  return std::nullopt;
}

void copy_program(const ProgramFiles& files, const fs::path& folder) {
  const fs::path program = folder / "redcell";
  if (fs::exists(program)) return;
  fs::create_directories(folder);
  // The program last: whoever sees it has the whole.
  if (!files.library.empty()) copy_durably(files.library, folder / files.library.filename());
  copy_durably(files.program, program);
}

}  // namespace redcell::scenarios
