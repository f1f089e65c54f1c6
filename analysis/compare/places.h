// Two sides held against one another place by place, and handover by handover.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/side.h"

namespace redcell::analysis {

/// [ours] Fewer seconds in a place say nothing of it.
inline constexpr std::size_t place_seconds_min = 3;
inline constexpr double place_size_m = 50.0;  ///< [ours] Unless asked otherwise.

/// Seconds of one side in one place.
struct PlaceMean {
  double mean = 0.0;
  std::size_t seconds = 0;
};

struct Place {
  double east_m = 0.0;   ///< Middle of a square; on a route the distance driven.
  double north_m = 0.0;  ///< 0 on a route.
  PlaceMean a;
  PlaceMean b;
};

/// One figure over the places where both sides have place_seconds_min seconds or more.
struct PlacedKpi {
  DriveColumn column = SS_RSRP_DBM;
  std::string name;
  std::vector<Place> place;      ///< By north, then east; on a route by distance.
  double mean_difference = 0.0;  ///< a - b, over the places.
  double rms_difference = 0.0;
  double correlation = 0.0;  ///< Pearson's; 0 where one side is the same everywhere.
};

struct PlaceComparison {
  /// Squares for two runs, whose metres count from one point, and for two field logs whose origin
  /// is known, in the metres of the first; else stretches of the way from its start: both must have
  /// driven the same way.
  bool is_grid = false;
  double size_m = place_size_m;
  std::vector<PlacedKpi> kpi;  ///< Those with two places or more, in the order of drive.csv.
};

/// Terminals' seconds are put together. Pre: size_m > 0.
[[nodiscard]] PlaceComparison compare_places(const Side& a, const Side& b, double size_m);

/// The text of places.csv: a line a figure and place.
[[nodiscard]] std::string places_csv(const PlaceComparison& places);
/// Plain text, at most 100 columns; empty without a figure.
[[nodiscard]] std::string places_text(const PlaceComparison& places);
/// A section of the page; empty without a figure.
[[nodiscard]] std::string places_html(const PlaceComparison& places);

/// One quantity of single handovers, of both sides.
struct HandoverKpi {
  std::string name;
  std::vector<double> a, b;  ///< Not empty.
  double ks = 0.0;
  /// Handovers are taken as independent of one another; none of two runs of one world.
  std::optional<double> ks_p;
  double wasserstein = 0.0;
};

/// Interruptions in both directions and metres between handovers, where both sides have any.
[[nodiscard]] std::vector<HandoverKpi> compare_handovers(const Side& a, const Side& b,
                                                         bool paired = false);
[[nodiscard]] std::string handovers_text(const std::vector<HandoverKpi>& handovers);
[[nodiscard]] std::string handovers_html(const std::vector<HandoverKpi>& handovers);

}  // namespace redcell::analysis
