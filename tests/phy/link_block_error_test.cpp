// Goal: error rates follow the normal approximation, obey the laws of coding and HARQ, and lie
// where LDPC curves lie. Method: an oracle with the C library, laws, and the windows in which
// link-level curves of 5G LDPC fall.
#include "phy/link/block_error.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "phy/link/information.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

using base::Bits;

constexpr double rounding = 1e-9;  // relative; the oracle's own 1 - (1 - e)^C included

double from_db(double db) { return std::pow(10.0, db / 10.0); }

struct Sending {
  int modulation_order = 2;
  double rate_x1024 = 512;
  int re_count = 1000;
  double sinr = 1;
};

void send(SoftBlock& block, const Sending& s) {
  accumulate(block, s.modulation_order, std::array{s.re_count}, std::array{s.sinr});
}

SoftBlock sent(const Sending& s) {
  SoftBlock block;
  send(block, s);
  return block;
}

Bits block_for(const Sending& s) {
  return transport_block_size_from_info(s.re_count * s.modulation_order * s.rate_x1024 / 1024,
                                        s.rate_x1024);
}

double error_of(const Sending& s) { return block_error_rate(block_for(s), s.rate_x1024, sent(s)); }

// First transmission only.
double oracle(const Sending& s, Bits tbs) {
  const Information one = information_table().at(
      s.modulation_order, s.sinr * from_db(-ldpc_implementation_loss.value()));
  const double words = code_block_count(tbs, s.rate_x1024);
  const double crc = (tbs.value() > 3824 ? 24 : 16) + (words > 1 ? 24 * words : 0);
  const double k = (static_cast<double>(tbs.value()) + crc) / words;
  const double n = s.re_count * s.modulation_order / words;
  const double z = (s.re_count * one.capacity_bits / words - k + 0.5 * std::log2(n)) /
                   std::sqrt(s.re_count * one.dispersion_bits2 / words);
  return -std::expm1(words * std::log1p(-0.5 * std::erfc(z / std::sqrt(2.0))));
}

TEST(BlockErrorRate, equals_the_normal_approximation) {
  int count_between = 0;
  for (const int re_count : {200, 3000, 15000}) {
    for (int index = 3; index < mcs_count(McsTable::qam256); ++index) {
      const Mcs scheme = mcs(McsTable::qam256, base::McsIndex(index));
      for (double db = -6; db < 30; db += 0.37) {
        const Sending s{scheme.modulation_order, scheme.rate_x1024, re_count, from_db(db)};
        const double expected = oracle(s, block_for(s));
        ASSERT_NEAR(error_of(s), expected, rounding * expected + 1e-30) << index << " " << db;
        count_between += expected > 1e-3 && expected < 0.999;
      }
    }
  }
  EXPECT_GT(count_between, 50) << "the grid must meet the waterfalls";
}

TEST(BlockErrorRate, falls_with_sinr_and_rises_with_block_size) {
  for (int index = 0; index < mcs_count(McsTable::qam256); ++index) {
    const Mcs scheme = mcs(McsTable::qam256, base::McsIndex(index));
    double last = 1;
    for (double db = -15; db < 35; db += 0.05) {
      const double error =
          error_of({scheme.modulation_order, scheme.rate_x1024, 2000, from_db(db)});
      ASSERT_LE(error, last) << index << " " << db;
      last = error;
    }
    EXPECT_LT(last, 1e-12);
  }
  double last = 0;
  for (std::int64_t tbs = 1000; tbs < 3800; tbs += 8) {  // one code block all along
    const double error = block_error_rate(Bits(tbs), 512, sent({2, 512, 2000, 0.9}));
    ASSERT_GE(error, last);
    last = error;
  }
  EXPECT_GT(last, 0.999);
}

struct Waterfall {
  double info_bits, at_10_percent_over_capacity_db, width_90_to_1_db, at_10_percent_db;
};

double required_db(const Mcs& scheme, int re_count, double target) {
  double low = -30, high = 45;
  for (int i = 0; i < 50; ++i) {
    const double middle = 0.5 * (low + high);
    const bool holds =
        error_of({scheme.modulation_order, scheme.rate_x1024, re_count, from_db(middle)}) <= target;
    (holds ? high : low) = middle;
  }
  return high;
}

Waterfall waterfall(const Mcs& scheme, int re_count) {
  const Bits tbs = block_for({scheme.modulation_order, scheme.rate_x1024, re_count, 1});
  const double efficiency = static_cast<double>(tbs.value()) / re_count;
  const double capacity_db =
      10 * std::log10(information_table().sinr_for(scheme.modulation_order, efficiency));
  const double at_10 = required_db(scheme, re_count, 0.1);
  return {static_cast<double>(coded_information_bits(tbs, scheme.rate_x1024).value()) /
              code_block_count(tbs, scheme.rate_x1024),
          at_10 - capacity_db,
          required_db(scheme, re_count, 0.01) - required_db(scheme, re_count, 0.9), at_10};
}

// Windows for 5G LDPC in AWGN with known channel: 10 % error 0.3 to 1.5 dB above BICM capacity and
// 90 % to 1 % within 1.2 dB from K = 3840 on; about K = 1000, 0.9 to 1.5 dB from 90 % to 1 %.
TEST(BlockErrorRate, lies_where_link_level_curves_lie) {
  int long_count = 0, short_count = 0;
  for (const McsTable table : {McsTable::qam64, McsTable::qam256, McsTable::qam64_low_se}) {
    for (const int re_count : {300, 396, 14000}) {
      double last_db = -100;
      int last_order = 0;
      for (int index = 0; index < mcs_count(table); ++index) {
        const Mcs scheme = mcs(table, base::McsIndex(index));
        const Waterfall w = waterfall(scheme, re_count);
        if (w.info_bits >= 3840) {
          ++long_count;
          EXPECT_GT(w.at_10_percent_over_capacity_db, 0.3) << index;
          EXPECT_LT(w.at_10_percent_over_capacity_db, 1.5) << index;
          EXPECT_LT(w.width_90_to_1_db, 1.2) << index;
        } else if (w.info_bits > 900 && w.info_bits < 1100) {
          ++short_count;
          EXPECT_GT(w.width_90_to_1_db, 0.9) << index << " K " << w.info_bits;
          EXPECT_LT(w.width_90_to_1_db, 1.5) << index << " K " << w.info_bits;
        }
        if (re_count > 1000 && scheme.modulation_order == last_order) {
          EXPECT_GT(w.at_10_percent_db, last_db) << index;
        }
        last_db = w.at_10_percent_db;
        last_order = scheme.modulation_order;
      }
    }
  }
  EXPECT_GT(long_count, 40);
  EXPECT_GT(short_count, 5);
}

TEST(Harq, makes_one_code_word_of_two_transmissions) {
  const Sending whole{4, 490, 2000, from_db(5.6)};
  Sending half = whole;
  half.re_count = 1000;
  SoftBlock twice;
  send(twice, half);
  send(twice, half);
  const Bits tbs = block_for(whole);
  const double once = block_error_rate(tbs, 490, sent(whole));
  EXPECT_GT(once, 1e-4);
  EXPECT_LT(once, 0.9999);
  EXPECT_NEAR(block_error_rate(tbs, 490, twice), once, rounding * once);
}

TEST(Harq, is_never_hurt_by_another_transmission) {
  for (const double rate_x1024 : {120.0, 449.0, 948.0}) {
    for (const std::int64_t tbs : {24, 320, 3000, 30000}) {
      const int re = static_cast<int>(static_cast<double>(tbs) * 1024 / rate_x1024 / 4) + 6;
      for (double first_db = -8; first_db < 24; first_db += 1.3) {
        for (const double second_db : {-30.0, -12.0, -3.0, 5.0, 20.0}) {
          SoftBlock block = sent({4, rate_x1024, re, from_db(first_db)});
          double last = block_error_rate(Bits(tbs), rate_x1024, block);
          for (int round = 0; round < 6; ++round) {
            send(block, {round % 2 == 0 ? 4 : 2, rate_x1024, re, from_db(second_db)});
            const double error = block_error_rate(Bits(tbs), rate_x1024, block);
            ASSERT_LE(error, last * (1 + rounding)) << tbs << " bits, " << rate_x1024 << ", "
                                                    << first_db << " then " << second_db << " dB";
            last = error;
          }
        }
      }
    }
  }
}

// Beyond the buffer only energy adds: n repetitions of a whole buffer at s equal one at n s
// (Chase).
TEST(Harq, adds_only_energy_once_the_buffer_is_used_up) {
  const Bits tbs(2000);
  const double coded = static_cast<double>(coded_information_bits(tbs, 512).value()) * 5;  // BG2
  const auto re = static_cast<int>(coded / 2);
  const double sinr = from_db(-10.1);
  SoftBlock block;
  for (int i = 0; i < 4; ++i) send(block, {2, 512, re, sinr});
  const Information strong =
      information_table().at(2, 4 * sinr * from_db(-ldpc_implementation_loss.value()));
  const Information weak =
      information_table().at(2, sinr * from_db(-ldpc_implementation_loss.value()));
  const double k = static_cast<double>(coded_information_bits(tbs, 512).value());
  const double information = re * strong.capacity_bits;
  const double spread =
      std::sqrt(4 * re * weak.dispersion_bits2) * strong.capacity_bits / (4 * weak.capacity_bits);
  const double z = (information - k + 0.5 * std::log2(8.0 * re)) / spread;
  EXPECT_GT(z, 0) << "the shrunk spread is what this case looks at";
  EXPECT_LT(z, 6);
  const double expected = 0.5 * std::erfc(z / std::sqrt(2.0));
  // 2 re falls short of the buffer by less than one symbol.
  EXPECT_NEAR(block_error_rate(tbs, 512, block), expected, 0.02 * expected);
}

TEST(EffectiveSinr, of_a_flat_channel_is_its_sinr) {
  const std::vector<int> re(7, 132);
  for (const int order : {2, 4, 6, 8}) {
    const std::vector<double> sinr(14, 1.7);
    EXPECT_NEAR(effective_sinr(order, re, sinr), 1.7, 1e-8);
  }
}

TEST(EffectiveSinr, has_the_mean_information_weighted_by_re) {
  const std::array re = {100, 300};
  const std::array sinr = {0.5, 1.0, 4.0, 8.0};  // two layers each
  double expected = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    expected += re[i / 2] * information_table().at(6, sinr[i]).capacity_bits / 800;
  }
  const double effective = effective_sinr(6, re, sinr);
  EXPECT_NEAR(information_table().at(6, effective).capacity_bits, expected,
              capacity_inverse_error_max_bits);
  EXPECT_GT(effective, 0.5);
  EXPECT_LT(effective, 8.0);
}

TEST(SoftBlockOfNothing, cannot_be_decoded) {
  EXPECT_EQ(block_error_rate(Bits(1000), 512, SoftBlock{}), 1);
  EXPECT_EQ(block_error_rate(Bits(1000), 512, sent({2, 512, 1000, 0.0})), 1);
}

TEST(AccumulateDeathTest, rejects_layouts_that_do_not_match) {
  SoftBlock block;
  EXPECT_DEATH(accumulate(block, 2, std::array{1, 2}, std::array{1.0, 1.0, 1.0}),
               "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
