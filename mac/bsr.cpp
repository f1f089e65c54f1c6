#include "mac/bsr.h"

#include "mac/tables/buffer_size_5bit.h"

namespace redcell::mac {

BufferStatus buffer_status(std::uint64_t bytes) {
  const auto& levels = tables::buffer_size_5bit;
  for (std::size_t index = 0; index + 1 < levels.size(); ++index) {
    if (static_cast<double>(bytes) <= levels[index][1]) return {static_cast<int>(index)};
  }
  return {static_cast<int>(levels.size()) - 1};
}

std::uint32_t buffer_status_bytes(BufferStatus status) {
  RC_CHECK(status.index >= 0 &&
           static_cast<std::size_t>(status.index) < tables::buffer_size_5bit.size());
  return static_cast<std::uint32_t>(
      tables::buffer_size_5bit[static_cast<std::size_t>(status.index)][1]);
}

}  // namespace redcell::mac
