// ns-3 attributes of the net devices, declared by whoever knows the schema.
//
// The devices' TypeIds register themselves when the library is loaded; attributes are added to them
// afterwards, so it does not matter which translation unit's static initialisers run first:
//
//   const bool declared = (net::declare_attributes(net::DeviceKind::ue, specs_from_schema()),
//   true);
//
// After that Config::SetDefault("redcell::UeNetDevice::NoiseFigureDb", DoubleValue(9)),
// GetAttribute, SetAttribute and the introspection of ns-3 know them, with initial value, help and
// range.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace redcell::net {

class RadioNetDevice;

enum class DeviceKind : std::uint8_t { ue, gnb };

/// One attribute. Kinds map to DoubleValue, IntegerValue, BooleanValue and StringValue.
struct AttributeSpec {
  enum class Kind : std::uint8_t { real, integer, boolean, text };
  std::string name;  ///< CamelCase, as ns-3 has it.
  std::string help;
  Kind kind = Kind::real;
  std::string initial;  ///< As text, in ns-3's notation ("9.5", "true"). Inside the range.
  double low = 0;  ///< Smallest and largest allowed value of real and integer; others ignore them.
  double high = 0;
  bool live =
      true;  ///< false: set by SetDefault before the device exists; later SetAttribute fails.
};

/// An attribute's value. The alternative held is the one of its kind.
using AttributeData = std::variant<double, std::int64_t, bool, std::string>;

/// Adds attributes to "redcell::UeNetDevice" or "redcell::GnbNetDevice". May be called several
/// times. Pre: no device of this kind exists yet; names are new; initial values parse and lie in
/// the range.
void declare_attributes(DeviceKind kind, std::vector<AttributeSpec> specs);

/// The default that Config::SetDefault left, where it differs from the declared initial value; else
/// nullopt. Pre: declared.
[[nodiscard]] std::optional<AttributeData> changed_default(DeviceKind kind, std::string_view name);

/// Writes a value that the owner of the radio has chosen, live or not; no listener is called.
/// Pre: declared, of the declared kind.
void show_attribute(RadioNetDevice& device, std::string_view name, AttributeData value);

/// The device's value where it differs from the declared initial value, whoever changed it; else
/// nullopt. Pre: declared.
[[nodiscard]] std::optional<AttributeData> changed_from_initial(const RadioNetDevice& device,
                                                                std::string_view name);

}  // namespace redcell::net
