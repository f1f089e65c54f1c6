// Fast fading of 16 links with clusters: from the way each terminal has travelled to the complex
// channel through one beam of a panel.
//
// 3GPP TR 38.901 V17 clause 7.5 step 11 (eq. 7.5-22, 7.5-28 to 7.5-30). Each of up to 500 rays
// turns with the terminal's way along its arrival; rays are added to taps, one a cluster and three
// for the two strongest, and the direct ray is a tap of its own. Nothing is carried from one
// refresh to the next, so a link that was not tracked for a while goes on with the same bits.
// Where a terminal's way goes on with clusters of another place, fading changes over without a
// jump.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/lane_tile.h"
#include "base/random.h"
#include "phy/channel/beam.h"
#include "phy/channel/cluster.h"
#include "phy/channel/cluster_rays.h"
#include "phy/channel/response.h"

namespace redcell::phy {

/// What the links of one tile share.
struct ClusterTileConfig {
  Surrounding surrounding = Surrounding::uma;
  std::vector<BlockGrid> grids;  ///< One after the other; groups are numbered through.
  /// Terminal, 1, 2 or 4: two crossed ones at each of two positions, the second half a wavelength
  /// ahead of the first, where the terminal heads [ours]. Branch 0 is the same one of all, branch 1
  /// that of two and of four.
  int branch_count = 1;
  int port_count = 1;  ///< Base station, 1..2: the two polarisations of a beam.
  Polarisation polarisation{};
  /// Another carrier of the same links, such as the uplink of FDD: their phases are drawn anew.
  bool independent_phases = false;
};

/// What blockers leave of a link's amplitudes, by cluster and of the direct ray; 1: all.
struct LinkBlockage {
  std::array<float, cluster_count_max> cluster = all_ones();
  float direct = 1.0F;

  static constexpr std::array<float, cluster_count_max> all_ones() {
    std::array<float, cluster_count_max> ones{};
    ones.fill(1.0F);
    return ones;
  }
};

/// One lane: which link, seen through which beam, moving which way.
struct TrackedLink {
  const ClusterLink& link;
  const BeamGrid& panel;  ///< Outlives the lane's use of it.
  int beam = 0;
  double distance_m = 0.0;  ///< Of the straight line: phase of the direct ray.
  double heading_deg = 0.0;
  double approach = 0.0;  ///< Part of its own way by which the line gets shorter, -1 to 1.
  const LinkBlockage* blockage = nullptr;  ///< Where the link begins; nullptr: none.
};

/// How far a link has come, in wavelengths: a terminal's own way turns the direct ray, what moves
/// around it the scattered rays too.
struct LinkWay {
  double scattered = 0.0;
  double direct = 0.0;
};

/// What a lane's link was up to where it begins, and how far that had come there.
struct FormerLink {
  const TrackedLink& link;
  LinkWay way;
};

/// Way over which fading changes over from a former link [ours]: what the scatterers of its last
/// place gave there fades out as a cosine, what the new one gives in as a sine, so that the mean
/// power stays, and it takes no longer than fading needs to forget. The direct ray goes on. What
/// goes on without a jump is the response times the amplitude of the lane's beam.
inline constexpr double changeover_wavelengths = 0.5;

/// Largest distance travelled in wavelengths.
inline constexpr double cluster_wavelengths_max = 4294967295.0;
/// Bound on |tap - exact| as a fraction of the sum of the largest magnitudes of its rays.
inline constexpr double cluster_tap_error_max = 3e-5;

class ClusterTile {
 public:
  /// All lanes are empty: response zero. Pre: counts as said, at least one grid, none empty, and a
  /// machine with AVX2. Allocates: some 16 kB a lane for UMa and two by two antennas.
  ClusterTile(const base::Random& random, const ClusterTileConfig& config);

  /// Gives a lane to a link; its response is that of the next refresh. What a link is depends on
  /// its names and values alone. No allocation; some 15 us. Pre: the surrounding is the tile's.
  void set_link(std::size_t lane, const TrackedLink& tracked);
  /// The same for a link that goes on from a former one. Some 45 us more; responses of all lanes
  /// are those of the next refresh. Pre: as above, 0 <= wavelengths <= cluster_wavelengths_max.
  void set_link(std::size_t lane, const TrackedLink& tracked, const FormerLink& former);
  /// The same with clusters from elsewhere, such as cdl.h; of the link's values only its carrier,
  /// its place and the direct ray's directions count, that of arrival for four branches alone. Pre:
  /// no more clusters than the tile's surrounding has; InF has room for every table.
  void set_link(std::size_t lane, const TrackedLink& tracked, const Clusters& clusters);
  /// What blockers leave of the link from now on. No allocation. Pre: the lane has a link.
  void set_blockage(std::size_t lane, const LinkBlockage& blockage);
  /// The same link through another beam of its panel. No allocation; some 2 us. Pre: the lane has a
  /// link, 0 <= beam < panel's beam_count().
  void set_beam(std::size_t lane, int beam);

  /// Power gain of the lane's beam where polarisation is kept, the mean over fading: what
  /// BeamGrid::gains gives. It is NOT in the response.
  [[nodiscard]] float beam_gain(std::size_t lane) const { return beam_gain_.at(lane); }

  /// Computes the response at the way since the lane's link was set up, for each lane. A pure
  /// function of it: any order, any subset of times. No allocation.
  ///
  /// Pre: 16 ways, both parts from 0 to cluster_wavelengths_max; those of empty lanes do not count.
  void refresh(std::span<const LinkWay> ways);
  /// The same for terminals around which nothing moves.
  void refresh(std::span<const double> travelled_wavelengths);

  /// H at row (group * branch_count + branch) * port_count + port, [row][lane], for a beam gain of
  /// 1: where every ray keeps its polarisation, the mean over fading of the sum of |H|^2 over the
  /// two branches of a position is 1 for each port. Zero before the first refresh.
  [[nodiscard]] const base::LaneTile& response_re() const { return response_re_; }
  [[nodiscard]] const base::LaneTile& response_im() const { return response_im_; }

  /// The taps behind the response: delay [tap][lane], gains at row (tap * branch_count + branch) *
  /// port_count + port. Tap 0 is the direct ray, 1 to 6 the sub-clusters of the two strongest.
  /// What is left of a former link is in the response alone.
  [[nodiscard]] TapTile taps() const { return {delay_s_, gain_re_, gain_im_}; }

  /// Memory of all 16 lanes.
  [[nodiscard]] std::size_t byte_count() const;

 private:
  void store_clusters(std::size_t lane, const TrackedLink& tracked, const Clusters& clusters);
  void store_rays(std::size_t lane, std::size_t cluster_count, const Rays& rays);
  void store_direct(std::size_t lane, const TrackedLink& tracked, const RayView& view);
  void keep_former(std::size_t lane, std::size_t position);
  /// Of a row of the response.
  [[nodiscard]] std::size_t position_of(std::size_t row) const {
    return row % pair_count_ / position_pairs_;
  }
  void travel(std::size_t lane, const LinkWay& way);
  /// Part of the former link's scatterers that is left, in amplitude; 0 where there is none.
  [[nodiscard]] double former_weight(std::size_t lane, double wavelengths) const;
  void weaken(std::size_t lane, double former_weight);
  void add_former(std::size_t lane, double former_weight);
  [[nodiscard]] bool has_two_positions() const { return pair_count_ > position_pairs_; }
  /// Sets the direct ray's phase at the second position, between the former link's and its own.
  void place_direct(std::size_t lane, double former_weight);
  void sum_taps();
  void respond();

  base::Random random_;
  ClusterTileConfig config_;
  std::size_t pair_count_;
  std::size_t position_pairs_;  ///< Of them, at the first position.
  std::size_t cluster_rows_;    ///< Most clusters of any state of the surrounding.
  /// [lane] What set_beam needs.
  std::vector<const BeamGrid*> panel_;
  std::vector<RayDirection> direct_;
  std::vector<double> direct_share_;
  std::vector<std::size_t> cluster_count_;
  std::vector<float> beam_gain_;
  std::vector<float> direct_level_;         ///< [lane] Amplitude of the direct ray, with its beam.
  std::vector<float> direct_left_;          ///< [lane] By blockers, of that amplitude.
  std::vector<float> former_direct_level_;  ///< [lane] Of the former link.
  std::vector<float> former_unit_;          ///< [position][lane] Of former_; 0: there is none.
  /// [lane] What a second position adds to the direct ray, in turns; empty where there is one.
  std::vector<float> direct_ahead_;
  std::vector<float> former_direct_ahead_;
  base::PhaseTile former_;     ///< [group][pair][lane] its last response, as Rays::gain.
  base::LaneTile power_;       ///< [cluster][lane]
  base::PhaseTile direction_;  ///< [cluster][ray][lane] as Departures.
  base::PhaseTile rate_;       ///< [cluster][ray][lane]
  base::PhaseTile gain_;       ///< [cluster][ray][pair][lane] as Rays::gain.
  base::LaneTile beam_;        ///< [cluster][ray][lane] amplitude through the beam over its mean.
  base::LaneTile open_;        ///< [cluster][lane] amplitude of a ray, and one unit of gain_.
  base::LaneTile amplitude_;   ///< [cluster][lane] what blockers leave of it.
  base::PhaseTile direct_start_;     ///< [pair][lane]
  base::PhaseTile direct_rate_;      ///< [0][lane]
  base::LaneTile direct_amplitude_;  ///< [pair][lane] of polarisation.
  base::LaneTile direct_beam_;       ///< [0][lane] direct_level_, or between the former's and it.
  base::PhaseTile whole_;            ///< [LinkWay][lane] nearest whole wavelengths, modulo 2^32.
  base::LaneTile fraction_;          ///< [LinkWay][lane] the rest, within half a wavelength.
  base::LaneTile delay_s_;           ///< [tap][lane]
  base::LaneTile gain_re_;           ///< [tap][pair][lane]
  base::LaneTile gain_im_;
  std::vector<ResponsePlan> plans_;  ///< [grid]
  bool delays_changed_ = true;
  base::LaneTile response_re_;  ///< [group][pair][lane]
  base::LaneTile response_im_;
};

}  // namespace redcell::phy
