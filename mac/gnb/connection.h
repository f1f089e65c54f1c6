// What a cell knows of one UE while it serves it. Built from values; never reads the UE.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "mac/air.h"
#include "mac/bwp.h"
#include "mac/configured_grant.h"
#include "mac/gnb/outer_loop.h"
#include "mac/harq.h"
#include "mac/qos.h"
#include "mac/radio_bearer.h"
#include "mac/semi_persistent.h"
#include "phy/link/csi.h"

namespace redcell::mac::gnb {

/// Who is served, and what the UE has told of itself (TS 38.306).
struct ConnectionConfig {
  base::UeId ue;
  std::uint32_t epoch = 0;
  std::uint32_t bwp = 0;       ///< Its active BWP, of those of the cell.
  std::uint32_t dl_slice = 0;  ///< Of CellConfig::dl_slices.
  std::uint32_t ul_slice = 0;
  QosFlow flow{};  ///< On its data bearer.
  int max_dl_modulation_order = 8;
  int max_ul_modulation_order = 8;
  BwpTiming bwp_timing{};  ///< Read where it is moved between parts.
  /// Uplink it may send on without a DCI; nobody else of the layer has these PRBs in these slots.
  std::optional<ConfiguredGrant> configured_grant{};
  /// Of type 2: released when so many occasions in a row were not used; 0: never.
  int release_after{};
  /// Downlink that it is sent without a DCI each.
  std::optional<SemiPersistentConfig> semi_persistent{};
};

/// The uplink as the cell has heard it: what one PRB sent with all the UE's power would give.
struct UplinkQuality {
  /// Unknown: nothing was heard yet.
  std::optional<double> sinr_db_one_prb_full_power;
  /// Power the open loop wants for one PRB, less P_CMAX. Unknown (no headroom report): limited by
  /// P_CMAX.
  std::optional<double> one_prb_power_below_max_db;

  [[nodiscard]] static double prbs_to_db(int prb_count);
  /// Power of one PRB when prb_count are sent, less P_CMAX.
  [[nodiscard]] double prb_power_below_max_db(int prb_count) const {
    const double at_max_db = -prbs_to_db(prb_count);
    return one_prb_power_below_max_db ? std::min(*one_prb_power_below_max_db, at_max_db)
                                      : at_max_db;
  }
  /// SINR of a PUSCH of so many PRBs; nullopt: unknown.
  [[nodiscard]] std::optional<double> sinr_db(int prb_count) const {
    if (!sinr_db_one_prb_full_power) return std::nullopt;
    return *sinr_db_one_prb_full_power + prb_power_below_max_db(prb_count);
  }
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
  std::uint32_t c_rnti = 0;   ///< Given by the cell, unique in it.
  base::Slot blocked_in{-1};  ///< The last slot in which no candidate of it was free.
  RadioBearer signalling;
  std::unique_ptr<RadioBearer> data;  ///< Null while the UE's context is at another cell.
  HarqEntity dl_harq;
  HarqEntity ul_harq;
  HarqReceiver receiver;  ///< Of the uplink.
  std::array<MacPdu, harq_process_count_max> dl_blocks;

  phy::McsThresholds dl_thresholds;
  phy::McsThresholds ul_thresholds;
  OuterLoop dl_loop;
  OuterLoop ul_loop;
  phy::CsiReport csi;
  int beam = 0;                      ///< Traffic beam in use, as last reported.
  std::size_t dci_level = 0;         ///< That a DCI needs at the CQI below.
  base::CqiIndex dci_level_cqi{-1};  ///< -1: not known yet.
  UplinkQuality ul_quality;

  /// When a block was first heard: its reports are of that moment, however late it is decoded.
  struct FirstHeard {
    std::uint32_t block = 0;
    base::Slot slot;
  };
  std::array<FirstHeard, harq_process_count_max> ul_first_heard{};
  base::Slot ul_report_slot{-1};  ///< Moment of the newest report taken.

  /// Its active BWP as the cell knows it; `config.bwp` follows.
  ActiveBwp bwp;
  std::optional<std::uint32_t> wanted_bwp;  ///< A switch by DCI waits for its moment.
  /// A reconfiguration on its way, and the packet of SRB1 that carries it.
  struct Command {
    base::PacketId packet;
    std::uint32_t bwp = 0;
    base::Slot end_sent{-1};        ///< When its end was first sent: not heard as a whole before.
    base::Slot newest_heard{-1};    ///< Last transmission of those acknowledged.
    base::Slot heard_from{-1};      ///< Some of it was heard no earlier than that.
    std::uint32_t sent_bytes = 0;   ///< From its begin on.
    bool is_sent_again = false;     ///< By RLC: which copy has been heard is not known.
    std::uint32_t heard_bytes = 0;  ///< From its begin on, without a hole.
    struct Range {
      std::uint32_t begin = 0;
      std::uint32_t end = 0;
    };
    std::array<Range, 8> heard_beyond{};  ///< Behind a hole; more of them are not kept.
    std::size_t heard_beyond_count = 0;

    /// Returns heard_bytes.
    std::uint32_t hear(const Range& range);
  };
  std::optional<Command> command;
  /// Where else it may be: it was there, and has not been heard where it should be.
  std::optional<ActiveBwp> unconfirmed;
  int silences = 0;            ///< Since then; slots.
  base::Slot silent_slot{-1};  ///< In which the last of them was counted.
  base::Slot promised{-1};     ///< Last slot in which it owes an answer or a block.
  std::array<base::Slot, harq_process_count_max> dl_dci{};  ///< Of the last transmission.
  /// Of the first that may have been decoded: a NACK says that none was so far; -1.
  std::array<base::Slot, harq_process_count_max> dl_heard_from{};
  std::array<base::Slot, harq_process_count_max> ul_dci{};
  std::int64_t recent_prbs = 0;  ///< Since parts were last measured, both directions.
  std::array<std::int64_t, 2> recent_bytes{};

  [[nodiscard]] bool is_moving() const { return wanted_bwp || command || bwp.pending(); }
  /// New data may begin in one slot and end in another. A switch waits until it is known where the
  /// terminal is, and does not hold up what is to tell.
  [[nodiscard]] bool may_begin(base::Slot first, base::Slot last) const {
    return (!wanted_bwp || unconfirmed) && bwp.allows(first, last);
  }
  /// A block on its way tells where it is; else a grant is to.
  void ask_where_it_is() { sr_pending = sr_pending || ul_granted_bytes == 0; }

  /// A configured grant of type 2 as the cell has it.
  struct Activation {
    enum class Phase : std::uint8_t { released, activating, active, releasing };
    Phase phase = Phase::released;
    base::Slot asked{-1};  ///< Of the last DCI; -1: it is still to be sent.
    base::Slot first{-1};  ///< Occasion that the last DCI to activate begins with.
    base::Slot heard{-1};  ///< The last occasion that was used.
    [[nodiscard]] bool is_under_way() const {
      return phase == Phase::activating || phase == Phase::releasing;
    }
  };
  Activation activation;

  /// Semi-persistent scheduling as the cell has it.
  struct SemiPersistentState {
    /// activating: no answer has come to the block of the DCI yet.
    enum class Phase : std::uint8_t { released, activating, active };
    Phase phase = Phase::released;
    SemiPersistent occasions{};
    BlockFormat format{};    ///< Of the DCI.
    base::SlotCount k1{0};   ///< Of the DCI.
    bool is_behind = false;  ///< More waits than a block holds, or waited when none could be sent.
    int misses = 0;          ///< Occasions in a row with data that none could be sent in.
    /// While it is released: since when data waits for a slot with a place in the part of `format`,
    /// and the last in which it did.
    std::optional<base::Slot> held_since{};
    base::Slot held{-1};
    /// The UE looks for a PDSCH that no DCI tells of, and for no other beside it (TS 38.214 5.1).
    [[nodiscard]] bool is_occasion(base::Slot slot) const {
      return phase != Phase::released && occasions.is_occasion(slot);
    }
  };
  SemiPersistentState sps;
  /// Its data waits for an occasion that holds all of it; messages of RRC and the STATUS do not.
  [[nodiscard]] bool awaits_occasion(base::Instant now) const {
    if (sps.phase != SemiPersistentState::Phase::active || sps.is_behind) return false;
    if (signalling.waiting_bytes(now) > 0 || (data && data->rx.status_pending(now))) return false;
    return 8 * sendable_bytes(now) <= static_cast<std::uint64_t>(sps.format.tbs.value());
  }

  bool sr_pending = false;
  std::uint64_t ul_backlog_bytes = 0;  ///< As last reported, less what was granted since.
  std::uint64_t ul_granted_bytes = 0;  ///< New data granted and not yet received.
  /// Of ul_backlog_bytes those that were told of first, and when. What was told of later is not
  /// kept apart: when these have been granted the rest counts from the newest report on.
  struct Told {
    std::uint64_t bytes = 0;
    base::Slot slot{-1};  ///< Of the report.
  };
  Told ul_told;
  /// A report of the slot ul_report_slot says that so many bytes wait for a grant.
  void hear_backlog(std::uint64_t bytes);
  void grant_backlog(std::uint64_t bytes);

  /// Bytes that wait for a downlink block, and those that the windows let through.
  [[nodiscard]] std::uint64_t waiting_bytes(base::Instant now) const {
    return signalling.waiting_bytes(now) + (data ? data->waiting_bytes(now) : 0);
  }
  [[nodiscard]] std::uint64_t sendable_bytes(base::Instant now) const {
    return signalling.sendable_bytes(now) + (data ? data->sendable_bytes(now) : 0);
  }
  [[nodiscard]] bool has_downlink(base::Instant now) const { return waiting_bytes(now) > 0; }
  [[nodiscard]] bool wants_uplink() const { return sr_pending || ul_backlog_bytes > 0; }
};

}  // namespace redcell::mac::gnb
