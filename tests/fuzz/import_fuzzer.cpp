// Goal: no bytes whatsoever crash the importer, hang it, or make it lose a line. Method: libFuzzer
// with AddressSanitizer; the first byte picks the format (or a guess), unless IMPORT_FORMAT in the
// environment does; the rest is the log; an import must either refuse, or count every line once.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analysis/field/column_maps.h"
#include "analysis/field/guess.h"
#include "analysis/field/import.h"
#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

/// A file in memory, of which only its path is used.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* bytes, std::size_t size)
      : file_(::memfd_create("log", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(file_)) {
    if (file_ < 0 || ::write(file_, bytes, size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  int file_;
  std::string path_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

/// The lines of dates and places of records make neither rows nor complaints.
void require_counted(const ImportReport& report, std::uint64_t rows, std::uint64_t unread) {
  const ReadCounts& read = report.read;
  const std::uint64_t counted =
      read.blank_lines + read.lines_before_header + (read.header_line > 0 ? 1 : 0) +
      read.header_repeats + read.other_records + read.unreadable_lines + report.order.rows +
      report.order.duplicates + report.order.too_late + read.held_records + read.left_out_records;
  require(read.lines == counted);
  require(report.order.rows == rows);
  require(report.unread == unread);
}

void import_as(const std::string& path, const ColumnMap& map) {
  std::uint64_t rows = 0, unread = 0;
  const ImportReport report = import_field_log(
      path, map,
      {.row = [&](const DriveLine&) { ++rows; }, .unread = [&](const Unread&) { ++unread; }});
  require_counted(report, rows, unread);
  require(!report_json(report).empty());
}

/// Ways to read a log: each known format, then to recognise one, then to guess a map.
std::size_t way_count() { return known_maps().size() + 2; }

/// The number of the way that IMPORT_FORMAT names (a map's name, "recognise" or "guess"); none:
/// all.
std::size_t chosen_way() {
  const char* wanted = std::getenv("IMPORT_FORMAT");
  if (wanted == nullptr) return way_count();
  const std::string_view name(wanted);
  if (name == "recognise") return known_maps().size();
  if (name == "guess") return known_maps().size() + 1;
  for (std::size_t i = 0; i < known_maps().size(); ++i) {
    if (known_maps()[i].name() == name) return i;
  }
  std::abort();
}

void guess(const std::string& path) {
  const std::string text = guess_map(path);
  import_as(path, parse_map(text, "guess"));
}

}  // namespace
}  // namespace redcell::analysis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace redcell::analysis;
  if (size == 0) return 0;
  const MemoryFile file(bytes + 1, size - 1);
  static const std::size_t chosen = chosen_way();
  const std::size_t choice = chosen < way_count() ? chosen : bytes[0] % way_count();
  try {
    if (choice < known_maps().size()) {
      import_as(file.path(), known_maps()[choice]);
    } else if (choice == known_maps().size()) {
      import_as(file.path(), recognise_format(file.path()));
    } else {
      guess(file.path());
    }
  } catch (const LogError&) {
    // Refused, with its reason.
  }
  return 0;
}
