#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/field/clock.h"
#include "analysis/field/column_maps.h"
#include "analysis/field/import.h"

namespace redcell::analysis {
namespace {

using Json = nlohmann::ordered_json;

const char* origin_words(ColumnMap::Origin origin) {
  switch (origin) {
    case ColumnMap::DOCUMENTATION:
      return "built from documentation, not tried on a real file";
    case ColumnMap::REAL_FILE:
      return "tried on real files";
    case ColumnMap::OWN:
      return "your own map";
  }
  return "";
}

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string figure_lines(const ReadCounts& read) {
  std::string text;
  for (std::size_t i = 0; i < map_figure_count; ++i) {
    const FigureCount& count = read.figure[i];
    if (!count.bound) continue;
    text +=
        fmt::format("  {:<22} {:>9} read", column_name(static_cast<DriveColumn>(i)), count.read);
    if (count.missing > 0) text += fmt::format(", {} missing", count.missing);
    if (count.left_out > 0) text += fmt::format(", {} left out by the map", count.left_out);
    if (count.unreadable > 0) text += fmt::format(", {} unreadable", count.unreadable);
    text += '\n';
  }
  return text;
}

/// One line for each thing that happened at all.
std::string order_lines(const ImportReport& report) {
  const OrderCounts& order = report.order;
  std::string text;
  const auto add = [&](std::uint64_t count, const std::string& words) {
    if (count > 0) text += fmt::format("  {:>9} {}\n", count, words);
  };
  add(report.read.unreadable_lines, "lines that cannot be read");
  add(order.duplicates, "duplicate rows left out");
  add(order.out_of_order, "rows out of order, sorted in");
  add(order.too_late, "rows too late to sort in, left out");
  add(order.shared_times, "rows with another's time, moved within the second");
  add(order.gaps, fmt::format("gaps over {:.0f} s, together {:.1f} s, the longest {:.1f} s before "
                              "line {}",
                              seconds(gap_ns_min), seconds(order.gap_sum_ns),
                              seconds(order.gap_longest_ns), order.gap_longest_line));
  add(order.jumps, "jumps of the place, left out");
  add(order.without_place, "rows without a place");
  add(report.read.decimal_commas, "numbers with a decimal comma");
  add(report.read.other_records, "records of other kinds, not used");
  add(report.read.left_out_records, "records left out by the map: of another system");
  add(report.read.header_repeats, "further headers");
  add(report.midnights, "times without a date over midnight");
  return text;
}

}  // namespace

std::string report_text(const ImportReport& report) {
  const OrderCounts& order = report.order;
  std::string text =
      fmt::format("{}: {} ({})\n", report.path, report.title, origin_words(report.origin));
  // Records stand under no header.
  const std::string header = report.read.header_line == 0
                                 ? "records without a header"
                                 : fmt::format("header in line {}", report.read.header_line);
  text += fmt::format("  {} lines, {} bytes, {}, separator: {}, {}\n", report.read.lines,
                      report.bytes, report.encoding, report.separator, header);
  text += fmt::format("  {} rows from {} over {:.1f} s{}\n", order.rows, iso_time(order.first_ns),
                      seconds(order.last_ns - order.first_ns),
                      report.zone_known ? "" : "; the log names no time zone, taken as UTC");
  text += figure_lines(report.read);
  const std::string happened = order_lines(report);
  if (!happened.empty()) text += "what was found on the way:\n" + happened;
  if (!report.read.left_out_columns.empty()) {
    text += fmt::format("columns left out by the map{}{}: {}\n",
                        report.left_out_why.empty() ? "" : ", ", report.left_out_why,
                        fmt::join(report.read.left_out_columns, ", "));
  }
  if (!report.read.unused_columns.empty()) {
    text += fmt::format("columns not used: {}\n", fmt::join(report.read.unused_columns, ", "));
  }
  if (report.unread > 0) {
    text += fmt::format("could not be read: {}; the first:\n", report.unread);
    for (const Unread& unread : report.first_unread) {
      text += fmt::format("  line {}{}{}: {}\n", unread.line, unread.column.empty() ? "" : ", ",
                          unread.column, unread.why);
      if (!unread.found.empty()) text += fmt::format("    found \"{}\"\n", unread.found);
    }
  }
  return text;
}

std::string report_json(const ImportReport& report) {
  const OrderCounts& order = report.order;
  const ReadCounts& read = report.read;
  Json figures = Json::object();
  for (std::size_t i = 0; i < map_figure_count; ++i) {
    const FigureCount& count = read.figure[i];
    if (!count.bound) continue;
    figures[column_name(static_cast<DriveColumn>(i))] = {{"read", count.read},
                                                         {"missing", count.missing},
                                                         {"left_out", count.left_out},
                                                         {"unreadable", count.unreadable}};
  }
  Json origin = nullptr;
  if (order.origin_deg) {
    origin = {{"latitude_deg", order.origin_deg->first},
              {"longitude_deg", order.origin_deg->second}};
  }
  const Json json = {{"file", report.path},
                     {"format", report.format},
                     {"origin", origin_words(report.origin)},
                     {"encoding", report.encoding},
                     {"separator", report.separator},
                     {"bytes", report.bytes},
                     {"lines", read.lines},
                     {"blank_lines", read.blank_lines},
                     {"lines_before_header", read.lines_before_header},
                     {"header_line", read.header_line},
                     {"further_headers", read.header_repeats},
                     {"other_records", read.other_records},
                     {"held_records", read.held_records},
                     {"left_out_records", read.left_out_records},
                     {"unreadable_lines", read.unreadable_lines},
                     {"unreadable_things", report.unread},
                     {"decimal_commas", read.decimal_commas},
                     {"rows", order.rows},
                     {"duplicates", order.duplicates},
                     {"out_of_order", order.out_of_order},
                     {"too_late", order.too_late},
                     {"shared_times", order.shared_times},
                     {"gaps", order.gaps},
                     {"gap_sum_s", seconds(order.gap_sum_ns)},
                     {"gap_longest_s", seconds(order.gap_longest_ns)},
                     {"gap_longest_line", order.gap_longest_line},
                     {"jumps", order.jumps},
                     {"rows_without_place", order.without_place},
                     {"midnights", report.midnights},
                     {"begin", iso_time(order.first_ns)},
                     {"time_zone_known", report.zone_known},
                     {"duration_s", seconds(order.last_ns - order.first_ns)},
                     {"place_of_0_east_0_north", origin},
                     {"columns", figures},
                     {"columns_left_out", read.left_out_columns},
                     {"columns_not_used", read.unused_columns}};
  // What is no UTF-8 must not keep the report from being written.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace redcell::analysis
