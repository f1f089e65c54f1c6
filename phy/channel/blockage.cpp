#include "phy/channel/blockage.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::phy {
namespace {

constexpr double radians = base::pi / 180;

double length(double a, double b) { return std::sqrt(a * a + b * b); }

/// Number of blockers of a tile: Poisson, by inversion of one uniform number.
std::uint32_t poisson(double mean, double uniform) {
  double term = base::exp(-mean);
  double below = term;
  std::uint32_t count = 0;
  while (uniform >= below && count < 1000) {
    ++count;
    term *= mean / count;
    below += term;
  }
  return count;
}

}  // namespace

ArrivingPath::ArrivingPath(const Position& terminal, const RayDirection& arrival,
                           double wavelength_m, const std::optional<Position>& station)
    : terminal_(terminal),
      east_(base::cos(arrival.azimuth_deg * radians)),
      north_(base::sin(arrival.azimuth_deg * radians)),
      level_(std::fabs(base::sin(arrival.zenith_deg * radians))),
      rise_(base::cos(arrival.zenith_deg * radians)),
      half_turns_per_m_(base::pi / wavelength_m),
      station_(station) {
  RC_CHECK(wavelength_m > 0);
}

ArrivingPath::Plane ArrivingPath::from_above(const Position& at) const {
  const double east_m = at.east_m - terminal_.east_m;
  const double north_m = at.north_m - terminal_.north_m;
  return {.along_m = east_m * east_ + north_m * north_,
          .across_m = north_m * east_ - east_m * north_};
}

ArrivingPath::Plane ArrivingPath::from_the_side(const Position& at) const {
  const double ground_m = from_above(at).along_m;
  const double up_m = at.up_m - terminal_.up_m;
  return {.along_m = ground_m * level_ + up_m * rise_,
          .across_m = up_m * level_ - ground_m * rise_};
}

/// F_1 + F_2 of two opposite edges, eq. 7.6-30. Both count in full where the path goes through
/// between them; beside the screen the nearer edge counts against the farther.
double ArrivingPath::edge_sum(const Edges& edges) const {
  const auto detour_m = [&](double across_m) {
    const double near_m = length(edges.centre.along_m, across_m);
    if (!edges.station) return near_m - edges.centre.along_m;
    const Plane& far = *edges.station;
    return near_m + length(far.along_m - edges.centre.along_m, far.across_m - across_m) -
           length(far.along_m, far.across_m);
  };
  const double half_m = edges.size_m / 2;
  const double offset_m = std::fabs(edges.centre.across_m);
  const auto term = [&](double across_m) {
    const double excess = std::max(half_turns_per_m_ * detour_m(across_m), 0.0);
    return base::atan2(base::pi / 2 * std::sqrt(excess), 1) / base::pi;
  };
  // By symmetry the screen lies on the side where its centre's offset is positive.
  const double sign = edges.centre.across_m < 0 ? -1 : 1;
  const double nearer = term(sign * (offset_m - half_m));
  const double farther = term(sign * (offset_m + half_m));
  return offset_m <= half_m ? farther + nearer : farther - nearer;
}

double ArrivingPath::amplitude_behind(const Screen& screen) const {
  Edges top{.centre = from_above(screen.centre), .size_m = screen.width_m, .station = {}};
  Edges side{.centre = from_the_side(screen.centre), .size_m = screen.height_m, .station = {}};
  if (top.centre.along_m <= 0 || side.centre.along_m <= 0) return 1;
  if (station_) {
    top.station = from_above(*station_);
    side.station = from_the_side(*station_);
    if (top.centre.along_m >= top.station->along_m) return 1;
    if (side.centre.along_m >= side.station->along_m) return 1;
  }
  return std::max(1 - edge_sum(side) * edge_sum(top), 0.0);
}

double blocker_reach_m(const BlockerConfig& config) {
  constexpr double person_m2 = 0.3 * 1.7;
  const double area_m2 = config.width_m * config.height_m;
  return std::clamp(person_reach_m * std::sqrt(area_m2 / person_m2), person_reach_m,
                    blocker_reach_max_m);
}

Blockers::Blockers(const base::Random& random, const BlockerConfig& config)
    : random_(random), config_(config), reach_m_(blocker_reach_m(config)) {
  RC_CHECK(config.per_km2 > 0 && config.per_km2 <= 1e5);
  RC_CHECK(config.width_m > 0 && config.height_m > 0 && config.speed_mps >= 0);
  const double turn = random.uniform(base::Purpose::blocker, {}, 0);
  for (std::uint32_t flock = 0; flock < flock_count; ++flock) {
    const double angle = 2 * base::pi * (flock + turn) / flock_count;
    headings_[flock] = {.east_m = base::cos(angle), .north_m = base::sin(angle)};
  }
}

std::int64_t Blockers::tile_of(double m) {
  return static_cast<std::int64_t>(std::floor(m / tile_m));
}

/// A flock's map moves as a whole: where a place is on it.
Blockers::PlanePoint Blockers::on_its_map(std::uint32_t flock, const Position& at,
                                          base::Instant t) const {
  const double way_m = config_.speed_mps * base::to_seconds(t - base::Instant());
  return {.east_m = at.east_m - way_m * headings_[flock].east_m,
          .north_m = at.north_m - way_m * headings_[flock].north_m};
}

double Blockers::draw(const Tile& tile, std::uint64_t index) const {
  const base::RandomIds ids{.a = static_cast<std::uint32_t>(tile.east),
                            .b = static_cast<std::uint32_t>(tile.north)};
  return random_.uniform(base::Purpose::blocker, ids,
                         ((tile.flock + std::uint64_t{1}) << 32) + index);
}

std::uint32_t Blockers::count_in(const Tile& tile) const {
  return poisson(config_.per_km2 * 1e-6 * tile_m * tile_m / flock_count, draw(tile, 0));
}

Blockers::PlanePoint Blockers::way_to(const Tile& tile, std::uint32_t n,
                                      const PlanePoint& from) const {
  const std::uint64_t index = 1 + 2 * std::uint64_t{n};
  return {
      .east_m = (static_cast<double>(tile.east) + draw(tile, index)) * tile_m - from.east_m,
      .north_m = (static_cast<double>(tile.north) + draw(tile, index + 1)) * tile_m - from.north_m};
}

bool Blockers::is_near(const PlanePoint& way) const {
  const double distance_m = length(way.east_m, way.north_m);
  return distance_m >= config_.width_m / 2 && distance_m <= reach_m_;
}

Screen Blockers::screen_at(const Position& at, const PlanePoint& way) const {
  return {.centre = {.east_m = at.east_m + way.east_m,
                     .north_m = at.north_m + way.north_m,
                     .up_m = config_.height_m / 2},
          .width_m = config_.width_m,
          .height_m = config_.height_m};
}

}  // namespace redcell::phy
