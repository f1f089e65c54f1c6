// The calendar of a layer: who has something to do in which slot. Nothing counts down; a slot
// without an entry does not run.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::mac {

enum class Task : std::uint8_t {
  ue_uplink = 0,      ///< Feedback, grant or SR occasion of a UE.
  ue_timer = 1,       ///< A bearer timer on the UE side.
  gnb_timer = 2,      ///< A bearer timer on the gNB side.
  csi_report = 3,     ///< The UE measures the CSI reference resource.
  wake = 4,           ///< The slot must run; nobody in particular.
  measurement = 5,    ///< The UE measures the SS/PBCH blocks of all cells.
  rrc_timer = 6,      ///< A timer of the UE's RRC.
  random_access = 7,  ///< A PRACH occasion the UE may want.
  network_timer = 8,  ///< A timer of the cells' mobility control.
  drive_row = 9,      ///< A row of the drive log.
  bwp_timer = 10,     ///< The UE's BWP switch begins or ends, or its inactivity timer runs out.
  bwp_manager = 11,   ///< The cells look at the load of their BWPs.
};

struct AgendaEntry {
  base::Slot slot;
  Task task = Task::wake;
  base::UeId ue;
};

/// Earliest first; within a slot by task, then UE. An entry may be entered twice: being called in
/// vain is harmless to everyone. No allocation once the heap has grown to its working size.
class Agenda {
 public:
  Agenda() { heap_.reserve(4096); }

  void add(const AgendaEntry& entry);
  [[nodiscard]] std::optional<base::Slot> next() const;
  /// Moves every entry with slot <= now to due, in order and without repetitions.
  void take_due(base::Slot now, std::vector<AgendaEntry>& due);

 private:
  std::vector<AgendaEntry> heap_;
};

}  // namespace redcell::mac
