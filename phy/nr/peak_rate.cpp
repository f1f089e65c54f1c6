#include "phy/nr/peak_rate.h"

#include "base/check.h"

namespace redcell::phy {

double peak_rate_mbps_38306(const PeakRateInput& input) {
  RC_CHECK(input.mu >= 0 && input.mu <= 3);
  const double symbols_per_s = 14e3 * (1 << input.mu);
  const double re_per_s = input.prb_count * subcarriers_per_prb * symbols_per_s;
  return 1e-6 * input.layer_count * input.modulation_order * input.scaling * input.rate_max *
         re_per_s * (1 - input.overhead);
}

double tbs_based_rate_mbps(const ResourceMap& map, base::Direction direction,
                           const BlockSetting& setting) {
  std::int64_t bits = 0;
  for (std::int64_t s = 0; s < map.period().value(); ++s) {
    const bool is_downlink = direction == base::Direction::downlink;
    const SlotResources& slot =
        is_downlink ? map.downlink(base::Slot(s)) : map.uplink(base::Slot(s));
    const PrbRange prbs =
        is_downlink ? PrbRange{0, static_cast<int>(slot.data_re.size())} : longest_usable_run(slot);
    const BlockFit fit = fit_block({.table = setting.table,
                                    .wanted = setting.mcs,
                                    .first_prb = prbs.first,
                                    .prb_count = prbs.count,
                                    .layer_count = setting.layer_count},
                                   slot);
    bits += fit.tbs.value();
  }
  const double period_us =
      static_cast<double>(map.period().value()) * 1e3 / map.config().numerology.slots_per_ms();
  return static_cast<double>(bits) / period_us;
}

}  // namespace redcell::phy
