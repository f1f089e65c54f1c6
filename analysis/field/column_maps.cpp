#include "analysis/field/column_maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/column_maps.h"
#include "analysis/field/clock.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"
#include "analysis/words.h"
#include "base/check.h"

namespace redcell::analysis {
namespace {

void add_column_findings(const ColumnMap::Column& column, bool in_record,
                         std::vector<std::string>& findings) {
  if (!column.has_to()) {
    findings.emplace_back("a column without to; say what it is, such as to: SS_RSRP_DBM");
    return;
  }
  const std::string name = column_name(column.to());
  if (in_record && column.field() == 0) {
    findings.push_back(fmt::format("column {} of a record without field, its place from 1", name));
  }
  if (!in_record && column.from().empty()) {
    findings.push_back(fmt::format("column {} without from, its name in the header", name));
  }
  if (!std::isfinite(column.scale()) || column.scale() == 0.0) {
    findings.push_back(fmt::format("column {} with scale {}; it must be a number other than 0",
                                   name, column.scale()));
  }
  if (column.has_only_if() && !in_record && column.only_if().column().empty()) {
    findings.push_back(fmt::format("column {}: only_if needs the name of a column", name));
  }
  if (column.has_only_if() && in_record && column.only_if().field() == 0) {
    findings.push_back(
        fmt::format("column {}: only_if of a record needs field, a place from 1", name));
  }
}

void add_record_findings(const ColumnMap& map, std::vector<std::string>& findings) {
  if (map.time().field() == 0) findings.emplace_back("a map with records needs time.field");
  const auto makes_row = [](const ColumnMap::Record& record) { return record.makes_row(); };
  if (std::none_of(map.record().begin(), map.record().end(), makes_row)) {
    findings.emplace_back("no record with makes_row: true; no row would ever be written");
  }
  for (const ColumnMap::Record& record : map.record()) {
    if (record.id().empty()) findings.emplace_back("a record without id, its first field");
    if (record.has_date_field() && record.date_format().empty()) {
      findings.push_back(fmt::format("record {}: date_field needs date_format", record.id()));
    }
    if (record.has_only_if() && record.only_if().field() == 0) {
      findings.push_back(
          fmt::format("record {}: only_if of a record needs field, a place from 1", record.id()));
    }
    const ColumnMap::Record::Block& block = record.block();
    if (record.has_block() && (block.size_field() == 0 || block.count_field() == 0 ||
                               block.first_field() == 0 || block.key_field() == 0)) {
      findings.push_back(
          fmt::format("record {}: a block needs size_field, count_field, first_field and key_field",
                      record.id()));
    }
    for (const ColumnMap::Column& column : record.column()) {
      add_column_findings(column, true, findings);
    }
  }
}

ColumnMap known_map(std::string_view file, std::string_view text) {
  return parse_map(std::string(text), std::string(file));
}

}  // namespace

std::string column_name(DriveColumn column) { return lower_case(DriveColumn_Name(column)); }

std::vector<std::string> map_findings(const ColumnMap& map) {
  std::vector<std::string> findings;
  if (map.name().empty()) findings.emplace_back("a map needs a name");
  if (map.time().format().empty()) {
    findings.emplace_back("a map needs time.format, such as \"%Y-%m-%d %H:%M:%S%f\"");
  }
  try {
    static_cast<void>(Clock({map.time().format().begin(), map.time().format().end()}, {}));
  } catch (const LogError& error) {
    findings.emplace_back(error.what());
  }
  if (!(std::fabs(map.time().utc_offset_h()) <= 14.0)) {
    findings.push_back(
        fmt::format("utc_offset_h is {}; allowed: -14 to 14", map.time().utc_offset_h()));
  }
  for (const std::string& separator : map.separator()) {
    if (separator.size() != 1 || separator == "\"" || separator == "\n") {
      findings.push_back(
          fmt::format("separator \"{}\"; allowed: one character, such as \",\" or "
                      "\"\\t\"",
                      separator));
    }
  }
  if (!map.record().empty()) {
    add_record_findings(map, findings);
    return findings;
  }
  if (map.time().column().empty()) findings.emplace_back("a map needs time.column");
  if (map.column().empty()) findings.emplace_back("a map needs at least one column");
  for (const ColumnMap::Column& column : map.column()) {
    add_column_findings(column, false, findings);
  }
  return findings;
}

ColumnMap parse_map(const std::string& text, const std::string& where) {
  ColumnMap map;
  parse_text_format(text, where,
                    "a column map in protobuf text format; docs/field-logs.md has an example, "
                    "--guess writes one",
                    map);
  const std::vector<std::string> findings = map_findings(map);
  if (!findings.empty()) {
    throw LogError(fmt::format("{}: {}", where, fmt::join(findings, fmt::format("\n{}: ", where))));
  }
  return map;
}

ColumnMap load_map(const std::string& path) { return parse_map(read_text_file(path), path); }

const std::vector<ColumnMap>& known_maps() {
  static const std::vector<ColumnMap> maps = [] {
    std::vector<ColumnMap> all;
    for (const auto& [file, text] : column_maps) all.push_back(known_map(file, text));
    return all;
  }();
  return maps;
}

const ColumnMap* find_map(std::string_view name) {
  for (const ColumnMap& map : known_maps()) {
    if (map.name() == name) return &map;
  }
  return nullptr;
}

}  // namespace redcell::analysis
