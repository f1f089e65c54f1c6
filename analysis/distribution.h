// Samples of a run in bounded memory: sums and histograms in at most 64 batches of equal time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/statistics.h"

namespace redcell::analysis {

inline constexpr std::size_t batch_count_max = 64;

/// Percentiles are exact to this fraction of their value: buckets are 1/256 of an octave's base
/// wide.
inline constexpr double percentile_relative_error_max = 0.002;

/// Batches begin one second wide; when a time lies beyond the last one, all are merged in pairs.
class BatchClock {
 public:
  /// Doubles the width until time_ns has a batch; returns how often. Pre: time_ns >= 0.
  [[nodiscard]] int widen_to(std::int64_t time_ns);
  [[nodiscard]] std::size_t batch(std::int64_t time_ns) const {
    return static_cast<std::size_t>(time_ns / width_ns_);
  }

 private:
  std::int64_t width_ns_ = 1'000'000'000;
};

/// Weighted sums over time: for means and ratios.
class BatchedSums {
 public:
  /// Pre: time_ns >= 0, weight >= 0.
  void add(std::int64_t time_ns, Batch part);
  [[nodiscard]] std::span<const Batch> batches() const { return batches_; }
  [[nodiscard]] Batch total() const;

 private:
  BatchClock clock_;
  std::vector<Batch> batches_;
};

/// One quantile with its interval; infinite where too few samples bound it.
struct Quantile {
  double value = 0.0;
  Interval interval;
};

/// Whole, non-negative samples over time. Some 20 kB a batch for values up to 2^25.
class Distribution {
 public:
  /// Pre: time_ns >= 0, value >= 0.
  void add(std::int64_t time_ns, std::int64_t value);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t min() const { return min_; }
  [[nodiscard]] std::int64_t max() const { return max_; }
  [[nodiscard]] std::span<const Batch> batches() const { return sums_.batches(); }
  /// The sample of rank ceil(share x count), to percentile_relative_error_max, with the interval
  /// between the order statistics that effective_trials allows. Pre: 0 < share < 1, count > 0.
  [[nodiscard]] Quantile quantile(double share) const;

 private:
  using Histogram = std::vector<std::uint32_t>;  ///< Samples per bucket.
  [[nodiscard]] std::size_t bucket_at_rank(const Histogram& all, double rank) const;
  [[nodiscard]] double bucket_value(std::size_t bucket) const;
  [[nodiscard]] Histogram all_batches() const;

  BatchClock clock_;
  BatchedSums sums_;
  std::vector<Histogram> histograms_;  ///< [batch]
  std::int64_t count_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace redcell::analysis
