#include "phy/nr/block_fit.h"

#include <cstddef>

#include "base/check.h"
#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

base::Bits nominal_size(const Mcs& scheme, const BlockFit& fit, const SlotResources& slot,
                        int layer_count) {
  return transport_block_size({.symbol_count = slot.symbols.count,
                               .dmrs_re_per_prb = slot.dmrs_re_per_prb,
                               .prb_count = fit.prb_count,
                               .modulation_order = scheme.modulation_order,
                               .rate_x1024 = scheme.rate_x1024,
                               .layer_count = layer_count});
}

double coded_bits(base::Bits tbs, const Mcs& scheme) {
  return static_cast<double>(coded_information_bits(tbs, scheme.rate_x1024).value());
}

}  // namespace

BlockFit fit_block(const BlockRequest& request, const SlotResources& slot) {
  RC_CHECK(request.first_prb >= 0 && request.prb_count >= 0);
  const auto end =
      static_cast<std::size_t>(request.first_prb) + static_cast<std::size_t>(request.prb_count);
  RC_CHECK(end <= slot.data_re.size());
  BlockFit fit{.mcs = request.wanted};
  for (auto prb = static_cast<std::size_t>(request.first_prb); prb < end; ++prb) {
    fit.re_count += slot.data_re[prb];
    fit.prb_count += slot.data_re[prb] > 0 ? 1 : 0;
  }
  if (fit.re_count == 0) return fit;

  // What the channel carries: the wanted scheme's bits per RE, as the standard's own rounding
  // leaves them in a slot without rate matching. Products of integers, so that an untouched slot
  // compares equal.
  const Mcs wanted = mcs(request.table, request.wanted);
  const double wanted_bits =
      coded_bits(nominal_size(wanted, fit, slot, request.layer_count), wanted);
  const double nominal_re =
      fit.prb_count * (subcarriers_per_prb * slot.symbols.count - slot.dmrs_re_per_prb);
  const double layer_re = static_cast<double>(fit.re_count) * request.layer_count;

  for (int index = request.wanted.value(); index >= 0; --index) {
    const Mcs scheme = mcs(request.table, base::McsIndex(index));
    const base::Bits tbs = nominal_size(scheme, fit, slot, request.layer_count);
    const double bits = coded_bits(tbs, scheme);
    const bool decodable = bits * nominal_re <= wanted_bits * fit.re_count ||
                           bits <= wanted.spectral_efficiency() * layer_re;
    if (decodable && bits <= effective_code_rate_max * layer_re * scheme.modulation_order) {
      fit.mcs = base::McsIndex(index);
      fit.tbs = tbs;
      return fit;
    }
  }
  return fit;
}

}  // namespace redcell::phy
