// Names of things that live as long as the run: dense indices that do not mix.
#pragma once

#include <compare>
#include <cstdint>

namespace redcell::base {

/// Index of one kind of thing, from 0 upward.
template <class Tag>
struct Id {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(Id, Id) = default;
};

using UeId = Id<struct UeIdTag>;
using CellId = Id<struct CellIdTag>;
using LayerId = Id<struct LayerIdTag>;    ///< Cells sharing frequency, numerology and TDD pattern.
using PacketId = Id<struct PacketIdTag>;  ///< One IP packet in the spine's packet pool.

enum class Direction : std::uint8_t { downlink = 0, uplink = 1 };

}  // namespace redcell::base
