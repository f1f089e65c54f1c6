// Goal: a field is standard normal, its correlation falls exponentially with distance, and it is a
// pure function of place, ids and seed. Method: moments, Kolmogorov-Smirnov and correlations over
// many fields and over one; the sum of start phases; bits compared between instruction sets.
#include "phy/channel/correlated_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include "hwy/targets.h"

namespace redcell::phy {
namespace {

using base::Metres;

constexpr std::uint32_t seed = 20240913;

base::Random world() { return {seed, 1}; }

CorrelatedField field(std::uint32_t id, double distance_m) {
  return {world(), {id, 7}, Metres(distance_m)};
}

TEST(CorrelatedField, is_standard_normal_over_many_fields) {
  constexpr std::uint32_t field_count = 20000;
  constexpr int place_count = 40;
  std::vector<double> values;
  for (std::uint32_t id = 0; id < field_count; ++id) {
    const CorrelatedField one = field(id, 37.0);
    for (int place = 0; place < place_count; ++place) {
      values.push_back(one.at(700.0 * place, -300.0 * place));
    }
  }
  std::sort(values.begin(), values.end());
  double worst = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double below = 0.5 * std::erfc(-values[i] / std::sqrt(2.0));
    worst = std::max(worst, std::fabs(below - (static_cast<double>(i) + 0.5) /
                                                  static_cast<double>(values.size())));
  }
  EXPECT_LT(worst, field_normal_error_max);
}

TEST(CorrelatedField, forgets_as_the_exponential_of_distance_in_every_direction) {
  constexpr std::uint32_t field_count = 12000;
  constexpr int place_count = 25;
  constexpr double distance_m = 50.0;
  const double ways[][2] = {{0.01, 0.0}, {0.1, 0.1}, {0.0, 0.5},  {1.0, 0.0},
                            {-0.8, 0.6}, {2.0, 0.0}, {0.0, -4.0}, {20.0, 20.0}};
  std::array<double, std::size(ways)> sums{};
  for (std::uint32_t id = 0; id < field_count; ++id) {
    const CorrelatedField one = field(id, distance_m);
    for (int place = 0; place < place_count; ++place) {
      const double east = 1300.0 * place;
      const double north = 900.0 * place;
      const double here = one.at(east, north);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += here * one.at(east + distance_m * ways[i][0], north + distance_m * ways[i][1]);
      }
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    EXPECT_NEAR(sums[i] / (field_count * place_count),
                std::exp(-std::hypot(ways[i][0], ways[i][1])), field_correlation_error_max)
        << ways[i][0] << ' ' << ways[i][1];
  }
}

TEST(CorrelatedField, varies_as_it_should_even_in_one_world) {
  // Over a square of 2000 x 2000 correlation distances, at places that no wave repeats on.
  constexpr double distance_m = 10.0;
  constexpr int place_count = 30000;
  for (const std::uint32_t id : {1u, 2u, 3u, 4u}) {
    const CorrelatedField one = field(id, distance_m);
    double mean = 0.0;
    double power = 0.0;
    for (int place = 0; place < place_count; ++place) {
      const double east = 20000.0 * std::fmod(place * 0.7548776662466927, 1.0);
      const double north = 20000.0 * std::fmod(place * 0.5698402909980532, 1.0);
      mean += one.at(east, north) / place_count;
      power += one.at(east, north) * one.at(east, north) / place_count;
    }
    // The slowest waves are hardly longer than the map: some of their amplitude, 0.14, may remain.
    EXPECT_NEAR(mean, 0.0, 0.05) << id;
    EXPECT_NEAR(power, 1.0, 0.05) << id;
    double squares = 0.0;
    int count = 0;
    for (double reach = 0.25; reach < 6.0; reach += 0.25) {
      for (int turn = 0; turn < 8; ++turn) {
        const double east_step = distance_m * reach * std::cos(0.4 * turn);
        const double north_step = distance_m * reach * std::sin(0.4 * turn);
        double product = 0.0;
        for (int place = 0; place < place_count; place += 4) {
          const double east = 20000.0 * std::fmod(place * 0.7548776662466927, 1.0);
          const double north = 20000.0 * std::fmod(place * 0.5698402909980532, 1.0);
          product += one.at(east, north) * one.at(east + east_step, north + north_step);
        }
        const double miss = 4.0 * product / place_count - std::exp(-reach);
        squares += miss * miss;
        ++count;
      }
    }
    EXPECT_LT(std::sqrt(squares / count), field_correlation_rms_max) << id;
  }
}

TEST(CorrelatedField, is_one_number_where_nothing_varies) {
  // A field of infinite correlation distance has wave number 0: what is left are the start phases.
  const CorrelatedField still = field(1, std::numeric_limits<double>::infinity());
  double sum = 0.0;
  for (std::size_t wave = 0; wave < field_wave_count; ++wave) {
    const std::uint32_t start = world().at(base::Purpose::field_wave, {1, 7}, wave)[1];
    sum += std::cos(2.0 * 3.14159265358979323846 * 0x1p-32 * start);
  }
  const double expected = sum * std::sqrt(2.0 / field_wave_count);
  EXPECT_NEAR(still.at(0.0, 0.0), expected, 1e-5);
  EXPECT_EQ(still.at(0.0, 0.0), still.at(123.4, -9876.5));
}

TEST(CorrelatedField, is_a_function_of_place_ids_and_seed) {
  const CorrelatedField one = field(3, 37.0);
  const double there = one.at(100.0, 200.0);
  EXPECT_NE(one.at(101.0, 200.0), there);
  EXPECT_EQ(one.at(100.0, 200.0), there);
  EXPECT_EQ(one.at(100.0003, 200.0), there);  // Rounded to 2^-10 m.
  EXPECT_EQ(field(3, 37.0).at(100.0, 200.0), there);
  EXPECT_NE(field(4, 37.0).at(100.0, 200.0), there);
  EXPECT_NE(CorrelatedField(world(), {3, 8}, Metres(37.0)).at(100.0, 200.0), there);
  EXPECT_NE(CorrelatedField(base::Random(seed + 1, 1), {3, 7}, Metres(37.0)).at(100.0, 200.0),
            there);
}

TEST(CorrelatedField, knows_far_places_as_finely_as_near_ones) {
  const CorrelatedField one = field(5, 37.0);
  const double edge = field_coordinate_max.value();
  const double step = one.at(edge, -edge) - one.at(edge - 0.01, -edge);
  EXPECT_LT(std::fabs(step), 0.05);
  EXPECT_NE(step, 0.0);
}

TEST(CorrelatedField, has_the_same_bits_on_every_instruction_set) {
  if ((hwy::SupportedTargets() & HWY_AVX3) == 0) GTEST_SKIP() << "this machine has no AVX-512";
  const auto values_on = [](std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    std::vector<double> values;
    const CorrelatedField one = field(6, 13.0);
    for (int i = 0; i < 500; ++i) values.push_back(one.at(3.7 * i, -1.9 * i));
    hwy::SetSupportedTargetsForTest(0);
    return values;
  };
  EXPECT_EQ(values_on(HWY_AVX2), values_on(HWY_AVX3));
}

TEST(CorrelatedFieldDeathTest, rejects_what_it_cannot_hold) {
  EXPECT_DEATH(field(1, 0.9), "broken precondition");
  EXPECT_DEATH((void)field(1, 10.0).at(1.1e6, 0.0), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
