// Goal: a terminal that goes from one BWP of the cell to another is never granted anything in the
// gap nor outside its active BWP, no PRB is given twice, and a switch that was not heard is undone.
// Method: every PRB of every slot has one owner in a plain list, under random load, loss and moves;
// an own list of gaps, filled from the DCIs and their delay.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "mac/gnb/cell.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using base::Slot;
using base::SlotCount;
using mac::testing::CellWorld;
using mac::testing::connection_config;
using mac::testing::fdd_carrier;
using mac::testing::tdd_carrier;

constexpr std::uint32_t seed = 29;
constexpr std::uint32_t sibling_count = 3;
constexpr std::int64_t switch_delay = 5;

using Firsts = std::array<int, sibling_count>;
/// The last two overlap.
constexpr Firsts usual_firsts{0, 60, 90};

/// Three parts of 51 PRBs inside one of 273.
std::vector<phy::ResourceMapConfig> configs_of(const phy::ResourceMapConfig& carrier,
                                               const Firsts& firsts) {
  std::vector<phy::ResourceMapConfig> out;
  for (const int first : firsts) {
    phy::ResourceMapConfig part = carrier;
    part.bwp_dl = part.bwp_ul = {first, 51};
    part.coreset.prb_count = 24;
    part.pucch = {.low_edge_prb_count = 2, .high_edge_prb_count = 2};
    out.push_back(part);
  }
  phy::ResourceMapConfig wide = carrier;
  wide.bwp_dl = wide.bwp_ul = {0, 273};
  wide.coreset = {.symbol_count = 1, .prb_count = 96, .first_prb = 150};
  out.push_back(wide);
  for (std::size_t own = 0; own < out.size(); ++own) {
    for (std::size_t other = 0; other < sibling_count; ++other) {
      if (other == own) continue;
      for (const phy::PrbRange& edge : out[other].pucch_prbs()) {
        out[own].other_pucch.push_back(edge);
      }
    }
  }
  return out;
}

class MovingWorld {
 public:
  explicit MovingWorld(bool is_tdd, std::int64_t inactivity = 0,
                       const Firsts& firsts = usual_firsts)
      : inactivity_(inactivity),
        maps_(make_maps(is_tdd ? tdd_carrier() : fdd_carrier(), firsts)),
        world_(maps_[0].config(), [&](CellConfig& c) {
          c.bwps.clear();
          for (const phy::ResourceMap& map : maps_) c.bwps.push_back(&map);
          c.sibling_count = sibling_count;
        }) {}

  std::uint32_t connect(std::uint32_t bwp) {
    ConnectionConfig config = connection_config(100 + count_++);
    config.bwp = bwp;
    config.bwp_timing = {.switch_delay = SlotCount(switch_delay),
                         .rrc_processing = SlotCount(20),
                         .rrc_switch = SlotCount(12),
                         .inactivity = SlotCount(inactivity_),
                         .default_bwp = 0};
    return world_.connect(12, config);
  }
  void load(std::uint32_t index, int packets, std::uint64_t ul_bytes) {
    world_.load(index, packets);
    world_.connection(index).ul_backlog_bytes += ul_bytes;
    world_.cell().activate(index);
  }
  const SlotPlan& run(std::int64_t slot) { return world_.run(slot); }
  CellWorld& world() { return world_; }
  [[nodiscard]] const phy::ResourceMap& map(std::uint32_t bwp) const { return maps_[bwp]; }

 private:
  static std::vector<phy::ResourceMap> make_maps(const phy::ResourceMapConfig& carrier,
                                                 const Firsts& firsts) {
    std::vector<phy::ResourceMap> maps;
    for (const phy::ResourceMapConfig& config : configs_of(carrier, firsts)) {
      maps.emplace_back(config);
    }
    return maps;
  }
  std::int64_t inactivity_;
  std::vector<phy::ResourceMap> maps_;
  CellWorld world_;
  std::uint32_t count_ = 0;
};

/// Slots in which a terminal is in no part, as its DCI says; and where it is.
struct Truth {
  std::uint32_t bwp = 0;
  Slot gap_from{-1};
  Slot gap_until{-1};
  std::uint32_t next = 0;
  [[nodiscard]] bool in_gap(Slot slot) const { return slot >= gap_from && slot < gap_until; }
};

/// Blocks and answers on their way.
struct OnAir {
  Slot due;
  std::optional<DlAssignment> assignment;
  std::optional<UlGrant> grant;
};

/// A carrier and where its parts lie, drawn by number; 0: the usual ones.
struct Layout {
  bool is_tdd = true;
  std::uint32_t number = 0;
  [[nodiscard]] Firsts firsts() const {
    if (number == 0) return usual_firsts;
    const base::Random random(seed, number);
    Firsts out{};
    for (std::uint32_t part = 0; part < sibling_count; ++part) {
      out[part] =
          static_cast<int>(223 * random.uniform(base::Purpose::placement, {.a = part, .b = 1}, 0));
    }
    return out;
  }
};

/// Random load, loss and moves; every slot is held against the truth.
class RandomMoves {
 public:
  explicit RandomMoves(const Layout& layout)
      : random_(seed, layout.number), cell_(layout.is_tdd, 0, layout.firsts()) {
    for (std::uint32_t i = 0; i <= moving_count; ++i) {
      const std::uint32_t bwp = i == moving_count ? sibling_count : i % sibling_count;
      cell_.connect(bwp);
      truth_.push_back({.bwp = bwp});
    }
  }
  void run(std::int64_t s) {
    slot_ = Slot(s);
    for (Truth& t : truth_) {
      if (t.gap_until == slot_) t.bwp = t.next;
    }
    settle();
    drive();
    const SlotPlan& plan = cell_.run(s);
    for (const BwpSwitchDci& dci : plan.switches) begin_switch(dci);
    std::set<int> downlink;
    for (const DlAssignment& a : plan.downlink) {
      expect_reachable(a.ue, a.format, a.feedback_slot);
      take(a.format, cell_.map(a.format.bwp).downlink(slot_), downlink);
      on_air_.push_back({.due = a.feedback_slot, .assignment = a, .grant = std::nullopt});
    }
    for (const UlGrant& g : plan.uplink) {
      expect_reachable(g.ue, g.format, g.pusch_slot);
      take(g.format, cell_.map(g.format.bwp).uplink(g.pusch_slot), uplink_[g.pusch_slot]);
      on_air_.push_back({.due = g.pusch_slot, .assignment = std::nullopt, .grant = g});
    }
  }
  int switches = 0;
  int blocks_after_a_switch = 0;

 private:
  static constexpr std::uint32_t moving_count = 8;

  [[nodiscard]] double draw(std::uint64_t index) const {
    return random_.uniform(base::Purpose::placement, {.a = 7, .b = 0},
                           static_cast<std::uint64_t>(slot_.value()) * 256 + index);
  }
  /// What was on its way arrives, four times of five.
  void settle() {
    std::uint64_t number = 64;
    for (const OnAir& item : on_air_) {
      if (item.due + SlotCount(1) != slot_) continue;
      const bool ok = draw(number++) > 0.2;
      if (item.assignment) cell_.world().answer(*item.assignment, ok);
      if (item.grant) cell_.world().arrive(*item.grant, {.decoded = ok, .sinr_db = 20});
    }
    std::erase_if(on_air_, [&](const OnAir& item) { return item.due < slot_; });
  }
  void drive() {
    for (std::uint32_t i = 0; i < truth_.size(); ++i) {
      if (draw(i) < 0.3) cell_.load(i, 3, 4000);
      const Connection& c = cell_.world().connection(i);
      if (i < moving_count && !c.is_moving() && draw(20 + i) < 0.01) {
        cell_.world().cell().switch_by_dci(i, (c.config.bwp + 1) % sibling_count);
      }
    }
  }
  void begin_switch(const BwpSwitchDci& dci) {
    Truth& t = truth_[dci.ue.value - 100];
    ASSERT_EQ(dci.from_bwp, t.bwp);
    t.gap_from = slot_;
    t.gap_until = slot_ + SlotCount(switch_delay);
    t.next = dci.to_bwp;
    ++switches;
    for (const OnAir& item : on_air_) {
      const base::UeId ue = item.grant ? item.grant->ue : item.assignment->ue;
      ASSERT_FALSE(ue == dci.ue && t.in_gap(item.due)) << "it still owes something in the gap";
    }
  }
  void expect_reachable(base::UeId ue, const BlockFormat& format, Slot last) {
    const Truth& t = truth_[ue.value - 100];
    ASSERT_EQ(format.bwp, t.bwp) << slot_.value();
    ASSERT_FALSE(t.in_gap(slot_) || t.in_gap(last)) << slot_.value();
    blocks_after_a_switch += t.gap_until.value() > 0 && slot_ >= t.gap_until ? 1 : 0;
  }
  void take(const BlockFormat& format, const phy::SlotResources& resources, std::set<int>& taken) {
    const phy::PrbRange& bwp = cell_.map(format.bwp).config().bwp_dl;
    ASSERT_LE(format.prb.end(), bwp.count);
    for (int prb = format.prb.first; prb < format.prb.end(); ++prb) {
      if (resources.data_re[static_cast<std::size_t>(prb)] == 0) continue;
      ASSERT_TRUE(taken.insert(bwp.first + prb).second) << slot_.value();
    }
  }

  base::Random random_;
  MovingWorld cell_;
  Slot slot_;
  std::vector<Truth> truth_;
  std::vector<OnAir> on_air_;
  std::map<Slot, std::set<int>> uplink_;
};

class CellMoves : public ::testing::TestWithParam<Layout> {};

TEST_P(CellMoves, keep_every_prb_single_and_every_gap_empty) {
  RandomMoves moves(GetParam());
  for (std::int64_t s = 0; s < 4000 && !HasFatalFailure(); ++s) moves.run(s);
  EXPECT_GT(moves.switches, 50);
  EXPECT_GT(moves.blocks_after_a_switch, 500);
}

std::vector<Layout> layouts() {
  std::vector<Layout> out;
  for (std::uint32_t number = 0; number < 8; ++number) {
    out.push_back({.is_tdd = number % 2 == 0, .number = number / 2});
  }
  for (std::uint32_t number = 4; number < 10; ++number) {
    out.push_back({.is_tdd = true, .number = number});
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(Layouts, CellMoves, ::testing::ValuesIn(layouts()), [](const auto& p) {
  return (p.param.is_tdd ? "tdd_" : "fdd_") + std::to_string(p.param.number);
});

/// Runs slots until the switch goes out; what is asked meanwhile is answered.
Slot run_to_switch(MovingWorld& cell, std::int64_t from) {
  for (std::int64_t s = from; s < from + 100; ++s) {
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) cell.world().answer(a, true);
    if (!plan.switches.empty()) return Slot(s);
  }
  return Slot(-1);
}

TEST(CellMove, looks_where_the_terminal_was_when_it_stays_silent) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().cell().switch_by_dci(index, 2);
  const Slot sent = run_to_switch(cell, 0);
  ASSERT_EQ(sent, Slot(0));
  cell.load(index, 20, 0);
  int silences = 0;
  for (std::int64_t s = 1; s < 40 && silences < 2; ++s) {
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) {
      EXPECT_EQ(a.format.bwp, 2U);
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = false, .heard = false});
      ++silences;
    }
  }
  ASSERT_EQ(silences, 2);
  const SlotPlan plan = cell.run(40);
  ASSERT_FALSE(plan.downlink.empty());
  EXPECT_EQ(plan.downlink.front().format.bwp, 0U);
}

TEST(CellMove, stays_when_the_terminal_has_answered_once) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().cell().switch_by_dci(index, 2);
  run_to_switch(cell, 0);
  cell.load(index, 40, 0);
  int answers = 0;
  for (std::int64_t s = 1; s < 40; ++s) {
    const SlotPlan plan = cell.run(s);
    for (const DlAssignment& a : plan.downlink) {
      EXPECT_EQ(a.format.bwp, 2U);
      const bool heard = answers++ == 0;
      cell.world().cell().on_feedback(index, {.harq = a.harq, .ack = heard, .heard = heard});
    }
  }
  EXPECT_GT(answers, 5);
}

TEST(CellMove, is_found_by_the_request_that_comes_from_the_old_part) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(1);
  cell.world().cell().switch_by_dci(index, 2);
  run_to_switch(cell, 0);
  for (std::int64_t s = 1; s < 12; ++s) cell.run(s);
  cell.world().cell().found_in(index, 1);
  cell.load(index, 1, 0);
  ASSERT_FALSE(cell.run(12).downlink.empty());
  EXPECT_EQ(cell.world().connection(index).config.bwp, 1U);
}

// The last block that was answered began in slot 1; 40 slots later the timer runs out.
TEST(CellMove, follows_the_timer_from_the_last_dci_that_was_answered) {
  MovingWorld cell(false, 40);
  const std::uint32_t index = cell.connect(2);
  cell.load(index, 1, 0);
  const SlotPlan plan = cell.run(1);
  ASSERT_EQ(plan.downlink.size(), 1U);
  cell.world().answer(plan.downlink[0], true);
  cell.load(index, 1, 0);
  const SlotPlan before = cell.run(40);
  ASSERT_EQ(before.downlink.size(), 1U);
  EXPECT_EQ(before.downlink[0].format.bwp, 2U);
  cell.load(index, 1, 0);
  for (std::int64_t s = 41; s < 41 + switch_delay; ++s) {
    EXPECT_TRUE(cell.run(s).downlink.empty()) << s;
  }
  const SlotPlan after = cell.run(41 + switch_delay);
  ASSERT_FALSE(after.downlink.empty());
  EXPECT_EQ(after.downlink[0].format.bwp, 0U);
}

// Acknowledged: the PDSCH was in slot 3; 20 slots of RRC from its end, 12 of silence.
TEST(CellMove, follows_the_command_that_was_acknowledged) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  cell.world().send_message(index, 100);
  cell.world().cell().expect_command(index, {.packet = base::PacketId{0}, .bwp = 1});
  EXPECT_TRUE(cell.world().connection(index).is_moving());
  const SlotPlan plan = cell.run(3);
  ASSERT_EQ(plan.downlink.size(), 1U);
  EXPECT_FALSE(cell.world().connection(index).bwp.pending().has_value());
  cell.world().answer(plan.downlink[0], true);
  const auto pending = cell.world().connection(index).bwp.pending();
  ASSERT_TRUE(pending.has_value());
  EXPECT_EQ(pending->from, Slot(24));
  EXPECT_EQ(pending->until, Slot(36));
  EXPECT_EQ(pending->to_bwp, 1U);
}

// The last part has a PUCCH of another in its middle: 30 PRBs at most in a row, in any sibling.
TEST(CellMove, sends_no_block_that_could_not_be_repeated_elsewhere) {
  MovingWorld cell(false);
  const std::uint32_t index = cell.connect(0);
  int longest = 51;
  for (const std::uint32_t bwp : {0U, 1U, 2U}) {
    longest = std::min(longest, phy::longest_usable_run(cell.map(bwp).uplink(Slot(0))).count);
  }
  ASSERT_LT(longest, 47);
  cell.load(index, 0, 1'000'000);
  int widest = 0;
  for (std::int64_t s = 0; s < 20; ++s) {
    for (const UlGrant& g : cell.run(s).uplink) widest = std::max(widest, g.format.prb.count);
  }
  EXPECT_EQ(widest, longest);
}

// Six in a part that is full and two beside it that have all they ask for: each of the six would
// have as much. One that asks for nothing counts as nothing.
TEST(CellMove, counts_the_load_that_a_full_part_hides) {
  MovingWorld cell(false);
  for (std::uint32_t i = 0; i < 9; ++i) cell.connect(i < 7 ? 0 : 1);
  for (std::int64_t s = 0; s < 60; ++s) {
    for (std::uint32_t i = 0; i < 9; ++i) {
      if (i == 6) continue;
      Connection& c = cell.world().connection(i);
      // What is left of it piles up.
      c.ul_backlog_bytes += 1500;
      cell.world().cell().activate(i);
    }
    const SlotPlan plan = cell.run(s);
    for (const UlGrant& g : plan.uplink) {
      Connection& c = cell.world().connection(cell.world().index_of(g.ue));
      const std::uint64_t left = c.ul_backlog_bytes;
      cell.world().arrive(g, {.decoded = true, .sinr_db = 20});
      c.ul_backlog_bytes = left;
    }
  }
  std::vector<PartLoad> loads;
  std::vector<PartMember> members;
  cell.world().cell().measure_parts(Slot(60), cell.world().now(), loads, members);
  ASSERT_EQ(loads.size(), sibling_count);
  ASSERT_EQ(members.size(), 9U);
  EXPECT_GT(loads[0].use, 0.95);
  EXPECT_LT(loads[1].use, 0.9);
  const std::int64_t free = (members[7].prbs + members[8].prbs) / 2;
  for (std::uint32_t i = 0; i < 6; ++i) EXPECT_GE(members[i].prbs, free) << i;
  EXPECT_EQ(members[6].prbs, 0);
}

}  // namespace
}  // namespace redcell::mac::gnb
