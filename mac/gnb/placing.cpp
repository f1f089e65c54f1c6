#include "mac/gnb/placing.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {

void FreePrbs::reset(const phy::SlotResources& slot) {
  runs_.clear();
  const int prb_count = static_cast<int>(slot.data_re.size());
  for (int prb = 0; prb < prb_count; ++prb) {
    if (slot.data_re[static_cast<std::size_t>(prb)] <= 0) continue;
    if (!runs_.empty() && runs_.back().end() == prb) {
      ++runs_.back().count;
    } else {
      runs_.push_back({.first = prb, .count = 1});
    }
  }
}

int FreePrbs::longest() const {
  int longest = 0;
  for (const phy::PrbRange& run : runs_) longest = std::max(longest, run.count);
  return longest;
}

std::optional<phy::PrbRange> FreePrbs::take(int wanted, bool whole) {
  RC_CHECK(wanted > 0);
  auto best = runs_.end();
  for (auto run = runs_.begin(); run != runs_.end(); ++run) {
    if (run->count >= wanted) {
      best = run;
      break;
    }
    if (best == runs_.end() || run->count > best->count) best = run;
  }
  if (best == runs_.end() || (whole && best->count < wanted)) return std::nullopt;
  const phy::PrbRange taken{.first = best->first, .count = std::min(wanted, best->count)};
  best->first += taken.count;
  best->count -= taken.count;
  if (best->count == 0) runs_.erase(best);
  return taken;
}

void FreePrbs::give_back(const phy::PrbRange& range) {
  const auto next = std::find_if(runs_.begin(), runs_.end(), [&](const phy::PrbRange& run) {
    return run.first >= range.end();
  });
  if (next != runs_.end() && next->first == range.end()) {
    next->first = range.first;
    next->count += range.count;
  } else {
    runs_.insert(next, range);
  }
}

}  // namespace redcell::mac::gnb
