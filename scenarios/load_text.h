// The outline of a protobuf text: which field stands where. It survives what the parser gives up
// on, so that errors can be placed, named by their path, and stepped over to find the next one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace redcell::scenarios {

/// One `field: value` or `field { ... }`. Lines and columns are from 1; a tab goes to the next
/// column of eight, as the protobuf tokenizer counts.
struct Statement {
  std::string name;
  std::string value;      ///< First value as written; empty for a block.
  std::size_t begin = 0;  ///< Offset of the first byte ...
  std::size_t end = 0;    ///< ... and behind the last one.
  int line = 0;
  int column = 0;
  int parent = -1;  ///< Index of the block around it; -1 at the top.
  bool is_block = false;
};

struct Outline {
  std::vector<Statement> statements;  ///< In the order of the text.
  int depth_max = 0;
  int unclosed = -1;  ///< Index of a block without its closing brace.
};

inline constexpr std::size_t statement_count_max = 200'000;

/// Stops behind statement_count_max statements. Never fails: what is no statement is passed over.
[[nodiscard]] Outline outline(std::string_view text);

/// Path of a statement in the file; list elements by their `name` where the block has one, else the
/// second and later ones by their index.
[[nodiscard]] std::string statement_path(const Outline& outline, int index);

}  // namespace redcell::scenarios
