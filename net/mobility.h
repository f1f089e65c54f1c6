// Where terminals are, in ns-3's words.
#pragma once

#include <ns3/mobility-model.h>

#include "terminals/route.h"

namespace redcell::net {

/// TypeId "redcell::RouteMobilityModel": the position on a route at Simulator::Now(), x east, y
/// north, z up. Made with its route and aggregated to the terminal's node:
///
///   node->AggregateObject(ns3::CreateObject<net::RouteMobilityModel>(route));
///
/// SetPosition (also as attribute) ends the program with a message: the route is given. Asking
/// schedules nothing and changes nothing; so the trace CourseChange, which would need an event at
/// every turn, never fires [ours].
class RouteMobilityModel : public ns3::MobilityModel {
 public:
  static ns3::TypeId GetTypeId();
  explicit RouteMobilityModel(terminals::Route route);

 private:
  ns3::Vector DoGetPosition() const override;
  void DoSetPosition(const ns3::Vector& position) override;
  ns3::Vector DoGetVelocity() const override;

  terminals::Route route_;
};

}  // namespace redcell::net
