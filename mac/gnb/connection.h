// What a cell knows of one UE while it serves it. Built from values; never reads the UE.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "mac/air.h"
#include "mac/bearer.h"
#include "mac/gnb/outer_loop.h"
#include "mac/harq.h"
#include "phy/link/csi.h"

namespace redcell::mac::gnb {

/// What the UE has told of itself: capability (TS 38.306) and bearer.
struct ConnectionConfig {
  base::UeId ue;
  std::uint32_t epoch = 0;
  BearerConfig bearer;
  int max_dl_modulation_order = 8;
  int max_ul_modulation_order = 8;
};

/// The uplink as the cell has heard it: what one PRB sent with all the UE's power would give.
struct UplinkQuality {
  double sinr_db_one_prb_full_power = 0;
  /// Power the open loop wants for one PRB, less P_CMAX. Unknown (no headroom report): limited by
  /// P_CMAX.
  std::optional<double> one_prb_power_below_max_db;

  [[nodiscard]] static double prbs_to_db(int prb_count);
  /// Power of one PRB when prb_count are sent, less P_CMAX.
  [[nodiscard]] double prb_power_below_max_db(int prb_count) const;
};

/// What the cell brings to every connection.
struct ConnectionSetup {
  HarqConfig harq;
  OuterLoopConfig outer_loop;
  phy::McsThresholds dl_thresholds;
  phy::McsThresholds ul_thresholds;
};

/// State of the connection (ue, cell, epoch).
struct Connection {
  Connection(const ConnectionConfig& c, ConnectionSetup setup);

  ConnectionConfig config;
  TxBearer downlink;
  RxBearer uplink;
  HarqEntity dl_harq;
  HarqEntity ul_harq;
  HarqReceiver receiver;  ///< Of the uplink.
  std::array<MacPdu, harq_process_count_max> dl_blocks;

  phy::McsThresholds dl_thresholds;
  phy::McsThresholds ul_thresholds;
  OuterLoop dl_loop;
  OuterLoop ul_loop;
  phy::CsiReport csi;
  UplinkQuality ul_quality;

  /// When a block was first heard: its reports are of that moment, however late it is decoded.
  struct FirstHeard {
    std::uint32_t block = 0;
    base::Slot slot;
  };
  std::array<FirstHeard, harq_process_count_max> ul_first_heard{};
  base::Slot ul_report_slot{-1};  ///< Moment of the newest report taken.

  bool sr_pending = false;
  std::uint64_t ul_backlog_bytes = 0;  ///< As last reported, less what was granted since.
  std::uint64_t ul_granted_bytes = 0;  ///< New data granted and not yet received.

  [[nodiscard]] bool has_downlink(base::Instant now) const {
    return downlink.buffered_bytes() > 0 || uplink.status_pending(now);
  }
  [[nodiscard]] bool wants_uplink() const { return sr_pending || ul_backlog_bytes > 0; }
};

}  // namespace redcell::mac::gnb
