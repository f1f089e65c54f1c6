#include "scenarios/sqlite_file.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <variant>

#include "analysis/log_error.h"

namespace redcell::scenarios {

void SqliteFile::Close::operator()(sqlite3* database) const { sqlite3_close(database); }
void SqliteTable::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteFile::SqliteFile(const std::filesystem::path& path) : path_(path) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(path.c_str(), &opened);
  database_.reset(opened);
  check(code);
}

void SqliteFile::run(const std::string& sql) {
  check(sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

void SqliteFile::check(int code) const {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  throw analysis::LogError(fmt::format("{}: {}", path_.string(),
                                       database_ ? sqlite3_errmsg(database_.get()) : "no memory"));
}

SqliteTable::SqliteTable(SqliteFile& database, const std::string& name,
                         const std::vector<std::string>& columns)
    : database_(database) {
  std::string heads;
  std::string marks;
  for (const std::string& column : columns) {
    heads += (heads.empty() ? "\"" : ", \"") + column + '"';
    marks += marks.empty() ? "?" : ", ?";
  }
  database.run(fmt::format("CREATE TABLE \"{}\" ({})", name, heads));
  sqlite3_stmt* statement = nullptr;
  const std::string sql = fmt::format("INSERT INTO \"{}\" VALUES ({})", name, marks);
  database_.check(
      sqlite3_prepare_v2(database_.database_.get(), sql.c_str(), -1, &statement, nullptr));
  insert_.reset(statement);
}

void SqliteTable::add(const std::vector<analysis::TableValue>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) bind(static_cast<int>(i) + 1, values[i]);
  database_.check(sqlite3_step(insert_.get()));
  database_.check(sqlite3_reset(insert_.get()));
}

void SqliteTable::bind(int at, const analysis::TableValue& value) {
  int code = SQLITE_OK;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    code = sqlite3_bind_int64(insert_.get(), at, *whole);
  } else if (const auto* number = std::get_if<double>(&value)) {
    // What is infinite is not known.
    code = std::isfinite(*number) ? sqlite3_bind_double(insert_.get(), at, *number)
                                  : sqlite3_bind_null(insert_.get(), at);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    code = sqlite3_bind_text(insert_.get(), at, text->c_str(), -1, SQLITE_TRANSIENT);
  } else {
    code = sqlite3_bind_null(insert_.get(), at);
  }
  database_.check(code);
}

}  // namespace redcell::scenarios
