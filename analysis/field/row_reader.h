// Lines of a field log to rows in the units of the drive log, as a column map says.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/field/cells.h"
#include "analysis/field/clock.h"
#include "analysis/field/figure_range.h"
#include "analysis/field/text_lines.h"
#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

inline constexpr std::size_t map_figure_count = UE + 1;  ///< And of column maps.
inline constexpr double no_figure = std::numeric_limits<double>::quiet_NaN();

/// [ours] How long a figure of one record stands for the rows after it.
inline constexpr std::int64_t hold_ns_max = 5'000'000'000;

/// One row as read. Figures are NaN where there is none.
struct FieldRow {
  std::int64_t time_ns = 0;  ///< Since 1970, UTC.
  std::uint64_t line = 0;
  std::array<double, map_figure_count> figure{};  ///< [DriveColumn]
  std::string state;
  std::string events;
};

/// What could not be read: a whole line where column is empty.
struct Unread {
  std::uint64_t line = 0;
  std::string column;
  std::string found;
  std::string why;
};

/// What became of the cells of one column.
struct FigureCount {
  bool bound = false;  ///< The header has it.
  std::uint64_t read = 0;
  std::uint64_t missing = 0;
  std::uint64_t left_out = 0;  ///< The condition of the map did not hold.
  std::uint64_t unreadable = 0;
};

struct ReadCounts {
  std::uint64_t lines = 0;
  std::uint64_t blank_lines = 0;
  std::uint64_t lines_before_header = 0;
  std::uint64_t header_line = 0;       ///< 0: none found.
  std::uint64_t header_repeats = 0;    ///< Further headers, also of other tables.
  std::uint64_t other_records = 0;     ///< Of kinds that the map does not name.
  std::uint64_t held_records = 0;      ///< Whose figures or dates stand for later rows.
  std::uint64_t left_out_records = 0;  ///< Of kinds that the map names, but not such ones.
  std::uint64_t unreadable_lines = 0;
  std::uint64_t decimal_commas = 0;
  std::array<FigureCount, map_figure_count> figure{};  ///< [DriveColumn]
  std::vector<std::string> unused_columns;
  std::vector<std::string> left_out_columns;  ///< Which the map says are no figures of the log.
};

class RowReader {
 public:
  using Sink = std::function<void(const Unread&)>;
  /// Pre: map_findings(map) is empty.
  RowReader(const ColumnMap& map, Sink unread);

  /// True when the line made a row. What it cannot read goes to the sink. Throws LogError for a
  /// header without a column that a condition of the map stands on.
  [[nodiscard]] bool take(const TextLine& line, FieldRow& row);
  [[nodiscard]] const ReadCounts& counts() const { return counts_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] char separator() const { return cutter_.separator(); }

 private:
  /// Where a column of the map stands in the header of the table that is read.
  struct Bound {
    DriveColumn to;
    std::size_t cell;
    double scale;
    std::optional<std::size_t> condition_cell;
    const ColumnMap::Condition* condition = nullptr;
    std::string name;
  };
  struct Table {
    char separator = ',';
    std::size_t cell_count = 0;
    std::size_t time_cell = 0;
    std::optional<std::size_t> date_cell;
    std::optional<std::size_t> state_cell;
    std::optional<std::size_t> event_cell;
    std::vector<Bound> columns;
    std::vector<std::string> unused;
    std::vector<std::string> left_out;
  };

  [[nodiscard]] std::optional<Table> bind(std::string_view header, char separator) const;
  bool take_header(const TextLine& line);
  bool take_table_row(const TextLine& line, FieldRow& row);
  bool take_record(const TextLine& line, FieldRow& row);
  /// Where the fields of the block that is taken begin, and how many they are.
  struct BlockPlace {
    std::size_t before = 0;
    std::size_t field_count = 0;
  };
  bool take_fields(const ColumnMap::Record& record, const TextLine& line, FieldRow& row);
  bool find_block(const ColumnMap::Record::Block& block, const TextLine& line,
                  std::optional<BlockPlace>& place);
  void take_field(const ColumnMap::Column& column, const BlockPlace& place, FieldRow& row);
  [[nodiscard]] std::string_view text_at(std::size_t field) const;
  [[nodiscard]] bool holds(const ColumnMap::Condition& condition) const;
  [[nodiscard]] std::optional<std::int64_t> time_of(const std::vector<std::string_view>& cells);
  void take_figure(const Bound& bound, std::string_view cell, FieldRow& row);
  [[nodiscard]] std::string mark_complaint(const Bound& bound, std::string_view cell,
                                           const Number& number);
  void take_event(std::string_view cell, FieldRow& row) const;
  [[nodiscard]] bool is_missing(std::string_view cell) const;
  void refuse_line(const TextLine& line, std::string why);

  ColumnMap map_;
  Sink unread_;
  Clock clock_;
  CellCutter cutter_;
  std::optional<Table> table_;
  FieldRow held_;  ///< Figures of records that make no row.
  std::array<std::int64_t, map_figure_count> held_at_ns_{};
  std::string joined_;
  std::array<char, map_figure_count> mark_{};  ///< Of decimals in a column; 0 before the first.
  bool has_decimal_commas_ = false;            ///< One was seen that no thousands could have.
  ReadCounts counts_;
};

/// How many columns of the map the line has as a header (0: it lacks one that recognises the
/// format), or 1 for a record of it.
[[nodiscard]] int header_score(const ColumnMap& map, std::string_view line);

}  // namespace redcell::analysis
