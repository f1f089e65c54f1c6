// The drive log of a run: where each terminal was, what it heard, what it got and what befell it.
// A simulated terminal and a measured one give the same table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// The drive rows and mobility events of one terminal, in the order of the log.
struct DriveOfTerminal {
  std::uint32_t ue = 0;
  std::string group;  ///< Empty when the run names no group with it.
  std::vector<DriveRow> rows;
  std::vector<MobilityEvent> events;
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

 private:
  DriveOfTerminal& terminal(std::uint32_t ue);

  RunStart start_;
  std::vector<DriveOfTerminal> terminals_;  ///< In order of their first record.
};

/// Pre: duration_ns > 0.
[[nodiscard]] double rate_mbps(std::int64_t bytes, std::int64_t duration_ns);

/// The text of drive.csv (quoted as in RFC 4180, first line names the columns): one line a drive
/// row, terminal by terminal. Figures are written so that they read back to the same double; what
/// was not measured is left empty. time_s is the start of the row. events are those since the row
/// before, in words, joined with ';' ("completed 3>5": from cell 3 to cell 5).
[[nodiscard]] std::string drive_csv(const DriveLog& log);

}  // namespace redcell::analysis
