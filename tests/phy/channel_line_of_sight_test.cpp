// Goal: the quantile inverts the normal distribution, and the soft state keeps the probability of
// line of sight. Method: the C library's error function as oracle, a fine quadrature over the
// normal density, and a walk through a field.
#include "phy/channel/line_of_sight.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "phy/channel/correlated_field.h"

namespace redcell::phy {
namespace {

using base::Metres;

double below(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST(GaussianQuantile, inverts_the_normal_distribution) {
  for (double x = -37.0; x <= 5.0; x += 0.037) {
    EXPECT_NEAR(gaussian_quantile(below(x)), x, gaussian_quantile_error_max) << x;
  }
  EXPECT_NEAR(gaussian_quantile(0.5), 0.0, gaussian_quantile_error_max);
  // Abramowitz and Stegun, Table 26.5.
  EXPECT_NEAR(gaussian_quantile(0.975), 1.959963984540054, gaussian_quantile_error_max);
  EXPECT_NEAR(gaussian_quantile(0.001), -3.090232306167814, gaussian_quantile_error_max);
}

TEST(LosShare, has_the_probability_as_its_mean) {
  for (const double p : {1e-4, 0.01, 0.2, 0.5, 0.9, 0.999}) {
    for (const double wavelength_m : {0.01, 0.0857, 0.43}) {
      double mean = 0.0;
      constexpr double step = 1e-3;
      for (double x = -9.0; x < 9.0; x += step) {
        mean += step * std::exp(-0.5 * x * x) / std::sqrt(2.0 * 3.14159265358979323846) *
                los_share(p, x, Metres(wavelength_m));
      }
      EXPECT_NEAR(mean, p, los_share_mean_error_max) << p << ' ' << wavelength_m;
    }
  }
}

TEST(LosShare, is_zero_or_one_away_from_the_threshold_and_steep_like_the_standards_arc_tangent) {
  // At p = 1/2 the threshold is 0. 3.5 GHz: sqrt(20 / 0.0857) = 15.3 per unit, over pi at 0.
  const double wavelength_m = 299792458.0 / 3.5e9;
  const auto share = [&](double x) { return los_share(0.5, x, Metres(wavelength_m)); };
  EXPECT_NEAR(share(0.0), 0.5, los_share_mean_error_max);
  const double slope = (share(1e-4) - share(-1e-4)) / 2e-4;
  EXPECT_NEAR(slope, std::sqrt(20.0 / wavelength_m) / 3.14159265358979323846, 1e-3);
  EXPECT_LT(share(-0.5), 1e-8);
  EXPECT_GT(share(0.5), 1.0 - 1e-8);
  EXPECT_GT(share(-0.1), 0.0);
  double before = 0.0;
  for (double x = -3.0; x < 3.0; x += 0.01) {
    EXPECT_GE(share(x), before);
    before = share(x);
  }
}

TEST(LosShare, of_a_certain_state_is_certain) {
  EXPECT_EQ(los_share(1.0, -5.0, Metres(0.1)), 1.0);
  EXPECT_EQ(los_share(0.0, 5.0, Metres(0.1)), 0.0);
}

// Mean over 40 fields of 400 distant places each: 16000 states of deviation below 1/2.
constexpr double walk_error_max = 0.015;

TEST(LosShare, keeps_the_probability_over_a_map) {
  const base::Random random(20240914, 1);
  for (const double p : {0.05, 0.35, 0.8}) {
    double mean = 0.0;
    for (std::uint32_t id = 0; id < 40; ++id) {
      const CorrelatedField field(random, {id, 1}, Metres(50.0));
      for (int place = 0; place < 400; ++place) {
        mean += los_share(p, field.at(731.0 * (place % 20), 613.0 * (place / 20)), Metres(0.1));
      }
    }
    EXPECT_NEAR(mean / 16000.0, p, walk_error_max) << p;
  }
}

TEST(LosShareDeathTest, rejects_what_is_no_probability) {
  EXPECT_DEATH((void)gaussian_quantile(0.0), "broken precondition");
  EXPECT_DEATH((void)gaussian_quantile(1.0), "broken precondition");
  EXPECT_DEATH((void)los_share(1.1, 0.0, Metres(0.1)), "broken precondition");
  EXPECT_DEATH((void)los_share(0.5, 0.0, Metres(0.0)), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
