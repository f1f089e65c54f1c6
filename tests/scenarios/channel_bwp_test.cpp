// Goal: what a terminal measures and reports is of the BWP it is in, and nothing of an earlier one
// is left in it. Method: a neighbour that fills one part of four; the same terminal before and
// after it goes there, beside one that has been there from the start.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/layer_channel.h"
#include "tests/scenarios/many_cells.h"
#include "tests/scenarios/more_bwps.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t mast = 0;
constexpr std::uint32_t east = 1;
constexpr base::UeId ue{0};

World world_of(const std::string& manager) {
  const CellKind kind = CellKind::n41_tdd;
  return World(
      more_bwps(4, manager, site_text(kind, {.name = "east", .x_m = 600, .azimuth_deg = 270})),
      {on(kind, "channel.fading=TDL_A"), "terminal_group[ue].placement.x_m=250",
       "terminal_group[ue].route.fading_speed_kmh=30", on(kind, "bwp_manager.redcap_parts=4")});
}

/// The neighbour fills the PRBs of one part in this slot. Emissions must outlive it.
class Neighbour {
 public:
  void fill(LayerChannel& channel, std::int64_t slot, int part) {
    channel.go_to(base::Slot(slot));
    down_ = {{.cell = east,
              .ue = {},
              .re_power_w = gnb_re_power_w(CellKind::n41_tdd),
              .prb = {.first = 51 * part, .count = 51}}};
    channel.set_downlink(down_, down_);
  }

 private:
  std::vector<Emission> down_;
};

/// CQI beside it.
int cqi(LayerChannel& channel, std::int64_t slot, int loud_part) {
  Neighbour neighbour;
  neighbour.fill(channel, slot, loud_part);
  return channel.measure_csi(ue, mast, base::Slot(slot)).csi.cqi.value();
}

TEST(ChannelBwp, reports_the_part_it_is_in) {
  const World world = world_of("policy: LEAST_LOADED");
  LayerChannel channel = world.channel();
  const int quiet = cqi(channel, 0, 2);
  EXPECT_LT(cqi(channel, 0, 0) + 1, quiet);
  channel.set_bwp(ue, 2);
  EXPECT_LT(cqi(channel, 0, 2) + 1, quiet);
  channel.set_bwp(ue, 1);
  EXPECT_GE(cqi(channel, 0, 2), quiet - 1) << "no average over parts";
}

// Who comes to a part hears it as who has always been there, bit by bit.
TEST(ChannelBwp, is_the_same_for_who_comes_and_who_is_there) {
  const World world = world_of("policy: LEAST_LOADED");
  LayerChannel moved = world.channel();
  cqi(moved, 0, 0);
  moved.set_bwp(ue, 3);
  LayerChannel there = world.channel();
  there.set_bwp(ue, 3);
  for (const std::int64_t slot : {10, 50, 200}) {
    EXPECT_EQ(cqi(moved, slot, 3), cqi(there, slot, 3));
    const ServingLink link{.ue = ue, .cell = mast, .beam = 0, .prb = {.first = 160, .count = 20}};
    Neighbour neighbour;
    const auto sinr = [&](LayerChannel& channel) {
      neighbour.fill(channel, slot, 3);
      const auto out = channel.downlink_sinr(link, 1, 0);
      return std::vector<double>(out.begin(), out.end());
    };
    const std::vector<double> of_moved = sinr(moved);
    EXPECT_EQ(of_moved, sinr(there));
  }
}

// The world knows nothing of who is where.
TEST(ChannelBwp, leaves_the_world_as_it_is) {
  const std::vector<base::Instant> times{base::Instant(0), base::Instant(500'000'000)};
  const World flexible = world_of("policy: LEAST_LOADED");
  const World fixed = world_of("");
  LayerChannel a = flexible.channel();
  LayerChannel b = fixed.channel();
  EXPECT_EQ(a.world_hash(times), b.world_hash(times));
}

}  // namespace
}  // namespace redcell::scenarios
