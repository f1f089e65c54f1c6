// Sector antenna: how much stronger one antenna element sends into a direction.
//
// Pattern: 3GPP TR 38.901 V17 Table 7.3-1; the tilted frame is that of clause 7.1.
#pragma once

#include "base/units.h"

namespace redcell::phy {

/// One element, both polarisations alike.
struct SectorPattern {
  base::Db max_gain{8.0};     ///< Table 7.3-1.
  double azimuth_deg = 0.0;   ///< Boresight, counter-clockwise from the x axis.
  double downtilt_deg = 0.0;  ///< Boresight below the horizon.
};

/// Where a ray leaves to, in the coordinates of the map.
struct RayDirection {
  double azimuth_deg;  ///< Counter-clockwise from the x axis; any turn, |azimuth_deg| <= 1e4.
  double zenith_deg;   ///< 0 up, 90 the horizon, 180 down.
};

inline constexpr double beamwidth_deg = 65.0;           ///< Both planes, Table 7.3-1.
inline constexpr base::Db side_lobe_attenuation{30.0};  ///< SLA_V, Table 7.3-1.
inline constexpr base::Db attenuation_max{30.0};        ///< A_max, Table 7.3-1.

/// Gain in dBi: max_gain at boresight, max_gain - attenuation_max at worst.
[[nodiscard]] base::Db element_gain(const SectorPattern& pattern, RayDirection ray);

}  // namespace redcell::phy
