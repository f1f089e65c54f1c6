// From mobility records to figures: what became of each handover, what the terminal heard on its
// way, how busy the cells were.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "analysis/distribution.h"
#include "analysis/kpi_writer.h"
#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// What one event decided; absent: nothing, or an attempt that began before the warm-up ended.
struct MobilityOutcome {
  std::optional<bool> handover;   ///< An attempt that began with its preparation.
  std::optional<bool> execution;  ///< An attempt that began with the command.
  std::optional<bool> mobility;   ///< As execution; and failed, a link lost before a command.
};

/// Follows each terminal from attempt to attempt. An attempt that the log leaves open counts
/// nowhere; one that is followed by another without having ended has failed.
class MobilityTracker {
 public:
  /// counts: after the warm-up. Events of one terminal come in order of time.
  [[nodiscard]] MobilityOutcome add(const MobilityEvent& event, bool counts);

 private:
  struct Attempt {
    bool preparing = false;
    bool preparation_counts = false;
    bool executing = false;
    bool execution_counts = false;
    bool failed = false;  ///< And the terminal is not connected yet.
  };
  static MobilityOutcome end(Attempt& attempt, bool success);

  std::map<std::uint32_t, Attempt> attempts_;  ///< [ue]
};

/// The mobility of one terminal group. Times are since the end of the warm-up; what came before is
/// not added.
class MobilitySeries {
 public:
  void add(const MobilityEvent& event, const MobilityOutcome& outcome, bool counts);
  void add(const HandoverInterruption& interruption, std::int64_t time_ns);
  void add(const DriveRow& row, std::int64_t time_ns);
  void write(KpiWriter& to) const;

 private:
  bool moves_ = false;  ///< A record says that the group is watched on its way.
  bool asks_ = false;   ///< A record says what the network did; logs of terminals do not.
  std::int64_t completed_ = 0;
  std::int64_t not_admitted_ = 0;
  Trials handover_;
  Trials execution_;
  Trials mobility_;
  std::array<Distribution, 2> interruption_ns_;  ///< [LinkDirection]
  Distribution ss_rsrp_mdbm_{level_buckets};
  Distribution ss_rsrq_mdb_{level_buckets};
  Distribution ss_sinr_mdb_{level_buckets};
  BatchedSums rank_;
  BatchedSums rank_2_;
};

/// CCEs of a DCI, TS 38.213 10.1.
inline constexpr std::array<std::uint32_t, 5> aggregation_levels{1, 2, 4, 8, 16};

/// What holds terminals up (CellBin.Bound), as KPIs are called.
inline constexpr std::array<const char*, 5> bound_names{"prbs", "cces", "terminals", "slice",
                                                        "block"};

/// The load of all cells together.
class CellSeries {
 public:
  void add(const CellBin& bin, std::int64_t time_ns);
  void write(KpiWriter& to) const;

 private:
  struct PrbCount {
    std::int64_t used = 0;
    std::int64_t available = 0;
  };
  struct Load {
    BatchedSums prb;
    BatchedSums bits_of_used;       ///< Over the seconds times Hz of PRBs used.
    BatchedSums bits_of_available;  ///< Of all PRBs there were.
    std::int64_t bins = 0;
  };
  std::array<Load, 2> load_;  ///< [LinkDirection]
  BatchedSums interference_mdb_;
  BatchedSums blocked_dcis_;
  /// [level] DCIs wanted at each, among all.
  std::array<BatchedSums, aggregation_levels.size()> level_dcis_;
  /// [LinkDirection][of bound_names] Terminals held up, of those that had something to send.
  std::array<std::array<BatchedSums, bound_names.size()>, 2> held_up_;
};

}  // namespace redcell::analysis
