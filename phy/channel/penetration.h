// Penetration: the decibels a terminal loses because it is in a building or in a car.
//
//   building = wall (Table 7.4.3-2) + 0.5 dB per metre indoors + N(0, 4.4 or 6.5 dB)
//   car      = N(9 or 20 dB, 5 dB)
//
// 3GPP TR 38.901 V17 clause 7.4.3. The loss belongs to the terminal and is the same towards every
// cell. How far indoors is the smaller of two uniform numbers, up to 25 m, in RMa 10 m.
#pragma once

#include "base/ids.h"
#include "base/random.h"
#include "base/units.h"
#include "phy/channel/environment.h"

namespace redcell::phy {

/// Windows of plain glass, of heat-reflecting glass, a car, a car with metallised windows. The
/// standard has no high-loss buildings in RMa.
enum class PenetrationModel { none, building_low_loss, building_high_loss, car, car_metallised };

struct Penetration {
  PenetrationModel model = PenetrationModel::none;
  Environment environment = Environment::uma;  ///< Where it says nothing, UMa's depth [ours].
  base::Hertz carrier;
};

/// Loss in dB. The normal number is not clipped, but a sum below zero counts as zero: a wall does
/// not amplify [ours]. That is 4 % of cars, whose mean rises by 0.07 dB; of buildings, 0.2 %.
///
/// Drawn with Purpose::penetration and {ue}: two carriers see the same depth and the same
/// deviation. Pre: carrier > 0 for buildings.
[[nodiscard]] double penetration_loss_db(const Penetration& penetration, const base::Random& random,
                                         base::UeId ue);

/// How deep in its building a terminal is, which shortens the way outdoors: the depth of
/// penetration_loss_db; 0 outside buildings.
[[nodiscard]] base::Metres indoor_depth(const Penetration& penetration, const base::Random& random,
                                        base::UeId ue);

}  // namespace redcell::phy
