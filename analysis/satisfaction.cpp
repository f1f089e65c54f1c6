#include "analysis/satisfaction.h"

#include <fmt/format.h>

#include <algorithm>

namespace redcell::analysis {
namespace {

/// TR 38.838: X, the percentage of packets that come within the budget.
constexpr std::int64_t satisfied_percent = 99;

}  // namespace

void Satisfaction::delivered(std::uint32_t terminal, std::int64_t time_ns,
                             std::int64_t latency_ns) {
  count(terminal, time_ns, latency_ns <= budget_ns_);
}

void Satisfaction::dropped(std::uint32_t terminal, std::int64_t time_ns) {
  count(terminal, time_ns, false);
}

void Satisfaction::overdue(std::uint32_t terminal, std::int64_t packet_count) {
  if (budget_ns_ == 0 || packet_count == 0) return;
  terminals_[terminal].all += packet_count;
  packets_.add(last_ns_, {.sum = 0.0, .weight = static_cast<double>(packet_count)});
}

void Satisfaction::count(std::uint32_t terminal, std::int64_t time_ns, bool is_within) {
  if (budget_ns_ == 0) return;
  Tally& tally = terminals_[terminal];
  ++tally.all;
  if (is_within) ++tally.within;
  last_ns_ = std::max(last_ns_, time_ns);
  packets_.add(time_ns, {.sum = is_within ? 1.0 : 0.0, .weight = 1.0});
}

void Satisfaction::write(const char* direction, KpiWriter& to) const {
  to.ratio(fmt::format("{}_within_budget_ratio", direction), packets_);
  Trials satisfied;
  for (const auto& [terminal, tally] : terminals_) {
    ++satisfied.count;
    if (100 * tally.within >= satisfied_percent * tally.all) ++satisfied.successes;
  }
  to.ratio(fmt::format("{}_satisfied_ratio", direction), satisfied);
}

}  // namespace redcell::analysis
