#include "phy/link/block_error.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/information.h"
#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

/// Sums over entries, each weighted with its RE.
struct Collected {
  double re_count = 0;
  Information information;
};

Collected collect(int modulation_order, std::span<const int> re_count, std::span<const double> sinr,
                  double sinr_factor) {
  RC_CHECK(!re_count.empty() && !sinr.empty() && sinr.size() % re_count.size() == 0);
  const InformationTable& table = information_table();
  const std::size_t layer_count = sinr.size() / re_count.size();
  Collected sum;
  for (std::size_t group = 0; group < re_count.size(); ++group) {
    const double re = re_count[group];
    for (std::size_t layer = 0; layer < layer_count; ++layer) {
      const Information one =
          table.at(modulation_order, sinr_factor * sinr[group * layer_count + layer]);
      sum.re_count += re;
      sum.information.capacity_bits += re * one.capacity_bits;
      sum.information.dispersion_bits2 += re * one.dispersion_bits2;
    }
  }
  return sum;
}

// Soft values of a repeated bit add, so that its SINR does (Chase); the information of a buffer
// that was sent several times is at most that of its bits at their mean total SINR, because
// information is concave in SINR.
double combined_information(const SoftBlock& word, double buffer_bits) {
  if (word.coded_bits <= buffer_bits) return word.information_bits;
  const double per_symbol = information_table().at(2, word.energy / buffer_bits).capacity_bits;
  return std::min(word.information_bits, 0.5 * buffer_bits * per_symbol);
}

}  // namespace

void accumulate(SoftBlock& block, int modulation_order, std::span<const int> re_count,
                std::span<const double> sinr) {
  static const double loss = base::from_db(-ldpc_implementation_loss.value());
  const Collected sent = collect(modulation_order, re_count, sinr, loss);
  const double coded_bits = sent.re_count * modulation_order;
  const double information = sent.information.capacity_bits;
  if (coded_bits <= 0) return;
  const double energy =
      coded_bits * information_table().sinr_for(2, 2.0 * information / coded_bits);
  combine(block, {.information_bits = information,
                  .dispersion_bits2 = sent.information.dispersion_bits2,
                  .coded_bits = coded_bits,
                  .energy = energy});
}

void combine(SoftBlock& block, const SoftBlock& sent) {
  double dispersion = block.dispersion_bits2 + sent.dispersion_bits2;
  if (block.information_bits > 0) {
    // A receiver could ignore what tells little and spreads much. Without this limit such a
    // transmission would raise the error rate of the approximation; with it, none can.
    const double growth = 1.0 + sent.information_bits / block.information_bits;
    dispersion = std::min(dispersion, block.dispersion_bits2 * growth * growth);
  }
  block.information_bits += sent.information_bits;
  block.dispersion_bits2 = dispersion;
  block.coded_bits += sent.coded_bits;
  block.energy += sent.energy;
}

double code_word_error_rate(const SoftBlock& word, double info_bits, double buffer_bits) {
  if (word.information_bits <= 0) return 1;
  const double information = combined_information(word, buffer_bits);
  const double margin = information - info_bits + 0.5 * base::log2(std::max(1.0, word.coded_bits));
  const double deviation = std::sqrt(word.dispersion_bits2);
  if (margin <= 0) return deviation > 0 ? base::gaussian_tail(margin / deviation) : 1;
  // Repetition makes soft values surer: the spread shrinks with the information that it fails to
  // add.
  const double shrunk = deviation * (information / word.information_bits);
  return shrunk > 0 ? base::gaussian_tail(margin / shrunk) : 0;
}

double block_error_rate(base::Bits tbs, double rate_x1024, const SoftBlock& block) {
  RC_CHECK(tbs.value() > 0);
  const int word_count = code_block_count(tbs, rate_x1024);
  const double info_bits =
      static_cast<double>(coded_information_bits(tbs, rate_x1024).value()) / word_count;
  // Mother codes of rate 1/3 and 1/5 (TS 38.212 5.3.2).
  const double buffer_bits = info_bits * (ldpc_base_graph(tbs, rate_x1024) == 1 ? 3 : 5);
  const double share = 1.0 / word_count;
  const SoftBlock word{.information_bits = block.information_bits * share,
                       .dispersion_bits2 = block.dispersion_bits2 * share,
                       .coded_bits = block.coded_bits * share,
                       .energy = block.energy * share};
  const double word_error = code_word_error_rate(word, info_bits, buffer_bits);
  // 1 - (1 - e)^C as a sum, which keeps its digits when e is tiny.
  double error = 0;
  double survival = 1;
  for (int i = 0; i < word_count; ++i) {
    error += survival * word_error;
    survival *= 1 - word_error;
  }
  return std::min(error, 1.0);
}

double effective_sinr(int modulation_order, std::span<const int> re_count,
                      std::span<const double> sinr) {
  const Collected all = collect(modulation_order, re_count, sinr, 1.0);
  RC_CHECK(all.re_count > 0);
  return information_table().sinr_for(modulation_order,
                                      all.information.capacity_bits / all.re_count);
}

}  // namespace redcell::phy
