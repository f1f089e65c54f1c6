// How many terminals of a group have what their service needs: packets in, satisfied terminals out.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/distribution.h"
#include "analysis/kpi_writer.h"

namespace redcell::analysis {

/// One direction of one terminal group whose packets have a delay budget.
///
/// A terminal is satisfied when at least 99 % of its packets came within the budget (X of
/// TR 38.838). A packet that was dropped did not. One that has offered bytes and none of whose
/// packets has ended after the warm-up is not satisfied: all of them wait.
class Satisfaction {
 public:
  /// No budget: nothing is counted. Pre: budget_ns >= 0; 0 for none.
  Satisfaction() = default;
  Satisfaction(std::int64_t budget_ns, std::uint32_t terminal_count);

  /// terminal: its number in the group; times count from the warm-up's end.
  void delivered(std::uint32_t terminal, std::int64_t time_ns, std::int64_t latency_ns);
  void dropped(std::uint32_t terminal, std::int64_t time_ns);
  /// The run has ended, with so many of its bytes never delivered nor dropped.
  void waits(std::uint32_t terminal, std::int64_t bytes);

  /// Packets within the budget, and satisfied terminals among those that sent any.
  void write(const char* direction, KpiWriter& to) const;

 private:
  struct Tally {
    std::int64_t within = 0;
    std::int64_t ended = 0;
    bool waits = false;
  };
  void count(std::uint32_t terminal, std::int64_t time_ns, bool is_within);

  std::int64_t budget_ns_ = 0;
  std::vector<Tally> terminals_;
  BatchedSums packets_;
};

}  // namespace redcell::analysis
