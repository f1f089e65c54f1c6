// Bandwidth parts of a deployment: what each holds besides data, and which a terminal begins in.
#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "phy/nr/band.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {
namespace {

phy::DmrsConfig dmrs_config(const schema::Dmrs& dmrs) {
  return {.type = static_cast<int>(dmrs.type()),
          .additional_position = static_cast<int>(dmrs.additional_position()),
          .cdm_groups_without_data = static_cast<int>(dmrs.cdm_groups_without_data())};
}

/// The last uplink slot of a frame holds the PRACH, so that PUSCH can begin a period [ours].
int prach_slot(const phy::Numerology& numerology, const phy::Duplex& duplex) {
  for (int slot = numerology.slots_per_frame() - 1; slot > 0; --slot) {
    if (duplex.uplink(base::Slot(slot)).count == phy::symbols_per_slot) return slot;
  }
  return 0;
}

/// Parts count from redcap_bwp on; those that are a slice's own do not close.
bool is_open(const schema::Carrier& carrier, int part, int open_count) {
  return part < open_count || part > shared_bwp_count(carrier);
}

phy::ResourceMapConfig with_broadcast(phy::ResourceMapConfig map, const schema::Carrier& carrier,
                                      int open_count) {
  const schema::Broadcast& b = carrier.broadcast();
  const phy::Band* band = phy::find_band(carrier.band());
  RC_CHECK(band != nullptr);
  const auto pattern = carrier.scs_khz() == 15 ? band->ssb_case_15_khz : band->ssb_case_30_khz;
  const int slots_per_ms = map.numerology.slots_per_ms();
  map.ssb = {.period = duration_of_ms(b.ssb_period_ms()),
             .beam_count = static_cast<int>(b.ssb_beam_count()),
             .first_prb = static_cast<int>(b.ssb_first_prb()),
             .pattern = pattern.value_or(phy::SsbCase::a)};
  for (int i = 0; i < dedicated_bwp_count(carrier); ++i) {
    const schema::DedicatedBwp& bwp = carrier.dedicated_bwp(i);
    if (!bwp.has_ncd_ssb_first_prb() || !is_open(carrier, i + 1, open_count)) continue;
    map.ncd_ssb.push_back({.first_prb = static_cast<int>(bwp.ncd_ssb_first_prb()),
                           .period = duration_of_ms(bwp.ncd_ssb_period_ms()),
                           .offset = duration_of_ms(bwp.ncd_ssb_offset_ms())});
  }
  map.sib1 = {.prb_count = static_cast<int>(b.sib1_prb_count()),
              .first_prb = static_cast<int>(b.sib1_first_prb()),
              .coreset_zero = {.first = map.bwp_dl.first, .count = map.coreset.prb_count},
              .coreset_zero_symbol_count = map.coreset.symbol_count};
  // Tracking and CSI reference signals lie in the half of a frame that has no SSB burst [ours].
  map.paging = {.period = duration_of_ms(b.paging_period_ms()),
                .slot_offset = 5 * slots_per_ms,
                .prb_count = static_cast<int>(b.paging_prb_count()),
                .first_prb = static_cast<int>(b.sib1_first_prb())};
  map.trs = {.period = duration_of_ms(b.trs_period_ms()), .slot_offset = 5 * slots_per_ms};
  map.csi_rs = {.period = duration_of_ms(b.csi_rs_period_ms()),
                .slot_offset = 5 * slots_per_ms + 2,
                .port_count = 2,
                .has_csi_im = true};
  return map;
}

phy::PucchConfig edges_of(std::uint32_t pucch_prb_count, bool hops) {
  const int pucch = static_cast<int>(pucch_prb_count);
  if (!hops) return {.low_edge_prb_count = pucch, .high_edge_prb_count = 0};
  return {.low_edge_prb_count = pucch / 2, .high_edge_prb_count = pucch - pucch / 2};
}

phy::ResourceMapConfig redcap_resources(const schema::Carrier& carrier, int open_count) {
  const phy::Numerology numerology = numerology_of(carrier);
  const phy::Duplex duplex = duplex_of(carrier);
  const phy::PrbRange bwp{.first = static_cast<int>(carrier.redcap_bwp().first_prb()),
                          .count = static_cast<int>(carrier.redcap_bwp().prb_count())};
  const phy::PucchConfig edges =
      edges_of(carrier.uplink().pucch_prb_count(), carrier.uplink().pucch_hopping());
  phy::ResourceMapConfig map{
      .numerology = numerology,
      .duplex = duplex,
      .bwp_dl = bwp,
      .bwp_ul = bwp,
      .coreset = {.symbol_count = static_cast<int>(carrier.downlink().coreset_symbols()),
                  .prb_count = static_cast<int>(carrier.downlink().coreset_prb_count())},
      .pdsch_dmrs = dmrs_config(carrier.downlink().dmrs()),
      .pusch_dmrs = dmrs_config(carrier.uplink().dmrs()),
      .prach = {.period = duration_of_ms(carrier.uplink().prach_period_ms()),
                .slot_offset = prach_slot(numerology, duplex),
                .prb_count = static_cast<int>(carrier.uplink().prach_prb_count()),
                .first_prb = bwp.first + edges.low_edge_prb_count},
      .pucch = edges};
  return with_broadcast(map, carrier, open_count);
}

/// The same slots seen from the whole carrier: what is common stays where it is.
phy::ResourceMapConfig wide_resources(const phy::ResourceMapConfig& redcap,
                                      const schema::WideBwp& wide) {
  phy::ResourceMapConfig map = redcap;
  map.bwp_dl = {.first = static_cast<int>(wide.first_prb()),
                .count = static_cast<int>(wide.prb_count())};
  map.bwp_ul = map.bwp_dl;
  map.coreset.prb_count = static_cast<int>(wide.coreset_prb_count());
  map.coreset.first_prb = static_cast<int>(wide.coreset_first_prb()) - map.bwp_dl.first;
  map.pucch = edges_of(wide.pucch_prb_count(), true);
  return map;
}

/// The same slots seen from a further RedCap part.
phy::ResourceMapConfig dedicated_resources(const phy::ResourceMapConfig& redcap,
                                           const schema::DedicatedBwp& dedicated) {
  phy::ResourceMapConfig map = redcap;
  map.bwp_dl = {.first = static_cast<int>(dedicated.first_prb()),
                .count = static_cast<int>(dedicated.prb_count())};
  map.bwp_ul = map.bwp_dl;
  return map;
}

}  // namespace

std::vector<phy::ResourceMapConfig> bwp_configs(const schema::Carrier& carrier) {
  return bwp_configs(carrier, 1 + shared_bwp_count(carrier));
}

std::vector<phy::ResourceMapConfig> bwp_configs(const schema::Carrier& carrier, int open_count) {
  std::vector<phy::ResourceMapConfig> bwps{redcap_resources(carrier, open_count)};
  if (!carrier.has_embb_bwp()) return bwps;
  for (int i = 0; i < dedicated_bwp_count(carrier); ++i) {
    bwps.push_back(dedicated_resources(bwps.front(), carrier.dedicated_bwp(i)));
  }
  bwps.push_back(wide_resources(bwps.front(), carrier.embb_bwp()));
  const auto first_owned = static_cast<std::size_t>(1 + shared_bwp_count(carrier));
  const auto is_closed = [&](std::size_t bwp) {
    return bwp + 1 < bwps.size() && !is_open(carrier, static_cast<int>(bwp), open_count);
  };
  for (std::size_t own = 0; own < bwps.size(); ++own) {
    // Nobody is in it, so it has nothing.
    if (is_closed(own)) bwps[own].other_data.push_back(bwps[own].bwp_dl);
    for (std::size_t other = 0; other < bwps.size(); ++other) {
      if (other == own || is_closed(other)) continue;
      if (other >= first_owned && other + 1 < bwps.size()) {
        bwps[own].other_data.push_back(bwps[other].bwp_dl);
      }
      for (const phy::PrbRange& edge : bwps[other].pucch_prbs()) {
        bwps[own].other_pucch.push_back(edge);
      }
    }
  }
  return bwps;
}

std::vector<std::uint32_t> first_parts(const LayerPlan& layer, std::uint32_t slice) {
  const std::uint32_t shared = layer.shared_bwp_count();
  std::vector<std::uint32_t> parts;
  for (std::uint32_t i = 0; i < layer.owners.size(); ++i) {
    if (layer.owners[i] == slice) parts.push_back(shared + i);
  }
  if (!parts.empty()) return parts;
  parts.resize(layer.bwp_plan.manager ? 1 : shared);
  std::iota(parts.begin(), parts.end(), 0U);
  return parts;
}

int dedicated_bwp_count(const schema::Carrier& carrier) {
  const auto most = static_cast<int>(carrier.bwp_manager().redcap_parts()) - 1;
  return std::min(carrier.dedicated_bwp_size(), most);
}

int shared_bwp_count(const schema::Carrier& carrier) {
  int count = 0;
  while (count < dedicated_bwp_count(carrier) && carrier.dedicated_bwp(count).slice().empty()) {
    ++count;
  }
  return count;
}

std::array<int, phy::aggregation_level_count> pdcch_candidates(const schema::Carrier& carrier) {
  const schema::SearchSpace& space = carrier.downlink().search_space();
  return {static_cast<int>(space.candidates_1()), static_cast<int>(space.candidates_2()),
          static_cast<int>(space.candidates_4()), static_cast<int>(space.candidates_8()),
          static_cast<int>(space.candidates_16())};
}

BwpPlan bwp_plan(const schema::Carrier& carrier) {
  using Schema = schema::BwpManager;
  const Schema& manager = carrier.bwp_manager();
  const int slots_per_ms = numerology_of(carrier).slots_per_ms();
  BwpPlan plan{
      .manager = std::nullopt,
      .by_dci = manager.switching() == Schema::DCI,
      .period =
          base::SlotCount(static_cast<std::int64_t>(manager.period_ms() * slots_per_ms + 0.5)),
      .inactivity = base::SlotCount(std::int64_t{manager.inactivity_timer_ms()} * slots_per_ms)};
  if (manager.policy() == Schema::STATIC) return plan;
  using mac::gnb::BwpPolicy;
  plan.manager = {.policy = manager.policy() == Schema::ROUND_ROBIN    ? BwpPolicy::round_robin
                            : manager.policy() == Schema::LEAST_LOADED ? BwpPolicy::least_loaded
                                                                       : BwpPolicy::delay_driven,
                  .part_count = static_cast<std::uint32_t>(1 + shared_bwp_count(carrier)),
                  .open_use = manager.open_percent() / 100,
                  .close_use = manager.close_percent() / 100,
                  .open_delay_ms = manager.open_delay_ms(),
                  .open_blocking = manager.open_blocking_percent() / 100,
                  .patience = static_cast<int>(manager.patience())};
  return plan;
}

mac::BwpTiming bwp_timing(const LayerPlan& layer, const TerminalPlan& terminal) {
  // TS 38.331 12: procedure delay of RRCReconfiguration; TS 38.133 8.6.3: T_BWPswitchDelayRRC.
  constexpr std::int64_t rrc_processing_ms = 10;
  constexpr std::int64_t rrc_switch_ms = 6;
  const phy::Numerology& numerology = layer.numerology();
  // A timer leads back to the initial part: it is for who can be in another one of those for all.
  const bool is_moved = layer.shared_bwp_count() > 1 && terminal.bwp < layer.shared_bwp_count();
  return {.switch_delay = mac::bwp_switch_delay(
              numerology.mu(), static_cast<int>(terminal.capability.bwp_switch_type())),
          .rrc_processing = base::SlotCount(rrc_processing_ms * numerology.slots_per_ms()),
          .rrc_switch = base::SlotCount(rrc_switch_ms * numerology.slots_per_ms()),
          .inactivity = is_moved ? layer.bwp_plan.inactivity : base::SlotCount(0),
          .subframe = base::SlotCount(numerology.slots_per_ms()),
          .default_bwp = 0};
}

std::uint32_t bwp_of(const schema::Capability& capability,
                     std::span<const phy::ResourceMapConfig> bwps) {
  const auto widest =
      phy::widest_prb_count(capability.max_bandwidth_mhz(), bwps.front().numerology.scs_khz());
  const bool takes_last = widest && bwps.back().bwp_dl.count <= widest->value();
  return takes_last ? static_cast<std::uint32_t>(bwps.size() - 1) : 0;
}

}  // namespace redcell::scenarios
