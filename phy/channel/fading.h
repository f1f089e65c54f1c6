// Fast fading: from the way a terminal has travelled to the complex channel of 16 links.
//
// Each Rayleigh tap is a sum of sinusoids, whose angles and phases are random numbers of (ue,
// cell); nothing is carried from one refresh to the next, so a link that was not tracked for a
// while goes on with the same bits. Doppler is Jakes' spectrum, and the line-of-sight ray of TDL-D
// and TDL-E moves with 0.7 of the largest Doppler shift (3GPP TR 38.901 V17 7.7.2).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/lane_tile.h"
#include "base/random.h"
#include "phy/channel/response.h"
#include "phy/channel/tdl.h"

namespace redcell::phy {

/// One lane: small-scale fading alone. Path loss and shadowing are multiplied on by the caller.
struct FadingLink {
  std::uint32_t ue = 0;
  std::uint32_t cell = 0;
  double delay_spread_s = 0.0;  ///< RMS; 0 takes that of the configuration.
  bool in_sight = false;        ///< Takes FadingConfig::sight; pre: there is one.
};

/// The profile of links that a tile tells apart from its others.
struct SightProfile {
  TdlProfile profile = TdlProfile::tdl_d;  ///< At most as many taps as FadingConfig::profile.
  double delay_spread_s = 0.0;
  std::optional<double> k_factor_db;
};

/// What the links of one tile share.
struct FadingConfig {
  TdlProfile profile = TdlProfile::tdl_a;
  double delay_spread_s = 0.0;        ///< RMS, for links that name none; >= 0.
  std::optional<double> k_factor_db;  ///< Only for TDL-D and TDL-E; absent: the table's own.
  std::optional<SightProfile> sight;  ///< Of the links in sight, where they differ.
  std::vector<BlockGrid> grids;       ///< One after the other; groups are numbered through.
  /// Receive branches, 1, 2 or 4: two crossed ones at each of two positions. A single branch is
  /// branch 0 of two, those of two are the first of four.
  int rx_count = 1;
  int tx_count = 1;  ///< Transmit ports, 1..2.
};

/// Sinusoids per tap and port pair [ours]. Their angles lie equally spaced over half a turn from a
/// random start, so no two have the same rate, and even a single realisation has the real
/// autocorrelation J0 for four wavelengths; over links it is J0 everywhere. Rates are cosines times
/// 2^31 - 1, rounded, in 2^-31 turns per wavelength.
inline constexpr int sinusoid_count = 15;

/// Largest difference between the distribution function of a Rayleigh tap's power and the
/// exponential law; it falls with the number of sinusoids n as 0.115 / n.
inline constexpr double rayleigh_deviation_max = 0.008;

/// Largest distance travelled in wavelengths: beyond it the fraction of a wavelength loses its last
/// bits.
inline constexpr double travelled_wavelengths_max = 4294967295.0;

/// Bound on |H - exact| as a fraction of the sum over taps of the largest magnitude a tap can have.
inline constexpr double fading_error_max = 1e-6;

/// 16 links with the same profile, grids and antennas.
///
/// The mean power of every co-polarised port pair (rx % 2 == tx) is 1. Pairs fade independently.
/// The line-of-sight ray exists for co-polarised pairs only, with opposite sign in the second
/// (TR 38.901 eq. 7.5-29: both ends are cross-polarised); so cross-polarised pairs of TDL-D and
/// TDL-E have the power of the Rayleigh taps alone. Branches 2 and 3 have it as 0 and 1 will half a
/// wavelength further on: the second position lies that far ahead [ours].
class FadingTile {
 public:
  /// Pre: 1..16 links, counts as said in FadingConfig, at least one grid, none empty, and a machine
  /// with AVX2. Allocates.
  FadingTile(const base::Random& random, const FadingConfig& config,
             std::span<const FadingLink> links);

  /// Gives a lane to another link, or to the same in another state; its response is that of the
  /// next refresh. What a link is depends on its names alone. No allocation. Pre: a lane in use.
  void set_link(std::size_t lane, const FadingLink& link);

  /// Computes the response at a distance travelled since the start, for each link. A pure function
  /// of it: any order, any subset of times. No allocation.
  ///
  /// Pre: one distance per link, 0 <= distance <= travelled_wavelengths_max.
  void refresh(std::span<const double> travelled_wavelengths);

  /// H at row (group * rx_count + rx) * tx_count + tx, [row][lane]; unused lanes are zero. Zero
  /// before the first refresh.
  [[nodiscard]] const base::LaneTile& response_re() const { return response_re_; }
  [[nodiscard]] const base::LaneTile& response_im() const { return response_im_; }

  /// The taps behind the response: delay [tap][lane], gains at row (tap * rx_count + rx) * tx_count
  /// + tx.
  [[nodiscard]] TapTile taps() const { return {delay_s_, gain_re_, gain_im_}; }

  [[nodiscard]] std::size_t link_count() const { return link_count_; }

 private:
  void set_powers(std::size_t lane, const FadingLink& link);
  void set_sinusoids(std::size_t lane, const FadingLink& link);

  base::Random random_;
  FadingConfig config_;
  std::vector<TdlTap> taps_;        ///< For a delay spread of 1 s.
  std::vector<TdlTap> sight_taps_;  ///< The same of FadingConfig::sight.
  std::size_t link_count_;
  std::size_t tap_count_;
  base::LaneTile delay_s_;        ///< [tap][lane]
  base::LaneTile amplitude_;      ///< [tap][lane] of one sinusoid; unused lanes zero.
  base::PhaseTile start_;         ///< [tap][rx][tx][sinusoid][lane], plus half a turn.
  base::PhaseTile rate_;          ///< as start_: turns per wavelength, signed, in 2^-31.
  base::PhaseTile los_start_;     ///< [0][lane]
  base::LaneTile los_amplitude_;  ///< [0][lane]
  base::PhaseTile whole_;         ///< [0][lane] nearest whole wavelengths travelled, modulo 2^32.
  base::LaneTile fraction_;       ///< [0][lane] the rest, within half a wavelength.
  base::LaneTile gain_re_;        ///< [tap][rx][tx][lane]
  base::LaneTile gain_im_;
  std::vector<ResponsePlan> plans_;  ///< [grid]
  bool delays_changed_ = true;
  base::LaneTile response_re_;  ///< [group][rx][tx][lane]
  base::LaneTile response_im_;
};

}  // namespace redcell::phy
