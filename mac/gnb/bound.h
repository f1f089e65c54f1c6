// What keeps a terminal that has something new to send from sending all of it in a slot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace redcell::mac::gnb {

/// The first of them that holds it up; of one that the slot serves in part, what ends its block.
enum class Bound : std::uint8_t {
  none,       ///< All of it is sent.
  prbs,       ///< No PRB of its part is free.
  cces,       ///< No candidate of its search space is.
  terminals,  ///< The slot serves as many terminals as it may.
  slice,      ///< Its slice's maximum, or what is kept for other slices.
  block,      ///< The largest block it may have: its power, one contiguous range.
};
inline constexpr std::size_t bound_count = 6;

/// [direction][Bound] Terminals of one bandwidth part that had something new to send in a slot.
using BoundCounts = std::array<std::array<int, bound_count>, 2>;

}  // namespace redcell::mac::gnb
