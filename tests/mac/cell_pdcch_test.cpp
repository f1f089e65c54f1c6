// Goal: a cell's PDCCH blocks as often as the hashing of TS 38.213 10.1 says, a link gets the level
// it needs, and who is blocked keeps nobody else from his turn.
// Method: blocking of many small cells, whose terminals want a DCI in every slot, against a Monte
// Carlo of the clause's formula that shares no code and draws levels as the cells had them;
// single cases by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "base/random.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {
namespace {

using gnb::CellConfig;
using gnb::PdcchCount;
using gnb::SlotPlan;

/// The contract: a percentage point.
constexpr double blocking_error_max = 0.01;

constexpr std::array<double, 5> levels{1, 2, 4, 8, 16};
constexpr std::array<double, 5> candidates{6, 5, 4, 2, 1};
using Shares = std::array<double, 5>;

/// Blocked and all DCIs of a number of slots.
struct Blocking {
  double blocked = 0;
  double wanted = 0;
  Shares at_level{};
  [[nodiscard]] double ratio() const { return blocked / wanted; }
};

// --- the formula, once more

class Draws {
 public:
  /// In [0, 1).
  double next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return static_cast<double>(state_ >> 11U) / 9007199254740992.0;
  }

 private:
  std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

/// Terminals of one slot, each with a C-RNTI and a level of its own, one after the other.
Blocking monte_carlo(double cce_count, int terminal_count, const Shares& shares) {
  Draws draws;
  Blocking out;
  for (int trial = 0; trial < 15'000; ++trial) {
    std::vector<bool> used(static_cast<std::size_t>(cce_count));
    const int slot = static_cast<int>(20 * draws.next());
    for (int terminal = 0; terminal < terminal_count; ++terminal) {
      double rest = draws.next();
      std::size_t level = 0;
      while (level < 4 && rest >= shares[level]) rest -= shares[level++];
      double y = 1 + std::floor(65519 * draws.next());
      for (int n = 0; n <= slot; ++n) y = std::fmod(39829 * y, 65537);
      bool placed = false;
      for (double m = 0; m < candidates[level] && !placed; ++m) {
        const double steps = y + std::floor(m * cce_count / (levels[level] * candidates[level]));
        const double first =
            levels[level] * std::fmod(steps, std::floor(cce_count / levels[level]));
        const auto begin = used.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = begin + static_cast<std::ptrdiff_t>(levels[level]);
        placed = std::find(begin, end, true) == end;
        if (placed) std::fill(begin, end, true);
      }
      out.blocked += placed ? 0 : 1;
      out.wanted += 1;
    }
  }
  return out;
}

// --- the cell

/// Wide enough for a group of PRBs for each terminal of a slot.
phy::ResourceMapConfig carrier_of(int cce_count) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.bwp_dl = carrier.bwp_ul = {0, 273};
  carrier.coreset.symbol_count = 2;
  carrier.coreset.prb_count = 3 * cce_count;
  return carrier;
}

/// In every slot each terminal has a small packet, and its link is another.
Blocking blocking_of_cells(const phy::ResourceMap& map, int terminal_count) {
  constexpr std::uint32_t cell_count = 100;
  constexpr int slot_count = 40;
  constexpr std::array<int, 8> cqis{2, 3, 4, 4, 5, 6, 9, 15};
  const base::Random random(5, 1);
  CellConfig config = cell_config(map);
  config.max_ues_per_slot = 64;
  config.dl_table = phy::McsTable::qam64;
  config.cqi_table = phy::CqiTable::table_1;
  Blocking out;
  SlotPlan plan;
  std::vector<DroppedSdu> drops;
  for (std::uint32_t id = 0; id < cell_count; ++id) {
    config.cell = id;
    gnb::Cell cell(config);
    for (int i = 0; i < terminal_count; ++i) {
      const auto ue = static_cast<std::uint32_t>(i);
      cell.attach(cell.connect(connection_config(ue)), std::make_unique<RadioBearer>(um_bearer()));
    }
    for (int s = 0; s < slot_count; ++s) {
      const base::Slot slot(s);
      const base::Instant now = map.config().numerology.slot_start(slot);
      for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(terminal_count); ++i) {
        gnb::Connection& c = cell.connection(i);
        const std::uint64_t draw = 64 * static_cast<std::uint64_t>(s) + i;
        c.csi.cqi =
            base::CqiIndex(cqis[random.at(base::Purpose::arrival, {.a = id, .b = 0}, draw)[0] % 8]);
        if (!c.has_downlink(now)) cell.enqueue(i, sdu(1000 * i, 20), now, drops);
      }
      cell.schedule(slot, now, plan);
      const PdcchCount& count = plan.pdcch.at(0);
      int wanted = 0;
      for (std::size_t level = 0; level < levels.size(); ++level) {
        wanted += count.sent[level] + count.blocked[level];
        out.blocked += count.blocked[level];
        out.at_level[level] += count.sent[level] + count.blocked[level];
      }
      EXPECT_EQ(wanted, terminal_count) << "no PRB is short, nobody is left out";
      out.wanted += wanted;
      for (const DlAssignment& a : plan.downlink) {
        cell.on_feedback(a.ue.value, {.harq = a.harq, .ack = true});
      }
    }
  }
  for (double& share : out.at_level) share /= out.wanted;
  return out;
}

TEST(PdcchBlocking, equals_the_monte_carlo_of_the_clause) {
  for (const int cce_count : {16, 24}) {
    const phy::ResourceMap map(carrier_of(cce_count));
    ASSERT_EQ(map.cce_count(), cce_count);
    double last = 0;
    for (const int terminal_count : {2, 4, 6, 8, 12}) {
      const Blocking cells = blocking_of_cells(map, terminal_count);
      const Blocking model = monte_carlo(map.cce_count(), terminal_count, cells.at_level);
      EXPECT_NEAR(cells.ratio(), model.ratio(), blocking_error_max)
          << cce_count << " CCEs, " << terminal_count << " terminals";
      EXPECT_GE(cells.ratio(), last) << "with terminals";
      last = cells.ratio();
      EXPECT_GT(*std::min_element(cells.at_level.begin(), cells.at_level.end() - 1), 0.1)
          << "levels 1 to 8 all take part";
    }
    EXPECT_GT(last, 0.2) << "a range in which there is something to compare";
  }
}

// The weakest CQI asks for eight CCEs: sixteen are tried without links.
TEST(PdcchBlocking, equals_the_monte_carlo_with_all_levels) {
  constexpr Shares shares{0.4, 0.3, 0.15, 0.1, 0.05};
  const base::Random random(6, 1);
  for (const int cce_count : {16, 24, 54}) {
    for (const int terminal_count : {2, 5, 10}) {
      gnb::Pdcch pdcch({.coreset_id = 1, .cce_count = cce_count}, 20);
      double blocked = 0;
      constexpr int slot_count = 10'000;
      for (int slot = 0; slot < slot_count; ++slot) {
        pdcch.begin(base::Slot(slot));
        for (int i = 0; i < terminal_count; ++i) {
          const auto draw = static_cast<std::uint64_t>(100 * slot + i);
          const auto words = random.at(base::Purpose::arrival, {.a = 1, .b = 0}, draw);
          std::size_t level = 0;
          double rest = words[0] / 4294967296.0;
          while (level < 4 && rest >= shares[level]) rest -= shares[level++];
          blocked += pdcch.place(1 + words[1] % 65'519, level) ? 0 : 1;
        }
      }
      EXPECT_NEAR(blocked / slot_count / terminal_count,
                  monte_carlo(cce_count, terminal_count, shares).ratio(), blocking_error_max)
          << cce_count << " CCEs, " << terminal_count << " terminals";
    }
  }
}

// --- who gets which C-RNTI

TEST(CellConnections, have_a_c_rnti_that_no_other_has) {
  const phy::ResourceMap map(fdd_carrier());
  CellConfig config = cell_config(map);
  gnb::Cell cell(config);
  gnb::Cell again(config);
  config.cell = 1;
  gnb::Cell other(config);
  std::set<std::uint32_t> given;
  int same_as_other = 0;
  for (std::uint32_t i = 0; i < 32; ++i) {
    const std::uint32_t c_rnti = cell.connection(cell.connect(connection_config(i))).c_rnti;
    EXPECT_GE(c_rnti, 1U);
    EXPECT_LE(c_rnti, 65'519U);
    EXPECT_TRUE(given.insert(c_rnti).second);
    EXPECT_EQ(again.connection(again.connect(connection_config(i))).c_rnti, c_rnti);
    same_as_other += other.connection(other.connect(connection_config(i))).c_rnti == c_rnti ? 1 : 0;
  }
  EXPECT_LT(same_as_other, 32);
  // Who comes gets no number that is in use, nor one that was free a moment ago.
  for (int turn = 0; turn < 100; ++turn) {
    cell.disconnect(0);
    cell.connect(connection_config(40));
    EXPECT_TRUE(given.insert(cell.connection(0).c_rnti).second);
  }
}

// --- one terminal alone, and slices

TEST(CellPdcch, never_blocks_one_terminal_in_both_directions_where_two_dcis_fit) {
  for (const int cqi : {1, 3, 5, 8, 15}) {
    CellWorld world(fdd_carrier());
    const std::uint32_t ue = world.connect(cqi);
    for (std::int64_t slot = 0; slot < 100; ++slot) {
      world.load(ue, 20);
      world.connection(ue).ul_backlog_bytes = 5'000;
      world.connection(ue).ul_granted_bytes = 0;
      const SlotPlan plan = world.run(slot);
      ASSERT_FALSE(plan.downlink.empty() && plan.uplink.empty());
      if (plan.downlink.size() + plan.uplink.size() < 2) {
        // Eight CCEs hold no second DCI of eight.
        const int level = plan.downlink.empty() ? plan.uplink[0].aggregation_level
                                                : plan.downlink[0].aggregation_level;
        ASSERT_GT(2 * level, world.map().cce_count()) << "CQI " << cqi << " slot " << slot;
      }
      for (const DlAssignment& a : plan.downlink) world.answer(a, true);
      for (const UlGrant& g : plan.uplink) world.arrive(g, {.decoded = true, .sinr_db = 20});
    }
  }
}

TEST(CellPdcch, counts_who_is_blocked_once_a_slot_whatever_k2) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 6;  // One CCE, one DCI.
  CellWorld world(carrier, [](CellConfig& c) { c.k2 = {2, 3, 4}; });
  for (int i = 0; i < 2; ++i) {
    const std::uint32_t ue = world.connect(15);
    world.connection(ue).ul_backlog_bytes = 100'000;
    world.cell().activate(ue);
  }
  const SlotPlan plan = world.run(0);
  ASSERT_EQ(plan.uplink.size(), 1U);
  EXPECT_EQ(plan.pdcch.at(0).sent[0], 1);
  EXPECT_EQ(plan.pdcch.at(0).blocked[0], 2) << "one for all three, the other from the second on";
}

TEST(CellPdcch, lets_neither_direction_starve_where_one_dci_fits) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 6;  // One CCE, one DCI.
  CellWorld world(carrier);
  const std::uint32_t sender = world.connect(15);
  const std::uint32_t receiver = world.connect(15);
  int grants = 0;
  int assignments = 0;
  for (std::int64_t slot = 0; slot < 100; ++slot) {
    world.load(receiver, 1);
    world.connection(sender).ul_backlog_bytes = 100'000;
    world.cell().activate(sender);
    const SlotPlan plan = world.run(slot);
    for (const DlAssignment& a : plan.downlink) world.answer(a, true);
    for (const UlGrant& g : plan.uplink) world.arrive(g, {.decoded = true, .sinr_db = 20});
    grants += static_cast<int>(plan.uplink.size());
    assignments += static_cast<int>(plan.downlink.size());
  }
  EXPECT_EQ(grants, 50);
  EXPECT_EQ(assignments, 50);
}

TEST(CellPdcch, lets_another_of_a_slice_in_for_who_is_blocked) {
  phy::ResourceMapConfig carrier = fdd_carrier();
  carrier.coreset.prb_count = 24;  // Four CCEs: a DCI of four, or four of one.
  CellWorld world(carrier, [](CellConfig& c) {
    c.dl_slices = c.ul_slices = {{.min_percent = 50}, {.min_percent = 50}};
    c.max_ues_per_slot = 2;
  });
  // One near terminal of the first slice; a far and a near one of the second.
  std::uint32_t ue = 100;
  for (const auto& [cqi, slice] : {std::pair{15, 0U}, std::pair{0, 1U}, std::pair{15, 1U}}) {
    gnb::ConnectionConfig connection = connection_config(ue++);
    connection.dl_slice = connection.ul_slice = slice;
    world.load(world.connect(cqi, connection), 1);
  }
  bool was_blocked = false;
  for (std::int64_t slot = 0; slot < 2; ++slot) {
    const SlotPlan plan = world.run(slot);
    if (plan.pdcch.at(0).blocked[2] == 0) continue;
    was_blocked = true;
    ASSERT_EQ(plan.downlink.size(), 2U) << "the far one is blocked, the near one of its slice not";
  }
  EXPECT_TRUE(was_blocked);
}

}  // namespace
}  // namespace redcell::mac::testing
