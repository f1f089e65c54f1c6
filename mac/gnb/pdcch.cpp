#include "mac/gnb/pdcch.h"

#include "base/check.h"

namespace redcell::mac::gnb {

Pdcch::Pdcch(const phy::SearchSpace& space, int slots_per_frame)
    : space_(space), slots_per_frame_(slots_per_frame) {
  RC_CHECK(space.cce_count >= 1 && space.cce_count <= phy::cce_count_max);
  RC_CHECK(space.has(nearest(0)) && slots_per_frame > 0);
}

void Pdcch::begin(base::Slot slot) {
  slot_of_frame_ = static_cast<int>(slot.value() % slots_per_frame_);
  used_ = {};
  count_ = {};
}

std::size_t Pdcch::nearest(std::size_t wanted) const {
  for (std::size_t level = wanted; level < phy::aggregation_level_count; ++level) {
    if (space_.has(level)) return level;
  }
  std::size_t level = wanted;
  while (level > 0 && !space_.has(level)) --level;
  return level;
}

std::uint64_t Pdcch::bits_of(const PdcchPlace& place) {
  return ((std::uint64_t{1} << place.cces()) - 1) << (place.first_cce % 64);
}

std::optional<PdcchPlace> Pdcch::place(std::uint32_t c_rnti, std::size_t level) {
  RC_CHECK(space_.has(level));
  const std::uint32_t hash = space_.hash(c_rnti, slot_of_frame_);
  for (int m = 0; m < space_.candidate_counts[level]; ++m) {
    const PdcchPlace place{.level = level, .first_cce = space_.first_cce(level, m, hash)};
    std::uint64_t& word = used_[static_cast<std::size_t>(place.first_cce / 64)];
    if ((word & bits_of(place)) != 0) continue;
    word |= bits_of(place);
    ++count_.sent[level];
    return place;
  }
  ++count_.blocked[level];
  return std::nullopt;
}

void Pdcch::give_back(const PdcchPlace& place) {
  std::uint64_t& word = used_[static_cast<std::size_t>(place.first_cce / 64)];
  RC_CHECK((word & bits_of(place)) == bits_of(place));
  word &= ~bits_of(place);
  --count_.sent[place.level];
}

}  // namespace redcell::mac::gnb
