// Goal: fading is the documented sum of sinusoids, obeys the laws of Rayleigh, Rice and Bessel, and
// is a pure function of who, where and seed. Method: one scalar oracle in long double, written from
// the header and sharing no code; Kolmogorov-Smirnov and correlation over thousands of links; bits
// compared between orders, lanes and instruction sets.
#include "phy/channel/fading.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hwy/targets.h"
#include "tests/phy/fading_links.h"

namespace redcell::phy {
namespace {

using namespace delay_lines;

/// Word `slot` of the random numbers of one purpose, four to an index.
std::uint32_t word_of(base::Purpose purpose, const FadingLink& link, std::size_t slot) {
  return world().at(purpose, {link.ue, link.cell}, slot / 4)[slot % 4];
}

/// exp(j 2 pi (start + rate * travelled)) with a rate rounded to 2^-31 turns.
std::complex<long double> turn_of(std::uint32_t start, long double rate, double travelled) {
  const long double rounded = std::floor(rate * 2147483647.0L + 0.5L) * 0x1p-31L;
  const long double turns = start * 0x1p-32L + std::fmod(rounded * travelled, 1.0L);
  return std::polar(1.0L, 2.0L * static_cast<long double>(pi) * turns);
}

struct Oracle {
  Complex response;
  double scale = 0.0;  ///< Sum over taps of the largest magnitude.
};

Oracle oracle(const FadingConfig& config, const FadingLink& link, double travelled, Where where) {
  std::optional<base::Db> k_factor;
  if (config.k_factor_db) k_factor = base::Db(*config.k_factor_db);
  const double spread_s = link.delay_spread_s > 0.0 ? link.delay_spread_s : config.delay_spread_s;
  const auto taps = tdl_taps(config.profile, {base::Seconds(spread_s), k_factor});
  const double frequency =
      config.grids[0].first_centre.value() + where.group * config.grids[0].spacing.value();
  std::complex<long double> sum = 0.0L;
  Oracle result;
  for (std::size_t tap = 0; tap < taps.size(); ++tap) {
    // Words of the second position come after 32 taps of the first.
    const auto rx = static_cast<std::size_t>(where.rx);
    const std::size_t pair =
        ((32 * (rx / 2) + tap) * 2 + rx % 2) * 2 + static_cast<std::size_t>(where.tx);
    const long double offset = word_of(base::Purpose::tdl_angle, link, 4 * pair) * 0x1p-32L;
    std::complex<long double> gain = 0.0L;
    for (std::size_t n = 0; n < 15; ++n) {
      const long double angle =
          static_cast<long double>(pi) * (static_cast<long double>(n) + offset) / 15.0L;
      gain += turn_of(word_of(base::Purpose::tdl_phase, link, 16 * pair + n), std::cos(angle),
                      travelled);
    }
    gain *= std::sqrt(taps[tap].rayleigh_power_lin / 15.0);
    result.scale += std::sqrt(taps[tap].rayleigh_power_lin * 15.0);
    if (where.rx % 2 == where.tx && taps[tap].los_power_lin > 0.0) {
      const double ahead = where.rx < 2 ? 0.0 : 0.5;
      const auto ray =
          turn_of(word_of(base::Purpose::tdl_phase, link, 15), 0.7L, travelled + ahead);
      const double amplitude = std::sqrt(taps[tap].los_power_lin);
      gain += ray * static_cast<long double>(where.tx == 0 ? amplitude : -amplitude);
      result.scale += amplitude;
    }
    sum += gain * std::polar(1.0L, -2.0L * static_cast<long double>(pi) *
                                       static_cast<long double>(frequency * taps[tap].delay_s));
  }
  result.response = Complex(static_cast<double>(sum.real()), static_cast<double>(sum.imag()));
  return result;
}

TEST(Fading, equals_the_sum_of_sinusoids) {
  double worst = 0.0;
  for (const TdlProfile profile : {TdlProfile::tdl_a, TdlProfile::tdl_d}) {
    for (const auto& [branches, ports] : {std::array{1, 1}, {2, 2}, {4, 2}, {4, 1}}) {
      const FadingConfig config = config_of(profile, branches, ports);
      std::vector<FadingLink> links = links_of(lane_count, 100);
      links[3].delay_spread_s = 363e-9;
      FadingTile tile(world(), config, links);
      std::vector<double> travelled;
      // From a third of a wavelength to hundreds of millions, and a half, where rounding turns
      // over.
      for (int i = 0; i < 16; ++i)
        travelled.push_back(i == 15 ? 0.5 : 0.37 * std::pow(4.0, i + 0.1 * i));
      tile.refresh(travelled);
      for (std::size_t lane = 0; lane < lane_count; ++lane) {
        for (const Where where :
             {Where{0, 0, 0}, Where{12, 0, 1}, Where{24, 1, 0}, Where{17, 1, 1}, Where{3, 2, 0},
              Where{20, 2, 1}, Where{8, 3, 0}, Where{11, 3, 1}}) {
          if (where.rx >= branches || where.tx >= ports) continue;
          const Oracle expected = oracle(config, links[lane], travelled[lane], where);
          const Complex found = response_at(tile, row_of(config, where), lane);
          worst = std::max(worst, std::abs(found - expected.response) / expected.scale);
          ASSERT_LE(std::abs(found - expected.response), fading_error_max * expected.scale)
              << "lane " << lane << " travelled " << travelled[lane] << " seed " << seed;
        }
      }
    }
  }
  RecordProperty("worst_over_bound", std::to_string(worst / fading_error_max));
}

double ks_distance(std::vector<double> samples, const std::function<double(double)>& law) {
  std::sort(samples.begin(), samples.end());
  double distance = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double expected = law(samples[i]);
    const auto rank = static_cast<double>(i) / static_cast<double>(samples.size());
    distance = std::max({distance, std::fabs(expected - rank),
                         std::fabs(expected - rank - 1.0 / static_cast<double>(samples.size()))});
  }
  return distance;
}

TEST(Fading, mean_tap_powers_are_the_profile) {
  for (const TdlProfile profile : {TdlProfile::tdl_a, TdlProfile::tdl_c, TdlProfile::tdl_e}) {
    const FadingConfig config = config_of(profile, 1, 1);
    const auto taps = tdl_taps(profile, {base::Seconds(100e-9), {}});
    std::vector<double> power(taps.size(), 0.0);
    for_each_link(config, population, [&](FadingTile& tile, std::size_t lane) {
      for (std::size_t tap = 0; tap < taps.size(); ++tap)
        power[tap] += std::norm(gain_at(tile, tap, lane));
    });
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
      const double expected = taps[tap].rayleigh_power_lin + taps[tap].los_power_lin;
      // The power of a Rayleigh tap deviates by its mean, one of a Rice tap by less.
      const double tolerance =
          standard_errors * expected / std::sqrt(static_cast<double>(population));
      EXPECT_NEAR(power[tap] / static_cast<double>(population), expected, tolerance)
          << "tap " << tap;
    }
  }
}

TEST(Fading, single_tap_is_rayleigh) {
  std::vector<double> power;
  for_each_link(config_of(TdlProfile::tdl_b, 1, 1), population,
                [&](FadingTile& tile, std::size_t lane) {
                  power.push_back(std::norm(gain_at(tile, 0, lane)));
                });
  const double mean =
      tdl_taps(TdlProfile::tdl_b, {base::Seconds(0.0), {}}).front().rayleigh_power_lin;
  const auto law = [mean](double x) { return 1.0 - std::exp(-x / mean); };
  EXPECT_LT(ks_distance(power, law), ks_distance_max + rayleigh_deviation_max) << "seed " << seed;
}

TEST(Fading, response_of_many_taps_is_rayleigh_with_mean_power_one) {
  std::vector<double> power;
  double mean = 0.0;
  for_each_link(config_of(TdlProfile::tdl_a, 1, 1), population,
                [&](FadingTile& tile, std::size_t lane) {
                  power.push_back(std::norm(response_at(tile, 20, lane)));
                  mean += power.back() / static_cast<double>(population);
                });
  EXPECT_NEAR(mean, 1.0, standard_errors / std::sqrt(static_cast<double>(population)));
  const auto law = [](double x) { return 1.0 - std::exp(-x); };
  EXPECT_LT(ks_distance(power, law), ks_distance_max + rayleigh_deviation_max) << "seed " << seed;
}

/// Distribution of Rice power: a Poisson mixture of gamma laws. Ratio k of line of sight to the
/// rest, mean 1.
double rice_power_law(double k, double x) {
  const double y = (1.0 + k) * x;
  double total = 0.0;
  double poisson = std::exp(-k);
  double term = std::exp(-y);  // exp(-y) y^i / i!
  double upper = term;         // Upper gamma law of shape i + 1.
  for (int i = 0; i < 400; ++i) {
    total += poisson * (1.0 - upper);
    poisson *= k / (i + 1);
    term *= y / (i + 1);
    upper += term;
  }
  return total;
}

TEST(Fading, flat_channel_with_line_of_sight_is_rice) {
  FadingConfig config = config_of(TdlProfile::tdl_d, 1, 1);
  config.delay_spread_s = 0.0;
  for (const double k_db : {0.0, 7.0}) {
    config.k_factor_db = k_db;
    std::vector<double> power;
    for_each_link(config, population, [&](FadingTile& tile, std::size_t lane) {
      power.push_back(std::norm(response_at(tile, 7, lane)));
    });
    const double k = std::pow(10.0, k_db / 10.0);
    const auto law = [k](double x) { return rice_power_law(k, x); };
    EXPECT_LT(ks_distance(power, law), ks_distance_max + rayleigh_deviation_max) << k_db;
  }
}

TEST(Fading, autocorrelation_over_links_is_bessels_j0) {
  const FadingConfig config = config_of(TdlProfile::tdl_b, 2, 2);
  const std::size_t tile_count = 40;
  std::vector<double> distances = {0.0, 0.1, 0.25, 0.3827, 0.5, 0.8, 1.0, 3.3, 10.0, 1000.3};
  std::vector<Complex> correlation(distances.size());
  double power = 0.0;
  for (std::size_t t = 0; t < tile_count; ++t) {
    FadingTile tile(world(), config,
                    links_of(lane_count, static_cast<std::uint32_t>(t * lane_count)));
    std::vector<Complex> start;
    for (std::size_t d = 0; d < distances.size(); ++d) {
      tile.refresh(std::vector<double>(lane_count, 5.75 + distances[d]));
      std::size_t at = 0;
      for (std::size_t row = 0; row < tile.taps().gain_re.row_count(); ++row) {
        for (std::size_t lane = 0; lane < lane_count; ++lane, ++at) {
          const Complex gain = gain_at(tile, row, lane);
          if (d == 0) {
            start.push_back(gain);
            power += std::norm(gain);
          }
          correlation[d] += std::conj(start[at]) * gain;
        }
      }
    }
  }
  // 640 links and 4 pairs of 23 taps, weighted by power: as many as 640 * 4 / sum p^2 > 30000 equal
  // samples.
  const double tolerance = standard_errors / std::sqrt(30000.0);
  for (std::size_t d = 0; d < distances.size(); ++d) {
    const double expected = std::cyl_bessel_j(0.0, 2.0 * pi * distances[d]);
    EXPECT_NEAR(correlation[d].real() / power, expected, tolerance) << distances[d];
    EXPECT_NEAR(correlation[d].imag() / power, 0.0, tolerance) << distances[d];
  }
}

TEST(Fading, autocorrelation_of_a_single_tap_over_its_way_is_j0_for_four_wavelengths) {
  const FadingConfig config = config_of(TdlProfile::tdl_a, 1, 1);
  FadingTile tile(world(), config, links_of(lane_count, 500));
  const int step_count = 40000;
  const double lags[] = {0.0, 0.25, 0.3827, 0.75, 1.1, 2.2, 3.0, 4.0};
  std::vector<double> correlation(std::size(lags) * lane_count, 0.0);
  for (int step = 0; step < step_count; ++step) {
    const double here = 1.37 * step;
    std::vector<Complex> start;
    for (std::size_t i = 0; i < std::size(lags); ++i) {
      tile.refresh(std::vector<double>(lane_count, here + lags[i]));
      for (std::size_t lane = 0; lane < lane_count; ++lane) {
        const Complex gain = gain_at(tile, 1, lane);
        if (i == 0) start.push_back(gain);
        correlation[i * lane_count + lane] += (std::conj(start[lane]) * gain).real();
      }
    }
  }
  // What is left of the products of different sinusoids after this many steps.
  constexpr double tolerance = 0.03;
  for (std::size_t i = 0; i < std::size(lags); ++i) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      const double ratio = correlation[i * lane_count + lane] / correlation[lane];
      EXPECT_NEAR(ratio, std::cyl_bessel_j(0.0, 2.0 * pi * lags[i]), tolerance)
          << "lag " << lags[i] << " lane " << lane;
    }
  }
}

TEST(Fading, line_of_sight_keeps_polarisations_apart_and_moves_with_seven_tenths_of_doppler) {
  FadingConfig config = config_of(TdlProfile::tdl_d, 2, 2);
  config.k_factor_db = 80.0;  // Rayleigh amplitudes below 4e-4.
  config.delay_spread_s = 0.0;
  constexpr double rest = 1e-3;
  FadingTile tile(world(), config, links_of(lane_count, 900));
  tile.refresh(std::vector<double>(lane_count, 3.0));
  std::vector<Complex> before;
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    before.push_back(response_at(tile, 0, lane));
    EXPECT_NEAR(std::abs(before[lane]), 1.0, rest);
    EXPECT_LT(std::abs(response_at(tile, 1, lane)), rest);
    EXPECT_LT(std::abs(response_at(tile, 2, lane)), rest);
    EXPECT_LT(std::abs(response_at(tile, 3, lane) + before[lane]), 2.0 * rest);
  }
  tile.refresh(std::vector<double>(lane_count, 3.1));
  const Complex turn = std::polar(1.0, 2.0 * pi * 0.07);
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    EXPECT_LT(std::abs(response_at(tile, 0, lane) - before[lane] * turn), 2.0 * rest);
  }
}

TEST(Fading, without_delay_spread_is_flat_in_frequency) {
  FadingConfig config = config_of(TdlProfile::tdl_c, 1, 2);
  config.delay_spread_s = 0.0;
  FadingTile tile(world(), config, links_of(5, 0));
  tile.refresh(std::vector<double>(5, 2.5));
  for (std::size_t row = 2; row < tile.response_re().row_count(); ++row) {
    for (std::size_t lane = 0; lane < 5; ++lane) {
      ASSERT_EQ(response_at(tile, row, lane), response_at(tile, row % 2, lane));
    }
  }
  ASSERT_NE(response_at(tile, 0, 0), response_at(tile, 1, 0));
}

std::vector<std::uint32_t> bits_of(const FadingTile& tile) {
  std::vector<std::uint32_t> bits;
  for (std::size_t i = 0; i < tile.response_re().row_count() * lane_count; ++i) {
    bits.push_back(std::bit_cast<std::uint32_t>(tile.response_re().data()[i]));
    bits.push_back(std::bit_cast<std::uint32_t>(tile.response_im().data()[i]));
  }
  return bits;
}

TEST(Fading, is_a_pure_function_of_the_distance) {
  const FadingConfig config = config_of(TdlProfile::tdl_d, 2, 2);
  FadingTile wanderer(world(), config, links_of(lane_count, 0));
  const std::vector<double> there(lane_count, 123.456);
  wanderer.refresh(there);
  const auto first = bits_of(wanderer);
  wanderer.refresh(std::vector<double>(lane_count, 9e8));
  EXPECT_NE(bits_of(wanderer), first);
  wanderer.refresh(std::vector<double>(lane_count, 0.0));
  wanderer.refresh(there);
  EXPECT_EQ(bits_of(wanderer), first);
  FadingTile fresh(world(), config, links_of(lane_count, 0));
  fresh.refresh(there);
  EXPECT_EQ(bits_of(fresh), first);
}

TEST(Fading, a_link_has_the_same_bits_in_every_lane_and_tile_and_empty_lanes_are_zero) {
  const FadingConfig config = config_of(TdlProfile::tdl_a, 2, 1);
  FadingTile full(world(), config, links_of(lane_count, 0));
  FadingTile alone(world(), config, links_of(1, 11));
  full.refresh(std::vector<double>(lane_count, 44.4));
  alone.refresh(std::vector<double>(1, 44.4));
  for (std::size_t row = 0; row < full.response_re().row_count(); ++row) {
    ASSERT_EQ(response_at(full, row, 11), response_at(alone, row, 0));
    for (std::size_t lane = 1; lane < lane_count; ++lane) {
      ASSERT_EQ(response_at(alone, row, lane), Complex(0.0, 0.0));
    }
  }
}

TEST(Fading, has_the_rows_of_one_grid_after_those_of_the_other) {
  FadingConfig config = config_of(TdlProfile::tdl_d, 2, 2);
  const auto bits_with = [&](const std::vector<BlockGrid>& all) {
    config.grids = all;
    FadingTile tile(world(), config, links_of(13, 0));
    tile.refresh(std::vector<double>(13, 66.6));
    return bits_of(tile);
  };
  const std::vector<BlockGrid> grids{{Hertz(-40e6), Hertz(6e6), 7}, {Hertz(3e6), Hertz(7e5), 12}};
  auto expected = bits_with({grids[0]});
  for (const std::uint32_t bits : bits_with({grids[1]})) expected.push_back(bits);
  EXPECT_EQ(bits_with(grids), expected);
}

TEST(Fading, is_bit_identical_on_every_target) {
  if ((hwy::SupportedTargets() & HWY_AVX3) == 0) GTEST_SKIP() << "this machine has no AVX-512";
  for (const TdlProfile profile : {TdlProfile::tdl_a, TdlProfile::tdl_b, TdlProfile::tdl_c,
                                   TdlProfile::tdl_d, TdlProfile::tdl_e}) {
    const FadingConfig config = config_of(profile, 4, 2);
    std::vector<std::vector<std::uint32_t>> bits;
    for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
      hwy::SetSupportedTargetsForTest(target);
      FadingTile tile(world(), config, links_of(13, 0));
      for (const double travelled : {0.0, 0.5, 77.7, 3e9}) {
        tile.refresh(std::vector<double>(13, travelled));
        bits.push_back(bits_of(tile));
      }
      hwy::SetSupportedTargetsForTest(0);
    }
    for (std::size_t i = 0; i < 4; ++i) ASSERT_EQ(bits[i], bits[i + 4]);
  }
}

TEST(Fading, has_the_bits_it_always_had) {
  // FNV-1a; the same from g++ and clang on every machine. A change of it changes every signature.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const TdlProfile profile : {TdlProfile::tdl_c, TdlProfile::tdl_d}) {
    FadingTile tile(world(), config_of(profile, 2, 2), links_of(lane_count, 0));
    tile.refresh(std::vector<double>(lane_count, 1234.5678));
    for (const std::uint32_t bits : bits_of(tile)) {
      for (int shift = 0; shift < 32; shift += 8)
        hash = (hash ^ ((bits >> shift) & 0xffu)) * 0x100000001b3u;
    }
  }
  EXPECT_EQ(hash, 14184303602048394415u);
}

TEST(FadingDeathTest, rejects_wrong_shapes) {
  const auto build = [](const FadingConfig& config, std::size_t link_count) {
    FadingTile tile(world(), config, links_of(link_count, 0));
  };
  const FadingConfig good = config_of(TdlProfile::tdl_a, 1, 1);
  EXPECT_DEATH(build(good, 0), "precondition");
  EXPECT_DEATH(build(good, 17), "precondition");
  EXPECT_DEATH(build(config_of(TdlProfile::tdl_a, 3, 1), 1), "precondition");
  EXPECT_DEATH(build(config_of(TdlProfile::tdl_a, 1, 0), 1), "precondition");
  FadingConfig bad = good;
  bad.grids.push_back({Hertz(0.0), Hertz(360e3), 0});
  EXPECT_DEATH(build(bad, 1), "precondition");
  bad.grids = {};
  EXPECT_DEATH(build(bad, 1), "precondition");
  bad = good;
  bad.k_factor_db = 3.0;
  EXPECT_DEATH(build(bad, 1), "precondition");
  bad = good;
  bad.delay_spread_s = -1.0;
  EXPECT_DEATH(build(bad, 1), "precondition");
  FadingTile tile(world(), good, links_of(4, 0));
  EXPECT_DEATH(tile.refresh(std::vector<double>(5, 0.0)), "precondition");
  EXPECT_DEATH(tile.refresh(std::vector<double>(4, -0.1)), "precondition");
  EXPECT_DEATH(tile.refresh(std::vector<double>(4, 1e12)), "precondition");
}

}  // namespace
}  // namespace redcell::phy
