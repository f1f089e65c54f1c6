// Beams of a panel: how much stronger each beam of a rectangular array sends towards a terminal.
//
//   gain = max gain * element * |AF_h|^2 * |AF_v|^2,      AF(x) = sin(N x) / (N sin x)
//
// The element is that of 3GPP TR 38.901 V17 Table 7.3-1. Rows and columns are weighted alike; a
// beam's phase grows by the same amount from one to the next. Where the power of a link leaves in a
// spread of directions, the gain is the mean over them.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "base/units.h"
#include "phy/channel/antenna.h"
#include "phy/channel/cluster_rays.h"

namespace redcell::phy {

/// A rectangular array of equal elements.
struct PanelConfig {
  /// Turns and tilts the whole panel; max_gain is that of the whole array in a beam at boresight:
  /// 25 dBi for 64 transmitters, 15 dBi for one column.
  SectorPattern element{};
  int columns = 1;
  int rows = 1;
  double column_spacing_wavelengths = 0.5;
  double row_spacing_wavelengths = 0.7;
  /// Equal shares of the sine of azimuth within horizontal_reach_deg of boresight, each beam in the
  /// middle of its share, the first to the right.
  int horizontal_beams = 1;
  /// Equally spaced in tilt from first to last; one alone takes the first.
  int vertical_beams = 1;
  double first_tilt_deg = 0.0;  ///< Below the horizon, the panel's own downtilt included.
  double last_tilt_deg = 0.0;
};

inline constexpr double horizontal_reach_deg = 60.0;
/// Beams in one plane.
inline constexpr int plane_beams_max = 64;

/// How the power of a link leaves the base station. By default one ray.
struct AngularSpread {
  double azimuth_deg = 0.0;   ///< RMS around the ray; normal, TR 38.901 7.5 step 7.
  double zenith_deg = 0.0;    ///< RMS around the ray.
  double direct_share = 1.0;  ///< Power share of the ray itself: K / (K + 1), or 0.
};

/// Largest difference to the mean over a normal spread of directions, for azimuth spreads up to 30
/// degrees, zenith spreads up to 6 and arrays of up to 8 columns at half a wavelength; of beams up
/// to 10 dB below the best. Weaker ones may miss by twice as much.
inline constexpr base::Db beam_spread_error_max{1.0};

/// How the power of a link with clusters leaves the base station.
struct DepartingPower {
  const Departures& rays;
  const Clusters::Slots<float>& cluster_power;  ///< Shared equally by the rays of a cluster.
  std::size_t cluster_count;
  RayDirection direct;
  double direct_share;  ///< Power of the direct ray; with cluster_power the sum is 1.
};

/// Beams of a panel that clusters are looked at through.
inline constexpr int cluster_beams_max = 256;
/// Largest error of a ray's amplitude through a beam, as a fraction of that at boresight, for up to
/// 16 rows and columns. In single precision.
inline constexpr double beam_amplitude_error_max = 1e-4;

class BeamGrid {
 public:
  /// Pre: columns and rows >= 1, spacings > 0, beams of a plane in 1..plane_beams_max, tilts within
  /// 90 degrees of the panel's.
  explicit BeamGrid(const PanelConfig& config);

  /// horizontal_beams * vertical_beams.
  [[nodiscard]] int beam_count() const;

  /// Writes the power gain of every beam, linear: [vertical beam][horizontal beam]. No direction is
  /// further below max_gain than attenuation_max: scattering fills the nulls [ours]. One row and
  /// one column without spread give element_gain.
  ///
  /// Pre: gain_lin.size() == beam_count(), spreads >= 0, 0 <= direct_share <= 1. No allocation.
  /// Cost: 17 directions with a spread, one without; for 32 beams some 0.4 us each.
  void gains(RayDirection ray, const AngularSpread& spread, std::span<float> gain_lin) const;

  /// The same for the rays of clusters, each one on its own: the mean over fading of the power gain
  /// of every beam, where polarisation is kept.
  ///
  /// Pre: gain_lin.size() == beam_count() <= cluster_beams_max. No allocation. Cost: some 5 us for
  /// 20 clusters and 32 beams. The same bits on every instruction set.
  void gains(const DepartingPower& power, std::span<float> gain_lin) const;

  /// Writes the amplitude of each ray through one beam, in the phase of the panel's centre (so it
  /// may be negative); a power below the floor of gains() is raised to it. Returns what gains()
  /// gives for that beam.
  ///
  /// Pre: 0 <= beam < beam_count(). No allocation.
  float amplitudes(const DepartingPower& power, int beam, RayRows<float>& amplitude) const;

  /// Power gain of one beam for one ray.
  [[nodiscard]] float gain(RayDirection ray, int beam) const;
  /// Root of it, with the sign of amplitudes().
  [[nodiscard]] float amplitude(RayDirection ray, int beam) const;

 private:
  /// Phase of a beam, from element to element and over all of them.
  struct Steering {
    double step_sine, step_cosine;
    double all_sine, all_cosine;
  };
  /// The rows or the columns.
  struct Plane {
    int element_count;
    double half_turn_per_cosine;  ///< Half the phase step for a direction cosine of 1, rad.
    std::vector<Steering> beams;
  };
  friend struct PanelJob;
  /// A direction, the zenith spread around it and the power share that takes both.
  struct Fan {
    RayDirection direction;
    double zenith_spread_deg;
    double weight;
  };

  static Plane plane(int element_count, double spacing, std::span<const double> cosines);
  /// Amplitude of every beam, in the phase of the panel's centre.
  static void array_factors(const Plane& plane, double cosine, std::span<double> factor);
  void vertical_power(const Fan& fan, std::span<double> power) const;
  /// Direction cosine along the rows of the panel.
  [[nodiscard]] double left_of(RayDirection ray) const;
  /// Upward along the panel, clause 7.1.3.
  [[nodiscard]] double up_of(RayDirection ray) const;
  void add(const Fan& fan, std::span<float> gain_lin) const;

  SectorPattern element_;
  Plane horizontal_;
  Plane vertical_;
  double downtilt_sine_;
  double downtilt_cosine_;
  double floor_lin_;
};

}  // namespace redcell::phy
