#include "phy/link/control_error.h"

#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/block_error.h"
#include "phy/link/information.h"

namespace redcell::phy {
namespace {

// Largest mother codes, TS 38.212 5.3.1: 2^9 bits downlink, 2^10 uplink. Longer transmissions
// repeat.
constexpr double dci_buffer_bits = 512;
constexpr double uci_buffer_bits = 1024;
constexpr double block_code_bits = 32;  // TS 38.212 5.3.3.3

struct QpskWord {
  double re_count = 0;
  double sinr_lin = 0;
  base::Db loss;
};

SoftBlock received(const QpskWord& word) {
  const double sinr = word.sinr_lin * base::from_db(-word.loss.value());
  const Information one = information_table().at(2, sinr);
  return {.information_bits = word.re_count * one.capacity_bits,
          .dispersion_bits2 = word.re_count * one.dispersion_bits2,
          .coded_bits = 2 * word.re_count,
          .energy = 2 * word.re_count * sinr};
}

}  // namespace

double dci_error_rate(const DciBlock& dci, double sinr_lin) {
  const int level = dci.aggregation_level;
  RC_CHECK(level == 1 || level == 2 || level == 4 || level == 8 || level == 16);
  RC_CHECK(dci.payload.value() >= 12 && dci.payload.value() <= 140 && sinr_lin >= 0);
  const SoftBlock word = received({.re_count = static_cast<double>(level * cce_data_re_count),
                                   .sinr_lin = sinr_lin,
                                   .loss = polar_implementation_loss});
  return code_word_error_rate(word, static_cast<double>(dci.payload.value() + dci_crc_bits),
                              dci_buffer_bits);
}

double uci_error_rate(const UciBlock& uci, double sinr_lin) {
  const auto bits = static_cast<double>(uci.payload.value());
  RC_CHECK(bits >= 1 && bits <= 1706 && uci.re_count > 0 && sinr_lin >= 0);
  const auto re_count = static_cast<double>(uci.re_count);
  if (bits <= 2) {
    const double snr = re_count * sinr_lin * base::from_db(-short_code_implementation_loss.value());
    const double bit_error = base::gaussian_tail(std::sqrt((bits < 2 ? 2.0 : 1.0) * snr));
    return bits < 2 ? bit_error : bit_error * (2.0 - bit_error);
  }
  const bool is_polar = bits >= 12;
  const SoftBlock word =
      received({.re_count = re_count,
                .sinr_lin = sinr_lin,
                .loss = is_polar ? polar_implementation_loss : short_code_implementation_loss});
  if (!is_polar) return code_word_error_rate(word, bits, block_code_bits);
  const double crc_bits = bits <= 19 ? 6 : 11;  // TS 38.212 6.3.1.2.1
  return code_word_error_rate(word, bits + crc_bits, uci_buffer_bits);
}

double noise_power_w(base::Hertz bandwidth, base::Db noise_figure) {
  constexpr double boltzmann_j_per_k = 1.380649e-23;
  return boltzmann_j_per_k * reference_temperature_k * bandwidth.value() *
         base::from_db(noise_figure.value());
}

}  // namespace redcell::phy
