// Which bandwidth part a terminal was in and when, from the records of its moves.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// A time in one part. Between two stays the terminal neither received nor sent (the gap of a
/// switch), or it was on its way to another cell.
struct BwpStay {
  double from_s = 0.0;
  double to_s = 0.0;      ///< Not before from_s.
  std::uint32_t bwp = 0;  ///< 0: redcap_bwp; then dedicated_bwp in order.
};

/// One terminal that has switched.
struct BwpTimeline {
  std::uint32_t ue = 0;
  std::string group;  ///< Empty when the run names no group with it.
  std::vector<BwpSwitch> switches;
  std::vector<BwpStay> stays;  ///< In order of time, none overlapping another.
};

/// Takes the records of one run in log order.
class BwpTimelines {
 public:
  /// Records of other kinds are passed over.
  void add(const KpiRecord& record);
  /// By terminal; those that never switched are left out, for nothing says where they are. A new
  /// connection (handover, re-establishment) begins where the next switch leads away from, and
  /// after the last one where the terminal began.
  [[nodiscard]] std::vector<BwpTimeline> finish(double end_s) const;

 private:
  struct Records {
    std::vector<BwpSwitch> switches;
    std::vector<double> connections_s;  ///< When a new one began.
  };
  RunStart start_;
  std::map<std::uint32_t, Records> records_;  ///< [ue]
};

}  // namespace redcell::analysis
