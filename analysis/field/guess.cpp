#include "analysis/field/guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/field/cells.h"
#include "analysis/field/clock.h"
#include "analysis/field/guess_clues.h"
#include "analysis/field/text_lines.h"
#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t lines_read_max = 200;

struct Head {
  std::vector<std::string> lines;
  std::size_t header = 0;  ///< Index of the line.
  char separator = ',';
  std::vector<std::string> names;   ///< As written.
  std::vector<std::string> folded;  ///< The same, folded.
};

/// The line with the most clues in its cells.
Head head_of(const std::string& path) {
  Head head;
  TextLines lines(path, {});
  for (TextLine line; head.lines.size() < lines_read_max && lines.next(line);) {
    head.lines.emplace_back(line.trouble == nullptr ? line.text : std::string_view());
  }
  std::size_t best = 1;
  for (std::size_t i = 0; i < head.lines.size(); ++i) {
    for (const char separator : {',', ';', '\t', '|'}) {
      CellCutter cutter(separator);
      if (!cutter.cut(head.lines[i])) continue;
      std::size_t score = 0;
      std::vector<std::string> names, small;
      for (const std::string_view cell : cutter.cells()) {
        names.emplace_back(cell);
        small.push_back(folded(cell));
        for (const Clue& clue : clues()) {
          if (small.back().size() > 120 || !has_any(small.back(), clue.any)) continue;
          ++score;
          break;
        }
      }
      if (score <= best) continue;
      best = score;
      head = {std::move(head.lines), i, separator, std::move(names), std::move(small)};
    }
  }
  if (head.names.empty()) {
    throw LogError(
        fmt::format("{}:1: found no header in {} lines; allowed: a line of column names, "
                    "at least two of which tell what they are (Latitude, RSRP, ...)",
                    path, head.lines.size()));
  }
  return head;
}

constexpr std::array date_formats = {"%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y",
                                     "%m/%d/%Y", "%d-%m-%Y", "%Y%m%d",   "%d-%b-%Y", "%d %b %Y"};
constexpr std::array times_of_day = {"%H:%M:%S%f", "%I:%M:%S%f %p", "%H%M%S%f"};
constexpr std::array other_formats = {"%Y.%m.%d_%H.%M.%S%f",
                                      "%Y-%m-%dT%H:%M:%S%f%z",
                                      "%Y-%m-%dT%H:%M:%S%f",
                                      "%Y-%m-%d %H:%M:%S%f%z",
                                      "%Q",
                                      "%s"};

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const Head& head) {
  Rows rows;
  CellCutter cutter(head.separator);
  for (std::size_t i = head.header + 1; i < head.lines.size(); ++i) {
    if (!cutter.cut(head.lines[i]) || cutter.cells().size() < head.names.size()) continue;
    rows.emplace_back(cutter.cells().begin(), cutter.cells().end());
  }
  return rows;
}

struct TimeColumn {
  std::size_t cell = 0;
  std::optional<std::size_t> date_cell;
  std::string format;
};

std::string time_text(const std::vector<std::string>& row, const TimeColumn& time) {
  return time.date_cell ? row[*time.date_cell] + " " + row[time.cell] : row[time.cell];
}

/// One row in twenty may be damaged.
bool reads(const Rows& rows, const TimeColumn& time) {
  Clock clock({time.format}, {});
  const auto unread = std::count_if(rows.begin(), rows.end(), [&](const auto& row) {
    return !clock.read(time_text(row, time)).has_value();
  });
  return 20 * unread <= std::ssize(rows);
}

/// With a date in it.
std::optional<TimeColumn> dated(const Rows& rows, TimeColumn time) {
  for (const char* date : date_formats) {
    for (const char* of_day : times_of_day) {
      time.format = fmt::format("{} {}", date, of_day);
      if (reads(rows, time)) return time;
    }
  }
  if (time.date_cell) return {};
  for (const char* format : other_formats) {
    time.format = format;
    // Milliseconds since 1970 have thirteen digits, seconds ten.
    if (time.format == "%Q" && rows[0][time.cell].size() < 12) continue;
    if (reads(rows, time)) return time;
  }
  return {};
}

/// The column, called a time if one is, whose cells a format reads: with a date, else with that of
/// another column, else without one.
std::optional<TimeColumn> time_column(const Head& head, const Rows& rows) {
  if (rows.empty()) return {};
  std::vector<std::size_t> times, dates;
  for (std::size_t cell = 0; cell < head.names.size(); ++cell) {
    if (has_any(head.folded[cell], {"time", "date", "时间", "日期"})) times.push_back(cell);
    if (has_any(head.folded[cell], {"date", "=day", "日期"})) dates.push_back(cell);
  }
  for (const std::size_t cell : times) {
    if (const auto time = dated(rows, {cell, {}, {}})) return time;
  }
  for (const std::size_t cell : times) {
    for (const std::size_t date : dates) {
      if (date == cell) continue;
      if (const auto time = dated(rows, {cell, date, {}})) return time;
    }
  }
  for (const std::size_t cell : times) {
    for (const char* format : times_of_day) {
      if (const TimeColumn time = {cell, {}, format}; reads(rows, time)) return time;
    }
  }
  return {};
}

/// What a user must know of the times; empty when nothing.
std::string time_remark(const Rows& rows, const TimeColumn& time) {
  if (time.format.find("%d") == std::string::npos && time.format[1] != 's' &&
      time.format[1] != 'Q') {
    return "# No date: the log begins on day 0.\n";
  }
  for (const auto& [from, to] : {std::pair("%d/%m/", "%m/%d/"), std::pair("%m/%d/", "%d/%m/")}) {
    if (!time.format.starts_with(from)) continue;
    TimeColumn other = time;
    other.format.replace(0, std::string_view(from).size(), to);
    if (!reads(rows, other)) continue;
    return fmt::format(
        "# Dates such as {} may be day/month or month/day: taken as {}%Y. Else write {}%Y.\n",
        time_text(rows[0], time), from, to);
  }
  return {};
}

std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// The lines of the proposal for figures, with their columns marked as used.
std::string figure_lines(const Head& head, std::vector<bool>& used) {
  std::string out;
  bool any_measure = false, has_cell = false;
  std::optional<std::size_t> pci;
  const auto propose = [&](DriveColumn column, std::size_t cell) {
    const GuessedScale scale = scale_of(column, head.names[cell]);
    if (!scale.remark.empty()) out += fmt::format("# {}:\n", scale.remark);
    out += fmt::format("column {{ to: {} from: {}{} }}\n", DriveColumn_Name(column),
                       in_quotes(head.names[cell]),
                       scale.factor == 1.0 ? "" : fmt::format(" scale: {}", scale.factor));
    used[cell] = true;
    any_measure |= column < NEIGHBOUR1_CELL || column > NEIGHBOUR3_SS_RSRP_DBM;
    has_cell |= column == CELL;
    if (column == PCI) pci = cell;
  };
  for (const Clue& clue : clues()) {
    // The first name of the list that any column has.
    for (const std::string& word : clue.any) {
      std::size_t cell = 0;
      while (cell < used.size() && (used[cell] || !says(head.folded[cell], word) ||
                                    has_any(head.folded[cell], clue.none))) {
        ++cell;
      }
      if (cell == used.size()) continue;
      propose(clue.column, cell);
      break;
    }
  }
  if (pci && !has_cell) propose(CELL, *pci);
  return any_measure ? out : std::string();
}

/// A line for the first column that is not used and has one of the names.
std::string text_line(const Head& head, std::vector<bool>& used, const char* line,
                      const std::vector<std::string>& words) {
  for (std::size_t cell = 0; cell < used.size(); ++cell) {
    if (used[cell] || !has_any(head.folded[cell], words)) continue;
    used[cell] = true;
    return fmt::format(fmt::runtime(line), in_quotes(head.names[cell]));
  }
  return {};
}

}  // namespace

std::string guess_map(const std::string& path) {
  const Head head = head_of(path);
  const Rows rows = rows_of(head);
  const auto time = time_column(head, rows);
  if (!time) {
    throw LogError(fmt::format(
        "{}:{}: found columns {}; allowed: one called a time or date whose cells are written in "
        "one of {}, one of them behind a date of {}, or {}",
        path, head.header + 1, fmt::join(head.names, ", "), fmt::join(times_of_day, "; "),
        fmt::join(date_formats, "; "), fmt::join(other_formats, "; ")));
  }
  std::string out = fmt::format(
      "# Proposed by redcell import --guess; look it over: units, and "
      "what is LTE and what is NR.\nname: {}\nseparator: {}\n",
      in_quotes(std::filesystem::path(path).stem().string()),
      head.separator == '\t' ? "\"\\t\"" : in_quotes(std::string(1, head.separator)));
  out += "missing: \"-\"\nmissing: \"N/A\"\n" + time_remark(rows, *time);
  std::vector<bool> used(head.names.size());
  used[time->cell] = true;
  std::string date;
  if (time->date_cell) {
    used[*time->date_cell] = true;
    date = fmt::format(" date_column: {}", in_quotes(head.names[*time->date_cell]));
  }
  out += fmt::format("time {{ column: {}{} format: {} }}\n", in_quotes(head.names[time->cell]),
                     date, in_quotes(time->format));
  const std::string figures = figure_lines(head, used);
  if (figures.empty()) {
    throw LogError(
        fmt::format("{}:{}: found columns {}; allowed: at least one whose name tells what "
                    "it is, such as RSRP, beside the time",
                    path, head.header + 1, fmt::join(head.names, ", ")));
  }
  out += figures;
  out += text_line(head, used, "state_column {{ from: {} }}\n", {"=state", "=status"});
  out += text_line(head, used, "event {{ column: {} }}\n",
                   {"=event", "=events", "event name", "nr/lte events", "nr events"});
  for (std::size_t cell = 0; cell < used.size(); ++cell) {
    if (!used[cell] && !head.names[cell].empty()) {
      out += fmt::format("# not used: {}\n", in_quotes(head.names[cell]));
    }
  }
  return out;
}

}  // namespace redcell::analysis
