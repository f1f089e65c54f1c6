#include "analysis/signature.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <vector>

#include "analysis/schema/field.pb.h"

namespace redcell::analysis {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::uint64_t fnv_offset_basis = 0xCBF29CE484222325ULL;
constexpr std::uint64_t fnv_prime = 0x00000100000001B3ULL;

std::uint64_t mix_byte(std::uint64_t hash, std::uint64_t byte) {
  return (hash ^ (byte & 0xFFU)) * fnv_prime;
}

/// Least significant byte first.
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  for (int byte = 0; byte < 8; ++byte) hash = mix_byte(hash, word >> (8 * byte));
  return hash;
}

std::uint64_t mix(std::uint64_t hash, const std::string& text) {
  hash = mix(hash, text.size());
  for (const char byte : text) hash = mix_byte(hash, static_cast<unsigned char>(byte));
  return hash;
}

/// The bits of a field of a plain type; index is -1 for a field that is not repeated.
std::uint64_t value_bits(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const FieldDescriptor* f = &field;
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return static_cast<std::uint64_t>(
          std::int64_t{one ? r.GetInt32(message, f) : r.GetRepeatedInt32(message, f, index)});
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<std::uint64_t>(one ? r.GetInt64(message, f)
                                            : r.GetRepeatedInt64(message, f, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? r.GetUInt32(message, f) : r.GetRepeatedUInt32(message, f, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return one ? r.GetUInt64(message, f) : r.GetRepeatedUInt64(message, f, index);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return std::bit_cast<std::uint64_t>(one ? r.GetDouble(message, f)
                                              : r.GetRepeatedDouble(message, f, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return std::bit_cast<std::uint32_t>(one ? r.GetFloat(message, f)
                                              : r.GetRepeatedFloat(message, f, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? r.GetBool(message, f) : r.GetRepeatedBool(message, f, index)) ? 1 : 0;
    default:
      return static_cast<std::uint64_t>(std::int64_t{
          one ? r.GetEnumValue(message, f) : r.GetRepeatedEnumValue(message, f, index)});
  }
}

}  // namespace

/// Which fields of a message count, in declared order; looked up once, not for each record.
struct Signature::Plan {
  struct Step {
    const FieldDescriptor* field;
    std::unique_ptr<Plan> inside;  ///< Of a message field, else null.
  };
  std::vector<Step> steps;

  explicit Plan(const Descriptor& descriptor) {
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor* field = descriptor.field(i);
      if (field->options().GetExtension(facts).outside_signature()) continue;
      const Descriptor* inside = field->message_type();
      steps.push_back({field, inside ? std::make_unique<Plan>(*inside) : nullptr});
    }
  }

  std::uint64_t mix_message(std::uint64_t hash, const Message& message) const {
    const Reflection& r = *message.GetReflection();
    for (const Step& step : steps) {
      if (step.field->is_repeated()) {
        const int count = r.FieldSize(message, step.field);
        if (count == 0) continue;
        hash = mix(hash, static_cast<std::uint64_t>(step.field->number()));
        hash = mix(hash, static_cast<std::uint64_t>(count));
        for (int i = 0; i < count; ++i) hash = mix_value(hash, message, step, i);
      } else if (r.HasField(message, step.field)) {
        hash = mix(hash, static_cast<std::uint64_t>(step.field->number()));
        hash = mix_value(hash, message, step, -1);
      }
    }
    return mix(hash, 0);  // No field has number 0: this ends the message.
  }

  std::uint64_t mix_value(std::uint64_t hash, const Message& message, const Step& step,
                          int index) const {
    const Reflection& r = *message.GetReflection();
    if (step.inside) {
      return step.inside->mix_message(hash, index < 0
                                                ? r.GetMessage(message, step.field)
                                                : r.GetRepeatedMessage(message, step.field, index));
    }
    if (step.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return mix(hash, index < 0 ? r.GetString(message, step.field)
                                 : r.GetRepeatedString(message, step.field, index));
    }
    return mix(hash, value_bits(message, *step.field, index));
  }
};

Signature::Signature()
    : plan_(std::make_unique<Plan>(*KpiRecord::descriptor())), hash_(fnv_offset_basis) {}
Signature::~Signature() = default;
Signature::Signature(Signature&&) noexcept = default;
Signature& Signature::operator=(Signature&&) noexcept = default;

void Signature::add(const KpiRecord& record) { hash_ = plan_->mix_message(hash_, record); }

std::string Signature::hex() const { return fmt::format("{:016x}", hash_); }

}  // namespace redcell::analysis
