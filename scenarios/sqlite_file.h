// Tables in a SQLite file.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analysis/table_rows.h"

struct sqlite3;
struct sqlite3_stmt;

namespace redcell::scenarios {

/// One database file that is being filled. Everything throws analysis::LogError with the file's
/// name and what SQLite says.
class SqliteFile {
 public:
  explicit SqliteFile(const std::filesystem::path& path);
  void run(const std::string& sql);

 private:
  friend class SqliteTable;
  struct Close {
    void operator()(sqlite3* database) const;
  };
  void check(int code) const;

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// One table with rows to add; made with it. The file must outlive it.
class SqliteTable {
 public:
  SqliteTable(SqliteFile& database, const std::string& name,
              const std::vector<std::string>& columns);
  /// Pre: a value a column. What is not finite becomes NULL.
  void add(const std::vector<analysis::TableValue>& values);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void bind(int at, const analysis::TableValue& value);

  SqliteFile& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> insert_;
};

}  // namespace redcell::scenarios
