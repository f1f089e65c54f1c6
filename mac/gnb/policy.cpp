#include "mac/gnb/policy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/math.h"

namespace redcell::mac::gnb {
namespace {

/// Who was served longest ago goes first.
class RoundRobin final : public Policy {
 public:
  explicit RoundRobin(std::uint32_t connection_count) : last_served_(connection_count, -1) {}

  void rank(base::Slot /*slot*/, std::span<Candidate> candidates) override {
    for (Candidate& c : candidates)
      c.priority = -static_cast<double>(last_served_.at(c.connection));
  }
  void granted(base::Slot /*slot*/, std::span<const Share> shares) override {
    for (const Share& share : shares) last_served_.at(share.connection) = turn_++;
  }
  void forget(std::uint32_t connection) override { last_served_.at(connection) = -1; }

 private:
  std::vector<std::int64_t> last_served_;
  std::int64_t turn_ = 0;
};

/// Possible rate over the exponential average of what was served. The average of an idle UE fades
/// when it is next looked at, so UEs without data cost nothing.
class ProportionalFair final : public Policy {
 public:
  ProportionalFair(std::uint32_t connection_count, double time_constant_slots)
      : averages_(connection_count), time_constant_slots_(time_constant_slots) {
    RC_CHECK(time_constant_slots > 0);
    for (std::size_t age = 0; age < fading_.size(); ++age) {
      fading_[age] = base::exp(-static_cast<double>(age) / time_constant_slots_);
    }
  }

  void rank(base::Slot slot, std::span<Candidate> candidates) override {
    for (Candidate& c : candidates) {
      const double average = faded(averages_.at(c.connection), slot);
      c.priority = c.rate_bits_per_slot / (average + 1.0);
    }
  }
  void granted(base::Slot slot, std::span<const Share> shares) override {
    for (const Share& share : shares) {
      Average& a = averages_.at(share.connection);
      a.bits_per_slot =
          faded(a, slot) + static_cast<double>(share.bits.value()) / time_constant_slots_;
      a.slot = slot;
    }
  }
  void forget(std::uint32_t connection) override { averages_.at(connection) = {}; }

 private:
  struct Average {
    double bits_per_slot = 0;
    base::Slot slot;
  };
  [[nodiscard]] double faded(const Average& a, base::Slot slot) const {
    if (a.bits_per_slot == 0) return 0;
    const std::int64_t age_slots = (slot - a.slot).value();
    if (age_slots >= 0 && age_slots < static_cast<std::int64_t>(fading_.size())) {
      return a.bits_per_slot * fading_[static_cast<std::size_t>(age_slots)];
    }
    return a.bits_per_slot * base::exp(-static_cast<double>(age_slots) / time_constant_slots_);
  }

  std::vector<Average> averages_;
  double time_constant_slots_;
  /// [age in slots] What remains of an average; older ones are rare.
  std::array<double, 128> fading_{};
};

/// By 5QI. In this order, the lower priority level first inside each (TS 23.501 5.7.3.3), and among
/// equals the proportionally fair [ours]:
///   1. signalling: SRB1 has the highest priority of all (TS 38.331 9.2.1);
///   2. flows below their guaranteed bit rate whose oldest data nears its delay budget, which is a
///      requirement of GBR flows as far as they keep to that rate (5.7.3.4): the others have time;
///   3. flows below their guaranteed bit rate (5.7.2.5);
///   4. all others, however old their data is: a queue that never ends would else be ahead of all.
class Qos final : public Policy {
 public:
  Qos(std::uint32_t connection_count, double time_constant_slots)
      : fair_(connection_count, time_constant_slots), tokens_(connection_count) {}

  void rank(base::Slot slot, std::span<Candidate> candidates) override {
    fair_.rank(slot, candidates);
    for (Candidate& c : candidates) {
      const double fair = *c.priority / (1 + *c.priority);  // In [0, 1), the order kept.
      c.priority = tier_step * tier_of(slot, c) - c.priority_level + fair;
    }
  }
  void granted(base::Slot slot, std::span<const Share> shares) override {
    fair_.granted(slot, shares);
    for (const Share& share : shares) {
      Tokens& tokens = tokens_.at(share.connection);
      // What it has beyond its guarantee costs it nothing of it.
      if (refill(slot, tokens) > 0) tokens.bits -= static_cast<double>(share.bits.value());
    }
  }
  void admit(std::uint32_t connection, const Guarantee& guarantee) override {
    tokens_.at(connection) = {.guarantee = guarantee, .bits = guarantee.bits_max};
  }
  void forget(std::uint32_t connection) override {
    fair_.forget(connection);
    tokens_.at(connection) = {};
  }

 private:
  static constexpr double tier_step = 256;  ///< Beyond all priority levels.
  struct Tokens {
    Guarantee guarantee{};
    double bits = 0;  ///< Below 0: the last block was larger.
    base::Slot slot{0};
  };
  static double refill(base::Slot slot, Tokens& tokens) {
    if (tokens.guarantee.bits_per_slot == 0) return 0;
    const auto slots = static_cast<double>((slot - tokens.slot).value());
    tokens.bits =
        std::min(tokens.guarantee.bits_max, tokens.bits + slots * tokens.guarantee.bits_per_slot);
    tokens.slot = slot;
    return tokens.bits;
  }
  [[nodiscard]] int tier_of(base::Slot slot, const Candidate& c) {
    if (c.claim == Claim::signalling) return 3;
    if (refill(slot, tokens_.at(c.connection)) <= 0) return 0;
    return c.claim == Claim::urgent ? 2 : 1;
  }

  ProportionalFair fair_;
  std::vector<Tokens> tokens_;
};

std::unique_ptr<Policy> make_policy(PolicyKind kind, const PolicyConfig& config) {
  switch (kind) {
    case PolicyKind::round_robin:
      return std::make_unique<RoundRobin>(config.connection_count);
    case PolicyKind::proportional_fair:
      return std::make_unique<ProportionalFair>(config.connection_count,
                                                config.time_constant_slots);
    case PolicyKind::qos:
      return std::make_unique<Qos>(config.connection_count, config.time_constant_slots);
  }
  RC_CHECK(false);
  return nullptr;
}

/// Each slice that has a policy knows of its own connections alone; the others share one.
class BySlice final : public Policy {
 public:
  BySlice(const PolicyConfig& config, const SlicePolicies& of_slices) {
    policies_.push_back(make_policy(config.kind, config));
    for (const std::optional<PolicyKind>& kind : of_slices) {
      policy_of_.push_back(kind ? policies_.size() : 0);
      if (kind) policies_.push_back(make_policy(*kind, config));
    }
    shares_.reserve(config.connection_count);
  }

  void rank(base::Slot slot, std::span<Candidate> candidates) override {
    if (candidates.empty()) return;
    policies_[policy_of(candidates.front().slice)]->rank(slot, candidates);
  }
  void granted(base::Slot slot, std::span<const Share> shares) override {
    for (std::size_t policy = 0; policy < policies_.size(); ++policy) {
      shares_.clear();
      for (const Share& share : shares) {
        if (policy_of(share.slice) == policy) shares_.push_back(share);
      }
      policies_[policy]->granted(slot, shares_);
    }
  }
  void admit(std::uint32_t connection, const Guarantee& guarantee) override {
    for (const auto& policy : policies_) policy->admit(connection, guarantee);
  }
  void forget(std::uint32_t connection) override {
    for (const auto& policy : policies_) policy->forget(connection);
  }

 private:
  [[nodiscard]] std::size_t policy_of(std::uint32_t slice) const {
    return slice < policy_of_.size() ? policy_of_[slice] : 0;
  }
  std::vector<std::unique_ptr<Policy>> policies_;  ///< The cell's first.
  std::vector<std::size_t> policy_of_;             ///< [slice] Of policies_.
  std::vector<Share> shares_;
};

}  // namespace

std::unique_ptr<Policy> make_policy(const PolicyConfig& config, const SlicePolicies& of_slices) {
  const bool has_own = std::any_of(of_slices.begin(), of_slices.end(),
                                   [](const auto& kind) { return kind.has_value(); });
  if (has_own) return std::make_unique<BySlice>(config, of_slices);
  return make_policy(config.kind, config);
}

bool ranks_by_qos(const PolicyConfig& config, const SlicePolicies& of_slices) {
  return config.kind == PolicyKind::qos ||
         std::find(of_slices.begin(), of_slices.end(), PolicyKind::qos) != of_slices.end();
}

}  // namespace redcell::mac::gnb
