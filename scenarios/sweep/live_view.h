// What the points of a sweep have told lately, added up for one line.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>

#include "analysis/schema/live.pb.h"

namespace redcell::scenarios {

struct LiveState {
  std::size_t running = 0;
  double done_points = 0.0;      ///< Parts of the running points that are done, added up.
  double simulated_per_s = 0.0;  ///< Of all running points together.
  std::string last_cause;        ///< Of the failure told last; empty before one.
  std::string last_result;       ///< "dl_throughput_mbps 143.2"; empty before one.
};

/// A point that tells nothing for so long has gone without a word.
inline constexpr std::chrono::seconds live_silence_max{60};

class LiveView {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Reports with other names than these, or impossible numbers, are not looked at. `kpi` is the
  /// figure shown of results; empty: the first there is.
  LiveView(std::set<std::string> addresses, std::string kpi);

  void take(std::span<const analysis::LiveReport> reports, Time now);
  [[nodiscard]] LiveState state(Time now) const;

 private:
  struct Running {
    double share = 0.0;
    double simulated_per_s = 0.0;
    Time told;
  };
  void take_one(const analysis::LiveReport& report, Time now);
  void take_result(const analysis::LiveReport& report);

  std::set<std::string> addresses_;
  std::string kpi_;
  std::map<std::string, Running> running_;
  std::string last_cause_;
  std::string last_result_;
};

}  // namespace redcell::scenarios
