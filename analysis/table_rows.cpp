#include "analysis/table_rows.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/field/column_maps.h"
#include "analysis/words.h"

namespace redcell::analysis {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

TableValue value_of(const Message& message, const FieldDescriptor* field) {
  const auto& r = *message.GetReflection();
  if (!r.HasField(message, field)) return {};
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::int64_t{r.GetInt32(message, field)};
    case FieldDescriptor::CPPTYPE_INT64:
      return std::int64_t{r.GetInt64(message, field)};
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::int64_t{r.GetUInt32(message, field)};
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<std::int64_t>(r.GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return std::int64_t{r.GetBool(message, field) ? 1 : 0};
    case FieldDescriptor::CPPTYPE_ENUM:
      return lower_case(r.GetEnum(message, field)->name());
    case FieldDescriptor::CPPTYPE_STRING:
      return r.GetString(message, field);
    default:
      return {};
  }
}

/// The columns of one kind, then the kinds inside it.
void add_heads(const std::string& name, const std::string& parent, const Descriptor& descriptor,
               std::vector<TableHead>& heads) {
  const std::size_t index = heads.size();
  heads.push_back({.name = name, .columns = {}});
  if (!parent.empty()) heads[index].columns.push_back(parent + "_row");
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.message_type() == nullptr) {
      heads[index].columns.push_back(field.name());
    } else {
      add_heads(name + "_" + field.name(), name, *field.message_type(), heads);
    }
  }
}

}  // namespace

TableRows::TableRows() {
  const Descriptor& record = *KpiRecord::descriptor();
  for (int i = 0; i < record.field_count(); ++i) {
    add_heads(record.field(i)->name(), "", *record.field(i)->message_type(), heads_);
  }
  heads_.push_back({.name = "kpi",
                    .columns = {"name", "terminal_group", "statistic", "value", "unit", "ci_low",
                                "ci_high", "samples"}});
  TableHead drive = {.name = "drive", .columns = {"time_s", "terminal_group", "ue"}};
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    drive.columns.push_back(column_name(static_cast<DriveColumn>(i)));
  }
  drive.columns.insert(drive.columns.end(), {"state", "events"});
  heads_.push_back(std::move(drive));
  row_count_.resize(heads_.size());
  for (std::size_t i = 0; i < heads_.size(); ++i) table_of_[heads_[i].name] = i;
}

void TableRows::visit(const KpiRecord& record, const RowVisit& visit) {
  const auto& r = *record.GetReflection();
  const Descriptor& descriptor = *KpiRecord::descriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    if (!r.HasField(record, field)) continue;
    visit_message(r.GetMessage(record, field), table_of_.at(field->name()), 0, visit);
  }
}

void TableRows::visit_message(const Message& message, std::size_t table, std::int64_t parent_row,
                              const RowVisit& visit) {
  const Descriptor& descriptor = *message.GetDescriptor();
  const auto& r = *message.GetReflection();
  const std::int64_t number = ++row_count_[table];
  std::vector<TableValue> row;
  if (parent_row > 0) row.emplace_back(parent_row);
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (descriptor.field(i)->message_type() == nullptr) {
      row.push_back(value_of(message, descriptor.field(i)));
    }
  }
  visit(table, row);
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    if (field->message_type() == nullptr) continue;
    const std::size_t inside = table_of_.at(heads_[table].name + "_" + field->name());
    for (int k = 0; k < r.FieldSize(message, field); ++k) {
      visit_message(r.GetRepeatedMessage(message, field, k), inside, number, visit);
    }
  }
}

void TableRows::visit(const Summary& summary, const RowVisit& visit) const {
  for (const Kpi& kpi : summary.kpi) {
    visit(table_of_.at("kpi"), {kpi.name, kpi.terminal_group, kpi.statistic, kpi.value, kpi.unit,
                                kpi.ci_low, kpi.ci_high, kpi.samples});
  }
}

void TableRows::visit(const DriveLine& line, const RowVisit& visit) const {
  std::vector<TableValue> row = {line.time_s, line.terminal_group, std::int64_t{line.ue}};
  row.insert(row.end(), line.figure.begin(), line.figure.end());
  row.insert(row.end(), {TableValue(line.state), TableValue(line.events)});
  visit(table_of_.at("drive"), row);
}

void append_csv_row(const std::vector<TableValue>& row, std::string& out) {
  bool is_first = true;
  for (const TableValue& value : row) {
    if (!is_first) out += ',';
    is_first = false;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      out += std::to_string(*whole);
    } else if (const auto* number = std::get_if<double>(&value)) {
      if (std::isfinite(*number)) out += fmt::format("{}", *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      append_csv_text(*text, out);
    }
  }
  out += '\n';
}

}  // namespace redcell::analysis
