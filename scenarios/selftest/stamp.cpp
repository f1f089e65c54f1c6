#include "scenarios/selftest/stamp.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <exception>
#include <fstream>

#include "analysis/file.h"
#include "base/math.h"
#include "base/version.h"
#include "scenarios/hash.h"
#include "scenarios/sweep/program.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr const char* passed_word = "pass";
constexpr const char* failed_word = "fail";

std::optional<fs::path> folder_of(const char* variable, const char* below) {
  const char* value = std::getenv(variable);
  // The XDG base directory specification: a relative path is to be ignored.
  if (value == nullptr || !fs::path(value).is_absolute()) return std::nullopt;
  return fs::path(value) / below;
}

/// machine-id(5) where there is one, else the host's name. The manual wants it kept out of files.
std::string machine_fingerprint() {
  std::string name;
  std::ifstream stream("/etc/machine-id");
  if (!std::getline(stream, name) || name.empty()) {
    std::array<char, HOST_NAME_MAX + 1> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) return "unknown";
    name = host.data();
  }
  Hash hash;
  for (const char c : name) hash.add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  return fmt::format("{:016x}", hash.value());
}

/// One file a version, instruction set and machine, so that builds do not pile up.
std::optional<fs::path> stamp_path(const StampKey& key) {
  const std::optional<fs::path> folder = stamp_folder();
  if (!folder) return std::nullopt;
  return *folder / fmt::format("selftest-channel-{}-{}-{}.txt", key.version, key.isa, key.machine);
}

/// All of a key that costs nothing to know.
StampKey known_key() {
  return {.version = base::version,
          .isa = base::isa_name(),
          .build = {},
          .machine = machine_fingerprint()};
}

std::string running_build() { return build_address(running_program()); }

}  // namespace

std::optional<StampKey> running_key() {
  try {
    StampKey key = known_key();
    key.build = running_build();
    return key;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<fs::path> stamp_folder() {
  if (const auto folder = folder_of("XDG_CACHE_HOME", "redcell")) return folder;
  return folder_of("HOME", ".cache/redcell");
}

bool leave_stamp(const StampKey& key, bool has_passed) {
  const std::optional<fs::path> path = stamp_path(key);
  if (!path) return false;
  try {
    fs::create_directories(path->parent_path());
    analysis::write_file_atomically(
        path->string(), fmt::format("{}\n{}\n", key.build, has_passed ? passed_word : failed_word));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<std::string> read_stamp(const StampKey& key) {
  const std::optional<fs::path> path = stamp_path(key);
  if (!path) return std::nullopt;
  std::ifstream stream(*path);
  std::string build;
  std::string word;
  if (!std::getline(stream, build) || !std::getline(stream, word)) return std::nullopt;
  if (build != key.build || (word != passed_word && word != failed_word)) return std::nullopt;
  return word;
}

analysis::ChannelSelftest channel_selftest_facts() {
  analysis::ChannelSelftest facts{.version = base::version, .isa = base::isa_name()};
  const std::optional<fs::path> path = stamp_path(known_key());
  std::error_code error;
  // Without a stamp the program need not be read.
  if (!path || !fs::exists(*path, error)) return facts;
  static const std::optional<StampKey> key = running_key();
  if (!key) return facts;
  if (const auto word = read_stamp(*key)) facts.result = *word;
  return facts;
}

}  // namespace redcell::scenarios
