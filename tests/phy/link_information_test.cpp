// Goal: the table equals the integrals of BICM capacity and dispersion within its contract, at any
// SINR. Method: an oracle that integrates over the received value by Simpson's rule, bit by bit and
// over all amplitudes; published limits of binary input AWGN; laws (monotone, small-SINR slope,
// inverse).
#include "phy/link/information.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace redcell::phy {
namespace {

double from_db(double db) { return std::pow(10.0, db / 10.0); }

// One real dimension of a square constellation with unit complex energy, integrated over y.
Information oracle(int modulation_order, double sinr) {
  const int bit_count = modulation_order / 2;
  const int level_count = 1 << bit_count;
  const double unit = std::sqrt(1.5 / ((1 << modulation_order) - 1.0));
  const double sigma = std::sqrt(0.5 / sinr);
  const double end = unit * level_count + 9 * sigma;
  const int step_count = 2 * static_cast<int>(std::ceil(end / (0.03 * sigma)));
  const double step = 2 * end / step_count;
  double mean = 0, square = 0;
  std::vector<double> density(static_cast<std::size_t>(level_count));
  for (int i = 0; i <= step_count; ++i) {
    const double y = -end + step * i;
    const double simpson = (i == 0 || i == step_count ? 1.0 : i % 2 == 1 ? 4.0 : 2.0) * step / 3;
    for (int k = 0; k < level_count; ++k) {
      const double d = (y - unit * (2 * k + 1 - level_count)) / sigma;
      density[static_cast<std::size_t>(k)] =
          std::exp(-0.5 * d * d) / (sigma * std::sqrt(2 * 3.14159265358979323846));
    }
    for (int sent = 0; sent < level_count; ++sent) {
      const double weight = density[static_cast<std::size_t>(sent)];
      if (weight < 1e-200) continue;
      double information = 0;
      for (int bit = 0; bit < bit_count; ++bit) {
        double p[2] = {0, 0};
        for (int k = 0; k < level_count; ++k) {
          p[((k ^ (k >> 1)) >> bit) & 1] += density[static_cast<std::size_t>(k)];
        }
        information += std::log2(2 * p[((sent ^ (sent >> 1)) >> bit) & 1] / (p[0] + p[1]));
      }
      mean += simpson * weight * information / level_count;
      square += simpson * weight * information * information / level_count;
    }
  }
  return {2 * mean, 2 * (square - mean * mean)};
}

class InformationOfOrder : public testing::TestWithParam<int> {};

TEST_P(InformationOfOrder, equals_a_fine_integration_at_any_sinr) {
  for (double db = -32; db < 41; db += 0.737) {
    const Information table = information_table().at(GetParam(), from_db(db));
    const Information exact = oracle(GetParam(), from_db(db));
    ASSERT_NEAR(table.capacity_bits, exact.capacity_bits, capacity_error_max_bits) << db << " dB";
    ASSERT_NEAR(table.dispersion_bits2, exact.dispersion_bits2, dispersion_error_max_bits2)
        << db << " dB";
  }
}

TEST_P(InformationOfOrder, never_falls_as_sinr_rises) {
  double last = 0;
  for (double sinr = 1e-5; sinr < 1e5; sinr *= 1.0003) {
    const double capacity = information_table().at(GetParam(), sinr).capacity_bits;
    ASSERT_GE(capacity, last - capacity_rounding_bits) << sinr;
    last = capacity;
  }
}

TEST_P(InformationOfOrder, ends_at_the_modulation_order_without_spread) {
  for (const double factor : {1.0, 1.5, 1e6}) {
    const double sinr = factor * information_table().sinr_for(GetParam(), GetParam());
    EXPECT_EQ(information_table().at(GetParam(), sinr).capacity_bits, GetParam());
    EXPECT_EQ(information_table().at(GetParam(), sinr).dispersion_bits2, 0);
  }
  EXPECT_EQ(information_table().at(GetParam(), 0).capacity_bits, 0);
}

TEST_P(InformationOfOrder, comes_back_from_the_inverse) {
  for (double capacity = 1e-5; capacity < GetParam(); capacity += 0.00917) {
    const double sinr = information_table().sinr_for(GetParam(), capacity);
    ASSERT_NEAR(information_table().at(GetParam(), sinr).capacity_bits, capacity,
                capacity_inverse_error_max_bits);
  }
  EXPECT_EQ(information_table().sinr_for(GetParam(), 0), 0);
  const double saturation = information_table().sinr_for(GetParam(), GetParam());
  EXPECT_GE(saturation, 64) << "18 dB";
  EXPECT_LE(saturation, 8192) << "39 dB";
  EXPECT_EQ(information_table().sinr_for(GetParam(), 2 * GetParam()), saturation);
}

// Gray labelling loses a little against the unconstrained channel, and nothing beats it.
TEST_P(InformationOfOrder, stays_below_the_shannon_limit) {
  for (double db = -30; db < 40; db += 0.5) {
    ASSERT_LT(information_table().at(GetParam(), from_db(db)).capacity_bits,
              std::log2(1 + from_db(db)) + capacity_error_max_bits);
  }
}

INSTANTIATE_TEST_SUITE_P(AllOrders, InformationOfOrder, testing::Values(2, 4, 6, 8));

// Least Eb/N0 of binary codes on the binary-input AWGN channel, as coding textbooks print it (for
// example Lin, Costello, Error Control Coding, 2nd edition, Table 1.4), to three decimals.
TEST(Information, meets_the_published_limits_of_binary_input_awgn) {
  constexpr double limits[][2] = {{1.0 / 3, -0.495}, {0.5, 0.187},     {2.0 / 3, 1.059},
                                  {0.75, 1.626},     {5.0 / 6, 2.362}, {0.9, 3.198}};
  constexpr double printed_digits_db = 0.001;
  for (const auto& [rate, ebn0_db] : limits) {
    const double sinr = information_table().sinr_for(2, 2 * rate);
    EXPECT_NEAR(10 * std::log10(sinr / (2 * rate)), ebn0_db, printed_digits_db) << "rate " << rate;
  }
}

TEST(Information, of_weak_qpsk_is_that_of_gaussian_symbols) {
  const double sinr = 1e-4;
  const Information weak = information_table().at(2, sinr);
  const double log2e = 1.4426950408889634;
  EXPECT_NEAR(weak.capacity_bits, log2e * sinr, capacity_error_max_bits);
  EXPECT_NEAR(weak.dispersion_bits2, 2 * log2e * log2e * sinr, dispersion_error_max_bits2);
}

TEST(InformationDeathTest, rejects_orders_it_does_not_have) {
  EXPECT_DEATH((void)information_table().at(3, 1.0), "broken precondition");
  EXPECT_DEATH((void)information_table().at(10, 1.0), "broken precondition");
  EXPECT_DEATH((void)information_table().at(2, -1.0), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
