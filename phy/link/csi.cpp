#include "phy/link/csi.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/block_error.h"
#include "phy/link/information.h"
#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

constexpr double sinr_floor_db = -40;
constexpr int cqi_max = 15;
constexpr int rank_max = 2;
using SinrBuffer = std::array<double, csi_group_count_max * rank_max>;

/// One rank with its best precoder.
struct Precoded {
  int rank = 1;
  int pmi = 0;
  double information = -1;
  SinrBuffer sinr;
};

int top_modulation_order(CqiTable table) {
  return cqi(table, base::CqiIndex(cqi_max)).modulation_order;
}

double to_db_with_floor(double sinr_lin) {
  return sinr_lin > 0 ? std::max(sinr_floor_db, base::to_db(sinr_lin)) : sinr_floor_db;
}

/// Sum over [group][layer], each group as often as it has PRBs.
double total_information(std::span<const int> prb_count, std::span<const double> sinr,
                         int modulation_order) {
  const InformationTable& table = information_table();
  const std::size_t layer_count = sinr.size() / prb_count.size();
  double sum = 0;
  for (std::size_t group = 0; group < prb_count.size(); ++group) {
    double group_sum = 0;
    for (std::size_t layer = 0; layer < layer_count; ++layer) {
      group_sum += table.at(modulation_order, sinr[group * layer_count + layer]).capacity_bits;
    }
    sum += group_sum * prb_count[group];
  }
  return sum;
}

int total(std::span<const int> prb_count) {
  return std::accumulate(prb_count.begin(), prb_count.end(), 0);
}

// The precoder that tells most with the table's highest modulation, which still grows where others
// have saturated.
void find_precoder(const CsiInput& input, int rank, Precoded& best) {
  const int modulation_order = top_modulation_order(input.cqi_table);
  SinrInput link = input.link;
  link.layer_count = rank;
  const auto entry_count = static_cast<std::size_t>(link.channel.group_count * rank);
  SinrBuffer buffer;
  const std::span<double> sinr(buffer.data(), entry_count);
  best.rank = rank;
  for (int pmi = 0; pmi < pmi_count(link.channel.tx_count, rank); ++pmi) {
    link.pmi = pmi;
    post_sinr(link, sinr);
    const double information = total_information(input.group_prb_count, sinr, modulation_order);
    if (information > best.information) {
      best.pmi = pmi;
      best.information = information;
      std::copy(sinr.begin(), sinr.end(), best.sinr.begin());
    }
  }
}

struct Quality {
  base::CqiIndex cqi{0};
  double error_rate = 1;
};

// The blocks of one modulation share what is received; it is collected once for each.
Quality find_cqi(const CsiInput& input, std::span<const double> sinr, int rank) {
  const int re_per_prb = csi_reference_symbol_count * 12 - input.dmrs_re_per_prb;
  const int prb_count = total(input.group_prb_count);
  SoftBlock received;
  int received_order = 0;
  for (int index = cqi_max; index >= 1; --index) {
    const Cqi scheme = cqi(input.cqi_table, base::CqiIndex(index));
    if (scheme.modulation_order != received_order) {
      received_order = scheme.modulation_order;
      received = SoftBlock{};
      accumulate(received, received_order, input.group_prb_count, sinr);
      received.information_bits *= re_per_prb;
      received.dispersion_bits2 *= re_per_prb;
      received.coded_bits *= re_per_prb;
      received.energy *= re_per_prb;
    }
    const base::Bits tbs = transport_block_size({.symbol_count = csi_reference_symbol_count,
                                                 .dmrs_re_per_prb = input.dmrs_re_per_prb,
                                                 .prb_count = prb_count,
                                                 .modulation_order = scheme.modulation_order,
                                                 .rate_x1024 = scheme.rate_x1024,
                                                 .layer_count = rank});
    const double error_rate = block_error_rate(tbs, scheme.rate_x1024, received);
    if (error_rate <= cqi_target_bler) return {base::CqiIndex(index), error_rate};
  }
  return {};
}

CsiReport report_of(const CsiInput& input, const Precoded& precoded) {
  const auto rank = static_cast<std::size_t>(precoded.rank);
  const std::span<const double> sinr(
      precoded.sinr.data(), static_cast<std::size_t>(input.link.channel.group_count) * rank);
  const Quality quality = find_cqi(input, sinr, precoded.rank);
  CsiReport report;
  report.rank = precoded.rank;
  report.pmi = precoded.pmi;
  report.cqi = quality.cqi;
  int modulation_order = 2;
  if (quality.cqi.value() > 0) {
    const Cqi scheme = cqi(input.cqi_table, quality.cqi);
    modulation_order = scheme.modulation_order;
    report.expected_rate_bits_per_re =
        precoded.rank * scheme.spectral_efficiency() * (1 - quality.error_rate);
  }
  const double entries = total(input.group_prb_count) * static_cast<double>(rank);
  const double mean = total_information(input.group_prb_count, sinr, modulation_order) / entries;
  report.sinr_db = to_db_with_floor(information_table().sinr_for(modulation_order, mean));
  return report;
}

// [ours] the block that stands for all in a threshold: 25 PRB, one DMRS symbol's worth of RE.
constexpr int nominal_prb_count = 25;
constexpr int nominal_dmrs_re_per_prb = 12;

double nominal_error_rate(const Mcs& scheme, double sinr_db) {
  const std::array<int, 1> re_count = {nominal_prb_count *
                                       (csi_reference_symbol_count * 12 - nominal_dmrs_re_per_prb)};
  const std::array<double, 1> sinr = {base::from_db(sinr_db)};
  const base::Bits tbs = transport_block_size({.symbol_count = csi_reference_symbol_count,
                                               .dmrs_re_per_prb = nominal_dmrs_re_per_prb,
                                               .prb_count = nominal_prb_count,
                                               .modulation_order = scheme.modulation_order,
                                               .rate_x1024 = scheme.rate_x1024});
  SoftBlock block;
  accumulate(block, scheme.modulation_order, re_count, sinr);
  return block_error_rate(tbs, scheme.rate_x1024, block);
}

double threshold_db(const Mcs& scheme, double target_bler) {
  double fails_db = -30;
  double holds_db = 45;
  for (int step = 0; step < 40; ++step) {
    const double middle_db = 0.5 * (fails_db + holds_db);
    (nominal_error_rate(scheme, middle_db) <= target_bler ? holds_db : fails_db) = middle_db;
  }
  return holds_db;
}

}  // namespace

CsiReport measure_csi(const CsiInput& input) {
  const ChannelView& channel = input.link.channel;
  RC_CHECK(channel.group_count >= 1 && channel.group_count <= csi_group_count_max);
  RC_CHECK(input.group_prb_count.size() == static_cast<std::size_t>(channel.group_count));
  for (const int prb_count : input.group_prb_count) RC_CHECK(prb_count > 0);
  RC_CHECK(input.max_rank >= 1);
  RC_CHECK(input.dmrs_re_per_prb >= 0 && input.dmrs_re_per_prb < csi_reference_symbol_count * 12);
  const int rank_limit = std::min({input.max_rank, channel.rx_count, channel.tx_count, rank_max});
  CsiReport best;
  for (int rank = 1; rank <= rank_limit; ++rank) {
    Precoded precoded;
    find_precoder(input, rank, precoded);
    const CsiReport report = report_of(input, precoded);
    if (rank == 1 || report.expected_rate_bits_per_re > best.expected_rate_bits_per_re) {
      best = report;
    }
  }
  return best;
}

McsThresholds::McsThresholds(McsTable table, double target_bler, int max_modulation_order) {
  RC_CHECK(target_bler > 0 && target_bler < 1 && max_modulation_order >= 2);
  for (int index = 0; index < mcs_count(table); ++index) {
    const Mcs scheme = mcs(table, base::McsIndex(index));
    if (scheme.modulation_order > max_modulation_order) break;
    required_db_.push_back(threshold_db(scheme, target_bler));
  }
  at_least_db_.resize(required_db_.size());
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = required_db_.size(); i-- > 0;) {
    least = std::min(least, required_db_[i]);
    at_least_db_[i] = least;
  }
}

base::McsIndex McsThresholds::at(double sinr_db) const {
  const auto above = std::upper_bound(at_least_db_.begin(), at_least_db_.end(), sinr_db);
  const auto count = static_cast<std::int32_t>(above - at_least_db_.begin());
  return base::McsIndex(std::max(0, count - 1));
}

double McsThresholds::required_sinr_db(base::McsIndex mcs_index) const {
  RC_CHECK(mcs_index.value() >= 0 && mcs_index <= highest());
  return required_db_[static_cast<std::size_t>(mcs_index.value())];
}

base::McsIndex McsThresholds::highest() const {
  return base::McsIndex(static_cast<std::int32_t>(required_db_.size()) - 1);
}

}  // namespace redcell::phy
