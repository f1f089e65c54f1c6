// A configured uplink grant: what RRC has told both ends of it, and what follows from a slot.
//
// TS 38.321 5.8.2 (occasions), 5.4.1 (HARQ process), TS 38.331 ConfiguredGrantConfig. A PUSCH
// begins with symbol 0 of its slot, so all counts are of slots.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/units.h"
#include "mac/air.h"

namespace redcell::mac {

struct ConfiguredGrant {
  bool by_dci = false;                 ///< Type 2: a DCI activates and releases it.
  base::SlotCount periodicity{1};      ///< >= 1.
  base::SlotCount offset{0};           ///< timeDomainOffset to SFN 0, less than the periodicity.
  base::SlotCount hyperframe{20'480};  ///< 1024 frames, a multiple of the periodicity.
  int process_count = 1;               ///< nrofHARQ-Processes: those from 0 on.
  int timer_periods = 1;               ///< configuredGrantTimer.
  BlockFormat format{};                ///< Its BWP, PRBs and size.
  base::Slot start{};                  ///< No occasion before.

  [[nodiscard]] bool is_occasion(base::Slot slot) const {
    return slot >= start && slot.value() % periodicity.value() == offset.value();
  }
  /// The first occasion from a slot on.
  [[nodiscard]] base::Slot occasion_from(base::Slot slot) const;
  /// HARQ process of an occasion (TS 38.321 5.4.1).
  [[nodiscard]] int process_of(base::Slot occasion) const;
  /// The block that would begin with an occasion.
  [[nodiscard]] HarqId block_of(base::Slot occasion) const {
    return {.process = process_of(occasion),
            .attempt = 0,
            .block = configured_block(static_cast<std::uint32_t>(occasion.value()))};
  }
};

/// DCI format 0_1 with CS-RNTI that activates a configured grant of type 2, or releases it
/// (TS 38.213 10.2).
struct ConfiguredGrantDci {
  base::UeId ue;
  std::uint32_t epoch = 0;
  bool activates = true;
  ConfiguredGrant grant;  ///< Begins with its first PUSCH, n + K2.
  int beam = 0;
  int aggregation_level = 1;
  int first_cce = 0;
};

}  // namespace redcell::mac
