// Clusters of a link: how its power lies over delay and over the angles at both ends.
//
// 3GPP TR 38.901 V17 clause 7.5 steps 5 to 7, with the figures of Table 7.5-6. A pure function of
// the link's names, its large-scale parameters and where its ends see each other: any link can be
// drawn alone, in any order. What is drawn for a cluster belongs to its site, state and region
// (cluster_regions.h); with the large-scale parameters of another place in the region the same
// cluster moves and stretches, it does not come anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"
#include "base/units.h"
#include "phy/channel/antenna.h"
#include "phy/channel/cluster_regions.h"
#include "phy/channel/large_scale_parameters.h"

namespace redcell::phy {

/// Rays of a cluster.
inline constexpr std::size_t ray_count = 20;
/// Clusters whose rays are spread over three delays (step 11): the strongest.
inline constexpr std::size_t spread_cluster_count = 2;
inline constexpr std::size_t sub_cluster_count = 3;
/// Arrays over clusters are padded to whole tiles.
inline constexpr std::size_t cluster_slots = 32;

/// Table 7.5-6, second half.
struct ClusterStatistics {
  std::size_t cluster_count;
  double delay_scaling;  ///< r_tau.
  double shadowing_db;   ///< zeta, per cluster.
  double xpr_mean_db;
  double xpr_sigma_db;
  double delay_spread_s;  ///< c_DS, inside the two strongest.
  double asd_deg;         ///< c_ASD.
  double asa_deg;
  double zsa_deg;
  double azimuth_scaling;  ///< C_phi and C_theta without line of sight, Tables 7.5-2 and 7.5-4.
  double zenith_scaling;
};
[[nodiscard]] ClusterStatistics cluster_statistics(const LinkClass& link, base::Hertz carrier);

/// All that makes the clusters of a link.
struct ClusterLink {
  std::uint32_t site = 0;        ///< Sectors of one site see the same clusters.
  std::uint32_t floor = 0;       ///< Of a terminal in a building: each has clusters of its own.
  ClusterRegionNames regions{};  ///< Of its place.
  double east_m = 0.0;  ///< Its place, seen from the site: phases of the rays that pass there.
  double north_m = 0.0;
  LinkClass kind{};
  LargeScaleParameters spreads{};
  LspDistribution distribution{};  ///< Of the place; its zenith figures bend the departure.
  base::Hertz carrier;
  RayDirection departure{};  ///< Of the straight line, at the base station.
  RayDirection arrival{};    ///< Of the straight line, at the terminal: where it comes from.
};

/// Clusters in falling order of power. Angles in 2^-32 turns, azimuths counter-clockwise from the x
/// axis; a zenith beyond half a turn is on the other side and counts as a full turn less itself.
struct Clusters {
  base::RandomIds ids{};      ///< {4 * floor + state, site}.
  std::size_t count = 0;      ///< Kept: those within 25 dB of the strongest.
  double direct_share = 0.0;  ///< Power of the direct ray: K / (K + 1), or 0.
  template <class T>
  using Slots = std::array<T, cluster_slots>;
  alignas(64) Slots<float> power{};  ///< With direct_share they add up to 1 [ours: what was dropped
                                     ///< is given to the kept].
  alignas(64) Slots<float> delay_s{};  ///< After the first arrival; that of the direct ray is 0.
  alignas(64) Slots<std::uint32_t> name{};  ///< Number in the drawing, before sorting.
  alignas(64) Slots<std::uint32_t> region{};
  alignas(64) Slots<std::uint32_t> aod{};
  alignas(64) Slots<std::uint32_t> zod{};
  alignas(64) Slots<std::uint32_t> aoa{};
  alignas(64) Slots<std::uint32_t> zoa{};
  /// Of a ray with offset 1 (Table 7.5-3), degrees.
  double ray_asd_deg = 0.0;
  double ray_zsd_deg = 0.0;  ///< 3/8 of the median zenith spread, eq. 7.5-20.
  double ray_asa_deg = 0.0;
  double ray_zsa_deg = 0.0;
  double xpr_mean_db = 0.0;
  double xpr_sigma_db = 0.0;
  double delay_spread_s = 0.0;  ///< c_DS, inside the two strongest; 0: no sub-clusters.
};

/// Draws with Purpose::cluster, Clusters::ids and index = region * 2^32 + 2 * cluster, and one
/// more. The threshold does not count the direct ray: powers with it (eq. 7.5-8) are for the angles
/// alone, eq. 7.5-9 and 7.5-14. C_theta reaches zero for K of -10 dB: there a K below -8 dB counts
/// as -8 dB [ours].
///
/// Pre: spreads > 0, carrier > 0. No allocation; some 3 us. The same bits on every instruction set.
[[nodiscard]] Clusters draw_clusters(const base::Random& random, const ClusterLink& link);

/// Bias of the method: largest |mean over links of the spread that clusters and rays have, over the
/// one asked for, less 1|, at the median spreads of every surrounding, for the median K and over
/// all of its law. Arrivals with line of sight are narrower, for with K of 9 dB not even a full
/// circle of other rays makes 30 degrees; arrivals in zenith without it are wider, for in UMi the
/// rays of one cluster alone have 7 of 7.8 degrees.
struct ClusterBias {
  double delay, asd, asa, zsd, zsa;
};
[[nodiscard]] constexpr ClusterBias cluster_bias_max(LinkState state) {
  if (state == LinkState::los) return {0.11, 0.22, 0.50, 0.07, 0.16};
  return {0.06, 0.13, 0.16, 0.10, 0.35};
}

/// Power of a port pair of two crossed antennas at either end, averaged over pairs and links, where
/// power that keeps its polarisation counts 1: (1 + scattered share * E[1 / XPR]) / 2.
[[nodiscard]] double mean_pair_power(const ClusterStatistics& statistics, double direct_share);

/// Fraction of a turn in 2^-32 turns, for |degrees| < 1e6.
[[nodiscard]] std::uint32_t turns_of(double degrees);

}  // namespace redcell::phy
