// Goal: each slice of a cell ranks its terminals by its own policy, as if the others were not
// there. Method: two slices of half the PRBs, two saturated terminals each whose channels are good
// in turn; how much of what they are sent falls into their good moments, against cells with one
// policy.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::CellConfig;
using gnb::PolicyKind;

constexpr std::int64_t slot_count = 2000;
constexpr std::int64_t turn_slots = 20;  ///< For which a channel stays good or bad.

/// [slice] Share of the PRBs that terminals had while their channel was the good one.
using GoodShares = std::array<double, 2>;

struct Policies {
  PolicyKind of_cell = PolicyKind::round_robin;
  gnb::SlicePolicies of_slices{};
};

bool is_good(std::uint32_t connection, std::int64_t slot) {
  return (slot / turn_slots + connection) % 2 == 0;
}

/// Both directions, by their PRBs together.
GoodShares run(const Policies& policies) {
  CellWorld world(fdd_carrier(), [&](CellConfig& c) {
    c.policy.kind = policies.of_cell;
    c.policy.time_constant_slots = 200;
    c.dl_slices = {{.min_percent = 50, .max_percent = 50}, {.min_percent = 50, .max_percent = 50}};
    c.ul_slices = c.dl_slices;
    c.dl_slice_policies = c.ul_slice_policies = policies.of_slices;
    c.max_ues_per_slot = 2;
  });
  for (std::uint32_t i = 0; i < 4; ++i) {
    gnb::ConnectionConfig ue = connection_config(100 + i);
    ue.dl_slice = ue.ul_slice = i / 2;
    world.connect(10, ue);
  }
  std::array<std::array<double, 2>, 2> prbs{};  // [slice][is good]
  for (std::int64_t slot = 0; slot < slot_count; ++slot) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      gnb::Connection& c = world.connection(i);
      if (c.waiting_bytes(world.now()) < 100'000) world.load(i, 100);
      c.ul_backlog_bytes = 100'000;
      c.csi.cqi = base::CqiIndex(is_good(i, slot) ? 12 : 4);
      c.ul_quality.sinr_db_one_prb_full_power = is_good(i, slot) ? 40 : 25;
      world.cell().activate(i);
    }
    const gnb::SlotPlan plan = world.run(slot);
    const auto count = [&](base::UeId ue, const BlockFormat& format) {
      const std::uint32_t index = world.index_of(ue);
      prbs[index / 2][is_good(index, slot) ? 1 : 0] += format.prb_count;
    };
    for (const DlAssignment& a : plan.downlink) {
      count(a.ue, a.format);
      world.answer(a, true);
    }
    for (const UlGrant& g : plan.uplink) {
      count(g.ue, g.format);
      world.arrive(g, {.decoded = true, .sinr_db = 20});
    }
  }
  return {prbs[0][1] / (prbs[0][0] + prbs[0][1]), prbs[1][1] / (prbs[1][0] + prbs[1][1])};
}

TEST(SlicePolicies, hold_inside_their_slice_alone) {
  const GoodShares round_robin = run({.of_cell = PolicyKind::round_robin});
  const GoodShares fair = run({.of_cell = PolicyKind::proportional_fair});
  const GoodShares mixed = run({.of_cell = PolicyKind::round_robin,
                                .of_slices = {std::nullopt, PolicyKind::proportional_fair}});
  const GoodShares turned = run({.of_cell = PolicyKind::proportional_fair,
                                 .of_slices = {std::nullopt, PolicyKind::round_robin}});
  for (const double share : round_robin) EXPECT_NEAR(share, 0.5, 0.05);
  for (const double share : fair) EXPECT_GT(share, 0.65);
  EXPECT_NEAR(mixed[0], round_robin[0], 0.01);
  EXPECT_NEAR(mixed[1], fair[1], 0.01);
  EXPECT_NEAR(turned[0], fair[0], 0.01);
  EXPECT_NEAR(turned[1], round_robin[1], 0.01);
}

}  // namespace
}  // namespace redcell::mac::testing
