#include "mac/configured_grant.h"

#include <algorithm>

namespace redcell::mac {

base::Slot ConfiguredGrant::occasion_from(base::Slot slot) const {
  const base::Slot from = std::max(slot, start);
  const std::int64_t period = periodicity.value();
  const std::int64_t behind = (from.value() - offset.value() % period + period) % period;
  return behind == 0 ? from : from + base::SlotCount(period - behind);
}

int ConfiguredGrant::process_of(base::Slot occasion) const {
  const std::int64_t current_slot = occasion.value() % hyperframe.value();
  return static_cast<int>(current_slot / periodicity.value() % process_count);
}

}  // namespace redcell::mac
