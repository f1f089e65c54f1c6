#include "scenarios/load_parse.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/schema/field.pb.h"
#include "scenarios/load_text.h"
#include "scenarios/path.h"

namespace redcell::scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

constexpr int recovery_max = 30;  ///< Statements left out before reading stops.

/// What the parser said, with lines and columns from 1.
struct Complaint {
  int line = 0;
  int column = 0;
  std::string message;
};

class Complaints : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    errors.push_back({line + 1, column + 1, message});
  }
  void AddWarning(int line, int column, const std::string& message) override {
    if (unknown.size() < text_findings_max) unknown.push_back({line + 1, column + 1, message});
  }
  std::vector<Complaint> errors;
  std::vector<Complaint> unknown;
};

/// The statement a complaint is about, or -1. The parser notices some errors a token late, so the
/// last statement that begins before it; a wrong enumeration value even after the next one began.
int statement_at(const Outline& outline, const Complaint& complaint) {
  int best = -1;
  const bool is_enum = complaint.message.starts_with("Unknown enumeration value");
  for (std::size_t i = 0; i < outline.statements.size(); ++i) {
    const Statement& s = outline.statements[i];
    if (std::tie(s.line, s.column) > std::tie(complaint.line, complaint.column)) break;
    if (is_enum &&
        complaint.message.find(fmt::format("for field \"{}\"", s.name)) == std::string::npos) {
      continue;
    }
    if (is_enum && std::tie(s.line, s.column) == std::tie(complaint.line, complaint.column)) {
      continue;
    }
    best = static_cast<int>(i);
  }
  return best;
}

/// A text's outline, and the message type that it is meant to be.
struct Typed {
  const Outline& outline;
  const Descriptor* root;
};

/// The message type around a statement; nullptr inside an unknown field.
const Descriptor* type_around(const Typed& typed, int index) {
  const Outline& outline = typed.outline;
  const int parent = outline.statements[static_cast<std::size_t>(index)].parent;
  if (parent < 0) return typed.root;
  const Descriptor* type = type_around(typed, parent);
  if (type == nullptr) return nullptr;
  const FieldDescriptor* field =
      type->FindFieldByName(outline.statements[static_cast<std::size_t>(parent)].name);
  return field == nullptr ? nullptr : field->message_type();
}

std::string without_full_stop(std::string text) {
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

std::string enum_advice(const FieldDescriptor& field, const std::string& word) {
  if (field.enum_type() == nullptr) return {};
  std::vector<std::string> words;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    words.push_back(field.enum_type()->value(i)->name());
  }
  const std::string near = nearest(word, words);
  return near.empty() ? std::string{} : fmt::format("Did you mean {}?", near);
}

bool is_about_repetition(const std::string& message) {
  return message.find("specified multiple times") != std::string::npos ||
         message.find("specified along with") != std::string::npos;
}

Finding placed(const std::string& file, const Outline& outline, int index) {
  const Statement& statement = outline.statements[static_cast<std::size_t>(index)];
  return {.file = file,
          .line = statement.line,
          .column = statement.column,
          .path = statement_path(outline, index)};
}

Finding unknown_finding(const std::string& file, const Typed& typed, const Complaint& complaint) {
  const Outline& outline = typed.outline;
  const int index = statement_at(outline, complaint);
  if (index < 0) {
    return {.file = file,
            .line = complaint.line,
            .column = complaint.column,
            .found = without_full_stop(complaint.message)};
  }
  Finding finding = placed(file, outline, index);
  const std::string& name = outline.statements[static_cast<std::size_t>(index)].name;
  const Descriptor* type = type_around(typed, index);
  finding.found = fmt::format("an unknown field '{}'", name);
  if (type != nullptr) {
    finding.allowed = "the fields of " + type->name() + ": " + field_names(*type);
    finding.advice = field_advice(*type, name);
  }
  return finding;
}

Finding error_finding(const std::string& file, const Typed& typed, const Complaint& complaint) {
  const Outline& outline = typed.outline;
  const int index = statement_at(outline, complaint);
  const std::string words = without_full_stop(complaint.message);
  if (index < 0) {
    return {.file = file,
            .line = complaint.line,
            .column = complaint.column,
            .found = fmt::format("text that is no field ({})", words),
            .allowed = "protobuf text format: field: value, or field { ... }"};
  }
  Finding finding = placed(file, outline, index);
  const Statement& statement = outline.statements[static_cast<std::size_t>(index)];
  const Descriptor* type = type_around(typed, index);
  const FieldDescriptor* field = type == nullptr ? nullptr : type->FindFieldByName(statement.name);
  if (is_about_repetition(words)) {
    finding.found = words;
    finding.allowed = "one of them, once";
    return finding;
  }
  if (statement.is_block && words == "Expected identifier, got: }") {
    return {.file = file,
            .line = complaint.line,
            .column = complaint.column,
            .found = "a } that closes nothing",
            .allowed = "a } for every {"};
  }
  const std::string value = statement.value.empty() ? "no value" : statement.value;
  finding.found =
      words.starts_with("Unknown enumeration") ? value : fmt::format("{} ({})", value, words);
  if (field == nullptr) {
    finding.allowed = "field: value, or field { ... }";
    return finding;
  }
  finding.allowed = allowed_text(*field);
  finding.clause = field->options().GetExtension(redcell::analysis::facts).clause();
  finding.advice = enum_advice(*field, statement.value);
  return finding;
}

/// Spaces instead of a statement, so that all other positions stay.
void leave_out(const Statement& statement, std::string& text) {
  for (std::size_t i = statement.begin; i < statement.end; ++i) {
    if (text[i] != '\n' && text[i] != '\t') text[i] = ' ';
  }
}

/// One pass of the parser; true when it came to the end.
bool parse_once(const std::string& text, Message& message, TextFormat::ParseInfoTree& tree,
                Complaints& complaints) {
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&complaints);
  parser.WriteLocationsTo(&tree);
  parser.AllowUnknownField(true);
  parser.AllowUnknownExtension(true);
  parser.SetRecursionLimit(text_depth_max);
  return parser.ParseFromString(text, &message);
}

/// A block without an end makes every later position doubtful: it is all that is reported of the
/// syntax.
Finding unclosed_finding(const std::string& file, const Outline& outline) {
  Finding finding = placed(file, outline, outline.unclosed);
  finding.found = "a block that is never closed";
  finding.allowed = "a } for every {";
  finding.advice = "Add the closing brace of this block.";
  return finding;
}

/// Walks a message beside the parser's tree of positions.
struct Recorder {
  const std::string& file;
  SourceMap& where;
  std::vector<Finding>& findings;

  void message(const Message& message, const TextFormat::ParseInfoTree* tree,
               const std::string& parent) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const std::string path = child_path(parent, field->name());
      if (field->is_repeated()) {
        list(message, *field, tree, parent);
        continue;
      }
      place(path, tree, *field, -1);
      if (field->message_type() == nullptr) continue;
      this->message(message.GetReflection()->GetMessage(message, field),
                    tree == nullptr ? nullptr : tree->GetTreeForNested(field, -1), path);
    }
  }

 private:
  void list(const Message& message, const FieldDescriptor& field,
            const TextFormat::ParseInfoTree* tree, const std::string& parent) {
    const std::string path = child_path(parent, field.name());
    const bool has_names =
        field.message_type() != nullptr && field.message_type()->FindFieldByName("name") != nullptr;
    if (!has_names) where.forget(path + "[");
    place(path, tree, field, 0);
    const Reflection& reflection = *message.GetReflection();
    std::set<std::string> seen;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (field.message_type() == nullptr) {
        place(fmt::format("{}[{}]", path, i), tree, field, i);
        continue;
      }
      const Message& element = reflection.GetRepeatedMessage(message, &field, i);
      const std::string element_at = element_path(parent, element, field.name(), i);
      const bool is_new = seen.insert(element_at).second;
      place(element_at, tree, field, i);
      if (!is_new) {
        Finding finding = where.finding(element_at);
        finding.found = "this name a second time in one list";
        finding.allowed = "every name once";
        findings.push_back(finding);
      }
      this->message(element, tree == nullptr ? nullptr : tree->GetTreeForNested(&field, i),
                    element_at);
    }
  }

  void place(const std::string& path, const TextFormat::ParseInfoTree* tree,
             const FieldDescriptor& field, int index) {
    if (tree == nullptr) return;
    const TextFormat::ParseLocation at = tree->GetLocation(&field, index);
    if (at.line < 0) return;
    where.set(path, {file, at.line + 1, at.column + 1});
  }
};

}  // namespace

ParsedText parse_text(const std::string& file, const std::string& text, Message& message) {
  ParsedText parsed;
  const Outline lines = outline(text);
  const Typed typed{.outline = lines, .root = message.GetDescriptor()};
  if (lines.statements.size() > statement_count_max) {
    parsed.findings.push_back({.file = file,
                               .found = fmt::format("more than {} fields", statement_count_max),
                               .allowed = "a scenario of people's size"});
    return parsed;
  }
  if (lines.depth_max > text_depth_max) {
    parsed.findings.push_back({.file = file,
                               .found = fmt::format("{} blocks inside each other", lines.depth_max),
                               .allowed = fmt::format("at most {}", text_depth_max)});
    return parsed;
  }
  if (lines.unclosed >= 0) parsed.findings.push_back(unclosed_finding(file, lines));
  std::string rest = text;
  std::set<int> left_out;
  Complaints last;
  for (int i = 0; i < recovery_max; ++i) {
    last.errors.clear();
    last.unknown.clear();
    parsed.tree = std::make_unique<TextFormat::ParseInfoTree>();
    if (parse_once(rest, message, *parsed.tree, last) || last.errors.empty()) break;
    if (lines.unclosed >= 0) break;
    parsed.findings.push_back(error_finding(file, typed, last.errors.front()));
    const int index = statement_at(lines, last.errors.front());
    if (index < 0 || !left_out.insert(index).second) break;
    leave_out(lines.statements[static_cast<std::size_t>(index)], rest);
  }
  for (const Complaint& unknown : last.unknown) {
    parsed.findings.push_back(unknown_finding(file, typed, unknown));
  }
  std::stable_sort(parsed.findings.begin(), parsed.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     return std::tie(a.line, a.column) < std::tie(b.line, b.column);
                   });
  return parsed;
}

void record_positions(const ParsedFile& file, SourceMap& where, std::vector<Finding>& findings) {
  Recorder{file.name, where, findings}.message(file.message, file.text.tree.get(), {});
}

}  // namespace redcell::scenarios
