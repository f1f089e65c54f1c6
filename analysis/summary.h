// From KPI records to figures: each with its confidence interval, for every terminal group and for
// all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// One figure. ci_low and ci_high are infinite when the spread is unknown (written as null).
struct Kpi {
  std::string name;            ///< snake_case, unit last.
  std::string terminal_group;  ///< Empty: all terminals that do not only make load.
  std::string statistic;       ///< mean, median, p5, p95, p99, p99.9, min, max or ratio.
  double value = 0.0;
  std::string unit;  ///< mbps, ms, dbm, bytes, ratio, ..., or empty for a plain number.
  double ci_low = 0.0;
  double ci_high = 0.0;
  std::int64_t samples = 0;  ///< Bins, packets, echoes, blocks, rows or trials; always > 0.
};

/// What stands as terminal group in the figures of all cells together.
inline constexpr const char* cell_group = "cells";

/// All figures of a run; sorted by group (all first, cells last), then in a fixed order of names
/// and statistics.
struct Summary {
  std::vector<Kpi> kpi;
  std::vector<std::string> terminal_groups;
  bool complete = false;     ///< The log has its last record.
  double simulated_s = 0.0;  ///< From the last record, else the latest time seen.

  /// Null when the run has no such figure. terminal_group empty means all terminals.
  [[nodiscard]] const Kpi* find(std::string_view name, std::string_view terminal_group,
                                std::string_view statistic) const;
};

/// Takes the records of one run in log order and keeps sums and histograms, never the records.
///
/// Rates are one-second bins of single terminals after warm-up: mean, median, p5, p95, p99, p99.9,
/// min and max. An interval of a mean speaks of more time in the same place with the same
/// terminals, not of other terminals. min, max and counts are what this run saw: their interval has
/// no width. Ratios use Wilson's interval on effective trials.
///
/// Handovers are counted as in TS 28.552 5.1.1.6, one attempt a trial, in Wilson's interval as
/// they are: handover_ratio from the preparation on, handover_execution_ratio from the command the
/// terminal has received, mobility_ratio as that with a link lost before a command as a failure.
/// Levels and ranks on the way come from drive rows.
class SummaryBuilder {
 public:
  SummaryBuilder();
  ~SummaryBuilder();
  SummaryBuilder(SummaryBuilder&&) noexcept;
  SummaryBuilder& operator=(SummaryBuilder&&) noexcept;

  /// Pre: the first record is the run_start. Throws LogError for a record that contradicts itself.
  void add(const KpiRecord& record);
  [[nodiscard]] Summary finish() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// What `redcell selftest channel` said on this machine of the program that ran.
struct ChannelSelftest {
  std::string version;
  std::string isa;
  std::string result = "not run here";  ///< Or "pass", or "fail".
};

/// Who ran what, for the head of result files.
struct RunFacts {
  std::string scenario;
  std::uint32_t seed = 0;
  std::uint32_t run = 0;
  std::string version;
  std::string build_type;
  std::string isa;
  double simulated_s = 0.0;
  double wall_s = 0.0;
  double real_time_factor = 0.0;  ///< Simulated over wall time.
  double peak_memory_mb = 0.0;
  std::string signature;
  std::string world;  ///< Hash of what no scheduler changes; given by the caller.
  ChannelSelftest selftest_channel;
};

/// The text of summary.json: {"run": {...}, "kpi": [...]}.
[[nodiscard]] std::string summary_json(const RunFacts& run, const Summary& summary);

/// Aligned plain text, at most 100 columns, one line a KPI and group; latency parts for all
/// terminals only.
[[nodiscard]] std::string kpi_table(const Summary& summary);

}  // namespace redcell::analysis
