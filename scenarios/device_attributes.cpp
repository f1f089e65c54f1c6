#include "scenarios/device_attributes.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <cctype>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/schema/field.pb.h"
#include "net/attributes.h"

namespace redcell::scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Numbers and switches with a default are attributes; names, lists and blocks are not.
bool is_attribute(const FieldDescriptor& field) {
  if (field.is_repeated() || !field.has_default_value()) return false;
  const auto type = field.cpp_type();
  return type == FieldDescriptor::CPPTYPE_DOUBLE || type == FieldDescriptor::CPPTYPE_UINT32 ||
         type == FieldDescriptor::CPPTYPE_BOOL;
}

net::AttributeSpec spec_of(const FieldDescriptor& field) {
  const auto& facts = field.options().GetExtension(redcell::analysis::facts);
  const double most = std::numeric_limits<std::uint32_t>::max();
  net::AttributeSpec spec;
  spec.name = attribute_name(field.name());
  spec.help =
      facts.clause().empty() ? facts.help() : fmt::format("{} ({})", facts.help(), facts.clause());
  spec.low = facts.has_min() ? facts.min() : 0;
  spec.high = facts.has_max() ? facts.max() : most;
  spec.live = facts.live();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      spec.kind = net::AttributeSpec::Kind::real;
      spec.initial = fmt::format("{}", field.default_value_double());
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      spec.kind = net::AttributeSpec::Kind::boolean;
      spec.initial = field.default_value_bool() ? "true" : "false";
      break;
    default:
      spec.kind = net::AttributeSpec::Kind::integer;
      spec.initial = fmt::format("{}", field.default_value_uint32());
  }
  return spec;
}

bool declare(net::DeviceKind kind, const Descriptor& type) {
  std::vector<net::AttributeSpec> specs;
  for (int i = 0; i < type.field_count(); ++i) {
    if (is_attribute(*type.field(i))) specs.push_back(spec_of(*type.field(i)));
  }
  net::declare_attributes(kind, std::move(specs));
  return true;
}

const bool ue_declared = declare(net::DeviceKind::ue, *schema::Capability::descriptor());
const bool gnb_declared = declare(net::DeviceKind::gnb, *schema::Carrier::descriptor());

void take_defaults(net::DeviceKind kind, Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (!is_attribute(*field) || reflection.HasField(message, field)) continue;
    const auto changed = net::changed_default(kind, attribute_name(field->name()));
    if (!changed) continue;
    if (const auto* real = std::get_if<double>(&*changed)) {
      reflection.SetDouble(&message, field, *real);
    } else if (const auto* integer = std::get_if<std::int64_t>(&*changed)) {
      reflection.SetUInt32(&message, field, static_cast<std::uint32_t>(*integer));
    } else if (const auto* boolean = std::get_if<bool>(&*changed)) {
      reflection.SetBool(&message, field, *boolean);
    }
  }
}

void show(const Message& message, net::RadioNetDevice& device) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (!is_attribute(*field)) continue;
    const std::string name = attribute_name(field->name());
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_DOUBLE:
        net::show_attribute(device, name, reflection.GetDouble(message, field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        net::show_attribute(device, name, reflection.GetBool(message, field));
        break;
      default:
        net::show_attribute(device, name, std::int64_t{reflection.GetUInt32(message, field)});
    }
  }
}

}  // namespace

std::string attribute_name(const std::string& field_name) {
  std::string name;
  bool is_start = true;
  for (const char c : field_name) {
    if (c == '_') {
      is_start = true;
      continue;
    }
    name += is_start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    is_start = false;
  }
  return name;
}

void take_attribute_defaults(schema::Scenario& scenario) {
  for (schema::Capability& capability : *scenario.mutable_capability()) {
    take_defaults(net::DeviceKind::ue, capability);
  }
  for (schema::Carrier& carrier : *scenario.mutable_carrier()) {
    take_defaults(net::DeviceKind::gnb, carrier);
  }
}

void show_on_device(const schema::Capability& capability, net::UeNetDevice& device) {
  show(capability, device);
}

void show_on_device(const schema::Carrier& carrier, net::GnbNetDevice& device) {
  show(carrier, device);
}

}  // namespace redcell::scenarios
