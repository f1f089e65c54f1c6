// Result files that are there whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace redcell::analysis {

/// Writes text beside path, makes it durable and renames it to path: whoever opens path sees the
/// old file or the whole new one. Throws LogError; then path is as it was and nothing is left
/// beside it.
void write_file_atomically(const std::string& path, std::string_view text);

}  // namespace redcell::analysis
