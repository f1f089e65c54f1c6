// Map and time lines of a drive, with what the script needs to link them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/drive_view.h"
#include "analysis/field/column_maps.h"
#include "analysis/report/bwp_section.h"
#include "analysis/report/page.h"
#include "analysis/report/run_page.h"
#include "analysis/report/run_sections.h"
#include "analysis/report/stretches.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

constexpr double map_width = 1120.0, map_height = 520.0;
constexpr double chart_left = 60.0, chart_width = 1040.0, chart_height = 96.0, chart_pitch = 132.0;
constexpr std::size_t class_count = 6;
constexpr const char* curve_style = "stroke=\"#1f5fbf\" stroke-width=\"1\"";

/// One figure of a drive and how its classes are bounded.
struct Shown {
  DriveColumn column;
  std::array<double, class_count - 1> at_least{};  ///< Of each class but the first.
};

/// What a drive's section is made of.
struct Story {
  const DriveView* view;
  const BwpTimeline* bwps;  ///< Null: it never switched.
  std::vector<Stretch> stretches;
  std::vector<Shown> shown;
};

/// [ours] Levels in steps of 10 dB as in drive.svg, else equal steps over what was seen.
Shown shown_of(DriveColumn column, const std::vector<Stretch>& stretches) {
  Shown shown = {.column = column};
  std::vector<double> values;
  for (const Stretch& stretch : stretches) {
    const double value = worst_of(stretch, column);
    if (!std::isnan(value)) values.push_back(value);
  }
  const Range range = range_of(values, 1e-3);
  for (std::size_t i = 0; i < shown.at_least.size(); ++i) {
    const double share = static_cast<double>(i + 1) / class_count;
    shown.at_least[i] = column == SS_RSRP_DBM ? -110.0 + 10.0 * static_cast<double>(i)
                                              : range.low + share * (range.high - range.low);
  }
  return shown;
}

/// '0' to '5', or '-' where nothing was measured.
char class_of(const Shown& shown, const Stretch& stretch) {
  const double value = worst_of(stretch, shown.column);
  if (std::isnan(value)) return '-';
  const auto above = std::count_if(shown.at_least.begin(), shown.at_least.end(),
                                   [&](double limit) { return value >= limit; });
  return static_cast<char>('0' + above);
}

/// Of the terminal; null when it never switched.
const BwpTimeline* bwps_of(const Side& side, std::uint32_t ue) {
  const auto found = std::find_if(side.bwp_timelines.begin(), side.bwp_timelines.end(),
                                  [&](const BwpTimeline& one) { return one.ue == ue; });
  return found == side.bwp_timelines.end() ? nullptr : &*found;
}

Story story_of(const DriveView& view, const BwpTimeline* bwps,
               const std::vector<DriveLine>& lines) {
  Story story = {.view = &view, .bwps = bwps, .stretches = stretches_of(lines), .shown = {}};
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    const bool known =
        (is_measure(i) || i == SPEED_MPS) &&
        std::any_of(story.stretches.begin(), story.stretches.end(),
                    [&](const Stretch& stretch) { return !std::isnan(stretch.low[i]); });
    if (known) story.shown.push_back(shown_of(static_cast<DriveColumn>(i), story.stretches));
  }
  return story;
}

std::string class_style(char one) {
  return one == '-' ? std::string("class=\"w none\"") : fmt::format("class=\"w w{}\"", one);
}

/// The way, a line a stretch; pixels are kept for the script.
std::string map_svg(const Story& story, std::vector<Point>& pixels) {
  Svg svg(map_width, map_height, "Route");
  draw_map_around(
      svg, *story.view, {0.5, 24.0, map_width - 1.0, map_height - 25.0},
      [&](Svg& to, const Panel& map) {
        for (const Stretch& stretch : story.stretches) {
          pixels.push_back(map.at(stretch.place.x, stretch.place.y));
          const Point from = pixels.size() > 1 ? pixels[pixels.size() - 2] : pixels.back();
          to.line(from, pixels.back(),
                  story.shown.empty() ? class_style('-')
                                      : class_style(class_of(story.shown.front(), stretch)));
        }
      });
  return svg.finish();
}

/// Least and greatest of each stretch, one behind the other; a gap breaks the line.
void draw_curve(Svg& svg, const Panel& panel, const Story& story, DriveColumn column) {
  std::vector<Point> line;
  const auto end_line = [&] {
    if (!line.empty()) svg.polyline(line, curve_style);
    line.clear();
  };
  for (const Stretch& stretch : story.stretches) {
    if (std::isnan(stretch.low[column])) {
      end_line();
      continue;
    }
    line.push_back(panel.at(stretch.from_s, stretch.low[column]));
    if (stretch.high[column] != stretch.low[column]) {
      line.push_back(panel.at(stretch.from_s, stretch.high[column]));
    }
  }
  end_line();
}

/// One of each kind in a pixel: further ones could not be seen.
void draw_marks(Svg& svg, const Panel& panel, const Story& story) {
  double last_handover = -1.0, last_failure = -1.0;
  for (const MobilityEvent& event : story.view->events()) {
    const double time_s = static_cast<double>(event.time_ns()) / 1e9;
    if (time_s < panel.x.low || time_s > panel.x.high) continue;
    const Point foot = panel.at(time_s, panel.y.low);
    double& last = event.kind() == COMPLETED ? last_handover : last_failure;
    const bool is_shown = event.kind() == COMPLETED || is_failure(event);
    if (!is_shown || std::round(foot.x) == last) continue;
    last = std::round(foot.x);
    if (event.kind() == COMPLETED) {
      svg.line(foot, {foot.x, foot.y - 6.0}, "class=\"handover\" stroke=\"#333\"");
    } else {
      svg.line(foot, panel.at(time_s, panel.y.high),
               "class=\"failure\" stroke=\"#e00000\" stroke-opacity=\"0.7\"");
    }
  }
}

Range time_range(const Story& story) {
  const double from_s = story.stretches.front().from_s;
  return {from_s, std::max(story.stretches.back().to_s, from_s + 1e-3)};
}

/// A panel a figure; on top the serving cells, and below them the bandwidth parts.
std::string charts_svg(const Story& story) {
  const Range time_s = time_range(story);
  const double strips = story.bwps == nullptr ? 62.0 : 98.0;
  Svg svg(1120.0, strips - 2.0 + chart_pitch * static_cast<double>(story.shown.size()),
          "Time lines");
  Panel cells = {.box = {chart_left, 22.0, chart_width, 14.0}, .x = time_s, .y = {0.0, 1.0}};
  draw_ground(svg, cells, "serving cell");
  for (std::size_t i = 0; i < story.stretches.size(); ++i) {
    const Stretch& stretch = story.stretches[i];
    if (std::isnan(stretch.cell)) continue;
    const double to_s =
        i + 1 < story.stretches.size() ? story.stretches[i + 1].from_s : stretch.to_s;
    const double x = cells.at(stretch.from_s, 0.0).x;
    svg.rect({x, 22.0, cells.at(to_s, 0.0).x - x, 14.0},
             fmt::format("fill=\"{}\"", story.view->colour_of(static_cast<std::uint32_t>(
                                            std::fmod(stretch.cell, 4e9)))));
  }
  if (story.bwps != nullptr) {
    const Panel parts = {
        .box = {chart_left, 58.0, chart_width, 14.0}, .x = time_s, .y = {0.0, 1.0}};
    draw_ground(svg, parts, "bandwidth part (colours and table below)");
    draw_bwp_lane(svg, parts, *story.bwps);
  }
  double y = strips;
  for (const Shown& shown : story.shown) {
    std::vector<double> values;
    for (const Stretch& stretch : story.stretches) {
      if (std::isnan(stretch.low[shown.column])) continue;
      values.insert(values.end(), {stretch.low[shown.column], stretch.high[shown.column]});
    }
    const Panel panel = {.box = {chart_left, y, chart_width, chart_height},
                         .x = time_s,
                         .y = range_of(values, 1e-2)};
    draw_ground(svg, panel, column_name(shown.column));
    draw_x_axis(svg, panel, " ");
    draw_y_axis(svg, panel);
    draw_curve(svg, panel, story, shown.column);
    draw_marks(svg, panel, story);
    y += chart_pitch;
  }
  return svg.finish();
}

double rounded(double value) { return std::round(value * 1e2) / 1e2; }

std::string data_json(const Story& story, const std::vector<Point>& pixels) {
  using Json = nlohmann::ordered_json;
  Json times = Json::array(), x = Json::array(), y = Json::array(), cells = Json::array();
  for (std::size_t i = 0; i < story.stretches.size(); ++i) {
    const Stretch& stretch = story.stretches[i];
    times.push_back(rounded(stretch.from_s));
    x.push_back(rounded(pixels[i].x));
    y.push_back(rounded(pixels[i].y));
    cells.push_back(std::isnan(stretch.cell) ? Json() : Json(stretch.cell));
  }
  Json figures = Json::array();
  for (const Shown& shown : story.shown) {
    Json low = Json::array(), high = Json::array();
    std::string classes;
    for (const Stretch& stretch : story.stretches) {
      const bool known = !std::isnan(stretch.low[shown.column]);
      low.push_back(known ? Json(rounded(stretch.low[shown.column])) : Json());
      high.push_back(known ? Json(rounded(stretch.high[shown.column])) : Json());
      classes += class_of(shown, stretch);
    }
    figures.push_back({{"name", column_name(shown.column)},
                       {"low", std::move(low)},
                       {"high", std::move(high)},
                       {"classes", classes}});
  }
  const Range time_s = time_range(story);
  const Json json = {
      {"left", chart_left},  {"width", chart_width},       {"from_s", time_s.low},
      {"to_s", time_s.high}, {"time_s", std::move(times)}, {"x", std::move(x)},
      {"y", std::move(y)},   {"cell", std::move(cells)},   {"figures", std::move(figures)}};
  return json.dump();
}

/// Colours of the classes of each figure; all but the first hidden until picked.
std::string legends_html(const Story& story) {
  std::string html;
  for (std::size_t s = 0; s < story.shown.size(); ++s) {
    const Shown& shown = story.shown[s];
    html +=
        fmt::format("<p class=\"key\"{}>{}:", s == 0 ? "" : " hidden", column_name(shown.column));
    for (std::size_t i = 0; i < class_count; ++i) {
      html +=
          fmt::format("<i style=\"background:var(--w{})\"></i>{}{}", i, i == 0 ? "below " : "from ",
                      page_number(shown.at_least[i == 0 ? 0 : i - 1]));
    }
    html += "</p>\n";
  }
  return html;
}

std::string picker_html(const Story& story) {
  std::string html = "<p class=\"control\" hidden><label>Colour of the way: <select>";
  for (const Shown& shown : story.shown) {
    html += fmt::format("<option>{}</option>", column_name(shown.column));
  }
  return html + fmt::format(
                    "</select></label></p>\n<p class=\"control\" hidden><label>Time: <input "
                    "type=\"range\" class=\"time\" min=\"0\" max=\"{}\" value=\"0\">"
                    "</label><br><output></output></p>\n",
                    story.stretches.size() - 1);
}

std::string events_html(const DriveView& view) {
  if (view.events().empty()) return {};
  std::string html =
      "<details><summary>Events</summary>\n<table><thead><tr><th>time (s)</th><th>event</th>"
      "<th>from cell</th><th>to cell</th><th>east (m)</th><th>north (m)</th></tr></thead><tbody>\n";
  std::size_t listed = 0;
  for (const MobilityEvent& event : view.events()) {
    if (listed++ == events_listed_max) break;
    const double time_s = static_cast<double>(event.time_ns()) / 1e9;
    const Point place = view.place_at(time_s);
    html += fmt::format(
        "<tr><td>{:.3f}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1f}</td><td>{:.1f}</td></tr>\n",
        time_s, MobilityEventKind_Name(event.kind()),
        event.has_source_cell() ? fmt::format("{}", event.source_cell()) : "",
        event.has_target_cell() ? fmt::format("{}", event.target_cell()) : "", place.x, place.y);
  }
  html += "</tbody></table>\n";
  if (view.events().size() > events_listed_max) {
    html +=
        fmt::format("<p>{} more are in the log.</p>\n", view.events().size() - events_listed_max);
  }
  return html + "</details>\n";
}

std::string section_of(const DriveView& view, const Story& story) {
  std::vector<Point> pixels;
  const std::string map = map_svg(story, pixels);
  const std::string name =
      view.drive().group.empty()
          ? fmt::format("terminal {}", view.drive().ue)
          : fmt::format("{}, terminal {}", view.drive().group, view.drive().ue);
  return fmt::format(
      "<section class=\"drive\"><h2>The drive of {}</h2>\n{}{}<figure class=\"map\">{}</figure>\n"
      "<p>Circles: handovers; crosses: failures. The way shows the worst of each stretch, curves "
      "its "
      "least and greatest.</p>\n<figure class=\"charts\">{}</figure>\n{}"
      "<script type=\"application/json\">{}</script></section>\n",
      xml_escaped(name), picker_html(story), legends_html(story), map, charts_svg(story),
      events_html(view), data_json(story, pixels));
}

}  // namespace

std::string drive_sections(const Side& side) {
  std::string html;
  const std::vector<const DriveOfTerminal*> drives = side.drive.terminals();
  if (drives.empty()) return html;
  std::map<std::uint32_t, std::vector<DriveLine>> lines;  // [ue]
  visit_side_lines(side, [&](const DriveLine& line) { lines[line.ue].push_back(line); });
  const std::size_t drawn = std::min(drives.size(), drives_drawn_max);
  for (std::size_t i = 0; i < drawn; ++i) {
    const DriveView view(side.drive, *drives[i]);
    const std::uint32_t ue = drives[i]->ue;
    html += section_of(view, story_of(view, bwps_of(side, ue), lines[ue]));
  }
  if (drawn < drives.size()) {
    html +=
        fmt::format("<p>Drawn: {} of {} drives; all are in drive.csv.</p>\n", drawn, drives.size());
  }
  return html;
}

}  // namespace redcell::analysis
