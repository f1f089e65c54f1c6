// What runs and field logs have in common on their way to a side.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "analysis/compare/bootstrap.h"
#include "analysis/compare/side.h"

namespace redcell::analysis {

/// Means of seconds. What is added comes in order of time for each terminal.
class Seconds {
 public:
  /// NaN is passed over.
  void add(std::uint32_t ue, double time_s, DriveColumn column, double value);
  /// Sorted by terminal and time.
  [[nodiscard]] std::array<Series, drive_figure_count> finish();

 private:
  struct Sum {
    std::int64_t second = 0;
    double total = 0.0;
    int count = 0;
  };
  void close(std::uint32_t ue, DriveColumn column, Sum& sum);

  std::map<std::pair<std::uint32_t, std::size_t>, Sum> sums_;  ///< [ue, column]
  std::array<Series, drive_figure_count> series_;
};

/// Calls visit(sample of a, sample of b) for each second of a terminal that both have.
template <class Visit>
void visit_pairs(const Series& a, const Series& b, Visit visit) {
  const auto key = [](const SecondSample& sample) { return std::pair(sample.ue, sample.second); };
  auto other = b.begin();
  for (const SecondSample& sample : a) {
    while (other != b.end() && key(*other) < key(sample)) ++other;
    if (other == b.end()) return;
    if (key(*other) == key(sample)) visit(sample, *other);
  }
}

/// Metres driven between handovers that follow one another, after warm-up.
[[nodiscard]] std::vector<double> handover_distances(const DriveLog& log, std::int64_t warm_up_ns);

/// One side's figure with its intervals, which end where no figure can lie. The same draws each
/// time: whatever is said of a figure says the same interval. Pre: series is not empty.
[[nodiscard]] Bootstrapped bootstrap_of(const Series& series, DriveColumn column);

inline constexpr std::uint32_t bootstrap_seed = 20'240'601;

}  // namespace redcell::analysis
