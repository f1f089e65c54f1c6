// Blockage by people and vehicles near a terminal: screens between it and where its paths come
// from.
//
// 3GPP TR 38.901 V17 clause 7.6.4.2 (model B): a screen stands across each path that arrives, its
// edges diffract like knives (eq. 7.6-29 and 7.6-30), and screens add up in decibels. Where they
// stand is left to the simulation: here at random on the ground, with a density, walking or driving
// in directions by chance [ours].
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/random.h"
#include "base/units.h"
#include "phy/channel/antenna.h"
#include "phy/channel/geometry.h"

namespace redcell::phy {

/// An upright rectangle that turns to face every path, its lower edge level.
struct Screen {
  Position centre;
  double width_m = 0;
  double height_m = 0;
};

/// One path at the terminal.
class ArrivingPath {
 public:
  /// station: of the direct path, which is a straight line between the two; nullopt: a path by
  /// scatterers. Pre: wavelength_m > 0.
  ArrivingPath(const Position& terminal, const RayDirection& arrival, double wavelength_m,
               const std::optional<Position>& station = std::nullopt);

  /// What the screen leaves of the path's amplitude: 1 - (F_h1 + F_h2)(F_w1 + F_w2), whose -20 lg
  /// is the loss of eq. 7.6-29. At most 1; 1 behind the terminal and, for
  /// the direct path, beyond the station.
  [[nodiscard]] double amplitude_behind(const Screen& screen) const;

 private:
  /// Along the path, and across it, seen from above or from the side.
  struct Plane {
    double along_m, across_m;
  };
  [[nodiscard]] Plane from_above(const Position& at) const;
  [[nodiscard]] Plane from_the_side(const Position& at) const;
  struct Edges {
    Plane centre;
    double size_m;
    std::optional<Plane> station;
  };
  [[nodiscard]] double edge_sum(const Edges& edges) const;

  Position terminal_;
  double east_ = 0, north_ = 0;  ///< Unit vector along the ground.
  double level_ = 0, rise_ = 0;  ///< Parts of the path along the ground and upwards.
  double half_turns_per_m_;      ///< pi / wavelength.
  std::optional<Position> station_;
};

struct BlockerConfig {
  double per_km2 = 0;    ///< > 0, <= 100 000.
  double width_m = 0;    ///< > 0. Table 7.6.4.2-5: 0.3 people, 4.8 vehicles.
  double height_m = 0;   ///< > 0. The same: 1.7 and 1.4.
  double speed_mps = 0;  ///< Of all [ours]; 0: they stand.
};

/// Screens nearer than half a width are not seen: nobody stands inside another [ours]. Those
/// farther than a reach neither [ours]: a person's is this, a larger screen's grows with the root
/// of its area. Level with a terminal, that far off, either takes 0.5 to 0.9 dB at 2.6 GHz.
inline constexpr double person_reach_m = 20;
inline constexpr double blocker_reach_max_m = 80;
[[nodiscard]] double blocker_reach_m(const BlockerConfig& config);

/// Blockers on the map. Where they are is a pure function of place and time: eight flocks, each of
/// which goes on in a direction of its own.
class Blockers {
 public:
  Blockers(const base::Random& random, const BlockerConfig& config);
  /// Calls `visit` with the Screen of each within reach of a place, in an order that is always the
  /// same. No allocation.
  template <class Visit>
  void each_near(const Position& at, base::Instant t, const Visit& visit) const {
    for (std::uint32_t flock = 0; flock < flock_count; ++flock) {
      const PlanePoint own = on_its_map(flock, at, t);
      for (std::int64_t i = tile_of(own.east_m - reach_m_); i <= tile_of(own.east_m + reach_m_);
           ++i) {
        for (std::int64_t j = tile_of(own.north_m - reach_m_); j <= tile_of(own.north_m + reach_m_);
             ++j) {
          const Tile tile{.flock = flock, .east = i, .north = j};
          const std::uint32_t count = count_in(tile);
          for (std::uint32_t n = 0; n < count; ++n) {
            const PlanePoint way = way_to(tile, n, own);
            if (is_near(way)) visit(screen_at(at, way));
          }
        }
      }
    }
  }
  [[nodiscard]] bool move() const { return config_.speed_mps > 0; }

 private:
  static constexpr std::uint32_t flock_count = 8;
  static constexpr double tile_m = 20;
  struct PlanePoint {
    double east_m, north_m;
  };
  struct Tile {
    std::uint32_t flock;
    std::int64_t east, north;
  };
  [[nodiscard]] static std::int64_t tile_of(double m);
  [[nodiscard]] PlanePoint on_its_map(std::uint32_t flock, const Position& at,
                                      base::Instant t) const;
  [[nodiscard]] double draw(const Tile& tile, std::uint64_t index) const;
  [[nodiscard]] std::uint32_t count_in(const Tile& tile) const;
  [[nodiscard]] PlanePoint way_to(const Tile& tile, std::uint32_t n, const PlanePoint& from) const;
  [[nodiscard]] bool is_near(const PlanePoint& way) const;
  [[nodiscard]] Screen screen_at(const Position& at, const PlanePoint& way) const;

  base::Random random_;
  BlockerConfig config_;
  double reach_m_;
  std::array<PlanePoint, flock_count> headings_{};  ///< Unit vectors.
};

}  // namespace redcell::phy
