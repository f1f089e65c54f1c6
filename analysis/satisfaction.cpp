#include "analysis/satisfaction.h"

#include <fmt/format.h>

namespace redcell::analysis {
namespace {

/// TR 38.838: X, the percentage of packets that come within the budget.
constexpr std::int64_t satisfied_percent = 99;

}  // namespace

Satisfaction::Satisfaction(std::int64_t budget_ns, std::uint32_t terminal_count)
    : budget_ns_(budget_ns), terminals_(budget_ns > 0 ? terminal_count : 0) {}

void Satisfaction::delivered(std::uint32_t terminal, std::int64_t time_ns,
                             std::int64_t latency_ns) {
  count(terminal, time_ns, latency_ns <= budget_ns_);
}

void Satisfaction::dropped(std::uint32_t terminal, std::int64_t time_ns) {
  count(terminal, time_ns, false);
}

void Satisfaction::waits(std::uint32_t terminal, std::int64_t bytes) {
  if (!terminals_.empty() && bytes > 0) terminals_.at(terminal).waits = true;
}

void Satisfaction::count(std::uint32_t terminal, std::int64_t time_ns, bool is_within) {
  if (terminals_.empty()) return;
  Tally& tally = terminals_.at(terminal);
  ++tally.ended;
  if (is_within) ++tally.within;
  packets_.add(time_ns, {.sum = is_within ? 1.0 : 0.0, .weight = 1.0});
}

void Satisfaction::write(const char* direction, KpiWriter& to) const {
  to.ratio(fmt::format("{}_within_budget_ratio", direction), packets_);
  Trials satisfied;
  for (const Tally& tally : terminals_) {
    if (tally.ended == 0 && !tally.waits) continue;
    ++satisfied.count;
    const bool is_satisfied =
        tally.ended > 0 && 100 * tally.within >= satisfied_percent * tally.ended;
    if (is_satisfied) ++satisfied.successes;
  }
  to.ratio(fmt::format("{}_satisfied_ratio", direction), satisfied);
}

}  // namespace redcell::analysis
