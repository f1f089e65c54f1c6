// Paths into a scenario, as findings show them and `--set` takes them:
// carrier[n41].scheduler.policy.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/finding.h"

namespace redcell::scenarios {

/// One step of a path: a field, and which element of a list.
struct PathStep {
  std::string field;
  std::string selector;  ///< Name or index in brackets; empty for none.
};

/// Splits `a.b[c].d`; nullopt when brackets or dots do not fit.
[[nodiscard]] std::optional<std::vector<PathStep>> parse_path(std::string_view path);

/// `parent.field`, or `field` at the root.
[[nodiscard]] std::string child_path(const std::string& parent, const std::string& field);

/// Path of element `index` of the repeated message field: by its `name` if it has one, else by
/// index.
[[nodiscard]] std::string element_path(const std::string& parent,
                                       const google::protobuf::Message& element,
                                       const std::string& field, int index);

/// The same path with every element named as element_path does. Pre: set_value() took the path.
[[nodiscard]] std::string canonical_path(const google::protobuf::Message& root,
                                         const std::string& path);

/// What a field takes, for people: "15 to 120 kHz", "QAM64, QAM256 or QAM64_LOW_SE".
[[nodiscard]] std::string allowed_text(const google::protobuf::FieldDescriptor& field);

/// The names of a message's fields, comma between.
[[nodiscard]] std::string field_names(const google::protobuf::Descriptor& type);

/// All message types that a scenario can hold, the outer ones first.
[[nodiscard]] std::vector<const google::protobuf::Descriptor*> message_types();

/// The candidate nearest to `word` by edit distance; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

/// "Did you mean NAME?" for a field that `type` does not have, or where the schema has it; else
/// empty.
[[nodiscard]] std::string field_advice(const google::protobuf::Descriptor& type,
                                       std::string_view word);

/// Writes `value` at `path`: a scalar, or a whole list of scalars as [1, 2, 3]. Strings need no
/// quotes. Returns what is wrong (found, allowed, advice; no position), or nullopt and the message
/// is changed.
[[nodiscard]] std::optional<Finding> set_value(google::protobuf::Message& root,
                                               const std::string& path, const std::string& value);

}  // namespace redcell::scenarios
