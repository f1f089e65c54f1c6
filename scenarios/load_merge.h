// Small steps of loading: is it a text, and how one file's values are laid over another's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// Offset of the first byte that no UTF-8 text has: a control character other than white space, or
/// a broken sequence.
[[nodiscard]] std::optional<std::size_t> first_binary_byte(std::string_view text);

/// True when there is nothing but white space and comments.
[[nodiscard]] bool is_blank(std::string_view text);

/// Lays `above` over `below`: values replace values, messages are merged field by field, elements
/// of lists are merged by their `name` where they have one, and all other lists are replaced as a
/// whole.
void merge_scenario(const schema::Scenario& above, schema::Scenario& below);

}  // namespace redcell::scenarios
