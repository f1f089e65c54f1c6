// What a device under construction needs of attributes.h.
#pragma once

#include <vector>

#include "net/attributes.h"

namespace redcell::net {

/// The declared initial values, in the order of declaration. From now on nothing more can be
/// declared for this kind: the tables of its devices have their size.
[[nodiscard]] std::vector<AttributeData> initial_attributes(DeviceKind kind);

}  // namespace redcell::net
