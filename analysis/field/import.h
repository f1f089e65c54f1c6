// A field log to the drive log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/drive_line.h"
#include "analysis/field/row_order.h"
#include "analysis/field/row_reader.h"
#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

/// What became of a field log: every line of it is counted somewhere.
struct ImportReport {
  std::string path;
  std::string format;
  std::string title;
  ColumnMap::Origin origin = ColumnMap::OWN;
  std::string encoding;
  std::string separator;
  std::uint64_t bytes = 0;
  bool zone_known = false;
  std::uint64_t midnights = 0;  ///< Of times without a date.
  ReadCounts read;
  std::string left_out_why;  ///< As the map says it.
  OrderCounts order;
  std::vector<Unread> first_unread;  ///< At most unread_shown_max.
  std::uint64_t unread = 0;          ///< All of them.
};

inline constexpr std::size_t unread_shown_max = 10;
/// A header stands within so many lines.
inline constexpr std::uint64_t header_line_max = 200;

/// The known map that fits the head of the file best. Throws LogError, with the first lines found,
/// when none does.
[[nodiscard]] const ColumnMap& recognise_format(const std::string& path);

/// Where rows and complaints go.
struct ImportSinks {
  std::function<void(const DriveLine&)> row;
  std::function<void(const Unread&)> unread;  ///< May be empty.
};

/// Reads the log. Throws LogError, with the line, what was found, what is allowed and what to do,
/// when it cannot be read as a whole: no header, no row, or more lines that cannot be read than
/// rows. Time and place begin at the first row and the middle of the places. Needs memory for
/// 2 x order_rows rows.
ImportReport import_field_log(const std::string& path, const ColumnMap& map,
                              const ImportSinks& sinks);

/// The same into out_dir, which is made: drive.csv, import.json and, where anything could not be
/// read, unreadable.csv with every line of it. Nothing is left when it throws.
ImportReport import_to_directory(const std::string& path, const ColumnMap& map,
                                 const std::string& out_dir);

/// Plain text for the terminal.
[[nodiscard]] std::string report_text(const ImportReport& report);
/// The text of import.json.
[[nodiscard]] std::string report_json(const ImportReport& report);

}  // namespace redcell::analysis
