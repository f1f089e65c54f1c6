#include "phy/link/sinr.h"

#include <cmath>

#include "base/check.h"

namespace redcell::phy {
namespace {

using Complex = std::complex<double>;
using Ports = std::array<Complex, 2>;  ///< [port]
template <std::size_t branches>
using Column = std::array<Complex, branches>;  ///< [branch]

// The library's product guards against infinities that do not occur here, at ten times the cost.
Complex product(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

double power(Complex a) { return a.real() * a.real() + a.imag() * a.imag(); }
template <std::size_t branches>
double power(const Column<branches>& a) {
  double sum = power(a[0]);
  for (std::size_t rx = 1; rx < branches; ++rx) sum += power(a[rx]);
  return sum;
}

/// |a|^2 |b|^2 - |a^H b|^2, by Lagrange's identity: sums of positive terms, so that nothing
/// cancels.
template <std::size_t branches>
double gram_determinant(const Column<branches>& a, const Column<branches>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < branches; ++i) {
    for (std::size_t j = i + 1; j < branches; ++j) {
      sum += power(product(a[i], b[j]) - product(a[j], b[i]));
    }
  }
  return sum;
}

/// The channel of one group, [branch][port]; what lies outside its branches and ports is zero.
template <std::size_t branches>
using GroupChannel = std::array<Ports, branches>;

template <std::size_t branches>
GroupChannel<branches> load(const ChannelView& channel, int group) {
  GroupChannel<branches> h{};
  for (int rx = 0; rx < channel.rx_count; ++rx) {
    for (int tx = 0; tx < channel.tx_count; ++tx) {
      h[static_cast<std::size_t>(rx)][static_cast<std::size_t>(tx)] = channel.h(group, rx, tx);
    }
  }
  return h;
}

/// H times a precoder column.
template <std::size_t branches>
Column<branches> through(const GroupChannel<branches>& h, const Ports& precoder) {
  Column<branches> g;
  for (std::size_t rx = 0; rx < branches; ++rx) {
    g[rx] = product(h[rx][0], precoder[0]) + product(h[rx][1], precoder[1]);
  }
  return g;
}

/// Sum over ports of | g^H h_port |^2: what of the ports' own noise a combiner g lets through.
template <std::size_t branches>
double port_noise(const GroupChannel<branches>& h, const Column<branches>& g) {
  double sum = 0;
  for (std::size_t tx = 0; tx < 2; ++tx) {
    Complex port = product(std::conj(g[0]), h[0][tx]);
    for (std::size_t rx = 1; rx < branches; ++rx) port += product(std::conj(g[rx]), h[rx][tx]);
    sum += power(port);
  }
  return sum;
}

/// What does not change from group to group.
struct Receiver {
  double signal = 0;
  double evm_power = 0;    ///< Relative to the signal.
  double error_share = 0;  ///< 1 / processing gain.
  int rx_count = 1;
  int tx_count = 1;
  int layer_count = 1;
};

// Noise with channel estimation in it; layer_power is that of the layer over all branches.
double noise_with_estimation(const Receiver& receiver, double noise, double layer_power) {
  const double snr = layer_power / (receiver.rx_count * noise);
  return noise * (1.0 + receiver.error_share * (receiver.layer_count + 1.0 / snr));
}

template <std::size_t branches>
double one_layer(const Receiver& receiver, const GroupChannel<branches>& channel,
                 const Ports& precoder, double noise) {
  const Column<branches> g = through(channel, precoder);
  const double gain = power(g);
  const double received = receiver.signal * gain;
  if (received <= 0) return 0;
  const double evm =
      receiver.evm_power * receiver.signal * port_noise(channel, g) / (receiver.tx_count * gain);
  return received / (noise_with_estimation(receiver, noise, received) + evm);
}

// Linear MMSE with covariance R = N I + (1 + e) gj gj^H + e gk gk^H of all that is not the wanted
// symbol, e the EVM's power: the ports' noise has the covariance of the layers, because a rank-2
// precoder is unitary. SINR = gk^H R^-1 gk: with any number of branches only the plane of gk and gj
// counts, and in it all that their angle changes is the Gram determinant.
template <std::size_t branches>
double one_of_two_layers(const Receiver& receiver, const Column<branches>& wanted,
                         const Column<branches>& other, double noise) {
  const double wanted_power = receiver.signal * power(wanted);
  if (wanted_power <= 0) return 0;
  const double other_power = receiver.signal * power(other);
  const double cross = receiver.signal * receiver.signal * gram_determinant(wanted, other);
  const double n = noise_with_estimation(receiver, noise, wanted_power);
  const double e = receiver.evm_power;
  const double numerator = n * wanted_power + (1 + e) * cross;
  const double determinant =
      n * (n + (1 + e) * other_power + e * wanted_power) + (1 + e) * e * cross;
  return numerator / determinant;
}

/// Pre: no more branches than these. A single one is the first of two.
template <std::size_t branches>
void all_groups(const SinrInput& input, const Receiver& receiver, std::span<double> sinr) {
  const ChannelView& channel = input.channel;
  const PrecoderIndex index{.tx_count = channel.tx_count,
                            .layer_count = input.layer_count,
                            .pmi = channel.tx_count == 1 ? 0 : input.pmi};
  const Ports first = precoder_column(index, 0);
  const Ports second = input.layer_count == 2 ? precoder_column(index, 1) : Ports{};
  for (int group = 0; group < channel.group_count; ++group) {
    const auto at = static_cast<std::size_t>(group);
    const double noise = input.noise_interference[at];
    const GroupChannel<branches> h = load<branches>(channel, group);
    if (input.layer_count == 1) {
      sinr[at] = one_layer(receiver, h, first, noise);
    } else {
      const Column<branches> g0 = through(h, first);
      const Column<branches> g1 = through(h, second);
      sinr[2 * at] = one_of_two_layers(receiver, g0, g1, noise);
      sinr[2 * at + 1] = one_of_two_layers(receiver, g1, g0, noise);
    }
  }
}

void check(const SinrInput& input, std::size_t sinr_count) {
  const ChannelView& c = input.channel;
  RC_CHECK(c.re != nullptr && c.im != nullptr && c.lane < base::lane_count);
  RC_CHECK(c.rx_count == 1 || c.rx_count == 2 || c.rx_count == 4);
  RC_CHECK(c.tx_count >= 1 && c.tx_count <= 2);
  RC_CHECK(input.layer_count == 1 ||
           (input.layer_count == 2 && c.rx_count >= 2 && c.tx_count == 2));
  RC_CHECK(input.noise_interference.size() == static_cast<std::size_t>(c.group_count));
  RC_CHECK(sinr_count == static_cast<std::size_t>(c.group_count * input.layer_count));
  RC_CHECK(input.estimation_processing_gain > 0 && input.evm_tx >= 0);
  RC_CHECK(input.signal_re_power >= 0);
}

}  // namespace

int pmi_count(int tx_count, int layer_count) {
  RC_CHECK(tx_count >= 1 && tx_count <= 2 && layer_count >= 1 && layer_count <= tx_count);
  if (tx_count == 1) return 1;
  return layer_count == 1 ? 4 : 2;
}

Ports precoder_column(const PrecoderIndex& index, int layer) {
  RC_CHECK(index.pmi >= 0 && index.pmi < pmi_count(index.tx_count, index.layer_count));
  RC_CHECK(layer >= 0 && layer < index.layer_count);
  if (index.tx_count == 1) return {Complex(1), Complex(0)};
  constexpr double root_half = 0.70710678118654752440;
  constexpr std::array<Complex, 4> turn = {Complex(1, 0), Complex(0, 1), Complex(-1, 0),
                                           Complex(0, -1)};
  const double amplitude = index.layer_count == 1 ? root_half : 0.5;
  // The second layer has the opposite sign on the second port: two quarter turns further.
  const auto phase = static_cast<std::size_t>(index.pmi + 2 * layer);
  return {Complex(amplitude), amplitude * turn[phase]};
}

void post_sinr(const SinrInput& input, std::span<double> sinr) {
  check(input, sinr.size());
  const Receiver receiver{.signal = input.signal_re_power,
                          .evm_power = input.evm_tx * input.evm_tx,
                          .error_share = 1.0 / input.estimation_processing_gain,
                          .rx_count = input.channel.rx_count,
                          .tx_count = input.channel.tx_count,
                          .layer_count = input.layer_count};
  if (input.channel.rx_count <= 2) {
    all_groups<2>(input, receiver, sinr);
  } else {
    all_groups<4>(input, receiver, sinr);
  }
}

}  // namespace redcell::phy
