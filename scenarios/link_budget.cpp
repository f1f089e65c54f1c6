#include "scenarios/link_budget.h"

#include <cmath>

#include "base/math.h"

namespace redcell::scenarios {

double link_gain_db(const LinkModel& model, const CellPlan& cell, const TerminalPlan& terminal,
                    base::Instant t) {
  const phy::Position ue = terminal.route.position_at(t);
  const double east_m = ue.east_m - cell.position.east_m;
  const double north_m = ue.north_m - cell.position.north_m;
  const double up_m = ue.up_m - cell.position.up_m;
  const double distance_2d_m = std::sqrt(east_m * east_m + north_m * north_m);
  const double degrees = 180 / base::pi;
  const phy::RayDirection ray{.azimuth_deg = base::atan2(north_m, east_m) * degrees,
                              .zenith_deg = base::atan2(distance_2d_m, up_m) * degrees};
  const base::Db loss =
      phy::path_loss(model.channel, {.distance_2d = base::Metres(distance_2d_m),
                                     .bs_height = base::Metres(cell.position.up_m),
                                     .ut_height = base::Metres(ue.up_m),
                                     .carrier = model.carrier});
  return phy::element_gain(cell.antenna, ray).value() + terminal.capability.antenna_gain_dbi() -
         loss.value() - terminal.extra_loss_db;
}

}  // namespace redcell::scenarios
