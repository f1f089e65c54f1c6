// What follows from a carrier's values: its width in PRBs, and how soon feedback and uplink may
// follow.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/units.h"
#include "scenarios/resolve_ways.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// The widest bandwidth part of a RedCap terminal in FR1 (TS 38.306 4.2.21.1).
inline constexpr double redcap_bandwidth_mhz = 20;
/// Candidates that a DCI can tell apart: dl-DataToUL-ACK (TS 38.331 PUCCH-Config) and the PUSCH
/// time-domain allocation list (TS 38.331 PUSCH-TimeDomainResourceAllocationList).
inline constexpr int k1_candidate_count_max = 8;
inline constexpr int k2_candidate_count_max = 16;
inline constexpr int k1_max = 15;
inline constexpr int k2_max = 32;

/// PRBs of the carrier; nullopt when the bandwidth does not exist at its subcarrier spacing.
[[nodiscard]] std::optional<int> carrier_prb_count(const schema::Carrier& carrier);

/// Slots between downlink and the uplink that answers it.
struct SlotOffsets {
  int least_k1 = 0;     ///< N1 of the terminal allows no less (TS 38.214 5.3).
  int least_k2 = 0;     ///< N2 of the terminal allows no less (TS 38.214 6.4).
  std::vector<int> k1;  ///< For each downlink slot the smallest that ends on uplink; ascending.
  std::vector<int> k2;  ///< For each uplink slot the smallest that starts on downlink; ascending.
};

/// For terminals up to `far` away. Pre: bwp_configs(carrier) is possible.
[[nodiscard]] SlotOffsets slot_offsets(const schema::Carrier& carrier, base::Metres far);

/// True when some PDSCH has its HARQ-ACK k1 slots later on uplink. Pre: as above.
[[nodiscard]] bool reaches_uplink(const schema::Carrier& carrier, int k1);
/// True when some PDCCH can grant a PUSCH k2 slots later. Pre: as above.
[[nodiscard]] bool grants_uplink(const schema::Carrier& carrier, int k2);

/// Names of the carriers that some sector of a site or of a grid sends on.
[[nodiscard]] std::set<std::string> sent_carriers(const schema::Scenario& scenario);

}  // namespace redcell::scenarios
