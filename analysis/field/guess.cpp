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
#include "analysis/field/column_maps.h"
#include "analysis/field/text_lines.h"
#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t lines_read_max = 200;

/// Names that tell what a column is: one of `any`, none of `none`. Earlier ones win. A word is part
/// of the name, or behind '=' all of it.
struct Clue {
  DriveColumn column;
  std::vector<const char*> any;
  std::vector<const char*> none;
};

const std::vector<Clue>& clues() {
  static const std::vector<Clue> all = {
      {LATITUDE_DEG, {"latitude", "gps lat", "=lat", "纬度"}, {"cell lat", "site"}},
      {LONGITUDE_DEG,
       {"longitude", "gps lon", "=lon", "=long", "=lng", "经度"},
       {"cell lon", "site"}},
      {SPEED_MPS, {"speed", "velocity"}, {"dl", "ul", "test"}},
      {SS_RSRP_DBM, {"ss-rsrp", "ss_rsrp", "nr rsrp", "rsrp"}, {"neighbo", "nrx", "lte", "beam"}},
      {SS_RSRQ_DB, {"ss-rsrq", "ss_rsrq", "nr rsrq", "rsrq"}, {"neighbo", "nrx", "lte", "beam"}},
      {SS_SINR_DB, {"ss-sinr", "ss_sinr", "sinr", "snr"}, {"neighbo", "lte", "beam"}},
      {CELL, {"serving pci", "pci", "cellid", "cell id", "cell identity"}, {"neighbo", "lac"}},
      {DL_RANK, {"dl rank", "rank", "ri (avg)", " ri"}, {"ul"}},
      {DL_MCS, {"dl mcs", "dl_mcs", "mcs dl"}, {}},
      {UL_MCS, {"ul mcs", "ul_mcs", "mcs ul"}, {}},
      {DL_BLER_PERCENT, {"dl bler", "dl_bler", "bler dl"}, {}},
      {UL_BLER_PERCENT, {"ul bler", "ul_bler", "bler ul"}, {}},
      {DL_THROUGHPUT_MBPS,
       {"mac dl thr", "pdsch thr", "dl throughput", "dl_throughput", "throughput dl"},
       {"neighbo"}},
      {UL_THROUGHPUT_MBPS,
       {"mac ul thr", "pusch thr", "ul throughput", "ul_throughput", "throughput ul"},
       {"neighbo"}},
      {DL_GOODPUT_MBPS, {"dl_bitrate", "dl bitrate", "download", "dl speed", "dl_goodput"}, {}},
      {UL_GOODPUT_MBPS, {"ul_bitrate", "ul bitrate", "upload", "ul speed", "ul_goodput"}, {}},
      {RTT_MS, {"pingavg", "ping avg", "rtt", "ping", "latency"}, {"min", "max", "std", "loss"}}};
  return all;
}

bool says(const std::string& name, std::string_view word) {
  if (word.starts_with('=')) return name == word.substr(1);
  return name.find(word) != std::string::npos;
}

bool has_any(const std::string& name, const std::vector<const char*>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return says(name, word); });
}

/// Factor to the unit of the drive log that the name of the unit tells.
double scale_of(DriveColumn column, const std::string& name) {
  const auto has = [&](const char* word) { return says(name, word); };
  const bool is_rate = column >= DL_THROUGHPUT_MBPS && column <= UL_GOODPUT_MBPS;
  if (is_rate && (has("kbps") || has("kbit") || has("bitrate"))) return 1e-3;
  if (is_rate && (has("[bps]") || has("(bps)") || has("bit/s"))) return 1e-6;
  if (column == SPEED_MPS && !has("m/s")) return 1.0 / 3.6;
  if (column == RTT_MS && (has("[s]") || has("(s)"))) return 1e3;
  return 1.0;
}

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

constexpr std::array<const char*, 14> time_formats = {"%Y-%m-%d %H:%M:%S%f",
                                                      "%Y/%m/%d %H:%M:%S%f",
                                                      "%Y.%m.%d_%H.%M.%S%f",
                                                      "%Y-%m-%dT%H:%M:%S%f%z",
                                                      "%Y-%m-%dT%H:%M:%S%f",
                                                      "%Y-%m-%d %H:%M:%S%f%z",
                                                      "%d.%m.%Y %H:%M:%S%f",
                                                      "%d/%m/%Y %H:%M:%S%f",
                                                      "%m/%d/%Y %H:%M:%S%f",
                                                      "%m/%d/%Y %I:%M:%S%f %p",
                                                      "%Y%m%d %H%M%S%f",
                                                      "%H:%M:%S%f",
                                                      "%Q",
                                                      "%s"};

struct TimeColumn {
  std::size_t cell = 0;
  const char* format = nullptr;
};

/// The column, called a time if one is, whose cells a format reads.
std::optional<TimeColumn> time_column(const Head& head) {
  std::vector<std::vector<std::string>> rows;
  CellCutter cutter(head.separator);
  for (std::size_t i = head.header + 1; i < head.lines.size() && rows.size() < 20; ++i) {
    if (!cutter.cut(head.lines[i]) || cutter.cells().size() < head.names.size()) continue;
    rows.emplace_back(cutter.cells().begin(), cutter.cells().end());
  }
  for (std::size_t cell = 0; cell < head.names.size() && !rows.empty(); ++cell) {
    if (!has_any(head.folded[cell], {"time", "date", "时间"})) continue;
    for (const char* format : time_formats) {
      Clock clock({format}, {});
      const bool reads = std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
        return clock.read(row[cell]).has_value();
      });
      // Milliseconds since 1970 have thirteen digits, seconds ten.
      const bool is_count = std::string_view(format) == "%Q" && rows[0][cell].size() < 12;
      if (reads && !is_count) return TimeColumn{cell, format};
    }
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

}  // namespace

std::string guess_map(const std::string& path) {
  const Head head = head_of(path);
  const auto time = time_column(head);
  if (!time) {
    throw LogError(fmt::format(
        "{}:{}: found columns {}; allowed: one called a time or date whose cells are written in "
        "one "
        "of {}",
        path, head.header + 1, fmt::join(head.names, ", "), fmt::join(time_formats, "; ")));
  }
  std::string out = fmt::format(
      "# Proposed by redcell import --guess; look it over: units, and "
      "what is LTE and what is NR.\nname: {}\nseparator: {}\n",
      in_quotes(std::filesystem::path(path).stem().string()),
      head.separator == '\t' ? "\"\\t\"" : in_quotes(std::string(1, head.separator)));
  out += "missing: \"-\"\nmissing: \"N/A\"\n";
  out += fmt::format("time {{ column: {} format: {} }}\n", in_quotes(head.names[time->cell]),
                     in_quotes(time->format));
  std::vector<bool> used(head.names.size());
  used[time->cell] = true;
  bool any_column = false;
  for (const Clue& clue : clues()) {
    // The first name of the list that any column has.
    for (const char* word : clue.any) {
      std::size_t cell = 0;
      while (cell < used.size() && (used[cell] || !says(head.folded[cell], word) ||
                                    has_any(head.folded[cell], clue.none))) {
        ++cell;
      }
      if (cell == used.size()) continue;
      used[cell] = any_column = true;
      const double scale = scale_of(clue.column, head.folded[cell]);
      out += fmt::format("column {{ to: {} from: {}{} }}\n", DriveColumn_Name(clue.column),
                         in_quotes(head.names[cell]),
                         scale == 1.0 ? "" : fmt::format(" scale: {}", scale));
      break;
    }
  }
  if (!any_column) {
    throw LogError(
        fmt::format("{}:{}: found columns {}; allowed: at least one whose name tells what "
                    "it is, such as RSRP, beside the time",
                    path, head.header + 1, fmt::join(head.names, ", ")));
  }
  for (std::size_t cell = 0; cell < used.size(); ++cell) {
    if (!used[cell] && !head.names[cell].empty()) {
      out += fmt::format("# not used: {}\n", in_quotes(head.names[cell]));
    }
  }
  return out;
}

}  // namespace redcell::analysis
