#include "scenarios/load_merge.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <vector>

namespace redcell::scenarios {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void merge_message(const Message& above, Message& below);

/// Bytes of a UTF-8 sequence from its first byte; 0 for a byte that cannot be first.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

bool is_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v') || c == 0x7F;
}

Message* find_by_name(Message& parent, const FieldDescriptor& field, const std::string& name) {
  const Reflection& reflection = *parent.GetReflection();
  const FieldDescriptor* name_field = field.message_type()->FindFieldByName("name");
  for (int i = 0; i < reflection.FieldSize(parent, &field); ++i) {
    Message* element = reflection.MutableRepeatedMessage(&parent, &field, i);
    if (element->GetReflection()->GetString(*element, name_field) == name) return element;
  }
  return nullptr;
}

void merge_named_list(const Message& above, Message& below, const FieldDescriptor& field) {
  const Reflection& reflection = *above.GetReflection();
  const FieldDescriptor* name_field = field.message_type()->FindFieldByName("name");
  for (int i = 0; i < reflection.FieldSize(above, &field); ++i) {
    const Message& element = reflection.GetRepeatedMessage(above, &field, i);
    const std::string name = element.GetReflection()->GetString(element, name_field);
    Message* target = name.empty() ? nullptr : find_by_name(below, field, name);
    if (target == nullptr) target = below.GetReflection()->AddMessage(&below, &field);
    merge_message(element, *target);
  }
}

/// MergeFrom of a message that holds this one field.
void copy_field(const Message& above, Message& below, const FieldDescriptor& field) {
  const std::unique_ptr<Message> only(above.New());
  only->CopyFrom(above);
  std::vector<const FieldDescriptor*> set;
  above.GetReflection()->ListFields(above, &set);
  for (const FieldDescriptor* other : set) {
    if (other != &field) only->GetReflection()->ClearField(only.get(), other);
  }
  below.GetReflection()->ClearField(&below, &field);
  below.MergeFrom(*only);
}

void merge_message(const Message& above, Message& below) {
  std::vector<const FieldDescriptor*> set;
  const Reflection& reflection = *above.GetReflection();
  reflection.ListFields(above, &set);
  for (const FieldDescriptor* field : set) {
    const bool is_message = field->message_type() != nullptr;
    if (is_message && field->is_repeated() &&
        field->message_type()->FindFieldByName("name") != nullptr) {
      merge_named_list(above, below, *field);
    } else if (is_message && !field->is_repeated()) {
      merge_message(reflection.GetMessage(above, field),
                    *below.GetReflection()->MutableMessage(&below, field));
    } else {
      copy_field(above, below, *field);
    }
  }
}

}  // namespace

std::optional<std::size_t> first_binary_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = sequence_length(first);
    if (length == 0 || at + length > text.size() || is_control(first)) return at;
    for (std::size_t i = 1; i < length; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return at;
    }
    at += length;
  }
  return std::nullopt;
}

bool is_blank(std::string_view text) {
  bool in_comment = false;
  for (const char c : text) {
    if (c == '\n') {
      in_comment = false;
    } else if (c == '#') {
      in_comment = true;
    } else if (!in_comment && c != ' ' && c != '\t' && c != '\r' && c != '\f' && c != '\v') {
      return false;
    }
  }
  return true;
}

void merge_scenario(const schema::Scenario& above, schema::Scenario& below) {
  merge_message(above, below);
}

}  // namespace redcell::scenarios
