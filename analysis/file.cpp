#include "analysis/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

/// Returns the error number, 0 when all is on the disk.
int write_and_close(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      ::close(file);
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const int error = ::fsync(file) == 0 ? 0 : errno;
  // Pipes and devices cannot be made durable, and need not be.
  return ::close(file) == 0 ? (error == EINVAL ? 0 : error) : errno;
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view text) {
  const std::string beside = fmt::format("{}.{}.part", path, ::getpid());
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  int error = file < 0 ? errno : write_and_close(file, text);
  if (error == 0 && std::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    if (file >= 0) ::unlink(beside.c_str());
    throw LogError(fmt::format("{}: cannot write: {}", path, std::strerror(error)));
  }
}

}  // namespace redcell::analysis
