// The map of a drive: sites, sectors, the way and what happened on it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

#include "analysis/drive_view.h"

namespace redcell::analysis {
namespace {

constexpr double legend_height = 48.0;
constexpr const char* halo = "paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\"";
constexpr const char* handover_style =
    "class=\"handover\" fill=\"#fff\" stroke=\"#111\" stroke-width=\"1.3\"";
constexpr const char* failure_style = "class=\"failure\" stroke=\"#e00000\" stroke-width=\"3\"";

/// [ours] Classes of SS-RSRP; each holds what is at least its limit, and less than the next one's.
/// Dark to bright also for eyes that do not tell red from green.
struct LevelClass {
  double at_least_dbm;
  const char* colour;
  const char* words;
};
constexpr std::array<LevelClass, 6> level_classes = {{{-1e9, "#440154", "below -110"},
                                                      {-110, "#414487", "-110 to -100"},
                                                      {-100, "#2a788e", "-100 to -90"},
                                                      {-90, "#22a884", "-90 to -80"},
                                                      {-80, "#7ad151", "-80 to -70"},
                                                      {-70, "#fde725", "-70 and more"}}};
constexpr const char* unknown_colour = "#bbb";

const char* level_colour(const DriveRow& row) {
  if (!row.has_ss_rsrp_mdbm()) return unknown_colour;
  const char* colour = unknown_colour;
  for (const LevelClass& level : level_classes) {
    if (row.ss_rsrp_mdbm() >= 1e3 * level.at_least_dbm) colour = level.colour;
  }
  return colour;
}

Point place_of(const RunStart::Cell& cell) {
  return {static_cast<double>(cell.east_mm()) / 1e3, static_cast<double>(cell.north_mm()) / 1e3};
}

/// The way and the sites that served, in the middle, with the same scale both ways.
Panel map_panel(const DriveView& view, const Box& box) {
  std::vector<double> east, north;
  const auto show = [&](Point place) {
    east.push_back(place.x);
    north.push_back(place.y);
  };
  for (const DriveRow& row : view.rows()) show(place_of(row));
  for (const RunStart::Cell& cell : view.start().cells()) {
    if (std::count(view.cells().begin(), view.cells().end(), cell.cell()) > 0) show(place_of(cell));
  }
  constexpr double margin = 44.0;  // Pixels on each side, for arrows and names.
  constexpr double metres_min = 20.0;
  const Range x = range_of(east, metres_min), y = range_of(north, metres_min);
  const double metres_a_pixel = std::max((x.high - x.low) / (box.width - 2 * margin),
                                         (y.high - y.low) / (box.height - 2 * margin));
  const auto around = [&](Range range, double pixels) {
    const double middle = (range.low + range.high) / 2, half = metres_a_pixel * pixels / 2;
    return Range{middle - half, middle + half};
  };
  return {.box = box, .x = around(x, box.width), .y = around(y, box.height)};
}

void draw_sector(Svg& svg, Point site, double azimuth_deg, const std::string& colour) {
  constexpr double length = 26.0, head = 7.0, head_angle = 2.7;
  const double angle = azimuth_deg * std::numbers::pi / 180.0;
  const auto away = [](Point from, double towards, double by) {
    return Point{from.x + by * std::sin(towards), from.y - by * std::cos(towards)};
  };
  const Point tip = away(site, angle, length);
  const std::string style =
      fmt::format("stroke=\"{}\" stroke-width=\"2.4\" stroke-linecap=\"round\"", colour);
  svg.line(site, tip, style);
  svg.polyline({away(tip, angle + head_angle, head), tip, away(tip, angle - head_angle, head)},
               style);
}

/// Beside the site, where no sector looks.
struct NamePlace {
  double azimuth_deg;
  Point offset;
  const char* anchor;
};
constexpr std::array<NamePlace, 4> name_places = {{{90.0, {9.0, 4.0}, "start"},
                                                   {270.0, {-9.0, 4.0}, "end"},
                                                   {180.0, {0.0, 18.0}, "middle"},
                                                   {0.0, {0.0, -10.0}, "middle"}}};

void draw_site_name(Svg& svg, const RunStart& start, const std::string& name, Point site) {
  const NamePlace* best = nullptr;
  double most_room_deg = -1.0;
  for (const NamePlace& place : name_places) {
    double room_deg = 180.0;
    for (const RunStart::Cell& cell : start.cells()) {
      if (cell.site() != name || !cell.has_azimuth_mdeg()) continue;
      const double apart = std::remainder(cell.azimuth_mdeg() / 1e3 - place.azimuth_deg, 360.0);
      room_deg = std::min(room_deg, std::fabs(apart));
    }
    if (room_deg <= most_room_deg) continue;
    most_room_deg = room_deg;
    best = &place;
  }
  svg.text({site.x + best->offset.x, site.y + best->offset.y}, name,
           fmt::format("font-size=\"11\" fill=\"#222\" text-anchor=\"{}\" {}", best->anchor, halo));
}

void draw_sites(Svg& svg, const DriveView& view, const Panel& map) {
  for (const RunStart::Cell& cell : view.start().cells()) {
    const Point site = map.at(place_of(cell).x, place_of(cell).y);
    if (!cell.has_azimuth_mdeg()) continue;
    draw_sector(svg, site, cell.azimuth_mdeg() / 1e3, view.colour_of(cell.cell()));
  }
  std::set<std::string> named;
  for (const RunStart::Cell& cell : view.start().cells()) {
    const Point site = map.at(place_of(cell).x, place_of(cell).y);
    svg.circle(site, 4.0, "fill=\"#222\"");
    if (named.insert(cell.site()).second) draw_site_name(svg, view.start(), cell.site(), site);
  }
}

void draw_level_way(Svg& svg, const DriveView& view, const Panel& map) {
  constexpr double pixels_min = 0.7;
  std::vector<Point> way;
  const char* colour = nullptr;
  const auto draw = [&] {
    svg.polyline(way, fmt::format("stroke=\"{}\" stroke-width=\"4.5\" stroke-linecap=\"round\" "
                                  "stroke-linejoin=\"round\"",
                                  colour));
  };
  for (const DriveRow& row : view.rows()) {
    const Point at = map.at(place_of(row).x, place_of(row).y);
    if (colour != level_colour(row)) {
      if (way.size() > 1) draw();
      if (way.size() > 1) way.erase(way.begin(), way.end() - 1);
      colour = level_colour(row);
    }
    const bool moved =
        way.empty() || std::hypot(at.x - way.back().x, at.y - way.back().y) > pixels_min;
    if (moved) way.push_back(at);
  }
  draw();
}

void draw_events(Svg& svg, const DriveView& view, const Panel& map) {
  const auto pixel_of = [&](const MobilityEvent& event) {
    const Point place = view.place_at(static_cast<double>(event.time_ns()) / 1e9);
    return map.at(place.x, place.y);
  };
  // What lies in a pixel that has a mark cannot be seen.
  std::set<std::pair<double, double>> handovers, failures;
  const auto is_new = [](std::set<std::pair<double, double>>& marked, const Point& at) {
    return marked.emplace(std::round(at.x), std::round(at.y)).second;
  };
  for (const MobilityEvent& event : view.events()) {
    if (event.kind() != COMPLETED) continue;
    const Point at = pixel_of(event);
    if (is_new(handovers, at)) svg.circle(at, 3.6, handover_style);
  }
  for (const MobilityEvent& event : view.events()) {
    if (!is_failure(event)) continue;
    const Point at = pixel_of(event);
    if (is_new(failures, at)) svg.cross(at, 6.0, failure_style);
  }
}

void draw_ends(Svg& svg, const DriveView& view, const Panel& map) {
  const auto mark = [&](const DriveRow& row, const char* words) {
    const Point at = map.at(place_of(row).x, place_of(row).y);
    svg.rect({at.x - 4, at.y - 4, 8, 8}, "fill=\"#111\" stroke=\"#fff\"");
    svg.text({at.x + 8, at.y - 6}, words,
             fmt::format("font-size=\"11\" font-weight=\"bold\" fill=\"#111\" {}", halo));
  };
  mark(view.rows().front(), "start");
  mark(view.rows().back(), "end");
}

void draw_scale_bar(Svg& svg, const Panel& map) {
  // The longest round length within a quarter of the width.
  const double quarter = (map.x.high - map.x.low) / 4.0;
  const double metres = nice_ticks({0.0, quarter}, 4).back();
  const double pixels = metres / (map.x.high - map.x.low) * map.box.width;
  const Point left = {map.box.x + 12, map.box.y + map.box.height - 12};
  const Point right = {left.x + pixels, left.y};
  constexpr const char* style = "stroke=\"#222\" stroke-width=\"2\"";
  svg.line(left, right, style);
  for (const Point end : {left, right}) svg.line({end.x, end.y - 4}, {end.x, end.y + 4}, style);
  const std::string words =
      metres < 1000.0 ? fmt::format("{} m", metres) : fmt::format("{} km", metres / 1e3);
  svg.text({left.x, left.y - 8}, words, fmt::format("font-size=\"11\" fill=\"#222\" {}", halo));
}

void draw_legend(Svg& svg, const Box& box) {
  constexpr const char* words_style = "font-size=\"11\" fill=\"#444\"";
  constexpr double classes_x = 92.0;
  svg.text({box.x, box.y + 16}, "SS-RSRP (dBm)", words_style);
  const double swatch_width = (box.width - classes_x) / level_classes.size();
  double x = box.x + classes_x;
  for (const LevelClass& level : level_classes) {
    svg.rect({x, box.y + 8, swatch_width - 2, 8}, fmt::format("fill=\"{}\"", level.colour));
    svg.text({x + swatch_width / 2 - 1, box.y + 28}, level.words,
             "font-size=\"10\" fill=\"#444\" text-anchor=\"middle\"");
    x += swatch_width;
  }
  const double y = box.y + 46;
  svg.circle({box.x + 5, y - 4}, 3.6, "fill=\"#fff\" stroke=\"#111\" stroke-width=\"1.3\"");
  svg.text({box.x + 14, y}, "handover", words_style);
  svg.cross({box.x + 92, y - 4}, 5.0, "stroke=\"#e00000\" stroke-width=\"3\"");
  svg.text({box.x + 102, y}, "handover or link failure", words_style);
  draw_sector(svg, {box.x + 258, y - 4}, 90.0, "#1f77b4");
  svg.text({box.x + 290, y}, "sector, coloured as serving cell", words_style);
}

}  // namespace

void draw_map_around(Svg& svg, const DriveView& view, const Box& box,
                     const std::function<void(Svg&, const Panel&)>& draw_way) {
  const Panel map = map_panel(view, box);
  draw_ground(svg, map, "Route");
  svg.open_clipped(box);
  draw_sites(svg, view, map);
  draw_way(svg, map);
  draw_events(svg, view, map);
  draw_ends(svg, view, map);
  draw_scale_bar(svg, map);
  svg.close();
}

void draw_map(Svg& svg, const DriveView& view, const Box& box) {
  const Box drawn = {box.x, box.y, box.width, box.height - legend_height};
  draw_map_around(svg, view, drawn,
                  [&](Svg& to, const Panel& map) { draw_level_way(to, view, map); });
  draw_legend(svg, {box.x, box.y + drawn.height, box.width, legend_height});
}

}  // namespace redcell::analysis
