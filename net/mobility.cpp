#include "net/mobility.h"

#include <ns3/fatal-error.h>

#include <utility>

#include "base/math.h"
#include "net/slot_clock.h"

namespace redcell::net {

NS_OBJECT_ENSURE_REGISTERED(RouteMobilityModel);

ns3::TypeId RouteMobilityModel::GetTypeId() {
  static ns3::TypeId type = ns3::TypeId("redcell::RouteMobilityModel")
                                .SetParent<ns3::MobilityModel>()
                                .SetGroupName("redcell");
  return type;
}

RouteMobilityModel::RouteMobilityModel(terminals::Route route) : route_(std::move(route)) {}

ns3::Vector RouteMobilityModel::DoGetPosition() const {
  const phy::Position at = route_.position_at(virtual_now());
  return {at.east_m, at.north_m, at.up_m};
}

void RouteMobilityModel::DoSetPosition(const ns3::Vector&) {
  NS_FATAL_ERROR(
      "redcell::RouteMobilityModel: the position cannot be set, it follows from the terminal's "
      "route; change the route instead");
}

ns3::Vector RouteMobilityModel::DoGetVelocity() const {
  const base::Instant now = virtual_now();
  const double speed_mps = route_.speed_at(now);
  const double heading = route_.heading_at(now) * base::pi / 180;
  return {speed_mps * base::sin(heading), speed_mps * base::cos(heading), 0};
}

}  // namespace redcell::net
