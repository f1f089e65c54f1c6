// Rules about configured grants: what RRC can signal, what a terminal's part has room for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "phy/nr/mcs_table.h"
#include "scenarios/grant_places.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

/// TS 38.331 ConfiguredGrantConfig, periodicity: n of n x 14 symbols, with the normal cyclic
/// prefix.
struct Period {
  std::uint32_t slots;
  std::uint32_t least_scs_khz;  ///< Wider ones have it too.
};
constexpr std::array<Period, 22> periods{
    {{1, 15},   {2, 15},   {4, 15},     {5, 15},    {8, 15},    {10, 15},   {16, 15},  {20, 15},
     {32, 15},  {40, 15},  {64, 15},    {80, 15},   {128, 15},  {160, 15},  {256, 30}, {320, 15},
     {512, 60}, {640, 15}, {1024, 120}, {1280, 30}, {2560, 60}, {5120, 120}}};

/// A block that held its reports and no data would be of no use [ours].
constexpr std::int64_t least_block_bytes = 16;

std::vector<std::uint32_t> periods_of(const phy::Numerology& numerology) {
  std::vector<std::uint32_t> out;
  for (const Period& period : periods) {
    if (static_cast<int>(period.least_scs_khz) <= numerology.scs_khz()) {
      out.push_back(period.slots);
    }
  }
  return out;
}

bool is_dft_size(int prb_count) {
  for (const int factor : {2, 3, 5}) {
    while (prb_count % factor == 0) prb_count /= factor;
  }
  return prb_count == 1;
}

/// A group with a configured grant on one of the carriers that it may use.
struct View {
  const schema::TerminalGroup& group;
  const schema::Capability& capability;
  const LayerPlan& layer;
  std::string path;         ///< Of the grant.
  std::uint32_t slice = 0;  ///< TerminalPlan::slice.
  std::uint32_t bwp = 0;    ///< Where its terminals begin.

  [[nodiscard]] const schema::ConfiguredGrant& grant() const { return group.configured_grant(); }
};

/// Everything about when.
void check_occasions(const View& view, const GrantPlaces& places, Report& report) {
  const schema::ConfiguredGrant& grant = view.grant();
  const std::vector<std::uint32_t> allowed = periods_of(view.layer.numerology());
  const std::uint32_t period = grant.periodicity_slots();
  if (std::find(allowed.begin(), allowed.end(), period) == allowed.end()) {
    report.add(
        view.path + ".periodicity_slots",
        {.found = fmt::format("{} slots of {} kHz", period, view.layer.numerology().scs_khz()),
         .allowed = fmt::format("{}", fmt::join(allowed, ", ")),
         .clause = "TS 38.331 ConfiguredGrantConfig"});
    return;
  }
  if (grant.has_time_domain_offset_slots()) {
    const std::uint32_t offset = grant.time_domain_offset_slots();
    if (offset >= period) {
      report.add(view.path + ".time_domain_offset_slots",
                 {.found = fmt::format("{} slots, the period is {}", offset, period),
                  .allowed = fmt::format("0 to {}", period - 1),
                  .clause = "[ours]",
                  .advice = "Leave out whole periods: they only delay the first occasion."});
    } else if (!places.is_uplink(grant, view.bwp, offset)) {
      report.add(view.path + ".time_domain_offset_slots",
                 {.found = fmt::format("slot {} of every {}, not always uplink on '{}'", offset,
                                       period, view.layer.carrier),
                  .allowed = "an offset from which every period leads to a slot with PUSCH",
                  .clause = "TS 38.213 11.1"});
    }
    return;
  }
  for (std::uint32_t offset = 0; offset < period; ++offset) {
    if (places.is_uplink(grant, view.bwp, offset)) return;
  }
  report.add(view.path + ".periodicity_slots",
             {.found = fmt::format("{} slots: from no offset are all of them uplink on '{}'",
                                   period, view.layer.carrier),
              .allowed = "a multiple of the TDD pattern",
              .clause = "TS 38.213 11.1"});
}

/// PRBs that a block may have: no more than it could be repeated on.
int widest(const View& view, const GrantPlaces& places) {
  const bool is_moved = view.bwp < view.layer.cell.sibling_count;
  const std::uint32_t first = is_moved ? 0 : view.bwp;
  const std::uint32_t end = is_moved ? view.layer.cell.sibling_count : view.bwp + 1;
  int least = view.layer.bwps.back().bwp_ul.count;
  for (std::uint32_t bwp = first; bwp < end; ++bwp) {
    int most = 0;
    const phy::ResourceMap& map = places.map(bwp);
    for (std::int64_t slot = 0; slot < map.period().value(); ++slot) {
      most = std::max(most, phy::longest_usable_run(map.uplink(base::Slot(slot))).count);
    }
    least = std::min(least, most);
  }
  return least;
}

void check_block(const View& view, const GrantPlaces& places, Report& report) {
  const schema::ConfiguredGrant& grant = view.grant();
  const auto prb_count = static_cast<int>(grant.prb_count());
  const int most = widest(view, places);
  if (prb_count > most) {
    report.add(view.path + ".prb_count",
               {.found = fmt::format("{} PRBs in a part of '{}'", prb_count, view.layer.carrier),
                .allowed = fmt::format("1 to {}: side by side, between PUCCH", most),
                .clause = "TS 38.213 12"});
  }
  if (view.layer.cell.transform_precoding && !is_dft_size(prb_count)) {
    report.add(view.path + ".prb_count", {.found = fmt::format("{} PRBs", prb_count),
                                          .allowed = "2^a x 3^b x 5^c with transform precoding",
                                          .clause = "TS 38.211 6.3.1.4"});
  }
  const auto mcs = static_cast<int>(grant.mcs_index());
  const int mcs_count = phy::mcs_count(view.layer.cell.ul_table);
  if (mcs >= mcs_count) {
    report.add(view.path + ".mcs_index", {.found = fmt::format("MCS {}", mcs),
                                          .allowed = fmt::format("0 to {}", mcs_count - 1),
                                          .clause = "TS 38.214 6.1.4.1"});
    return;
  }
  const int order = phy::mcs(view.layer.cell.ul_table, base::McsIndex(mcs)).modulation_order;
  if (order > static_cast<int>(view.capability.max_ul_modulation())) {
    report.add(view.path + ".mcs_index",
               {.found = fmt::format("MCS {}, of {} bits a symbol", mcs, order),
                .allowed = fmt::format("at most {} bits: max_ul_modulation of '{}'",
                                       static_cast<int>(view.capability.max_ul_modulation()),
                                       view.capability.name()),
                .clause = "TS 38.306 4.2.7.2"});
  }
}

void check_release(const View& view, Report& report) {
  if (view.grant().type() == schema::ConfiguredGrant::TYPE_2) return;
  if (view.grant().release_after_unused() == 0) return;
  report.add(view.path + ".release_after_unused",
             {.found = "a release by DCI of a grant of type 1",
              .allowed = "0, or TYPE_2: what RRC has given RRC alone takes away",
              .clause = "TS 38.321 5.8.2"});
}

void check_processes(const View& view, Report& report) {
  const auto count = static_cast<int>(view.grant().nrof_harq_processes());
  const int all = view.layer.cell.harq.process_count;
  if (count < all) return;
  report.add(view.path + ".nrof_harq_processes",
             {.found = fmt::format("{} of the {} processes of the uplink on '{}'", count, all,
                                   view.layer.carrier),
              .allowed = fmt::format("1 to {}: one at least is left to DCIs", all - 1),
              .clause = "TS 38.321 5.4.1"});
}

/// Every terminal of the group has PRBs of its own, in each cell that it may come to.
void check_room(const schema::Scenario& scenario, const View& view, GrantPlaces& places,
                Report& report) {
  const std::uint64_t count = terminal_count(scenario, view.group);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto grant = places.place(view.grant(), view.bwp);
    if (!grant) {
      report.add(view.path, {.found = fmt::format("{} terminals, of which {} have a place on '{}'",
                                                  count, i, view.layer.carrier),
                             .allowed = "PRBs of its own for every terminal, in all cells the same",
                             .clause = "TS 38.321 5.8.2",
                             .advice = "Fewer PRBs, a longer period, no time_domain_offset_slots, "
                                       "or fewer terminals."});
      return;
    }
    if (grant->format.tbs.value() / 8 >= least_block_bytes) continue;
    report.add(view.path + ".prb_count",
               {.found = fmt::format("a block of {} bytes", grant->format.tbs.value() / 8),
                .allowed = fmt::format("{} bytes or more", least_block_bytes),
                .clause = "[ours]"});
    return;
  }
}

void check_group(const schema::Scenario& scenario, View view, GrantPlaces& places, Report& report) {
  view.bwp = bwp_of(view.capability, view.layer.bwps);
  if (view.bwp == 0) {
    const std::vector<std::uint32_t> parts = first_parts(view.layer, view.slice);
    view.bwp = parts.front();
    if (parts.size() > 1) {
      report.add(view.path,
                 {.found = fmt::format("terminals that begin in {} parts of '{}' in turn",
                                       parts.size(), view.layer.carrier),
                  .allowed = "one part for them: of their slice, or the initial one (bwp_manager)",
                  .clause = "[ours]"});
      return;
    }
  }
  const std::size_t before = report.count();
  check_occasions(view, places, report);
  check_block(view, places, report);
  check_processes(view, report);
  check_release(view, report);
  if (report.count() == before) check_room(scenario, view, places, report);
}

}  // namespace

void check_configured_grants(const schema::Scenario& scenario, Report& report) {
  const auto& groups = scenario.terminal_group();
  const bool is_asked_for =
      std::any_of(groups.begin(), groups.end(),
                  [](const schema::TerminalGroup& g) { return g.has_configured_grant(); });
  if (!is_asked_for) return;
  const Deployment network = make_network(scenario);
  for (const LayerPlan& layer : network.layers) {
    GrantPlaces places(layer);
    for (int g = 0; g < groups.size(); ++g) {
      const schema::TerminalGroup& group = groups[g];
      if (!group.has_configured_grant() || !may_use(group, layer.carrier)) continue;
      const auto capability =
          std::find_if(scenario.capability().begin(), scenario.capability().end(),
                       [&](const auto& c) { return c.name() == group.capability(); });
      check_group(scenario,
                  {.group = group,
                   .capability = *capability,
                   .layer = layer,
                   .path = element_path("", group, "terminal_group", g) + ".configured_grant",
                   .slice = slice_of(scenario, group.slice())},
                  places, report);
    }
  }
}

}  // namespace redcell::scenarios
