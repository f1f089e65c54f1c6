#include "scenarios/path.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <numeric>
#include <utility>

#include "analysis/schema/field.pb.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t nearest_distance_max = 3;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::vector<std::string> names_of(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

/// All message types that can stand inside `type`, itself first.
void collect(const Descriptor& type, std::vector<const Descriptor*>& types) {
  if (std::find(types.begin(), types.end(), &type) != types.end()) return;
  types.push_back(&type);
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != nullptr) collect(*type.field(i)->message_type(), types);
  }
}

std::string enum_text(const EnumDescriptor& type) {
  std::string text;
  for (int i = 0; i < type.value_count(); ++i) {
    if (i > 0) text += i + 1 == type.value_count() ? " or " : ", ";
    text += type.value(i)->name();
  }
  return text;
}

std::string range_text(const FieldDescriptor& field, const std::string& kind) {
  const auto& facts = field.options().GetExtension(redcell::analysis::facts);
  const bool is_unsigned = field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32;
  const bool has_min = facts.has_min() || (is_unsigned && facts.has_max());
  std::string text = kind;
  if (has_min && facts.has_max()) {
    text = fmt::format("{}{} to {}", kind.empty() ? "" : kind + ", ", facts.min(), facts.max());
  } else if (has_min) {
    text = fmt::format("{}{} or more", kind.empty() ? "" : kind + ", ", facts.min());
  } else if (facts.has_max()) {
    text = fmt::format("{}{} or less", kind.empty() ? "" : kind + ", ", facts.max());
  }
  if (facts.has_unit()) text += (text.empty() ? "" : " ") + facts.unit();
  return text;
}

std::string name_of(const Message& message) {
  const FieldDescriptor* name = message.GetDescriptor()->FindFieldByName("name");
  if (name == nullptr || name->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return {};
  return message.GetReflection()->GetString(message, name);
}

/// Names of a list's elements, as a path may select them.
std::vector<std::string> selectors(const Message& parent, const FieldDescriptor& field) {
  std::vector<std::string> all;
  const Reflection& reflection = *parent.GetReflection();
  for (int i = 0; i < reflection.FieldSize(parent, &field); ++i) {
    const std::string name = name_of(reflection.GetRepeatedMessage(parent, &field, i));
    all.push_back(name.empty() ? std::to_string(i) : name);
  }
  return all;
}

std::optional<int> index_from(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

Finding unknown_field(const Descriptor& type, const std::string& word) {
  return {.found = fmt::format("no field '{}' in {}", word, type.name()),
          .allowed = field_names(type),
          .advice = field_advice(type, word)};
}

/// The element that `step` selects, or what is wrong with it.
std::pair<Message*, std::optional<Finding>> select(Message& parent, const FieldDescriptor& field,
                                                   const PathStep& step) {
  const Reflection& reflection = *parent.GetReflection();
  if (!field.is_repeated()) {
    if (step.selector.empty()) return {reflection.MutableMessage(&parent, &field), std::nullopt};
    return {nullptr, Finding{.found = fmt::format("'[{}]' after {}", step.selector, step.field),
                             .allowed = "no brackets: there is only one " + step.field}};
  }
  const std::vector<std::string> all = selectors(parent, field);
  const auto by_name = std::find(all.begin(), all.end(), step.selector);
  if (by_name != all.end()) {
    const int index = static_cast<int>(by_name - all.begin());
    return {reflection.MutableRepeatedMessage(&parent, &field, index), std::nullopt};
  }
  const std::optional<int> index = index_from(step.selector);
  if (index && static_cast<std::size_t>(*index) < all.size()) {
    return {reflection.MutableRepeatedMessage(&parent, &field, *index), std::nullopt};
  }
  Finding finding;
  finding.found = step.selector.empty()
                      ? fmt::format("no name or index after {}", step.field)
                      : fmt::format("no element '{}' of {}", step.selector, step.field);
  const std::string between = "], " + step.field + "[";
  finding.allowed = all.empty() ? fmt::format("the scenario has no {}", step.field)
                                : fmt::format("{}[{}]", step.field, fmt::join(all, between));
  const std::string near = nearest(step.selector, all);
  if (!near.empty()) finding.advice = fmt::format("Did you mean {}[{}]?", step.field, near);
  return {nullptr, finding};
}

/// The texts of a scalar, or of everything in "[1, 2, 3]".
std::vector<std::string> split_values(const FieldDescriptor& field, std::string value) {
  if (!field.is_repeated() || value.empty() || value.front() != '[' || value.back() != ']') {
    return {std::move(value)};
  }
  std::vector<std::string> parts;
  std::string part;
  for (const char c : value.substr(1, value.size() - 2) + ",") {
    if (c == ',') {
      part.erase(part.find_last_not_of(' ') + 1);
      parts.push_back(std::exchange(part, {}));
    } else if (c != ' ' || !part.empty()) {
      part += c;
    }
  }
  if (parts.size() == 1 && parts[0].find_first_not_of(' ') == std::string::npos) parts.clear();
  return parts;
}

/// Silences the parser: what is wrong is said by the finding.
class NoMessages : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

bool parse_scalar(Message& message, const FieldDescriptor& field, const std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    if (field.is_repeated()) {
      reflection.AddString(&message, &field, text);
    } else {
      reflection.SetString(&message, &field, text);
    }
    return true;
  }
  NoMessages silent;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  return parser.ParseFieldValueFromString(text, &field, &message);
}

std::optional<Finding> write_value(Message& message, const FieldDescriptor& field,
                                   const std::string& value) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return Finding{.found = "a path that ends at the message " + field.name(),
                   .allowed = "a field of it: " + field_names(*field.message_type())};
  }
  const std::unique_ptr<Message> fresh(message.New());
  for (const std::string& text : split_values(field, value)) {
    if (parse_scalar(*fresh, field, text)) continue;
    const std::string shown = value.empty() ? "no value" : fmt::format("'{}'", value);
    Finding finding{.found = shown, .allowed = allowed_text(field)};
    if (field.enum_type() != nullptr) {
      std::vector<std::string> words;
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        words.push_back(field.enum_type()->value(i)->name());
      }
      const std::string near = nearest(value, words);
      if (!near.empty()) finding.advice = fmt::format("Did you mean {}?", near);
    }
    return finding;
  }
  message.GetReflection()->ClearField(&message, &field);
  message.MergeFrom(*fresh);
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<PathStep>> parse_path(std::string_view path) {
  std::vector<PathStep> steps;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
    PathStep step{.field = std::string(path.substr(at, end - at)), .selector = {}};
    if (step.field.empty()) return std::nullopt;
    at = end;
    if (at < path.size() && path[at] == '[') {
      const std::size_t close = path.find(']', at);
      if (close == std::string_view::npos || close == at + 1) return std::nullopt;
      step.selector = std::string(path.substr(at + 1, close - at - 1));
      at = close + 1;
    }
    steps.push_back(std::move(step));
    if (at == path.size()) return steps;
    if (path[at] != '.') return std::nullopt;
    ++at;
  }
}

std::string child_path(const std::string& parent, const std::string& field) {
  return parent.empty() ? field : parent + '.' + field;
}

std::string element_path(const std::string& parent, const Message& element,
                         const std::string& field, int index) {
  const std::string name = name_of(element);
  return fmt::format("{}[{}]", child_path(parent, field),
                     name.empty() ? std::to_string(index) : name);
}

std::string canonical_path(const Message& root, const std::string& path) {
  std::string canonical;
  const Message* message = &root;
  const std::vector<PathStep> steps = parse_path(path).value_or(std::vector<PathStep>{});
  for (const PathStep& step : steps) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(step.field);
    const Reflection& reflection = *message->GetReflection();
    if (step.selector.empty()) {
      canonical = child_path(canonical, step.field);
      if (field->message_type() != nullptr) message = &reflection.GetMessage(*message, field);
      continue;
    }
    const std::vector<std::string> all = selectors(*message, *field);
    const auto by_name = std::find(all.begin(), all.end(), step.selector);
    const int index = by_name != all.end() ? static_cast<int>(by_name - all.begin())
                                           : index_from(step.selector).value();
    message = &reflection.GetRepeatedMessage(*message, field, index);
    canonical = element_path(canonical, *message, step.field, index);
  }
  return canonical;
}

std::string allowed_text(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return range_text(field, "a whole number");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return range_text(field, "a number");
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return enum_text(*field.enum_type());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return field.name() + " { ... } with " + field_names(*field.message_type());
    default:
      return "a text in quotes";
  }
}

std::string field_names(const Descriptor& type) {
  return fmt::format("{}", fmt::join(names_of(type), ", "));
}

std::vector<const Descriptor*> message_types() {
  std::vector<const Descriptor*> types;
  collect(*schema::Scenario::descriptor(), types);
  return types;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::min(nearest_distance_max, (word.size() + 1) / 2) + 1;
  for (const std::string& candidate : candidates) {
    // A word that only lost or gained its end ("bandwidth" for "bandwidth_mhz") is near as well.
    const bool is_stem = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t distance = is_stem ? 1 : edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string field_advice(const Descriptor& type, std::string_view word) {
  const std::string near = nearest(word, names_of(type));
  if (!near.empty()) return fmt::format("Did you mean {}?", near);
  for (const Descriptor* other : message_types()) {
    if (other->FindFieldByName(std::string(word)) == nullptr) continue;
    return fmt::format("{} is a field of {}.", word, other->name());
  }
  return {};
}

std::optional<Finding> set_value(Message& root, const std::string& path, const std::string& value) {
  const std::optional<std::vector<PathStep>> steps = parse_path(path);
  if (!steps) {
    return Finding{.found = fmt::format("'{}', which is no path", path),
                   .allowed =
                       "fields with dots between, elements of lists in brackets: "
                       "carrier[n41].scheduler.policy"};
  }
  Message* message = &root;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const PathStep& step = (*steps)[i];
    const Descriptor& type = *message->GetDescriptor();
    const FieldDescriptor* field = type.FindFieldByName(step.field);
    if (field == nullptr) return unknown_field(type, step.field);
    if (i + 1 == steps->size()) {
      if (step.selector.empty()) return write_value(*message, *field, value);
      return Finding{.found = "a path that ends at one element of " + step.field,
                     .allowed = field->message_type() != nullptr
                                    ? "a field of it: " + field_names(*field->message_type())
                                    : "the whole list: " + step.field + "=[1, 2, 3]"};
    }
    if (field->message_type() == nullptr) {
      return Finding{.found = fmt::format("'.{}' after {}", (*steps)[i + 1].field, step.field),
                     .allowed = step.field + " has no fields: it is " + allowed_text(*field)};
    }
    auto [next, finding] = select(*message, *field, step);
    if (finding) return finding;
    message = next;
  }
  return std::nullopt;
}

}  // namespace redcell::scenarios
