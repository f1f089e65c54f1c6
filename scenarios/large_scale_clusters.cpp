// The part of LargeScale that looks at clusters: what they are drawn from on a segment of a
// terminal's way, and how strong each beam is through their rays.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "scenarios/large_scale.h"

namespace redcell::scenarios {
namespace {

base::Instant look(std::int64_t index) { return base::Instant(index * large_scale_period.value()); }

/// Whoever stops where a piece ends is still on it. Ways are sums of rounded numbers.
std::int64_t piece_at(const terminals::Route& route, std::int64_t index) {
  constexpr double rounding_m = 1e-6;
  const double pieces = (route.own_way_m(look(index)) - rounding_m) / segment_way_m;
  return static_cast<std::int64_t>(std::max(-std::floor(-pieces) - 1, 0.0));
}

/// The first look in (before, until] on another piece than `before`. Pre: `until` is on another.
std::int64_t first_on_next(const terminals::Route& route, std::int64_t before, std::int64_t until) {
  const std::int64_t piece = piece_at(route, before);
  while (until - before > 1) {
    const std::int64_t middle = before + (until - before) / 2;
    (piece_at(route, middle) == piece ? before : until) = middle;
  }
  return until;
}

/// TR 38.901 Table 7.2-1: floors are 3 m apart, the lowest terminal is at 1.5 m.
std::uint32_t floor_at(double height_m) {
  return static_cast<std::uint32_t>(std::max(std::floor(height_m / 3), 0.0));
}

double distance_m(const phy::PathGeometry& geometry) {
  const double height_m = geometry.bs_height.value() - geometry.ut_height.value();
  const double ground_m = geometry.distance_2d.value();
  return std::sqrt(ground_m * ground_m + height_m * height_m);
}

/// Rays that leave towards a terminal.
class Leaving {
 public:
  Leaving(const base::Random& random, const SiteClusters& seen)
      : clusters_(phy::draw_clusters(random, seen.link)), direct_(seen.link.departure) {
    phy::draw_departures(random, clusters_, departures_);
  }
  /// Where the clusters come from at the terminal.
  void keep_arrivals(SiteClusters& seen) const {
    std::copy_n(clusters_.aoa.begin(), seen.aoa.size(), seen.aoa.begin());
    std::copy_n(clusters_.zoa.begin(), seen.zoa.size(), seen.zoa.begin());
    seen.cluster_count = clusters_.count;
  }
  [[nodiscard]] phy::DepartingPower power() const {
    return {.rays = departures_,
            .cluster_power = clusters_.power,
            .cluster_count = clusters_.count,
            .direct = direct_,
            .direct_share = clusters_.direct_share};
  }

 private:
  phy::Clusters clusters_;
  phy::Departures departures_;
  phy::RayDirection direct_;
};

phy::TrackedLink tracked(const SiteClusters& seen, const phy::BeamGrid& panel, int beam,
                         const phy::LinkBlockage* blockage) {
  return {.link = seen.link,
          .panel = panel,
          .beam = beam,
          .distance_m = seen.distance_m,
          .heading_deg = seen.heading_deg,
          .approach = seen.approach,
          .blockage = blockage};
}

}  // namespace

LargeScale::Segment LargeScale::segment_at(const terminals::Route& route, base::Instant t) {
  if (!route.moves()) return {.index = 0, .begin = base::Instant()};
  // The way never falls.
  std::int64_t first = (t - base::Instant()).value() / large_scale_period.value();
  const std::int64_t piece = piece_at(route, first);
  for (std::int64_t low = 0; low < first;) {
    const std::int64_t middle = low + (first - low) / 2;
    if (piece_at(route, middle) < piece) {
      low = middle + 1;
    } else {
      first = middle;
    }
  }
  Segment segment{.index = piece, .begin = look(first), .end = std::nullopt};
  constexpr std::int64_t looks = segment_look_ahead.value() / large_scale_period.value();
  std::int64_t ahead = 1;
  while (ahead <= looks && piece_at(route, first + ahead) == piece) ahead *= 2;
  if (ahead <= looks) segment.end = look(first_on_next(route, first, first + ahead));
  return segment;
}

bool LargeScale::is_indoors(const TerminalPlan& terminal) const {
  if (phy::surrounding_of(layer_.channel.environment) > phy::Surrounding::rma) return false;
  return terminal.penetration == phy::PenetrationModel::building_low_loss ||
         terminal.penetration == phy::PenetrationModel::building_high_loss;
}

SiteClusters LargeScale::site_clusters(const Site& site, const TerminalPlan& terminal,
                                       const Segment& segment, bool is_nearest) const {
  const base::Instant begin = segment.begin;
  const terminals::Route& route = terminal.route;
  const Sightline line = sightline(site, route.position_at(begin));
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
  const double heading_deg = 90 - route.heading_at(begin);
  // The straight line has its true length at both ends of a segment, so the direct ray keeps its
  // phase where two meet.
  const double length_m = distance_m(line.geometry);
  double approach = 0;
  if (segment.end) {
    const double end_length_m =
        distance_m(sightline(site, route.position_at(*segment.end)).geometry);
    const double way_m = route.own_way_m(*segment.end) - route.own_way_m(begin);
    approach = std::clamp((length_m - end_length_m) / way_m, -1.0, 1.0);  // But for rounding.
  }
  const double k_lin = kind.state == phy::LinkState::los ? base::from_db(spreads.k_factor_db) : 0;
  const bool has_floors = kind.state == phy::LinkState::o2i;
  return {.link = {.site = site.source,
                   .floor = has_floors ? floor_at(line.geometry.ut_height.value()) : 0,
                   .regions = site.regions->at(kind.state, line.way.east_m, line.way.north_m),
                   .east_m = line.way.east_m,
                   .north_m = line.way.north_m,
                   .kind = kind,
                   .spreads = spreads,
                   .distribution = distribution,
                   .carrier = layer_.radio.dl_centre,
                   .departure = line.ray,
                   .arrival = arrival},
          .distance_m = length_m,
          .heading_deg = heading_deg,
          .approach = approach,
          .mean_pair_power = phy::mean_pair_power(
              phy::cluster_statistics(kind, layer_.radio.dl_centre), k_lin / (k_lin + 1))};
}

void LargeScale::see_clusters(const TerminalPlan& terminal, base::Instant t,
                              TerminalLinks& links) const {
  const Segment segment = segment_at(terminal.route, t);
  if (links.segment != segment.index || links.ue != terminal.id.value) {
    links.segment = segment.index;
    links.ue = terminal.id.value;
    links.segment_begin = segment.begin;
    links.segment_begin_m = terminal.route.fading_way_m(segment.begin);
    links.segment_begin_own_m = terminal.route.own_way_m(segment.begin);
    links.sites.resize(sites_.size());
    const std::size_t nearest = nearest_site(terminal.route.position_at(segment.begin));
    for (std::size_t s = 0; s < sites_.size(); ++s) {
      links.sites[s] = site_clusters(sites_[s], terminal, segment, s == nearest);
      see_beams(s, links);
    }
  }
  links.segment_way_m = terminal.route.fading_way_m(t) - links.segment_begin_m;
}

void LargeScale::see_beams(std::size_t site, TerminalLinks& links) const {
  const Leaving leaving(random_, links.sites[site]);
  leaving.keep_arrivals(links.sites[site]);
  for (std::size_t cell = 0; cell < layer_.cells.size(); ++cell) {
    if (site_of_cell_[cell] != site) continue;
    beams_[cell].gains(leaving.power(), traffic_gains(links, cell));
    ssb_beams_[cell].gains(leaving.power(), ssb_gains(links, cell));
  }
}

std::optional<FormerClusters> LargeScale::former_clusters(const TerminalPlan& terminal,
                                                          const TerminalLinks& links,
                                                          std::size_t cell) const {
  const double lower_hz = std::min(layer_.radio.dl_centre.value(), layer_.radio.ul_centre.value());
  const double changeover_m = phy::changeover_wavelengths * base::speed_of_light_mps / lower_hz;
  const std::int64_t first = (links.segment_begin - base::Instant()).value();
  if (first == 0 || links.segment_way_m >= changeover_m) return std::nullopt;
  const Segment before = segment_at(terminal.route, look(first / large_scale_period.value() - 1));
  const std::size_t site = site_of_cell_[cell];
  const bool is_nearest = site == nearest_site(terminal.route.position_at(before.begin));
  FormerClusters former{
      .clusters = site_clusters(sites_[site], terminal, before, is_nearest),
      .beam = 0,
      .way_m = links.segment_begin_m - terminal.route.fading_way_m(before.begin),
      .own_way_m = links.segment_begin_own_m - terminal.route.own_way_m(before.begin)};
  std::array<float, phy::cluster_beams_max> gains{};
  const auto end = gains.begin() + beams_[cell].beam_count();
  const Leaving leaving(random_, former.clusters);
  beams_[cell].gains(leaving.power(), {gains.begin(), end});
  former.beam = static_cast<int>(std::max_element(gains.begin(), end) - gains.begin());
  if (blockers_) {
    leaving.keep_arrivals(former.clusters);
    former.blockage = blockage(terminal.route.position_at(links.segment_begin), links.segment_begin,
                               sites_[site], former.clusters);
  }
  return former;
}

phy::LinkBlockage LargeScale::blockage_at(const TerminalPlan& terminal, base::Instant t,
                                          const TerminalLinks& links, std::size_t cell) const {
  return blockage(terminal.route.position_at(t), t, sites_[site_of_cell_[cell]],
                  clusters(links, cell));
}

phy::LinkBlockage LargeScale::blockage(const phy::Position& terminal, base::Instant t,
                                       const Site& site, const SiteClusters& seen) const {
  constexpr double degrees_of_turn = 360 * 0x1p-32;
  const double wavelength_m = base::speed_of_light_mps / layer_.radio.dl_centre.value();
  const Sightline line = sightline(site, terminal);
  const phy::RayDirection arrival{.azimuth_deg = line.ray.azimuth_deg + 180,
                                  .zenith_deg = 180 - line.ray.zenith_deg};
  // Where the map wraps around, the station is where the straight line begins.
  const phy::Position station{.east_m = terminal.east_m - line.way.east_m,
                              .north_m = terminal.north_m - line.way.north_m,
                              .up_m = line.geometry.bs_height.value()};
  const phy::ArrivingPath direct(terminal, arrival, wavelength_m, station);
  std::array<std::optional<phy::ArrivingPath>, phy::cluster_count_max> paths;
  for (std::size_t rank = 0; rank < seen.cluster_count; ++rank) {
    paths[rank].emplace(terminal,
                        phy::RayDirection{.azimuth_deg = seen.aoa[rank] * degrees_of_turn,
                                          .zenith_deg = seen.zoa[rank] * degrees_of_turn},
                        wavelength_m);
  }
  phy::LinkBlockage left;
  blockers_->each_near(terminal, t, [&](const phy::Screen& screen) {
    left.direct *= static_cast<float>(direct.amplitude_behind(screen));
    for (std::size_t rank = 0; rank < seen.cluster_count; ++rank) {
      left.cluster[rank] *= static_cast<float>(paths[rank]->amplitude_behind(screen));
    }
  });
  return left;
}

phy::TrackedLink LargeScale::tracked_link(const TerminalLinks& links, std::size_t cell) const {
  return tracked(clusters(links, cell), beams_[cell], static_cast<int>(best_beam(links, cell)),
                 nullptr);
}

phy::TrackedLink LargeScale::tracked_link(const FormerClusters& former, std::size_t cell) const {
  return tracked(former.clusters, beams_[cell], former.beam,
                 former.blockage ? &*former.blockage : nullptr);
}

}  // namespace redcell::scenarios
