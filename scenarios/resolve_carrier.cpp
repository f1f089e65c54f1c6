#include "scenarios/resolve_carrier.h"

#include <algorithm>
#include <set>

#include "base/math.h"
#include "phy/nr/band.h"
#include "phy/nr/processing_time.h"
#include "phy/nr/resource_map.h"
#include "phy/nr/resource_occasions.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {
namespace {

bool has_pdcch(const phy::ResourceMapConfig& config, std::int64_t slot) {
  return config.duplex.downlink(base::Slot(slot)).count >= config.coreset.symbol_count;
}

bool has_pdsch(const phy::ResourceMapConfig& config, std::int64_t slot) {
  return phy::pdsch_symbols(config, base::Slot(slot)).count > 0;
}

/// Slots with PUSCH, which carry PUCCH as well.
bool has_uplink(const phy::ResourceMapConfig& config, std::int64_t slot) {
  return phy::pusch_symbols(config, base::Slot(slot)).count > 0;
}

}  // namespace

std::set<std::string> sent_carriers(const schema::Scenario& scenario) {
  std::set<std::string> names;
  for (const schema::Site& site : scenario.site()) {
    for (const schema::Sector& sector : site.sector()) names.insert(sector.carrier());
  }
  for (const schema::SiteGrid& grid : scenario.site_grid()) {
    for (const schema::Sector& sector : grid.sector()) names.insert(sector.carrier());
  }
  return names;
}

std::optional<int> carrier_prb_count(const schema::Carrier& carrier) {
  const auto count =
      phy::max_prb_count(carrier.bandwidth_mhz(), static_cast<int>(carrier.scs_khz()));
  if (!count) return std::nullopt;
  return count->value();
}

SlotOffsets slot_offsets(const schema::Carrier& carrier, base::Metres far) {
  const phy::ResourceMapConfig config = bwp_configs(carrier).front();
  const auto round_trip_ns =
      static_cast<std::int64_t>(2e9 * far.value() / base::speed_of_light_mps);
  const phy::UplinkTiming timing{.numerology = config.numerology,
                                 .range = phy::FrequencyRange::fr1,
                                 .timing_advance = base::Duration(round_trip_ns)};
  SlotOffsets offsets;
  const std::int64_t period = config.duplex.period().value();
  offsets.least_k2 = phy::min_k2(timing, config.coreset.symbol_count);
  for (std::int64_t slot = 0; slot < period; ++slot) {
    if (!has_pdsch(config, slot)) continue;
    const phy::SymbolRange pdsch = phy::pdsch_symbols(config, base::Slot(slot));
    offsets.least_k1 = std::max(offsets.least_k1, phy::min_k1(timing, config.pdsch_dmrs, pdsch, 0));
  }
  std::set<int> k1;
  std::set<int> k2;
  for (std::int64_t slot = 0; slot < period; ++slot) {
    int k = offsets.least_k1;
    while (k <= k1_max && !has_uplink(config, slot + k)) ++k;
    if (has_pdsch(config, slot) && k <= k1_max) k1.insert(k);
    // From an uplink slot back to the latest downlink slot that may grant it.
    k = offsets.least_k2;
    while (k <= k2_max && !has_pdcch(config, (slot - k) % period + period)) ++k;
    if (has_uplink(config, slot) && k <= k2_max) k2.insert(k);
  }
  offsets.k1.assign(k1.begin(), k1.end());
  offsets.k2.assign(k2.begin(), k2.end());
  return offsets;
}

bool reaches_uplink(const schema::Carrier& carrier, int k1) {
  const phy::ResourceMapConfig config = bwp_configs(carrier).front();
  for (std::int64_t slot = 0; slot < config.duplex.period().value(); ++slot) {
    if (has_pdsch(config, slot) && has_uplink(config, slot + k1)) return true;
  }
  return false;
}

bool grants_uplink(const schema::Carrier& carrier, int k2) {
  const phy::ResourceMapConfig config = bwp_configs(carrier).front();
  for (std::int64_t slot = 0; slot < config.duplex.period().value(); ++slot) {
    if (has_pdcch(config, slot) && has_uplink(config, slot + k2)) return true;
  }
  return false;
}

}  // namespace redcell::scenarios
