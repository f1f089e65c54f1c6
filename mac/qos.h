// What a QoS flow is owed: 5QI in, characteristics out (TS 23.501 5.7.3, Table 5.7.4-1).
#pragma once

#include <optional>
#include <vector>

#include "base/units.h"

namespace redcell::mac {

enum class ResourceType { non_gbr, gbr, delay_critical_gbr };

/// A row of the table.
struct QosCharacteristics {
  ResourceType resource_type = ResourceType::non_gbr;
  int priority_level = 127;           ///< 1 to 127; the lower goes first (5.7.3.3).
  base::Duration delay_budget{};      ///< Between terminal and UPF (5.7.3.4).
  base::Duration core_budget{};       ///< The part of it that the core network takes.
  double packet_error_rate = 0;       ///< 5.7.3.5
  base::Duration averaging_window{};  ///< Of bit rates (5.7.3.6); 0 without GBR.

  [[nodiscard]] bool is_gbr() const { return resource_type != ResourceType::non_gbr; }
  /// What is left for the radio interface.
  [[nodiscard]] base::Duration radio_budget() const { return delay_budget - core_budget; }
};

/// nullopt: not in the table.
[[nodiscard]] std::optional<QosCharacteristics> standardised_5qi(int five_qi);
/// Those in the table, ascending.
[[nodiscard]] std::vector<int> standardised_5qis();

/// The one QoS flow on a terminal's data bearer. Without a word: 5QI 9.
struct QosFlow {
  int priority_level = 90;
  base::Duration radio_budget = base::milliseconds(280);
  base::Duration averaging_window{};
  double dl_gfbr_bps = 0;  ///< Guaranteed flow bit rate (5.7.2.5); 0: none.
  double ul_gfbr_bps = 0;
};

/// Pre: the 5QI is in the table.
[[nodiscard]] QosFlow qos_flow(int five_qi);

}  // namespace redcell::mac
