#include "mac/gnb/admission.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace redcell::mac::gnb {

std::uint32_t places_of(std::uint32_t percent, std::uint32_t count) {
  return static_cast<std::uint32_t>(std::uint64_t{percent} * count / 100);
}

Admission::Admission(const AdmissionConfig& config, std::uint32_t cell_count)
    : config_(config), counts_(cell_count * config.groups.size()) {
  RC_CHECK(config.users_max >= 1);
  RC_CHECK(!config.groups.empty());
  std::uint64_t dedicated = 0;
  for (const GroupPlaces& group : config.groups) {
    RC_CHECK(group.dedicated <= group.max);
    dedicated += group.dedicated;
  }
  RC_CHECK(dedicated <= config.users_max);
}

bool Admission::may_admit(base::CellId cell, std::size_t group) const {
  if (counts_[at(cell, group)] >= config_.groups[group].max) return false;
  std::uint64_t taken = 0;  // By those there, and kept for other groups.
  for (std::size_t g = 0; g < config_.groups.size(); ++g) {
    const std::uint32_t kept = g == group ? 0 : config_.groups[g].dedicated;
    taken += std::max(counts_[at(cell, g)], kept);
  }
  return taken < config_.users_max;
}

void Admission::enter(base::CellId cell, std::size_t group) { ++counts_[at(cell, group)]; }

void Admission::leave(base::CellId cell, std::size_t group) {
  std::uint32_t& count = counts_[at(cell, group)];
  RC_CHECK(count > 0);
  --count;
}

std::uint32_t Admission::user_count(base::CellId cell) const {
  const auto first = counts_.begin() + static_cast<std::ptrdiff_t>(at(cell, 0));
  return std::accumulate(first, first + static_cast<std::ptrdiff_t>(config_.groups.size()), 0U);
}

std::size_t Admission::at(base::CellId cell, std::size_t group) const {
  RC_CHECK(group < config_.groups.size());
  const std::size_t place = cell.value * config_.groups.size() + group;
  RC_CHECK(place < counts_.size());
  return place;
}

}  // namespace redcell::mac::gnb
