#include "phy/channel/line_of_sight.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::phy {
namespace {

/// x with gaussian_tail(x) = tail, for tail <= 1/2.
double upper_quantile(double tail) {
  // Abramowitz and Stegun, 26.2.23: within 4.5e-4.
  const double t = std::sqrt(-2.0 * base::log(tail));
  double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  // Halley's method cubes the error at each step.
  for (int step = 0; step < 2; ++step) {
    const double density = base::exp(-0.5 * x * x) / std::sqrt(2.0 * base::pi);
    const double miss = (base::gaussian_tail(x) - tail) / density;
    x += miss / (1.0 - 0.5 * x * miss);
  }
  return x;
}

}  // namespace

double gaussian_quantile(double p) {
  RC_CHECK(p > 0.0 && p < 1.0);
  return p > 0.5 ? upper_quantile(1.0 - p) : -upper_quantile(p);
}

double los_share(double los_probability, double field_value, base::Metres wavelength) {
  constexpr double scale_m = 20.0;
  RC_CHECK(los_probability >= 0.0 && los_probability <= 1.0);
  RC_CHECK(wavelength.value() > 0.0);
  if (los_probability <= 0.0 || los_probability >= 1.0) return los_probability;
  const double variance = 0.5 * base::pi * wavelength.value() / scale_m;
  const double threshold = -gaussian_quantile(los_probability) * std::sqrt(1.0 + variance);
  return base::gaussian_tail((threshold - field_value) / std::sqrt(variance));
}

}  // namespace redcell::phy
