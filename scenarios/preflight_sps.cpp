// Rules about semi-persistent scheduling: what RRC can signal, what a terminal's parts have room
// for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "mac/gnb/occasion_place.h"
#include "phy/nr/block_fit.h"
#include "phy/nr/mcs_table.h"
#include "scenarios/deployment.h"
#include "scenarios/grant_places.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve.h"

namespace redcell::scenarios {
namespace {

/// TS 38.331 SPS-Config, periodicity.
constexpr std::array<std::uint32_t, 10> periods_ms{10, 20, 32, 40, 64, 80, 128, 160, 320, 640};

/// A block that held headers and no data would be of no use [ours].
constexpr std::int64_t least_block_bytes = 16;

/// A group with SPS-Config on one of the carriers that it may use.
struct View {
  const schema::TerminalGroup& group;
  const schema::Capability& capability;
  const LayerPlan& layer;
  std::string path;                  ///< Of sps_config.
  std::vector<std::uint32_t> parts;  ///< Where its terminals may be.

  [[nodiscard]] const schema::SpsConfig& sps() const { return group.sps_config(); }
  [[nodiscard]] std::int64_t period_slots() const {
    return semi_persistent_config(sps(), layer.numerology()).occasions.period().value();
  }
};

/// Where a part has most room for occasions: PRBs side by side, and the block that was asked for
/// there.
struct Room {
  phy::PrbRange prb{};  ///< count 0: from no slot are all of them downlink and answered.
  phy::BlockFit fit{};
};

/// Of occasions in one row; count 0 where rate matching lowers the scheme.
Room room_of(const mac::gnb::OccasionRow& row, const View& view, std::vector<std::uint8_t>& free) {
  free.assign(static_cast<std::size_t>(row.map.config().bwp_dl.count), 1);
  if (!mac::gnb::keep_whole_prbs(row, free)) return {};
  Room room;
  while (const auto wider = mac::gnb::first_run(free, room.prb.count + 1)) room.prb = *wider;
  if (room.prb.count == 0) return {};
  const base::McsIndex wanted(static_cast<int>(view.sps().mcs_index()));
  room.fit = mac::gnb::fit_in_all(
      row, {.table = view.layer.cell.dl_table,
            .wanted = wanted,
            .first_prb = room.prb.first,
            .prb_count = std::min(static_cast<int>(view.sps().prb_count()), room.prb.count),
            .layer_count = 1});
  return room.fit.mcs == wanted ? room : Room{};
}

Room widest_in(const phy::ResourceMap& map, const View& view) {
  Room best;
  std::vector<std::uint8_t> free;
  for (base::Slot s; s.value() < view.period_slots(); s += base::SlotCount(1)) {
    const auto is_answered = [&](int k1) {
      return map.uplink(s + base::SlotCount(k1)).symbols.count > 0;
    };
    const std::vector<int>& k1s = view.layer.cell.k1;
    const auto k1 = std::find_if(k1s.begin(), k1s.end(), is_answered);
    if (k1 == k1s.end()) continue;
    const Room room = room_of({.map = map,
                               .first = s,
                               .period = base::SlotCount(view.period_slots()),
                               .k1 = base::SlotCount(*k1)},
                              view, free);
    if (room.prb.count > best.prb.count) best = room;
  }
  return best;
}

bool check_period(const View& view, Report& report) {
  const std::uint32_t period = view.sps().periodicity_ms();
  if (std::find(periods_ms.begin(), periods_ms.end(), period) != periods_ms.end()) return true;
  report.add(view.path + ".periodicity_ms",
             {.found = fmt::format("{} ms", period),
              .allowed = fmt::format("{}", fmt::join(periods_ms, ", ")),
              .clause = "TS 38.331 SPS-Config"});
  return false;
}

/// False: no block can be sized.
bool check_scheme(const View& view, Report& report) {
  const auto mcs = static_cast<int>(view.sps().mcs_index());
  const int mcs_count = phy::mcs_count(view.layer.cell.dl_table);
  if (mcs >= mcs_count) {
    report.add(view.path + ".mcs_index", {.found = fmt::format("MCS {}", mcs),
                                          .allowed = fmt::format("0 to {}", mcs_count - 1),
                                          .clause = "TS 38.214 5.1.3.1"});
    return false;
  }
  const int order = phy::mcs(view.layer.cell.dl_table, base::McsIndex(mcs)).modulation_order;
  const auto most = static_cast<int>(view.capability.max_dl_modulation());
  if (order > most) {
    report.add(view.path + ".mcs_index",
               {.found = fmt::format("MCS {}, of {} bits a symbol", mcs, order),
                .allowed = fmt::format("at most {} bits: max_dl_modulation of '{}'", most,
                                       view.capability.name()),
                .clause = "TS 38.306 4.2.7.2"});
  }
  return true;
}

void check_processes(const View& view, Report& report) {
  const auto count = static_cast<int>(view.sps().nrof_harq_processes());
  const int all = view.layer.cell.harq.process_count;
  if (count < all) return;
  report.add(view.path + ".nrof_harq_processes",
             {.found = fmt::format("{} of the {} processes of the downlink on '{}'", count, all,
                                   view.layer.carrier),
              .allowed = fmt::format("1 to {}: one at least is left to DCIs", all - 1),
              .clause = "TS 38.321 5.3.1"});
}

/// In each part that its terminals may be in; the first that has no room speaks.
void check_room(const View& view, Report& report) {
  const auto prb_count = static_cast<int>(view.sps().prb_count());
  for (const std::uint32_t part : view.parts) {
    const phy::ResourceMap map(view.layer.bwps[part]);
    const Room room = widest_in(map, view);
    if (room.prb.count == 0) {
      report.add(view.path + ".periodicity_ms",
                 {.found = fmt::format("{} ms: from no slot are all of them downlink, and all "
                                       "answers uplink, on '{}'",
                                       view.sps().periodicity_ms(), view.layer.carrier),
                  .allowed = "a multiple of the TDD pattern",
                  .clause = "TS 38.213 11.1"});
      return;
    }
    if (prb_count > room.prb.count) {
      report.add(view.path + ".prb_count",
                 {.found = fmt::format("{} PRBs in a part of '{}'", prb_count, view.layer.carrier),
                  .allowed = fmt::format("1 to {}: side by side, without SS/PBCH blocks, SIB1 and "
                                         "paging in any of the occasions",
                                         room.prb.count),
                  .clause = "TS 38.214 5.1.4"});
      return;
    }
    if (room.fit.tbs.value() / 8 >= least_block_bytes) continue;
    report.add(view.path + ".prb_count",
               {.found = fmt::format("a block of {} bytes", room.fit.tbs.value() / 8),
                .allowed = fmt::format("{} bytes or more", least_block_bytes),
                .clause = "[ours]"});
    return;
  }
}

std::vector<std::uint32_t> parts_of(const View& view, std::uint32_t slice) {
  const std::uint32_t bwp = bwp_of(view.capability, view.layer.bwps);
  if (bwp != 0) return {bwp};
  std::vector<std::uint32_t> parts = first_parts(view.layer, slice);
  const std::uint32_t siblings = view.layer.cell.sibling_count;
  if (siblings < 2 || parts.front() >= siblings) return parts;
  parts.resize(siblings);
  std::iota(parts.begin(), parts.end(), 0U);
  return parts;
}

}  // namespace

void check_semi_persistent(const schema::Scenario& scenario, Report& report) {
  const auto& groups = scenario.terminal_group();
  const bool is_asked_for =
      std::any_of(groups.begin(), groups.end(),
                  [](const schema::TerminalGroup& g) { return g.has_sps_config(); });
  if (!is_asked_for) return;
  const Deployment network = make_network(resolve(scenario));  // With its K1.
  for (const LayerPlan& layer : network.layers) {
    for (int g = 0; g < groups.size(); ++g) {
      const schema::TerminalGroup& group = groups[g];
      if (!group.has_sps_config() || !may_use(group, layer.carrier)) continue;
      const auto capability =
          std::find_if(scenario.capability().begin(), scenario.capability().end(),
                       [&](const auto& c) { return c.name() == group.capability(); });
      View view{.group = group,
                .capability = *capability,
                .layer = layer,
                .path = element_path("", group, "terminal_group", g) + ".sps_config",
                .parts = {}};
      view.parts = parts_of(view, slice_of(scenario, group.slice()));
      check_processes(view, report);
      const bool has_period = check_period(view, report);
      if (check_scheme(view, report) && has_period) check_room(view, report);
    }
  }
}

}  // namespace redcell::scenarios
