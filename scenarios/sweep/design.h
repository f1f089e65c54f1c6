// From axes to a table: one row for each combination, one column for each thing that varies.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep.pb.h"

namespace redcell::scenarios {

/// What varies, and the fields of the scenario that take its value.
struct Column {
  std::string name;
  std::vector<std::string> paths;
  std::size_t group = 0;  ///< Columns of one group move together.
  std::string place;      ///< Path of the axis or dimension in the sweep file.
  /// False for an axis that is zipped with an earlier one whose values all differ: that one says
  /// it all to people.
  bool is_told = true;
};

struct DesignRow {
  std::vector<std::string> values;  ///< One a column, as in PATH=VALUE.
  std::vector<std::size_t> steps;   ///< One a group: which of its steps.
};

struct Design {
  std::vector<Column> columns;
  std::vector<DesignRow> rows;  ///< The last group varies fastest.
  std::size_t left_out = 0;     ///< Combinations that a constraint excludes.
};

inline constexpr std::size_t design_row_count_max = 1'000'000;
/// Combinations before constraints, times the most seeds that they may get.
inline constexpr std::size_t point_count_max = 4'000'000;

/// The values of one axis. A step of a range is rounded to 12 digits, so that 0.1 is 0.1.
[[nodiscard]] std::vector<std::string> axis_values(const schema::Axis& axis);

/// One term `NAME OP NAME|VALUE` or several with "or" between.
class Constraint {
 public:
  /// nullopt when the text is no constraint over these columns; then `why` says why.
  static std::optional<Constraint> parse(const std::string& text,
                                         const std::vector<Column>& columns, std::string& why);
  /// Numbers are compared as numbers; other words only by == and !=, else it does not hold.
  [[nodiscard]] bool holds(const std::vector<std::string>& values) const;

 private:
  enum class Op { less, less_or_equal, greater, greater_or_equal, equal, unequal };
  struct Term {
    std::size_t left = 0;
    Op op = Op::equal;
    std::optional<std::size_t> right_column;
    std::string right_value;
  };
  [[nodiscard]] static bool holds(const Term& term, const std::string& left,
                                  const std::string& right);
  std::vector<Term> terms_;
};

/// The columns in the order of the file: axes first, then the hypercubes' dimensions.
[[nodiscard]] std::vector<Column> columns_of(const schema::Sweep& sweep);

/// How many combinations there are before constraints; stops counting above the maximum.
[[nodiscard]] std::size_t combination_count(const schema::Sweep& sweep);

/// Pre: load_sweep() took the sweep, and combination_count() <= design_row_count_max.
[[nodiscard]] Design make_design(const schema::Sweep& sweep);

}  // namespace redcell::scenarios
