// Goal: the SINR is that of the receiver it names, in every antenna set-up.
// Method: an oracle in long double that builds covariance matrices, solves for the combiner and
// measures signal over the rest; laws (floors, gains, limits of training); the codebook of
// TS 38.214 Table 5.2.2.2.1-1 as figures.
#include "phy/link/sinr.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/lane_tile.h"

namespace redcell::phy {
namespace {

using Complex = std::complex<double>;
constexpr std::size_t lane = 5;

/// A tile with one link and rubbish in the other lanes.
struct Link {
  int groups, rx, tx;
  base::LaneTile re{static_cast<std::size_t>(groups * rx * tx)};
  base::LaneTile im{static_cast<std::size_t>(groups * rx * tx)};
  std::vector<double> noise = std::vector<double>(static_cast<std::size_t>(groups), 1e-15);

  Link(int group_count, int rx_count, int tx_count)
      : groups(group_count), rx(rx_count), tx(tx_count) {
    std::uint32_t state = 12345;
    for (std::size_t row = 0; row < re.row_count(); ++row) {
      for (std::size_t l = 0; l < base::lane_count; ++l) {
        state = state * 1664525u + 1013904223u;
        re.at(row, l) = static_cast<float>(static_cast<std::int32_t>(state)) * 0x1p-31f;
        state = state * 1664525u + 1013904223u;
        im.at(row, l) = static_cast<float>(static_cast<std::int32_t>(state)) * 0x1p-31f;
      }
    }
  }
  void set(int group, int branch, int port, Complex h) {
    const auto row = static_cast<std::size_t>((group * rx + branch) * tx + port);
    re.at(row, lane) = static_cast<float>(h.real());
    im.at(row, lane) = static_cast<float>(h.imag());
  }
  Complex h(int group, int branch, int port) const {
    const auto row = static_cast<std::size_t>((group * rx + branch) * tx + port);
    return {re.at(row, lane), im.at(row, lane)};
  }
  SinrInput input() const {
    return {.channel = {re.data(), im.data(), lane, groups, rx, tx},
            .signal_re_power = 3e-13,
            .noise_interference = noise,
            .estimation_processing_gain = std::numeric_limits<double>::infinity()};
  }
};

std::vector<double> sinr_of(const SinrInput& input) {
  std::vector<double> sinr(static_cast<std::size_t>(input.channel.group_count * input.layer_count));
  post_sinr(input, sinr);
  return sinr;
}

// TS 38.214 Table 5.2.2.2.1-1.
Complex codebook(int layers, int pmi, int port, int layer) {
  const Complex j(0, 1);
  const Complex phase = layers == 1 ? std::pow(j, pmi) : (pmi == 0 ? Complex(1) : j);
  const double scale = layers == 1 ? 1 / std::sqrt(2.0) : 0.5;
  if (port == 0) return scale;
  return scale * phase * (layer == 0 ? 1.0 : -1.0);
}

using Wide = std::complex<long double>;
using WideColumn = std::vector<Wide>;
using WideMatrix = std::vector<WideColumn>;  // [row][column]

/// Solves r x = b by elimination; r is positive definite, so it needs no pivots.
WideColumn solved(WideMatrix r, WideColumn b) {
  for (std::size_t i = 0; i < b.size(); ++i) {
    for (std::size_t row = i + 1; row < b.size(); ++row) {
      const Wide factor = r[row][i] / r[i][i];
      for (std::size_t column = i; column < b.size(); ++column) {
        r[row][column] -= factor * r[i][column];
      }
      b[row] -= factor * b[i];
    }
  }
  for (std::size_t i = b.size(); i-- > 0;) {
    for (std::size_t column = i + 1; column < b.size(); ++column) b[i] -= r[i][column] * b[column];
    b[i] /= r[i][i];
  }
  return b;
}

long double squares(const WideColumn& a) {
  long double sum = 0;
  for (const Wide one : a) sum += std::norm(one);
  return sum;
}

// Covariances written out; MMSE weights by elimination, MRC for one layer.
double oracle(const Link& link, const SinrInput& in, int group, int layer) {
  const auto branches = static_cast<std::size_t>(link.rx);
  WideMatrix g(2, WideColumn(branches));      // [layer][branch]
  WideMatrix ports(2, WideColumn(branches));  // [port][branch]
  const auto signal = static_cast<long double>(in.signal_re_power);
  for (std::size_t b = 0; b < branches; ++b) {
    for (int p = 0; p < link.tx; ++p) {
      const Wide h(link.h(group, static_cast<int>(b), p));
      ports[static_cast<std::size_t>(p)][b] = std::sqrt(signal / link.tx) * h;
      for (int k = 0; k < in.layer_count; ++k) {
        const Complex w = link.tx == 1 ? Complex(1) : codebook(in.layer_count, in.pmi, p, k);
        g[static_cast<std::size_t>(k)][b] += std::sqrt(signal) * h * Wide(w);
      }
    }
  }
  const WideColumn& wanted = g[static_cast<std::size_t>(layer)];
  const WideColumn& other = g[static_cast<std::size_t>(1 - layer)];  // Zero with one layer.
  const long double noise = in.noise_interference[static_cast<std::size_t>(group)];
  const long double snr = squares(wanted) / link.rx / noise;
  const long double gain = in.estimation_processing_gain;
  const long double n = noise * (1 + in.layer_count / gain + 1 / (gain * snr));
  const long double evm = static_cast<long double>(in.evm_tx) * in.evm_tx;
  WideMatrix r(branches, WideColumn(branches));
  for (std::size_t a = 0; a < branches; ++a) {
    r[a][a] = n;
    for (std::size_t b = 0; b < branches; ++b) {
      for (const WideColumn& port : ports) r[a][b] += evm * port[a] * std::conj(port[b]);
      r[a][b] += other[a] * std::conj(other[b]);
    }
  }
  const WideColumn w = in.layer_count == 2 ? solved(r, wanted) : wanted;
  Wide kept = 0, rest = 0;
  for (std::size_t a = 0; a < branches; ++a) {
    kept += std::conj(w[a]) * wanted[a];
    for (std::size_t b = 0; b < branches; ++b) rest += std::conj(w[a]) * r[a][b] * w[b];
  }
  return static_cast<double>(std::norm(kept) / rest.real());
}

TEST(PostSinr, equals_combiner_and_covariances_in_every_set_up) {
  for (const auto& [rx, tx, layers] : {std::array{1, 1, 1},
                                       {2, 1, 1},
                                       {1, 2, 1},
                                       {2, 2, 1},
                                       {2, 2, 2},
                                       {4, 1, 1},
                                       {4, 2, 1},
                                       {4, 2, 2}}) {
    Link link(17, rx, tx);
    for (std::size_t i = 0; i < link.noise.size(); ++i)
      link.noise[i] *= 1.0 + static_cast<double>(i);
    for (int pmi = 0; pmi < pmi_count(tx, layers); ++pmi) {
      SinrInput in = link.input();
      in.layer_count = layers;
      in.pmi = pmi;
      in.evm_tx = 0.05;
      in.estimation_processing_gain = 7;
      const std::vector<double> sinr = sinr_of(in);
      for (int i = 0; i < 17 * layers; ++i) {
        const double expected = oracle(link, in, i / layers, i % layers);
        ASSERT_NEAR(sinr[static_cast<std::size_t>(i)], expected,
                    post_sinr_relative_error_max * expected)
            << rx << " Rx " << tx << " Tx, " << layers << " layers, PMI " << pmi << ", entry " << i;
      }
    }
  }
}

TEST(PostSinr, of_two_branches_is_the_sum_of_their_snrs) {
  Link link(1, 2, 1);
  link.set(0, 0, 0, {0.5, 0});
  link.set(0, 1, 0, {0, 1.5});
  EXPECT_NEAR(sinr_of(link.input())[0], 2.5 * 3e-13 / 1e-15, 750 * post_sinr_relative_error_max);
}

TEST(PostSinr, of_four_equal_branches_is_twice_that_of_two) {
  Link four(1, 4, 2);
  Link two(1, 2, 2);
  for (const int port : {0, 1}) {
    for (int branch = 0; branch < 4; ++branch) four.set(0, branch, port, {0.5, -0.25});
    for (int branch = 0; branch < 2; ++branch) two.set(0, branch, port, {0.5, -0.25});
  }
  const double gain = sinr_of(four.input())[0] / sinr_of(two.input())[0];
  EXPECT_NEAR(gain, 2, 2 * post_sinr_relative_error_max) << "3.01 dB";
}

// Branches that receive nothing: with perfect estimates four are no more than two.
TEST(PostSinr, of_four_branches_two_of_them_dead_is_that_of_two) {
  Link four(6, 4, 2);
  Link two(6, 2, 2);
  for (int group = 0; group < 6; ++group) {
    for (const int port : {0, 1}) {
      for (const int branch : {0, 1})
        four.set(group, 2 * branch + 1, port, two.h(group, branch, port));
      for (const int branch : {0, 2}) four.set(group, branch, port, 0);
    }
  }
  for (const int layers : {1, 2}) {
    SinrInput of_four = four.input();
    SinrInput of_two = two.input();
    of_four.layer_count = of_two.layer_count = layers;
    of_four.evm_tx = of_two.evm_tx = 0.035;
    const std::vector<double> expected = sinr_of(of_two);
    const std::vector<double> found = sinr_of(of_four);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(found[i], expected[i], post_sinr_relative_error_max * expected[i]) << layers;
    }
  }
}

TEST(PostSinr, cannot_exceed_the_floor_of_the_transmitter) {
  for (const auto& [rx, layers] : {std::array{2, 1}, {2, 2}, {4, 1}, {4, 2}}) {
    Link link(9, rx, layers);
    SinrInput in = link.input();
    in.layer_count = layers;
    in.signal_re_power = 1e9;  // noise does not count any more
    in.evm_tx = 0.035;
    for (const double sinr : sinr_of(in))
      EXPECT_NEAR(sinr, 1 / (0.035 * 0.035), 1e-6 / (0.035 * 0.035));
    in.evm_tx = 0;
    for (const double sinr : sinr_of(in)) EXPECT_GT(sinr, 1e12);
  }
}

// A UE that co-phases its ports sums their amplitudes; their own noise does not add in phase.
TEST(PostSinr, gains_3_db_from_the_matching_precoder) {
  for (int pmi = 0; pmi < 4; ++pmi) {
    Link link(1, 1, 2);
    link.set(0, 0, 0, 1);
    link.set(0, 0, 1, std::conj(std::pow(Complex(0, 1), pmi)));
    SinrInput in = link.input();
    in.pmi = pmi;
    EXPECT_NEAR(sinr_of(in)[0], 600, 600 * 1e-6) << pmi;
    in.pmi = (pmi + 2) % 4;
    EXPECT_LT(sinr_of(in)[0], 1e-6) << "the opposite one cancels";
  }
}

// Hassibi, Hochwald 2003: training of energy G leaves snr * (snr G) / (1 + snr + snr G).
TEST(PostSinr, loses_to_channel_estimation_what_training_theory_says) {
  for (const double snr : {1e-3, 0.1, 1.0, 50.0, 1e4}) {
    for (const double gain : {2.0, 16.0, 100.0}) {
      Link link(1, 1, 1);
      link.set(0, 0, 0, 1);
      SinrInput in = link.input();
      in.signal_re_power = snr * 1e-15;
      in.estimation_processing_gain = gain;
      const double expected = snr * snr * gain / (1 + snr + snr * gain);
      EXPECT_NEAR(sinr_of(in)[0], expected, 1e-9 * expected) << snr << " " << gain;
    }
  }
}

TEST(PostSinr, of_orthogonal_columns_splits_the_power_between_layers) {
  Link link(1, 2, 2);
  link.set(0, 0, 0, 1);
  link.set(0, 0, 1, 1);
  link.set(0, 1, 0, 1);
  link.set(0, 1, 1, -1);
  SinrInput in = link.input();
  in.layer_count = 2;
  const std::vector<double> sinr = sinr_of(in);
  EXPECT_NEAR(sinr[0], 300, 300 * post_sinr_relative_error_max);
  EXPECT_NEAR(sinr[1], 300, 300 * post_sinr_relative_error_max);
}

TEST(PostSinr, of_a_dead_channel_is_zero) {
  Link link(1, 2, 2);
  for (const int i : {0, 1, 2, 3}) link.set(0, i / 2, i % 2, 0);
  SinrInput in = link.input();
  in.estimation_processing_gain = 4;
  EXPECT_EQ(sinr_of(in)[0], 0);
  in.layer_count = 2;
  EXPECT_EQ(sinr_of(in)[0], 0);
}

TEST(Precoder, is_the_type_1_codebook_of_two_ports) {
  constexpr double exact = 1e-15;
  for (const int layers : {1, 2}) {
    for (int pmi = 0; pmi < pmi_count(2, layers); ++pmi) {
      for (int layer = 0; layer < layers; ++layer) {
        const auto column =
            precoder_column({.tx_count = 2, .layer_count = layers, .pmi = pmi}, layer);
        for (int port = 0; port < 2; ++port) {
          EXPECT_LT(
              std::abs(column[static_cast<std::size_t>(port)] - codebook(layers, pmi, port, layer)),
              exact)
              << layers << " " << pmi << " " << layer << " " << port;
        }
      }
    }
  }
  EXPECT_EQ(pmi_count(2, 1), 4);
  EXPECT_EQ(pmi_count(2, 2), 2);
  EXPECT_EQ(pmi_count(1, 1), 1);
}

TEST(PostSinrDeathTest, rejects_three_branches) {
  const Link link(1, 3, 2);
  EXPECT_DEATH((void)sinr_of(link.input()), "rx_count");
}

TEST(PostSinrDeathTest, rejects_more_layers_than_branches) {
  Link link(1, 1, 2);
  SinrInput in = link.input();
  in.layer_count = 2;
  EXPECT_DEATH((void)sinr_of(in), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
