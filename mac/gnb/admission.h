// Admission: how many UEs each cell has in RRC_CONNECTED, and whether one more may come.
//
// TS 28.541 4.4.1 (RRMPolicyRatio) for resource type RRC connected users, in places of one cell.
// UEs share places in groups, one for each policy; those that no policy names are group 0.
// - Maximum: a group never has more.
// - Dedicated: so many places are a group's alone, kept when it leaves them empty.
// - The rest goes to whoever comes first. Nobody is sent away for another, so a minimum beyond what
//   is dedicated cannot be promised and does not exist here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/ids.h"

namespace redcell::mac::gnb {

/// More places than there are UEs.
inline constexpr std::uint32_t unlimited_users = std::numeric_limits<std::uint32_t>::max();

/// Places of a group in each cell; dedicated <= max.
struct GroupPlaces {
  std::uint32_t dedicated = 0;
  std::uint32_t max = unlimited_users;
};

/// floor(percent of count).
[[nodiscard]] std::uint32_t places_of(std::uint32_t percent, std::uint32_t count);

struct AdmissionConfig {
  std::uint32_t users_max = unlimited_users;  ///< Of a cell, >= 1; >= the sum of what is dedicated.
  /// [group] The first of those without a policy.
  std::vector<GroupPlaces> groups = std::vector<GroupPlaces>(1);
};

class Admission {
 public:
  Admission(const AdmissionConfig& config, std::uint32_t cell_count);

  /// Whether the cell has a place for one more UE of the group.
  [[nodiscard]] bool may_admit(base::CellId cell, std::size_t group) const;
  /// One more is there, admitted or not.
  void enter(base::CellId cell, std::size_t group);
  /// Pre: one of the group is there.
  void leave(base::CellId cell, std::size_t group);
  [[nodiscard]] std::uint32_t user_count(base::CellId cell) const;

 private:
  [[nodiscard]] std::size_t at(base::CellId cell, std::size_t group) const;

  AdmissionConfig config_;
  std::vector<std::uint32_t> counts_;  ///< [cell][group]
};

}  // namespace redcell::mac::gnb
