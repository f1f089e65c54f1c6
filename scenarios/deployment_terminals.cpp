// Terminals of a deployment: who they are, where they begin and where they go.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "scenarios/deployment.h"
#include "scenarios/large_scale.h"

namespace redcell::scenarios {
namespace {

constexpr double mps_per_kmh = 1 / 3.6;

mac::BearerConfig bearer_config(const schema::Bearer& bearer) {
  const double discard_ms = bearer.pdcp_discard_ms();
  return {.acknowledged = bearer.rlc_mode() == schema::Bearer::AM,
          .rlc_sn_bits = static_cast<int>(bearer.rlc_sn_bits()),
          .pdcp_sn_bits = static_cast<int>(bearer.pdcp_sn_bits()),
          .pdcp_discard = discard_ms > 0 ? duration_of_ms(discard_ms) : mac::never,
          .t_reassembly = duration_of_ms(bearer.t_reassembly_ms()),
          .t_reordering = duration_of_ms(bearer.t_reordering_ms()),
          .t_poll_retransmit = duration_of_ms(bearer.t_poll_retransmit_ms()),
          .t_status_prohibit = duration_of_ms(bearer.t_status_prohibit_ms()),
          .poll_pdu = bearer.poll_pdu(),
          .max_retransmissions = bearer.max_retransmissions(),
          .queue_limit_bytes = std::uint64_t{1000} * bearer.queue_limit_kb()};
}

mac::QosFlow flow_of(const schema::Bearer& bearer) {
  mac::QosFlow flow = mac::qos_flow(static_cast<int>(bearer.five_qi()));
  flow.dl_gfbr_bps = 1e6 * bearer.gfbr_dl_mbps();
  flow.ul_gfbr_bps = 1e6 * bearer.gfbr_ul_mbps();
  return flow;
}

phy::PenetrationModel penetration_model(schema::Penetration penetration) {
  switch (penetration) {
    case schema::OUTDOOR:
      return phy::PenetrationModel::none;
    case schema::CAR:
      return phy::PenetrationModel::car;
    case schema::CAR_METALLISED:
      return phy::PenetrationModel::car_metallised;
    case schema::BUILDING_LOW_LOSS:
      return phy::PenetrationModel::building_low_loss;
    case schema::BUILDING_HIGH_LOSS:
      return phy::PenetrationModel::building_high_loss;
  }
  RC_CHECK(false);
  return phy::PenetrationModel::none;
}

/// One of the cells that terminals are spread over: the third of its site's hexagon it looks at.
struct CellArea {
  PlanePoint site;
  double boresight_rad = 0;  ///< Counter-clockwise from east.
  double hexagon_radius_m = 0;
};

std::vector<CellArea> cell_areas(const schema::Scenario& scenario,
                                 const schema::TerminalGroup& group) {
  std::vector<CellArea> areas;
  for (const schema::SiteGrid& grid : scenario.site_grid()) {
    const double isd_m = grid.inter_site_distance_m();
    for (const PlanePoint& site : hexagonal_sites(static_cast<int>(grid.rings()), isd_m)) {
      for (const schema::Sector& sector : grid.sector()) {
        if (group.has_carrier() && sector.carrier() != group.carrier()) continue;
        areas.push_back({.site = site,
                         .boresight_rad = (90 - sector.azimuth_deg()) * base::pi / 180,
                         .hexagon_radius_m = isd_m / std::sqrt(3.0)});
      }
    }
  }
  return areas;
}

/// Uniform over the third of the site's hexagon within 60 degrees of the boresight. The hexagon,
/// whose corners lie at 30 degrees and every 60 from there, is three rhombi; a turn by a third
/// takes it to itself.
PlanePoint place_in(const CellArea& area, const base::Random& random, base::UeId ue) {
  const double along = random.uniform(base::Purpose::placement, {.a = ue.value, .b = 1}, 0);
  const double across = random.uniform(base::Purpose::placement, {.a = ue.value, .b = 1}, 1);
  constexpr double first_rad = base::pi / 6;
  constexpr double second_rad = 5 * base::pi / 6;
  const double r = area.hexagon_radius_m;
  const double east = r * (along * base::cos(first_rad) + across * base::cos(second_rad));
  const double north = r * (along * base::sin(first_rad) + across * base::sin(second_rad));
  const double distance_m = std::sqrt(east * east + north * north);
  constexpr double third_rad = 2 * base::pi / 3;
  double off_rad = base::atan2(north, east) - area.boresight_rad;
  off_rad -= third_rad * std::floor(off_rad / third_rad + 0.5);
  const double bearing_rad = area.boresight_rad + off_rad;
  return {.east_m = area.site.east_m + distance_m * base::cos(bearing_rad),
          .north_m = area.site.north_m + distance_m * base::sin(bearing_rad)};
}

terminals::RouteConfig route_config(const schema::Scenario& scenario,
                                    const schema::TerminalGroup& group) {
  const schema::Route& route = group.route();
  terminals::RouteConfig config;
  config.speed_mps = route.speed_kmh() * mps_per_kmh;
  config.heading_deg = route.heading_deg();
  config.fading_speed_mps = route.fading_speed_kmh() * mps_per_kmh;
  for (const schema::WayPoint& point : route.way_point()) {
    const double speed_kmh = point.has_speed_kmh() ? point.speed_kmh() : route.speed_kmh();
    config.way_points.push_back({.east_m = point.x_m(),
                                 .north_m = point.y_m(),
                                 .speed_mps = speed_kmh * mps_per_kmh,
                                 .wait_s = point.wait_s()});
  }
  if (!config.way_points.empty()) {
    config.kind = route.loop() ? terminals::RouteKind::loop : terminals::RouteKind::way_points;
  }
  if (route.has_random_way()) {
    const schema::RandomWay& way = route.random_way();
    config.kind = terminals::RouteKind::random_way_point;
    config.random_way = {
        .area = terminals::Ring{.east_m = group.placement().x_m(),
                                .north_m = group.placement().y_m(),
                                .min_radius_m = 0,
                                .max_radius_m = way.radius_m()},
        .speed_mps_min = way.min_speed_kmh() * mps_per_kmh,
        .speed_mps_max = way.max_speed_kmh() * mps_per_kmh,
        .pause_s = way.pause_s(),
        .horizon = duration_of_ms((scenario.duration_s() + 1) * 1e3) + segment_look_ahead};
  }
  return config;
}

/// A group and what its terminals have in common.
struct GroupBuild {
  const schema::TerminalGroup& group;
  const schema::Capability& capability;
  terminals::RouteConfig route;
  std::vector<CellArea> areas;  ///< Empty: the placement's ring.
  std::uint32_t index = 0;
  std::uint32_t slice = 0;
  std::uint32_t count = 0;
  std::uint32_t first_ue = 0;
};

terminals::Route route_of(const GroupBuild& build, const base::Random& random, base::UeId ue) {
  const schema::Placement& at = build.group.placement();
  terminals::RouteConfig config = build.route;
  config.start = terminals::place({.east_m = at.x_m(),
                                   .north_m = at.y_m(),
                                   .min_radius_m = at.min_radius_m(),
                                   .max_radius_m = at.max_radius_m()},
                                  build.group.height_m(), random, ue);
  const std::uint32_t i = ue.value - build.first_ue;
  if (!build.areas.empty()) {
    const PlanePoint point = place_in(build.areas[i % build.areas.size()], random, ue);
    config.start.east_m = point.east_m;
    config.start.north_m = point.north_m;
  }
  if (config.kind == terminals::RouteKind::loop) {
    config.start_offset_m =
        build.group.route().start_offset_m() + terminals::Route(config).lap_m() * i / build.count;
  }
  if (config.kind != terminals::RouteKind::random_way_point) return terminals::Route(config);
  return terminals::Route(config, random, ue);
}

TerminalPlan terminal_of(const GroupBuild& build, const base::Random& random, base::UeId ue) {
  const schema::TerminalGroup& group = build.group;
  const bool inside = 100 * random.uniform(base::Purpose::indoor, {.a = ue.value, .b = 0}, 0) <
                      group.indoor_percent();
  return {
      .id = ue,
      .group = build.index,
      .carrier = group.carrier(),
      .route = route_of(build, random, ue),
      .extra_loss_db = group.extra_loss_db(),
      .penetration = inside ? penetration_model(group.penetration()) : phy::PenetrationModel::none,
      .nearest_site_in_sight = group.sight() == schema::NEAREST_SITE,
      .is_background = group.background(),
      .slice = build.slice,
      .drive_log_period = duration_of_ms(1e3 / group.drive_log_hz()),
      .capability = build.capability,
      .bearer = bearer_config(group.bearer()),
      .flow = flow_of(group.bearer()),
      .configured_grant = std::nullopt,
      .serving = {}};
}

}  // namespace

void add_terminals(const schema::Scenario& scenario, const base::Random& random,
                   Deployment& deployment) {
  for (const schema::TerminalGroup& group : scenario.terminal_group()) {
    const auto capability =
        std::find_if(scenario.capability().begin(), scenario.capability().end(),
                     [&](const schema::Capability& c) { return c.name() == group.capability(); });
    RC_CHECK(capability != scenario.capability().end());
    GroupBuild build{.group = group,
                     .capability = *capability,
                     .route = route_config(scenario, group),
                     .areas = {},
                     .index = static_cast<std::uint32_t>(deployment.groups.size()),
                     .slice = slice_of(scenario, group.slice()),
                     .count = group.count(),
                     .first_ue = static_cast<std::uint32_t>(deployment.terminals.size())};
    if (group.placement().per_cell()) {
      build.areas = cell_areas(scenario, group);
      build.count *= static_cast<std::uint32_t>(build.areas.size());
    }
    for (std::uint32_t i = 0; i < build.count; ++i) {
      deployment.terminals.push_back(terminal_of(build, random, {build.first_ue + i}));
    }
    deployment.groups.push_back({.name = group.name(),
                                 .first_ue = build.first_ue,
                                 .count = build.count,
                                 .is_background = group.background(),
                                 .slice = group.slice(),
                                 .delay_budget = duration_of_ms(group.delay_budget_ms())});
  }
}

}  // namespace redcell::scenarios
