// Goal: a cell activates a configured grant of type 2 when its UE has something to send, keeps its
// PRBs as long as the UE may send on them and no longer, and takes nothing for granted that it has
// not heard. Method: slots and blocks by hand; a saturated UE beside it, PRBs counted by slot.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "tests/mac/moving_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::Connection;
using Phase = Connection::Activation::Phase;

/// Occasions 8, 18, 28 ... on PRBs 20 to 29.
ConfiguredGrant type_2() {
  BlockFormat format = block_format(100);
  format.prb = {20, 10};
  return {.by_dci = true,
          .periodicity = SlotCount(10),
          .offset = SlotCount(8),
          .process_count = 2,
          .format = format};
}

ConnectionConfig with_grant(std::uint32_t ue, int release_after = 0) {
  ConnectionConfig config = connection_config(ue);
  config.configured_grant = type_2();
  config.release_after = release_after;
  return config;
}

struct ActivationWorld : CellWorld {
  ActivationWorld() : CellWorld(tdd_carrier()) {}
  /// Runs slots, all that is granted by DCI arrives; DCIs for the configured grant by slot.
  std::vector<std::pair<std::int64_t, ConfiguredGrantDci>> go(std::int64_t slot, std::int64_t end) {
    std::vector<std::pair<std::int64_t, ConfiguredGrantDci>> out;
    for (; slot < end; ++slot) {
      const gnb::SlotPlan plan = run(slot);
      for (const ConfiguredGrantDci& dci : plan.configured) out.emplace_back(slot, dci);
      for (const UlGrant& g : plan.uplink) arrive(g, {.decoded = true, .sinr_db = 20});
    }
    return out;
  }
  HarqOutcome use(std::uint32_t ue, std::int64_t slot, bool confirms = false, bool decoded = true) {
    MacPdu pdu;
    pdu.confirms = confirms;
    const ConfiguredGrant grant = type_2();
    return arrive({.ue = base::UeId{ue},
                   .epoch = 7,
                   .harq = grant.block_of(Slot(slot)),
                   .format = grant.format,
                   .pusch_slot = Slot(slot)},
                  {.decoded = decoded, .sinr_db = 20}, pdu);
  }
};

TEST(CellActivation, is_one_dci_when_the_ue_asks) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100));
  EXPECT_TRUE(world.go(0, 20).empty()) << "nobody has asked";
  world.cell().on_scheduling_request(index);
  const auto dcis = world.go(20, 39);
  ASSERT_EQ(dcis.size(), 1U);
  const auto& [slot, dci] = dcis.front();
  EXPECT_TRUE(dci.activates);
  EXPECT_EQ(dci.grant.start.value() % 10, 8);
  const std::int64_t k2 = dci.grant.start.value() - slot;
  EXPECT_TRUE(k2 >= 2 && k2 <= 8) << k2;
  EXPECT_GT(dci.grant.start, Slot(28)) << "PRBs of slot 28 were anybody's";
  world.use(100, dci.grant.start.value(), true);
  EXPECT_EQ(world.connection(index).activation.phase, Phase::active);
  EXPECT_TRUE(world.go(39, 200).empty());
}

TEST(CellActivation, is_said_again_when_nothing_comes) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100));
  world.cell().on_scheduling_request(index);
  const auto dcis = world.go(0, 100);
  ASSERT_GE(dcis.size(), 3U);
  for (std::size_t i = 1; i < dcis.size(); ++i) {
    EXPECT_GT(dcis[i].first, dcis[i - 1].second.grant.start.value());
  }
}

// Whatever phase it is in, no PRB of an occasion that the UE may use is anybody else's.
TEST(CellActivation, keeps_prbs_from_the_first_occasion_to_the_confirmed_release) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100, 2));
  const std::uint32_t other = world.connect(12);
  std::set<std::int64_t> whole;  // Slots 8, 18 ... of which the other one got more than 21 PRBs.
  std::int64_t first = -1;
  std::int64_t released = -1;
  for (std::int64_t slot = 0; slot < 200; ++slot) {
    if (slot == 30) world.cell().on_scheduling_request(index);
    world.connection(other).ul_backlog_bytes = 100'000;
    world.cell().activate(other);
    const gnb::SlotPlan plan = world.run(slot);
    for (const ConfiguredGrantDci& dci : plan.configured) {
      if (dci.activates) first = dci.grant.start.value();
      if (!dci.activates) released = slot;
    }
    for (const UlGrant& g : plan.uplink) {
      const bool is_alone = g.format.prb.count > 21 && g.pusch_slot.value() % 10 == 8;
      if (g.ue.value == 101 && is_alone) whole.insert(g.pusch_slot.value());
      world.arrive(g, {.decoded = true, .sinr_db = 20});
    }
    if (slot == first) world.use(100, first, true);
    // The release is confirmed in the first occasion behind it.
    if (released >= 0 && slot % 10 == 9 && slot > released &&
        world.connection(index).activation.phase == Phase::releasing) {
      world.use(100, slot - 1, true);
    }
  }
  ASSERT_GT(first, 30);
  ASSERT_GT(released, first + 20) << "two occasions have not been used";
  for (std::int64_t slot = 8; slot < 200; slot += 10) {
    if (slot >= first && slot <= released + 8) {
      EXPECT_FALSE(whole.contains(slot)) << slot;
    }
    if (slot < 30 || slot > released + 28) {
      EXPECT_TRUE(whole.contains(slot)) << slot;
    }
  }
  EXPECT_EQ(world.connection(index).activation.phase, Phase::released);
}

TEST(CellActivation, is_not_released_while_it_is_used) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100, 2));
  world.cell().on_scheduling_request(index);
  const std::int64_t first = world.go(0, 20).front().second.grant.start.value();
  int dcis = 0;
  for (std::int64_t slot = first; slot < 200; ++slot) {
    if (slot % 20 == first % 20) world.use(100, slot);
    dcis += static_cast<int>(world.go(slot, slot + 1).size());
  }
  EXPECT_EQ(dcis, 0);
  EXPECT_EQ(world.connection(index).activation.phase, Phase::active);
}

TEST(CellActivation, release_is_said_again_with_a_grant_to_confirm_on) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100, 1));
  world.cell().on_scheduling_request(index);
  const std::int64_t first = world.go(0, 20).front().second.grant.start.value();
  world.use(100, first, true);
  int releases = 0;
  int grants = 0;
  for (std::int64_t slot = first + 1; slot < first + 100 && grants == 0; ++slot) {
    const gnb::SlotPlan plan = world.run(slot);
    for (const ConfiguredGrantDci& dci : plan.configured) {
      EXPECT_FALSE(dci.activates);
      ++releases;
    }
    for (const UlGrant& g : plan.uplink) {
      EXPECT_EQ(releases, 2) << "first the occasions it has";
      ++grants;
      MacPdu pdu;
      pdu.confirms = true;
      world.arrive(g, {.decoded = true, .sinr_db = 20}, pdu);
    }
  }
  EXPECT_EQ(grants, 1);
  EXPECT_EQ(world.connection(index).activation.phase, Phase::released);
}

// What has been decoded late was built before the release was ordered, and confirms the activation.
TEST(CellActivation, takes_no_late_confirmation_of_the_activation_for_one_of_the_release) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100, 1));
  world.cell().on_scheduling_request(index);
  const std::int64_t first = world.go(0, 20).front().second.grant.start.value();
  world.use(100, first, true, false);
  EXPECT_EQ(world.connection(index).activation.phase, Phase::active) << "it was heard, if not what";
  bool is_released = false;
  bool is_late = false;
  for (std::int64_t slot = first + 1; slot < first + 60 && !is_late; ++slot) {
    const gnb::SlotPlan plan = world.run(slot);
    for (const ConfiguredGrantDci& dci : plan.configured) {
      EXPECT_FALSE(dci.activates);
      is_released = true;
    }
    for (const UlGrant& g : plan.uplink) {
      ASSERT_TRUE(is_configured(g.harq)) << "a repetition";
      MacPdu pdu;
      pdu.confirms = true;
      is_late = is_released;
      world.arrive(g, {.decoded = is_late, .sinr_db = 20}, pdu);
    }
  }
  ASSERT_TRUE(is_late);
  EXPECT_EQ(world.connection(index).activation.phase, Phase::releasing);
  world.use(100, first + 60, true);
  EXPECT_EQ(world.connection(index).activation.phase, Phase::released);
}

// All transmissions of the block that confirms are lost: the cell has heard it on the grant.
TEST(CellActivation, needs_no_confirmation_of_what_is_used) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100));
  world.cell().on_scheduling_request(index);
  const std::int64_t first = world.go(0, 20).front().second.grant.start.value();
  world.use(100, first, true, false);
  for (std::int64_t slot = first + 1; slot < first + 100; ++slot) {
    const gnb::SlotPlan plan = world.run(slot);
    EXPECT_TRUE(plan.configured.empty()) << slot;
    for (const UlGrant& g : plan.uplink) world.arrive(g, {.decoded = false, .sinr_db = -5});
  }
  EXPECT_FALSE(world.connection(index).ul_harq.is_busy(type_2().process_of(Slot(first))));
  EXPECT_EQ(world.connection(index).activation.phase, Phase::active);
}

// Of two processes one holds a block that is yet to be decoded (TS 38.321 5.4.1).
TEST(CellActivation, begins_with_a_process_that_holds_no_block) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100));
  world.cell().on_scheduling_request(index);
  const std::int64_t first = world.go(0, 20).front().second.grant.start.value();
  world.use(100, first, true, false);
  const int busy = type_2().process_of(Slot(first));
  world.cell().on_scheduling_request(index);
  std::vector<ConfiguredGrantDci> dcis;
  for (std::int64_t slot = first + 1; slot < first + 60; ++slot) {
    const gnb::SlotPlan plan = world.run(slot);
    dcis.insert(dcis.end(), plan.configured.begin(), plan.configured.end());
    ASSERT_TRUE(world.connection(index).ul_harq.is_busy(busy)) << "no repetition arrives";
  }
  ASSERT_FALSE(dcis.empty());
  for (const ConfiguredGrantDci& dci : dcis) {
    EXPECT_NE(dci.grant.process_of(dci.grant.start), busy) << dci.grant.start.value();
  }
}

// It would not ask if it had a grant: it was elsewhere, or has missed something.
TEST(CellActivation, begins_anew_when_a_request_comes_all_the_same) {
  ActivationWorld world;
  const std::uint32_t index = world.connect(12, with_grant(100));
  world.cell().on_scheduling_request(index);
  const std::int64_t first = world.go(0, 20).front().second.grant.start.value();
  world.use(100, first, true);
  world.cell().on_scheduling_request(index);
  EXPECT_EQ(world.go(first + 1, first + 40).size(), 1U);
}

/// A cell of three parts and a UE with a grant in the first of them.
struct MovingActivation : MovingWorld {
  MovingActivation() : MovingWorld(true) {
    ConnectionConfig config = with_grant(100);
    config.bwp_timing.switch_delay = SlotCount(switch_delay);
    index = world().connect(12, config);
  }
  /// Runs slots; what is granted by DCI arrives.
  std::vector<SlotPlan> go(std::int64_t slot, std::int64_t end) {
    std::vector<SlotPlan> out;
    for (; slot < end; ++slot) {
      out.push_back(run(slot));
      for (const UlGrant& g : out.back().uplink) {
        world().arrive(g, {.decoded = true, .sinr_db = 20});
      }
    }
    return out;
  }
  std::uint32_t index = 0;
};

TEST(CellActivation, is_not_begun_where_a_switch_is_ordered) {
  MovingActivation moving;
  gnb::Cell& cell = moving.world().cell();
  cell.switch_by_dci(moving.index, 1);
  cell.on_scheduling_request(moving.index);
  int switches = 0;
  for (const SlotPlan& plan : moving.go(0, 60)) {
    EXPECT_TRUE(plan.configured.empty());
    switches += static_cast<int>(plan.switches.size());
  }
  EXPECT_EQ(switches, 1);
  EXPECT_EQ(moving.world().connection(moving.index).activation.phase, Phase::released);
}

// 30 slots of timer: what confirms a release ten slots later may come when they are over.
TEST(CellActivation, is_left_to_the_timer_that_a_release_would_start_anew) {
  MovingWorld moving(true, 30);
  ConfiguredGrant grant = type_2();
  grant.format.bwp = 1;
  const std::uint32_t index = moving.connect(1, [&](ConnectionConfig& config) {
    config.configured_grant = grant;
    config.release_after = 1;
  });
  moving.world().cell().on_scheduling_request(index);
  std::int64_t first = -1;
  for (std::int64_t slot = 0; slot < 80; ++slot) {
    const SlotPlan plan = moving.run(slot);
    for (const ConfiguredGrantDci& dci : plan.configured) {
      EXPECT_TRUE(dci.activates) << slot;
      first = dci.grant.start.value();
    }
    for (const UlGrant& g : plan.uplink) {
      moving.world().arrive(g, {.decoded = true, .sinr_db = 20});
    }
    if (slot != first) continue;
    moving.world().arrive({.ue = base::UeId{100},
                           .epoch = 7,
                           .harq = grant.block_of(Slot(slot)),
                           .format = grant.format,
                           .pusch_slot = Slot(slot)},
                          {.decoded = true, .sinr_db = 20});
  }
  EXPECT_GT(first, 0);
  EXPECT_EQ(moving.world().connection(index).config.bwp, 0U);
  EXPECT_EQ(moving.world().connection(index).activation.phase, Phase::released);
}

// The DCI to activate is out: the switch waits for the occasion it begins with, and ends it all.
TEST(CellActivation, is_begun_before_a_switch_that_is_ordered_later) {
  MovingActivation moving;
  gnb::Cell& cell = moving.world().cell();
  cell.on_scheduling_request(moving.index);
  std::int64_t slot = 0;
  std::optional<ConfiguredGrantDci> dci;
  for (; slot < 30 && !dci; ++slot) {
    const SlotPlan plan = moving.go(slot, slot + 1).front();
    if (!plan.configured.empty()) dci = plan.configured.front();
  }
  ASSERT_TRUE(dci.has_value());
  ASSERT_GT(dci->grant.start, Slot(slot));
  cell.switch_by_dci(moving.index, 1);
  std::int64_t switched = -1;
  for (; slot < 80; ++slot) {
    const SlotPlan plan = moving.go(slot, slot + 1).front();
    EXPECT_TRUE(plan.configured.empty()) << slot;
    if (!plan.switches.empty()) switched = slot;
    if (switched >= 0 && slot == switched + switch_delay)
      cell.found_in(moving.index, 1, Slot(slot));
  }
  EXPECT_GT(switched, dci->grant.start.value());
  EXPECT_EQ(moving.world().connection(moving.index).activation.phase, Phase::released);
}

TEST(CellActivation, ends_when_the_terminal_goes_to_another_part) {
  MovingWorld moving(true);
  const std::uint32_t index = [&] {
    ConnectionConfig config = with_grant(100);
    config.bwp_timing.switch_delay = SlotCount(switch_delay);
    return moving.world().connect(12, config);
  }();
  gnb::Cell& cell = moving.world().cell();
  cell.on_scheduling_request(index);
  std::int64_t first = -1;
  for (std::int64_t slot = 0; slot < 30; ++slot) {
    const SlotPlan plan = moving.run(slot);
    for (const ConfiguredGrantDci& dci : plan.configured) first = dci.grant.start.value();
    for (const UlGrant& g : plan.uplink) {
      moving.world().arrive(g, {.decoded = true, .sinr_db = 20});
    }
    if (slot == first) {
      const ConfiguredGrant grant = type_2();
      moving.world().arrive({.ue = base::UeId{100},
                             .epoch = 7,
                             .harq = grant.block_of(Slot(slot)),
                             .format = grant.format,
                             .pusch_slot = Slot(slot)},
                            {.decoded = true, .sinr_db = 20});
    }
  }
  ASSERT_EQ(moving.world().connection(index).activation.phase, Phase::active);
  cell.switch_by_dci(index, 1);
  for (std::int64_t slot = 30; slot < 50; ++slot) moving.run(slot);
  EXPECT_EQ(moving.world().connection(index).activation.phase, Phase::active)
      << "it may not have heard";
  cell.found_in(index, 1, Slot(49));
  moving.load(index, 0, 500);
  for (std::int64_t slot = 50; slot < 60; ++slot) {
    EXPECT_TRUE(moving.run(slot).configured.empty()) << "not in this part";
  }
  EXPECT_EQ(moving.world().connection(index).activation.phase, Phase::released);
}

}  // namespace
}  // namespace redcell::mac::testing
