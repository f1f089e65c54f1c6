// Rules about further RedCap BWPs: where they lie, what they hold, who can be in them and when.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "phy/nr/resource_occasions.h"
#include "scenarios/deployment.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

/// TS 38.331 maxNrofBWPs: dedicated ones of a terminal.
constexpr int dedicated_bwp_count_max = 4;
// TS 38.331 NonCellDefiningSSB.
constexpr std::array ncd_period_ms{5.0, 10.0, 20.0, 40.0, 80.0, 160.0};
constexpr std::array ncd_offset_ms{0.0, 5.0, 10.0, 15.0, 20.0, 40.0, 80.0};
// TS 38.331 BWP-DownlinkDedicated bwp-InactivityTimer; 0: none.
constexpr std::array<std::uint32_t, 22> inactivity_ms{
    0, 2, 3, 4, 5, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100, 200, 300, 500, 750, 1280, 1920, 2560};

/// Longer than K1 and K2 [ours].
constexpr std::uint32_t least_inactivity_ms = 20;

std::string text_of(const phy::PrbRange& prbs) {
  return fmt::format("PRBs {} to {}", prbs.first, prbs.end() - 1);
}

bool is_inside(const phy::PrbRange& inner, const phy::PrbRange& outer) {
  return inner.first >= outer.first && inner.end() <= outer.end();
}

phy::PrbRange prbs_of(const schema::DedicatedBwp& bwp) {
  return {static_cast<int>(bwp.first_prb()), static_cast<int>(bwp.prb_count())};
}

std::string path_of(const CarrierView& view, int index) {
  return element_path(view.path, view.carrier.dedicated_bwp(index), "dedicated_bwp", index);
}

void check_place(const CarrierView& view, int index, Report& report) {
  const schema::DedicatedBwp& bwp = view.carrier.dedicated_bwp(index);
  const std::string path = path_of(view, index);
  const phy::PrbRange prbs = prbs_of(bwp);
  check_inside(view, path.substr(view.path.size() + 1), prbs, report);
  const schema::WideBwp& wide = view.carrier.embb_bwp();
  const phy::PrbRange outer{static_cast<int>(wide.first_prb()), static_cast<int>(wide.prb_count())};
  if (!is_inside(prbs, outer)) {
    report.add(
        path, {.found = view.carrier.has_embb_bwp()
                            ? fmt::format("{} beside embb_bwp on {}", text_of(prbs), text_of(outer))
                            : "a further part of a carrier without embb_bwp",
               .allowed = "a part inside embb_bwp, with which it shares PRBs",
               .clause = "[ours]"});
  }
  if (bwp.prb_count() != view.carrier.redcap_bwp().prb_count()) {
    report.add(path + ".prb_count",
               {.found = fmt::format("{} PRBs", bwp.prb_count()),
                .allowed = fmt::format("{}, as redcap_bwp has: a block that is repeated after a "
                                       "switch must fit",
                                       view.carrier.redcap_bwp().prb_count()),
                .clause = "[ours]"});
  }
}

void check_ncd_ssb(const CarrierView& view, int index, Report& report) {
  const schema::DedicatedBwp& bwp = view.carrier.dedicated_bwp(index);
  const schema::Broadcast& broadcast = view.carrier.broadcast();
  if (!bwp.has_ncd_ssb_first_prb()) return;
  const std::string path = path_of(view, index);
  const phy::PrbRange ncd{static_cast<int>(bwp.ncd_ssb_first_prb()), phy::ssb_prb_count};
  const phy::PrbRange cd{static_cast<int>(broadcast.ssb_first_prb()), phy::ssb_prb_count};
  if (!is_inside(ncd, prbs_of(bwp))) {
    report.add(
        path + ".ncd_ssb_first_prb",
        {.found = fmt::format("a block on {} in a part on {}", text_of(ncd), text_of(prbs_of(bwp))),
         .allowed = "a non-cell-defining SS/PBCH block inside the part",
         .clause = "TS 38.213 17.1"});
  }
  if (is_inside(cd, prbs_of(bwp))) {
    report.add(
        path + ".ncd_ssb_first_prb",
        {.found = fmt::format("a part that holds the cell-defining block on {}", text_of(cd)),
         .allowed = "a non-cell-defining block where there is no other",
         .clause = "TS 38.213 17.1"});
  }
  const auto is_of = [](const auto& list, double value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!is_of(ncd_period_ms, bwp.ncd_ssb_period_ms()) ||
      bwp.ncd_ssb_period_ms() < broadcast.ssb_period_ms()) {
    report.add(path + ".ncd_ssb_period_ms",
               {.found = fmt::format("{} ms, the cell-defining one {} ms", bwp.ncd_ssb_period_ms(),
                                     broadcast.ssb_period_ms()),
                .allowed = fmt::format("{} ms, and no less than broadcast.ssb_period_ms",
                                       fmt::join(ncd_period_ms, ", ")),
                .clause = "TS 38.331 NonCellDefiningSSB"});
  }
  if (!is_of(ncd_offset_ms, bwp.ncd_ssb_offset_ms()) ||
      bwp.ncd_ssb_offset_ms() >= bwp.ncd_ssb_period_ms()) {
    report.add(
        path + ".ncd_ssb_offset_ms",
        {.found = fmt::format("{} ms", bwp.ncd_ssb_offset_ms()),
         .allowed = fmt::format("{} ms, and less than the period", fmt::join(ncd_offset_ms, ", ")),
         .clause = "TS 38.331 NonCellDefiningSSB"});
  }
}

/// An SS/PBCH block in one slot, and whose it is: -1: the cell-defining one.
struct PlacedSsb {
  int owner = 0;
  int first_prb = 0;
  int first_symbol = 0;
  [[nodiscard]] bool meets(const PlacedSsb& other) const {
    const bool is_same = first_prb == other.first_prb && first_symbol == other.first_symbol;
    return !is_same && std::abs(first_prb - other.first_prb) < phy::ssb_prb_count &&
           std::abs(first_symbol - other.first_symbol) < phy::ssb_symbol_count;
  }
};

/// What parts must not share.
void check_pair(const CarrierView& view, std::size_t a, std::size_t b, Report& report) {
  const std::vector<phy::ResourceMapConfig> bwps = bwp_configs(view.carrier);
  const std::string path = path_of(view, static_cast<int>(b) - 1);
  const phy::PrbRange first = bwps[a].coreset_prbs();
  const phy::PrbRange second = bwps[b].coreset_prbs();
  if (phy::overlap(first, second)) {
    report.add(path,
               {.found = fmt::format("CORESETs on {} and {}", text_of(first), text_of(second)),
                .allowed = "CORESETs that share no PRB",
                .clause = "[ours]"});
  }
  if (a + 1 == bwps.size()) return;  // The wide part's edges may be those of others.
  for (const phy::PrbRange& own : bwps[b].pucch_prbs()) {
    for (const phy::PrbRange& other : bwps[a].pucch_prbs()) {
      if (own.count == 0 || other.count == 0 || !phy::overlap(own, other)) continue;
      report.add(path, {.found = fmt::format("PUCCH on {} and {}", text_of(own), text_of(other)),
                        .allowed = "PUCCH of RedCap parts on PRBs of their own",
                        .clause = "TS 38.213 9.2.1"});
    }
  }
}

void check_manager(const CarrierView& view, Report& report) {
  const schema::BwpManager& manager = view.carrier.bwp_manager();
  const std::string path = view.path + ".bwp_manager";
  if (manager.close_percent() >= manager.open_percent()) {
    report.add(path + ".close_percent",
               {.found = fmt::format("{} % with open_percent at {} %", manager.close_percent(),
                                     manager.open_percent()),
                .allowed = "less than open_percent: parts would open and close in turn",
                .clause = "[ours]"});
  }
  const bool has_parts = view.carrier.dedicated_bwp_size() > 0;
  if (manager.policy() != schema::BwpManager::STATIC && !has_parts) {
    report.add(path + ".policy",
               {.found = fmt::format("{} without a dedicated_bwp",
                                     schema::BwpManager::Policy_Name(manager.policy())),
                .allowed = "STATIC where there is nothing to open",
                .clause = "[ours]"});
  }
  const std::uint32_t timer = manager.inactivity_timer_ms();
  if (std::find(inactivity_ms.begin(), inactivity_ms.end(), timer) == inactivity_ms.end()) {
    report.add(path + ".inactivity_timer_ms",
               {.found = fmt::format("{} ms", timer),
                .allowed = fmt::format("{} ms",
                                       fmt::join(inactivity_ms.begin(), inactivity_ms.end(), ", ")),
                .clause = "TS 38.331 BWP-DownlinkDedicated"});
  }
  if (timer > 0 && timer < least_inactivity_ms) {
    report.add(
        path + ".inactivity_timer_ms",
        {.found = fmt::format("{} ms", timer),
         .allowed = fmt::format("0, or {} ms and more: what a DCI orders must lie before the "
                                "timer's end",
                                least_inactivity_ms),
         .clause = "[ours]"});
  }
  if (timer > 0 && manager.policy() == schema::BwpManager::STATIC) {
    report.add(path + ".inactivity_timer_ms",
               {.found = fmt::format("{} ms under STATIC", timer),
                .allowed = "0: a terminal that has gone back to redcap_bwp would stay there",
                .clause = "[ours]"});
  }
}

/// Terminals of one capability.
struct CapabilityView {
  const schema::Capability& capability;
  std::string path;
  std::set<std::string> slices;  ///< They belong to.
  bool are_moved = false;        ///< Some are in the parts for all.
};

bool has_own_part(const schema::Carrier& carrier, const std::string& slice) {
  for (int i = shared_bwp_count(carrier); i < dedicated_bwp_count(carrier); ++i) {
    if (carrier.dedicated_bwp(i).slice() == slice) return true;
  }
  return false;
}

/// Terminals of 20 MHz that may be moved about the carrier.
void check_capability(const CarrierView& view, const CapabilityView& terminals, Report& report) {
  const auto& [capability, path, slices, are_moved] = terminals;
  const schema::Carrier& carrier = view.carrier;
  const schema::BwpManager& manager = carrier.bwp_manager();
  const int parts = 1 + shared_bwp_count(carrier);
  const bool knows_all =
      are_moved && manager.policy() != schema::BwpManager::STATIC &&
      (manager.switching() == schema::BwpManager::DCI || manager.inactivity_timer_ms() > 0);
  if (knows_all && parts > static_cast<int>(capability.dedicated_bwp_count())) {
    report.add(path + ".dedicated_bwp_count",
               {.found = fmt::format("{} for {} parts between which DCI or a timer moves it",
                                     capability.dedicated_bwp_count(), parts),
                .allowed = "as many as the carrier has RedCap parts, or switching by RRC alone",
                .clause = "TS 38.306 4.2.7.2"});
  }
  if (capability.bwp_without_ssb()) return;
  const phy::PrbRange cd{static_cast<int>(carrier.broadcast().ssb_first_prb()), phy::ssb_prb_count};
  for (int i = 0; i < dedicated_bwp_count(carrier); ++i) {
    const schema::DedicatedBwp& bwp = carrier.dedicated_bwp(i);
    if (bwp.has_ncd_ssb_first_prb() || is_inside(cd, prbs_of(bwp))) continue;
    const bool is_for_them = bwp.slice().empty() ? are_moved : slices.count(bwp.slice()) > 0;
    if (!is_for_them) continue;
    report.add(path_of(view, i),
               {.found = fmt::format("no SS/PBCH block for terminals of '{}'", capability.name()),
                .allowed = "ncd_ssb_first_prb, or terminals with bwp_without_ssb",
                .clause = "TS 38.213 17.1"});
  }
}

}  // namespace

void check_parts(const CarrierView& view, Report& report) {
  check_manager(view, report);
  const int count = view.carrier.dedicated_bwp_size();
  if (count == 0) return;
  const std::size_t before = report.count();
  if (count > dedicated_bwp_count_max) {
    report.add(view.path + ".dedicated_bwp",
               {.found = fmt::format("{} parts", count),
                .allowed = fmt::format("at most {}", dedicated_bwp_count_max),
                .clause = "TS 38.331 maxNrofBWPs"});
  }
  for (int i = 0; i < count; ++i) {
    check_place(view, i, report);
    check_ncd_ssb(view, i, report);
  }
  if (report.count() > before) return;
  const auto used = static_cast<std::size_t>(dedicated_bwp_count(view.carrier));
  for (std::size_t b = 1; b <= used; ++b) {
    for (std::size_t a = 0; a < b; ++a) check_pair(view, a, b, report);
    check_pair(view, used + 1, b, report);
  }
}

void check_blocks(const CarrierView& view, Report& report) {
  const phy::ResourceMapConfig map = bwp_configs(view.carrier).front();
  std::vector<int> part_of;
  for (int i = 0; i < dedicated_bwp_count(view.carrier); ++i) {
    if (view.carrier.dedicated_bwp(i).has_ncd_ssb_first_prb()) part_of.push_back(i);
  }
  std::set<std::pair<int, int>> met;
  for (const phy::SlotOccupancy& slot : phy::slot_occupancies(map)) {
    std::vector<PlacedSsb> blocks;
    const auto add = [&](int owner, int first_prb, const std::array<int, 2>& first_symbols) {
      for (const int symbol : first_symbols) {
        if (symbol >= 0) blocks.push_back({owner, first_prb, symbol});
      }
    };
    add(-1, map.ssb.first_prb, slot.ssb_first_symbol);
    for (std::size_t i = 0; i < map.ncd_ssb.size(); ++i) {
      add(part_of[i], map.ncd_ssb[i].first_prb, slot.ncd_first_symbol[i]);
    }
    for (const PlacedSsb& a : blocks) {
      for (const PlacedSsb& b : blocks) {
        if (a.owner < b.owner && a.meets(b)) met.insert({b.owner, a.owner});
      }
    }
  }
  for (const auto& [later, earlier] : met) {
    const phy::PrbRange own{static_cast<int>(view.carrier.dedicated_bwp(later).ncd_ssb_first_prb()),
                            phy::ssb_prb_count};
    const std::uint32_t other_prb = earlier < 0
                                        ? view.carrier.broadcast().ssb_first_prb()
                                        : view.carrier.dedicated_bwp(earlier).ncd_ssb_first_prb();
    const phy::PrbRange other{static_cast<int>(other_prb), phy::ssb_prb_count};
    report.add(path_of(view, later) + ".ncd_ssb_first_prb",
               {.found = fmt::format("blocks on {} and {} in the same symbols of a slot",
                                     text_of(own), text_of(other)),
                .allowed = "SS/PBCH blocks that share no RE, or are one and the same",
                .clause = "TS 38.213 4.1"});
  }
}

void check_bwp_terminals(const schema::Scenario& scenario, Report& report) {
  for (int c = 0; c < scenario.capability_size(); ++c) {
    const schema::Capability& capability = scenario.capability(c);
    CapabilityView terminals{.capability = capability,
                             .path = element_path("", capability, "capability", c),
                             .slices = {}};
    if (capability.dedicated_bwp_count() == 3) {
      report.add(terminals.path + ".dedicated_bwp_count",
                 {.found = "3", .allowed = "1, 2 or 4", .clause = "TS 38.306 4.2.7.2"});
    }
    for (int i = 0; i < scenario.carrier_size(); ++i) {
      const schema::Carrier& carrier = scenario.carrier(i);
      terminals.slices.clear();
      terminals.are_moved = false;
      for (const schema::TerminalGroup& g : scenario.terminal_group()) {
        const bool meets = g.capability() == capability.name() && may_use(g, carrier.name());
        if (!meets) continue;
        terminals.slices.insert(g.slice());
        terminals.are_moved = terminals.are_moved || !has_own_part(carrier, g.slice());
      }
      if (carrier.dedicated_bwp_size() == 0 || !carrier.has_embb_bwp()) continue;
      if (terminals.slices.empty()) continue;
      const auto widest = phy::widest_prb_count(capability.max_bandwidth_mhz(),
                                                static_cast<int>(carrier.scs_khz()));
      if (widest && static_cast<int>(carrier.embb_bwp().prb_count()) <= widest->value()) continue;
      check_capability({carrier, element_path("", carrier, "carrier", i)}, terminals, report);
    }
  }
}

}  // namespace redcell::scenarios
