// Goal: round robin serves in turn whoever has data; proportional fair prefers each UE's good
// moments and forgets by age alone. Method: small scripted cells; laws of shares.
#include "mac/gnb/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace redcell::mac::gnb {
namespace {

std::vector<Candidate> candidates_of(const std::vector<std::uint32_t>& connections) {
  std::vector<Candidate> candidates;
  for (const std::uint32_t connection : connections) {
    candidates.push_back({.ue = base::UeId{connection},
                          .connection = connection,
                          .rate_bits_per_slot = 1000,
                          .priority = std::nullopt});
  }
  return candidates;
}

const Candidate& best_of(const std::vector<Candidate>& candidates) {
  return *std::max_element(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return *a.priority < *b.priority; });
}

std::vector<Share> share(std::uint32_t connection, std::int64_t bits) {
  return {{.connection = connection, .bits = base::Bits(bits)}};
}

PolicyConfig round_robin() {
  return {.kind = PolicyKind::round_robin, .connection_count = 4, .time_constant_slots = 100};
}
PolicyConfig proportional_fair() {
  return {.kind = PolicyKind::proportional_fair, .connection_count = 4, .time_constant_slots = 100};
}

double priority_of(Policy& policy, std::int64_t slot) {
  std::vector<Candidate> one = candidates_of({0});
  policy.rank(base::Slot(slot), one);
  return one[0].priority.value();
}

TEST(RoundRobin, serves_in_turn_and_equally) {
  const auto policy = make_policy(round_robin());
  std::vector<int> served(4, 0);
  std::vector<std::uint32_t> order;
  for (std::int64_t slot = 0; slot < 40; ++slot) {
    std::vector<Candidate> candidates = candidates_of({0, 1, 2, 3});
    policy->rank(base::Slot(slot), candidates);
    const std::uint32_t winner = best_of(candidates).connection;
    ++served[winner];
    order.push_back(winner);
    policy->granted(base::Slot(slot), share(winner, 100));
  }
  EXPECT_EQ(served, std::vector<int>(4, 10));
  for (std::size_t i = 4; i < order.size(); ++i) EXPECT_EQ(order[i], order[i - 4]);
}

TEST(RoundRobin, puts_whoever_was_away_before_those_served_since) {
  const auto policy = make_policy(round_robin());
  for (const std::uint32_t connection : {0u, 1u, 2u, 0u, 1u}) {
    policy->granted(base::Slot(0), share(connection, 100));
  }
  std::vector<Candidate> candidates = candidates_of({0, 1, 2});
  policy->rank(base::Slot(1), candidates);
  EXPECT_EQ(best_of(candidates).connection, 2u);
  EXPECT_GT(*candidates[0].priority, *candidates[1].priority);
}

TEST(RoundRobin, keeps_the_order_of_shares_within_a_slot) {
  const auto policy = make_policy(round_robin());
  const std::vector<Share> both{{.connection = 1, .bits = base::Bits(1)},
                                {.connection = 0, .bits = base::Bits(1)}};
  policy->granted(base::Slot(0), both);
  std::vector<Candidate> candidates = candidates_of({0, 1});
  policy->rank(base::Slot(1), candidates);
  EXPECT_EQ(best_of(candidates).connection, 1u);
}

TEST(ProportionalFair, favours_the_good_moments_of_each) {
  const auto policy = make_policy(proportional_fair());
  // UE 0 is ten times better on average; each has twice its rate in every second slot, in opposite
  // phase.
  std::vector<int> served(2, 0);
  std::vector<int> in_good_moment(2, 0);
  for (std::int64_t slot = 0; slot < 4000; ++slot) {
    std::vector<Candidate> candidates = candidates_of({0, 1});
    candidates[0].rate_bits_per_slot = 10'000.0 * (slot % 2 == 0 ? 2 : 1);
    candidates[1].rate_bits_per_slot = 1'000.0 * (slot % 2 == 0 ? 1 : 2);
    policy->rank(base::Slot(slot), candidates);
    const Candidate& winner = best_of(candidates);
    const bool is_good = (slot % 2 == 0) == (winner.connection == 0);
    ++served[winner.connection];
    in_good_moment[winner.connection] += is_good ? 1 : 0;
    policy->granted(base::Slot(slot),
                    share(winner.connection, static_cast<std::int64_t>(winner.rate_bits_per_slot)));
  }
  EXPECT_NEAR(served[0], served[1], 40) << "equal shares of time";
  EXPECT_GT(in_good_moment[0], served[0] * 95 / 100);
  EXPECT_GT(in_good_moment[1], served[1] * 95 / 100);
}

TEST(ProportionalFair, fades_an_idle_average_by_its_age_alone) {
  const auto watched = make_policy(proportional_fair());
  const auto forgotten = make_policy(proportional_fair());
  watched->granted(base::Slot(0), share(0, 1'000'000));
  forgotten->granted(base::Slot(0), share(0, 1'000'000));
  for (std::int64_t slot = 1; slot < 250; ++slot) {
    static_cast<void>(priority_of(*watched, slot));
    watched->granted(base::Slot(slot), {});
  }
  EXPECT_EQ(priority_of(*watched, 250), priority_of(*forgotten, 250));
}

TEST(ProportionalFair, forgets_by_its_time_constant) {
  const auto policy = make_policy(proportional_fair());
  policy->granted(base::Slot(0), share(0, 100'000'000));
  const double now = priority_of(*policy, 0);
  const double later = priority_of(*policy, 100);
  constexpr double e = 2.718281828459045;
  EXPECT_NEAR(later / now, e, 1e-4);
}

TEST(ProportionalFair, makes_averages_of_a_steady_service_honest) {
  const auto policy = make_policy(proportional_fair());
  for (std::int64_t slot = 0; slot < 2000; ++slot) {
    policy->granted(base::Slot(slot), share(0, 5000));
  }
  // rate / (average + 1) with the sum of the geometric series, 5000 / 100 / (1 - exp(-1 / 100)).
  EXPECT_NEAR(1000 / priority_of(*policy, 1999), 5025.0 + 1, 1);
}

TEST(RoundRobin, puts_a_new_ue_of_a_used_number_before_those_served) {
  const auto policy = make_policy(round_robin());
  policy->granted(base::Slot(0), share(0, 100));
  policy->granted(base::Slot(1), share(1, 100));
  policy->forget(1);
  std::vector<Candidate> candidates = candidates_of({0, 1, 2});
  policy->rank(base::Slot(2), candidates);
  EXPECT_EQ(best_of(candidates).connection, 1u);
  EXPECT_EQ(*candidates[1].priority, *candidates[2].priority) << "as if never served";
}

TEST(ProportionalFair, knows_nothing_of_who_had_the_number_before) {
  const auto policy = make_policy(proportional_fair());
  policy->granted(base::Slot(0), share(0, 1'000'000));
  policy->granted(base::Slot(0), share(1, 1'000'000));
  policy->forget(1);
  std::vector<Candidate> candidates = candidates_of({0, 1, 2});
  policy->rank(base::Slot(1), candidates);
  EXPECT_LT(*candidates[0].priority, *candidates[1].priority);
  EXPECT_EQ(*candidates[1].priority, *candidates[2].priority);
}

TEST(SlicePolicies, rank_each_slice_as_its_own_policy_does_alone) {
  const auto mixed =
      make_policy(proportional_fair(), {PolicyKind::round_robin, std::nullopt, std::nullopt});
  const std::array alone{make_policy(round_robin()), make_policy(proportional_fair())};
  // Two connections of slice 0, then one of each of the others, which the cell's policy ranks.
  const std::vector<std::vector<std::uint32_t>> connections{{0, 1}, {2}, {3}};
  for (std::int64_t slot = 0; slot < 60; ++slot) {
    std::vector<Share> all;
    for (std::uint32_t slice = 0; slice < connections.size(); ++slice) {
      std::vector<Candidate> candidates = candidates_of(connections[slice]);
      for (Candidate& c : candidates) c.slice = slice;
      std::vector<Candidate> expected = candidates;
      mixed->rank(base::Slot(slot), candidates);
      alone[slice == 0 ? 0 : 1]->rank(base::Slot(slot), expected);
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        EXPECT_EQ(candidates[i].priority, expected[i].priority) << slot << ' ' << slice;
      }
      if (slot % 4 == slice) continue;
      all.push_back({.connection = best_of(candidates).connection,
                     .slice = slice,
                     .bits = base::Bits(500 + 100 * slot)});
    }
    mixed->granted(base::Slot(slot), all);
    for (const Share& share : all) {
      alone[share.slice == 0 ? 0 : 1]->granted(base::Slot(slot), {&share, 1});
    }
  }
  mixed->forget(0);
  alone[0]->forget(0);
  std::vector<Candidate> candidates = candidates_of({0, 1});
  std::vector<Candidate> expected = candidates;
  mixed->rank(base::Slot(60), candidates);
  alone[0]->rank(base::Slot(60), expected);
  EXPECT_EQ(candidates[0].priority, expected[0].priority);
  EXPECT_EQ(candidates[1].priority, expected[1].priority);
  EXPECT_GT(*candidates[0].priority, *candidates[1].priority) << "as if never served";
}

TEST(PolicyDeathTest, knows_no_connection_beyond_its_count) {
  const auto policy = make_policy(proportional_fair());
  std::vector<Candidate> candidates = candidates_of({4});
  EXPECT_THROW(policy->rank(base::Slot(0), candidates), std::out_of_range);
  PolicyConfig config = proportional_fair();
  config.time_constant_slots = 0;
  EXPECT_DEATH(static_cast<void>(make_policy(config)), "time_constant_slots");
}

}  // namespace
}  // namespace redcell::mac::gnb
