// Goal: whatever opens, closes, moves and is lost, no terminal is ever in a closed part, no slot
// changes its parts once something has been granted in it, and no data lies where a part that is
// open has its PUCCH. Method: random load, loss, moves and counts, with grants and answers in
// flight; terminals that go by what they have heard; every plan under the audit besides.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
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

constexpr std::uint32_t seed = 31;

struct World {
  bool is_tdd = true;
  std::uint32_t number = 0;
  std::int64_t inactivity = 0;
};

/// Parts side by side, or anywhere.
Firsts firsts_of(const World& world) {
  if (world.number % 2 == 0) return {0, 60, 120};
  const base::Random random(seed, world.number);
  Firsts out{};
  for (std::uint32_t part = 0; part < sibling_count; ++part) {
    out[part] =
        static_cast<int>(223 * random.uniform(base::Purpose::placement, {.a = part, .b = 1}, 0));
  }
  return out;
}

/// A block or a switch, and whether its DCI has been heard.
struct OnAir {
  Slot due;
  bool heard = false;
  std::optional<DlAssignment> assignment;
  std::optional<UlGrant> grant;
};

class RandomOpenings {
 public:
  explicit RandomOpenings(const World& world)
      : random_(seed, world.number),
        firsts_(firsts_of(world)),
        cell_(world.is_tdd ? mac::testing::tdd_carrier() : mac::testing::fdd_carrier(), firsts_,
              world.inactivity) {
    for (std::uint32_t i = 0; i <= moving_count; ++i) {
      const std::uint32_t bwp = i == moving_count ? sibling_count : 0;
      const std::uint32_t index = cell_.connect(bwp);
      const Connection& c = cell_.world().connection(index);
      truth_.emplace_back(c.config.bwp_timing, bwp);
      cell_.world().connection(index).ul_quality = {.sinr_db_one_prb_full_power = 60,
                                                    .one_prb_power_below_max_db = -40};
    }
  }

  void run(std::int64_t s) {
    slot_ = Slot(s);
    number_ = 0;
    for (ActiveBwp& bwp : truth_) {
      while (bwp.advance(slot_)) ++switches;
    }
    settle();
    drive();
    const SlotPlan& plan = cell_.run(s);
    note_opening();
    for (const BwpSwitchDci& dci : plan.switches) {
      ActiveBwp& bwp = truth_[dci.ue.value - 100];
      if (listens(bwp, dci.from_bwp) && draw() > 0.15) bwp.on_switch_dci(slot_, dci.to_bwp);
    }
    for (const DlAssignment& a : plan.downlink) {
      hear({.due = a.feedback_slot, .assignment = a, .grant = std::nullopt}, a.ue, a.format.bwp);
    }
    for (const UlGrant& g : plan.uplink) {
      hear({.due = g.pusch_slot, .assignment = std::nullopt, .grant = g}, g.ue, g.format.bwp);
      expect_off_pucch(g);
    }
    expect_nobody_in_a_closed_part();
  }
  int switches = 0;
  int opened = 0;
  int closed = 0;
  int grants_across = 0;  ///< Given before a change for a slot behind it.

 private:
  static constexpr std::uint32_t moving_count = 6;

  [[nodiscard]] double draw() {
    return random_.uniform(base::Purpose::placement, {.a = 9, .b = 0},
                           static_cast<std::uint64_t>(slot_.value()) * 256 + number_++);
  }
  [[nodiscard]] bool listens(const ActiveBwp& bwp, std::uint32_t part) const {
    return bwp.bwp() == part && !bwp.in_gap(slot_);
  }
  [[nodiscard]] const OpenParts& parts() { return cell_.world().cell().open_parts(); }

  void hear(OnAir item, base::UeId ue, std::uint32_t part) {
    ActiveBwp& bwp = truth_[ue.value - 100];
    item.heard = listens(bwp, part) && draw() > 0.1;
    if (item.heard) bwp.on_dci(slot_);
    on_air_.push_back(item);
  }
  void settle() {
    for (const OnAir& item : on_air_) {
      if (item.due + SlotCount(1) != slot_) continue;
      const bool ok = draw() > 0.2;
      if (item.grant) {
        const PuschResult result{
            .decoded = ok && item.heard, .sinr_db = 20, .detected = item.heard};
        cell_.world().arrive(*item.grant, result);
        continue;
      }
      const std::uint32_t index = cell_.world().index_of(item.assignment->ue);
      const bool heard = item.heard && draw() > 0.1;
      if (heard) cell_.world().cell().found_in(index, item.assignment->format.bwp, item.due);
      cell_.world().cell().on_feedback(
          index, {.harq = item.assignment->harq, .ack = ok && heard, .heard = heard});
    }
    std::erase_if(on_air_, [&](const OnAir& item) { return item.due < slot_; });
  }
  void drive() {
    // Times of work, and times of rest in which timers run out.
    const bool is_busy = slot_.value() / 300 % 3 != 2;
    if (draw() < 0.02) wanted_ = 1 + static_cast<std::uint32_t>(sibling_count * draw());
    Cell& cell = cell_.world().cell();
    cell.want_open(wanted_, slot_);
    const std::uint32_t room = std::min(wanted_, parts().ready(slot_));
    for (std::uint32_t i = 0; i < truth_.size(); ++i) {
      if (draw() < (is_busy ? 0.3 : 0.01)) cell_.load(i, 3, i == moving_count ? 40'000 : 3000);
      const Connection& c = cell_.world().connection(i);
      if (i == moving_count || c.is_moving()) continue;
      if (c.config.bwp < room && draw() > 0.01) continue;
      const auto to = static_cast<std::uint32_t>(room * draw());
      if (to != c.config.bwp) cell.switch_by_dci(i, to);
    }
  }
  /// What a slot has is noted when it may first be granted, and stays.
  void note_opening() {
    for (std::int64_t s = slot_.value(); s <= slot_.value() + 8; ++s) {
      const auto [noted, is_new] = open_in_.emplace(s, parts().at(Slot(s)));
      ASSERT_EQ(noted->second, parts().at(Slot(s))) << "slot " << s << " from " << slot_.value();
    }
    const std::uint32_t before = slot_.value() == 0 ? 1 : open_in_.at(slot_.value() - 1);
    const std::uint32_t now = open_in_.at(slot_.value());
    opened += now > before ? 1 : 0;
    closed += now < before ? 1 : 0;
  }
  void expect_off_pucch(const UlGrant& g) {
    const std::uint32_t open = open_in_.at(g.pusch_slot.value());
    grants_across += open != open_in_.at(slot_.value()) ? 1 : 0;
    const int first = cell_.map(g.format.bwp).config().bwp_ul.first + g.format.prb.first;
    for (std::uint32_t part = 0; part < open; ++part) {
      for (const int edge : {firsts_[part], firsts_[part] + 49}) {
        ASSERT_FALSE(first < edge + 2 && edge < first + g.format.prb.count)
            << "slot " << g.pusch_slot.value();
      }
    }
  }
  void expect_nobody_in_a_closed_part() {
    for (const ActiveBwp& bwp : truth_) {
      if (bwp.bwp() >= sibling_count || bwp.in_gap(slot_)) continue;
      ASSERT_LT(bwp.bwp(), open_in_.at(slot_.value())) << "slot " << slot_.value();
    }
  }

  base::Random random_;
  Firsts firsts_;
  MovingWorld cell_;
  Slot slot_;
  std::uint64_t number_ = 0;
  std::uint32_t wanted_ = 1;
  std::vector<ActiveBwp> truth_;  ///< As the terminals have it.
  std::vector<OnAir> on_air_;
  std::map<std::int64_t, std::uint32_t> open_in_;
};

class CellOpens : public ::testing::TestWithParam<World> {};

TEST_P(CellOpens, and_closes_under_all_that_is_in_flight) {
  RandomOpenings world(GetParam());
  for (std::int64_t s = 0; s < 12'000 && !HasFatalFailure(); ++s) world.run(s);
  EXPECT_GT(world.switches, 100);
  EXPECT_GT(world.opened, 15);
  EXPECT_GT(world.closed, 15);
  EXPECT_GT(world.grants_across, 50);
}

std::vector<World> worlds() {
  std::vector<World> out;
  for (std::uint32_t number = 0; number < 12; ++number) {
    out.push_back({.is_tdd = number % 4 < 2, .number = number, .inactivity = number % 3 * 60});
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(Worlds, CellOpens, ::testing::ValuesIn(worlds()), [](const auto& p) {
  return std::string(p.param.is_tdd ? "tdd_" : "fdd_") + std::to_string(p.param.number);
});

}  // namespace
}  // namespace redcell::mac::gnb
