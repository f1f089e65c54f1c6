// Goal: control channels fail as short QPSK code words do, and the noise floor is kTB.
// Method: oracles with the C library's erfc, laws, and the textbook noise density.
#include "phy/link/control_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "phy/link/information.h"

namespace redcell::phy {
namespace {

using base::Bits;
constexpr double relative_error = 1e-9;

double from_db(double db) { return std::pow(10.0, db / 10.0); }
double tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

double oracle(double re, double info_bits, double sinr, base::Db loss) {
  const Information one = information_table().at(2, sinr * from_db(-loss.value()));
  return tail((re * one.capacity_bits - info_bits + 0.5 * std::log2(2 * re)) /
              std::sqrt(re * one.dispersion_bits2));
}

TEST(DciErrorRate, is_that_of_54_re_a_cce_with_24_crc_bits) {
  for (const int level : {1, 2, 4}) {  // up to 432 of 512 bits: nothing is repeated
    for (double db = -7; db < 5; db += 0.5) {
      const double expected = oracle(54 * level, 40 + 24, from_db(db), polar_implementation_loss);
      EXPECT_NEAR(dci_error_rate({Bits(40), level}, from_db(db)), expected,
                  relative_error * expected);
    }
  }
}

TEST(DciErrorRate, falls_with_level_and_sinr_and_rises_with_payload) {
  for (double db = -12; db < 8; db += 0.5) {
    double last = 1.1;
    for (const int level : {1, 2, 4, 8, 16}) {
      const double error = dci_error_rate({Bits(40), level}, from_db(db));
      EXPECT_LE(error, last);
      EXPECT_LE(dci_error_rate({Bits(40), level}, from_db(db + 0.1)), error);
      EXPECT_GE(dci_error_rate({Bits(60), level}, from_db(db)), error);
      last = error;
    }
  }
}

double required_db(int level, double target) {
  double low = -30, high = 30;
  for (int i = 0; i < 50; ++i) {
    const double middle = 0.5 * (low + high);
    (dci_error_rate({Bits(40), level}, from_db(middle)) <= target ? high : low) = middle;
  }
  return high;
}

// Doubling the CCEs saves 3 dB at low rate, and more where the rate was high.
TEST(DciErrorRate, needs_about_half_the_sinr_for_twice_the_cces) {
  EXPECT_GT(required_db(1, 0.01) - required_db(2, 0.01), 3.5);
  EXPECT_NEAR(required_db(8, 0.01) - required_db(16, 0.01), 3.0, 0.2);
}

TEST(DciErrorRate, is_certain_failure_without_signal) {
  EXPECT_EQ(dci_error_rate({Bits(40), 16}, 0.0), 1);
  EXPECT_GT(dci_error_rate({Bits(140), 1}, 1e6), 0.999) << "164 bits do not fit 108";
}

TEST(UciErrorRate, of_one_and_two_bits_is_that_of_coherent_bpsk_and_qpsk) {
  const double loss = from_db(-short_code_implementation_loss.value());
  for (double db = -20; db < -3; db += 1) {
    const double snr = 96 * from_db(db) * loss;
    const double one = tail(std::sqrt(2 * snr));
    const double each = tail(std::sqrt(snr));
    const double two = 1 - (1 - each) * (1 - each);
    EXPECT_NEAR(uci_error_rate({Bits(1), 96}, from_db(db)), one, relative_error * one);
    EXPECT_NEAR(uci_error_rate({Bits(2), 96}, from_db(db)), two, relative_error * two + 1e-16);
  }
}

TEST(UciErrorRate, counts_the_crc_of_the_polar_code) {
  for (double db = -8; db < 2; db += 0.5) {
    for (const auto& [payload, crc] : {std::pair{12, 6}, {19, 6}, {20, 11}, {40, 11}}) {
      const double expected = oracle(96, payload + crc, from_db(db), polar_implementation_loss);
      EXPECT_NEAR(uci_error_rate({Bits(payload), 96}, from_db(db)), expected,
                  relative_error * expected);
    }
  }
}

TEST(UciErrorRate, rises_with_payload_and_falls_with_re) {
  for (double db = -12; db < 4; db += 1) {
    double last = 0;
    for (int payload = 1; payload <= 60; ++payload) {
      const double error = uci_error_rate({Bits(payload), 96}, from_db(db));
      if (payload != 3 && payload != 12) {  // other codes begin here
        EXPECT_GE(error, last) << payload << " at " << db;
      }
      EXPECT_LE(uci_error_rate({Bits(payload), 120}, from_db(db)), error);
      last = error;
    }
  }
}

// -174 dBm/Hz (290 K); 20 MHz and a noise figure of 9 dB make -92 dBm.
TEST(NoisePower, is_ktb_times_the_noise_figure) {
  const auto dbm = [](double watts) { return 10 * std::log10(watts * 1000); };
  EXPECT_NEAR(dbm(noise_power_w(base::Hertz(1), base::Db(0))), -173.975, 0.001);
  EXPECT_NEAR(dbm(noise_power_w(base::Hertz(20e6), base::Db(9))), -91.965, 0.001);
}

TEST(ControlErrorDeathTest, rejects_levels_that_do_not_exist) {
  EXPECT_DEATH((void)dci_error_rate({Bits(40), 3}, 1.0), "broken precondition");
  EXPECT_DEATH((void)uci_error_rate({Bits(0), 12}, 1.0), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
