#include "analysis/distribution.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t octave_buckets = 256;
constexpr int exact_bits = 9;  ///< Values below 2 x octave_buckets have a bucket each.

std::size_t growing_bucket_of(std::int64_t value) {
  const int bits = std::bit_width(static_cast<std::uint64_t>(value));
  if (bits <= exact_bits) return static_cast<std::size_t>(value);
  const int octave = bits - exact_bits;
  return static_cast<std::size_t>(octave * octave_buckets + (value >> octave));
}

/// Samples in the buckets up to and with this one.
double count_up_to(std::span<const std::uint32_t> histogram, std::size_t bucket) {
  std::uint64_t count = 0;
  for (const std::uint32_t samples : histogram.first(std::min(histogram.size(), bucket + 1))) {
    count += samples;
  }
  return static_cast<double>(count);
}

void add_histogram(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
  if (to.size() < from.size()) to.resize(from.size());
  for (std::size_t bucket = 0; bucket < from.size(); ++bucket) to[bucket] += from[bucket];
}

}  // namespace

int BatchClock::widen_to(std::int64_t time_ns) {
  RC_CHECK(time_ns >= 0);
  int times = 0;
  for (; batch(time_ns) >= batch_count_max; ++times) width_ns_ *= 2;
  return times;
}

void BatchedSums::add(std::int64_t time_ns, Batch part) {
  for (int times = clock_.widen_to(time_ns); times > 0; --times) {
    const std::size_t half = (batches_.size() + 1) / 2;
    for (std::size_t i = 0; i < half; ++i) {
      Batch merged = batches_[2 * i];
      if (2 * i + 1 < batches_.size()) {
        merged.sum += batches_[2 * i + 1].sum;
        merged.weight += batches_[2 * i + 1].weight;
      }
      batches_[i] = merged;
    }
    batches_.resize(half);
  }
  const std::size_t batch = clock_.batch(time_ns);
  if (batch >= batches_.size()) batches_.resize(batch + 1);
  batches_[batch].sum += part.sum;
  batches_[batch].weight += part.weight;
}

Batch BatchedSums::total() const {
  Batch total;
  for (const Batch& batch : batches_) {
    total.sum += batch.sum;
    total.weight += batch.weight;
  }
  return total;
}

std::size_t Distribution::bucket_of(std::int64_t value) const {
  if (!equal_) return growing_bucket_of(value);
  return static_cast<std::size_t>((value - equal_->low) / equal_->width);
}

void Distribution::add(std::int64_t time_ns, std::int64_t value) {
  RC_CHECK(value >= (equal_ ? equal_->low : 0));
  sums_.add(time_ns, {.sum = static_cast<double>(value), .weight = 1.0});
  for (int times = clock_.widen_to(time_ns); times > 0; --times) {
    const std::size_t half = (histograms_.size() + 1) / 2;
    for (std::size_t i = 0; i < half; ++i) {
      if (i > 0) histograms_[i] = std::move(histograms_[2 * i]);
      if (2 * i + 1 < histograms_.size()) add_histogram(histograms_[i], histograms_[2 * i + 1]);
    }
    histograms_.resize(half);
  }
  const std::size_t batch = clock_.batch(time_ns);
  if (batch >= histograms_.size()) histograms_.resize(batch + 1);
  Histogram& histogram = histograms_[batch];
  const std::size_t bucket = bucket_of(value);
  if (bucket >= histogram.size()) histogram.resize(bucket + 1);
  ++histogram[bucket];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  ++count_;
}

Distribution::Histogram Distribution::all_batches() const {
  Histogram all;
  for (const Histogram& histogram : histograms_) add_histogram(all, histogram);
  return all;
}

std::size_t Distribution::bucket_at_rank(const Histogram& all, double rank) const {
  double below = 0.0;
  for (std::size_t bucket = 0; bucket < all.size(); ++bucket) {
    below += all[bucket];
    if (below >= rank) return bucket;
  }
  return all.size() - 1;
}

/// Middle of a bucket, but never beyond what was seen.
double Distribution::bucket_value(std::size_t bucket) const {
  const auto index = static_cast<std::int64_t>(bucket);
  double value = static_cast<double>(index);
  if (equal_) {
    const std::int64_t low = equal_->low + index * equal_->width;
    value = static_cast<double>(low) + static_cast<double>(equal_->width - 1) / 2.0;
  } else if (index >= 2 * octave_buckets) {
    const auto octave = static_cast<int>(index / octave_buckets - 1);
    const std::int64_t low = (index - octave * octave_buckets) << octave;
    value = static_cast<double>(low) + static_cast<double>((std::int64_t{1} << octave) - 1) / 2.0;
  }
  return std::clamp(value, static_cast<double>(min_), static_cast<double>(max_));
}

Quantile Distribution::quantile(double share) const {
  RC_CHECK(count_ > 0);
  // Ranks are whole numbers; their shares are not, by a rounding error.
  constexpr double rounding = 1e-6;
  const double samples = static_cast<double>(count_);
  const Histogram all = all_batches();
  const std::size_t bucket = bucket_at_rank(all, std::ceil(share * samples - rounding));
  std::vector<Batch> below;
  for (const Histogram& histogram : histograms_) {
    below.push_back({.sum = count_up_to(histogram, bucket),
                     .weight = count_up_to(histogram, histogram.size())});
  }
  const Interval ranks = quantile_ranks(share, effective_trials(below));
  Quantile result{.value = bucket_value(bucket), .interval = {}};
  const double low_rank = std::floor(ranks.low * samples + rounding);
  const double high_rank = std::ceil(ranks.high * samples - rounding);
  if (low_rank >= 1.0) result.interval.low = bucket_value(bucket_at_rank(all, low_rank));
  if (high_rank <= samples) result.interval.high = bucket_value(bucket_at_rank(all, high_rank));
  return result;
}

}  // namespace redcell::analysis
