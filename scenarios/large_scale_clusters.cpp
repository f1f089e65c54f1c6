// The part of LargeScale that looks at clusters: what they are drawn from on a segment of a
// terminal's way, and how strong each beam is through their rays.
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "scenarios/large_scale.h"

namespace redcell::scenarios {
namespace {

constexpr double degree = base::pi / 180;

base::Instant look(std::int64_t index) { return base::Instant(index * large_scale_period.value()); }

/// A piece of the way and the first look at it.
struct Segment {
  std::int64_t index;
  base::Instant begin;
};
Segment segment_at(const terminals::Route& route, base::Instant t) {
  const auto piece_of = [&](std::int64_t index) {
    return static_cast<std::int64_t>(std::floor(route.fading_way_m(look(index)) / segment_way_m));
  };
  if (!route.moves()) return {.index = 0, .begin = base::Instant()};
  // The way never falls.
  std::int64_t last = (t - base::Instant()).value() / large_scale_period.value();
  const std::int64_t piece = piece_of(last);
  for (std::int64_t first = 0; first < last;) {
    const std::int64_t middle = first + (last - first) / 2;
    if (piece_of(middle) < piece) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return {.index = piece, .begin = look(last)};
}

}  // namespace

bool LargeScale::is_indoors(const TerminalPlan& terminal) const {
  if (phy::surrounding_of(layer_.channel.environment) > phy::Surrounding::rma) return false;
  return terminal.penetration == phy::PenetrationModel::building_low_loss ||
         terminal.penetration == phy::PenetrationModel::building_high_loss;
}

SiteClusters LargeScale::site_clusters(const Site& site, const TerminalPlan& terminal,
                                       base::Instant begin, bool is_nearest) const {
  const Sightline line = sightline(site, terminal.route.position_at(begin));
  const bool in_sight = path_state(site, terminal, line, is_nearest).los_share > 0.5;
  const phy::LinkState outdoors = in_sight ? phy::LinkState::los : phy::LinkState::nlos;
  const phy::LinkClass kind{.surrounding = phy::surrounding_of(layer_.channel.environment),
                            .state = is_indoors(terminal) ? phy::LinkState::o2i : outdoors,
                            .outside_in_sight = in_sight};
  const phy::LspDistribution distribution = phy::lsp_distribution(kind, line.geometry);
  const phy::LargeScaleParameters spreads = phy::large_scale_parameters(
      distribution, site.parameters->at(kind.state, line.way.east_m, line.way.north_m));
  const phy::RayDirection arrival{.azimuth_deg = line.ray.azimuth_deg + 180,
                                  .zenith_deg = 180 - line.ray.zenith_deg};
  const double heading_deg = 90 - terminal.route.heading_at(begin);
  const double height_m = line.geometry.bs_height.value() - line.geometry.ut_height.value();
  const double ground_m = line.geometry.distance_2d.value();
  // Where segments meet, the direct ray keeps its phase: its way is counted from the beginning.
  const double along = base::sin(arrival.zenith_deg * degree) *
                       base::cos((arrival.azimuth_deg - heading_deg) * degree);
  const double k_lin = kind.state == phy::LinkState::los ? base::from_db(spreads.k_factor_db) : 0;
  return {.link = {.ue = terminal.id.value,
                   .site = site.source,
                   .kind = kind,
                   .spreads = spreads,
                   .distribution = distribution,
                   .carrier = layer_.radio.dl_centre,
                   .departure = line.ray,
                   .arrival = arrival},
          .distance_m = std::sqrt(ground_m * ground_m + height_m * height_m) +
                        along * terminal.route.fading_way_m(begin),
          .heading_deg = heading_deg,
          .mean_pair_power = phy::mean_pair_power(
              phy::cluster_statistics(kind, layer_.radio.dl_centre), k_lin / (k_lin + 1))};
}

void LargeScale::see_beams(const SiteClusters& seen, std::size_t site, TerminalLinks& links) const {
  const phy::Clusters clusters = phy::draw_clusters(random_, seen.link);
  phy::Departures departures;
  phy::draw_departures(random_, clusters, departures);
  const phy::DepartingPower power{.rays = departures,
                                  .cluster_power = clusters.power,
                                  .cluster_count = clusters.count,
                                  .direct = seen.link.departure,
                                  .direct_share = clusters.direct_share};
  for (std::size_t cell = 0; cell < layer_.cells.size(); ++cell) {
    if (site_of_cell_[cell] != site) continue;
    beams_[cell].gains(power, traffic_gains(links, cell));
    ssb_beams_[cell].gains(power, ssb_gains(links, cell));
  }
}

void LargeScale::see_clusters(const TerminalPlan& terminal, base::Instant t,
                              TerminalLinks& links) const {
  const Segment segment = segment_at(terminal.route, t);
  if (links.segment == segment.index && links.ue == terminal.id.value) return;
  links.segment = segment.index;
  links.ue = terminal.id.value;
  links.sites.resize(sites_.size());
  const std::size_t nearest = nearest_site(terminal.route.position_at(segment.begin));
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    links.sites[s] = site_clusters(sites_[s], terminal, segment.begin, s == nearest);
    see_beams(links.sites[s], s, links);
  }
}

phy::TrackedLink LargeScale::tracked_link(const TerminalLinks& links, std::size_t cell) const {
  const SiteClusters& seen = clusters(links, cell);
  return {.link = seen.link,
          .panel = beams_[cell],
          .beam = static_cast<int>(best_beam(links, cell)),
          .distance_m = seen.distance_m,
          .heading_deg = seen.heading_deg};
}

}  // namespace redcell::scenarios
