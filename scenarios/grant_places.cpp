#include "scenarios/grant_places.h"

#include "base/check.h"
#include "phy/nr/mcs_table.h"

namespace redcell::scenarios {
namespace {

constexpr std::int64_t hyperframe_frames = 1024;

std::vector<const phy::ResourceMap*> pointers_to(const std::vector<phy::ResourceMap>& maps) {
  std::vector<const phy::ResourceMap*> out;
  for (const phy::ResourceMap& map : maps) out.push_back(&map);
  return out;
}

}  // namespace

GrantPlaces::GrantPlaces(const LayerPlan& layer)
    : layer_(layer), maps_(layer.bwps.begin(), layer.bwps.end()), room_(pointers_to(maps_)) {}

mac::gnb::ConfiguredRoom::Wish GrantPlaces::wish(const schema::ConfiguredGrant& grant,
                                                 std::uint32_t bwp) {
  mac::gnb::ConfiguredRoom::Wish wish{.bwp = bwp,
                                      .periodicity = base::SlotCount(grant.periodicity_slots()),
                                      .prb_count = static_cast<int>(grant.prb_count())};
  if (grant.has_time_domain_offset_slots()) {
    wish.offset = base::SlotCount(grant.time_domain_offset_slots());
  }
  return wish;
}

bool GrantPlaces::is_uplink(const schema::ConfiguredGrant& grant, std::uint32_t bwp,
                            std::uint32_t offset) const {
  return room_.is_uplink(wish(grant, bwp), base::SlotCount(offset));
}

std::optional<mac::ConfiguredGrant> GrantPlaces::place(const schema::ConfiguredGrant& grant,
                                                       std::uint32_t bwp) {
  const auto place = room_.take(wish(grant, bwp));
  if (!place) return std::nullopt;
  const phy::BlockFit fit =
      phy::fit_block({.table = layer_.cell.ul_table,
                      .wanted = base::McsIndex(static_cast<int>(grant.mcs_index())),
                      .first_prb = place->prb.first,
                      .prb_count = place->prb.count,
                      .layer_count = 1},
                     maps_[bwp].uplink(base::Slot(place->offset.value())));
  const phy::Mcs mcs = phy::mcs(layer_.cell.ul_table, fit.mcs);
  return mac::ConfiguredGrant{
      .by_dci = grant.type() == schema::ConfiguredGrant::TYPE_2,
      .periodicity = base::SlotCount(grant.periodicity_slots()),
      .offset = place->offset,
      .hyperframe = base::SlotCount(hyperframe_frames * layer_.numerology().slots_per_frame()),
      .process_count = static_cast<int>(grant.nrof_harq_processes()),
      .timer_periods = static_cast<int>(grant.configured_grant_timer()),
      .format = {.mcs = fit.mcs,
                 .modulation_order = mcs.modulation_order,
                 .rate_x1024 = mcs.rate_x1024,
                 .layer_count = 1,
                 .pmi = 0,
                 .bwp = bwp,
                 .beam = 0,
                 .prb = place->prb,
                 .prb_count = fit.prb_count,
                 .tbs = fit.tbs},
      .start = {}};
}

void add_configured_grants(const schema::Scenario& scenario, Deployment& deployment) {
  for (const LayerPlan& layer : deployment.layers) {
    std::optional<GrantPlaces> places;
    for (const base::UeId ue : layer.terminals) {
      TerminalPlan& terminal = deployment.terminals[ue.value];
      const schema::TerminalGroup& group =
          scenario.terminal_group(static_cast<int>(terminal.group));
      if (!group.has_configured_grant()) continue;
      if (!places) places.emplace(layer);
      terminal.configured_grant = places->place(group.configured_grant(), terminal.bwp);
      RC_CHECK(terminal.configured_grant.has_value());
      terminal.release_after = static_cast<int>(group.configured_grant().release_after_unused());
    }
  }
}

mac::SemiPersistentConfig semi_persistent_config(const schema::SpsConfig& sps,
                                                 const phy::Numerology& numerology) {
  return {.occasions = {.periodicity_ms = static_cast<int>(sps.periodicity_ms()),
                        .slots_per_frame = numerology.slots_per_frame(),
                        .process_count = static_cast<int>(sps.nrof_harq_processes()),
                        .start = {}},
          .prb_count = static_cast<int>(sps.prb_count()),
          .mcs = base::McsIndex(static_cast<int>(sps.mcs_index()))};
}

void add_semi_persistent(const schema::Scenario& scenario, Deployment& deployment) {
  for (const LayerPlan& layer : deployment.layers) {
    for (const base::UeId ue : layer.terminals) {
      TerminalPlan& terminal = deployment.terminals[ue.value];
      const schema::TerminalGroup& group =
          scenario.terminal_group(static_cast<int>(terminal.group));
      if (!group.has_sps_config()) continue;
      terminal.semi_persistent = semi_persistent_config(group.sps_config(), layer.numerology());
    }
  }
}

}  // namespace redcell::scenarios
