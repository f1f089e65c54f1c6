// Goal: a cell activates semi-persistent scheduling with the first data, sends what fits in its
// occasions without a DCI, gives unused ones to others, and begins anew where nothing is heard or
// the part is left. Method: slots, DCIs and PRBs by hand; places of random terminals counted.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "tests/mac/moving_world.h"
#include "tests/mac/sps_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::Connection;
using Phase = Connection::SemiPersistentState::Phase;

TEST(CellSemiPersistent, is_activated_with_the_first_data_and_needs_no_dci_from_then_on) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.steps(0, 3);
  EXPECT_TRUE(world.plan().downlink.empty()) << "nothing waits";
  world.send(index, 200);
  const SlotPlan& plan = world.step(3);
  ASSERT_EQ(plan.downlink.size(), 1U);
  const DlAssignment first = plan.downlink.front();
  EXPECT_TRUE(first.activates);
  EXPECT_GT(first.aggregation_level, 0);
  EXPECT_EQ(first.format.prb.count, 10);
  EXPECT_EQ(first.format.mcs, base::McsIndex(15));
  EXPECT_EQ(first.format.layer_count, 1);
  EXPECT_EQ(first.harq.process, 0);
  const base::SlotCount k1 = first.feedback_slot - Slot(3);
  world.steps(4, 20);
  EXPECT_EQ(world.connection(index).sps.phase, Phase::active);
  for (int n = 1; n < 5; ++n) {
    // It comes two slots after an occasion and waits for the next, however many slots are free.
    world.steps(3 + 20 * n - 18, 3 + 20 * n - 17);
    world.send(index, 200);
    world.steps(3 + 20 * n - 17, 3 + 20 * n);
    const SlotPlan& occasion = world.step(3 + 20 * n);
    ASSERT_EQ(occasion.downlink.size(), 1U);
    const DlAssignment& a = occasion.downlink.front();
    EXPECT_EQ(a.aggregation_level, 0);
    EXPECT_EQ(a.format.prb, first.format.prb);
    EXPECT_EQ(a.feedback_slot, Slot(3 + 20 * n) + k1);
    EXPECT_EQ(a.harq.process, n % 2);
    EXPECT_EQ(std::accumulate(occasion.pdcch[0].sent.begin(), occasion.pdcch[0].sent.end(), 0), 0);
    world.steps(3 + 20 * n + 1, 3 + 20 * n + 2);
  }
  EXPECT_EQ(world.dcis[100], 1);
}

TEST(CellSemiPersistent, costs_others_nothing_where_it_is_not_used) {
  const auto prbs_of = [](bool has_sps, bool has_data) {
    SpsWorld world;
    const std::uint32_t other = world.connect(12);
    const std::uint32_t index = world.connect(12, has_sps ? with_sps(101) : connection_config(101));
    if (has_sps) world.send(index, 200);
    int prbs = 0;
    for (std::int64_t slot = 0; slot < 200; ++slot) {
      world.load(other, 20);
      if (has_data && slot % 20 == 15) world.send(index, 200);
      const SlotPlan& plan = world.step(slot);
      if (slot < 20) continue;
      for (const DlAssignment& a : plan.downlink)
        prbs += a.ue.value == 100 ? a.format.prb_count : 0;
    }
    return prbs;
  };
  const int alone = prbs_of(false, false);
  EXPECT_EQ(prbs_of(true, false), alone);
  // Used, it takes whole groups of four from who is sent blocks by bitmap: 0 to 9 are 0 to 11.
  EXPECT_EQ(prbs_of(true, true), alone - 9 * 12);
}

TEST(CellSemiPersistent, gives_by_dci_what_the_next_occasion_does_not_hold) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.send(index, 200);
  world.steps(0, 15);
  ASSERT_EQ(world.dcis[100], 1);
  const auto held = static_cast<std::uint32_t>(world.connection(index).sps.format.tbs.value() / 8);
  // More than a block, at once.
  world.send(index, held + 100);
  world.step(15);
  EXPECT_EQ(world.dcis[100], 2);
  // A block and no more, but for headers: the rest comes in the slot behind the occasion.
  world.steps(16, 20);
  world.send(index, held - 2);
  world.step(20);
  ASSERT_EQ(world.unasked[100].size(), 1U);
  EXPECT_EQ(world.dcis[100], 2);
  world.step(21);
  EXPECT_EQ(world.dcis[100], 3);
  // And that is over with it.
  world.send(index, 100);
  world.steps(22, 41);
  EXPECT_EQ(world.dcis[100], 3);
  EXPECT_EQ(world.unasked[100].size(), 2U);
}

TEST(CellSemiPersistent, lets_no_message_of_rrc_wait) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.send(index, 200);
  world.steps(0, 20);
  world.step(20);
  world.send_message(index, 40);
  world.step(21);
  EXPECT_EQ(world.dcis[100], 2);
}

/// Slots in which a DCI activates it.
std::vector<std::int64_t> activations(SpsWorld& world, std::uint32_t index, std::int64_t from,
                                      std::int64_t end) {
  std::vector<std::int64_t> out;
  for (std::int64_t slot = from; slot < end; ++slot) {
    if (slot % 20 == 0) world.send(index, 200);
    for (const DlAssignment& a : world.step(slot).downlink) {
      if (a.activates) out.push_back(slot);
    }
  }
  return out;
}

TEST(CellSemiPersistent, is_activated_anew_with_new_data_until_an_answer_comes) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  bool is_heard = false;
  world.answers = [&](const DlAssignment&) {
    return HarqFeedback{.harq = {}, .ack = is_heard, .heard = is_heard};
  };
  const auto in_vain = activations(world, index, 0, 60);
  EXPECT_EQ(in_vain, (std::vector<std::int64_t>{0, 20, 40}));
  EXPECT_TRUE(world.unasked[100].empty());
  is_heard = true;
  EXPECT_EQ(activations(world, index, 60, 200), std::vector<std::int64_t>{60});
  EXPECT_EQ(world.unasked[100], (std::vector<std::int64_t>{80, 100, 120, 140, 160, 180}));
}

TEST(CellSemiPersistent, is_activated_anew_after_one_silence_in_an_occasion) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  std::int64_t silent = 40;
  world.answers = [&](const DlAssignment& a) {
    const bool is_heard = a.aggregation_level > 0 || world.unasked[100].back() != silent;
    return HarqFeedback{.harq = {}, .ack = is_heard, .heard = is_heard};
  };
  EXPECT_EQ(activations(world, index, 0, 160), (std::vector<std::int64_t>{0, 60}));
  EXPECT_EQ(world.unasked[100], (std::vector<std::int64_t>{20, 40, 80, 100, 120, 140}));
}

TEST(CellSemiPersistent, is_heard_with_a_nack_and_repeats_by_dci_wherever_there_is_room) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.outer_loop.enabled = true; });
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.answers = [](const DlAssignment& a) {
    return HarqFeedback{.harq = {}, .ack = a.harq.attempt > 0};
  };
  std::vector<DlAssignment> repeated;
  for (std::int64_t slot = 0; slot < 60; ++slot) {
    if (slot % 20 == 0) world.send(index, 200);
    for (const DlAssignment& a : world.step(slot).downlink) {
      if (a.harq.attempt > 0) repeated.push_back(a);
    }
  }
  EXPECT_EQ(world.unasked[100], (std::vector<std::int64_t>{20, 40}));
  ASSERT_EQ(repeated.size(), 3U);
  for (const DlAssignment& a : repeated) {
    EXPECT_GT(a.aggregation_level, 0);
    EXPECT_TRUE(is_configured(a.harq));
    EXPECT_FALSE(a.activates);
  }
  EXPECT_EQ(world.dcis[100], 1 + 3);
  // The scheme is none that the loop has chosen.
  EXPECT_EQ(world.connection(index).dl_loop.offset_db(), 0);
}

TEST(CellSemiPersistent, has_one_block_a_slot) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.answers = [](const DlAssignment& a) {
    return HarqFeedback{.harq = {}, .ack = a.harq.attempt > 2};
  };
  for (std::int64_t slot = 0; slot < 200; ++slot) {
    if (slot % 5 == 0) world.send(index, 200);
    const SlotPlan& plan = world.step(slot);
    EXPECT_LE(plan.downlink.size(), 1U) << slot;
  }
  EXPECT_GT(world.unasked[100].size(), 3U);
}

// SS/PBCH blocks, SIB1 and paging come now and then: a place keeps off what is not always there.
TEST(CellSemiPersistent, lies_where_all_occasions_are_alike) {
  phy::ResourceMapConfig carrier = tdd_carrier();
  carrier.ssb = {.beam_count = 4, .first_prb = 4, .pattern = phy::SsbCase::c};
  SpsWorld world(carrier);
  const std::uint32_t index = world.connect(15, with_sps(100));
  world.send(index, 200);
  // The blocks are in the first slots of every second frame; occasions of 10 ms meet them.
  std::int64_t slot = 20;
  while (world.step(slot).downlink.empty()) ++slot;
  const DlAssignment a = world.plan().downlink.front();
  ASSERT_TRUE(a.activates);
  for (std::int64_t s = slot; s < slot + world.map().period().value(); s += 20) {
    const auto& re = world.map().downlink(Slot(s)).data_re;
    for (int prb = a.format.prb.first; prb < a.format.prb.end(); ++prb) {
      EXPECT_EQ(re[static_cast<std::size_t>(prb)], re[50]) << s << " " << prb;
    }
  }
  EXPECT_GE(a.format.prb.first, 24) << "behind the SS/PBCH block";
}

// DDDDDSUU of 4 ms, 10 ms a period: answers of every second occasion would fall into downlink.
TEST(CellSemiPersistent, begins_only_where_all_occasions_can_be_answered) {
  const auto unasked = [](int periodicity_ms) {
    phy::ResourceMapConfig carrier = tdd_carrier();
    const std::array pattern{phy::TddPattern{base::milliseconds(4), 5, 6, 2, 4}};
    carrier.duplex = phy::Duplex::tdd(carrier.numerology, pattern);
    SpsWorld world(carrier);
    const std::uint32_t index = world.connect(15, with_sps(100, 10, periodicity_ms));
    for (std::int64_t slot = 0; slot < 200; ++slot) {
      if (slot % 8 == 0) world.send(index, 100);
      world.step(slot);
    }
    return world.unasked[100].size();
  };
  EXPECT_EQ(unasked(10), 0U);
  EXPECT_GE(unasked(20), 3U);
}

TEST(CellSemiPersistent, is_no_wider_than_a_block_that_all_parts_can_repeat) {
  const phy::ResourceMap narrow([] {
    phy::ResourceMapConfig part = tdd_carrier();
    part.bwp_dl = part.bwp_ul = {0, 24};
    part.coreset.prb_count = 24;
    return part;
  }());
  const auto is_activated = [&](int prb_count) {
    SpsWorld world(tdd_carrier(), [&](gnb::CellConfig& c) {
      c.bwps.insert(c.bwps.begin(), &narrow);
      c.sibling_count = 2;
    });
    ConnectionConfig config = with_sps(100, prb_count);
    config.bwp = 1;
    const std::uint32_t index = world.connect(15, config);
    world.send(index, 100);
    world.step(0);
    return world.connection(index).sps.phase == Phase::activating;
  };
  EXPECT_TRUE(is_activated(24));
  EXPECT_FALSE(is_activated(25));
}

TEST(CellSemiPersistent, is_activated_for_as_many_as_dcis_may_be_sent_to) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.max_ues_per_slot = 2; });
  for (std::uint32_t ue = 0; ue < 5; ++ue) world.send(world.connect(15, with_sps(100 + ue, 4)), 50);
  std::vector<std::size_t> activated;
  for (std::int64_t slot = 0; slot < 4; ++slot) {
    activated.push_back(world.step(slot).downlink.size());
  }
  EXPECT_EQ(activated, (std::vector<std::size_t>{2, 2, 1, 0}));
}

TEST(CellSemiPersistent, has_as_many_occasions_a_slot_as_there_are_prbs_for) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.max_ues_per_slot = 1; });
  for (std::uint32_t ue = 0; ue < 3; ++ue) {
    world.connect(15, with_sps(100 + ue, 4));
    world.send(ue, 50);
    world.steps(20 * ue, 20 * ue + 20);
  }
  for (std::uint32_t index = 0; index < 3; ++index) world.send(index, 50);
  EXPECT_EQ(world.step(60).downlink.size(), 3U);
  EXPECT_EQ(world.dcis.size(), 3U);
}

/// Eight terminals with a packet in the same slot of every 10 ms, each as wide: slots with blocks
/// of each, without a DCI, and the most of them in a slot.
struct Crowd {
  std::map<std::uint32_t, std::vector<std::int64_t>> unasked;
  std::map<std::uint32_t, int> dcis;
  std::size_t most = 0;
};
Crowd crowd(int prb_count) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.max_ues_per_slot = 16; });
  for (std::uint32_t ue = 0; ue < 8; ++ue) world.connect(15, with_sps(100 + ue, prb_count));
  Crowd out;
  for (std::int64_t slot = 0; slot < 400; ++slot) {
    for (std::uint32_t index = 0; index < 8 && slot % 20 == 0; ++index) world.send(index, 100);
    const SlotPlan& plan = world.step(slot);
    const auto unasked =
        std::count_if(plan.downlink.begin(), plan.downlink.end(),
                      [](const DlAssignment& a) { return a.aggregation_level == 0; });
    out.most = std::max(out.most, static_cast<std::size_t>(unasked));
  }
  for (std::uint32_t index = 0; index < 8; ++index) {
    EXPECT_EQ(world.connection(index).waiting_bytes(world.now()), 0U);
  }
  out.unasked = world.unasked;
  out.dcis = world.dcis;
  return out;
}

TEST(CellSemiPersistent, waits_for_a_slot_with_room_rather_than_ask_for_a_dci_each_time) {
  const Crowd all = crowd(13);
  EXPECT_EQ(all.unasked.size(), 8U);
  for (const auto& [ue, slots] : all.unasked) EXPECT_EQ(slots.size(), 19U) << ue;
  for (const auto& [ue, count] : all.dcis) EXPECT_EQ(count, 1) << ue;
  EXPECT_EQ(all.most, 3U) << "three times 13 of 51 PRBs";
}

// Fourteen of twenty slots are long ones, each with room for one that takes all PRBs.
TEST(CellSemiPersistent, does_without_where_there_is_no_place) {
  SpsWorld world;
  std::vector<std::uint32_t> indices;
  for (std::uint32_t ue = 0; ue < 15; ++ue) {
    indices.push_back(world.connect(15, with_sps(100 + ue, 51)));
  }
  std::map<std::uint32_t, int> blocks;
  for (std::int64_t slot = 0; slot < 1'000; ++slot) {
    for (std::uint32_t index = 0; index < 15 && slot % 100 == 0; ++index) world.send(index, 100);
    for (const DlAssignment& a : world.step(slot).downlink) ++blocks[a.ue.value];
  }
  EXPECT_EQ(world.unasked.size(), 14U);
  EXPECT_EQ(blocks.size(), 15U);
  for (const auto& [ue, count] : blocks) EXPECT_EQ(count, 10) << ue;
}

TEST(CellSemiPersistent, leaves_its_place_to_others_when_its_terminal_is_gone) {
  SpsWorld world;
  const std::uint32_t first = world.connect(15, with_sps(100, 51));
  world.send(first, 200);
  world.steps(0, 20);
  ASSERT_EQ(world.connection(first).sps.phase, Phase::active);
  const std::uint32_t second = world.connect(15, with_sps(101, 51));
  world.send(second, 200);
  EXPECT_TRUE(world.step(20).downlink.empty()) << "all PRBs of the slot are the other's";
  world.disconnect(first);
  world.step(21);
  EXPECT_EQ(world.connection(second).sps.phase, Phase::activating);
  const std::uint32_t third = world.connect(15, with_sps(102, 51));
  world.steps(22, 40);
  world.send(third, 200);
  world.step(40);
  EXPECT_EQ(world.connection(third).sps.phase, Phase::activating);
}

TEST(CellSemiPersistent, ends_with_its_part_and_begins_anew_in_the_next) {
  MovingWorld moving(true);
  CellWorld& world = moving.world();
  ConnectionConfig config = with_sps(100);
  config.bwp = 0;
  const std::uint32_t index = world.connect(15, config);
  std::vector<std::pair<std::int64_t, DlAssignment>> activations;
  std::vector<DlAssignment> owed;
  for (std::int64_t slot = 0; slot < 120; ++slot) {
    std::erase_if(owed, [&](const DlAssignment& a) {
      if (a.feedback_slot >= Slot(slot)) return false;
      world.answer(a, true);
      return true;
    });
    if (slot % 20 == 0) world.load(index, slot < 80 ? 1 : 0);
    if (slot == 30) world.cell().switch_by_dci(index, 1);
    for (const DlAssignment& a : world.run(slot).downlink) {
      owed.push_back(a);
      if (a.activates) activations.emplace_back(slot, a);
    }
  }
  ASSERT_EQ(activations.size(), 2U);
  EXPECT_EQ(activations[0].second.format.bwp, 0U);
  EXPECT_EQ(activations[1].second.format.bwp, 1U);
  EXPECT_GT(activations[1].first, 30);
}

TEST(CellSemiPersistent, counts_in_the_ratios_of_its_slice) {
  SpsWorld world(tdd_carrier(), [](gnb::CellConfig& c) {
    c.dl_slices = c.ul_slices = {{.max_percent = 10}, {.max_percent = 100}};
    c.slice_window_slots = 1;
  });
  // 5 of 51 PRBs are all that the slice may have in a slot.
  const std::uint32_t wide = world.connect(15, with_sps(100, 6));
  const std::uint32_t narrow = world.connect(15, with_sps(101, 5));
  for (std::int64_t slot = 0; slot < 100; ++slot) {
    if (slot % 10 == 0) {
      world.send(wide, 60);
      world.send(narrow, 60);
    }
    world.step(slot);
  }
  EXPECT_TRUE(world.unasked[100].empty());
  EXPECT_GE(world.unasked[101].size(), 3U);
}

TEST(CellSemiPersistent, keeps_its_processes_from_dcis) {
  SpsWorld world;
  const std::uint32_t index = world.connect(15, with_sps(100));
  for (std::int64_t slot = 0; slot < 60; ++slot) {
    world.load(index, 10);
    for (const DlAssignment& a : world.step(slot).downlink) {
      EXPECT_EQ(is_configured(a.harq), a.harq.process < 2) << slot;
    }
  }
}

}  // namespace
}  // namespace redcell::mac::testing
