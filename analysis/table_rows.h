// A KPI log as tidy tables: one a kind of record, its fields as columns.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "analysis/drive_line.h"
#include "analysis/schema/kpi_log.pb.h"
#include "analysis/summary.h"

namespace redcell::analysis {

/// std::monostate: not measured.
using TableValue = std::variant<std::monostate, std::int64_t, double, std::string>;

struct TableHead {
  std::string name;
  std::vector<std::string> columns;
};

/// Called for each row, with the index of its table.
using RowVisit = std::function<void(std::size_t table, const std::vector<TableValue>& row)>;

/// Tables named as the fields of KpiRecord, columns as the schema names them (unit last). What is
/// repeated in a record is a table of its own, KIND_FIELD, whose first column KIND_row is the
/// number of the record's row, from 1. Last come `kpi` (the summary) and `drive` (drive.csv).
class TableRows {
 public:
  TableRows();
  [[nodiscard]] const std::vector<TableHead>& heads() const { return heads_; }
  void visit(const KpiRecord& record, const RowVisit& visit);
  /// Of the summary, whose figures without an interval have none here.
  void visit(const Summary& summary, const RowVisit& visit) const;
  /// Of one line of the drive log.
  void visit(const DriveLine& line, const RowVisit& visit) const;

 private:
  void visit_message(const google::protobuf::Message& message, std::size_t table,
                     std::int64_t parent_row, const RowVisit& visit);

  std::vector<TableHead> heads_;
  std::vector<std::int64_t> row_count_;          ///< [table]
  std::map<std::string, std::size_t> table_of_;  ///< By name.
};

/// As CSV has it: empty for what was not measured or is not finite, quoted where it must be.
void append_csv_row(const std::vector<TableValue>& row, std::string& out);

}  // namespace redcell::analysis
