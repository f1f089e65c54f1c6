// Goal: random numbers are the published Threefry4x32-20 of their name, and uniform and normal
// follow their laws. Method: an independent Threefry, written from the definition (Salmon et al.,
// SC 2011) and itself held against the known-answer vectors published with Random123, is the
// oracle; laws by Kolmogorov-Smirnov.
#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <vector>

namespace redcell::base {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words threefry_oracle(Words counter, const Words& key) {
  constexpr std::array<std::array<int, 2>, 8> turns = {
      {{10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}}};
  std::array<std::uint32_t, 5> schedule = {key[0], key[1], key[2], key[3],
                                           0x1BD11BDAu ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  for (std::size_t i = 0; i < 4; ++i) counter[i] += schedule[i];
  for (std::size_t round = 0; round < 20; ++round) {
    const std::size_t first = round % 2 == 0 ? 1 : 3;
    const std::size_t second = round % 2 == 0 ? 3 : 1;
    counter[0] += counter[first];
    counter[first] = std::rotl(counter[first], turns[round % 8][0]) ^ counter[0];
    counter[2] += counter[second];
    counter[second] = std::rotl(counter[second], turns[round % 8][1]) ^ counter[2];
    if (round % 4 == 3) {
      const std::size_t injection = round / 4 + 1;
      for (std::size_t i = 0; i < 4; ++i) counter[i] += schedule[(injection + i) % 5];
      counter[3] += static_cast<std::uint32_t>(injection);
    }
  }
  return counter;
}

TEST(Random, oracle_meets_the_published_known_answers) {
  EXPECT_EQ(threefry_oracle({0, 0, 0, 0}, {0, 0, 0, 0}),
            (Words{0x9c6ca96au, 0xe17eae66u, 0xfc10ecd4u, 0x5256a7d8u}));
  const std::uint32_t ones = 0xffffffffu;
  EXPECT_EQ(threefry_oracle({ones, ones, ones, ones}, {ones, ones, ones, ones}),
            (Words{0x2a881696u, 0x57012287u, 0xf6c7446eu, 0xa16a6732u}));
  EXPECT_EQ(threefry_oracle({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
                            {0xa4093822u, 0x299f31d0u, 0x082efa98u, 0xec4e6c89u}),
            (Words{0x59cd1dbbu, 0xb8879579u, 0x86b5d00cu, 0xac8b6d84u}));
}

TEST(Random, is_threefry_of_seed_run_purpose_ids_and_index) {
  const auto no_purpose = static_cast<Purpose>(0);
  EXPECT_EQ(Random(0, 0).at(no_purpose, {0, 0}, 0),
            (Words{0x9c6ca96au, 0xe17eae66u, 0xfc10ecd4u, 0x5256a7d8u}));
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::uint32_t mixed = i * 2654435761u;
    const std::uint64_t index = static_cast<std::uint64_t>(mixed) * 0x9E3779B97F4A7C15u;
    const auto low = static_cast<std::uint32_t>(index);
    const auto high = static_cast<std::uint32_t>(index >> 32);
    ASSERT_EQ(Random(mixed, i).at(Purpose::placement, {i + 1, ~mixed}, index),
              threefry_oracle({i + 1, ~mixed, low, high}, {mixed, i, 3, 0}));
  }
}

TEST(Random, every_part_of_the_name_matters) {
  const Words base_words = Random(1, 2).at(Purpose::arrival, {3, 4}, 5);
  std::set<Words> seen = {base_words,
                          Random(9, 2).at(Purpose::arrival, {3, 4}, 5),
                          Random(1, 9).at(Purpose::arrival, {3, 4}, 5),
                          Random(1, 2).at(Purpose::tdl_phase, {3, 4}, 5),
                          Random(1, 2).at(Purpose::arrival, {9, 4}, 5),
                          Random(1, 2).at(Purpose::arrival, {3, 9}, 5),
                          Random(1, 2).at(Purpose::arrival, {3, 4}, 9),
                          Random(1, 2).at(Purpose::arrival, {3, 4}, 5 + (std::uint64_t{1} << 32))};
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(Random(1, 2).at(Purpose::arrival, {3, 4}, 5), base_words);
}

/// Kolmogorov-Smirnov distance of samples to the uniform law on [0, 1].
double uniform_distance(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const auto count = static_cast<double>(samples.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, samples[i] - rank / count, (rank + 1.0) / count - samples[i]});
  }
  return distance;
}

constexpr std::size_t sample_count = 20000;
// False alarm one in a million: 2 exp(-2 t^2) = 1e-6 at t = 2.694.
const double distance_max = 2.694 / std::sqrt(static_cast<double>(sample_count));

TEST(Random, uniform_is_uniform_and_below_one) {
  const Random random(7, 1);
  std::vector<double> samples;
  for (std::size_t i = 0; i < sample_count; ++i) {
    samples.push_back(random.uniform(Purpose::arrival, {1, 2}, i));
    ASSERT_GE(samples.back(), 0.0);
    ASSERT_LT(samples.back(), 1.0);
  }
  EXPECT_LT(uniform_distance(samples), distance_max) << "seed 7, run 1";
}

TEST(Random, normal_is_standard_normal) {
  const Random random(7, 1);
  std::vector<double> samples;
  for (std::size_t i = 0; i < sample_count; ++i) {
    const double x = random.normal(Purpose::channel_estimate, {1, 2}, i);
    samples.push_back(0.5 * std::erfc(-x / std::sqrt(2.0)));
  }
  EXPECT_LT(uniform_distance(samples), distance_max) << "seed 7, run 1";
}

}  // namespace
}  // namespace redcell::base
