#include "analysis/compare/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/compare/estimate_text.h"
#include "analysis/compare/side_parts.h"
#include "analysis/field/column_maps.h"
#include "analysis/plot.h"

namespace redcell::analysis {
namespace {

constexpr const char* a_colour = "stroke=\"#1f5fbf\"";
constexpr const char* b_colour = "stroke=\"#d9730d\"";
constexpr std::size_t p25_index = 2, p75_index = 4;  ///< In percentile_shares.

struct SidedCurve {
  char side;
  const char* colour;
  const std::vector<CurvePoint>* points;
};

std::vector<SidedCurve> sides_of(const RateCurve& curve) {
  return {{'A', a_colour, &curve.a}, {'B', b_colour, &curve.b}};
}

void draw_points(Svg& svg, const Panel& panel, const SidedCurve& curve) {
  const std::string thin = fmt::format("{} stroke-width=\"1.6\"", curve.colour);
  const std::string broad =
      fmt::format("{} stroke-width=\"5\" stroke-opacity=\"0.3\"", curve.colour);
  std::vector<Point> line;
  for (const CurvePoint& point : *curve.points) {
    const Point middle = panel.at(point.level, point.median.value);
    line.push_back(middle);
    const Interval& interval = point.median.interval;
    if (std::isfinite(interval.low)) {
      svg.line(panel.at(point.level, std::max(interval.low, panel.y.low)),
               panel.at(point.level, std::min(interval.high, panel.y.high)), broad);
    }
    svg.circle(middle, 3.0, fmt::format("fill=\"none\" {}", thin));
  }
  svg.polyline(line, thin);
}

void draw_curve(Svg& svg, const RateCurve& curve, const Box& box) {
  std::vector<double> levels, figures = {0.0};
  for (const SidedCurve& side : sides_of(curve)) {
    for (const CurvePoint& point : *side.points) {
      levels.insert(levels.end(), {point.level - 2.5, point.level + 2.5});
      figures.push_back(point.p75);
    }
  }
  const Range y = range_of(figures, 1.0);
  const Panel panel = {.box = box, .x = range_of(levels, 5.0), .y = {0.0, 1.05 * y.high}};
  draw_ground(svg, panel, column_name(curve.figure));
  draw_x_axis(svg, panel, column_name(curve.level));
  draw_y_axis(svg, panel);
  for (const SidedCurve& side : sides_of(curve)) draw_points(svg, panel, side);
}

std::string curve_rows(const RateCurve& curve) {
  std::string rows;
  for (const SidedCurve& side : sides_of(curve)) {
    for (const CurvePoint& point : *side.points) {
      const EstimateText median = estimate_text(point.median);
      rows += fmt::format(
          "<tr><td>{} over {}</td><td class=\"{}\">{}</td><td>{} to {}</td><td>{} "
          "<small>{}</small></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
          column_name(curve.figure), column_name(curve.level), side.side == 'A' ? "a" : "b",
          side.side, point.level - level_class_db / 2.0, point.level + level_class_db / 2.0,
          median.value, median.interval, number_text(point.p25), number_text(point.p75),
          point.seconds);
    }
  }
  return rows;
}

}  // namespace

std::vector<CurvePoint> curve_over(const Side& side, DriveColumn figure, DriveColumn level) {
  std::map<std::int64_t, Series> classes;
  visit_pairs(
      side.series[level], side.series[figure], [&](const SecondSample& at, const SecondSample& of) {
        classes[static_cast<std::int64_t>(std::floor(at.value / level_class_db))].push_back(of);
      });
  std::vector<CurvePoint> curve;
  for (const auto& [index, members] : classes) {
    if (members.size() < class_samples_min) continue;
    const Bootstrapped all = bootstrap_of(members, figure);
    curve.push_back({.level = (static_cast<double>(index) + 0.5) * level_class_db,
                     .p25 = all.percentile[p25_index].value,
                     .p75 = all.percentile[p75_index].value,
                     .median = all.median(),
                     .seconds = members.size()});
  }
  return curve;
}

std::vector<RateCurve> rate_curves(const Side& a, const Side& b) {
  std::vector<RateCurve> curves;
  for (const auto& [mac, above] : {std::pair(DL_THROUGHPUT_MBPS, DL_GOODPUT_MBPS),
                                   std::pair(UL_THROUGHPUT_MBPS, UL_GOODPUT_MBPS)}) {
    const DriveColumn rate = a.series[mac].empty() || b.series[mac].empty() ? above : mac;
    for (const DriveColumn level : {SS_RSRP_DBM, SS_SINR_DB}) {
      RateCurve curve = {.figure = rate,
                         .level = level,
                         .a = curve_over(a, rate, level),
                         .b = curve_over(b, rate, level)};
      if (!curve.a.empty() || !curve.b.empty()) curves.push_back(std::move(curve));
    }
  }
  return curves;
}

std::string curves_csv(const std::vector<RateCurve>& curves) {
  std::string text =
      "figure,level,side,level_low,level_high,median,median_low,median_high,p25,"
      "p75,seconds\n";
  const auto bound = [](double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
  };
  for (const RateCurve& curve : curves) {
    for (const SidedCurve& side : sides_of(curve)) {
      for (const CurvePoint& point : *side.points) {
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", column_name(curve.figure),
                            column_name(curve.level), side.side == 'A' ? "a" : "b",
                            point.level - level_class_db / 2.0, point.level + level_class_db / 2.0,
                            point.median.value, bound(point.median.interval.low),
                            bound(point.median.interval.high), point.p25, point.p75, point.seconds);
      }
    }
  }
  return text;
}

std::string curves_html(const std::vector<RateCurve>& curves) {
  if (curves.empty()) return {};
  Svg svg(1120.0, 20.0 + 280.0 * std::ceil(static_cast<double>(curves.size()) / 2.0),
          "Rate over level");
  std::string rows;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    draw_curve(svg, curves[i],
               {48.0 + 562.0 * static_cast<double>(i % 2),
                34.0 + 280.0 * static_cast<double>(i / 2), 480.0, 210.0});
    rows += curve_rows(curves[i]);
  }
  return fmt::format(
      "<h2>Rate over level</h2>\n<p>Medians of the seconds in classes of {:.0f} dB; bars: their 95 "
      "% intervals, from {} seconds on. <span class=\"a\">A</span>, <span class=\"b\">B</span></p>"
      "\n<figure>{}</figure>\n<details><summary>The curves as a table</summary>\n<div "
      "class=\"wide\" tabindex=\"0\"><table><thead><tr><th>curve</th><th></th><th>class (dB, dBm)"
      "</th><th>median [95 %]</th><th>p25</th><th>p75</th><th>seconds</th></tr></thead><tbody>\n"
      "{}</tbody></table></div></details>\n",
      level_class_db, bootstrap_samples_min, svg.finish(), rows);
}

}  // namespace redcell::analysis
