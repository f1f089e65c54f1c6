#include "analysis/compare/side_parts.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/field/row_reader.h"

namespace redcell::analysis {

void Seconds::add(std::uint32_t ue, double time_s, DriveColumn column, double value) {
  if (std::isnan(value)) return;
  const auto second = static_cast<std::int64_t>(std::floor(time_s));
  Sum& sum = sums_[{ue, static_cast<std::size_t>(column)}];
  if (sum.count > 0 && sum.second != second) close(ue, column, sum);
  sum.second = second;
  sum.total += value;
  ++sum.count;
}

std::array<Series, drive_figure_count> Seconds::finish() {
  for (auto& [key, sum] : sums_) close(key.first, static_cast<DriveColumn>(key.second), sum);
  for (Series& one : series_) {
    std::stable_sort(one.begin(), one.end(),
                     [](const SecondSample& a, const SecondSample& b) { return a.ue < b.ue; });
  }
  return std::move(series_);
}

void Seconds::close(std::uint32_t ue, DriveColumn column, Sum& sum) {
  if (sum.count > 0) series_[column].push_back({ue, sum.second, sum.total / sum.count});
  sum = {};
}

std::vector<double> handover_distances(const DriveLog& log, std::int64_t warm_up_ns) {
  std::vector<double> distances_m;
  for (const DriveOfTerminal* drive : log.terminals()) {
    auto event = drive->events.begin();
    const DriveRow* before = nullptr;
    std::optional<double> since_m;  // Nothing before the first handover.
    for (const DriveRow& row : drive->rows) {
      if (before != nullptr && since_m) {
        *since_m += std::hypot(static_cast<double>(row.east_mm() - before->east_mm()),
                               static_cast<double>(row.north_mm() - before->north_mm())) /
                    1e3;
      }
      before = &row;
      for (; event != drive->events.end() && event->time_ns() < row.time_ns() + row.duration_ns();
           ++event) {
        if (event->kind() != COMPLETED || event->time_ns() < warm_up_ns) continue;
        if (since_m) distances_m.push_back(*since_m);
        since_m = 0.0;
      }
    }
  }
  return distances_m;
}

Bootstrapped bootstrap_of(const Series& series, DriveColumn column) {
  Bootstrapped found =
      bootstrap(values_of(series), seconds_of(series), base::Random(bootstrap_seed, 1),
                static_cast<std::uint32_t>(column));
  const FigureRange range = range_of(column);
  const auto keep = [&](Estimate& estimate) {
    if (estimate.degrees_of_freedom == 0.0) return;
    estimate.interval.low = std::max(estimate.interval.low, range.low);
    estimate.interval.high = std::min(estimate.interval.high, range.high);
  };
  keep(found.mean);
  for (Estimate& percentile : found.percentile) keep(percentile);
  return found;
}

}  // namespace redcell::analysis
