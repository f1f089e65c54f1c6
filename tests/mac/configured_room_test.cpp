// Goal: occasions and HARQ processes are those of the standard's formulas, and places of configured
// grants never meet, whatever they are. Method: the formulas in symbols, by hand; random wishes in
// three parts that overlap, every slot and PRB counted; a part filled to the last PRB.
#include "mac/gnb/configured_room.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "mac/configured_grant.h"
#include "tests/mac/moving_world.h"

namespace redcell::mac {
namespace {

using base::Slot;
using base::SlotCount;
using gnb::ConfiguredRoom;

// TS 38.321 5.8.2 and 5.4.1, in symbols of a hyperframe of 1024 frames.
TEST(ConfiguredGrant, has_the_occasions_and_processes_of_the_standard) {
  for (const int scs_khz : {15, 30, 60}) {
    const phy::Numerology numerology(scs_khz);
    const std::int64_t symbols_per_frame = 14 * numerology.slots_per_frame();
    for (const std::int64_t period : {1, 2, 5, 10, 16, 40, 640}) {
      for (const int processes : {1, 3, 8}) {
        const std::int64_t offset = period * 2 / 3;
        const ConfiguredGrant grant{.periodicity = SlotCount(period),
                                    .offset = SlotCount(offset),
                                    .hyperframe = SlotCount(1024 * numerology.slots_per_frame()),
                                    .process_count = processes};
        const std::int64_t begin = 1022 * numerology.slots_per_frame();
        for (std::int64_t slot = begin; slot < begin + 4 * numerology.slots_per_frame(); ++slot) {
          const std::int64_t sfn = slot / numerology.slots_per_frame() % 1024;
          const std::int64_t symbol =
              sfn * symbols_per_frame + 14 * (slot % numerology.slots_per_frame());
          EXPECT_EQ(grant.is_occasion(Slot(slot)), (symbol - 14 * offset) % (14 * period) == 0);
          EXPECT_EQ(grant.process_of(Slot(slot)), symbol / (14 * period) % processes);
        }
      }
    }
  }
}

TEST(ConfiguredGrant, finds_the_first_occasion_from_a_slot_on) {
  const ConfiguredGrant grant{
      .periodicity = SlotCount(10), .offset = SlotCount(8), .start = Slot(25)};
  for (const auto& [from, occasion] :
       {std::pair{0, 28}, {25, 28}, {28, 28}, {29, 38}, {38, 38}, {39, 48}}) {
    EXPECT_EQ(grant.occasion_from(Slot(from)), Slot(occasion)) << from;
  }
  EXPECT_FALSE(grant.is_occasion(Slot(18))) << "before it starts";
}

// What a number stands for is the same at both ends, and no DCI begins a block of that number.
TEST(ConfiguredGrant, numbers_blocks_apart_from_those_of_dcis) {
  const ConfiguredGrant grant{.periodicity = SlotCount(10), .offset = SlotCount(8)};
  EXPECT_TRUE(is_configured(grant.block_of(Slot(18))));
  EXPECT_NE(grant.block_of(Slot(18)).block, grant.block_of(Slot(28)).block);
  EXPECT_FALSE(is_configured({.process = 0, .attempt = 0, .block = 1}));
}

std::vector<phy::ResourceMap> maps_of(const phy::ResourceMapConfig& carrier) {
  std::vector<phy::ResourceMap> maps;
  for (const auto& config : testing::configs_of(carrier, testing::usual_firsts)) {
    maps.emplace_back(config);
  }
  return maps;
}

std::vector<const phy::ResourceMap*> pointers(const std::vector<phy::ResourceMap>& maps) {
  std::vector<const phy::ResourceMap*> out;
  for (const phy::ResourceMap& map : maps) out.push_back(&map);
  return out;
}

TEST(ConfiguredRoom, gives_no_prb_of_a_slot_twice_and_only_what_data_may_have) {
  constexpr std::array<std::int64_t, 5> periods{5, 10, 16, 20, 40};
  constexpr std::int64_t slots = 640;
  constexpr std::uint32_t wish_count = 240;
  for (std::uint64_t world = 0; world < 6; ++world) {
    const base::Random random(world, 1);
    phy::ResourceMapConfig carrier =
        world % 2 == 0 ? testing::tdd_carrier() : testing::fdd_carrier();
    carrier.prach = {
        .period = base::milliseconds(20), .slot_offset = 19, .prb_count = 12, .first_prb = 6};
    const std::vector<phy::ResourceMap> maps = maps_of(carrier);
    ConfiguredRoom room(pointers(maps));
    std::set<std::pair<std::int64_t, int>> taken;
    std::uint32_t placed = 0;
    for (std::uint32_t i = 0; i < wish_count; ++i) {
      const auto draw = [&](std::uint32_t which, double count) {
        return static_cast<std::uint32_t>(
            count * random.uniform(base::Purpose::placement, {.a = i, .b = which}, 0));
      };
      const ConfiguredRoom::Wish wish{.bwp = draw(0, 4),
                                      .periodicity = SlotCount(periods[draw(1, 5)]),
                                      .prb_count = 1 + static_cast<int>(draw(2, 12))};
      const auto place = room.take(wish);
      if (!place) continue;
      ++placed;
      const phy::ResourceMap& map = maps[wish.bwp];
      for (std::int64_t s = place->offset.value(); s < slots; s += wish.periodicity.value()) {
        for (int prb = place->prb.first; prb < place->prb.end(); ++prb) {
          ASSERT_GT(map.uplink(Slot(s)).data_re[static_cast<std::size_t>(prb)], 0);
          ASSERT_TRUE(taken.insert({s, map.config().bwp_ul.first + prb}).second) << s << " " << prb;
        }
      }
    }
    EXPECT_GT(placed, 20U) << world;
    EXPECT_LT(placed, wish_count) << world;
  }
}

TEST(ConfiguredRoom, is_full_when_every_prb_of_every_uplink_slot_is_taken) {
  const phy::ResourceMap map(testing::tdd_carrier());
  ConfiguredRoom room({&map});
  const ConfiguredRoom::Wish wish{.periodicity = SlotCount(10), .prb_count = 17};
  for (const auto& [offset, first] :
       {std::pair{8, 0}, {8, 17}, {8, 34}, {9, 0}, {9, 17}, {9, 34}}) {
    const auto place = room.take(wish);
    ASSERT_TRUE(place.has_value());
    EXPECT_EQ(place->offset, SlotCount(offset));
    EXPECT_EQ(place->prb.first, first);
  }
  EXPECT_FALSE(room.take(wish).has_value());
  EXPECT_FALSE(room.take({.periodicity = SlotCount(20), .prb_count = 1}).has_value());
}

TEST(ConfiguredRoom, keeps_to_the_offset_that_is_asked_for) {
  const phy::ResourceMap map(testing::tdd_carrier());
  ConfiguredRoom room({&map});
  ConfiguredRoom::Wish wish{.periodicity = SlotCount(20), .offset = SlotCount(19), .prb_count = 51};
  EXPECT_EQ(room.take(wish)->offset, SlotCount(19));
  EXPECT_FALSE(room.take(wish).has_value());
  wish.offset = SlotCount(9);
  EXPECT_TRUE(room.take(wish).has_value()) << "the other one in two";
  wish.offset = SlotCount(7);
  EXPECT_FALSE(room.take(wish).has_value()) << "downlink";
  EXPECT_FALSE(room.is_uplink(wish, SlotCount(7)));
  EXPECT_TRUE(room.is_uplink(wish, SlotCount(9)));
  // Five slots on from uplink there is downlink.
  EXPECT_FALSE(room.is_uplink({.periodicity = SlotCount(5)}, SlotCount(3)));
}

}  // namespace
}  // namespace redcell::mac
