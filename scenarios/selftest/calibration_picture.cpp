#include "scenarios/selftest/calibration_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/plot.h"
#include "scenarios/selftest/calibration_curves.h"

namespace redcell::scenarios {
namespace {

using analysis::Panel;
using analysis::Svg;

constexpr double panel_width = 300;
constexpr double panel_height = 260;
constexpr double left_margin = 48;
constexpr double top_margin = 52;
constexpr double gap = 52;
constexpr double bottom_margin = 64;
constexpr double bar_end = 4;

/// A row and what is held for it.
struct Curve {
  const DropRow* row;
  Reference reference;
};

/// Delay spreads by tens of nanoseconds to thousands: their tail would take the panel.
analysis::Range x_range(const Curve& curve) {
  std::vector<double> shown = {percentile(curve.row->samples, 2.0),
                               percentile(curve.row->samples, 97.0)};
  for (std::size_t i = 0; i < percents.size(); ++i) {
    for (const double value :
         {curve.reference.middle[i], curve.reference.low[i], curve.reference.high[i]}) {
      if (std::isfinite(value)) shown.push_back(value);
    }
  }
  return analysis::range_of(shown, 1.0);
}

void draw_reference(Svg& svg, const Panel& panel, const Reference& reference) {
  for (std::size_t i = 0; i < percents.size(); ++i) {
    if (std::isfinite(reference.low[i]) && std::isfinite(reference.high[i])) {
      const analysis::Point low = panel.at(reference.low[i], percents[i]);
      const analysis::Point high = panel.at(reference.high[i], percents[i]);
      svg.line(low, high, "class=\"allowed\" stroke=\"#c60\" stroke-width=\"1.5\"");
      for (const analysis::Point end : {low, high}) {
        svg.line({end.x, end.y - bar_end}, {end.x, end.y + bar_end}, "stroke=\"#c60\"");
      }
    }
    svg.circle(panel.at(reference.middle[i], percents[i]), 3, "class=\"reference\" fill=\"#c60\"");
  }
}

void draw_panel(Svg& svg, const Curve& curve, std::size_t column) {
  const double x = left_margin + static_cast<double>(column) * (panel_width + gap);
  const Panel panel{
      .box = {x, top_margin, panel_width, panel_height}, .x = x_range(curve), .y = {0, 100}};
  const DropRow& row = *curve.row;
  analysis::draw_ground(svg, panel,
                        fmt::format("{}, {:g} GHz, {} terminals",
                                    drop_place_names[static_cast<std::size_t>(row.place)],
                                    row.carrier_ghz, row.samples.size()));
  analysis::draw_x_axis(svg, panel, fmt::format("{} ({})", row.metric, row.unit));
  analysis::draw_y_axis(svg, panel);
  svg.open_clipped(panel.box);
  analysis::draw_distribution(svg, panel, row.samples,
                              "class=\"drop\" stroke=\"#06c\" stroke-width=\"1.5\"");
  draw_reference(svg, panel, curve.reference);
  svg.close();
}

CalibrationPicture picture_of(const std::string& metric, const std::vector<Curve>& curves) {
  const auto count = static_cast<double>(curves.size());
  Svg svg(left_margin + count * (panel_width + gap), top_margin + panel_height + bottom_margin,
          "Calibration of " + metric);
  svg.text({left_margin, 15}, "Share of terminals (%)", "font-size=\"12\" fill=\"#222\"");
  svg.text({left_margin, 30}, "line: this build; dots: reference; bars: what is allowed",
           "font-size=\"11\" fill=\"#444\"");
  for (std::size_t i = 0; i < curves.size(); ++i) draw_panel(svg, curves[i], i);
  std::string name = "channel-" + metric + ".svg";
  std::replace(name.begin(), name.end(), '_', '-');
  return {.name = name, .svg = svg.finish()};
}

}  // namespace

std::vector<CalibrationPicture> calibration_pictures(const std::vector<DropRow>& rows) {
  std::vector<std::string> metrics;
  for (const DropRow& row : rows) {
    if (std::find(metrics.begin(), metrics.end(), row.metric) == metrics.end()) {
      metrics.push_back(row.metric);
    }
  }
  std::vector<CalibrationPicture> pictures;
  for (const std::string& metric : metrics) {
    std::vector<Curve> curves;
    for (const DropRow& row : rows) {
      if (row.metric != metric) continue;
      if (const auto reference = reference_of(row)) curves.push_back({&row, *reference});
    }
    if (!curves.empty()) pictures.push_back(picture_of(metric, curves));
  }
  return pictures;
}

}  // namespace redcell::scenarios
