#include "mac/gnb/occasion_place.h"

#include <algorithm>
#include <numeric>

namespace redcell::mac::gnb {
namespace {

/// Calls visit(Slot) for every kind of slot that occasions meet, the first before all others.
template <class Visit>
void for_each_occasion(const OccasionRow& row, Visit visit) {
  const std::int64_t map_period = row.map.period().value();
  const std::int64_t step = std::gcd(row.period.value(), map_period);
  for (std::int64_t turn = 0; turn < map_period; turn += step) {
    visit(row.first + base::SlotCount(turn));
  }
}

int longest_downlink(const phy::ResourceMap& map) {
  int longest = 0;
  for (base::Slot slot; slot.value() < map.period().value(); slot += base::SlotCount(1)) {
    longest = std::max(longest, map.downlink(slot).symbols.count);
  }
  return longest;
}

}  // namespace

bool keep_whole_prbs(const OccasionRow& row, std::vector<std::uint8_t>& free) {
  const int longest = longest_downlink(row.map);
  bool are_all_there = true;
  for_each_occasion(row, [&](base::Slot occasion) {
    const phy::SlotResources& slot = row.map.downlink(occasion);
    const bool is_answered = row.map.uplink(occasion + row.k1).symbols.count > 0;
    are_all_there = are_all_there && is_answered && slot.symbols.count == longest;
    const std::int16_t whole = *std::max_element(slot.data_re.begin(), slot.data_re.end());
    for (std::size_t prb = 0; prb < free.size(); ++prb) {
      if (slot.data_re[prb] == 0 || slot.data_re[prb] != whole) free[prb] = 0;
    }
  });
  return are_all_there;
}

std::optional<phy::PrbRange> first_run(const std::vector<std::uint8_t>& free, int prb_count) {
  int run = 0;
  for (int prb = 0; prb < static_cast<int>(free.size()); ++prb) {
    run = free[static_cast<std::size_t>(prb)] != 0 ? run + 1 : 0;
    if (run == prb_count) return phy::PrbRange{.first = prb + 1 - run, .count = run};
  }
  return std::nullopt;
}

phy::BlockFit fit_in_all(const OccasionRow& row, const phy::BlockRequest& request) {
  phy::BlockFit least = phy::fit_block(request, row.map.downlink(row.first));
  for_each_occasion(row, [&](base::Slot occasion) {
    const phy::BlockFit fit = phy::fit_block(request, row.map.downlink(occasion));
    if (fit.tbs < least.tbs) least = fit;
  });
  return least;
}

}  // namespace redcell::mac::gnb
