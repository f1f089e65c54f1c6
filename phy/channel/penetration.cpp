#include "phy/channel/penetration.h"

#include <algorithm>

#include "base/check.h"
#include "base/math.h"

namespace redcell::phy {
namespace {

/// Numbering of the draws of one terminal.
enum Draw : std::uint64_t { loss, first_depth, second_depth };

/// Loss of a wall in which a share of the area is glass, Table 7.4.3-2.
double wall_loss_db(double glass_share, double glass_db, double concrete_db) {
  return 5.0 - base::to_db(glass_share * base::from_db(-glass_db) +
                           (1.0 - glass_share) * base::from_db(-concrete_db));
}

}  // namespace

double penetration_loss_db(const Penetration& penetration, const base::Random& random,
                           base::UeId ue) {
  constexpr auto purpose = base::Purpose::penetration;
  const base::RandomIds ids{ue.value, 0};
  if (penetration.model == PenetrationModel::none) return 0.0;
  const double deviation = random.normal(purpose, ids, Draw::loss);
  if (penetration.model == PenetrationModel::car) return std::max(9.0 + 5.0 * deviation, 0.0);
  if (penetration.model == PenetrationModel::car_metallised) {
    return std::max(20.0 + 5.0 * deviation, 0.0);
  }
  RC_CHECK(penetration.carrier.value() > 0.0);
  const double carrier_ghz = penetration.carrier.value() * 1e-9;
  const double concrete_db = 5.0 + 4.0 * carrier_ghz;  // Table 7.4.3-1, like the glasses.
  const bool high = penetration.model == PenetrationModel::building_high_loss;
  const double wall_db = high ? wall_loss_db(0.7, 23.0 + 0.3 * carrier_ghz, concrete_db)
                              : wall_loss_db(0.3, 2.0 + 0.2 * carrier_ghz, concrete_db);
  const double depth_m = indoor_depth(penetration, random, ue).value();
  return std::max(wall_db + 0.5 * depth_m + (high ? 6.5 : 4.4) * deviation, 0.0);
}

base::Metres indoor_depth(const Penetration& penetration, const base::Random& random,
                          base::UeId ue) {
  if (penetration.model != PenetrationModel::building_low_loss &&
      penetration.model != PenetrationModel::building_high_loss) {
    return base::Metres(0.0);
  }
  constexpr auto purpose = base::Purpose::penetration;
  const base::RandomIds ids{ue.value, 0};
  const double depth_max_m = penetration.environment == Environment::rma ? 10.0 : 25.0;
  return base::Metres(depth_max_m * std::min(random.uniform(purpose, ids, Draw::first_depth),
                                             random.uniform(purpose, ids, Draw::second_depth)));
}

}  // namespace redcell::phy
