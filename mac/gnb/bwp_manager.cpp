#include "mac/gnb/bwp_manager.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {
namespace {

/// Parts whose weights differ by less than this share of their mean are even [ours]: a terminal
/// that would go to and fro every period has a gap in each.
constexpr double uneven_share = 0.15;

/// A part that was opened for blocked DCIs is closed when so many of them are left [ours]: with as
/// many, they would be blocked again.
constexpr double calm_share = 0.8;

}  // namespace

BwpManager::BwpManager(const BwpManagerConfig& config) : config_(config) {
  RC_CHECK(config.part_count >= 1 && config.close_use < config.open_use && config.patience >= 1);
  weights_.resize(config.part_count);
  mean_sent_.resize(config.part_count);
  blocked_dcis_.resize(config.part_count);
}

void BwpManager::open_or_close(std::span<const PartLoad> loads) {
  double use = 0;
  double delay_ms = 0;
  double dcis = 0;
  double sent = 0;
  bool is_blocked = false;
  for (std::uint32_t part = 0; part < open_count_; ++part) {
    use += loads[part].use;
    delay_ms = std::max(delay_ms, loads[part].delay_ms);
    const auto wanted = static_cast<double>(loads[part].dcis);
    dcis += wanted;
    // One that is blocked is wanted again in the next slot.
    sent += wanted * (1 - loads[part].blocked);
    is_blocked = is_blocked || loads[part].blocked > config_.open_blocking;
  }
  const bool by_delay = config_.policy == BwpPolicy::delay_driven;
  const bool is_loaded =
      by_delay ? delay_ms >= config_.open_delay_ms : use >= config_.open_use * open_count_;
  const bool is_tight = is_loaded || is_blocked;
  // A part that waits is not one to be done without, however few PRBs it has had.
  const bool is_slack =
      use <= config_.close_use * (open_count_ - 1) && delay_ms < config_.open_delay_ms;
  periods_for_opening_ =
      is_tight && open_count_ < config_.part_count ? periods_for_opening_ + 1 : 0;
  const bool is_calm = open_count_ > 1 && (blocked_dcis_[open_count_ - 2] == 0 ||
                                           dcis <= calm_share * blocked_dcis_[open_count_ - 2]);
  periods_for_closing_ = !is_tight && is_slack && is_calm ? periods_for_closing_ + 1 : 0;
  if (periods_for_opening_ < config_.patience && periods_for_closing_ < config_.patience) return;
  is_opening_ = periods_for_opening_ > 0;
  if (is_opening_) {
    blocked_dcis_[open_count_ - 1] = is_blocked ? sent : 0;
    ++open_count_;
  } else {
    --open_count_;
  }
  periods_for_opening_ = 0;
  periods_for_closing_ = 0;
}

void BwpManager::weigh(std::span<const PartMember> members) {
  for (std::uint32_t part = 0; part < config_.part_count; ++part) {
    std::int64_t count = 0;
    std::int64_t sent = 0;
    for (const PartMember& member : members) {
      if (member.bwp != part) continue;
      ++count;
      sent += member.sent_bytes;
    }
    mean_sent_[part] = count > 0 ? sent / count : 0;
  }
  std::fill(weights_.begin(), weights_.end(), 0);
  member_weights_.clear();
  places_.clear();
  for (const PartMember& member : members) {
    // An idle terminal weighs a little, so that its place is decided too.
    std::int64_t weight = 1;
    if (config_.policy == BwpPolicy::least_loaded) weight += member.prbs;
    if (config_.policy == BwpPolicy::delay_driven) {
      weight += member.sent_bytes + std::min(member.waiting_bytes, mean_sent_[member.bwp]);
    }
    member_weights_.push_back(weight);
    places_.push_back(member.bwp);
    weights_[member.bwp] += weight;
  }
}

bool BwpManager::is_even() const {
  const auto open = std::span(weights_).first(used_count_);
  std::int64_t total = 0;
  for (const std::int64_t weight : open) total += weight;
  const auto [lightest, heaviest] = std::minmax_element(open.begin(), open.end());
  return static_cast<double>(*heaviest - *lightest) <=
         uneven_share * static_cast<double>(total) / used_count_;
}

std::size_t BwpManager::mover(std::span<const PartMember> members, std::uint32_t from,
                              std::int64_t difference) const {
  std::size_t best = members.size();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const bool moved = places_[i] != members[i].bwp;
    if (places_[i] != from || members[i].is_moving || moved) continue;
    const std::int64_t weight = member_weights_[i];
    if (weight < least_weight_ || weight >= difference || 2 * weight > difference + 1) continue;
    if (best == members.size() || weight > member_weights_[best]) best = i;
  }
  return best;
}

void BwpManager::even_out(std::span<const PartMember> members, std::vector<BwpMove>& moves) {
  const auto open = std::span(weights_).first(used_count_);
  for (std::size_t turn = 0; turn < members.size() && !is_even(); ++turn) {
    const auto heaviest = std::max_element(open.begin(), open.end());
    const auto lightest = std::min_element(open.begin(), open.end());
    const auto from = static_cast<std::uint32_t>(heaviest - open.begin());
    const std::size_t best = mover(members, from, *heaviest - *lightest);
    if (best == members.size()) return;
    *heaviest -= member_weights_[best];
    *lightest += member_weights_[best];
    places_[best] = static_cast<std::uint32_t>(lightest - open.begin());
    moves.push_back({.connection = members[best].connection, .to = places_[best]});
  }
}

void BwpManager::decide(std::span<const PartLoad> loads, std::span<const PartMember> members,
                        std::uint32_t ready_count, std::vector<BwpMove>& moves) {
  RC_CHECK(loads.size() == config_.part_count && ready_count >= 1);
  moves.clear();
  if (!is_opening_) open_or_close(loads);
  const bool has_opened = is_opening_ && ready_count >= open_count_;
  if (has_opened) is_opening_ = false;
  used_count_ = std::min(open_count_, ready_count);
  weigh(members);
  // Who is in a part that has been closed goes where there is least.
  const auto open = std::span(weights_).first(used_count_);
  std::int64_t total = 0;
  for (const std::int64_t weight : weights_) total += weight;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].bwp < used_count_ || members[i].is_moving) continue;
    const auto lightest = std::min_element(open.begin(), open.end());
    *lightest += member_weights_[i];
    places_[i] = static_cast<std::uint32_t>(lightest - open.begin());
    moves.push_back({.connection = members[i].connection, .to = places_[i]});
  }
  uneven_periods_ = is_even() ? 0 : uneven_periods_ + 1;
  if (!has_opened && uneven_periods_ < config_.patience) return;
  uneven_periods_ = 0;
  // Moving who sends little evens nothing, but in a new part it has its place, too.
  const double least = uneven_share * static_cast<double>(total) /
                       static_cast<double>(std::max<std::size_t>(members.size(), 1));
  least_weight_ = has_opened ? 0 : static_cast<std::int64_t>(least);
  even_out(members, moves);
}

}  // namespace redcell::mac::gnb
