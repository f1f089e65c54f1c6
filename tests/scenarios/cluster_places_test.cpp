// Goal: clusters of a scenario belong to places, as TR 38.901 7.6.3 asks, not to terminals. Method:
// two terminals at one place, a metre and a kilometre apart.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/channel_tile.h"
#include "tests/scenarios/follower.h"

namespace redcell::scenarios {
namespace {

TEST(ClusterPlaces, show_the_same_clusters_to_whoever_stands_there) {
  constexpr CellKind kind = CellKind::n41_tdd;
  const World world(street(kind),
                    {on(kind, "channel.path_loss=UMA"), on(kind, "channel.fading=CLUSTERS"),
                     "site[s0].sector[0].columns=8", "site[s0].sector[0].horizontal_beams=8",
                     "terminal_group[ue].count=2"});
  const LargeScale large_scale = world.large_scale();
  const auto seen_by = [&](std::uint32_t ue, double east_m) {
    TerminalLinks links;
    large_scale.links_at(standing_at(world.terminal(ue), east_m, 3), base::Instant(), links);
    return links;
  };
  const TerminalLinks first = seen_by(0, 70);
  const TerminalLinks second = seen_by(1, 70);
  const TerminalLinks near = seen_by(1, 71);
  const TerminalLinks far = seen_by(0, 1070);
  EXPECT_EQ(first.beam_gain_lin, second.beam_gain_lin);
  std::size_t kept = 0;
  std::size_t shared = 0;
  for (std::size_t site = 0; site < site_count; ++site) {
    EXPECT_EQ(first.sites[site].link.regions, second.sites[site].link.regions);
    for (std::size_t n = 0; n < phy::cluster_count_max; ++n) {
      const std::uint32_t region = first.sites[site].link.regions[n];
      kept += near.sites[site].link.regions[n] == region ? 1U : 0U;
      shared += far.sites[site].link.regions[n] == region ? 1U : 0U;
    }
  }
  // Of a hundred, 2 % are lost on a metre; none is left on a kilometre.
  EXPECT_GT(kept, 85U);
  EXPECT_LT(shared, 5U);
}

}  // namespace
}  // namespace redcell::scenarios
