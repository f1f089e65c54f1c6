#include "mac/gnb/block_size.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace redcell::mac::gnb {
namespace {

constexpr double re_per_prb_max = 156;  // N'_RE counts no more (TS 38.214 5.1.3.2).

}  // namespace

void sort_by_priority(std::span<PriorityKey> keys) {
  std::sort(keys.begin(), keys.end(), [](const PriorityKey& a, const PriorityKey& b) {
    if (a.priority.has_value() != b.priority.has_value()) return a.priority.has_value();
    if (a.priority && *a.priority != *b.priority) return *a.priority > *b.priority;
    return a.ue < b.ue;
  });
}

int prbs_for(std::uint64_t bytes, const phy::Mcs& mcs, int layer_count,
             const phy::SlotResources& slot) {
  RC_CHECK(slot.usable_prb_count > 0);
  // RLC and MAC headers: at most 8 bytes a segment, a segment a packet of at least 512 bytes or so,
  // and one more at each end; CRC of 3 bytes.
  const double bits = 8.0 * (static_cast<double>(bytes) * (1.0 + 8.0 / 512) + 24);
  const double re_per_prb = static_cast<double>(slot.usable_re_total) / slot.usable_prb_count;
  const double bits_per_prb =
      mcs.spectral_efficiency() * layer_count * std::min(re_per_prb_max, re_per_prb);
  const double prbs = bits / bits_per_prb;
  return prbs < slot.usable_prb_count ? static_cast<int>(prbs) + 1 : slot.usable_prb_count;
}

int dft_prb_count(int prb_count) {
  for (int count = prb_count; count > 1; --count) {
    int rest = count;
    for (const int factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return count;
  }
  return 1;
}

}  // namespace redcell::mac::gnb
