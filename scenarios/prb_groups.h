// The carrier's PRBs in groups whose channel is taken as one: fine where RedCap terminals are, as
// wide as resource block groups of the wide BWP beside them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "phy/channel/response.h"
#include "phy/nr/resource_config.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {

/// Groups [first, end).
struct GroupRange {
  int first = 0;
  int end = 0;
  [[nodiscard]] int count() const { return end - first; }
};

/// PRBs that are in both.
[[nodiscard]] int shared_prb_count(const phy::PrbRange& a, const phy::PrbRange& b);

/// Groups are numbered over the widest BWP in order of PRB; PRBs are those of the carrier.
class PrbGroups {
 public:
  explicit PrbGroups(const LayerPlan& layer);

  [[nodiscard]] int count() const { return static_cast<int>(prbs_.size()); }
  [[nodiscard]] const phy::PrbRange& prbs(int group) const {
    return prbs_[static_cast<std::size_t>(group)];
  }
  /// Pre: a PRB of the widest BWP.
  [[nodiscard]] int of(int prb) const {
    return group_of_prb_[static_cast<std::size_t>(prb - first_prb_)];
  }
  [[nodiscard]] GroupRange of(const phy::PrbRange& prbs) const {
    return {.first = of(prbs.first), .end = of(prbs.end() - 1) + 1};
  }
  [[nodiscard]] const GroupRange& of_bwp(std::uint32_t bwp) const { return bwps_[bwp].groups; }
  /// Groups of a BWP as equally spaced grids, one after the other.
  [[nodiscard]] const std::vector<phy::BlockGrid>& grids(std::uint32_t bwp) const {
    return bwps_[bwp].grids;
  }
  /// PRBs in each group of the BWP, and in each group that its CORESET touches.
  [[nodiscard]] std::span<const int> prb_counts(std::uint32_t bwp) const {
    return bwps_[bwp].prb_counts;
  }
  [[nodiscard]] std::span<const int> coreset_prb_counts(std::uint32_t bwp) const {
    return bwps_[bwp].coreset_prb_counts;
  }

 private:
  struct Bwp {
    GroupRange groups;
    std::vector<phy::BlockGrid> grids;
    std::vector<int> prb_counts;
    std::vector<int> coreset_prb_counts;
  };
  phy::BlockGrid add_stretch(const phy::PrbRange& stretch, int group_size);

  double prb_hz_;
  double centre_prb_;
  int first_prb_;
  std::vector<phy::PrbRange> prbs_;  ///< [group]
  std::vector<int> group_of_prb_;    ///< [PRB of the widest BWP]
  std::vector<Bwp> bwps_;
};

}  // namespace redcell::scenarios
