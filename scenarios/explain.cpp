#include "scenarios/explain.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "analysis/schema/field.pb.h"
#include "scenarios/finding.h"
#include "scenarios/path.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

const redcell::analysis::FieldFacts& facts_of(const FieldDescriptor& field) {
  return field.options().GetExtension(redcell::analysis::facts);
}

std::string default_text(const FieldDescriptor& field) {
  if (!field.has_default_value()) return facts_of(field).required() ? "required" : "";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", field.default_value_double());
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format("{}", field.default_value_uint32());
    case FieldDescriptor::CPPTYPE_BOOL:
      return field.default_value_bool() ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.default_value_enum()->name();
    default:
      return {};
  }
}

std::string takes_text(const FieldDescriptor& field) {
  std::string text =
      field.message_type() != nullptr ? field.message_type()->name() : allowed_text(field);
  if (field.is_repeated()) text += ", any number";
  if (field.real_containing_oneof() != nullptr) text += ", one of these";
  return text;
}

/// Help and clause; of a block, nothing.
std::string help_text(const FieldDescriptor& field) {
  const auto& facts = facts_of(field);
  if (facts.clause().empty()) return facts.help();
  return fmt::format("{} ({})", facts.help(), facts.clause());
}

std::string explain_message(const Descriptor& type) {
  std::size_t width = 0;
  for (int i = 0; i < type.field_count(); ++i) {
    width = std::max(width, type.field(i)->name().size());
  }
  std::string text = type.name() + "\n";
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string standard = default_text(field);
    text += fmt::format("  {:{}}  {}{}\n", field.name(), width, takes_text(field),
                        standard.empty()         ? ""
                        : standard == "required" ? "; required"
                                                 : "; default " + standard);
    const std::string help = help_text(field);
    if (!help.empty()) text += fmt::format("  {:{}}    {}\n", "", width, help);
  }
  return text;
}

std::string explain_field(const FieldDescriptor& field) {
  std::string text = field.name() + "\n";
  const auto line = [&](const char* title, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:8}  {}\n", title, value);
  };
  line("takes", takes_text(field));
  line("default", default_text(field));
  line("unit", facts_of(field).unit());
  line("clause", facts_of(field).clause());
  line("help", facts_of(field).help());
  if (facts_of(field).live()) line("live", "may change while the run goes on");
  return text;
}

std::string in_cell(std::string text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

constexpr std::string_view head = R"(# The scenario file

This page is written by `redcell explain --markdown` from the schema; the same text for one field:
`redcell explain carrier.scs_khz`.

A scenario is a file in protobuf text format: `field: value`, blocks in braces, `#` for comments.
`redcell list` names the scenarios that come with the program; a file starts from one of them with
`include`:

```
include: "trial-2600-peak.txtpb"
title: "The same cell with round robin"
carrier { name: "n41" scheduler { policy: ROUND_ROBIN } }
```

Included files are read first, each once, and this file's values win. Paths are relative to the
file that includes; what is no file is looked for in the library. Lists whose elements have a `name`
are merged by name, field by field; any other list is replaced as a whole. The command line wins
over all files: `--set carrier[n41].scheduler.policy=ROUND_ROBIN`, `--set target[0].value=71`,
`--set carrier[n41].uplink.k2=[2,3]`.

Names are letters, digits, `-`, `_` and `.`, not digits alone. What is absent has its default. A run
writes the scenario with every default filled in beside its results.
)";

std::string markdown_table(const Descriptor& type) {
  std::string text = fmt::format(
      "\n## {}\n\n| field | takes | default | meaning |\n|---|---|---|---|\n", type.name());
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const Descriptor* block = field.message_type();
    std::string takes = in_cell(takes_text(field));
    if (block != nullptr) {
      std::string anchor = block->name();
      std::transform(anchor.begin(), anchor.end(), anchor.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      takes = fmt::format("[{}](#{}){}", block->name(), anchor, takes.substr(block->name().size()));
    }
    text += fmt::format("| `{}` | {} | {} | {} |\n", field.name(), takes, default_text(field),
                        in_cell(help_text(field)));
  }
  return text;
}

}  // namespace

std::string explain_text(std::string_view path) {
  const Descriptor* type = schema::Scenario::descriptor();
  if (path.empty()) return explain_message(*type);
  const std::optional<std::vector<PathStep>> steps = parse_path(path);
  if (!steps) {
    throw ScenarioError(
        {{.path = std::string(path),
          .found = "no path",
          .allowed = "fields with dots between, such as carrier.scheduler.policy"}});
  }
  const FieldDescriptor* field = nullptr;
  for (const PathStep& step : *steps) {
    const FieldDescriptor* next = type == nullptr ? nullptr : type->FindFieldByName(step.field);
    if (next == nullptr) {
      throw ScenarioError(
          {{.path = std::string(path),
            .found = fmt::format("no field '{}' here", step.field),
            .allowed = type == nullptr ? field->name() + " has no fields" : field_names(*type),
            .advice = type == nullptr ? "" : field_advice(*type, step.field)}});
    }
    field = next;
    type = field->message_type();
  }
  return type == nullptr ? explain_field(*field) : explain_message(*type);
}

std::string explain_markdown() {
  std::string text(head);
  for (const Descriptor* type : message_types()) text += markdown_table(*type);
  return text;
}

}  // namespace redcell::scenarios
