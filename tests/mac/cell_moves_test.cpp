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
#include "tests/mac/moving_world.h"

namespace redcell::mac::gnb {
namespace {

using base::Slot;
using base::SlotCount;
using mac::testing::Firsts;
using mac::testing::MovingWorld;
using mac::testing::sibling_count;
using mac::testing::switch_delay;
using mac::testing::usual_firsts;

constexpr std::uint32_t seed = 29;

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

}  // namespace
}  // namespace redcell::mac::gnb
