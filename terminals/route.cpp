#include "terminals/route.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::terminals {
namespace {

constexpr double ns_per_s = 1e9;

/// Whole nanoseconds, rounded up.
base::Duration time_for(double seconds) {
  RC_CHECK(seconds >= 0 && seconds < 1e9);
  return base::Duration(static_cast<std::int64_t>(-std::floor(-seconds * ns_per_s)));
}

double heading_of(double east_m, double north_m) {
  const double degrees = base::atan2(east_m, north_m) * 180 / base::pi;
  if (degrees >= 0) return degrees;
  return degrees + 360 < 360 ? degrees + 360 : 0;  // A hair's breadth west of north is north.
}

/// share and turn are uniform in [0, 1).
phy::Position point_in(const Ring& ring, double share, double turn) {
  const double low = ring.min_radius_m * ring.min_radius_m;
  const double high = ring.max_radius_m * ring.max_radius_m;
  const double radius_m = std::sqrt(low + share * (high - low));
  return {.east_m = ring.east_m + radius_m * base::cos(2 * base::pi * turn),
          .north_m = ring.north_m + radius_m * base::sin(2 * base::pi * turn)};
}

phy::Position point_in(const Rectangle& rectangle, double right, double up) {
  return {.east_m = rectangle.east_m + (right - 0.5) * rectangle.width_m,
          .north_m = rectangle.north_m + (up - 0.5) * rectangle.depth_m};
}

bool has_extent(const Ring& ring) {
  return ring.min_radius_m >= 0 && ring.max_radius_m >= ring.min_radius_m && ring.max_radius_m > 0;
}

bool has_extent(const Rectangle& rectangle) {
  return rectangle.width_m >= 0 && rectangle.depth_m >= 0 &&
         (rectangle.width_m > 0 || rectangle.depth_m > 0);
}

/// Where leg `leg` of a random way ends, its speed, and the pause there.
WayPoint random_way_point(const RandomWay& way, const base::Random& random, base::UeId ue,
                          std::uint64_t leg) {
  constexpr std::uint64_t draws_per_leg = 3;
  const auto draw = [&](std::uint64_t index) {
    return random.uniform(base::Purpose::way_point, {.a = ue.value, .b = 0},
                          leg * draws_per_leg + index);
  };
  const phy::Position at =
      std::visit([&](const auto& area) { return point_in(area, draw(0), draw(1)); }, way.area);
  return {.east_m = at.east_m,
          .north_m = at.north_m,
          .speed_mps = way.speed_mps_min + draw(2) * (way.speed_mps_max - way.speed_mps_min),
          .wait_s = way.pause_s};
}

}  // namespace

Route::Route(const RouteConfig& config) : Route(config, nullptr, base::UeId{}) {}

Route::Route(const RouteConfig& config, const base::Random& random, base::UeId ue)
    : Route(config, &random, ue) {}

Route::Route(const RouteConfig& config, const base::Random* random, base::UeId ue)
    : kind_(config.kind),
      start_(config.start),
      heading_deg_(config.heading_deg),
      surroundings_mps_(config.fading_speed_mps) {
  RC_CHECK(config.speed_mps >= 0 && config.fading_speed_mps >= 0);
  if (kind_ == RouteKind::straight) {
    top_speed_mps_ = config.speed_mps;
    east_mps_ = config.speed_mps * base::sin(config.heading_deg * base::pi / 180);
    north_mps_ = config.speed_mps * base::cos(config.heading_deg * base::pi / 180);
  } else if (kind_ == RouteKind::random_way_point) {
    RC_CHECK(random != nullptr);
    lay_random_way(config, *random, ue);
  } else {
    lay_way_points(config);
  }
}

void Route::lay_way_points(const RouteConfig& config) {
  const std::vector<WayPoint>& points = config.way_points;
  RC_CHECK(!points.empty());
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    stand(points[i]);
    go(points[i], points[i + 1]);
  }
  stand(points.back());
  if (kind_ == RouteKind::loop) go(points.back(), points.front());
  if (stretches_.empty() || kind_ == RouteKind::way_points) {
    WayPoint goal = points.back();
    goal.wait_s = 1;  // The last stretch has no end; any length of time but none will do.
    stand(goal);
  }
  face_the_legs();
  if (kind_ == RouteKind::loop) close_loop(config.start_offset_m);
}

void Route::lay_random_way(const RouteConfig& config, const base::Random& random, base::UeId ue) {
  const RandomWay& way = config.random_way;
  RC_CHECK(way.speed_mps_min > 0 && way.speed_mps_max >= way.speed_mps_min);
  RC_CHECK(way.horizon > base::Duration(0));
  const bool area_has_extent =
      std::visit([](const auto& area) { return has_extent(area); }, way.area);
  RC_CHECK(area_has_extent);
  horizon_ = base::Instant() + way.horizon;
  WayPoint from{.east_m = config.start.east_m, .north_m = config.start.north_m};
  for (std::uint64_t leg = 0; end() <= horizon_; ++leg) {
    const WayPoint to = random_way_point(way, random, ue, leg);
    from.speed_mps = to.speed_mps;
    go(from, to);
    stand(to);
    from = to;
  }
  face_the_legs();
}

base::Instant Route::end() const {
  if (stretches_.empty()) return {};
  return stretches_.back().begin + stretches_.back().duration;
}

double Route::end_way_m() const {
  if (stretches_.empty()) return 0;
  return stretches_.back().begin_way_m + stretches_.back().length_m;
}

void Route::stand(const WayPoint& at) {
  const base::Duration wait = time_for(at.wait_s);
  if (wait == base::Duration(0)) return;
  stretches_.push_back({.begin = end(),
                        .duration = wait,
                        .from_east_m = at.east_m,
                        .from_north_m = at.north_m,
                        .east_m = 0,
                        .north_m = 0,
                        .length_m = 0,
                        .begin_way_m = end_way_m(),
                        .speed_mps = 0,
                        .heading_deg = 0});
}

void Route::go(const WayPoint& from, const WayPoint& to) {
  const double east_m = to.east_m - from.east_m;
  const double north_m = to.north_m - from.north_m;
  const double length_m = std::sqrt(east_m * east_m + north_m * north_m);
  if (length_m == 0) return;
  RC_CHECK(from.speed_mps > 0);
  top_speed_mps_ = std::max(top_speed_mps_, from.speed_mps);
  stretches_.push_back({.begin = end(),
                        .duration = time_for(length_m / from.speed_mps),
                        .from_east_m = from.east_m,
                        .from_north_m = from.north_m,
                        .east_m = east_m,
                        .north_m = north_m,
                        .length_m = length_m,
                        .begin_way_m = end_way_m(),
                        .speed_mps = from.speed_mps,
                        .heading_deg = heading_of(east_m, north_m)});
}

/// Gives those that stand the heading of the leg before them.
void Route::face_the_legs() {
  const auto is_leg = [](const Stretch& stretch) { return stretch.length_m > 0; };
  const auto first = std::find_if(stretches_.begin(), stretches_.end(), is_leg);
  if (first == stretches_.end()) return;
  double heading_deg = first->heading_deg;
  if (kind_ == RouteKind::loop) {
    heading_deg = std::find_if(stretches_.rbegin(), stretches_.rend(), is_leg)->heading_deg;
  }
  for (Stretch& stretch : stretches_) {
    if (is_leg(stretch)) heading_deg = stretch.heading_deg;
    stretch.heading_deg = heading_deg;
  }
}

void Route::close_loop(double start_offset_m) {
  lap_m_ = end_way_m();
  RC_CHECK(start_offset_m >= 0 && (start_offset_m == 0 || lap_m_ > 0));
  if (lap_m_ == 0) return;
  lap_ = end() - base::Instant();
  const double offset_m =
      std::clamp(start_offset_m - std::floor(start_offset_m / lap_m_) * lap_m_, 0.0, lap_m_);
  const auto stretch = std::find_if(stretches_.begin(), stretches_.end(), [&](const Stretch& s) {
    return s.begin_way_m + s.length_m >= offset_m;
  });
  lead_ = stretch->begin - base::Instant();
  if (stretch->length_m > 0) {
    const double done = (offset_m - stretch->begin_way_m) / stretch->length_m;
    const double into_ns = done * static_cast<double>(stretch->duration.value());
    lead_ += base::Duration(static_cast<std::int64_t>(into_ns));
  }
  lead_m_ = way_m(place_at(base::Instant()));
}

Route::Place Route::place_at(base::Instant t) const {
  RC_CHECK(t >= base::Instant());
  RC_CHECK(kind_ != RouteKind::random_way_point || t <= horizon_);
  base::Instant in_lap = t + lead_;
  std::int64_t lap = 0;
  if (lap_ > base::Duration(0)) {
    lap = in_lap.value() / lap_.value();
    in_lap = in_lap - lap_ * lap;
  }
  const auto next =
      std::upper_bound(stretches_.begin(), stretches_.end(), in_lap,
                       [](base::Instant at, const Stretch& s) { return at < s.begin; });
  const Stretch& stretch = *(next - 1);
  if (stretch.length_m == 0) return {.stretch = stretch, .lap = lap, .done = 0};
  return {.stretch = stretch,
          .lap = lap,
          .done = static_cast<double>((in_lap - stretch.begin).value()) /
                  static_cast<double>(stretch.duration.value())};
}

double Route::way_m(const Place& place) const {
  const double in_lap_m = place.stretch.begin_way_m + place.stretch.length_m * place.done;
  if (lap_ == base::Duration(0)) return in_lap_m;
  const auto lap = static_cast<double>(place.lap);
  // Without the bound, rounding could let the way fall by a bit where a lap begins.
  return std::min(lap * lap_m_ + in_lap_m, (lap + 1) * lap_m_);
}

phy::Position Route::position_at(base::Instant t) const {
  if (kind_ == RouteKind::straight) {
    const double seconds = base::to_seconds(t - base::Instant());
    return {.east_m = start_.east_m + east_mps_ * seconds,
            .north_m = start_.north_m + north_mps_ * seconds,
            .up_m = start_.up_m};
  }
  const Place place = place_at(t);
  return {.east_m = place.stretch.from_east_m + place.stretch.east_m * place.done,
          .north_m = place.stretch.from_north_m + place.stretch.north_m * place.done,
          .up_m = start_.up_m};
}

double Route::own_way_m(base::Instant t) const {
  if (kind_ != RouteKind::straight) return way_m(place_at(t)) - lead_m_;
  return top_speed_mps_ * base::to_seconds(t - base::Instant());
}

double Route::fading_way_m(base::Instant t) const {
  const double seconds = base::to_seconds(t - base::Instant());
  if (kind_ == RouteKind::straight) return fading_speed_mps() * seconds;
  return own_way_m(t) + surroundings_mps_ * seconds;
}

double Route::fading_speed_mps() const { return top_speed_mps_ + surroundings_mps_; }

double Route::speed_at(base::Instant t) const {
  return kind_ == RouteKind::straight ? top_speed_mps_ : place_at(t).stretch.speed_mps;
}

double Route::heading_at(base::Instant t) const {
  return kind_ == RouteKind::straight ? heading_deg_ : place_at(t).stretch.heading_deg;
}

phy::Position place(const Ring& ring, double height_m, const base::Random& random, base::UeId ue) {
  RC_CHECK(ring.max_radius_m >= ring.min_radius_m);
  const double share = random.uniform(base::Purpose::placement, {.a = ue.value, .b = 0}, 0);
  const double turn = random.uniform(base::Purpose::placement, {.a = ue.value, .b = 0}, 1);
  phy::Position at = point_in(ring, share, turn);
  at.up_m = height_m;
  return at;
}

}  // namespace redcell::terminals
