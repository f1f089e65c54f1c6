#include "scenarios/resolve.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void write_default(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.SetDouble(&message, &field, field.default_value_double());
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.SetUInt32(&message, &field, field.default_value_uint32());
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, field.default_value_bool());
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnum(&message, &field, field.default_value_enum());
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&message, &field, field.default_value_string());
    default:
      RC_CHECK(!"a kind of default that the schema does not use");
  }
}

/// Blocks of which the file may leave out all appear too, except alternatives, what is
/// derived and what is not there unless it is named.
bool is_created(const FieldDescriptor& field) {
  return field.message_type() != nullptr && field.real_containing_oneof() == nullptr &&
         field.message_type() != schema::Bwp::descriptor() &&
         field.message_type() != schema::WideBwp::descriptor();
}

void write_defaults(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) {
      if (field.message_type() == nullptr) continue;
      for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
        write_defaults(*reflection.MutableRepeatedMessage(&message, &field, k));
      }
    } else if (field.message_type() != nullptr) {
      if (!is_created(field) && !reflection.HasField(message, &field)) continue;
      write_defaults(*reflection.MutableMessage(&message, &field));
    } else if (field.has_default_value() && !reflection.HasField(message, &field)) {
      write_default(message, field);
    }
  }
}

void derive_bwp(schema::Carrier& carrier) {
  if (carrier.has_redcap_bwp()) return;
  schema::Carrier widest = carrier;
  widest.set_bandwidth_mhz(std::min(carrier.bandwidth_mhz(), redcap_bandwidth_mhz));
  const std::optional<int> prb_count = carrier_prb_count(widest);
  if (!prb_count) return;
  carrier.mutable_redcap_bwp()->set_first_prb(0);
  carrier.mutable_redcap_bwp()->set_prb_count(static_cast<std::uint32_t>(*prb_count));
}

}  // namespace

schema::Scenario with_defaults(const schema::Scenario& scenario) {
  schema::Scenario full = scenario;
  write_defaults(full);
  for (schema::Carrier& carrier : *full.mutable_carrier()) derive_bwp(carrier);
  return full;
}

schema::Scenario resolve(const schema::Scenario& scenario) {
  schema::Scenario full = with_defaults(scenario);
  const base::Metres far(farthest_m(full));
  for (schema::Carrier& carrier : *full.mutable_carrier()) {
    const bool has_k1 = carrier.downlink().k1_size() > 0;
    const bool has_k2 = carrier.uplink().k2_size() > 0;
    if (has_k1 && has_k2) continue;
    const SlotOffsets offsets = slot_offsets(carrier, far);
    for (const int k1 : offsets.k1) {
      if (!has_k1) carrier.mutable_downlink()->add_k1(static_cast<std::uint32_t>(k1));
    }
    for (const int k2 : offsets.k2) {
      if (!has_k2) carrier.mutable_uplink()->add_k2(static_cast<std::uint32_t>(k2));
    }
  }
  return full;
}

std::string to_text(const schema::Scenario& scenario) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  std::string text;
  RC_CHECK(printer.PrintToString(scenario, &text));
  return text;
}

}  // namespace redcell::scenarios
