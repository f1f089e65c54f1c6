// The drive log of a run: where each terminal was, what it heard, what it got and what befell it.
// A simulated terminal and a measured one give the same table.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/drive_line.h"
#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// Payload delivered in one bin of one direction.
struct GoodputBin {
  std::int64_t time_ns = 0;
  std::int64_t duration_ns = 0;
  std::int64_t bytes = 0;
};

struct AnsweredEcho {
  std::int64_t time_ns = 0;
  std::int64_t rtt_ns = 0;
};

using GoodputBins = std::array<std::vector<GoodputBin>, 2>;  ///< [LinkDirection]

/// The drive rows and mobility events of one terminal, in the order of the log.
struct DriveOfTerminal {
  std::uint32_t ue = 0;
  std::string group;  ///< Empty when the run names no group with it.
  std::vector<DriveRow> rows;
  std::vector<MobilityEvent> events;
  GoodputBins goodput;               ///< Filled by DriveLog::with_traffic.
  std::vector<AnsweredEcho> echoes;  ///< The same.
};

/// Takes the records of one run in log order and keeps those that a drive is made of.
class DriveLog {
 public:
  /// Records of other kinds are passed over. Throws LogError for a row without duration.
  void add(const KpiRecord& record);

  [[nodiscard]] bool empty() const;  ///< No terminal has a row.
  [[nodiscard]] const RunStart& start() const { return start_; }
  /// Those with at least one row, in order of their first record.
  [[nodiscard]] std::vector<const DriveOfTerminal*> terminals() const;
  /// The drive with goodput and echoes of its terminal, which are kept for all terminals that do
  /// not only make load.
  [[nodiscard]] DriveOfTerminal with_traffic(const DriveOfTerminal& drive) const;

 private:
  [[nodiscard]] bool keeps(std::uint32_t ue) const;
  void add_goodput(const ThroughputBin& bin);
  DriveOfTerminal& terminal(std::uint32_t ue);

  RunStart start_;
  std::vector<DriveOfTerminal> terminals_;                     ///< In order of their first record.
  std::map<std::uint32_t, GoodputBins> goodput_;               ///< [ue]
  std::map<std::uint32_t, std::vector<AnsweredEcho>> echoes_;  ///< [ue]
};

/// Pre: duration_ns > 0.
[[nodiscard]] double rate_mbps(std::int64_t bytes, std::int64_t duration_ns);

/// The lines of drive.csv, terminal by terminal.
void visit_drive_lines(const DriveLog& log, const std::function<void(const DriveLine&)>& visit);

/// The text of drive.csv (drive_line.h): one line a drive row, terminal by terminal. What was not
/// measured is left empty. time_s is the start of the row; goodput is that of the second in which
/// the row began, rtt_ms the mean of the answers during the row. events are those since the row
/// before, in words, joined with ';' ("completed 3>5": from cell 3 to cell 5).
[[nodiscard]] std::string drive_csv(const DriveLog& log);

}  // namespace redcell::analysis
