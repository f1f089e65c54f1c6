// Column maps: those that come with the program, and a user's own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/schema/column_map.pb.h"

namespace redcell::analysis {

/// Of the formats that the program knows, by name.
[[nodiscard]] const std::vector<ColumnMap>& known_maps();

/// Null for a name that is not known.
[[nodiscard]] const ColumnMap* find_map(std::string_view name);

/// What is wrong with a map, one sentence each; empty when logs can be read with it.
[[nodiscard]] std::vector<std::string> map_findings(const ColumnMap& map);

/// A map from protobuf text. where names the text in errors. Throws LogError with line, column,
/// what was found and what is allowed.
[[nodiscard]] ColumnMap parse_map(const std::string& text, const std::string& where);
[[nodiscard]] ColumnMap load_map(const std::string& path);

/// Name of a column as in drive.csv: "ss_rsrp_dbm".
[[nodiscard]] std::string column_name(DriveColumn column);

}  // namespace redcell::analysis
