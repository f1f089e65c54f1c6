// Who comes first: candidates in, priorities out. Where they are placed is decided elsewhere
// (placing.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "mac/gnb/bound.h"

namespace redcell::mac::gnb {

/// What a candidate has to say beside its priority level, in QoS alone.
enum class Claim : std::uint8_t {
  none,
  urgent,      ///< Its oldest data has used half of its delay budget.
  signalling,  ///< SRB1, or an uplink of which nothing is known but that it asks.
};

/// Of data that has waited so long. [ours] The half that is left is for repetitions and for slots
/// of the right direction.
[[nodiscard]] constexpr Claim claim_of_age(base::Duration age, base::Duration budget) {
  return 2 * age >= budget ? Claim::urgent : Claim::none;
}

/// A UE with new data to send in one direction.
struct Candidate {
  base::UeId ue;
  std::uint32_t connection = 0;  ///< Index in the cell; dense.
  std::uint32_t part = 0;        ///< Its BWP, of those of the cell.
  std::uint32_t slice = 0;       ///< Ranks are compared inside one.
  bool is_done = false;          ///< Served, or not to be in this slot.
  bool is_left_out = false;      ///< Not to be in this slot unless another finds no room.
  std::optional<Bound> bound{};  ///< Known once it has been looked at.
  Claim claim = Claim::none;     ///< Written where some policy ranks by QoS.
  std::uint8_t priority_level = 90;
  double rate_bits_per_slot = 0;  ///< What the whole BWP would carry for it.
  std::optional<double>
      priority{};  ///< Set by the policy; higher goes first, nullopt: not in this slot.
};

/// What a candidate really got.
struct Share {
  std::uint32_t connection = 0;
  std::uint32_t slice = 0;
  base::Bits bits;
};

/// What a connection is guaranteed in one direction, as tokens that come and are spent.
struct Guarantee {
  double bits_per_slot = 0;  ///< 0: nothing.
  double bits_max = 0;       ///< Those of an averaging window; more are not kept.
};

/// Ranks UEs for new data in one slot and one direction. Called for all of a slice in a bandwidth
/// part at once.
class Policy {
 public:
  virtual ~Policy() = default;
  /// Writes candidates[i].priority.
  virtual void rank(base::Slot slot, std::span<Candidate> candidates) = 0;
  /// Tells the policy what was granted, so that averages stay honest.
  virtual void granted(base::Slot slot, std::span<const Share> shares) = 0;
  /// A connection has begun.
  virtual void admit(std::uint32_t /*connection*/, const Guarantee& /*guarantee*/) {}
  /// A connection has ended; its index may come again for another.
  virtual void forget(std::uint32_t connection) = 0;
};

enum class PolicyKind { round_robin, proportional_fair, qos };

struct PolicyConfig {
  PolicyKind kind = PolicyKind::proportional_fair;
  std::uint32_t connection_count = 0;  ///< Connections are numbered below it.
  double time_constant_slots = 200;    ///< Memory of proportional fair, inside QoS too; > 0.
};

/// [slice] Who ranks inside it, by itself; nullopt, and what is behind the end: the cell's.
using SlicePolicies = std::vector<std::optional<PolicyKind>>;

/// of_slices: where slices have policies of their own, candidates that are ranked together are of
/// one slice.
[[nodiscard]] std::unique_ptr<Policy> make_policy(const PolicyConfig& config,
                                                  const SlicePolicies& of_slices = {});
/// Whether one of them does.
[[nodiscard]] bool ranks_by_qos(const PolicyConfig& config, const SlicePolicies& of_slices);

}  // namespace redcell::mac::gnb
