// Buffer status reports: bytes in, a level out, and back (TS 38.321 Table 6.1.3.1-1).
#pragma once

#include <cstdint>

#include "mac/air.h"

namespace redcell::mac {

/// The smallest level that covers the bytes; 31 above 150 000.
[[nodiscard]] BufferStatus buffer_status(std::uint64_t bytes);
/// The most the level can mean: its upper edge. Level 31 has none; 150 000, the least it means, is
/// returned.
[[nodiscard]] std::uint32_t buffer_status_bytes(BufferStatus status);

}  // namespace redcell::mac
