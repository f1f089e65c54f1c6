// Samples of a run in bounded memory: sums and histograms in at most 64 batches of equal time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Buckets of equal width, for values whose zero means nothing, such as decibels.
struct EqualBuckets {
  std::int64_t low = 0;    ///< No value is lower.
  std::int64_t width = 1;  ///< Percentiles are exact to half of it; > 0.
};

/// Levels in thousandths of dB or dBm: percentiles to 0.025 dB, some 10 kB a batch.
inline constexpr EqualBuckets level_buckets = {.low = -200'000, .width = 50};

/// Whole samples over time. Some 20 kB a batch for values up to 2^25.
class Distribution {
 public:
  /// For values >= 0, with percentile_relative_error_max.
  Distribution() = default;
  explicit Distribution(EqualBuckets buckets) : equal_(buckets) {}

  /// Pre: time_ns >= 0, value >= 0 (or the low of the buckets).
  void add(std::int64_t time_ns, std::int64_t value);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t min() const { return min_; }
  [[nodiscard]] std::int64_t max() const { return max_; }
  [[nodiscard]] std::span<const Batch> batches() const { return sums_.batches(); }
  /// The sample of rank ceil(share x count), as exact as the buckets, with the interval between
  /// the order statistics that effective_trials allows. Pre: 0 < share < 1, count > 0.
  [[nodiscard]] Quantile quantile(double share) const;

 private:
  using Histogram = std::vector<std::uint32_t>;  ///< Samples per bucket.
  [[nodiscard]] std::size_t bucket_of(std::int64_t value) const;
  [[nodiscard]] std::size_t bucket_at_rank(const Histogram& all, double rank) const;
  [[nodiscard]] double bucket_value(std::size_t bucket) const;
  [[nodiscard]] Histogram all_batches() const;

  std::optional<EqualBuckets> equal_;  ///< Else buckets grow with the value.
  BatchClock clock_;
  BatchedSums sums_;
  std::vector<Histogram> histograms_;  ///< [batch]
  std::int64_t count_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace redcell::analysis
