// Where a terminal is: a pure function of time, so that any moment can be asked for in any order.
//
// Everything a route needs is laid out when it is built; asking searches in logarithmic time and
// allocates nothing. A leg takes up to 1 ns longer than its length divided by its speed, never
// less: times are whole nanoseconds, and fading_speed_mps() stays the upper bound that it is.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/units.h"
#include "phy/channel/geometry.h"

namespace redcell::terminals {

enum class RouteKind : std::uint8_t {
  straight,          ///< From start along heading_deg at speed_mps, for ever.
  way_points,        ///< From the first way point to the last, there it stands.
  loop,              ///< From the last way point back to the first, round and round.
  random_way_point,  ///< From start to one place of the area after the other.
};

/// Turning at a way point takes no time. A wait and a leg each last less than 1e9 s.
struct WayPoint {
  double east_m = 0;
  double north_m = 0;
  double speed_mps = 0;  ///< From here to the next one; > 0 where there is a way to go.
  double wait_s = 0;     ///< Stands here so long before it goes on; >= 0.
};

/// Uniform over the area of a ring around a point; the point itself when both radii are zero.
struct Ring {
  double east_m = 0;
  double north_m = 0;
  double min_radius_m = 0;
  double max_radius_m = 0;  ///< >= min_radius_m.
};

struct Rectangle {
  double east_m = 0;   ///< Centre.
  double north_m = 0;  ///< Centre.
  double width_m = 0;  ///< West to east; >= 0.
  double depth_m = 0;  ///< South to north; >= 0.
};

/// Random way point: uniform places in an area (a disc is a ring without a hole; ways may cross a
/// hole), uniform speeds per leg, the same pause at the end of each leg.
struct RandomWay {
  std::variant<Rectangle, Ring> area{};  ///< Not a single point.
  /// > 0: with speeds down to zero the mean speed would sink for as long as the run lasts [ours].
  double speed_mps_min = 0;
  double speed_mps_max = 0;  ///< >= speed_mps_min.
  double pause_s = 0;        ///< >= 0.
  base::Duration horizon{};  ///< Legs are laid out up to here; > 0. Asking later aborts.
};

struct RouteConfig {
  phy::Position start;     ///< Straight and random: all of it; way points and loop: up_m alone.
  double speed_mps = 0;    ///< Straight; >= 0.
  double heading_deg = 0;  ///< Straight; clockwise from north.
  double fading_speed_mps =
      0;  ///< What moving surroundings add to the way that fading sees [ours]; >= 0.
  RouteKind kind = RouteKind::straight;
  std::vector<WayPoint> way_points{};  ///< Way points, loop: at least one.
  /// Loop: where on it, in metres from the first way point, the terminal is at first; >= 0, also
  /// beyond one lap, but zero on a loop without length. At a way point the wait is still to come.
  double start_offset_m = 0;
  RandomWay random_way{};  ///< Random way point.
};

/// Of the moments asked for: >= 0 for all but straight routes, <= horizon for random ones.
class Route {
 public:
  /// Pre: not random_way_point.
  explicit Route(const RouteConfig& config);
  /// Leg n of a random route is a function of (random, ue, n): horizons change no leg.
  Route(const RouteConfig& config, const base::Random& random, base::UeId ue);

  [[nodiscard]] phy::Position position_at(base::Instant t) const;
  /// Own way in metres by t. Zero at the beginning, continuous, never falls.
  [[nodiscard]] double own_way_m(base::Instant t) const;
  /// Way in metres that the fading process has seen by t: own movement and surroundings. Zero at
  /// the beginning, continuous, never falls.
  [[nodiscard]] double fading_way_m(base::Instant t) const;
  /// Largest speed on the route, and the surroundings.
  [[nodiscard]] double fading_speed_mps() const;
  [[nodiscard]] bool moves() const { return top_speed_mps_ > 0; }
  /// Own speed in m/s; zero while it waits. At a way point that of the leg that begins.
  [[nodiscard]] double speed_at(base::Instant t) const;
  /// Degrees clockwise from north: as given if straight, else in [0, 360). While it stands, that
  /// of the last leg (a loop has laps before the first); before the first leg, that of the first;
  /// 0 if there is none.
  [[nodiscard]] double heading_at(base::Instant t) const;
  /// Length of a lap, to spread terminals over a loop; zero for all other kinds.
  [[nodiscard]] double lap_m() const { return lap_m_; }

 private:
  /// From `begin` until the next stretch begins: a leg, or standing (length 0).
  struct Stretch {
    base::Instant begin;
    base::Duration duration;
    double from_east_m;
    double from_north_m;
    double east_m;   ///< From its beginning to its end.
    double north_m;  ///< From its beginning to its end.
    double length_m;
    double begin_way_m;  ///< Sum of the lengths before it.
    double speed_mps;
    double heading_deg;
  };
  /// A moment on the stretches: which one, which lap, how much of it is done.
  struct Place {
    const Stretch& stretch;
    std::int64_t lap;
    double done;  ///< 0..1; 0 while it stands.
  };

  Route(const RouteConfig& config, const base::Random* random, base::UeId ue);
  void lay_way_points(const RouteConfig& config);
  void lay_random_way(const RouteConfig& config, const base::Random& random, base::UeId ue);
  void stand(const WayPoint& at);
  void go(const WayPoint& from, const WayPoint& to);
  void face_the_legs();
  void close_loop(double start_offset_m);
  [[nodiscard]] base::Instant end() const;
  [[nodiscard]] double end_way_m() const;
  [[nodiscard]] Place place_at(base::Instant t) const;
  [[nodiscard]] double way_m(const Place& place) const;

  RouteKind kind_;
  phy::Position start_;
  double heading_deg_;
  double surroundings_mps_;
  double top_speed_mps_ = 0;
  double east_mps_ = 0;             ///< Straight.
  double north_mps_ = 0;            ///< Straight.
  std::vector<Stretch> stretches_;  ///< All but straight: the first begins at zero, none is empty.
  base::Instant horizon_;           ///< Random.
  base::Duration lap_;              ///< Loop; zero if it has no length.
  double lap_m_ = 0;                ///< Loop.
  base::Duration lead_;             ///< Loop: how long after the first way point it begins.
  double lead_m_ = 0;               ///< Loop: how far after the first way point it begins.
};

[[nodiscard]] phy::Position place(const Ring& ring, double height_m, const base::Random& random,
                                  base::UeId ue);

}  // namespace redcell::terminals
