#include "mac/semi_persistent.h"

#include <numeric>

namespace redcell::mac {
namespace {

constexpr std::int64_t hyperframe_frames = 1024;

}  // namespace

int SemiPersistent::process_of(base::Slot occasion) const {
  const std::int64_t current_slot = occasion.value() % (hyperframe_frames * slots_per_frame);
  const std::int64_t turn =
      current_slot * 10 / (static_cast<std::int64_t>(slots_per_frame) * periodicity_ms);
  return static_cast<int>(turn % process_count);
}

bool SemiPersistent::meets(const SemiPersistent& other) const {
  const std::int64_t common = std::gcd(period().value(), other.period().value());
  return (start - other.start).value() % common == 0;
}

}  // namespace redcell::mac
