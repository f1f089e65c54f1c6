// RRC for mobility as values: what crosses the air on SRB1, and what is counted about it.
//
// TS 38.331 5.3.5 (reconfiguration with sync), 5.3.7 (re-establishment), 5.5.5 (reports).
// Quantities are not rounded to the report tables of TS 38.133 10.1.6 [ours]: the decision then
// follows what the UE measured.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::mac {

inline constexpr int report_cell_count_max = 8;  ///< maxReportCells, TS 38.331 6.3.2.

/// One cell after layer 3 filtering.
struct CellMeasurement {
  base::CellId cell;
  double rsrp_dbm = 0;
  double rsrq_db = 0;
  double sinr_db = 0;
};

/// The serving cell and the cells that triggered the report, strongest first.
struct MeasurementReport {
  CellMeasurement serving;
  int neighbour_count = 0;
  std::array<CellMeasurement, report_cell_count_max> neighbours{};
};

/// RRCReconfiguration with reconfigurationWithSync: go to target, be connection `epoch` there.
struct HandoverCommand {
  base::CellId target;
  std::uint32_t epoch = 0;
  base::Duration t304;
};
/// RRCReconfigurationComplete, sent in the target.
struct HandoverComplete {
  std::uint32_t epoch = 0;
};
/// Names the connection the UE last had: the source's after a failed handover (5.3.7.4).
struct ReestablishmentRequest {
  base::UeId ue;
  base::CellId last_cell;
  std::uint32_t last_epoch = 0;
};
struct Reestablishment {
  std::uint32_t epoch = 0;
};
struct ReestablishmentComplete {
  std::uint32_t epoch = 0;
};

/// RRCReconfiguration that makes another dedicated BWP the active one (firstActiveDownlinkBWP-Id
/// and its uplink twin); its complete message is sent there.
struct BwpReconfiguration {
  std::uint32_t bwp = 0;
};
struct BwpReconfigurationComplete {};

using RrcMessage = std::variant<MeasurementReport, HandoverCommand, HandoverComplete,
                                ReestablishmentRequest, Reestablishment, ReestablishmentComplete,
                                BwpReconfiguration, BwpReconfigurationComplete>;

/// The message as ASN.1, before PDCP. Plausible lengths [ours]: only the request's is fixed by the
/// standard (48 bits on CCCH).
[[nodiscard]] std::uint32_t size_bytes(const RrcMessage& message);

enum class FailureReason : std::uint8_t {
  t304_expiry,         ///< The target did not hear the UE in time.
  radio_link_failure,  ///< T310.
  rlc_failure,         ///< An AM entity gave up.
  access_failure,      ///< preambleTransMax reached.
  t301_expiry,         ///< The selected cell did not answer the request.
  t311_expiry,         ///< No cell to select.
};

/// What ratios are counted from (TS 28.552 5.1.1.6). Each kind is told by one side only.
enum class MobilityEventKind : std::uint8_t {
  report_received,         ///< Network: a report reached the serving cell.
  preparation_started,     ///< Network: request sent to a target.
  prepared,                ///< Network: the source has the target's acknowledgement.
  preparation_failed,      ///< Network: refused, or no answer in time.
  command_sent,            ///< Network: given to SRB1.
  command_received,        ///< UE.
  completed,               ///< Network: the target has the UE's complete message.
  execution_failed,        ///< UE: command received, target not reached.
  radio_link_failure,      ///< UE: connection lost, no command being executed.
  reestablished,           ///< UE: a cell took it up again.
  reestablishment_failed,  ///< UE: one attempt failed; it tries again.
  not_admitted,            ///< Network: the target has no place for it.
};

struct MobilityEvent {
  MobilityEventKind kind = MobilityEventKind::report_received;
  base::UeId ue;
  base::CellId source;  ///< The cell of the connection the UE has, or had last.
  base::CellId target;  ///< Where it is to go, or is now; the source where there is no other.
};

}  // namespace redcell::mac
