#include "net/attributes.h"

#include <ns3/attribute.h>
#include <ns3/boolean.h>
#include <ns3/double.h>
#include <ns3/integer.h>
#include <ns3/string.h>
#include <ns3/type-id.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "net/declared_attributes.h"
#include "net/gnb_net_device.h"
#include "net/ue_net_device.h"

namespace redcell::net {
namespace {

struct Declared {
  AttributeSpec spec;
  AttributeData initial;
};

/// Of one kind of device, in the order of declaration. Lives in a function, so that it exists
/// whenever another translation unit's static initialiser declares.
struct Declarations {
  std::vector<Declared> list;
  bool sealed = false;  // a device exists: its table has its size
};

Declarations& declarations(DeviceKind kind) {
  static std::array<Declarations, 2> all;
  return all[static_cast<std::size_t>(kind)];
}

ns3::TypeId type_of(DeviceKind kind) {
  return kind == DeviceKind::ue ? UeNetDevice::GetTypeId() : GnbNetDevice::GetTypeId();
}

template <class Value>
std::optional<AttributeData> get_as(const ns3::AttributeValue& value) {
  const auto* typed = dynamic_cast<const Value*>(&value);
  return typed == nullptr ? std::nullopt : std::optional<AttributeData>(typed->Get());
}

std::optional<AttributeData> to_data(AttributeSpec::Kind kind, const ns3::AttributeValue& value) {
  switch (kind) {
    case AttributeSpec::Kind::real:
      return get_as<ns3::DoubleValue>(value);
    case AttributeSpec::Kind::integer:
      return get_as<ns3::IntegerValue>(value);
    case AttributeSpec::Kind::boolean:
      return get_as<ns3::BooleanValue>(value);
    case AttributeSpec::Kind::text:
      return get_as<ns3::StringValue>(value);
  }
  return std::nullopt;
}

template <class Value, class Data>
bool set_as(ns3::AttributeValue& value, const Data& data) {
  auto* typed = dynamic_cast<Value*>(&value);
  if (typed != nullptr) {
    typed->Set(data);
  }
  return typed != nullptr;
}

bool from_data(const AttributeData& data, ns3::AttributeValue& value) {
  if (const auto* real = std::get_if<double>(&data)) {
    return set_as<ns3::DoubleValue>(value, *real);
  }
  if (const auto* integer = std::get_if<std::int64_t>(&data)) {
    return set_as<ns3::IntegerValue>(value, *integer);
  }
  if (const auto* boolean = std::get_if<bool>(&data)) {
    return set_as<ns3::BooleanValue>(value, *boolean);
  }
  return set_as<ns3::StringValue>(value, std::get<std::string>(data));
}

ns3::Ptr<const ns3::AttributeChecker> checker_of(const AttributeSpec& spec) {
  switch (spec.kind) {
    case AttributeSpec::Kind::real:
      return ns3::MakeDoubleChecker<double>(spec.low, spec.high);
    case AttributeSpec::Kind::integer:
      return ns3::MakeIntegerChecker<std::int64_t>(static_cast<std::int64_t>(spec.low),
                                                   static_cast<std::int64_t>(spec.high));
    case AttributeSpec::Kind::boolean:
      return ns3::MakeBooleanChecker();
    case AttributeSpec::Kind::text:
      return ns3::MakeStringChecker();
  }
  return nullptr;
}

std::size_t index_of(DeviceKind kind, std::string_view name) {
  const std::vector<Declared>& list = declarations(kind).list;
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Declared& one) { return one.spec.name == name; });
  RC_CHECK(found != list.end());
  return static_cast<std::size_t>(found - list.begin());
}

}  // namespace

/// What ns-3 calls to read and write one declared attribute: a place in the device's table.
class AttributeAccess : public ns3::AttributeAccessor {
 public:
  AttributeAccess(DeviceKind kind, std::size_t index) : kind_(kind), index_(index) {}

  bool Set(ns3::ObjectBase* object, const ns3::AttributeValue& value) const override {
    auto* device = dynamic_cast<RadioNetDevice*>(object);
    const AttributeSpec& spec = declarations(kind_).list[index_].spec;
    std::optional<AttributeData> data = to_data(spec.kind, value);
    if (device == nullptr || !data) {
      return false;
    }
    device->attributes_[index_] = std::move(*data);
    if (device->attribute_listener_) {
      device->attribute_listener_(spec.name);
    }
    return true;
  }

  bool Get(const ns3::ObjectBase* object, ns3::AttributeValue& value) const override {
    const auto* device = dynamic_cast<const RadioNetDevice*>(object);
    return device != nullptr && from_data(device->attributes_[index_], value);
  }

  bool HasGetter() const override { return true; }
  bool HasSetter() const override { return true; }

  static void set(RadioNetDevice& device, std::size_t index, AttributeData value) {
    RC_CHECK(device.attributes_[index].index() == value.index());
    device.attributes_[index] = std::move(value);
  }
  static DeviceKind kind_of(const RadioNetDevice& device) { return device.kind_; }
  static const AttributeData& value_of(const RadioNetDevice& device, std::size_t index) {
    return device.attributes_[index];
  }

 private:
  DeviceKind kind_;
  std::size_t index_;
};

void declare_attributes(DeviceKind kind, std::vector<AttributeSpec> specs) {
  Declarations& declared = declarations(kind);
  RC_CHECK(!declared.sealed);
  ns3::TypeId type = type_of(kind);
  for (AttributeSpec& spec : specs) {
    const ns3::Ptr<const ns3::AttributeChecker> checker = checker_of(spec);
    const ns3::Ptr<ns3::AttributeValue> initial =
        checker->CreateValidValue(ns3::StringValue(spec.initial));
    RC_CHECK(initial != nullptr);
    const std::optional<AttributeData> data = to_data(spec.kind, *initial);
    RC_CHECK(data.has_value());
    std::uint32_t flags = ns3::TypeId::ATTR_GET | ns3::TypeId::ATTR_CONSTRUCT;
    if (spec.live) {
      flags |= ns3::TypeId::ATTR_SET;
    }
    type.AddAttribute(spec.name, spec.help, flags, *initial,
                      ns3::Create<AttributeAccess>(kind, declared.list.size()), checker);
    declared.list.push_back({std::move(spec), *data});
  }
}

std::vector<AttributeData> initial_attributes(DeviceKind kind) {
  Declarations& declared = declarations(kind);
  declared.sealed = true;
  std::vector<AttributeData> values;
  values.reserve(declared.list.size());
  for (const Declared& one : declared.list) {
    values.push_back(one.initial);
  }
  return values;
}

std::optional<AttributeData> changed_default(DeviceKind kind, std::string_view name) {
  const Declared& declared = declarations(kind).list[index_of(kind, name)];
  ns3::TypeId::AttributeInformation info;
  RC_CHECK(type_of(kind).LookupAttributeByName(declared.spec.name, &info));
  std::optional<AttributeData> now = to_data(declared.spec.kind, *info.initialValue);
  RC_CHECK(now.has_value());
  return *now == declared.initial ? std::nullopt : now;
}

void show_attribute(RadioNetDevice& device, std::string_view name, AttributeData value) {
  const std::size_t index = index_of(AttributeAccess::kind_of(device), name);
  AttributeAccess::set(device, index, std::move(value));
}

std::optional<AttributeData> changed_from_initial(const RadioNetDevice& device,
                                                  std::string_view name) {
  const DeviceKind kind = AttributeAccess::kind_of(device);
  const std::size_t index = index_of(kind, name);
  const AttributeData& now = AttributeAccess::value_of(device, index);
  return now == declarations(kind).list[index].initial ? std::nullopt : std::optional(now);
}

}  // namespace redcell::net
