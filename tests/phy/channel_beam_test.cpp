// Goal: the beams of a panel are those of a uniform array under the element pattern, cover the
// sector, give no energy for nothing, and spread as the link does. Method: the textbook sum over
// elements in complex numbers, integrals over the sphere and around the horizon, a fine quadrature.
#include "phy/channel/beam.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

namespace redcell::phy {
namespace {

constexpr double pi = 3.14159265358979323846;
// Gains are stored as float; sums of a few hundred of them keep this.
constexpr double rounding = 1e-5;

PanelConfig panel() {
  PanelConfig config;
  config.element = {base::Db(25.0), 30.0, 6.0};
  config.columns = 8;
  config.rows = 4;
  config.horizontal_beams = 8;
  config.vertical_beams = 3;
  config.first_tilt_deg = 2.0;
  config.last_tilt_deg = 18.0;
  return config;
}

double db(double lin) { return 10.0 * std::log10(lin); }

std::vector<float> gains_of(const BeamGrid& grid, RayDirection ray, const AngularSpread& spread) {
  std::vector<float> gains(static_cast<std::size_t>(grid.beam_count()));
  grid.gains(ray, spread, gains);
  return gains;
}

/// Mean gain of a uniform array's beam by adding up elements placed in space.
double textbook_gain(const PanelConfig& config, RayDirection ray, int beam) {
  const double tilt = config.element.downtilt_deg * pi / 180.0;
  const double bearing = config.element.azimuth_deg * pi / 180.0;
  const double azimuth = ray.azimuth_deg * pi / 180.0;
  const double zenith = ray.zenith_deg * pi / 180.0;
  const double toward[3] = {std::sin(zenith) * std::cos(azimuth),
                            std::sin(zenith) * std::sin(azimuth), std::cos(zenith)};
  const double left[3] = {-std::sin(bearing), std::cos(bearing), 0.0};
  const double up[3] = {std::sin(tilt) * std::cos(bearing), std::sin(tilt) * std::sin(bearing),
                        std::cos(tilt)};
  const int column_beam = beam % config.horizontal_beams;
  const int row_beam = beam / config.horizontal_beams;
  const double to_left = std::sin(pi / 3.0) * (2.0 * column_beam + 1.0 - config.horizontal_beams) /
                         config.horizontal_beams;
  const double tilt_deg = config.first_tilt_deg + (config.last_tilt_deg - config.first_tilt_deg) *
                                                      row_beam / (config.vertical_beams - 1);
  const double to_up = -std::sin((tilt_deg - config.element.downtilt_deg) * pi / 180.0);
  std::complex<double> sum = 0.0;
  for (int row = 0; row < config.rows; ++row) {
    for (int column = 0; column < config.columns; ++column) {
      double phase = 0.0;
      for (int axis = 0; axis < 3; ++axis) {
        phase += toward[axis] * (config.column_spacing_wavelengths * column * left[axis] +
                                 config.row_spacing_wavelengths * row * up[axis]);
      }
      phase -= config.column_spacing_wavelengths * column * to_left +
               config.row_spacing_wavelengths * row * to_up;
      sum += std::polar(1.0, 2.0 * pi * phase);
    }
  }
  const double element = std::pow(10.0, 0.1 * element_gain(config.element, ray).value());
  const double least = std::pow(10.0, 0.1 * (config.element.max_gain.value() - 30.0));
  return std::max(element * std::norm(sum) / std::pow(config.rows * config.columns, 2), least);
}

TEST(BeamGrid, equals_the_sum_over_the_elements) {
  const PanelConfig config = panel();
  const BeamGrid grid(config);
  ASSERT_EQ(grid.beam_count(), 24);
  for (double azimuth = -175.0; azimuth < 180.0; azimuth += 11.3) {
    for (const double zenith : {20.0, 75.0, 90.0, 96.0, 104.7, 130.0}) {
      const auto gains = gains_of(grid, {azimuth, zenith}, {});
      for (int beam = 0; beam < grid.beam_count(); ++beam) {
        const double expected = textbook_gain(config, {azimuth, zenith}, beam);
        EXPECT_NEAR(gains[static_cast<std::size_t>(beam)] / expected, 1.0, rounding)
            << beam << " at " << azimuth << ' ' << zenith;
      }
    }
  }
}

TEST(BeamGrid, of_one_element_is_the_element) {
  PanelConfig config;
  config.element = {base::Db(15.0), 120.0, 8.0};
  const BeamGrid grid(config);
  ASSERT_EQ(grid.beam_count(), 1);
  for (double azimuth = -180.0; azimuth < 180.0; azimuth += 7.0) {
    for (double zenith = 0.0; zenith <= 180.0; zenith += 15.0) {
      const double expected_db = element_gain(config.element, {azimuth, zenith}).value();
      EXPECT_NEAR(db(gains_of(grid, {azimuth, zenith}, {})[0]), expected_db, 1e-6);
    }
  }
}

TEST(BeamGrid, peaks_with_max_gain_at_boresight_and_nowhere_higher) {
  PanelConfig config = panel();
  config.horizontal_beams = 1;
  config.vertical_beams = 1;
  config.first_tilt_deg = 6.0;
  const BeamGrid one(config);
  EXPECT_NEAR(db(gains_of(one, {30.0, 96.0}, {})[0]), 25.0, 1e-5);
  const BeamGrid grid(panel());
  for (double azimuth = -180.0; azimuth < 180.0; azimuth += 3.0) {
    for (double zenith = 0.0; zenith <= 180.0; zenith += 3.0) {
      for (const float gain : gains_of(grid, {azimuth, zenith}, {})) {
        EXPECT_LE(db(gain), 25.0 + 1e-5);
        EXPECT_GE(db(gain), -5.0 - 1e-5);
      }
    }
  }
}

TEST(BeamGrid, points_each_beam_where_it_says) {
  // The element pulls a beam at most a little towards boresight: look at the array alone.
  const PanelConfig config = panel();
  const BeamGrid grid(config);
  for (int beam = 0; beam < 8; ++beam) {
    const double cosine = std::sin(pi / 3.0) * (2.0 * beam - 7.0) / 8.0;
    for (int row = 0; row < 3; ++row) {
      const double up = -std::sin((2.0 + 8.0 * row - 6.0) * pi / 180.0);
      const double forward = std::sqrt(1.0 - cosine * cosine - up * up);
      const double tilt = 6.0 * pi / 180.0;
      const double level = forward * std::cos(tilt) + up * std::sin(tilt);
      const double zenith = std::acos(up * std::cos(tilt) - forward * std::sin(tilt));
      const RayDirection ray = {30.0 + std::atan2(cosine, level) * 180.0 / pi, zenith * 180.0 / pi};
      const auto gains = gains_of(grid, ray, {});
      const double element_db = element_gain(config.element, ray).value();
      EXPECT_NEAR(db(gains[static_cast<std::size_t>(8 * row + beam)]), element_db, 1e-4);
    }
  }
}

TEST(BeamGrid, covers_the_sector_without_gaps_deeper_than_4_db) {
  PanelConfig config = panel();
  config.vertical_beams = 1;
  config.first_tilt_deg = 6.0;
  const BeamGrid grid(config);
  for (double azimuth = -56.0; azimuth <= 56.0; azimuth += 0.5) {
    const RayDirection ray = {30.0 + azimuth, 96.0};
    const auto gains = gains_of(grid, ray, {});
    const double best_db = db(*std::max_element(gains.begin(), gains.end()));
    EXPECT_GT(best_db - element_gain(config.element, ray).value(), -4.0) << azimuth;
  }
}

TEST(BeamGrid, sends_no_more_than_it_is_fed) {
  // A lossless antenna has mean gain 1 over the sphere. Its peak is 4 pi times its area in square
  // wavelengths; the element of Table 7.3-1 times the number of elements would be 1.6 dB more than
  // so small an area can have. The floor adds at most 1/1000 of the peak.
  PanelConfig config = panel();
  config.element.max_gain = base::Db(db(4.0 * pi * (8.0 * 0.5) * (4.0 * 0.7)));
  const BeamGrid grid(config);
  std::vector<double> mean(24, 0.0);
  double weight = 0.0;
  for (double zenith = 0.5; zenith < 180.0; zenith += 1.0) {
    for (double azimuth = -180.0; azimuth < 180.0; azimuth += 2.0) {
      const double area = std::sin(zenith * pi / 180.0);
      const auto gains = gains_of(grid, {azimuth, zenith}, {});
      for (std::size_t beam = 0; beam < mean.size(); ++beam) mean[beam] += area * gains[beam];
      weight += area;
    }
  }
  for (std::size_t beam = 0; beam < mean.size(); ++beam) {
    EXPECT_LT(mean[beam] / weight, 1.05) << beam;
    EXPECT_GT(mean[beam] / weight, 0.3) << beam;
  }
}

TEST(BeamGrid, keeps_the_mean_around_the_horizon_when_it_spreads) {
  const BeamGrid grid(panel());
  std::vector<double> sharp(24, 0.0);
  std::vector<double> soft(24, 0.0);
  for (double azimuth = -180.0; azimuth < 180.0; azimuth += 0.5) {
    const auto a = gains_of(grid, {azimuth, 96.0}, {});
    const auto b = gains_of(grid, {azimuth, 96.0}, {.azimuth_deg = 22.0, .direct_share = 0.3});
    for (std::size_t beam = 0; beam < sharp.size(); ++beam) {
      sharp[beam] += a[beam];
      soft[beam] += b[beam];
    }
  }
  for (std::size_t beam = 0; beam < sharp.size(); ++beam) {
    EXPECT_NEAR(soft[beam] / sharp[beam], 1.0, 1e-3);
  }
}

TEST(BeamGrid, mixes_the_ray_with_what_is_around_it) {
  const BeamGrid grid(panel());
  const RayDirection ray = {47.0, 97.0};
  const auto direct = gains_of(grid, ray, {});
  const auto around = gains_of(grid, ray, {15.0, 4.0, 0.0});
  const auto mixed = gains_of(grid, ray, {15.0, 4.0, 0.7});
  for (std::size_t beam = 0; beam < direct.size(); ++beam) {
    EXPECT_NEAR(mixed[beam], 0.7 * direct[beam] + 0.3 * around[beam], rounding * 316.0);
    EXPECT_NE(around[beam], direct[beam]);
  }
  EXPECT_EQ(gains_of(grid, ray, {15.0, 4.0, 1.0}), direct);
  EXPECT_EQ(gains_of(grid, ray, {0.0, 0.0, 0.4}), direct);
}

TEST(BeamGrid, spreads_like_a_normal_distribution_of_directions) {
  const BeamGrid grid(panel());
  for (const AngularSpread& spread : {AngularSpread{13.0, 0.0, 0.0}, AngularSpread{26.0, 3.0, 0.0},
                                      AngularSpread{0.0, 6.0, 0.0}}) {
    for (double azimuth = -30.0; azimuth <= 90.0; azimuth += 7.9) {
      std::vector<double> mean(24, 0.0);
      double weight = 0.0;
      for (double x = -4.0; x <= 4.0; x += 0.05) {
        for (double y = -4.0; y <= 4.0; y += 0.25) {
          const double w = std::exp(-0.5 * (x * x + y * y));
          const auto gains =
              gains_of(grid, {azimuth + spread.azimuth_deg * x, 96.0 + spread.zenith_deg * y}, {});
          for (std::size_t beam = 0; beam < mean.size(); ++beam) mean[beam] += w * gains[beam];
          weight += w;
        }
      }
      const double best = *std::max_element(mean.begin(), mean.end());
      const auto gains = gains_of(grid, {azimuth, 96.0}, spread);
      for (std::size_t beam = 0; beam < mean.size(); ++beam) {
        if (mean[beam] < 0.1 * best) continue;
        EXPECT_NEAR(db(gains[beam] / (mean[beam] / weight)), 0.0, beam_spread_error_max.value())
            << spread.azimuth_deg << ' ' << azimuth << ' ' << beam;
      }
    }
  }
}

TEST(BeamGridDeathTest, rejects_what_is_no_panel_or_no_spread) {
  const auto made = [](auto change) {
    PanelConfig config = panel();
    change(config);
    BeamGrid grid(config);
    EXPECT_EQ(grid.beam_count(), 24);
  };
  EXPECT_DEATH(made([](PanelConfig& c) { c.columns = 0; }), "broken precondition");
  EXPECT_DEATH(made([](PanelConfig& c) { c.horizontal_beams = 0; }), "broken precondition");
  EXPECT_DEATH(made([](PanelConfig& c) { c.vertical_beams = 65; }), "broken precondition");
  EXPECT_DEATH(made([](PanelConfig& c) { c.row_spacing_wavelengths = 0.0; }),
               "broken precondition");
  EXPECT_DEATH(made([](PanelConfig& c) { c.last_tilt_deg = 100.0; }), "broken precondition");
  const BeamGrid grid(panel());
  EXPECT_DEATH(gains_of(grid, {0.0, 90.0}, {-1.0, 0.0, 0.5}), "broken precondition");
  EXPECT_DEATH(gains_of(grid, {0.0, 90.0}, {1.0, 0.0, 1.5}), "broken precondition");
  std::vector<float> few(23);
  EXPECT_DEATH(grid.gains({0.0, 90.0}, {}, few), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
