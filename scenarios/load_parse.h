// One file's text to a partial scenario, with the position of every value and every complaint at
// once.
#pragma once

#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "scenarios/finding.h"
#include "scenarios/load.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

struct ParsedText {
  schema::Scenario scenario;  ///< What could be understood.
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> tree;
  std::vector<Finding> findings;  ///< Syntax, unknown fields, wrong kinds of value; by position.
};

inline constexpr int text_depth_max = 32;              ///< Blocks inside blocks.
inline constexpr std::size_t text_findings_max = 100;  ///< Reported of one file.

/// Parses protobuf text. Where the parser stops at an error, the statement is left out and the rest
/// is read again, so that later errors are found too. `file` names the text in findings.
[[nodiscard]] ParsedText parse_text(const std::string& file, const std::string& text);

/// Enters the position of every value of a parsed file, and adds a finding for each name that
/// occurs twice in one list. Lists without names replace what the map knew of them, as merging
/// does.
void record_positions(const std::string& file, const ParsedText& parsed, SourceMap& where,
                      std::vector<Finding>& findings);

}  // namespace redcell::scenarios
