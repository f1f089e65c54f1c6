// Rules about the PDCCH: what a search space may ask of a terminal.
#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "phy/nr/search_space.h"
#include "scenarios/deployment.h"
#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

/// TS 38.331 SearchSpace nrofCandidates: 0 to 6, and 8.
constexpr int candidates_not_signalled = 7;

/// A CORESET and the field that made it so.
struct PlacedSpace {
  std::string path;
  phy::SearchSpace space;
};

std::vector<PlacedSpace> spaces_of(const CarrierView& view) {
  const schema::DownlinkControl& downlink = view.carrier.downlink();
  const auto cces = [&](std::uint32_t prb_count) {
    return static_cast<int>(prb_count * downlink.coreset_symbols() / 6);
  };
  std::vector<PlacedSpace> spaces{{.path = view.path + ".downlink.search_space",
                                   .space = {.cce_count = cces(downlink.coreset_prb_count()),
                                             .candidate_counts = pdcch_candidates(view.carrier)}}};
  if (view.carrier.has_embb_bwp()) {
    spaces.push_back(
        {.path = view.path + ".embb_bwp.coreset_prb_count", .space = spaces.front().space});
    spaces.back().space.cce_count = cces(view.carrier.embb_bwp().coreset_prb_count());
  }
  return spaces;
}

void check_load(const PlacedSpace& placed, int mu, Report& report) {
  bool has_candidate = false;
  for (std::size_t level = 0; level < phy::aggregation_level_count; ++level) {
    has_candidate = has_candidate || placed.space.has(level);
  }
  if (!has_candidate) {
    return report.add(
        placed.path,
        {.found = fmt::format("no candidate in a CORESET of {} CCEs", placed.space.cce_count),
         .allowed = "candidates of a level that the CORESET has room for",
         .clause = "TS 38.213 10.1"});
  }
  const phy::MonitoringLoad load = phy::monitoring_load(placed.space);
  const phy::MonitoringLoad limit = phy::monitoring_limit(mu);
  if (load.candidate_count > limit.candidate_count) {
    report.add(placed.path,
               {.found = fmt::format("{} candidates in a slot", load.candidate_count),
                .allowed = fmt::format("at most {} at {} kHz", limit.candidate_count, 15 << mu),
                .clause = "TS 38.213 Table 10.1-2"});
  }
  if (load.cce_count > limit.cce_count) {
    report.add(placed.path,
               {.found = fmt::format("candidates on up to {} CCEs of {}", load.cce_count,
                                     placed.space.cce_count),
                .allowed = fmt::format("at most {} at {} kHz", limit.cce_count, 15 << mu),
                .clause = "TS 38.213 Table 10.1-3"});
  }
}

}  // namespace

void check_search_space(const CarrierView& view, Report& report) {
  const std::array<int, phy::aggregation_level_count> counts = pdcch_candidates(view.carrier);
  for (std::size_t level = 0; level < counts.size(); ++level) {
    if (counts[level] != candidates_not_signalled) continue;
    report.add(fmt::format("{}.downlink.search_space.candidates_{}", view.path,
                           phy::aggregation_levels[level]),
               {.found = "7 candidates",
                .allowed = "0, 1, 2, 3, 4, 5, 6 or 8",
                .clause = "TS 38.331 SearchSpace"});
  }
  const int mu = numerology_of(view.carrier).mu();
  for (const PlacedSpace& placed : spaces_of(view)) check_load(placed, mu, report);
}

}  // namespace redcell::scenarios
