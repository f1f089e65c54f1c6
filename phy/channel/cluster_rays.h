// Rays of the clusters of a link: where each of them leaves to, how it turns polarisation, and how
// fast its phase turns as the terminal moves.
//
// 3GPP TR 38.901 V17 clause 7.5 steps 7 (ray angles) to 10, with Purpose::ray, Clusters::ids and
// index = region * 2^32 + 64 * cluster and 63 more. A ray is a plane wave over the map [ours]: the
// phase that is drawn is that at the site, the way from there turns it, so that terminals of one
// region fade each on its own, and those in one place alike. Rows are ordered by sub-cluster (Table
// 7.5-5): rays 0 to 9 of the two strongest clusters come first, 10 to 15 next, 16 to 19 last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"
#include "phy/channel/cluster.h"

namespace redcell::phy {

/// [ray][cluster], aligned for kernels.
template <class T>
struct alignas(64) RayRows {
  std::array<std::array<T, cluster_slots>, ray_count> rows;

  [[nodiscard]] auto& operator[](std::size_t ray) { return rows[ray]; }
  [[nodiscard]] const auto& operator[](std::size_t ray) const { return rows[ray]; }
  [[nodiscard]] T* data() { return rows.front().data(); }
  [[nodiscard]] const T* data() const { return rows.front().data(); }
  bool operator==(const RayRows&) const = default;
};

/// First row of each sub-cluster, and the end.
inline constexpr std::array<std::size_t, sub_cluster_count + 1> sub_cluster_rows = {0, 10, 16, 20};

/// Where rays leave to: azimuth in 2^-16 turns above, zenith in 2^-17 turns below (0 up, 2^15 the
/// horizon). This is what every beam is computed from.
struct Departures {
  RayRows<std::uint32_t> direction{};  ///< [ray][cluster]
};

/// Writes the columns of the clusters that there are. No allocation; some 1 us.
void draw_departures(const base::Random& random, const Clusters& clusters, Departures& departures);

/// The antennas at both ends: two crossed branches or ports in one place, the second a quarter turn
/// clockwise of the first, TR 38.901 7.3.2 model 2. The tilt of the panel does not turn
/// polarisation [ours].
struct Polarisation {
  double port_slant_deg = 45.0;   ///< Of port 0 from the vertical, base station.
  double branch_slant_deg = 0.0;  ///< Of branch 0, terminal.
};

inline constexpr std::size_t port_pair_max = 4;

/// How the rays are looked at.
struct RayView {
  Polarisation polarisation{};
  std::size_t branch_count = 2;  ///< In one place: 1..2.
  std::size_t port_count = 2;
  double heading_deg = 0.0;       ///< Where the terminal moves to.
  double east_wavelengths = 0.0;  ///< Its place, seen from the site; counts in steps of 1 / 256.
  double north_wavelengths = 0.0;
  bool independent_phases = false;  ///< Of another carrier of the same link, such as the uplink's.
};

/// Parts of the polarisations theta-theta, theta-phi, phi-theta and phi-phi (terminal first) in a
/// pair = branch * port_count + port.
[[nodiscard]] std::array<float, 4> polarisation_parts(const RayView& view, std::size_t pair);

/// A link's rays without antennas' gain and cluster power.
struct Rays {
  Departures departures;
  RayRows<std::uint32_t> rate{};  ///< Turns per wavelength, signed, 2^-31.
  /// In units of the cluster's scale: the real part is the lower half, signed; the imaginary part
  /// is the whole word, signed, over 2^16.
  std::array<RayRows<std::uint32_t>, port_pair_max> gain{};  ///< [pair][ray][cluster]
  alignas(64) Clusters::Slots<float> scale{};
};

/// Bound on the error of a ray's gain as a fraction of the largest gain of its cluster: 2^-16 of
/// rounding to 16 bits, and single precision.
inline constexpr double ray_gain_error_max = 2.5e-5;
/// Bound on what the place adds to that in phase: turns per wavelength from the site.
inline constexpr double place_phase_error_max = 2.5e-7;

/// Pair = branch * port_count + port. Pre: one or two branches and ports. No allocation; some 5 us.
/// The same bits on every instruction set.
void draw_rays(const base::Random& random, const Clusters& clusters, const RayView& view,
               Rays& rays);

}  // namespace redcell::phy
