#include "scenarios/sweep/program.h"

#include <dlfcn.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

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
  fs::rename(beside, to);
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

void copy_program(const ProgramFiles& files, const fs::path& folder) {
  const fs::path program = folder / "redcell";
  if (fs::exists(program)) return;
  fs::create_directories(folder);
  // The program last: whoever sees it has the whole.
  if (!files.library.empty()) copy_durably(files.library, folder / files.library.filename());
  copy_durably(files.program, program);
}

}  // namespace redcell::scenarios
