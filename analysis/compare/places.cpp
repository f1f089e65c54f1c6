#include "analysis/compare/places.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "analysis/compare/two_samples.h"
#include "analysis/field/column_maps.h"
#include "base/check.h"

namespace redcell::analysis {
namespace {

using Key = std::pair<std::int64_t, std::int64_t>;      ///< North, east.
using Moment = std::pair<std::uint32_t, std::int64_t>;  ///< Terminal, second.
using Whereabouts = std::map<Moment, Key>;

std::int64_t class_of(double metres, double size_m) {
  return static_cast<std::int64_t>(std::floor(metres / size_m));
}

/// Calls visit(sample of east, north in metres) for the seconds that have both.
template <class Visit>
void visit_places(const Side& side, Visit visit) {
  auto north = side.series[NORTH_M].begin();
  for (const SecondSample& east : side.series[EAST_M]) {
    const auto key = [](const SecondSample& sample) { return Moment(sample.ue, sample.second); };
    while (north != side.series[NORTH_M].end() && key(*north) < key(east)) ++north;
    if (north == side.series[NORTH_M].end()) return;
    if (key(*north) == key(east)) visit(east, north->value);
  }
}

/// Metres from one log's origin to another's, north and east.
struct Shift {
  double north_m = 0.0;
  double east_m = 0.0;
};

/// Metres of a degree on the ellipsoid WGS 84, by its series in the latitude.
Shift shift_between(std::pair<double, double> from_deg, std::pair<double, double> to_deg) {
  const double phi = (from_deg.first + to_deg.first) / 2.0 * std::numbers::pi / 180.0;
  const double north = 111'132.954 - 559.822 * std::cos(2.0 * phi) + 1.175 * std::cos(4.0 * phi);
  const double east =
      111'412.84 * std::cos(phi) - 93.5 * std::cos(3.0 * phi) + 0.118 * std::cos(5.0 * phi);
  return {.north_m = (to_deg.first - from_deg.first) * north,
          .east_m = (to_deg.second - from_deg.second) * east};
}

Whereabouts whereabouts_of(const Side& side, const Shift& shift, bool is_grid, double size_m) {
  Whereabouts places;
  std::uint32_t ue = 0;
  double last_east_m = 0.0, last_north_m = 0.0, driven_m = 0.0;
  bool is_first = true;
  visit_places(side, [&](const SecondSample& east, double north_m) {
    if (is_first || east.ue != ue) {
      driven_m = 0.0;
    } else {
      driven_m += std::hypot(east.value - last_east_m, north_m - last_north_m);
    }
    is_first = false;
    ue = east.ue;
    last_east_m = east.value;
    last_north_m = north_m;
    places[{east.ue, east.second}] = is_grid ? Key(class_of(north_m + shift.north_m, size_m),
                                                   class_of(east.value + shift.east_m, size_m))
                                             : Key(0, class_of(driven_m, size_m));
  });
  return places;
}

std::map<Key, PlaceMean> means_of(const Series& series, const Whereabouts& places) {
  std::map<Key, PlaceMean> means;
  for (const SecondSample& sample : series) {
    const auto place = places.find({sample.ue, sample.second});
    if (place == places.end()) continue;
    PlaceMean& mean = means[place->second];
    mean.mean += sample.value;
    ++mean.seconds;
  }
  for (auto& [key, mean] : means) mean.mean /= static_cast<double>(mean.seconds);
  return means;
}

void sum_up(PlacedKpi& kpi) {
  const auto count = static_cast<double>(kpi.place.size());
  double sum_a = 0.0, sum_b = 0.0, squares = 0.0;
  for (const Place& place : kpi.place) {
    sum_a += place.a.mean;
    sum_b += place.b.mean;
    squares += (place.a.mean - place.b.mean) * (place.a.mean - place.b.mean);
  }
  kpi.mean_difference = (sum_a - sum_b) / count;
  kpi.rms_difference = std::sqrt(squares / count);
  double both = 0.0, only_a = 0.0, only_b = 0.0;
  for (const Place& place : kpi.place) {
    const double x = place.a.mean - sum_a / count, y = place.b.mean - sum_b / count;
    both += x * y;
    only_a += x * x;
    only_b += y * y;
  }
  if (only_a > 0.0 && only_b > 0.0) kpi.correlation = both / std::sqrt(only_a * only_b);
}

PlacedKpi place_kpi(DriveColumn column, const std::map<Key, PlaceMean>& a,
                    const std::map<Key, PlaceMean>& b, const PlaceComparison& how) {
  PlacedKpi kpi;
  kpi.column = column;
  kpi.name = column_name(column);
  for (const auto& [key, mean_a] : a) {
    const auto found = b.find(key);
    if (found == b.end() || mean_a.seconds < place_seconds_min ||
        found->second.seconds < place_seconds_min) {
      continue;
    }
    const auto middle = [&](std::int64_t index) {
      return (static_cast<double>(index) + 0.5) * how.size_m;
    };
    kpi.place.push_back({.east_m = middle(key.second),
                         .north_m = how.is_grid ? middle(key.first) : 0.0,
                         .a = mean_a,
                         .b = found->second});
  }
  if (!kpi.place.empty()) sum_up(kpi);
  return kpi;
}

}  // namespace

PlaceComparison compare_places(const Side& a, const Side& b, double size_m) {
  RC_CHECK(size_m > 0.0);
  const bool on_earth = a.origin_deg && b.origin_deg;
  PlaceComparison result = {
      .is_grid = on_earth || (a.is_run && b.is_run), .size_m = size_m, .kpi = {}};
  const Shift shift = on_earth ? shift_between(*a.origin_deg, *b.origin_deg) : Shift{};
  const Whereabouts places_a = whereabouts_of(a, {}, result.is_grid, size_m);
  const Whereabouts places_b = whereabouts_of(b, shift, result.is_grid, size_m);
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    if (!is_measure(i)) continue;
    PlacedKpi kpi = place_kpi(static_cast<DriveColumn>(i), means_of(a.series[i], places_a),
                              means_of(b.series[i], places_b), result);
    if (kpi.place.size() > 1) result.kpi.push_back(std::move(kpi));
  }
  return result;
}

std::vector<HandoverKpi> compare_handovers(const Side& a, const Side& b, bool paired) {
  std::vector<HandoverKpi> all;
  const auto add = [&](const char* name, const std::vector<double>& in_a,
                       const std::vector<double>& in_b) {
    if (in_a.empty() || in_b.empty()) return;
    HandoverKpi kpi;
    kpi.name = name;
    kpi.a = in_a;
    kpi.b = in_b;
    kpi.ks = ks_distance(in_a, in_b);
    if (!paired) kpi.ks_p = ks_p_value_exact(kpi.ks, in_a.size(), in_b.size());
    kpi.wasserstein = wasserstein_distance(in_a, in_b);
    all.push_back(std::move(kpi));
  };
  add("handover_interruption_ms", a.interruption_ms[DOWNLINK], b.interruption_ms[DOWNLINK]);
  add("handover_interruption_ul_ms", a.interruption_ms[UPLINK], b.interruption_ms[UPLINK]);
  add("handover_distance_m", a.handover_distance_m, b.handover_distance_m);
  return all;
}

}  // namespace redcell::analysis
