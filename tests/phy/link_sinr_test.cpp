// Goal: the SINR is that of the receiver it names, in every antenna set-up.
// Method: an oracle that builds covariance matrices, applies the combiner and measures signal over
// the rest; laws (floors, gains, limits of training); the codebook of TS 38.214 Table 5.2.2.2.1-1
// as figures.
#include "phy/link/sinr.h"

#include <gtest/gtest.h>

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

// Covariances written out; MMSE weights by Cramer's rule, MRC for one layer.
double oracle(const Link& link, const SinrInput& in, int group, int layer) {
  Complex g[2][2] = {};  // [layer][branch]
  Complex ports[2][2] = {};
  for (int b = 0; b < link.rx; ++b) {
    for (int p = 0; p < link.tx; ++p) {
      ports[p][b] = std::sqrt(in.signal_re_power / link.tx) * link.h(group, b, p);
      for (int k = 0; k < in.layer_count; ++k) {
        const Complex w = link.tx == 1 ? Complex(1) : codebook(in.layer_count, in.pmi, p, k);
        g[k][b] += std::sqrt(in.signal_re_power) * link.h(group, b, p) * w;
      }
    }
  }
  const double noise = in.noise_interference[static_cast<std::size_t>(group)];
  const double own = std::norm(g[layer][0]) + std::norm(g[layer][1]);
  const double snr = own / link.rx / noise;
  const double gain = in.estimation_processing_gain;
  const double n = noise * (1 + in.layer_count / gain + 1 / (gain * snr));
  Complex r[2][2] = {{n, 0}, {0, n}};
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) {
      for (int p = 0; p < link.tx; ++p) {
        r[a][b] += in.evm_tx * in.evm_tx * ports[p][a] * std::conj(ports[p][b]);
      }
      if (in.layer_count == 2) r[a][b] += g[1 - layer][a] * std::conj(g[1 - layer][b]);
    }
  }
  Complex w[2] = {g[layer][0], g[layer][1]};
  if (in.layer_count == 2) {
    const Complex det = r[0][0] * r[1][1] - r[0][1] * r[1][0];
    w[0] = (r[1][1] * g[layer][0] - r[0][1] * g[layer][1]) / det;
    w[1] = (r[0][0] * g[layer][1] - r[1][0] * g[layer][0]) / det;
  }
  Complex signal = 0, rest = 0;
  for (int a = 0; a < 2; ++a) {
    signal += std::conj(w[a]) * g[layer][a];
    for (int b = 0; b < 2; ++b) rest += std::conj(w[a]) * r[a][b] * w[b];
  }
  return std::norm(signal) / rest.real();
}

// The oracle subtracts, so it loses digits the code keeps: signal over noise is 25 dB here, at
// most 35.
constexpr double oracle_digits = 1e-8;

TEST(PostSinr, equals_combiner_and_covariances_in_every_set_up) {
  for (const auto& [rx, tx, layers] :
       {std::array{1, 1, 1}, {2, 1, 1}, {1, 2, 1}, {2, 2, 1}, {2, 2, 2}}) {
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
        ASSERT_NEAR(sinr[static_cast<std::size_t>(i)], expected, oracle_digits * expected)
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

TEST(PostSinr, cannot_exceed_the_floor_of_the_transmitter) {
  for (const int layers : {1, 2}) {
    Link link(9, 2, layers);
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

TEST(PostSinrDeathTest, rejects_more_layers_than_branches) {
  Link link(1, 1, 2);
  SinrInput in = link.input();
  in.layer_count = 2;
  EXPECT_DEATH((void)sinr_of(in), "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
