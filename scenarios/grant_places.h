// Configured grants of a layer: what the schema says of a group in, a place for each of its
// terminals out. Semi-persistent scheduling, which has no place before it is used.
#pragma once

#include <optional>
#include <vector>

#include "mac/configured_grant.h"
#include "mac/gnb/configured_room.h"
#include "mac/semi_persistent.h"
#include "phy/nr/block_fit.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {

class GrantPlaces {
 public:
  explicit GrantPlaces(const LayerPlan& layer);
  GrantPlaces(const GrantPlaces&) = delete;
  GrantPlaces& operator=(const GrantPlaces&) = delete;
  ~GrantPlaces() = default;

  [[nodiscard]] const phy::ResourceMap& map(std::uint32_t bwp) const { return maps_[bwp]; }
  [[nodiscard]] static mac::gnb::ConfiguredRoom::Wish wish(const schema::ConfiguredGrant& grant,
                                                           std::uint32_t bwp);
  /// All occasions at an offset are in slots with a PUSCH.
  [[nodiscard]] bool is_uplink(const schema::ConfiguredGrant& grant, std::uint32_t bwp,
                               std::uint32_t offset) const;
  /// The grant of one more terminal in this part; nullopt: no place is left. Pre: what preflight
  /// says of a grant by itself.
  std::optional<mac::ConfiguredGrant> place(const schema::ConfiguredGrant& grant,
                                            std::uint32_t bwp);

 private:
  const LayerPlan& layer_;
  std::vector<phy::ResourceMap> maps_;
  mac::gnb::ConfiguredRoom room_;
};

/// What the schema says of semi-persistent scheduling; its places are found by each cell.
[[nodiscard]] mac::SemiPersistentConfig semi_persistent_config(const schema::SpsConfig& sps,
                                                               const phy::Numerology& numerology);

}  // namespace redcell::scenarios
