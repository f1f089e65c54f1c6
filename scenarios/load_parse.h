// One file's text to a partial message of the schema, with the position of every value and every
// complaint at once.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "scenarios/finding.h"
#include "scenarios/load.h"

namespace redcell::scenarios {

struct ParsedText {
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> tree;
  std::vector<Finding> findings;  ///< Syntax, unknown fields, wrong kinds of value; by position.
};

inline constexpr int text_depth_max = 32;              ///< Blocks inside blocks.
inline constexpr std::size_t text_findings_max = 100;  ///< Reported of one file.

/// Parses protobuf text. Where the parser stops at an error, the statement is left out and the rest
/// is read again, so that later errors are found too. `file` names the text in findings; `message`
/// takes what could be understood.
[[nodiscard]] ParsedText parse_text(const std::string& file, const std::string& text,
                                    google::protobuf::Message& message);

/// What parse_text() has read of which file.
struct ParsedFile {
  const std::string& name;
  const google::protobuf::Message& message;
  const ParsedText& text;
};

/// Enters the position of every value of a parsed file, and adds a finding for each name that
/// occurs twice in one list. Lists without names replace what the map knew of them, as merging
/// does.
void record_positions(const ParsedFile& file, SourceMap& where, std::vector<Finding>& findings);

}  // namespace redcell::scenarios
