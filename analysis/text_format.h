// Files in protobuf text format, with errors that name the place.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace redcell::analysis {

/// Fills message. where names the text in errors, allowed says what it should be. Throws LogError
/// with line, column and what was found.
void parse_text_format(const std::string& text, const std::string& where,
                       const std::string& allowed, google::protobuf::Message& message);

/// The whole file. Throws LogError.
[[nodiscard]] std::string read_text_file(const std::string& path);

}  // namespace redcell::analysis
