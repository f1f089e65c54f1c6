// Regions of clusters: over which part of the map around a site a cluster is the same one.
//
// 3GPP TR 38.901 V17 clause 7.6.3.1: what is drawn for clusters and rays is site-specific,
// correlated over the distance of Table 7.6.3.1-2, and not correlated between line of sight, no
// line of sight and the floors of a building. The process is ours [ours]: each cluster has its own
// tiling of the plane, turned, shifted and stretched by chance, and all that is drawn for it
// (delay, shadowing, angles and their signs, coupling, cross-polarisation, phases) belongs to a
// tile. So every variable keeps its distribution to the bit, signs and orders as well as numbers;
// two places share a cluster or have independent ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "phy/channel/large_scale_parameters.h"

namespace redcell::phy {

/// Largest number of clusters of any surrounding (InF).
inline constexpr std::size_t cluster_count_max = 25;
/// [cluster] The region it is in.
using ClusterRegionNames = std::array<std::uint32_t, cluster_count_max>;

/// Table 7.6.3.1-2.
[[nodiscard]] base::Metres cluster_correlation_distance(const LinkClass& link);

/// Largest difference between exp(-distance / correlation distance) and the probability that two
/// places are in the same region of a cluster.
inline constexpr double region_correlation_error_max = 0.004;

class ClusterRegions {
 public:
  /// Drawn with Purpose::cluster, {a = state, b = site} and index = 64 + 2 * cluster, and one more.
  /// Allocates; some 20 us and 4 kB.
  ClusterRegions(const base::Random& random, std::uint32_t site, Surrounding surrounding);

  /// Pre: a state of this surrounding; |east_m| and |north_m| <= field_coordinate_max. Floors of a
  /// building share regions, not clusters: ClusterLink::floor. No allocation; some 0.2 us.
  [[nodiscard]] ClusterRegionNames at(LinkState state, double east_m, double north_m) const;

 private:
  /// Tiles per metre of a direction across the map, and where the first begins.
  struct Rows {
    double per_east_m;
    double per_north_m;
    double start;
  };
  struct Tiling {
    Rows rows, columns;
  };
  std::vector<std::array<Tiling, cluster_count_max>> states_;
};

}  // namespace redcell::phy
