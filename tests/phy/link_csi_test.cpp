// Goal: reports name the highest CQI, the matching precoder and the rank that carries most;
// thresholds hold at their target. Method: brute force over all blocks with the RE of each group
// counted out, built channels with known answers, and limits that must bite.
#include "phy/link/csi.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/lane_tile.h"
#include "phy/link/block_error.h"
#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

using base::CqiIndex;
using base::McsIndex;
using Complex = std::complex<double>;
constexpr std::size_t lane = 3;
constexpr int group_count = 17;
constexpr int prb_count = 51;

double from_db(double db) { return std::pow(10.0, db / 10.0); }

struct Channel {
  int rx, tx;
  base::LaneTile re{static_cast<std::size_t>(group_count * rx * tx)};
  base::LaneTile im{static_cast<std::size_t>(group_count * rx * tx)};
  std::vector<double> noise = std::vector<double>(group_count, 1.0);
  std::vector<int> prbs = std::vector<int>(group_count, prb_count / group_count);

  Channel(int rx_count, int tx_count) : rx(rx_count), tx(tx_count) {}
  void set(int group, int branch, int port, Complex h) {
    const auto row = static_cast<std::size_t>((group * rx + branch) * tx + port);
    re.at(row, lane) = static_cast<float>(h.real());
    im.at(row, lane) = static_cast<float>(h.imag());
  }
  CsiInput input(double signal_db) const {
    return {.link = {.channel = {re.data(), im.data(), lane, group_count, rx, tx},
                     .signal_re_power = from_db(signal_db),
                     .noise_interference = noise,
                     .estimation_processing_gain = std::numeric_limits<double>::infinity()},
            .max_rank = 2,
            .group_prb_count = prbs};
  }
};

Channel flat(int rx, int tx) {
  Channel channel(rx, tx);
  for (int group = 0; group < group_count; ++group) {
    for (int b = 0; b < rx; ++b) {
      for (int p = 0; p < tx; ++p) channel.set(group, b, p, b == 1 && p == 1 ? -1 : 1);
    }
  }
  return channel;
}

Channel faded(int rx, int tx) {
  Channel channel(rx, tx);
  std::uint32_t state = 99;
  const auto next = [&] {
    state = state * 1664525u + 1013904223u;
    return static_cast<double>(static_cast<std::int32_t>(state)) * 0x1p-31 * 1.2;
  };
  for (int group = 0; group < group_count; ++group) {
    for (int b = 0; b < rx; ++b) {
      for (int p = 0; p < tx; ++p) {
        const double re = next();
        channel.set(group, b, p, {re, next()});
      }
    }
  }
  return channel;
}

// All that can be reported, tried one by one.
double best_rate(const CsiInput& input, int rank, int& best_cqi) {
  best_cqi = 0;
  double best = 0;
  const std::vector<int> re(group_count, 132 * prb_count / group_count);
  for (int pmi = 0; pmi < pmi_count(input.link.channel.tx_count, rank); ++pmi) {
    SinrInput link = input.link;
    link.layer_count = rank;
    link.pmi = pmi;
    std::vector<double> sinr(static_cast<std::size_t>(group_count * rank));
    post_sinr(link, sinr);
    for (int index = 1; index <= 15; ++index) {
      const Cqi scheme = cqi(input.cqi_table, CqiIndex(index));
      SoftBlock block;
      accumulate(block, scheme.modulation_order, re, sinr);
      const double error =
          block_error_rate(transport_block_size({.symbol_count = 12,
                                                 .dmrs_re_per_prb = 12,
                                                 .prb_count = prb_count,
                                                 .modulation_order = scheme.modulation_order,
                                                 .rate_x1024 = scheme.rate_x1024,
                                                 .layer_count = rank}),
                           scheme.rate_x1024, block);
      const double rate = rank * scheme.spectral_efficiency() * (1 - error);
      if (error <= 0.1 && index >= best_cqi) {
        best = index == best_cqi ? std::max(best, rate) : rate;
        best_cqi = index;
      }
    }
  }
  return best;
}

TEST(MeasureCsi, finds_what_brute_force_finds) {
  int rank_2_count = 0, cqi_sum = 0;
  for (const auto& [rx, tx] : {std::array{1, 1}, {2, 1}, {1, 2}, {2, 2}}) {
    const Channel channel = faded(rx, tx);
    for (const CqiTable table : {CqiTable::table_1, CqiTable::table_2, CqiTable::table_3}) {
      for (double db = -15; db < 40; db += 1.1) {
        CsiInput input = channel.input(db);
        input.cqi_table = table;
        const CsiReport report = measure_csi(input);
        int cqi_1 = 0, cqi_2 = 0;
        const double rate_1 = best_rate(input, 1, cqi_1);
        const double rate_2 = rx == 2 && tx == 2 ? best_rate(input, 2, cqi_2) : 0;
        ASSERT_EQ(report.rank, rate_2 > rate_1 ? 2 : 1) << rx << tx << " " << db;
        ASSERT_EQ(report.cqi.value(), rate_2 > rate_1 ? cqi_2 : cqi_1) << rx << tx << " " << db;
        rank_2_count += report.rank == 2;
        cqi_sum += report.cqi.value();
      }
    }
  }
  EXPECT_GT(rank_2_count, 10);
  EXPECT_GT(cqi_sum, 600 * 15 / 4);
}

TEST(MeasureCsi, names_the_precoder_that_meets_the_channel) {
  for (int pmi = 0; pmi < 4; ++pmi) {
    Channel channel(1, 2);
    for (int group = 0; group < group_count; ++group) {
      channel.set(group, 0, 0, 1);
      channel.set(group, 0, 1, std::conj(std::pow(Complex(0, 1), pmi)));
    }
    const CsiReport report = measure_csi(channel.input(3));
    EXPECT_EQ(report.pmi, pmi);
    EXPECT_NEAR(report.sinr_db, 3 + 10 * std::log10(2.0), 1e-5);
  }
}

TEST(MeasureCsi, uses_two_layers_only_where_the_channel_carries_them) {
  EXPECT_EQ(measure_csi(flat(2, 2).input(25)).rank, 2);
  EXPECT_EQ(measure_csi(flat(2, 2).input(-5)).rank, 1);
  Channel one_path(2, 2);
  for (int group = 0; group < group_count; ++group) {
    for (int i = 0; i < 4; ++i) one_path.set(group, i / 2, i % 2, 1);
  }
  EXPECT_EQ(measure_csi(one_path.input(25)).rank, 1);
}

TEST(MeasureCsi, stays_within_ports_branches_and_configured_rank) {
  EXPECT_EQ(measure_csi(flat(1, 2).input(40)).rank, 1);
  EXPECT_EQ(measure_csi(flat(2, 1).input(40)).rank, 1);
  const Channel channel = flat(2, 2);
  CsiInput limited = channel.input(40);
  limited.max_rank = 1;
  EXPECT_EQ(measure_csi(limited).rank, 1);
  EXPECT_EQ(measure_csi(limited).cqi, CqiIndex(15));
}

TEST(MeasureCsi, reports_out_of_range_to_a_terminal_that_hears_nothing) {
  const CsiReport report = measure_csi(flat(1, 1).input(-25));
  EXPECT_EQ(report.cqi, CqiIndex(0));
  EXPECT_EQ(report.expected_rate_bits_per_re, 0);
  EXPECT_NEAR(report.sinr_db, -25, 1e-3);
}

TEST(MeasureCsi, rises_with_power_through_all_indices) {
  std::vector<bool> seen(16, false);
  int last = 0;
  for (double db = -15; db < 35; db += 0.1) {
    const int now = measure_csi(flat(1, 1).input(db)).cqi.value();
    ASSERT_GE(now, last);
    seen[static_cast<std::size_t>(now)] = true;
    last = now;
  }
  for (std::size_t i = 0; i <= 15; ++i) EXPECT_TRUE(seen[i]) << i;
}

TEST(MeasureCsi, tells_of_unequal_layers_a_sinr_between_theirs) {
  Channel channel(2, 2);
  // Port sums reach branch 0 strongly and port differences branch 1 weakly: the columns of PMI 0.
  for (int group = 0; group < group_count; ++group) {
    channel.set(group, 0, 0, 1);
    channel.set(group, 0, 1, 1);
    channel.set(group, 1, 0, 0.5);
    channel.set(group, 1, 1, -0.5);
  }
  const CsiReport report = measure_csi(channel.input(20));
  ASSERT_EQ(report.rank, 2);
  EXPECT_EQ(report.pmi, 0);
  EXPECT_LT(report.sinr_db, 20);
  EXPECT_GT(report.sinr_db, 20 - 20 * std::log10(2.0));
}

double nominal_error(const Mcs& scheme, double sinr_db) {
  SoftBlock block;
  accumulate(block, scheme.modulation_order, std::array{25 * 132}, std::array{from_db(sinr_db)});
  return block_error_rate(transport_block_size({.symbol_count = 12,
                                                .dmrs_re_per_prb = 12,
                                                .prb_count = 25,
                                                .modulation_order = scheme.modulation_order,
                                                .rate_x1024 = scheme.rate_x1024}),
                          scheme.rate_x1024, block);
}

TEST(McsThresholds, hold_at_their_target_and_no_lower) {
  for (const double target : {0.1, 1e-5}) {
    for (const McsTable table : {McsTable::qam64, McsTable::qam256, McsTable::qam64_low_se,
                                 McsTable::tp_qam64, McsTable::tp_qam64_low_se}) {
      const McsThresholds thresholds(table, target, 8);
      ASSERT_EQ(thresholds.highest().value(), mcs_count(table) - 1);
      for (int i = 0; i < mcs_count(table); ++i) {
        const double required = thresholds.required_sinr_db(McsIndex(i));
        EXPECT_LE(nominal_error(mcs(table, McsIndex(i)), required), target);
        EXPECT_GT(nominal_error(mcs(table, McsIndex(i)), required - 0.01), target);
      }
    }
  }
}

TEST(McsThresholds, give_the_highest_scheme_that_can_be_decoded) {
  const McsThresholds thresholds(McsTable::qam64, 0.1, 6);
  for (double db = -20; db < 30; db += 0.05) {
    int expected = 0;
    for (int i = 0; i <= 28; ++i) {
      if (thresholds.required_sinr_db(McsIndex(i)) <= db) expected = i;
    }
    ASSERT_EQ(thresholds.at(db).value(), expected) << db;
  }
  EXPECT_EQ(thresholds.at(-100).value(), 0);
  EXPECT_EQ(thresholds.at(100).value(), 28);
}

TEST(McsThresholds, stop_at_the_modulation_a_terminal_knows) {
  EXPECT_EQ(McsThresholds(McsTable::qam256, 0.1, 8).at(100), McsIndex(27));
  EXPECT_EQ(McsThresholds(McsTable::qam256, 0.1, 6).at(100), McsIndex(19));
  EXPECT_EQ(McsThresholds(McsTable::qam256, 0.1, 4).at(100), McsIndex(10));
}

TEST(MeasureCsi, counts_a_group_as_often_as_it_has_prbs) {
  // One group of 17 is deaf. Alone it has 35 of 51 PRBs, or 1 of 17 where all are alike.
  Channel channel = flat(1, 1);
  channel.set(4, 0, 0, {0.01, 0});
  const CsiReport alike = measure_csi(channel.input(12));
  channel.prbs.assign(group_count, 1);
  channel.prbs[4] = 35;
  const CsiReport wide = measure_csi(channel.input(12));
  EXPECT_LT(wide.cqi, alike.cqi);
  EXPECT_LT(wide.sinr_db, alike.sinr_db - 3);
}

TEST(MeasureCsiDeathTest, rejects_groups_without_prbs) {
  Channel channel = flat(1, 1);
  channel.prbs[3] = 0;
  EXPECT_DEATH((void)measure_csi(channel.input(0)), "broken precondition");
  channel.prbs.assign(group_count - 1, 3);
  EXPECT_DEATH((void)measure_csi(channel.input(0)), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
