#include "mac/gnb/configured_room.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace redcell::mac::gnb {
namespace {

/// Calls visit(SlotResources) for every kind of slot that occasions meet.
template <class Visit>
void for_each_occasion(const phy::ResourceMap& map, std::int64_t periodicity, std::int64_t offset,
                       Visit visit) {
  const std::int64_t step = std::gcd(periodicity, map.period().value());
  for (std::int64_t slot = offset % step; slot < map.period().value(); slot += step) {
    visit(map.uplink(base::Slot(slot)));
  }
}

/// Two rows of slots with a slot in common.
bool meet(std::int64_t period, std::int64_t offset, std::int64_t other_period,
          std::int64_t other_offset) {
  return (offset - other_offset) % std::gcd(period, other_period) == 0;
}

}  // namespace

bool ConfiguredRoom::is_uplink(const Wish& wish, base::SlotCount offset) const {
  bool all = true;
  for_each_occasion(*bwps_[wish.bwp], wish.periodicity.value(), offset.value(),
                    [&](const phy::SlotResources& slot) { all = all && slot.symbols.count > 0; });
  return all;
}

std::optional<phy::PrbRange> ConfiguredRoom::find(const Wish& wish, base::SlotCount offset) {
  const phy::ResourceMap& map = *bwps_[wish.bwp];
  const phy::PrbRange& bwp = map.config().bwp_ul;
  free_.assign(static_cast<std::size_t>(bwp.count), 1);
  for_each_occasion(map, wish.periodicity.value(), offset.value(),
                    [&](const phy::SlotResources& slot) {
                      for (std::size_t prb = 0; prb < free_.size(); ++prb) {
                        if (slot.symbols.count == 0 || slot.data_re[prb] == 0) free_[prb] = 0;
                      }
                    });
  for (const Taken& t : taken_) {
    if (!meet(wish.periodicity.value(), offset.value(), t.periodicity.value(), t.offset.value())) {
      continue;
    }
    const int from = std::clamp(t.prb.first - bwp.first, 0, bwp.count);
    const int to = std::clamp(t.prb.end() - bwp.first, 0, bwp.count);
    std::fill(free_.begin() + from, free_.begin() + to, std::uint8_t{0});
  }
  int run = 0;
  for (int prb = 0; prb < bwp.count; ++prb) {
    run = free_[static_cast<std::size_t>(prb)] != 0 ? run + 1 : 0;
    if (run == wish.prb_count) return phy::PrbRange{prb + 1 - run, run};
  }
  return std::nullopt;
}

std::optional<ConfiguredRoom::Place> ConfiguredRoom::take(const Wish& wish) {
  RC_CHECK(wish.bwp < bwps_.size() && wish.periodicity.value() >= 1 && wish.prb_count >= 1);
  const std::int64_t first = wish.offset ? wish.offset->value() : 0;
  const std::int64_t end = wish.offset ? first + 1 : wish.periodicity.value();
  RC_CHECK(first >= 0 && end <= wish.periodicity.value());
  for (base::SlotCount offset(first); offset < base::SlotCount(end); offset += base::SlotCount(1)) {
    const std::optional<phy::PrbRange> prb = find(wish, offset);
    if (!prb) continue;
    taken_.push_back({.periodicity = wish.periodicity,
                      .offset = offset,
                      .prb = {bwps_[wish.bwp]->config().bwp_ul.first + prb->first, prb->count}});
    return Place{.offset = offset, .prb = *prb};
  }
  return std::nullopt;
}

}  // namespace redcell::mac::gnb
