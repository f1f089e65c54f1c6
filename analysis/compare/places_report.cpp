// What compare says of places and handovers: text, CSV and sections of the page.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/compare/estimate_text.h"
#include "analysis/compare/places.h"
#include "analysis/report/page.h"

namespace redcell::analysis {
namespace {

constexpr const char* a_style = "stroke=\"#1f5fbf\" stroke-width=\"1.6\"";
constexpr const char* b_style = "stroke=\"#d9730d\" stroke-width=\"1.6\"";

double share_of(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[rank_of_share(share, values.size())];
}

/// [ours] Blue: A is lower; orange: A is higher; in quarters of the greatest difference.
const char* difference_colour(double difference, double greatest) {
  constexpr std::array<const char*, 5> colours = {"#1f5fbf", "#8ab8ff", "#bbb", "#ffc78f",
                                                  "#d9730d"};
  const double share = greatest > 0.0 ? difference / greatest : 0.0;
  const auto index =
      static_cast<std::size_t>(std::clamp(std::floor((share + 1.0) * 2.5), 0.0, 4.0));
  return colours[index];
}

void draw_grid(Svg& svg, const PlacedKpi& kpi, const Box& box, double size_m) {
  std::vector<double> east, north;
  double greatest = 0.0;
  for (const Place& place : kpi.place) {
    east.insert(east.end(), {place.east_m - size_m, place.east_m + size_m});
    north.insert(north.end(), {place.north_m - size_m, place.north_m + size_m});
    greatest = std::max(greatest, std::fabs(place.a.mean - place.b.mean));
  }
  const Range x = range_of(east, size_m), y = range_of(north, size_m);
  const double metres_a_pixel =
      std::max((x.high - x.low) / box.width, (y.high - y.low) / box.height);
  const Panel panel = {.box = box,
                       .x = {x.low, x.low + metres_a_pixel * box.width},
                       .y = {y.low, y.low + metres_a_pixel * box.height}};
  draw_ground(svg, panel, fmt::format("{}: A - B, at most {}", kpi.name, page_number(greatest)));
  const double pixels = size_m / metres_a_pixel;
  for (const Place& place : kpi.place) {
    const Point at = panel.at(place.east_m, place.north_m);
    svg.rect({at.x - pixels / 2, at.y - pixels / 2, pixels, pixels},
             fmt::format("class=\"place\" fill=\"{}\"",
                         difference_colour(place.a.mean - place.b.mean, greatest)));
  }
}

void draw_route(Svg& svg, const PlacedKpi& kpi, const Box& box) {
  std::vector<Point> a, b;
  std::vector<double> distances, values;
  for (const Place& place : kpi.place) {
    a.push_back({place.east_m, place.a.mean});
    b.push_back({place.east_m, place.b.mean});
    distances.push_back(place.east_m);
    values.insert(values.end(), {place.a.mean, place.b.mean});
  }
  const Panel panel = {.box = box, .x = range_of(distances, 1.0), .y = range_of(values, 1e-2)};
  draw_ground(svg, panel, kpi.name);
  draw_x_axis(svg, panel, "driven (m)");
  draw_y_axis(svg, panel);
  draw_line(svg, panel, a, a_style);
  draw_line(svg, panel, b, b_style);
}

}  // namespace

std::string places_csv(const PlaceComparison& places) {
  std::string text = places.is_grid ? "kpi,east_m,north_m" : "kpi,distance_m";
  text += ",a_mean,a_seconds,b_mean,b_seconds,difference\n";
  for (const PlacedKpi& kpi : places.kpi) {
    for (const Place& place : kpi.place) {
      text += fmt::format("{},{}", kpi.name, place.east_m);
      if (places.is_grid) text += fmt::format(",{}", place.north_m);
      text += fmt::format(",{},{},{},{},{}\n", place.a.mean, place.a.seconds, place.b.mean,
                          place.b.seconds, place.a.mean - place.b.mean);
    }
  }
  return text;
}

std::string places_text(const PlaceComparison& places) {
  if (places.kpi.empty()) return {};
  constexpr const char* row = "{:<18} {:>8} {:>12} {:>12} {:>12}\n";
  std::string text = fmt::format(fmt::runtime(row), places.is_grid ? "by square" : "along the way",
                                 "places", "mean A-B", "RMS A-B", "correlation");
  for (const PlacedKpi& kpi : places.kpi) {
    text +=
        fmt::format(fmt::runtime(row), kpi.name, kpi.place.size(), page_number(kpi.mean_difference),
                    page_number(kpi.rms_difference), fmt::format("{:.3f}", kpi.correlation));
  }
  return text + fmt::format("places of {} m with {} seconds or more of both\n", places.size_m,
                            place_seconds_min);
}

std::string places_html(const PlaceComparison& places) {
  if (places.kpi.empty()) return {};
  constexpr double width = 300.0, height = 200.0, pitch_y = 266.0;
  const auto rows = static_cast<double>((places.kpi.size() + 2) / 3);
  Svg svg(1120.0, 40.0 + rows * pitch_y, "By place");
  std::string table;
  for (std::size_t i = 0; i < places.kpi.size(); ++i) {
    const PlacedKpi& kpi = places.kpi[i];
    const Box box = {48.0 + static_cast<double>(i % 3) * 366.0,
                     34.0 + static_cast<double>(i / 3) * pitch_y, width, height};
    if (places.is_grid) {
      draw_grid(svg, kpi, box, places.size_m);
    } else {
      draw_route(svg, kpi, box);
    }
    table += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.3f}</td></tr>\n",
                         kpi.name, kpi.place.size(), page_number(kpi.mean_difference),
                         page_number(kpi.rms_difference), kpi.correlation);
  }
  return fmt::format(
      "<h2>By place</h2>\n<p>{} of {} m with {} seconds or more of both. {}</p>\n<table><thead><tr>"
      "<th>means of places</th><th>places</th><th>mean A - B</th><th>RMS A - B</th>"
      "<th>correlation</th></tr></thead><tbody>\n{}</tbody></table>\n<figure>{}</figure>\n",
      places.is_grid ? "Squares" : "Stretches from the start of the way,", places.size_m,
      place_seconds_min,
      places.is_grid ? "Blue: A is lower, orange: A is higher."
                     : "<span class=\"a\">A</span>, <span class=\"b\">B</span>",
      table, svg.finish());
}

std::string handovers_text(const std::vector<HandoverKpi>& handovers) {
  if (handovers.empty()) return {};
  constexpr const char* row = "{:<28} {:>6} {:>6} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8}\n";
  std::string text = fmt::format(fmt::runtime(row), "single handovers", "n A", "n B", "median A",
                                 "median B", "p95 A", "p95 B", "KS", "p");
  for (const HandoverKpi& kpi : handovers) {
    text += fmt::format(fmt::runtime(row), kpi.name, kpi.a.size(), kpi.b.size(),
                        page_number(share_of(kpi.a, 0.5)), page_number(share_of(kpi.b, 0.5)),
                        page_number(share_of(kpi.a, 0.95)), page_number(share_of(kpi.b, 0.95)),
                        fmt::format("{:.3f}", kpi.ks), chance_text(kpi.ks_p));
  }
  return text;
}

std::string handovers_html(const std::vector<HandoverKpi>& handovers) {
  if (handovers.empty()) return {};
  Svg svg(1120.0, 276.0, "Handovers");
  std::string rows;
  double x = 48.0;
  for (const HandoverKpi& kpi : handovers) {
    draw_distributions(svg, {x, 34.0, 300.0, 170.0}, kpi.name,
                       {{.values = kpi.a, .style = a_style}, {.values = kpi.b, .style = b_style}});
    x += 366.0;
    rows += fmt::format(
        "<tr><td>{}</td><td>{} / {}</td><td>{} / {}</td><td>{} / {}</td><td>{:.3f} ({})</td>"
        "<td>{}</td></tr>\n",
        kpi.name, kpi.a.size(), kpi.b.size(), page_number(share_of(kpi.a, 0.5)),
        page_number(share_of(kpi.b, 0.5)), page_number(share_of(kpi.a, 0.95)),
        page_number(share_of(kpi.b, 0.95)), kpi.ks, chance_text(kpi.ks_p),
        page_number(kpi.wasserstein));
  }
  return fmt::format(
      "<h2>Handovers</h2>\n<table><thead><tr><th>A / B</th><th>count</th><th>median</th>"
      "<th>p95</th><th>KS distance (p)</th><th>Wasserstein</th></tr></thead><tbody>\n{}</tbody>"
      "</table>\n<figure>{}</figure>\n",
      rows, svg.finish());
}

}  // namespace redcell::analysis
