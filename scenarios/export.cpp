#include "scenarios/export.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "analysis/drive_log.h"
#include "analysis/file.h"
#include "analysis/kpi_log.h"
#include "analysis/log_error.h"
#include "analysis/summary.h"
#include "analysis/table_rows.h"
#include "scenarios/sqlite_file.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr int exit_done = 0;
constexpr int exit_refused = 2;

/// Takes rows of tables; a table begins with its first row.
class TableSink {
 public:
  TableSink() = default;
  virtual ~TableSink() = default;
  TableSink(const TableSink&) = delete;
  TableSink& operator=(const TableSink&) = delete;
  virtual void add(std::size_t table, const analysis::TableHead& head,
                   const std::vector<analysis::TableValue>& row) = 0;
  virtual void commit() = 0;
};

class CsvSink : public TableSink {
 public:
  /// heads: all tables that could come; files of those that do not are an earlier run's.
  CsvSink(const std::string& folder, const std::vector<analysis::TableHead>& heads)
      : folder_(folder), heads_(heads) {
    for (fs::path part = folder_; !part.empty() && !fs::exists(part); part = part.parent_path()) {
      made_.push_back(part);
    }
    fs::create_directories(folder_);
  }
  ~CsvSink() override {
    files_.clear();
    std::error_code ignored;  // A folder with something in it stays.
    for (const fs::path& part : made_) fs::remove(part, ignored);
  }
  void add(std::size_t table, const analysis::TableHead& head,
           const std::vector<analysis::TableValue>& row) override {
    if (table >= files_.size()) files_.resize(table + 1);
    File& file = files_[table];
    if (!file.file) {
      file.file = std::make_unique<analysis::AtomicFile>((folder_ / (head.name + ".csv")).string());
      file.text = fmt::format("{}\n", fmt::join(head.columns, ","));
    }
    analysis::append_csv_row(row, file.text);
    constexpr std::size_t bytes_at_once = 65'536;
    if (file.text.size() > bytes_at_once) hand_over(file);
  }
  void commit() override {
    for (File& file : files_) {
      if (file.file) hand_over(file);
    }
    files_.resize(heads_.size());
    for (std::size_t table = 0; table < heads_.size(); ++table) {
      if (files_[table].file) {
        files_[table].file->commit();
      } else {
        fs::remove(folder_ / (heads_[table].name + ".csv"));
      }
    }
    made_.clear();
  }

 private:
  struct File {
    std::unique_ptr<analysis::AtomicFile> file;  ///< Null: no row yet.
    std::string text;                            ///< Not yet handed over.
  };
  static void hand_over(File& file) {
    file.file->append(file.text);
    file.text.clear();
  }

  fs::path folder_;
  std::vector<analysis::TableHead> heads_;
  std::vector<fs::path> made_;  ///< Folders that were not there, the innermost first.
  std::vector<File> files_;     ///< [table]
};

class SqliteSink : public TableSink {
 public:
  explicit SqliteSink(const std::string& path) : path_(path), beside_(path + ".new") {
    if (fs::exists(path_)) {
      throw analysis::LogError(
          fmt::format("{}: found a file there; allowed: a name that is free", path));
    }
    fs::remove(beside_);
    database_ = std::make_unique<SqliteFile>(beside_);
    // Nobody reads it before it has its name.
    database_->run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  }
  ~SqliteSink() override {
    tables_.clear();
    database_.reset();
    std::error_code ignored;
    fs::remove(beside_, ignored);
  }
  void add(std::size_t table, const analysis::TableHead& head,
           const std::vector<analysis::TableValue>& row) override {
    if (table >= tables_.size()) tables_.resize(table + 1);
    if (!tables_[table]) {
      tables_[table] = std::make_unique<SqliteTable>(*database_, head.name, head.columns);
    }
    tables_[table]->add(row);
  }
  void commit() override {
    database_->run("COMMIT");
    tables_.clear();
    database_.reset();
    fs::rename(beside_, path_);
  }

 private:
  fs::path path_;
  fs::path beside_;
  std::unique_ptr<SqliteFile> database_;
  std::vector<std::unique_ptr<SqliteTable>> tables_;  ///< [table] Null: no row yet.
};

void export_log(analysis::KpiLogReader& reader, TableSink& sink) {
  analysis::TableRows rows;
  analysis::SummaryBuilder summary;
  analysis::DriveLog drive;
  const analysis::RowVisit add = [&](std::size_t table, const auto& row) {
    sink.add(table, rows.heads()[table], row);
  };
  for (analysis::KpiRecord record; reader.next(record);) {
    rows.visit(record, add);
    summary.add(record);
    drive.add(record);
  }
  rows.visit(summary.finish(), add);
  analysis::visit_drive_lines(drive,
                              [&](const analysis::DriveLine& line) { rows.visit(line, add); });
  sink.commit();
}

void export_run(const ExportOptions& options) {
  const bool is_folder = fs::is_directory(options.run);
  const std::string log = is_folder ? (fs::path(options.run) / "kpi.log").string() : options.run;
  // Before anything is made: a log that cannot be read leaves nothing behind.
  analysis::KpiLogReader reader(log);
  if (!options.csv.empty()) {
    CsvSink sink(options.csv, analysis::TableRows().heads());
    export_log(reader, sink);
  } else {
    SqliteSink sink(options.sqlite);
    export_log(reader, sink);
  }
  for (const analysis::Damage& damage : reader.damage()) {
    fmt::print("note: {}: {} bytes at offset {} skipped: {}\n", log, damage.bytes, damage.offset,
               damage.what);
  }
}

}  // namespace

int export_command(const ExportOptions& options) {
  try {
    export_run(options);
    return exit_done;
  } catch (const analysis::LogError& error) {
    fmt::print(stderr, "redcell: {}\n", error.what());
  } catch (const fs::filesystem_error& error) {
    fmt::print(stderr, "redcell: {}: {}\n", error.path1().string(), error.code().message());
  }
  return exit_refused;
}

}  // namespace redcell::scenarios
