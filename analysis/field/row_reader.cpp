#include "analysis/field/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/field/column_maps.h"
#include "analysis/log_error.h"
#include "base/check.h"

namespace redcell::analysis {
namespace {

std::vector<char> separators_of(const ColumnMap& map) {
  std::vector<char> separators;
  for (const std::string& separator : map.separator()) separators.push_back(separator[0]);
  if (separators.empty()) separators.push_back(',');
  return separators;
}

/// Place of the first of the names that the header has.
template <class Names>
std::optional<std::size_t> place_of_any(const std::vector<std::string>& header,
                                        const Names& names) {
  for (const std::string& name : names) {
    const auto found = std::find(header.begin(), header.end(), folded(name));
    if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  }
  return {};
}

std::vector<std::string> folded_cells(std::string_view line, char separator) {
  CellCutter cutter(separator);
  std::vector<std::string> header;
  if (!cutter.cut(line)) return header;
  for (const std::string_view cell : cutter.cells()) header.push_back(folded(cell));
  return header;
}

/// Short enough for a report.
std::string excerpt(std::string_view text) {
  constexpr std::size_t length_max = 60;
  if (text.size() <= length_max) return printable(text);
  return printable(text.substr(0, length_max)) + "...";
}

/// Names of columns that are not in the list yet are put behind it.
void add_names(const std::vector<std::string>& names, std::vector<std::string>& all) {
  for (const std::string& name : names) {
    if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  }
}

void clear(FieldRow& row) {
  row.figure.fill(no_figure);
  row.state.clear();
  row.events.clear();
}

}  // namespace

RowReader::RowReader(const ColumnMap& map, Sink unread)
    : map_(map),
      unread_(std::move(unread)),
      clock_(
          {map.time().format().begin(), map.time().format().end()},
          map.time().has_utc_offset_h() ? std::optional(map.time().utc_offset_h()) : std::nullopt),
      cutter_(separators_of(map).front()) {
  RC_CHECK(map_findings(map).empty());
  clear(held_);
}

std::optional<RowReader::Table> RowReader::bind(std::string_view header, char separator) const {
  const std::vector<std::string> names = folded_cells(header, separator);
  const auto time_cell = place_of_any(names, map_.time().column());
  if (!time_cell) return {};
  Table table;
  table.separator = separator;
  table.cell_count = names.size();
  table.time_cell = *time_cell;
  std::vector<bool> used(names.size());
  const auto use = [&](const std::optional<std::size_t>& cell) {
    if (cell) used[*cell] = true;
    return cell;
  };
  use(time_cell);
  if (map_.time().has_date_column()) {
    table.date_cell = use(place_of_any(names, std::vector{map_.time().date_column()}));
  }
  table.state_cell = use(place_of_any(names, map_.state_column().from()));
  table.event_cell = use(place_of_any(names, map_.event().column()));
  for (const ColumnMap::Column& column : map_.column()) {
    const auto cell = use(place_of_any(names, column.from()));
    if (!cell) continue;
    Bound bound{.to = column.to(),
                .cell = *cell,
                .scale = column.scale(),
                .condition_cell = {},
                .condition = nullptr,
                .name = column_name(column.to())};
    if (column.has_only_if()) {
      bound.condition_cell = use(place_of_any(names, std::vector{column.only_if().column()}));
      bound.condition = &column.only_if();
    }
    table.columns.push_back(std::move(bound));
  }
  for (const std::string& name : map_.left_out().column()) {
    const auto cell = place_of_any(names, std::vector{name});
    if (cell && !used[*cell]) table.left_out.push_back(printable(names[*use(cell)]));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!used[i] && !names[i].empty()) table.unused.push_back(printable(names[i]));
  }
  return table;
}

bool RowReader::take_header(const TextLine& line) {
  std::optional<Table> best;
  for (const char separator : separators_of(map_)) {
    std::optional<Table> table = bind(line.text, separator);
    if (!table) continue;
    const bool better =
        !best || table->columns.size() > best->columns.size() ||
        (table->columns.size() == best->columns.size() && table->cell_count > best->cell_count);
    if (better) best = std::move(table);
  }
  if (!best) return false;
  if (best->columns.empty() && !best->event_cell) return false;
  for (const Bound& bound : best->columns) {
    if (bound.condition == nullptr || bound.condition_cell) continue;
    throw LogError(
        fmt::format("line {}: found a header without \"{}\", which only_if of {} asks; allowed: a "
                    "map whose conditions stand on columns of the header",
                    line.number, printable(bound.condition->column()), bound.name));
  }
  counts_.header_repeats += table_.has_value() ? 1 : 0;
  if (!table_) counts_.header_line = line.number;
  table_ = std::move(best);
  cutter_ = CellCutter(table_->separator);
  for (const Bound& bound : table_->columns) counts_.figure[bound.to].bound = true;
  add_names(table_->unused, counts_.unused_columns);
  add_names(table_->left_out, counts_.left_out_columns);
  return true;
}

void RowReader::refuse_line(const TextLine& line, std::string why) {
  ++counts_.unreadable_lines;
  unread_({line.number, {}, excerpt(line.text), std::move(why)});
}

bool RowReader::is_missing(std::string_view cell) const {
  if (cell.empty()) return true;
  return std::any_of(map_.missing().begin(), map_.missing().end(),
                     [&](const std::string& text) { return cell == text; });
}

/// Why the comma or point of a number is not to be trusted; empty when it is. A comma before three
/// digits may part thousands unless the figure would be impossible.
std::string RowReader::mark_complaint(const Bound& bound, std::string_view cell,
                                      const Number& number) {
  const char mark = number.has_comma ? ',' : cell.find('.') != std::string_view::npos ? '.' : '\0';
  if (mark == '\0') return {};
  char& known = mark_[bound.to];
  if (known != '\0' && known != mark) {
    return mark == ',' ? "thousands or decimals? The column has decimal points"
                       : "the column has decimal commas";
  }
  if (mark == ',') {
    const std::size_t comma = cell.find(',');
    const std::size_t first = cell.find_first_of("0123456789");
    const FigureRange range = range_of(bound.to);
    const double thousands = number.value * 1e3 * bound.scale;
    const bool may_be_thousands = cell.size() - comma == 4 && first < comma && comma - first <= 3 &&
                                  cell[first] != '0' && thousands >= range.low &&
                                  thousands <= range.high;
    if (may_be_thousands && !has_decimal_commas_) {
      return "thousands or decimals? No line before has a decimal comma";
    }
    has_decimal_commas_ |= !may_be_thousands;
  }
  known = mark;
  return {};
}

void RowReader::take_figure(const Bound& bound, std::string_view cell, FieldRow& row) {
  FigureCount& count = counts_.figure[bound.to];
  if (is_missing(cell)) {
    ++count.missing;
    return;
  }
  // Bands are written n41, as in TS 38.104 5.2.
  const bool named_band = bound.to == BAND && (cell.front() == 'n' || cell.front() == 'N');
  const std::optional<Number> number = number_of(named_band ? cell.substr(1) : cell);
  const auto refuse = [&](std::string why) {
    ++count.unreadable;
    unread_({row.line, bound.name, excerpt(cell), std::move(why)});
  };
  if (!number) {
    refuse("no number");
    return;
  }
  const auto& codes = map_.missing_number();
  if (std::find(codes.begin(), codes.end(), number->value) != codes.end()) {
    ++count.missing;
    return;
  }
  const double value = number->value * bound.scale;
  const FigureRange range = range_of(bound.to);
  if (value < range.low || value > range.high) {
    refuse(fmt::format("allowed: {} to {}", range.low / bound.scale, range.high / bound.scale));
    return;
  }
  if (std::string why = mark_complaint(bound, cell, *number); !why.empty()) {
    refuse(std::move(why));
    return;
  }
  counts_.decimal_commas += number->has_comma ? 1 : 0;
  ++count.read;
  row.figure[bound.to] = value;
}

void RowReader::take_event(std::string_view cell, FieldRow& row) const {
  if (is_missing(cell)) return;
  for (const ColumnMap::Event::Word& word : map_.event().word()) {
    if (cell == word.text()) {
      row.events = word.event();
      return;
    }
  }
  row.events = cell;
}

std::optional<std::int64_t> RowReader::time_of(const std::vector<std::string_view>& cells) {
  if (!table_->date_cell) return clock_.read(cells[table_->time_cell]);
  joined_.assign(cells[*table_->date_cell]).append(" ").append(cells[table_->time_cell]);
  return clock_.read(joined_);
}

bool RowReader::take_table_row(const TextLine& line, FieldRow& row) {
  const bool closed = cutter_.cut(line.text);
  const std::vector<std::string_view>& cells = cutter_.cells();
  const auto is_empty = [](std::string_view cell) { return cell.empty(); };
  const std::size_t expected = table_->cell_count;
  const bool fits =
      closed && (cells.size() == expected ||
                 (cells.size() > expected &&
                  std::all_of(cells.begin() + std::ssize(cells) -
                                  static_cast<std::ptrdiff_t>(cells.size() - expected),
                              cells.end(), is_empty)));
  const auto time_ns = fits ? time_of(cells) : std::nullopt;
  if (!time_ns) {
    if (take_header(line)) return false;
    if (!closed) {
      refuse_line(line, "a quotation mark is not closed");
    } else if (!fits) {
      refuse_line(line, fmt::format("{} columns; the header has {}", cells.size(), expected));
    } else {
      refuse_line(line,
                  fmt::format("no time: \"{}\"; allowed: {}", excerpt(cells[table_->time_cell]),
                              fmt::join(map_.time().format(), " or ")));
    }
    return false;
  }
  row.time_ns = *time_ns;
  row.line = line.number;
  clear(row);
  for (const Bound& bound : table_->columns) {
    if (bound.condition != nullptr) {
      const auto& texts = bound.condition->text();
      const std::string_view cell = cells[*bound.condition_cell];
      if (std::find(texts.begin(), texts.end(), cell) == texts.end()) {
        ++counts_.figure[bound.to].left_out;
        continue;
      }
    }
    take_figure(bound, cells[bound.cell], row);
  }
  if (table_->state_cell && !is_missing(cells[*table_->state_cell])) {
    row.state = cells[*table_->state_cell];
  }
  if (table_->event_cell) take_event(cells[*table_->event_cell], row);
  return true;
}

std::string_view RowReader::text_at(std::size_t field) const {
  const std::vector<std::string_view>& cells = cutter_.cells();
  return field >= 1 && field <= cells.size() ? cells[field - 1] : std::string_view();
}

bool RowReader::holds(const ColumnMap::Condition& condition) const {
  const auto& texts = condition.text();
  return std::find(texts.begin(), texts.end(), text_at(condition.field())) != texts.end();
}

/// False for a line that is refused; place stays absent where no block has the key.
bool RowReader::find_block(const ColumnMap::Record::Block& block, const TextLine& line,
                           std::optional<BlockPlace>& place) {
  constexpr double blocks_max = 10'000.0;
  std::size_t moved = 0;
  if (block.header_count_field() > 0) {
    const std::string_view cell = text_at(block.header_count_field());
    const auto number = number_of(cell);
    if (!cell.empty() && (!number || !(number->value >= 0.0 && number->value <= blocks_max))) {
      refuse_line(line, fmt::format("field {} does not say how many fields stand before the blocks",
                                    block.header_count_field()));
      return false;
    }
    if (number) moved = static_cast<std::size_t>(number->value);
  }
  const auto count = number_of(text_at(moved + block.count_field()));
  const auto size = number_of(text_at(moved + block.size_field()));
  if (!count || !size || !(count->value >= 0.0 && count->value <= blocks_max) ||
      !(size->value >= 1.0 && size->value <= blocks_max)) {
    refuse_line(line, fmt::format("fields {} and {} do not say how many blocks of how many fields",
                                  moved + block.count_field(), moved + block.size_field()));
    return false;
  }
  const auto field_count = static_cast<std::size_t>(size->value);
  std::size_t before = moved + block.first_field() - 1;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count->value); ++i, before += field_count) {
    if (text_at(before + block.key_field()) != block.key_text()) continue;
    if (before + field_count > cutter_.cells().size()) {
      refuse_line(line, "the record ends inside a block");
      return false;
    }
    place = BlockPlace{before, field_count};
    return true;
  }
  return true;
}

void RowReader::take_field(const ColumnMap::Column& column, const BlockPlace& place,
                           FieldRow& row) {
  const Bound bound{.to = column.to(),
                    .cell = 0,
                    .scale = column.scale(),
                    .condition_cell = {},
                    .condition = nullptr,
                    .name = column_name(column.to())};
  FigureCount& figure = counts_.figure[column.to()];
  figure.bound = true;
  if (column.has_only_if() && !holds(column.only_if())) {
    ++figure.left_out;
  } else if (column.field() > place.field_count) {
    ++figure.unreadable;
    unread_({row.line,
             bound.name,
             {},
             fmt::format("no field {}: a block has {} fields", column.field(), place.field_count)});
  } else {
    take_figure(bound, text_at(place.before + column.field()), row);
  }
}

bool RowReader::take_fields(const ColumnMap::Record& record, const TextLine& line, FieldRow& row) {
  // Without a block a field beyond the end of the line is one that the line does not have.
  std::optional<BlockPlace> place = BlockPlace{0, std::numeric_limits<std::size_t>::max()};
  if (record.has_block()) {
    place.reset();
    if (!find_block(record.block(), line, place)) return false;
  }
  // A list without such a block is a row that knows no figure.
  if (!place) return true;
  for (const ColumnMap::Column& column : record.column()) take_field(column, *place, row);
  return true;
}

bool RowReader::take_record(const TextLine& line, FieldRow& row) {
  if (!cutter_.cut(line.text)) {
    refuse_line(line, "a quotation mark is not closed");
    return false;
  }
  const std::vector<std::string_view>& cells = cutter_.cells();
  const auto& records = map_.record();
  const auto is_named = [&](const ColumnMap::Record& known) { return known.id() == cells[0]; };
  const auto is_meant = [&](const ColumnMap::Record& known) {
    return is_named(known) && (!known.has_only_if() || holds(known.only_if()));
  };
  const auto record = std::find_if(records.begin(), records.end(), is_meant);
  if (record == records.end()) {
    const bool named = std::any_of(records.begin(), records.end(), is_named);
    ++(named ? counts_.left_out_records : counts_.other_records);
    return false;
  }
  if (record->date_field() > 0) {
    const std::size_t at = record->date_field() - 1;
    if (at >= cells.size() || !clock_.set_date(cells[at], record->date_format())) {
      refuse_line(line, fmt::format("no date in field {}; allowed: {}", record->date_field(),
                                    record->date_format()));
    } else {
      ++counts_.held_records;
    }
    return false;
  }
  const std::size_t time_at = map_.time().field() - 1;
  const auto time_ns = time_at < cells.size() ? clock_.read(cells[time_at]) : std::nullopt;
  if (!time_ns) {
    refuse_line(line, fmt::format("no time in field {}; allowed: {}", map_.time().field(),
                                  fmt::join(map_.time().format(), " or ")));
    return false;
  }
  row.time_ns = *time_ns;
  row.line = line.number;
  clear(row);
  if (!take_fields(*record, line, row)) return false;
  for (std::size_t i = 0; i < map_figure_count; ++i) {
    if (!record->makes_row()) {
      if (std::isnan(row.figure[i])) continue;
      held_.figure[i] = row.figure[i];
      held_at_ns_[i] = row.time_ns;
    } else if (std::isnan(row.figure[i]) && row.time_ns - held_at_ns_[i] <= hold_ns_max) {
      row.figure[i] = held_.figure[i];
    }
  }
  counts_.held_records += record->makes_row() ? 0 : 1;
  return record->makes_row();
}

bool RowReader::take(const TextLine& line, FieldRow& row) {
  ++counts_.lines;
  if (line.trouble != nullptr) {
    refuse_line(line, line.trouble);
    return false;
  }
  if (trimmed(line.text).empty()) {
    ++counts_.blank_lines;
    return false;
  }
  if (!map_.record().empty()) return take_record(line, row);
  if (table_) return take_table_row(line, row);
  if (!take_header(line)) ++counts_.lines_before_header;
  return false;
}

int header_score(const ColumnMap& map, std::string_view line) {
  int best = 0;
  for (const char separator : separators_of(map)) {
    const std::vector<std::string> names = folded_cells(line, separator);
    if (names.empty()) continue;
    if (!map.record().empty()) {
      const bool mine =
          names.size() > 2 && !map.recognise().empty() && names[0] == folded(map.recognise(0));
      best = std::max(best, mine ? 1 : 0);
      continue;
    }
    const auto has = [&](const std::string& name) {
      return std::find(names.begin(), names.end(), folded(name)) != names.end();
    };
    const auto has_figure = [&](int figure) {
      return std::any_of(map.column().begin(), map.column().end(),
                         [&](const ColumnMap::Column& column) {
                           return column.to() == figure && place_of_any(names, column.from());
                         });
    };
    const auto& figures = map.recognise_figure();
    if ((map.recognise().empty() && figures.empty()) ||
        !std::all_of(map.recognise().begin(), map.recognise().end(), has) ||
        !std::all_of(figures.begin(), figures.end(), has_figure)) {
      continue;
    }
    int score = 0;
    for (const ColumnMap::Column& column : map.column()) {
      score += place_of_any(names, column.from()) ? 1 : 0;
    }
    best = std::max(best, score);
  }
  return best;
}

}  // namespace redcell::analysis
