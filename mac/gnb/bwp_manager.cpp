#include "mac/gnb/bwp_manager.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {
namespace {

/// Parts whose weights differ by less than this share of their mean are even [ours]: a terminal
/// that would go to and fro every period has a gap in each.
constexpr double uneven_share = 0.15;

}  // namespace

BwpManager::BwpManager(const BwpManagerConfig& config) : config_(config) {
  RC_CHECK(config.part_count >= 1 && config.close_use < config.open_use && config.patience >= 1);
  weights_.resize(config.part_count);
}

void BwpManager::open_or_close(std::span<const PartLoad> loads) {
  double use = 0;
  double delay_ms = 0;
  for (std::uint32_t part = 0; part < open_count_; ++part) {
    use += loads[part].use;
    delay_ms = std::max(delay_ms, loads[part].delay_ms);
  }
  const bool by_delay = config_.policy == BwpPolicy::delay_driven;
  const bool is_tight =
      by_delay ? delay_ms >= config_.open_delay_ms : use >= config_.open_use * open_count_;
  // A part that waits is not one to be done without, however few PRBs it has had.
  const bool is_slack =
      use <= config_.close_use * (open_count_ - 1) && delay_ms < config_.open_delay_ms;
  periods_for_opening_ =
      is_tight && open_count_ < config_.part_count ? periods_for_opening_ + 1 : 0;
  periods_for_closing_ = !is_tight && is_slack && open_count_ > 1 ? periods_for_closing_ + 1 : 0;
  if (periods_for_opening_ < config_.patience && periods_for_closing_ < config_.patience) return;
  if (periods_for_opening_ > 0) {
    ++open_count_;
  } else {
    --open_count_;
  }
  periods_for_opening_ = 0;
  periods_for_closing_ = 0;
}

std::int64_t BwpManager::weight_of(const PartMember& member) const {
  // An idle terminal weighs a little, so that its place is decided too.
  switch (config_.policy) {
    case BwpPolicy::round_robin:
      return 1;
    case BwpPolicy::least_loaded:
      return member.prbs + 1;
    case BwpPolicy::delay_driven:
      return member.bytes + 1;
  }
  return 1;
}

void BwpManager::even_out(std::span<const PartMember> members, std::vector<BwpMove>& moves) {
  const auto open = std::span(weights_).first(open_count_);
  std::int64_t total = 0;
  for (const std::int64_t weight : open) total += weight;
  const double even = uneven_share * static_cast<double>(total) / open_count_;
  for (std::size_t turn = 0; turn < members.size(); ++turn) {
    const auto heaviest = std::max_element(open.begin(), open.end());
    const auto lightest = std::min_element(open.begin(), open.end());
    const std::int64_t difference = *heaviest - *lightest;
    if (static_cast<double>(difference) <= even) return;
    const auto from = static_cast<std::uint32_t>(heaviest - open.begin());
    const auto to = static_cast<std::uint32_t>(lightest - open.begin());
    // The heaviest of those that leave the difference smaller.
    std::size_t best = members.size();
    for (std::size_t i = 0; i < members.size(); ++i) {
      const bool moved = places_[i] != members[i].bwp;
      if (places_[i] != from || members[i].is_moving || moved) continue;
      const std::int64_t weight = weight_of(members[i]);
      if (weight >= difference) continue;
      const std::int64_t after = std::max(difference - 2 * weight, 2 * weight - difference);
      const bool is_better = best == members.size() || weight > weight_of(members[best]);
      if (after < difference && 2 * weight <= difference + 1 && is_better) best = i;
    }
    if (best == members.size()) return;
    const std::int64_t weight = weight_of(members[best]);
    *heaviest -= weight;
    *lightest += weight;
    places_[best] = to;
    moves.push_back({.connection = members[best].connection, .to = to});
  }
}

void BwpManager::decide(std::span<const PartLoad> loads, std::span<const PartMember> members,
                        std::vector<BwpMove>& moves) {
  RC_CHECK(loads.size() == config_.part_count);
  moves.clear();
  open_or_close(loads);
  std::fill(weights_.begin(), weights_.end(), 0);
  places_.clear();
  for (const PartMember& member : members) {
    weights_[member.bwp] += weight_of(member);
    places_.push_back(member.bwp);
  }
  // Who is in a part that has been closed goes where there is least.
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].bwp < open_count_ || members[i].is_moving) continue;
    const auto open = std::span(weights_).first(open_count_);
    const auto lightest = std::min_element(open.begin(), open.end());
    *lightest += weight_of(members[i]);
    places_[i] = static_cast<std::uint32_t>(lightest - open.begin());
    moves.push_back({.connection = members[i].connection, .to = places_[i]});
  }
  if (open_count_ > 1) even_out(members, moves);
}

}  // namespace redcell::mac::gnb
