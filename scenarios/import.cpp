#include "scenarios/import.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "analysis/field/column_maps.h"
#include "analysis/field/guess.h"
#include "analysis/field/import.h"
#include "analysis/field/import_folder.h"
#include "analysis/log_error.h"

namespace redcell::scenarios {
namespace {

constexpr int exit_imported = 0;
constexpr int exit_refused = 2;

void list_formats() {
  for (const analysis::ColumnMap& map : analysis::known_maps()) {
    fmt::print("{:<15} {}{}\n", map.name(), map.title(),
               map.origin() == analysis::ColumnMap::DOCUMENTATION
                   ? " (from documentation, not tried on a real file)"
                   : "");
  }
}

analysis::ColumnMap map_of(const ImportOptions& options) {
  if (!options.map.empty()) return analysis::load_map(options.map);
  if (options.format.empty()) return analysis::recognise_format(options.file);
  const analysis::ColumnMap* map = analysis::find_map(options.format);
  if (map != nullptr) return *map;
  std::string names;
  for (const analysis::ColumnMap& known : analysis::known_maps()) names += " " + known.name();
  throw analysis::LogError(
      fmt::format("found --format {}; allowed:{}, or --map FILE", options.format, names));
}

int import_file(const ImportOptions& options) {
  if (options.file.empty()) {
    throw analysis::LogError("found no file; allowed: redcell import FILE, or --list");
  }
  if (options.guess) {
    fmt::print("{}", analysis::guess_map(options.file));
    return exit_imported;
  }
  const std::string out_dir =
      options.out_dir.empty() ? analysis::import_folder("imports", options.file) : options.out_dir;
  const analysis::ImportReport report =
      analysis::import_to_directory(options.file, map_of(options), out_dir);
  fmt::print("{}results in {}: drive.csv, import.json{}\n", analysis::report_text(report), out_dir,
             report.unread > 0 ? ", unreadable.csv" : "");
  return exit_imported;
}

}  // namespace

int import_command(const ImportOptions& options) {
  if (options.list) {
    list_formats();
    return exit_imported;
  }
  try {
    return import_file(options);
  } catch (const analysis::LogError& error) {
    fmt::print(stderr, "redcell: {}\nredcell: nothing was written.\n", error.what());
    return exit_refused;
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "redcell: {}: {}\nredcell: nothing was written.\n", error.path1().string(),
               error.code().message());
    return exit_refused;
  }
}

}  // namespace redcell::scenarios
