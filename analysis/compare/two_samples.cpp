#include "analysis/compare/two_samples.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace redcell::analysis {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

/// Walks over both samples in order; visit(value, share of a up to it, share of b up to it).
template <class Visit>
void walk(const std::vector<double>& a, const std::vector<double>& b, Visit visit) {
  std::size_t i = 0, k = 0;
  while (i < a.size() || k < b.size()) {
    const double value = k == b.size() || (i < a.size() && a[i] <= b[k]) ? a[i] : b[k];
    while (i < a.size() && a[i] == value) ++i;
    while (k < b.size() && b[k] == value) ++k;
    visit(value, static_cast<double>(i) / static_cast<double>(a.size()),
          static_cast<double>(k) / static_cast<double>(b.size()));
  }
}

}  // namespace

double ks_distance(std::span<const double> a, std::span<const double> b) {
  RC_CHECK(!a.empty() && !b.empty());
  double distance = 0.0;
  walk(sorted(a), sorted(b), [&](double, double share_a, double share_b) {
    distance = std::max(distance, std::fabs(share_a - share_b));
  });
  return distance;
}

double ks_p_value(double distance, double effective_a, double effective_b) {
  RC_CHECK(effective_a > 0.0 && effective_b > 0.0);
  const double lambda =
      distance * std::sqrt(effective_a * effective_b / (effective_a + effective_b));
  // Below, the sum converges slowly and the chance is 1 to ten digits.
  constexpr double lambda_min = 0.2;
  if (lambda < lambda_min) return 1.0;
  double sum = 0.0;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * lambda * lambda);
    sum += k % 2 == 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return std::clamp(2.0 * sum, 0.0, 1.0);
}

double ks_p_value_exact(double distance, std::size_t count_a, std::size_t count_b) {
  RC_CHECK(count_a > 0 && count_b > 0);
  const auto a = static_cast<double>(count_a), b = static_cast<double>(count_b);
  if (count_b > ks_exact_product_max / count_a) return ks_p_value(distance, a, b);
  // Both samples merged in order are a walk from (0, 0) to (a, b), each as likely as any other.
  // nearer[k]: the chance that it has come to (i, k), always nearer than the distance.
  std::vector<double> nearer(count_b + 1, 0.0);
  constexpr double rounding = 1e-9;
  for (std::size_t i = 0; i <= count_a; ++i) {
    for (std::size_t k = 0; k <= count_b; ++k) {
      const auto x = static_cast<double>(i), y = static_cast<double>(k);
      const double left = a + b - x - y + 1.0;  // Before the last step.
      double chance = i == 0 && k == 0 ? 1.0 : 0.0;
      if (i > 0) chance += nearer[k] * (a - x + 1.0) / left;
      if (k > 0) chance += nearer[k - 1] * (b - y + 1.0) / left;
      nearer[k] = std::fabs(x / a - y / b) < distance - rounding ? chance : 0.0;
    }
  }
  return distance > rounding ? std::clamp(1.0 - nearer[count_b], 0.0, 1.0) : 1.0;
}

double wasserstein_distance(std::span<const double> a, std::span<const double> b) {
  RC_CHECK(!a.empty() && !b.empty());
  double area = 0.0, last_value = 0.0, last_gap = 0.0;
  walk(sorted(a), sorted(b), [&](double value, double share_a, double share_b) {
    // No gap before the first value.
    area += last_gap * (value - last_value);
    last_value = value;
    last_gap = std::fabs(share_a - share_b);
  });
  return area;
}

double effective_count(std::span<const double> series) {
  RC_CHECK(!series.empty());
  const std::size_t count = series.size();
  const auto n = static_cast<double>(count);
  double mean = 0.0;
  for (const double value : series) mean += value;
  mean /= n;
  const auto covariance = [&](std::size_t lag) {
    double sum = 0.0;
    for (std::size_t i = lag; i < count; ++i) sum += (series[i] - mean) * (series[i - lag] - mean);
    return sum / n;
  };
  const double variance = covariance(0);
  if (!(variance > 0.0)) return n;
  double sum = -1.0;  // The pair of lags 0 and 1 counts lag 0 twice.
  for (std::size_t lag = 0; lag + 1 < count; lag += 2) {
    const double pair = (covariance(lag) + covariance(lag + 1)) / variance;
    if (pair <= 0.0) break;
    sum += 2.0 * pair;
  }
  return std::clamp(n / std::max(sum, 1.0), 1.0, n);
}

}  // namespace redcell::analysis
