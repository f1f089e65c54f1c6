// Goal: parts are opened and closed by load, with patience and hysteresis, and terminals are spread
// as each policy says. Method: loads by hand; laws over random loads.
#include "mac/gnb/bwp_manager.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/random.h"

namespace redcell::mac::gnb {
namespace {

constexpr std::uint32_t seed = 41;

BwpManagerConfig config_of(BwpPolicy policy) {
  return {.policy = policy,
          .part_count = 4,
          .open_use = 0.8,
          .close_use = 0.5,
          .open_delay_ms = 100,
          .patience = 3};
}

/// A manager and terminals that go where they are told at once.
class World {
 public:
  World(BwpPolicy policy, int member_count, std::int64_t prbs = 100) : manager_(config_of(policy)) {
    for (int i = 0; i < member_count; ++i) {
      members_.push_back({.connection = static_cast<std::uint32_t>(i),
                          .bwp = 0,
                          .is_moving = false,
                          .prbs = prbs,
                          .sent_bytes = 10 * prbs,
                          .waiting_bytes = 0});
    }
  }
  /// One period in which every open part has this load.
  const std::vector<BwpMove>& run(double use, double delay_ms = 0) {
    std::array<PartLoad, 4> loads{};
    for (std::uint32_t i = 0; i < manager_.open_count(); ++i) {
      loads[i] = {.use = use, .delay_ms = delay_ms};
    }
    manager_.decide(loads, members_, ready_count_, moves_);
    for (const BwpMove& move : moves_) members_[move.connection].bwp = move.to;
    return moves_;
  }
  void run_many(int periods, double use, double delay_ms = 0) {
    for (int i = 0; i < periods; ++i) run(use, delay_ms);
  }
  [[nodiscard]] std::array<int, 4> counts() const {
    std::array<int, 4> out{};
    for (const PartMember& member : members_) ++out[member.bwp];
    return out;
  }
  std::vector<PartMember>& members() { return members_; }
  BwpManager& manager() { return manager_; }
  /// Parts that terminals may be sent into.
  void make_ready(std::uint32_t count) { ready_count_ = count; }

 private:
  BwpManager manager_;
  std::vector<PartMember> members_;
  std::vector<BwpMove> moves_;
  std::uint32_t ready_count_ = 4;
};

TEST(BwpManager, opens_a_part_when_the_load_has_lasted) {
  World world(BwpPolicy::least_loaded, 8);
  world.run_many(2, 0.9);
  EXPECT_EQ(world.manager().open_count(), 1U);
  world.run(0.7);
  world.run_many(2, 0.9);
  EXPECT_EQ(world.manager().open_count(), 1U) << "patience begins anew";
  world.run(0.9);
  EXPECT_EQ(world.manager().open_count(), 2U);
  EXPECT_EQ(world.counts(), (std::array<int, 4>{4, 4, 0, 0}));
}

TEST(BwpManager, sends_nobody_into_a_part_that_is_not_ready) {
  World world(BwpPolicy::least_loaded, 8);
  world.make_ready(1);
  world.run_many(20, 0.9);
  EXPECT_EQ(world.manager().open_count(), 2U) << "one after the other";
  EXPECT_EQ(world.counts(), (std::array<int, 4>{8, 0, 0, 0}));
  world.make_ready(2);
  world.run(0.9);
  EXPECT_EQ(world.counts(), (std::array<int, 4>{4, 4, 0, 0}));
  world.run_many(3, 0.9);
  EXPECT_EQ(world.manager().open_count(), 3U);
  EXPECT_EQ(world.counts(), (std::array<int, 4>{4, 4, 0, 0}));
}

TEST(BwpManager, opens_no_more_than_there_are) {
  World world(BwpPolicy::least_loaded, 8);
  world.run_many(30, 1);
  EXPECT_EQ(world.manager().open_count(), 4U);
  EXPECT_EQ(world.counts(), (std::array<int, 4>{2, 2, 2, 2}));
}

// 200 DCIs a period are wanted in one part and a fifth of them blocked, which are wanted again: 160
// are sent. In two parts none is; PRBs are no reason to have the second.
TEST(BwpManager, keeps_a_part_that_dcis_need) {
  BwpManagerConfig config = config_of(BwpPolicy::least_loaded);
  config.open_blocking = 0.1;
  BwpManager manager(config);
  std::vector<BwpMove> moves;
  const auto run = [&](std::int64_t dcis, int periods) {
    for (int i = 0; i < periods; ++i) {
      std::array<PartLoad, 4> loads{};
      const std::int64_t each = dcis / manager.open_count();
      for (std::uint32_t part = 0; part < manager.open_count(); ++part) {
        loads[part] = {.use = 0.05, .delay_ms = 0, .dcis = each, .blocked = each > 150 ? 0.2 : 0.0};
      }
      manager.decide(loads, {}, 4, moves);
    }
    return manager.open_count();
  };
  EXPECT_EQ(run(200, 3), 2U);
  EXPECT_EQ(run(200, 50), 2U) << "one part would block again";
  EXPECT_EQ(run(170, 50), 2U);
  EXPECT_EQ(run(140, 50), 2U) << "most of those that were blocked were the same again";
  EXPECT_EQ(run(120, 3), 1U);
  EXPECT_EQ(run(120, 50), 1U);
  EXPECT_EQ(run(200, 3), 2U);
}

// Two parts at 60 %: one alone would have 120 %. At 20 % it would have 40 %.
TEST(BwpManager, closes_a_part_when_the_others_have_room_for_it) {
  World world(BwpPolicy::least_loaded, 8);
  world.run_many(3, 0.9);
  world.run_many(10, 0.3);
  EXPECT_EQ(world.manager().open_count(), 2U) << "60 % on one";
  world.run_many(2, 0.2);
  EXPECT_EQ(world.manager().open_count(), 2U);
  world.run(0.2);
  EXPECT_EQ(world.manager().open_count(), 1U);
  EXPECT_EQ(world.counts(), (std::array<int, 4>{8, 0, 0, 0}));
}

TEST(BwpManager, keeps_a_part_while_terminals_wait_in_another) {
  World world(BwpPolicy::least_loaded, 8);
  world.run_many(3, 0.9);
  world.run_many(10, 0.1, 200);
  EXPECT_EQ(world.manager().open_count(), 2U);
  world.run_many(3, 0.1, 50);
  EXPECT_EQ(world.manager().open_count(), 1U);
}

TEST(BwpManager, opens_a_part_where_dcis_are_blocked_with_prbs_to_spare) {
  for (const double threshold : {0.1, 1.0}) {
    BwpManagerConfig config = config_of(BwpPolicy::delay_driven);
    config.open_blocking = threshold;
    BwpManager manager(config);
    std::vector<BwpMove> moves;
    std::array<PartLoad, 4> loads{};
    loads[0] = {.use = 0.2, .delay_ms = 5, .blocked = 0.2};
    for (int i = 0; i < config.patience; ++i) manager.decide(loads, {}, 4, moves);
    EXPECT_EQ(manager.open_count(), threshold < 1 ? 2U : 1U);
  }
}

TEST(BwpManager, counts_delay_alone_when_it_is_driven_by_it) {
  World world(BwpPolicy::delay_driven, 8);
  world.run_many(10, 1, 50);
  EXPECT_EQ(world.manager().open_count(), 1U);
  world.run_many(3, 0.2, 150);
  EXPECT_EQ(world.manager().open_count(), 2U);
}

TEST(BwpManager, weighs_terminals_as_the_policy_says) {
  for (const BwpPolicy policy :
       {BwpPolicy::round_robin, BwpPolicy::least_loaded, BwpPolicy::delay_driven}) {
    World world(policy, 5, 10);
    world.members()[0].prbs = 40;
    world.members()[1].sent_bytes = 400;
    world.run_many(3, 0.9, 200);
    std::array<std::int64_t, 2> weights{};
    for (const PartMember& m : world.members()) {
      weights[m.bwp] += policy == BwpPolicy::round_robin    ? 1
                        : policy == BwpPolicy::least_loaded ? m.prbs
                                                            : m.sent_bytes / 10;
    }
    if (policy == BwpPolicy::round_robin) {
      EXPECT_EQ(weights[0], 3);
      EXPECT_EQ(weights[1], 2);
    } else {
      EXPECT_EQ(weights[0], 40);
      EXPECT_EQ(weights[1], 40);
    }
  }
}

TEST(BwpManager, leaves_who_is_moving_alone) {
  World world(BwpPolicy::least_loaded, 2);
  for (PartMember& member : world.members()) member.is_moving = true;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(world.run(1).empty());
}

/// Weights drawn anew every period, once four parts are open.
struct Unrest {
  int idle_moves = 0;  ///< Of those that are not busy.
  int periods = 0;     ///< With a move.
};
Unrest unrest_of(BwpPolicy policy, int busy_count, int member_count) {
  const base::Random random(seed, 2);
  World world(policy, member_count);
  world.run_many(30, 0.9, 200);
  Unrest out;
  for (std::uint32_t period = 0; period < 300; ++period) {
    for (std::size_t i = 0; i < world.members().size(); ++i) {
      const double draw = random.uniform(base::Purpose::placement, {.a = period, .b = 2}, i);
      const bool is_busy = i < static_cast<std::size_t>(busy_count);
      world.members()[i].prbs = is_busy ? 1000 : static_cast<std::int64_t>(20 * draw);
      if (busy_count == 0) world.members()[i].prbs = static_cast<std::int64_t>(1000 * draw);
      world.members()[i].sent_bytes = 10 * world.members()[i].prbs;
    }
    const std::vector<BwpMove>& moves = world.run(0.7, 50);
    out.periods += moves.empty() ? 0 : 1;
    out.idle_moves +=
        static_cast<int>(std::count_if(moves.begin(), moves.end(), [&](const BwpMove& move) {
          return move.connection >= static_cast<std::uint32_t>(busy_count);
        }));
  }
  return out;
}

// Bursts are not load: parts must be uneven for three periods before anyone is moved.
TEST(BwpManager, moves_seldom_when_weights_are_drawn_anew_every_period) {
  for (const BwpPolicy policy : {BwpPolicy::least_loaded, BwpPolicy::delay_driven}) {
    const Unrest unrest = unrest_of(policy, 0, 16);
    EXPECT_GT(unrest.periods, 0);
    EXPECT_LE(unrest.periods, 100);
  }
}

// Three that send all the time, in four parts: what the others weigh evens nothing.
TEST(BwpManager, leaves_alone_who_sends_next_to_nothing) {
  for (const BwpPolicy policy : {BwpPolicy::least_loaded, BwpPolicy::delay_driven}) {
    EXPECT_EQ(unrest_of(policy, 3, 16).idle_moves, 0);
  }
}

// A queue that never empties is not what its terminal would send elsewhere.
TEST(BwpManager, counts_of_a_queue_no_more_than_others_send) {
  World world(BwpPolicy::delay_driven, 5, 100);
  world.members()[0].waiting_bytes = 1'000'000'000;
  world.run_many(3, 0.9, 200);
  // It counts twice: with one other it weighs what three do.
  EXPECT_EQ(world.counts(), (std::array<int, 4>{3, 2, 0, 0}));
}

// Nobody goes to a closed part, nobody twice, and what is even stays.
TEST(BwpManager, comes_to_rest_under_any_steady_load) {
  const base::Random random(seed, 1);
  for (std::uint32_t turn = 0; turn < 200; ++turn) {
    const auto draw = [&](std::uint64_t index) {
      return random.uniform(base::Purpose::placement, {.a = turn, .b = 0}, index);
    };
    World world(static_cast<BwpPolicy>(turn % 3), static_cast<int>(1 + draw(0) * 20));
    for (std::size_t i = 0; i < world.members().size(); ++i) {
      world.members()[i].prbs = static_cast<std::int64_t>(draw(10 + 2 * i) * 1000);
      world.members()[i].sent_bytes = static_cast<std::int64_t>(draw(11 + 2 * i) * 1e6);
    }
    const double use = draw(1);
    const double delay_ms = 200 * draw(2);
    for (int period = 0; period < 40; ++period) {
      std::array<bool, 32> moved{};
      for (const BwpMove& move : world.run(use, delay_ms)) {
        EXPECT_LT(move.to, world.manager().open_count());
        EXPECT_FALSE(moved[move.connection]);
        moved[move.connection] = true;
      }
    }
    EXPECT_TRUE(world.run(use, delay_ms).empty()) << turn;
  }
}

}  // namespace
}  // namespace redcell::mac::gnb
