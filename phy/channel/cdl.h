// Clustered delay lines: a table's clusters, in the form that rays, beams and tiles are made from.
//
// Tables: 3GPP TR 38.901 V17 Tables 7.7.1-1 to 7.7.1-5; scaling: clauses 7.7.3 (delays), 7.7.5.1
// (angles) and 7.7.6 (K). Steps 1 to 4 of clause 7.7.1 are draw_departures, draw_rays and
// ClusterTile, which make no sub-clusters of these.
#pragma once

#include <optional>

#include "base/units.h"
#include "phy/channel/antenna.h"
#include "phy/channel/cluster.h"

namespace redcell::phy {

enum class CdlProfile { cdl_a, cdl_b, cdl_c, cdl_d, cdl_e };

[[nodiscard]] bool has_line_of_sight(CdlProfile profile);

/// Mean direction and RMS spread over all rays and the direct one, as Annex A defines both.
struct CdlAngle {
  double mean_deg;
  double spread_deg;
};

/// What is wanted of a profile; an angle that is absent stays as it is in the table.
struct CdlScaling {
  base::Seconds delay_spread;        ///< RMS, >= 0.
  std::optional<base::Db> k_factor;  ///< Only for profiles with a line of sight.
  std::optional<CdlAngle> aod;       ///< Spreads > 0.
  std::optional<CdlAngle> aoa;
  std::optional<CdlAngle> zod;
  std::optional<CdlAngle> zoa;
};

struct CdlChannel {
  Clusters clusters;       ///< All of the table's; name is the row, the line of sight not counted.
  RayDirection departure;  ///< Of the direct ray; where there is none, of the first row.
  RayDirection arrival;
};

/// Largest |RMS delay spread / wanted - 1| without a K factor: CDL-D has 0.9937 in its table. With
/// one, delays are renormalised and the spread is exact.
inline constexpr double cdl_delay_spread_error_max = 0.007;
/// Largest |RMS angle spread / wanted - 1| where the table is narrowed. Eq. 7.7-5 stretches angles
/// on a line, Annex A measures them on the circle. What is widened may miss by far more: the few
/// wide clusters of CDL-D and CDL-E go around the circle.
inline constexpr double cdl_angle_spread_error_max = 0.09;

/// The table's clusters after scaling; powers with the direct ray add up to 1. An angle keeps its
/// way from the mean within half a turn before it is stretched [ours]; a zenith that then lies
/// beyond half a turn is reflected, as everywhere here, where 7.7.5.1 says it may be clipped
/// [ours]. The model's spreads are those after K has been set [ours].
///
/// Pre: as said at CdlScaling. `ids` name what rays are drawn with, as {ue, site} does elsewhere.
[[nodiscard]] CdlChannel cdl_channel(CdlProfile profile, const CdlScaling& scaling,
                                     base::RandomIds ids);

/// Mean and spread of the table itself with its own K.
struct CdlAngles {
  CdlAngle aod, aoa, zod, zoa;
};
[[nodiscard]] CdlAngles cdl_angles(CdlProfile profile);

}  // namespace redcell::phy
