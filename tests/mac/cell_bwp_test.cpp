// Goal: two BWPs share a carrier's PRBs without ever sharing one, the narrow one first, and share
// nothing else. Method: every PRB of every slot has one owner in a plain list, under random load
// and loss; saturated BWPs against what the resource maps leave, counted by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/random.h"
#include "mac/gnb/cell.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using base::Direction;
using mac::testing::CellWorld;
using mac::testing::connection_config;
using mac::testing::tdd_carrier;

constexpr std::uint32_t seed = 23;
constexpr int carrier_prb_count = 273;
constexpr int wide_group_size = 16;  // TS 38.214 Table 5.1.2.2.1-1.
constexpr std::uint32_t narrow = 0;
constexpr std::uint32_t wide = 1;

/// 51 PRBs of a carrier of 273 with blocks and SIB1 in them, and PUCCH at the edges of both.
std::array<phy::ResourceMapConfig, 2> bwps_at(int first_prb) {
  phy::ResourceMapConfig a = tdd_carrier();
  a.bwp_dl = a.bwp_ul = {first_prb, 51};
  a.pucch = {.low_edge_prb_count = 2, .high_edge_prb_count = 2};
  a.ssb = {.period = base::milliseconds(20),
           .beam_count = 8,
           .first_prb = first_prb,
           .pattern = phy::SsbCase::c};
  a.sib1 = {.period = base::milliseconds(20),
            .prb_count = 15,
            .first_prb = first_prb + 20,
            .coreset_zero = {first_prb, 48}};
  phy::ResourceMapConfig b = a;
  b.bwp_dl = b.bwp_ul = {0, carrier_prb_count};
  b.coreset = {.symbol_count = 1, .prb_count = 96, .first_prb = first_prb + 54};
  for (const phy::PrbRange& edge : b.pucch_prbs()) a.other_pucch.push_back(edge);
  for (const phy::PrbRange& edge : a.pucch_prbs()) b.other_pucch.push_back(edge);
  return {a, b};
}

std::array<phy::ResourceMapConfig, 2> without_broadcast(
    std::array<phy::ResourceMapConfig, 2> configs) {
  for (phy::ResourceMapConfig& config : configs) {
    config.ssb = {};
    config.sib1 = {};
  }
  return configs;
}

/// Who has each PRB of the carrier in one slot and direction.
struct Owners {
  std::array<int, carrier_prb_count> of_prb{};  ///< 0: nobody; else BWP + 1.

  [[nodiscard]] std::vector<int> prbs(std::uint32_t bwp) const {
    std::vector<int> out;
    for (int prb = 0; prb < carrier_prb_count; ++prb) {
      if (of_prb[static_cast<std::size_t>(prb)] == static_cast<int>(bwp) + 1) out.push_back(prb);
    }
    return out;
  }
};

/// A cell with both BWPs, and a list of owners of all that it has said.
class TwoBwps {
 public:
  explicit TwoBwps(int first_prb, const std::function<void(CellConfig&)>& change = {})
      : TwoBwps(bwps_at(first_prb), change) {}
  TwoBwps(const std::array<phy::ResourceMapConfig, 2>& configs,
          const std::function<void(CellConfig&)>& change)
      : maps_{phy::ResourceMap(configs[narrow]), phy::ResourceMap(configs[wide])},
        world_(configs[narrow], [&](CellConfig& c) {
          c.bwps = {&maps_[narrow], &maps_[wide]};
          if (change) change(c);
        }) {}

  /// Index of the new connection.
  std::uint32_t connect(std::uint32_t bwp) {
    ConnectionConfig config = connection_config(100 + static_cast<std::uint32_t>(bwps_.size()));
    config.bwp = bwp;
    bwps_.push_back(bwp);
    return world_.connect(12, config);
  }
  /// Data in the downlink, and a report of data in the uplink.
  void load(std::uint32_t index, int dl_packets, std::uint64_t ul_bytes) {
    world_.load(index, dl_packets);
    world_.connection(index).ul_backlog_bytes = ul_bytes;
    world_.cell().activate(index);
  }

  const SlotPlan& run(std::int64_t slot) {
    const SlotPlan& plan = world_.run(slot);
    downlink_ = {};
    for (const DlAssignment& a : plan.downlink) {
      mark({bwp_of(a.ue), Direction::downlink, base::Slot(slot)}, a.format, downlink_);
    }
    for (const UlGrant& g : plan.uplink) {
      mark({bwp_of(g.ue), Direction::uplink, g.pusch_slot}, g.format, uplink_[g.pusch_slot]);
    }
    expect_whole_groups();
    return plan;
  }
  /// All that was just said arrives, and so does its answer.
  void settle(bool arrives = true) {
    const SlotPlan plan = world_.plan();
    for (const DlAssignment& a : plan.downlink) world_.answer(a, arrives);
    for (const UlGrant& g : plan.uplink) arrive(g, arrives);
  }
  void arrive(const UlGrant& grant, bool decoded) {
    const UplinkQuality& quality = world_.connection(world_.index_of(grant.ue)).ul_quality;
    const double sinr_db = 40 + quality.prb_power_below_max_db(grant.format.prb.count);
    world_.arrive(grant, {.decoded = decoded, .sinr_db = sinr_db});
  }

  /// PRBs of the carrier that a BWP may use.
  [[nodiscard]] std::vector<int> usable(std::uint32_t bwp, Direction direction,
                                        base::Slot slot) const {
    std::vector<int> out;
    const auto& data_re = resources(bwp, direction, slot).data_re;
    for (int prb = 0; prb < static_cast<int>(data_re.size()); ++prb) {
      if (data_re[static_cast<std::size_t>(prb)] > 0) out.push_back(first_of(bwp) + prb);
    }
    return out;
  }
  [[nodiscard]] std::uint32_t bwp_of(base::UeId ue) const { return bwps_.at(ue.value - 100); }
  [[nodiscard]] const Owners& downlink() const { return downlink_; }
  [[nodiscard]] const std::map<base::Slot, Owners>& uplink() const { return uplink_; }
  CellWorld& world() { return world_; }

 private:
  struct Place {
    std::uint32_t bwp;
    Direction direction;
    base::Slot slot;
  };
  [[nodiscard]] int first_of(std::uint32_t bwp) const { return maps_[bwp].config().bwp_dl.first; }
  [[nodiscard]] const phy::SlotResources& resources(std::uint32_t bwp, Direction direction,
                                                    base::Slot slot) const {
    return direction == Direction::downlink ? maps_[bwp].downlink(slot) : maps_[bwp].uplink(slot);
  }
  /// PRBs that carry the block: those of its range that are not blocked (air.h).
  void mark(const Place& place, const BlockFormat& format, Owners& owners) const {
    const auto& data_re = resources(place.bwp, place.direction, place.slot).data_re;
    ASSERT_GE(format.prb.first, 0);
    ASSERT_LE(format.prb.end(), static_cast<int>(data_re.size())) << "beyond its BWP";
    int count = 0;
    for (int prb = format.prb.first; prb < format.prb.end(); ++prb) {
      const bool is_usable = data_re[static_cast<std::size_t>(prb)] > 0;
      ASSERT_TRUE(is_usable || place.direction == Direction::downlink) << "blocked PRB " << prb;
      if (!is_usable) continue;
      ++count;
      int& owner = owners.of_prb.at(static_cast<std::size_t>(first_of(place.bwp) + prb));
      ASSERT_EQ(owner, 0) << "PRB " << first_of(place.bwp) + prb << " twice, slot "
                          << place.slot.value() << ", BWP " << place.bwp;
      owner = static_cast<int>(place.bwp) + 1;
    }
    EXPECT_EQ(count, format.prb_count);
  }
  void expect_whole_groups() const {
    std::array<int, carrier_prb_count / wide_group_size + 1> has{};  // Bit of each BWP.
    for (std::size_t prb = 0; prb < carrier_prb_count; ++prb) {
      has[prb / wide_group_size] |= downlink_.of_prb[prb];
    }
    for (const int both : has) EXPECT_LT(both, 3) << "a group of both";
  }

  std::array<phy::ResourceMap, 2> maps_;
  std::vector<std::uint32_t> bwps_;  ///< [UE - 100]
  CellWorld world_;
  Owners downlink_;
  std::map<base::Slot, Owners> uplink_;  ///< [PUSCH slot]
};

/// What is left of some PRBs when groups of the wide BWP that another BWP touches are gone.
std::vector<int> beside(const std::vector<int>& prbs, const std::vector<int>& taken) {
  std::vector<int> out;
  for (const int prb : prbs) {
    const bool is_touched = std::any_of(taken.begin(), taken.end(), [&](int other) {
      return other / wide_group_size == prb / wide_group_size;
    });
    if (!is_touched) out.push_back(prb);
  }
  return out;
}

class CellBwp : public ::testing::TestWithParam<int> {};

/// Random data comes, and one block of five is lost.
class RandomLoad {
 public:
  explicit RandomLoad(int first_prb) : cell_(first_prb) {
    for (const std::uint32_t bwp : {narrow, narrow, narrow, wide, wide, wide}) cell_.connect(bwp);
  }
  void step(std::int64_t slot) {
    for (std::uint32_t index = 0; index < 6; ++index) {
      if (draw(index, slot) % 4 != 0) continue;
      const std::uint32_t size = draw(8 + index, slot);
      cell_.load(index, static_cast<int>(size % 30), (size >> 8U) % 20'000);
    }
    const SlotPlan& plan = cell_.run(slot);
    for (const DlAssignment& a : plan.downlink) {
      block_count_[cell_.bwp_of(a.ue)] += 1;
      repeat_count_[cell_.bwp_of(a.ue)] += a.harq.attempt > 0 ? 1 : 0;
      answers_[a.feedback_slot.value() + 1].push_back(a);
    }
    for (const UlGrant& g : plan.uplink) {
      block_count_[cell_.bwp_of(g.ue)] += 1;
      repeat_count_[cell_.bwp_of(g.ue)] += g.harq.attempt > 0 ? 1 : 0;
      arrivals_[g.pusch_slot.value() + 1].push_back(g);
    }
    for (const DlAssignment& a : answers_[slot + 1]) cell_.world().answer(a, is_good(a.ue, slot));
    for (const UlGrant& g : arrivals_[slot + 1]) cell_.arrive(g, is_good(g.ue, slot + 1'000'000));
  }
  [[nodiscard]] int block_count(std::uint32_t bwp) const { return block_count_[bwp]; }
  [[nodiscard]] int repeat_count(std::uint32_t bwp) const { return repeat_count_[bwp]; }

 private:
  static std::uint32_t draw(std::uint32_t kind, std::int64_t slot) {
    return base::Random(seed, 1).at(base::Purpose::arrival, {.a = kind, .b = 0},
                                    static_cast<std::uint64_t>(slot))[0];
  }
  static bool is_good(base::UeId ue, std::int64_t slot) { return draw(ue.value, slot) % 5 != 0; }

  TwoBwps cell_;
  std::map<std::int64_t, std::vector<DlAssignment>> answers_;
  std::map<std::int64_t, std::vector<UlGrant>> arrivals_;
  std::array<int, 2> block_count_{};
  std::array<int, 2> repeat_count_{};
};

TEST_P(CellBwp, never_gives_a_prb_twice_nor_one_that_is_blocked) {
  RandomLoad load(GetParam());
  for (std::int64_t slot = 0; slot < 4'000; ++slot) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed << " slot " << slot);
    load.step(slot);
    if (HasFailure()) return;
  }
  for (const std::uint32_t bwp : {narrow, wide}) {
    EXPECT_GT(load.block_count(bwp), 3'000) << bwp;
    EXPECT_GT(load.repeat_count(bwp), 300) << bwp;
  }
}

// Whatever waits for the wide BWP, and whoever was first there.
TEST_P(CellBwp, serves_a_saturated_narrow_one_first_and_the_wide_one_with_the_rest) {
  TwoBwps cell(GetParam());
  const std::uint32_t second = cell.connect(wide);
  const std::uint32_t first = cell.connect(narrow);
  const std::uint32_t third = cell.connect(wide);
  int downlink_slots = 0;
  for (std::int64_t slot = 0; slot < 400; ++slot) {
    for (const std::uint32_t index : {first, second, third}) cell.load(index, 60, 1'000'000);
    cell.run(slot);
    cell.settle();
    if (HasFailure()) return;
    if (cell.downlink().of_prb == Owners{}.of_prb) continue;
    ++downlink_slots;
    const auto usable = [&](std::uint32_t bwp) {
      return cell.usable(bwp, Direction::downlink, base::Slot(slot));
    };
    ASSERT_EQ(cell.downlink().prbs(narrow), usable(narrow)) << slot;
    ASSERT_EQ(cell.downlink().prbs(wide), beside(usable(wide), usable(narrow))) << slot;
  }
  EXPECT_EQ(downlink_slots, 320);
  ASSERT_GE(cell.uplink().size(), 80U);
  for (const auto& [slot, owners] : cell.uplink()) {
    const std::vector<int> inner = cell.usable(narrow, Direction::uplink, slot);
    std::vector<int> rest;
    for (const int prb : cell.usable(wide, Direction::uplink, slot)) {
      if (!std::binary_search(inner.begin(), inner.end(), prb)) rest.push_back(prb);
    }
    EXPECT_EQ(owners.prbs(narrow), inner) << slot.value();
    EXPECT_EQ(owners.prbs(wide), rest) << slot.value();
  }
}

TEST_P(CellBwp, gives_the_wide_one_inner_prbs_that_no_narrow_one_wants) {
  TwoBwps cell(GetParam());
  cell.connect(narrow);
  std::vector<std::uint32_t> wide_ones;
  for (int i = 0; i < 3; ++i) wide_ones.push_back(cell.connect(wide));
  for (std::int64_t slot = 0; slot < 100; ++slot) {
    for (const std::uint32_t index : wide_ones) cell.load(index, 60, 1'000'000);
    cell.run(slot);
    cell.settle();
    if (slot % 10 > 7) continue;
    ASSERT_EQ(cell.downlink().prbs(wide), cell.usable(wide, Direction::downlink, base::Slot(slot)))
        << slot;
  }
  for (const auto& [slot, owners] : cell.uplink()) {
    EXPECT_EQ(owners.prbs(wide), cell.usable(wide, Direction::uplink, slot)) << slot.value();
  }
}

// A small block of the narrow BWP lies at one of its ends; the wide one has what is on both sides.
TEST_P(CellBwp, gives_the_wide_one_what_a_small_narrow_block_leaves) {
  TwoBwps cell(GetParam());
  const std::uint32_t small = cell.connect(narrow);
  const std::uint32_t one = cell.connect(wide);
  const std::uint32_t other = cell.connect(wide);
  for (std::int64_t slot = 0; slot < 200; ++slot) {
    if (slot % 10 > 6) continue;  // Seven have all symbols.
    cell.load(small, 1, 0);
    for (const std::uint32_t index : {one, other}) cell.load(index, 60, 0);
    cell.run(slot);
    cell.settle();
    ASSERT_FALSE(HasFailure()) << slot;
    const std::vector<int> inner = cell.downlink().prbs(narrow);
    ASSERT_FALSE(inner.empty());
    ASSERT_LT(inner.size(), 16U);
    const std::vector<int> rest =
        beside(cell.usable(wide, Direction::downlink, base::Slot(slot)), inner);
    ASSERT_EQ(cell.downlink().prbs(wide), rest) << slot;
  }
}

// By hand, for a BWP at PRB 100: PUCCH of the carrier on 0, 1, 271 and 272, of the BWP on 100, 101,
// 149 and 150.
TEST(CellBwpPucch, stays_free_of_data_of_the_other_bwp) {
  TwoBwps cell(100);
  for (int i = 0; i < 4; ++i) cell.connect(wide);
  cell.connect(narrow);
  for (std::int64_t slot = 0; slot < 40; ++slot) {
    // The narrow one has data in every other period.
    for (std::uint32_t index = 0; index < (slot % 20 < 10 ? 5U : 4U); ++index) {
      cell.load(index, 0, 1'000'000);
    }
    if (slot % 20 >= 10) cell.load(4, 0, 0);
    cell.run(slot);
    cell.settle();
  }
  ASSERT_GE(cell.uplink().size(), 8U);
  for (const auto& [slot, owners] : cell.uplink()) {
    for (int prb = 0; prb < carrier_prb_count; ++prb) {
      const bool is_pucch =
          prb < 2 || prb >= 271 || prb == 100 || prb == 101 || prb == 149 || prb == 150;
      ASSERT_EQ(owners.of_prb[static_cast<std::size_t>(prb)] == 0, is_pucch)
          << prb << " slot " << slot.value();
    }
  }
}

/// New blocks of each BWP in every slot: downlink, and for each PUSCH slot.
struct Blocks {
  std::map<std::int64_t, std::array<int, 2>> downlink;
  std::map<std::int64_t, std::array<int, 2>> uplink;
};

/// One small packet at a time for three connections of each BWP.
Blocks blocks_of(TwoBwps& cell, bool has_downlink, bool has_uplink) {
  for (const std::uint32_t bwp : {wide, narrow, wide, narrow, wide, narrow}) cell.connect(bwp);
  Blocks out;
  for (std::int64_t slot = 0; slot < 40; ++slot) {
    if (slot % 10 == 7) continue;  // Five symbols have no room for three.
    for (std::uint32_t index = 0; index < 6; ++index) {
      const bool is_served = !cell.world().connection(index).has_downlink(cell.world().now());
      cell.load(index, has_downlink && is_served ? 1 : 0, has_uplink ? 300 : 0);
    }
    const SlotPlan& plan = cell.run(slot);
    for (const DlAssignment& a : plan.downlink) ++out.downlink[slot].at(cell.bwp_of(a.ue));
    for (const UlGrant& g : plan.uplink) ++out.uplink[g.pusch_slot.value()].at(cell.bwp_of(g.ue));
    cell.settle();
  }
  return out;
}

TEST_P(CellBwp, limits_the_terminals_of_a_slot_in_each_bwp) {
  for (const int limit : {1, 2, 3}) {
    TwoBwps cell(without_broadcast(bwps_at(GetParam())),
                 [&](CellConfig& c) { c.max_ues_per_slot = limit; });
    const Blocks blocks = blocks_of(cell, true, true);
    ASSERT_EQ(blocks.downlink.size(), 28U);
    for (const auto& [slot, counts] : blocks.downlink) {
      EXPECT_EQ(counts, (std::array{limit, limit})) << slot;
    }
    ASSERT_GE(blocks.uplink.size(), 8U);
    for (const auto& [slot, counts] : blocks.uplink) {
      EXPECT_EQ(counts, (std::array{limit, limit})) << slot;
    }
  }
}

// Six PRBs of one symbol are one CCE: one DCI. The other BWP's CORESET has room for all.
TEST_P(CellBwp, has_control_channel_elements_of_its_own) {
  for (const std::uint32_t poor : {narrow, wide}) {
    for (const bool is_downlink : {true, false}) {
      std::array<phy::ResourceMapConfig, 2> configs = without_broadcast(bwps_at(GetParam()));
      configs[poor].coreset.prb_count = 6;
      TwoBwps cell(configs, [](CellConfig& c) { c.k2 = {2}; });
      const Blocks blocks = blocks_of(cell, is_downlink, !is_downlink);
      std::array<int, 2> expected{3, 3};
      expected[poor] = 1;
      const auto& counted = is_downlink ? blocks.downlink : blocks.uplink;
      ASSERT_GE(counted.size(), 4U);
      for (const auto& [slot, counts] : counted) EXPECT_EQ(counts, expected) << slot;
    }
  }
}

// A lost block of the narrow BWP is repeated in spite of all that waits for the wide one.
TEST_P(CellBwp, repeats_a_narrow_block_before_it_serves_the_wide_one) {
  TwoBwps cell(GetParam(), [](CellConfig& c) { c.k2 = {2}; });
  const std::uint32_t large = cell.connect(wide);
  const std::uint32_t small = cell.connect(narrow);
  cell.load(large, 60, 1'000'000);
  cell.load(small, 60, 1'000'000);
  // Slot 16 grants PUSCH in slot 18, slot 26 in slot 28. None of these has SIB1 or an SSB block.
  cell.run(16);
  cell.settle(false);
  std::array<int, 2> repeats{};
  for (const std::int64_t slot : {20, 26}) {
    // More new data of the wide BWP, and none of the narrow one.
    cell.load(large, 60, 1'000'000);
    cell.load(small, 0, 0);
    const SlotPlan& plan = cell.run(slot);
    for (const DlAssignment& a : plan.downlink) {
      if (cell.bwp_of(a.ue) == narrow && a.harq.attempt == 1) ++repeats[0];
    }
    for (const UlGrant& g : plan.uplink) {
      if (cell.bwp_of(g.ue) == narrow && g.harq.attempt == 1) ++repeats[1];
    }
    cell.settle();
  }
  EXPECT_EQ(repeats, (std::array{1, 1}));
}

// A lost block of the whole carrier goes again before anything new, or a narrow terminal that
// always has data would keep it, and all that waits for its process, from going at all.
TEST_P(CellBwp, repeats_a_wide_block_whole_before_a_narrow_one_sends_new_data) {
  TwoBwps cell(GetParam());
  const std::uint32_t large = cell.connect(wide);
  const std::uint32_t small = cell.connect(narrow);
  cell.load(large, 60, 0);
  const SlotPlan& first = cell.run(10);
  ASSERT_EQ(first.downlink.size(), 1U);
  const int prb_count = first.downlink[0].format.prb_count;
  cell.settle(false);
  cell.load(small, 60, 0);
  const SlotPlan& second = cell.run(12);
  ASSERT_FALSE(second.downlink.empty());
  EXPECT_EQ(cell.bwp_of(second.downlink[0].ue), wide);
  EXPECT_EQ(second.downlink[0].harq.attempt, 1);
  EXPECT_EQ(second.downlink[0].format.prb_count, prb_count);
  cell.settle();
  const SlotPlan& third = cell.run(13);
  ASSERT_FALSE(third.downlink.empty());
  EXPECT_EQ(cell.bwp_of(third.downlink[0].ue), narrow);
}

INSTANTIATE_TEST_SUITE_P(AtPrb, CellBwp, ::testing::Values(0, 100),
                         [](const auto& each) { return std::to_string(each.param); });

TEST(CellBwpDeathTest, has_the_narrowest_first_and_no_other) {
  const auto configs = bwps_at(0);
  const phy::ResourceMap inner(configs[narrow]);
  const phy::ResourceMap outer(configs[wide]);
  CellConfig config = mac::testing::cell_config(inner);
  config.bwps = {&outer, &inner};
  EXPECT_DEATH(Cell{config}, "width");
  config.bwps = {};
  EXPECT_DEATH(Cell{config}, "bwps");
  config.bwps = {&inner, &outer};
  Cell cell(config);
  ConnectionConfig connection = connection_config(1);
  connection.bwp = 2;
  EXPECT_DEATH(cell.connect(connection), "bwp");
}

}  // namespace
}  // namespace redcell::mac::gnb
