// Goal: QoS ranks signalling, then flows below their guarantee, the urgent of them first, then the
// rest; the lower priority level first in each, the proportionally fair among equals.
// Method: candidates by hand; the account of a guarantee slot by slot.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "mac/gnb/policy.h"

namespace redcell::mac::gnb {
namespace {

constexpr std::uint32_t connection_count = 4;

PolicyConfig config_of(PolicyKind kind) {
  return {.kind = kind, .connection_count = connection_count, .time_constant_slots = 100};
}

struct Wish {
  int level = 90;
  Claim claim = Claim::none;
  double rate = 1000;
};

std::vector<Candidate> candidates_of(const std::vector<Wish>& wishes) {
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < wishes.size(); ++i) {
    candidates.push_back({.ue = base::UeId{i},
                          .connection = i,
                          .claim = wishes[i].claim,
                          .priority_level = static_cast<std::uint8_t>(wishes[i].level),
                          .rate_bits_per_slot = wishes[i].rate});
  }
  return candidates;
}

/// Connections, the first to be served first.
std::vector<std::uint32_t> order(Policy& policy, std::int64_t slot,
                                 const std::vector<Wish>& wishes) {
  std::vector<Candidate> candidates = candidates_of(wishes);
  policy.rank(base::Slot(slot), candidates);
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.priority.value() > b.priority.value();
  });
  std::vector<std::uint32_t> connections;
  for (const Candidate& c : candidates) connections.push_back(c.connection);
  return connections;
}

void grant(Policy& policy, std::int64_t slot, std::uint32_t connection, std::int64_t bits) {
  const std::vector<Share> shares{{.connection = connection, .bits = base::Bits(bits)}};
  policy.granted(base::Slot(slot), shares);
}

using Order = std::vector<std::uint32_t>;

TEST(QosPolicy, puts_the_lower_priority_level_first_whatever_the_rates) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  EXPECT_EQ(order(*policy, 0, {{90, Claim::none, 1e7}, {127, Claim::none, 1e9}, {1}, {89}}),
            (Order{2, 3, 0, 1}));
}

TEST(QosPolicy, puts_signalling_before_urgent_guarantees_before_guarantees_before_the_rest) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  for (const std::uint32_t guaranteed : {1u, 2u}) {
    policy->admit(guaranteed, {.bits_per_slot = 10, .bits_max = 1000});
  }
  EXPECT_EQ(order(*policy, 0, {{1}, {100}, {120, Claim::urgent}, {127, Claim::signalling}}),
            (Order{3, 2, 1, 0}));
}

TEST(QosPolicy, puts_the_lower_priority_level_first_among_the_guaranteed) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  for (std::uint32_t i = 0; i < connection_count; ++i) {
    policy->admit(i, {.bits_per_slot = 10, .bits_max = 1000});
  }
  EXPECT_EQ(order(*policy, 0, {{68, Claim::urgent}, {20, Claim::urgent}, {40}, {5}}),
            (Order{1, 0, 3, 2}));
}

TEST(QosPolicy, takes_no_age_for_a_claim_without_a_guarantee) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  EXPECT_EQ(order(*policy, 0, {{68, Claim::urgent}, {20}}), (Order{1, 0}));
}

TEST(QosPolicy, is_proportionally_fair_among_equals) {
  const auto qos = make_policy(config_of(PolicyKind::qos));
  const auto fair = make_policy(config_of(PolicyKind::proportional_fair));
  for (std::int64_t slot = 0; slot < 300; ++slot) {
    const std::vector<Wish> wishes{{50, Claim::none, slot % 7 < 3 ? 3e4 : 1e4},
                                   {50, Claim::none, 2e3},
                                   {50, Claim::none, slot % 5 == 0 ? 9e5 : 4e5}};
    const Order expected = order(*fair, slot, wishes);
    ASSERT_EQ(order(*qos, slot, wishes), expected) << slot;
    for (Policy* policy : {qos.get(), fair.get()}) {
      grant(*policy, slot, expected.front(),
            static_cast<std::int64_t>(wishes[expected.front()].rate));
    }
  }
}

TEST(QosPolicy, guarantees_a_rate_and_no_more) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  policy->admit(0, {.bits_per_slot = 250, .bits_max = 5000});
  std::int64_t bits = 0;
  constexpr std::int64_t slot_count = 4000;
  for (std::int64_t slot = 0; slot < slot_count; ++slot) {
    const std::uint32_t first = order(*policy, slot, {{60}, {10}}).front();
    grant(*policy, slot, first, 1000);
    if (first == 0) bits += 1000;
  }
  // A full window at the beginning, then the rate; a block more at most.
  EXPECT_NEAR(static_cast<double>(bits), 5000 + 250.0 * slot_count, 1000);
}

TEST(QosPolicy, keeps_no_more_of_a_guarantee_than_a_window) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  policy->admit(0, {.bits_per_slot = 250, .bits_max = 5000});
  grant(*policy, 0, 0, 4000);
  // However long it has been idle.
  std::int64_t blocks = 0;
  while (order(*policy, 100'000, {{60}, {10}}).front() == 0) {
    grant(*policy, 100'000, 0, 1000);
    ++blocks;
  }
  EXPECT_EQ(blocks, 5);
}

TEST(QosPolicy, takes_nothing_off_a_guarantee_for_what_came_beyond_it) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  policy->admit(0, {.bits_per_slot = 100, .bits_max = 1000});
  grant(*policy, 0, 0, 1500);  // 500 beyond: five slots without.
  for (int block = 0; block < 50; ++block) grant(*policy, 1, 0, 1500);
  EXPECT_EQ(order(*policy, 5, {{60}, {10}}).front(), 1u);
  EXPECT_EQ(order(*policy, 6, {{60}, {10}}).front(), 0u);
}

TEST(QosPolicy, forgets_the_guarantee_of_who_had_the_number_before) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  policy->admit(0, {.bits_per_slot = 100, .bits_max = 1000});
  policy->forget(0);
  EXPECT_EQ(order(*policy, 10, {{60}, {10}}).front(), 1u);
}

TEST(QosPolicy, forgets_what_had_been_sent_to_who_had_the_number_before) {
  const auto policy = make_policy(config_of(PolicyKind::qos));
  for (const std::uint32_t connection : {0u, 1u}) grant(*policy, 0, connection, 100'000);
  policy->forget(1);
  EXPECT_EQ(order(*policy, 1, {{60}, {60}}), (Order{1, 0}));
}

TEST(QosPolicy, guarantees_in_a_slice_with_a_policy_of_its_own) {
  const auto policy =
      make_policy(config_of(PolicyKind::proportional_fair), {std::nullopt, PolicyKind::qos});
  policy->admit(1, {.bits_per_slot = 100, .bits_max = 1000});
  std::vector<Candidate> candidates = candidates_of({{10}, {60}});
  for (Candidate& c : candidates) c.slice = 1;
  policy->rank(base::Slot(0), candidates);
  EXPECT_GT(candidates[1].priority, candidates[0].priority);
}

TEST(QosPolicy, is_known_wherever_it_ranks) {
  EXPECT_TRUE(ranks_by_qos(config_of(PolicyKind::qos), {}));
  EXPECT_TRUE(ranks_by_qos(config_of(PolicyKind::round_robin), {std::nullopt, PolicyKind::qos}));
  EXPECT_FALSE(ranks_by_qos(config_of(PolicyKind::round_robin), {PolicyKind::proportional_fair}));
}

TEST(Claim, is_urgent_from_half_of_the_budget_on) {
  const base::Duration budget = base::milliseconds(80);
  EXPECT_EQ(claim_of_age(base::Duration(39'999'999), budget), Claim::none);
  EXPECT_EQ(claim_of_age(base::milliseconds(40), budget), Claim::urgent);
  EXPECT_EQ(claim_of_age(base::milliseconds(400), budget), Claim::urgent);
}

}  // namespace
}  // namespace redcell::mac::gnb
