// Turns what a run was summed up to into figures with their intervals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/distribution.h"
#include "analysis/summary.h"

namespace redcell::analysis {

/// Trials that each succeed or fail, independently of one another.
struct Trials {
  std::int64_t count = 0;
  std::int64_t successes = 0;
};

/// Appends the figures of one group to a list. Sums without samples give no figure. Intervals end
/// where no figure can lie: at 0, shares at 100 %; those of decibels nowhere.
class KpiWriter {
 public:
  KpiWriter(std::string_view group, std::vector<Kpi>& to) : group_(group), to_(to) {}

  struct Figure {
    std::string name;
    const char* unit;
    double scale;  ///< From the unit of the samples to that of the figure.
  };

  /// mean, p5, median, p95, p99, p99.9, min and max.
  void distribution(const Figure& figure, const Distribution& samples);
  /// The samples of a mean are its weights, or, when what is weighed is no sample, a number apart.
  void mean(const Figure& figure, const BatchedSums& sums);
  void mean(const Figure& figure, const BatchedSums& sums, std::int64_t samples);
  /// Of trials that may come in bursts: Wilson's interval on effective trials.
  void ratio(const std::string& name, const BatchedSums& sums);
  /// Wilson's interval on the trials as they are.
  void ratio(const std::string& name, const Trials& trials);
  /// What this run saw at most, and what it counted: intervals without width.
  void greatest(const Figure& figure, std::int64_t value, std::int64_t samples);
  void count(const std::string& name, std::int64_t value);

 private:
  void put(const Figure& figure, const char* statistic, const Quantile& found,
           std::int64_t samples);

  std::string group_;
  std::vector<Kpi>& to_;
};

}  // namespace redcell::analysis
