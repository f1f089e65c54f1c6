// How many terminals of a group have what their service needs: packets in, satisfied terminals out.
#pragma once

#include <cstdint>
#include <map>

#include "analysis/distribution.h"
#include "analysis/kpi_writer.h"

namespace redcell::analysis {

/// One direction of one terminal group whose packets have a delay budget.
///
/// A terminal is satisfied when at least 99 % of its packets came within the budget (X of
/// TR 38.838). A packet that was dropped did not, nor one that has waited longer when the run ends.
class Satisfaction {
 public:
  /// No budget: nothing is counted. Pre: budget_ns >= 0; 0 for none.
  Satisfaction() = default;
  explicit Satisfaction(std::int64_t budget_ns) : budget_ns_(budget_ns) {}

  /// terminal: its number in the group; times count from the warm-up's end.
  void delivered(std::uint32_t terminal, std::int64_t time_ns, std::int64_t latency_ns);
  void dropped(std::uint32_t terminal, std::int64_t time_ns);
  /// The run has ended, and so many of its packets wait for longer than the budget.
  void overdue(std::uint32_t terminal, std::int64_t packet_count);

  /// Packets within the budget, and satisfied terminals among those that sent any.
  void write(const char* direction, KpiWriter& to) const;

 private:
  struct Tally {
    std::int64_t within = 0;
    std::int64_t all = 0;
  };
  void count(std::uint32_t terminal, std::int64_t time_ns, bool is_within);

  std::int64_t budget_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::map<std::uint32_t, Tally> terminals_;
  BatchedSums packets_;
};

}  // namespace redcell::analysis
