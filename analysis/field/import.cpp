#include "analysis/field/import.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>

#include "analysis/field/column_maps.h"
#include "analysis/file.h"
#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

std::string separator_name(char separator) {
  switch (separator) {
    case '\t':
      return "tab";
    case ',':
      return "comma";
    case ';':
      return "semicolon";
    case '|':
      return "bar";
    case ' ':
      return "blank";
    default:
      return std::string(1, separator);
  }
}

std::string first_lines(const std::vector<Unread>& unread) {
  std::string text;
  constexpr std::size_t shown_max = 5;
  for (std::size_t i = 0; i < std::min(unread.size(), shown_max); ++i) {
    text += fmt::format("\n  line {}: {}", unread[i].line, unread[i].why);
    if (!unread[i].found.empty()) text += fmt::format("; found \"{}\"", unread[i].found);
  }
  return text;
}

void require_rows(const ImportReport& report) {
  const ReadCounts& read = report.read;
  const std::uint64_t rows = report.order.rows + report.order.duplicates;
  if (rows > 0 && read.unreadable_lines <= rows) return;
  if (rows == 0 && read.left_out_records > read.unreadable_lines) {
    throw LogError(fmt::format(
        "{}: found {} records that only_if of format {} leaves out, and none that makes a row; "
        "allowed: a log with records of the system that the format is for. For another system "
        "take a map of your own",
        report.path, read.left_out_records, report.format));
  }
  if (read.header_line == 0 && read.lines_before_header > 0) {
    throw LogError(fmt::format(
        "{}:1: found no header of format {} in {} lines; allowed: a line with the column of the "
        "time and one more that the map names. Try --guess, which proposes a map",
        report.path, report.format, read.lines));
  }
  const std::string place =
      report.first_unread.empty()
          ? report.path
          : fmt::format("{}:{}", report.path, report.first_unread.front().line);
  throw LogError(fmt::format(
      "{}: found {} lines that cannot be read and {} rows; allowed: more rows than such lines. "
      "This "
      "is not format {}, or the file is damaged{}",
      place, read.unreadable_lines, rows, report.format, first_lines(report.first_unread)));
}

/// A drive whose every figure is unreadable is none.
void require_figures(const ImportReport& report) {
  std::uint64_t read = 0, unreadable = 0;
  for (std::size_t i = 0; i < UE; ++i) {
    read += report.read.figure[i].read;
    unreadable += report.read.figure[i].unreadable;
  }
  if (read > 0 || unreadable == 0) return;
  throw LogError(fmt::format(
      "{}:{}: found no figure that can be read and {} that cannot; allowed: at least one. This is "
      "not format {}{}",
      report.path, report.first_unread.front().line, unreadable, report.format,
      first_lines(report.first_unread)));
}

DriveLine drive_line(const FieldRow& row, std::int64_t begin_ns) {
  DriveLine line;
  line.time_s = static_cast<double>(row.time_ns - begin_ns) / 1e9;
  if (!std::isnan(row.figure[UE])) line.ue = static_cast<std::uint32_t>(row.figure[UE]);
  std::copy_n(row.figure.begin(), drive_figure_count, line.figure.begin());
  line.state = row.state;
  line.events = row.events;
  return line;
}

/// Folders that are made for the results; those that stay empty are removed again.
class Folders {
 public:
  explicit Folders(const std::filesystem::path& directory) {
    std::filesystem::path path = std::filesystem::absolute(directory).lexically_normal();
    for (; !path.empty() && !std::filesystem::exists(path); path = path.parent_path()) {
      made_.push_back(path);
      if (path == path.parent_path()) break;
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
      throw LogError(
          fmt::format("{}: cannot make the folder: {}", directory.string(), error.message()));
    }
  }
  ~Folders() {
    std::error_code ignored;
    // What is not empty stays.
    for (const auto& path : made_) std::filesystem::remove(path, ignored);
  }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;

 private:
  std::vector<std::filesystem::path> made_;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

const ColumnMap& recognise_format(const std::string& path) {
  TextLines lines(path, {});
  TextLine line;
  std::string first;
  const ColumnMap* best = nullptr;
  int best_score = 0;
  for (std::uint64_t i = 0; i < header_line_max && lines.next(line); ++i) {
    if (line.trouble != nullptr) continue;
    if (first.empty()) first = printable(line.text.substr(0, 200));
    for (const ColumnMap& map : known_maps()) {
      const int score = header_score(map, line.text);
      if (score <= best_score) continue;
      best = &map;
      best_score = score;
    }
  }
  if (best != nullptr) return *best;
  throw LogError(fmt::format(
      "{}:1: found \"{}\"; allowed: a log of a known format (redcell import --list). For another "
      "one run redcell import --guess {} > my.txtpb, look the map over, and import with --map "
      "my.txtpb",
      path, first, path));
}

ImportReport import_field_log(const std::string& path, const ColumnMap& map,
                              const ImportSinks& sinks) {
  ImportReport report;
  report.path = path;
  report.format = map.name();
  report.title = map.title();
  report.origin = map.origin();
  const auto complain = [&](const Unread& unread) {
    ++report.unread;
    if (report.first_unread.size() < unread_shown_max) report.first_unread.push_back(unread);
    if (sinks.unread) sinks.unread(unread);
  };
  TextLines lines(path, map.encoding());
  RowReader reader(map, complain);
  std::optional<std::int64_t> begin_ns;
  RowOrder order(
      [&](const FieldRow& row) {
        // A drive log has its beginning already.
        if (!begin_ns) begin_ns = map.name() == "redcell" ? 0 : row.time_ns;
        sinks.row(drive_line(row, *begin_ns));
      },
      complain);
  const auto take = [&](const TextLine& line, FieldRow& row) {
    try {
      return reader.take(line, row);
    } catch (const LogError& error) {
      throw LogError(fmt::format("{}: {}", path, error.what()));
    }
  };
  FieldRow row;
  for (TextLine line; lines.next(line);) {
    if (take(line, row)) order.add(row);
  }
  order.finish();
  report.read = reader.counts();
  report.left_out_why = map.left_out().why();
  report.order = order.counts();
  report.encoding = lines.encoding();
  report.bytes = lines.byte_count();
  report.separator = separator_name(reader.separator());
  report.zone_known = reader.clock().zone_known();
  report.midnights = reader.clock().midnight_count();
  require_rows(report);
  require_figures(report);
  return report;
}

ImportReport import_to_directory(const std::string& path, const ColumnMap& map,
                                 const std::string& out_dir) {
  const std::filesystem::path directory(out_dir);
  // A log that cannot be opened must not cost a folder.
  static_cast<void>(TextLines(path, map.encoding()));
  const Folders folders(directory);
  AtomicFile drive((directory / "drive.csv").string());
  std::optional<AtomicFile> unreadable;
  const std::string unreadable_path = (directory / "unreadable.csv").string();
  std::string text = drive_csv_head(), complaints = "line,column,found,why\n";
  const auto pass = [](AtomicFile& file, std::string& pieces) {
    file.append(pieces);
    pieces.clear();
  };
  const ImportReport report =
      import_field_log(path, map,
                       {.row =
                            [&](const DriveLine& line) {
                              append_drive_line(line, text);
                              if (text.size() > chunk_bytes) pass(drive, text);
                            },
                        .unread =
                            [&](const Unread& unread) {
                              if (!unreadable) unreadable.emplace(unreadable_path);
                              complaints += fmt::format("{},{},{},{}\n", unread.line, unread.column,
                                                        quoted(unread.found), quoted(unread.why));
                              if (complaints.size() > chunk_bytes) pass(*unreadable, complaints);
                            }});
  pass(drive, text);
  if (unreadable) {
    pass(*unreadable, complaints);
    unreadable->commit();
  } else {
    std::error_code error;
    std::filesystem::remove(unreadable_path, error);
    if (error) {
      throw LogError(fmt::format("{}: cannot remove: {}", unreadable_path, error.message()));
    }
  }
  drive.commit();
  write_file_atomically((directory / "import.json").string(), report_json(report));
  return report;
}

}  // namespace redcell::analysis
