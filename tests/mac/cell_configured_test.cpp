// Goal: a cell keeps the PRBs of configured grants for them, in all its parts, and nothing else;
// what comes on them needs no DCI, and what is not decoded is repeated by one. Method: saturated
// UEs beside configured grants, random in number, place and slot, PRBs counted by slot; blocks by
// hand.
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "mac/bsr.h"
#include "mac/gnb/configured_room.h"
#include "tests/mac/moving_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::ConfiguredRoom;
using gnb::Connection;

BlockFormat format_at(const phy::PrbRange& prb, std::uint32_t bwp = 0) {
  BlockFormat f = block_format(100);
  f.bwp = bwp;
  f.prb = prb;
  f.prb_count = prb.count;
  return f;
}

/// Occasions 8, 18, 28 ... on PRBs 20 to 29.
ConfiguredGrant usual_grant() {
  return {.periodicity = SlotCount(10),
          .offset = SlotCount(8),
          .process_count = 2,
          .format = format_at({20, 10})};
}

ConnectionConfig with_grant(std::uint32_t ue, const ConfiguredGrant& grant) {
  ConnectionConfig config = connection_config(ue);
  config.bwp = grant.format.bwp;
  config.configured_grant = grant;
  return config;
}

/// As the UE would send it.
UlGrant occasion_of(const ConfiguredGrant& grant, std::uint32_t ue, std::int64_t slot) {
  return {.ue = base::UeId{ue},
          .epoch = 7,
          .harq = grant.block_of(Slot(slot)),
          .format = grant.format,
          .pusch_slot = Slot(slot)};
}

/// PRBs of the uplink slots up to `end` that a saturated UE gets, and how often any DCI was wanted.
struct Took {
  int prbs = 0;
  int dcis = 0;
};
Took saturated(CellWorld& world, std::uint32_t index, std::int64_t end) {
  Took out;
  for (std::int64_t slot = 0; slot < end; ++slot) {
    world.connection(index).ul_backlog_bytes = 100'000;
    world.cell().activate(index);
    const SlotPlan plan = world.run(slot);
    for (const UlGrant& g : plan.uplink) {
      out.prbs += g.format.prb.count;
      ++out.dcis;
      world.arrive(g, {.decoded = true, .sinr_db = 20});
    }
  }
  return out;
}

TEST(CellConfigured, keeps_its_prbs_when_nothing_comes_and_spends_no_dci) {
  const auto run = [](bool has_grant) {
    CellWorld world(tdd_carrier());
    const std::uint32_t other = world.connect(12);
    if (has_grant) world.connect(12, with_grant(101, usual_grant()));
    return saturated(world, other, 100);
  };
  const Took with = run(true);
  const Took without = run(false);
  EXPECT_EQ(without.prbs, 20 * 51);
  // In slots 8, 18, ... the larger run beside it is left: 21 PRBs.
  EXPECT_EQ(with.prbs, 10 * 51 + 10 * 21);
  EXPECT_EQ(with.dcis, without.dcis);
}

TEST(CellConfigured, never_grants_what_is_configured_whoever_asks) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const base::Random random(seed, 1);
    const auto draw = [&](std::uint32_t i, std::uint32_t which, double count) {
      return static_cast<std::uint32_t>(
          count * random.uniform(base::Purpose::placement, {.a = i, .b = which}, 0));
    };
    MovingWorld world(seed % 2 == 0);
    std::vector<const phy::ResourceMap*> maps;
    for (std::uint32_t bwp = 0; bwp <= sibling_count; ++bwp) maps.push_back(&world.map(bwp));
    ConfiguredRoom room(maps);
    std::vector<ConfiguredGrant> grants;
    std::uint32_t ue = 100;
    for (std::uint32_t i = 0; i < 12; ++i) {
      const std::uint32_t bwp = draw(i, 0, 4);
      const std::int64_t period = draw(i, 1, 2) == 0 ? 10 : 20;
      const auto place = room.take({.bwp = bwp,
                                    .periodicity = SlotCount(period),
                                    .prb_count = 1 + static_cast<int>(draw(i, 2, 12))});
      ASSERT_TRUE(place.has_value());
      grants.push_back({.periodicity = SlotCount(period),
                        .offset = place->offset,
                        .process_count = 2,
                        .format = format_at(place->prb, bwp)});
      world.world().connect(12, with_grant(ue++, grants.back()));
    }
    std::vector<std::uint32_t> others;
    for (std::uint32_t bwp = 0; bwp <= sibling_count; ++bwp) {
      others.push_back(world.world().connect(12, [&] {
        ConnectionConfig config = connection_config(ue++);
        config.bwp = bwp;
        return config;
      }()));
    }
    std::set<std::pair<std::int64_t, int>> taken;
    const auto take = [&](std::int64_t slot, const BlockFormat& format) {
      const int first = world.map(format.bwp).config().bwp_ul.first + format.prb.first;
      for (int prb = first; prb < first + format.prb.count; ++prb) {
        ASSERT_TRUE(taken.insert({slot, prb}).second) << seed << ": " << slot << " " << prb;
      }
    };
    for (std::int64_t slot = 0; slot < 200; ++slot) {
      for (const ConfiguredGrant& grant : grants) {
        if (grant.is_occasion(Slot(slot))) take(slot, grant.format);
      }
      for (const std::uint32_t index : others) world.load(index, 0, 100'000);
      const SlotPlan plan = world.run(slot);
      for (const UlGrant& g : plan.uplink) {
        take(g.pusch_slot.value(), g.format);
        world.world().arrive(g, {.decoded = (slot + g.ue.value) % 5 != 0, .sinr_db = 20});
      }
    }
    EXPECT_GT(taken.size(), 2000U) << seed;
  }
}

TEST(CellConfigured, frees_the_prbs_with_the_connection) {
  CellWorld world(tdd_carrier());
  const std::uint32_t other = world.connect(12);
  world.disconnect(world.connect(12, with_grant(101, usual_grant())));
  EXPECT_EQ(saturated(world, other, 50).prbs, 10 * 51);
}

// K2 reaches eight slots ahead: what has been granted there cannot be taken back.
TEST(CellConfigured, begins_behind_the_slots_that_grants_have_been_given_in) {
  CellWorld world(tdd_carrier());
  saturated(world, world.connect(12), 15);
  const std::uint32_t late = world.connect(12, with_grant(101, usual_grant()));
  EXPECT_EQ(world.connection(late).config.configured_grant->start, Slot(20));
  EXPECT_FALSE(world.connection(late).config.configured_grant->is_occasion(Slot(18)));
}

TEST(CellConfigured, takes_what_comes_and_has_the_rest_sent_by_dci) {
  CellWorld world(tdd_carrier());
  const std::uint32_t index = world.connect(12, with_grant(100, usual_grant()));
  for (std::int64_t slot = 0; slot < 9; ++slot) {
    EXPECT_TRUE(world.run(slot).uplink.empty());
  }
  MacPdu pdu;
  pdu.data.pdus.push_back(whole_pdu(0, 60));
  pdu.bsr = buffer_status(500);
  EXPECT_EQ(world.arrive(occasion_of(usual_grant(), 100, 8), {.decoded = true, .sinr_db = 20}, pdu),
            HarqOutcome::acknowledged);
  EXPECT_EQ(world.output().data.delivered.size(), 1U);
  EXPECT_EQ(world.connection(index).ul_granted_bytes, 0U);
  int granted = 0;
  for (std::int64_t slot = 9; slot < 20; ++slot) {
    for (const UlGrant& g : world.run(slot).uplink) {
      EXPECT_FALSE(is_configured(g.harq));
      EXPECT_GE(g.harq.process, 2) << "processes 0 and 1 are for occasions";
      ++granted;
    }
  }
  EXPECT_EQ(granted, 1);
}

TEST(CellConfigured, has_a_block_repeated_by_dci_until_it_is_decoded) {
  CellWorld world(tdd_carrier());
  world.connect(12, with_grant(100, usual_grant()));
  const UlGrant first = occasion_of(usual_grant(), 100, 8);
  EXPECT_EQ(world.arrive(first, {.decoded = false, .sinr_db = -5}), HarqOutcome::to_repeat);
  std::vector<UlGrant> repeated;
  for (std::int64_t slot = 9; slot < 20; ++slot) {
    for (const UlGrant& g : world.run(slot).uplink) repeated.push_back(g);
  }
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated.front().harq.block, first.harq.block);
  EXPECT_EQ(repeated.front().harq.attempt, 1);
  EXPECT_EQ(repeated.front().format.tbs, first.format.tbs);
  EXPECT_EQ(world.arrive(repeated.front(), {.decoded = true, .sinr_db = 20}),
            HarqOutcome::acknowledged);
}

// RRC has fixed the scheme: what becomes of it says nothing about one that the cell would choose.
TEST(CellConfigured, leaves_link_adaptation_alone) {
  CellWorld world(tdd_carrier(), [](gnb::CellConfig& c) { c.outer_loop.enabled = true; });
  const std::uint32_t index = world.connect(12, with_grant(100, usual_grant()));
  const double before_db = world.connection(index).ul_loop.offset_db();
  world.arrive(occasion_of(usual_grant(), 100, 8), {.decoded = true, .sinr_db = 20});
  EXPECT_EQ(world.connection(index).ul_loop.offset_db(), before_db);
}

TEST(CellConfigured, gives_up_a_block_when_the_next_one_of_its_process_comes) {
  CellWorld world(tdd_carrier());
  const std::uint32_t index = world.connect(12, with_grant(100, usual_grant()));
  world.arrive(occasion_of(usual_grant(), 100, 8), {.decoded = false, .sinr_db = -5});
  EXPECT_TRUE(world.connection(index).ul_harq.has_to_repeat());
  EXPECT_EQ(world.arrive(occasion_of(usual_grant(), 100, 28), {.decoded = true, .sinr_db = 20}),
            HarqOutcome::acknowledged);
  EXPECT_FALSE(world.connection(index).ul_harq.has_to_repeat());
  EXPECT_FALSE(world.connection(index).ul_harq.is_busy(0));
}

TEST(CellConfigured, learns_nothing_from_an_occasion_that_is_left_out) {
  CellWorld world(tdd_carrier());
  const std::uint32_t index = world.connect(12, with_grant(100, usual_grant()));
  EXPECT_EQ(world.arrive(occasion_of(usual_grant(), 100, 8), {.decoded = false, .detected = false}),
            HarqOutcome::stale);
  EXPECT_FALSE(world.connection(index).ul_harq.is_busy(0));
}

}  // namespace
}  // namespace redcell::mac::testing
