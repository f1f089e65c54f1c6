#include "mac/gnb/placing.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {

void FreePrbs::reset(const phy::SlotResources& slot, Allocation allocation) {
  allocation_ = allocation;
  runs_.clear();
  const int prb_count = static_cast<int>(slot.data_re.size());
  is_usable_.assign(slot.data_re.size(), false);
  for (int prb = 0; prb < prb_count; ++prb) {
    if (slot.data_re[static_cast<std::size_t>(prb)] <= 0) continue;
    is_usable_[static_cast<std::size_t>(prb)] = true;
    const bool extends =
        !runs_.empty() && (allocation == Allocation::bitmap || runs_.back().end() == prb);
    if (extends) {
      runs_.back().count = prb + 1 - runs_.back().first;
    } else {
      runs_.push_back({.first = prb, .count = 1});
    }
  }
}

int FreePrbs::usable(const phy::PrbRange& range) const {
  const auto first = is_usable_.begin() + range.first;
  return static_cast<int>(std::count(first, first + range.count, true));
}

int FreePrbs::longest() const {
  int longest = 0;
  for (const phy::PrbRange& run : runs_) longest = std::max(longest, usable(run));
  return longest;
}

std::optional<phy::PrbRange> FreePrbs::take(int wanted, bool whole) {
  RC_CHECK(wanted > 0);
  auto best = runs_.end();
  int best_count = 0;
  for (auto run = runs_.begin(); run != runs_.end() && best_count < wanted; ++run) {
    const int count = usable(*run);
    if (count <= best_count) continue;
    best = run;
    best_count = count;
  }
  if (best == runs_.end() || (whole && best_count < wanted)) return std::nullopt;
  phy::PrbRange taken{.first = best->first, .count = 0};
  for (int left = wanted; left > 0 && taken.count < best->count; ++taken.count) {
    if (is_usable_[static_cast<std::size_t>(taken.end())]) --left;
  }
  best->first += taken.count;
  best->count -= taken.count;
  while (best->count > 0 && !is_usable_[static_cast<std::size_t>(best->first)]) {
    ++best->first;
    --best->count;
  }
  if (best->count == 0) runs_.erase(best);
  return taken;
}

void FreePrbs::give_back(const phy::PrbRange& range) {
  const auto next = std::find_if(runs_.begin(), runs_.end(), [&](const phy::PrbRange& run) {
    return run.first >= range.end();
  });
  const bool joins = next != runs_.end() &&
                     (next->first == range.end() ||
                      (allocation_ == Allocation::bitmap &&
                       usable({.first = range.end(), .count = next->first - range.end()}) == 0));
  if (joins) {
    next->count = next->end() - range.first;
    next->first = range.first;
  } else {
    runs_.insert(next, range);
  }
}

}  // namespace redcell::mac::gnb
