#include "scenarios/sweep/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "analysis/file.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"
#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/point_files.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

/// Paths of what is in a folder; nothing when it is not there.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  return entries;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) {
  fs::create_directories(folder);
  file_ = open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw std::system_error(errno, std::generic_category(), (folder / "lock").string());
  }
  is_mine_ = flock(file_, LOCK_EX | LOCK_NB) == 0;
  if (is_mine_ || errno == EWOULDBLOCK) return;
  const int error = errno;  // A file system without locks, say.
  close(file_);
  throw std::system_error(error, std::generic_category(), (folder / "lock").string());
}

FolderLock::~FolderLock() { close(file_); }

fs::path Store::base(const std::string& id) const { return folder_ / "base" / (id + ".txtpb"); }

fs::path Store::point(const std::string& address) const {
  return folder_ / "points" / address.substr(0, 2) / address;
}

fs::path Store::failure(const std::string& address) const { return folder_ / "failed" / address; }

bool Store::is_complete(const std::string& address) const {
  std::error_code error;
  return fs::is_directory(point(address), error);
}

std::set<std::string> Store::complete() const {
  std::set<std::string> addresses;
  for (const fs::path& shelf : entries_of(folder_ / "points")) {
    for (const fs::path& point : entries_of(shelf)) addresses.insert(point.filename());
  }
  return addresses;
}

std::map<std::string, Failure> Store::failures() const {
  std::map<std::string, Failure> failures;
  for (const fs::path& folder : entries_of(folder_ / "failed")) {
    const std::string address = folder.filename();
    Failure failure = read_failure(folder);
    const bool is_over = is_complete(address) && failure.cause != causes::different;
    if (!is_over) failures.emplace(address, std::move(failure));
  }
  return failures;
}

std::size_t Store::duplicate_count() const { return entries_of(folder_ / "duplicates").size(); }

std::string Store::freeze_base(const std::string& text) const {
  std::string id = content_address(text);
  if (fs::exists(base(id))) return id;
  fs::create_directories(base(id).parent_path());
  analysis::write_file_atomically(base(id), text);
  return id;
}

void Store::freeze_sweep(const LoadedSweep& loaded, const std::string& base) const {
  schema::Sweep sweep = loaded.sweep;
  sweep.set_scenario(fmt::format("base/{}.txtpb", base));
  sweep.clear_set();  // The base has them.
  if (!sweep.has_title()) sweep.set_title(loaded.file);
  std::string text;
  google::protobuf::TextFormat::PrintToString(sweep, &text);
  // On a full disk what is there need not be written again.
  if (fs::exists(this->sweep()) && analysis::read_text_file(this->sweep().string()) == text) return;
  analysis::write_file_atomically(this->sweep().string(), text);
}

fs::path Store::begin(const std::string& address) const {
  const fs::path attempt =
      folder_ / "tmp" / fmt::format("{}.{}.{}", address, host_name(), getpid());
  fs::remove_all(attempt);
  fs::create_directories(attempt);
  return attempt;
}

std::optional<Failure> Store::finish(const std::string& address, const fs::path& attempt) const {
  const fs::path place = point(address);
  fs::create_directories(place.parent_path());
  std::error_code error;
  fs::rename(attempt, place, error);  // Fails where a folder with files is there.
  if (!error) {
    forgive(address);
    return std::nullopt;
  }
  if (!is_complete(address)) throw fs::filesystem_error("cannot move a point", place, error);
  const std::string there = read_result(place).signature;
  const std::string again = read_result(attempt).signature;
  fs::create_directories(folder_ / "duplicates");
  analysis::write_file_atomically(
      folder_ / "duplicates" / attempt.filename(),
      fmt::format("{} {}\n", again, again == there ? "same" : "different from " + there));
  if (again == there) {
    fs::remove_all(attempt);
    return std::nullopt;
  }
  return fail({.address = address,
               .cause = causes::different,
               .words = fmt::format("run twice, with signatures {} and {}", there, again),
               .log = {}},
              attempt);
}

void Store::forgive(const std::string& address) const {
  std::error_code error;
  fs::remove_all(failure(address), error);
}

Failure Store::fail(Failure failure, const fs::path& attempt) const {
  const fs::path place = this->failure(failure.address);
  std::error_code error;
  const bool has_attempt = fs::exists(attempt, error);
  if (fs::exists(place, error) && read_failure(place).cause == causes::different) {
    // Two results are told until someone has looked.
    if (has_attempt) fs::remove_all(attempt, error);
    return failure;
  }
  fs::remove_all(place, error);
  fs::create_directories(has_attempt ? place.parent_path() : place, error);
  if (has_attempt) fs::remove(attempt / "kpi.log", error);  // Needed most on a full disk is room.
  try {
    // Before the move: whoever sees the place sees why.
    write_failure(failure, has_attempt ? attempt : place);
  } catch (const analysis::LogError&) {
    // The caller still has the failure itself to show.
  }
  if (has_attempt) fs::rename(attempt, place, error);
  if (fs::exists(place / "log.txt", error)) failure.log = (place / "log.txt").string();
  return failure;
}

void Store::sweep_out(bool all) const {
  const std::string host = host_name();
  for (const fs::path& attempt : entries_of(folder_ / "tmp")) {
    const std::string name = attempt.filename();
    const std::size_t dot = name.rfind('.');
    const bool is_mine = name.find("." + host + ".") != std::string::npos;
    const bool is_dead =
        is_mine && kill(std::atoi(name.c_str() + dot + 1), 0) != 0 && errno == ESRCH;
    std::error_code error;
    if (is_dead || (all && !is_mine)) fs::remove_all(attempt, error);
  }
}

}  // namespace redcell::scenarios
