// check_values(): each value for itself, and references between elements by name.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "analysis/schema/field.pb.h"
#include "analysis/summary.h"
#include "scenarios/load.h"
#include "scenarios/load_merge.h"
#include "scenarios/path.h"

namespace redcell::scenarios {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t name_length_max = 64;

const redcell::analysis::FieldFacts& facts_of(const FieldDescriptor& field) {
  return field.options().GetExtension(redcell::analysis::facts);
}

/// A name that a path and a command line can hold without quotes.
bool is_name(const std::string& text) {
  if (text.empty() || text.size() > name_length_max) return false;
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::all_of(text.begin(), text.end(), is_allowed) &&
         !std::all_of(text.begin(), text.end(), is_digit);
}

class Checker {
 public:
  Checker(const SourceMap& where, ValueScope scope, std::vector<Finding>& findings)
      : where_(where), scope_(scope), findings_(findings) {}

  void message(const Message& message, const std::string& path) {
    const google::protobuf::Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->is_repeated()) {
        list(message, *type.field(i), path);
      } else {
        single(message, *type.field(i), path);
      }
    }
  }

 private:
  void single(const Message& message, const FieldDescriptor& field, const std::string& parent) {
    const Reflection& reflection = *message.GetReflection();
    const std::string path = child_path(parent, field.name());
    if (!reflection.HasField(message, &field)) {
      if (facts_of(field).required() && scope_ == ValueScope::everything) {
        report(path, field, "no " + field.name());
      }
      return;
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return this->message(reflection.GetMessage(message, &field), path);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return number(path, field, reflection.GetDouble(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return number(path, field, reflection.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_STRING:
        return text(path, field, reflection.GetString(message, &field));
      default:
        return;
    }
  }

  void list(const Message& message, const FieldDescriptor& field, const std::string& parent) {
    const Reflection& reflection = *message.GetReflection();
    std::set<std::string> names;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const std::string path = fmt::format("{}[{}]", child_path(parent, field.name()), i);
      if (field.message_type() == nullptr) {
        list_value(message, field, path, i);
        continue;
      }
      const Message& element = reflection.GetRepeatedMessage(message, &field, i);
      const std::string at = element_path(parent, element, field.name(), i);
      if (!names.insert(at).second) {
        report_words(
            at, {.found = "this name a second time in one list", .allowed = "every name once"});
      }
      this->message(element, at);
    }
  }

  void list_value(const Message& message, const FieldDescriptor& field, const std::string& path,
                  int index) {
    const Reflection& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      number(path, field, reflection.GetRepeatedUInt32(message, &field, index));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      text(path, field, reflection.GetRepeatedString(message, &field, index));
    }
  }

  void number(const std::string& path, const FieldDescriptor& field, double value) {
    const redcell::analysis::FieldFacts& facts = facts_of(field);
    const bool is_inside = std::isfinite(value) && (!facts.has_min() || value >= facts.min()) &&
                           (!facts.has_max() || value <= facts.max());
    if (is_inside) return;
    report(path, field,
           facts.unit().empty() ? fmt::format("{}", value)
                                : fmt::format("{} {}", value, facts.unit()));
  }

  void text(const std::string& path, const FieldDescriptor& field, const std::string& value) {
    if (first_binary_byte(value) || value.find('\n') != std::string::npos) {
      report_words(path,
                   {.found = "characters that are no text", .allowed = "one line of UTF-8 text"});
    } else if (field.name() == "name" && !is_name(value)) {
      report_words(path, {.found = fmt::format("'{}'", value),
                          .allowed = fmt::format("letters, digits, '-', '_' and '.', not digits "
                                                 "alone, at most {}",
                                                 name_length_max),
                          .clause = "[ours]"});
    } else if (value.empty() && facts_of(field).required()) {
      report(path, field, "an empty " + field.name());
    }
  }

  void report(const std::string& path, const FieldDescriptor& field, const std::string& found) {
    Finding finding = where_.finding(path);
    finding.found = found;
    finding.allowed = allowed_text(field);
    finding.clause = facts_of(field).clause();
    if (facts_of(field).required() && found.starts_with("no ")) {
      finding.advice = facts_of(field).help();
    }
    findings_.push_back(std::move(finding));
  }

  void report_words(const std::string& path, const Finding& words) {
    Finding finding = where_.finding(path);
    finding.found = words.found;
    finding.allowed = words.allowed;
    finding.clause = words.clause;
    findings_.push_back(std::move(finding));
  }

  const SourceMap& where_;
  ValueScope scope_;
  std::vector<Finding>& findings_;
};

template <class List>
std::vector<std::string> names_of(const List& list) {
  std::vector<std::string> names;
  for (const auto& element : list) names.push_back(element.name());
  return names;
}

/// Something that refers to another element by its name.
struct Reference {
  std::string path;
  std::string kind;  ///< What it must name: "carrier".
  std::string name;
};

void check_reference(const Reference& reference, const std::vector<std::string>& names,
                     const SourceMap& where, std::vector<Finding>& findings) {
  if (reference.name.empty()) return;
  if (std::find(names.begin(), names.end(), reference.name) != names.end()) return;
  Finding finding = where.finding(reference.path);
  finding.found = fmt::format("'{}', which no {} is called", reference.name, reference.kind);
  finding.allowed = names.empty() ? fmt::format("there is no {}", reference.kind)
                                  : fmt::format("{}", fmt::join(names, ", "));
  const std::string near = nearest(reference.name, names);
  if (!near.empty()) finding.advice = fmt::format("Did you mean {}?", near);
  findings.push_back(std::move(finding));
}

void check_references(const schema::Scenario& scenario, const SourceMap& where,
                      std::vector<Finding>& findings) {
  const std::vector<std::string> carriers = names_of(scenario.carrier());
  const std::vector<std::string> capabilities = names_of(scenario.capability());
  const std::vector<std::string> groups = names_of(scenario.terminal_group());
  const auto check_sectors = [&](const auto& site, const std::string& site_path) {
    for (int i = 0; i < site.sector_size(); ++i) {
      const std::string path = fmt::format("{}.sector[{}].carrier", site_path, i);
      check_reference({path, "carrier", site.sector(i).carrier()}, carriers, where, findings);
    }
  };
  for (int s = 0; s < scenario.site_size(); ++s) {
    check_sectors(scenario.site(s), element_path("", scenario.site(s), "site", s));
  }
  for (int s = 0; s < scenario.site_grid_size(); ++s) {
    check_sectors(scenario.site_grid(s), element_path("", scenario.site_grid(s), "site_grid", s));
  }
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const auto& group = scenario.terminal_group(g);
    const std::string path = element_path("", group, "terminal_group", g);
    check_reference({path + ".capability", "capability", group.capability()}, capabilities, where,
                    findings);
    check_reference({path + ".carrier", "carrier", group.carrier()}, carriers, where, findings);
  }
  for (int t = 0; t < scenario.traffic_size(); ++t) {
    const auto& traffic = scenario.traffic(t);
    const std::string path = element_path("", traffic, "traffic", t) + ".terminal_group";
    check_reference({path, "terminal_group", traffic.terminal_group()}, groups, where, findings);
  }
  // Figures of the cells stand in a group of their own.
  std::vector<std::string> target_groups = groups;
  target_groups.emplace_back(analysis::cell_group);
  for (int t = 0; t < scenario.target_size(); ++t) {
    const std::string path = fmt::format("target[{}].terminal_group", t);
    check_reference({path, "terminal_group", scenario.target(t).terminal_group()}, target_groups,
                    where, findings);
  }
}

void check_presence(const schema::Scenario& scenario, const SourceMap& where,
                    std::vector<Finding>& findings) {
  const auto need = [&](const std::string& path, bool is_there, const std::string& what) {
    if (is_there) return;
    Finding finding = where.finding(path);
    finding.found = "no " + what;
    finding.allowed = "at least one";
    findings.push_back(std::move(finding));
  };
  need("carrier", scenario.carrier_size() > 0, "carrier");
  need("site", scenario.site_size() + scenario.site_grid_size() > 0, "site or site_grid");
  need("capability", scenario.capability_size() > 0, "capability");
  need("terminal_group", scenario.terminal_group_size() > 0, "terminal_group");
  for (int s = 0; s < scenario.site_size(); ++s) {
    const std::string path = element_path("", scenario.site(s), "site", s);
    need(path + ".sector", scenario.site(s).sector_size() > 0, "sector");
  }
  for (int s = 0; s < scenario.site_grid_size(); ++s) {
    const std::string path = element_path("", scenario.site_grid(s), "site_grid", s);
    need(path + ".sector", scenario.site_grid(s).sector_size() > 0, "sector");
  }
  for (int t = 0; t < scenario.traffic_size(); ++t) {
    if (scenario.traffic(t).kind_case() != schema::Traffic::KIND_NOT_SET) continue;
    Finding finding = where.finding(element_path("", scenario.traffic(t), "traffic", t));
    finding.found = "traffic without a kind";
    finding.allowed =
        "one of full_buffer, udp_full_buffer, udp_rate, ping, tcp_bulk, file_transfer";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<Finding> check_facts(const Message& message, const SourceMap& where, ValueScope scope) {
  std::vector<Finding> findings;
  Checker(where, scope, findings).message(message, {});
  return findings;
}

std::vector<Finding> check_values(const schema::Scenario& scenario, const SourceMap& where,
                                  ValueScope scope) {
  std::vector<Finding> findings = check_facts(scenario, where, scope);
  if (scope == ValueScope::everything) {
    check_references(scenario, where, findings);
    check_presence(scenario, where, findings);
  }
  return findings;
}

}  // namespace redcell::scenarios
