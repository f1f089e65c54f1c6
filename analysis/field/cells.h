// The cells of a line and the numbers in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redcell::analysis {

/// Cuts lines at a separator, as RFC 4180 does, but never beyond the end of a line: a quotation
/// mark that is not closed spoils one line, not the rest of the file.
class CellCutter {
 public:
  explicit CellCutter(char separator) : separator_(separator) {}
  /// False when a quotation mark is not closed. The cells, without blanks around them, are valid as
  /// long as the line and until the next call.
  bool cut(std::string_view line);
  [[nodiscard]] const std::vector<std::string_view>& cells() const { return cells_; }
  [[nodiscard]] char separator() const { return separator_; }

 private:
  bool cut_quoted(std::string_view line);

  char separator_;
  std::vector<std::string_view> cells_;
  std::vector<std::string> unquoted_;  ///< Reused; as many as the line has cells with marks.
};

[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Small letters, single blanks, none around: how names of columns are compared.
[[nodiscard]] std::string folded(std::string_view text);

/// Control characters as "\x1b": a terminal would obey them.
[[nodiscard]] std::string printable(std::string_view text);

struct Number {
  double value = 0.0;
  bool has_comma = false;  ///< Its decimals stood behind a comma.
};

/// A finite decimal number, with a point or a comma, that fills the whole text; no thousands
/// separators.
[[nodiscard]] std::optional<Number> number_of(std::string_view text);

}  // namespace redcell::analysis
