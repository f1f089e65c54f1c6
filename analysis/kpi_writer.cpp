#include "analysis/kpi_writer.h"

#include <algorithm>
#include <cmath>

namespace redcell::analysis {
namespace {

Quantile exact(std::int64_t value) {
  const double real = static_cast<double>(value);
  return {.value = real, .interval = {.low = real, .high = real}};
}

/// Where a figure can lie: no rate is negative, no share is above 100 %. Decibels have no bounds.
Interval possible_of(std::string_view unit) {
  if (unit == "db" || unit == "dbm") return {};
  return {.low = 0.0, .high = unit == "percent" ? 100.0 : infinity};
}

/// Ends where no figure can lie; a bound that is not known stays so.
Interval kept_possible(const Interval& interval, std::string_view unit) {
  const Interval possible = possible_of(unit);
  return {.low = std::isfinite(interval.low) ? std::max(interval.low, possible.low) : interval.low,
          .high = std::isfinite(interval.high) ? std::min(interval.high, possible.high)
                                               : interval.high};
}

}  // namespace

void KpiWriter::distribution(const Figure& figure, const Distribution& samples) {
  if (samples.count() == 0) return;
  const BatchMean mean = batch_mean(samples.batches());
  put(figure, "mean", {mean.mean, mean_interval(mean)}, samples.count());
  put(figure, "p5", samples.quantile(0.05), samples.count());
  put(figure, "median", samples.quantile(0.5), samples.count());
  put(figure, "p95", samples.quantile(0.95), samples.count());
  put(figure, "p99", samples.quantile(0.99), samples.count());
  put(figure, "p99.9", samples.quantile(0.999), samples.count());
  put(figure, "min", exact(samples.min()), samples.count());
  put(figure, "max", exact(samples.max()), samples.count());
}

void KpiWriter::mean(const Figure& figure, const BatchedSums& sums) {
  mean(figure, sums, std::llround(sums.total().weight));
}

void KpiWriter::mean(const Figure& figure, const BatchedSums& sums, std::int64_t samples) {
  if (sums.total().weight <= 0.0) return;
  const BatchMean mean = batch_mean(sums.batches());
  put(figure, "mean", {mean.mean, mean_interval(mean)}, samples);
}

void KpiWriter::ratio(const std::string& name, const BatchedSums& sums) {
  const Batch total = sums.total();
  if (total.weight <= 0.0) return;
  // A loss may be counted a bin later than its block: the ratio of a short run could pass 1.
  const double value = std::min(1.0, total.sum / total.weight);
  const double trials = effective_trials(sums.batches());
  const Interval interval = wilson_interval(value * trials, trials);
  put({name, "ratio", 1.0}, "ratio", {value, interval}, std::llround(total.weight));
}

void KpiWriter::ratio(const std::string& name, const Trials& trials) {
  if (trials.count == 0) return;
  const double successes = static_cast<double>(trials.successes);
  const double count = static_cast<double>(trials.count);
  put({name, "ratio", 1.0}, "ratio", {successes / count, wilson_interval(successes, count)},
      trials.count);
}

void KpiWriter::greatest(const Figure& figure, std::int64_t value, std::int64_t samples) {
  if (samples > 0) put(figure, "max", exact(value), samples);
}

void KpiWriter::count(const std::string& name, std::int64_t value) {
  // One run, counted once.
  put({name, "", 1.0}, "mean", exact(value), 1);
}

void KpiWriter::put(const Figure& figure, const char* statistic, const Quantile& found,
                    std::int64_t samples) {
  const Interval interval = kept_possible(
      {.low = found.interval.low * figure.scale, .high = found.interval.high * figure.scale},
      figure.unit);
  to_.push_back({.name = figure.name,
                 .terminal_group = group_,
                 .statistic = statistic,
                 .value = found.value * figure.scale,
                 .unit = figure.unit,
                 .ci_low = interval.low,
                 .ci_high = interval.high,
                 .samples = samples});
}

}  // namespace redcell::analysis
