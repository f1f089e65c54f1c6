// Rates over levels: what a terminal gets where it hears that much.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/compare/bootstrap.h"
#include "analysis/compare/side.h"

namespace redcell::analysis {

/// A figure in one class of a level, second by second.
struct CurvePoint {
  double level = 0.0;  ///< Middle of the class.
  double p25 = 0.0;    ///< Quartiles of the figure.
  double p75 = 0.0;
  Estimate median;  ///< Interval by block bootstrap; infinite under bootstrap_samples_min seconds.
  std::size_t seconds = 0;
};
inline constexpr double level_class_db = 5.0;
inline constexpr std::size_t class_samples_min = 5;

/// Classes of level_class_db with class_samples_min samples or more.
[[nodiscard]] std::vector<CurvePoint> curve_over(const Side& side, DriveColumn figure,
                                                 DriveColumn level);

/// One rate over one level, of both sides.
struct RateCurve {
  DriveColumn figure = DL_THROUGHPUT_MBPS;
  DriveColumn level = SS_RSRP_DBM;
  std::vector<CurvePoint> a, b;  ///< One of them may be empty.
};

/// Downlink and uplink over SS-RSRP and SS-SINR, at MAC where both sides know that rate, else above
/// IP.
[[nodiscard]] std::vector<RateCurve> rate_curves(const Side& a, const Side& b);

/// The text of curves.csv: a line a curve, side and class, units in the names.
[[nodiscard]] std::string curves_csv(const std::vector<RateCurve>& curves);
/// A section of the page: pictures and a table. Empty without curves.
[[nodiscard]] std::string curves_html(const std::vector<RateCurve>& curves);

}  // namespace redcell::analysis
