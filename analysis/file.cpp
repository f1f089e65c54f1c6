#include "analysis/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

/// Returns the error number, 0 when all was taken.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Returns the error number, 0 when all is on the disk.
int make_durable_and_close(int file) {
  const int error = ::fsync(file) == 0 ? 0 : errno;
  // Pipes and devices cannot be made durable, and need not be.
  return ::close(file) == 0 ? (error == EINVAL ? 0 : error) : errno;
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.append(text);
  file.commit();
}

AtomicFile::AtomicFile(std::string path)
    : path_(std::move(path)), beside_(fmt::format("{}.{}.part", path_, ::getpid())) {
  file_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw LogError(fmt::format("{}: cannot write: {}", path_, std::strerror(errno)));
  }
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(beside_.c_str());
}

void AtomicFile::give_up(int error) {
  throw LogError(fmt::format("{}: cannot write: {}", path_, std::strerror(error)));
}

void AtomicFile::append(std::string_view text) {
  if (const int error = write_all(file_, text); error != 0) give_up(error);
}

void AtomicFile::commit() {
  int error = make_durable_and_close(std::exchange(file_, -1));
  if (error == 0 && std::rename(beside_.c_str(), path_.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(beside_.c_str());
  give_up(error);
}

}  // namespace redcell::analysis
