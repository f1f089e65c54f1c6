// From what the spine sees to KPI records: one-second bins, packets, drops, ledgers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analysis/schema/kpi_log.pb.h"
#include "base/ids.h"
#include "base/units.h"
#include "mac/bwp.h"
#include "mac/gnb/bound.h"
#include "mac/gnb/pdcch.h"
#include "mac/rrc.h"
#include "mac/sdu.h"
#include "phy/channel/geometry.h"
#include "scenarios/packet_book.h"

namespace redcell::scenarios {

/// One transmission of a transport block, when its fate is known.
struct BlockOutcome {
  bool is_first = true;
  bool decoded = false;
  int mcs = 0;
  int rank = 1;
  int prb_count = 0;
};

/// Where every byte of a bearer is. in = delivered + queued + dropped, at any moment.
struct ByteLedger {
  std::uint64_t in = 0;
  std::uint64_t delivered = 0;
  std::uint64_t queued = 0;
  std::array<std::uint64_t, mac::drop_reason_count> dropped{};  ///< [mac::DropReason]
  std::int64_t packets_overdue = 0;  ///< Queued for longer than the group's delay budget.
  [[nodiscard]] std::uint64_t dropped_total() const;
};

/// What a cell could carry in a second.
struct CellCapacity {
  std::int64_t dl_prb_slots = 0;
  std::int64_t ul_prb_slots = 0;
};

/// [ours] Cells beside the serving one in a row of the drive log.
inline constexpr std::size_t neighbour_count_max = 3;

/// RedCap's parts, dedicated ones included, and the carrier's (TS 38.331 maxNrofBWPs).
inline constexpr std::size_t cell_bwp_count_max = 6;

/// What a row of the drive log says of a moment.
struct DriveState {
  base::UeId ue;
  phy::Position position;
  std::optional<mac::CellMeasurement> serving;  ///< None: not connected, or not yet measured.
  bool connected = false;                       ///< During the whole row.
  std::size_t neighbour_count = 0;
  std::array<mac::CellMeasurement, neighbour_count_max> neighbours{};  ///< Strongest first.
};

class Recorder {
 public:
  using Sink = std::function<void(const analysis::KpiRecord&)>;
  /// sink may be empty: nothing is recorded then.
  Recorder(std::size_t terminal_count, std::vector<CellCapacity> cells, Sink sink);

  /// A terminal with traffic in a direction has a bin for every second of it.
  void take_part(base::UeId ue, base::Direction direction);
  void start(const analysis::RunStart& facts);

  /// Writes the bins that have ended by now. Call before anything that happens at or after now.
  void close_bins(base::Instant now);
  void block(base::UeId ue, base::Direction direction, const BlockOutcome& outcome);
  /// A wideband CQI that the terminal has measured.
  void cqi(base::UeId ue, base::CqiIndex cqi);
  void residual_loss(base::UeId ue, base::Direction direction);
  void acknowledged(base::CellId cell, base::UeId ue, base::Direction direction,
                    std::int64_t bytes);
  void payload(base::UeId ue, base::Direction direction, std::int64_t bytes);
  void packet(const PacketMarks& marks, const PacketParts& parts, base::Instant now);
  /// From now on a cell can carry something else.
  void capacity(base::CellId cell, const CellCapacity& capacity, base::Instant now);
  /// PRBs of one slot that a cell sends, or is sent, data on.
  void downlink_used(base::CellId cell, int prb_count);
  void uplink_used(base::CellId cell, int prb_count);
  void interference(base::CellId cell, double over_thermal_db);
  /// DCIs of one slot, [part] at most cell_bwp_count_max.
  void pdcch(base::CellId cell, std::span<const mac::gnb::PdcchCount> parts);
  /// What held up terminals in one slot, [part] as above.
  void bounds(base::CellId cell, std::span<const mac::gnb::BoundCounts> parts);
  void connected(base::CellId cell, int change);
  /// Ends a row of the drive log; blocks and bytes since the last one are in it.
  void drive_row(const DriveState& state, base::Instant now);
  void mobility(const mac::MobilityEvent& event, base::Instant now);
  /// A terminal has changed its active BWP; [from, until) it was in none.
  struct BwpGap {
    base::Instant from;
    base::Instant until;
  };
  void bwp_switch(base::UeId ue, base::CellId cell, const mac::BwpSwitch& done, const BwpGap& gap);
  void interruption(base::UeId ue, base::Direction direction, base::Instant now,
                    base::Duration length);
  void round_trip(base::UeId ue, base::Instant now, base::Duration rtt, std::int64_t payload_bytes);
  void drop(base::UeId ue, base::Direction direction, const mac::DroppedSdu& dropped,
            base::Instant now);
  void ledger(base::UeId ue, base::Direction direction, const ByteLedger& ledger);
  void end(base::Duration simulated);

 private:
  struct Bin {
    bool takes_part = false;
    std::int64_t acknowledged_bytes = 0;
    std::int64_t payload_bytes = 0;
    std::int64_t blocks = 0;
    std::int64_t first_blocks = 0;
    std::int64_t first_errors = 0;
    std::int64_t residual_losses = 0;
    std::int64_t mcs_sum = 0;
    std::int64_t rank_sum = 0;
    std::int64_t prb_sum = 0;
    std::int64_t cqi_sum = 0;
    std::int64_t cqi_reports = 0;
  };
  [[nodiscard]] Bin& bin(base::UeId ue, base::Direction direction) {
    return bins_[2 * ue.value + static_cast<std::size_t>(direction)];
  }
  struct CellBin {
    std::int64_t dl_prb_slots = 0;
    std::int64_t ul_prb_slots = 0;
    CellCapacity available;  ///< Before capacity_since_.
    std::int64_t iot_sum_mdb = 0;
    std::int64_t iot_samples = 0;
    std::array<std::int64_t, 2> acknowledged_bytes{};  ///< [direction]
    /// [part][direction][Bound]
    std::array<std::array<std::array<std::int64_t, mac::gnb::bound_count>, 2>, cell_bwp_count_max>
        bounds{};
    struct Dcis {
      std::int64_t sent = 0;
      std::int64_t blocked = 0;
    };
    /// [part][level of phy::aggregation_levels]
    std::array<std::array<Dcis, phy::aggregation_level_count>, cell_bwp_count_max> pdcch{};
  };
  /// What a cell could carry from the beginning of the bin until now.
  [[nodiscard]] CellCapacity available(std::size_t cell, base::Instant now) const;
  static void write_bounds(const CellBin& bin, analysis::CellBin& out);
  void write_bin(std::size_t index, base::Duration duration);
  void write_cell_bin(std::size_t cell, base::Duration duration);
  void write_bins(base::Duration duration);
  [[nodiscard]] Bin& row(base::UeId ue, base::Direction direction) {
    return rows_[2 * ue.value + static_cast<std::size_t>(direction)];
  }

  Sink sink_;
  std::vector<Bin> bins_;                      ///< [2 * ue + direction]
  std::vector<Bin> rows_;                      ///< The same since the last row of the drive log.
  std::vector<base::Instant> row_start_;       ///< [ue]
  std::vector<CellCapacity> capacities_;       ///< [cell]
  std::vector<CellBin> cell_bins_;             ///< [cell]
  std::vector<base::Instant> capacity_since_;  ///< [cell] In the bin.
  std::vector<int> connected_;                 ///< [cell]
  base::Instant bin_start_;
  analysis::KpiRecord record_;  ///< Reused, so that writing allocates nothing once warm.
};

inline constexpr base::Duration bin_duration{1'000'000'000};

}  // namespace redcell::scenarios
