// Semi-persistent scheduling of the downlink: what RRC and a DCI have told both ends of it, and
// what follows from a slot.
//
// TS 38.321 5.8.1 (occasions), 5.3.1 (HARQ process), TS 38.331 SPS-Config, TS 38.213 10.2. K0 is 0:
// the DCI that activates lies in the slot of the first PDSCH.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/units.h"
#include "mac/air.h"

namespace redcell::mac {

struct SemiPersistent {
  int periodicity_ms = 20;  ///< One that 1024 frames are a multiple of, as all of SPS-Config are.
  int slots_per_frame = 10;
  int process_count = 1;  ///< nrofHARQ-Processes: those from 0 on.
  base::Slot start{};     ///< Of the DCI that has activated it last.

  [[nodiscard]] base::SlotCount period() const {
    return base::SlotCount(static_cast<std::int64_t>(periodicity_ms) * slots_per_frame / 10);
  }
  [[nodiscard]] bool is_occasion(base::Slot slot) const {
    return slot >= start && (slot - start).value() % period().value() == 0;
  }
  /// HARQ process of an occasion (TS 38.321 5.3.1).
  [[nodiscard]] int process_of(base::Slot occasion) const;
  /// The block that would begin with an occasion.
  [[nodiscard]] HarqId block_of(base::Slot occasion) const {
    return {.process = process_of(occasion),
            .attempt = 0,
            .block = configured_block(static_cast<std::uint32_t>(occasion.value()))};
  }
  /// Whether both have an occasion in the same slot, now or later.
  [[nodiscard]] bool meets(const SemiPersistent& other) const;
};

/// With what the network fills it; the terminal hears of this in the DCI that activates it.
struct SemiPersistentConfig {
  SemiPersistent occasions;
  int prb_count = 1;
  base::McsIndex mcs{0};
};

}  // namespace redcell::mac
