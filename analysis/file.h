// Result files that are there whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace redcell::analysis {

/// Writes text beside path, makes it durable and renames it to path: whoever opens path sees the
/// old file or the whole new one. Throws LogError; then path is as it was and nothing is left
/// beside it.
void write_file_atomically(const std::string& path, std::string_view text);

/// The same for a file that comes in pieces.
class AtomicFile {
 public:
  /// Throws LogError when nothing can be written beside path.
  explicit AtomicFile(std::string path);
  /// Without commit() nothing is left, and path is as it was.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws LogError when the disk is full.
  void append(std::string_view text);
  /// Last. Throws LogError.
  void commit();

 private:
  void give_up(int error);

  std::string path_;
  std::string beside_;
  int file_ = -1;
};

}  // namespace redcell::analysis
