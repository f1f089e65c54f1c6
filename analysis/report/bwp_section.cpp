#include "analysis/report/bwp_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "analysis/report/page.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

/// [ours] A carrier has redcap_bwp and up to four dedicated parts.
constexpr std::array<const char*, 5> bwp_colours = {"#1f77b4", "#e8710a", "#2c9c3c", "#8a56b0",
                                                    "#c2185b"};

const char* colour_of(std::uint32_t bwp) { return bwp_colours[bwp % bwp_colours.size()]; }

std::string name_of(const BwpTimeline& timeline) {
  return timeline.group.empty() ? fmt::format("terminal {}", timeline.ue)
                                : fmt::format("{} {}", timeline.group, timeline.ue);
}

const char* cause_text(BwpCause cause) {
  switch (cause) {
    case BWP_BY_DCI:
      return "DCI";
    case BWP_BY_RRC:
      return "RRC";
    case BWP_BY_TIMER:
      return "timer";
  }
  return "?";  // Of a later version.
}

/// Parts that any terminal was in.
std::vector<std::uint32_t> parts_of(const std::vector<BwpTimeline>& timelines) {
  std::vector<std::uint32_t> parts;
  for (const BwpTimeline& timeline : timelines) {
    for (const BwpStay& stay : timeline.stays) parts.push_back(stay.bwp);
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

std::string key_html(const std::vector<std::uint32_t>& parts) {
  std::string html = "<p class=\"key\">Bandwidth part:";
  for (const std::uint32_t part : parts) {
    html += fmt::format("<i style=\"background:{}\"></i>{}", colour_of(part),
                        part == 0 ? "0 (redcap_bwp)" : fmt::format("{}", part));
  }
  return html + "; dark lines: gaps of switches</p>\n";
}

std::string lanes_svg(const std::vector<BwpTimeline>& timelines, std::size_t count, double end_s) {
  constexpr double left = 130.0, width = 970.0, pitch = 24.0, lane = 16.0;
  Svg svg(1120.0, 40.0 + pitch * static_cast<double>(count), "Bandwidth parts");
  const Range time_s = {0.0, std::max(end_s, 1e-3)};
  const Panel all = {
      .box = {left, 8.0, width, pitch * static_cast<double>(count)}, .x = time_s, .y = {0.0, 1.0}};
  draw_ground(svg, all, "");
  draw_x_axis(svg, all, "time (s)");
  for (std::size_t i = 0; i < count; ++i) {
    const double y = 12.0 + pitch * static_cast<double>(i);
    svg.text({left - 8.0, y + 12.0}, name_of(timelines[i]),
             "font-size=\"12\" fill=\"#444\" text-anchor=\"end\"");
    draw_bwp_lane(svg, {.box = {left, y, width, lane}, .x = time_s, .y = {0.0, 1.0}}, timelines[i]);
  }
  return svg.finish();
}

std::string share_row(const BwpTimeline& timeline, const std::vector<std::uint32_t>& parts) {
  std::array<std::size_t, 3> causes{};
  double gap_ms = 0.0, longest_ms = 0.0;
  for (const BwpSwitch& change : timeline.switches) {
    ++causes.at(static_cast<std::size_t>(change.cause()));
    const double ms = static_cast<double>(change.gap_ns()) / 1e6;
    gap_ms += ms;
    longest_ms = std::max(longest_ms, ms);
  }
  std::map<std::uint32_t, double> in_s;
  for (const BwpStay& stay : timeline.stays) in_s[stay.bwp] += stay.to_s - stay.from_s;
  std::string row = fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
      xml_escaped(name_of(timeline)), timeline.switches.size(), causes[BWP_BY_DCI],
      causes[BWP_BY_RRC], causes[BWP_BY_TIMER], page_number(gap_ms), page_number(longest_ms));
  for (const std::uint32_t part : parts) {
    row += fmt::format("<td>{}</td>", page_number(in_s[part]));
  }
  return row + "</tr>\n";
}

std::string share_table(const std::vector<BwpTimeline>& timelines,
                        const std::vector<std::uint32_t>& parts) {
  std::string html =
      "<div class=\"wide\" tabindex=\"0\"><table "
      "class=\"bwp\"><thead><tr><th>terminal</th><th>switches</th>"
      "<th>by DCI</th><th>by RRC</th><th>by timer</th><th>gaps (ms)</th><th>longest (ms)</th>";
  for (const std::uint32_t part : parts) html += fmt::format("<th>in part {} (s)</th>", part);
  html += "</tr></thead><tbody>\n";
  const std::size_t shown = std::min(timelines.size(), bwp_rows_max);
  for (std::size_t i = 0; i < shown; ++i) html += share_row(timelines[i], parts);
  html += "</tbody></table></div>\n";
  if (shown < timelines.size()) {
    html += fmt::format("<p>Shown: {} of {} terminals.</p>\n", shown, timelines.size());
  }
  return html;
}

std::string switches_html(const BwpTimeline& timeline) {
  std::string html = fmt::format(
      "<details><summary>Switches of {}</summary>\n<table><thead><tr><th>in use from (s)</th>"
      "<th>cell</th><th>from part</th><th>to part</th><th>cause</th><th>gap (ms)</th></tr></thead>"
      "<tbody>\n",
      xml_escaped(name_of(timeline)));
  const std::size_t listed = std::min(timeline.switches.size(), bwp_switches_listed_max);
  for (std::size_t i = 0; i < listed; ++i) {
    const BwpSwitch& change = timeline.switches[i];
    html += fmt::format(
        "<tr><td>{:.4f}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        static_cast<double>(change.time_ns()) / 1e9, change.cell(), change.from_bwp(),
        change.to_bwp(), cause_text(change.cause()),
        page_number(static_cast<double>(change.gap_ns()) / 1e6));
  }
  html += "</tbody></table>\n";
  if (listed < timeline.switches.size()) {
    html += fmt::format("<p>{} more are in the log.</p>\n", timeline.switches.size() - listed);
  }
  return html + "</details>\n";
}

}  // namespace

void draw_bwp_lane(Svg& svg, const Panel& panel, const BwpTimeline& timeline) {
  constexpr double least_px = 1.0;
  double stay_end = -least_px, gap_at = -least_px;
  const BwpStay* before = nullptr;
  for (const BwpStay& stay : timeline.stays) {
    const double from = panel.at(std::max(stay.from_s, panel.x.low), 0.0).x;
    const double to = panel.at(std::min(stay.to_s, panel.x.high), 0.0).x;
    if (to >= from && to > stay_end) {
      svg.rect({from, panel.box.y, std::max(to - from, least_px), panel.box.height},
               fmt::format("class=\"bwp\" fill=\"{}\"", colour_of(stay.bwp)));
      stay_end = std::max(to, from + least_px);
    }
    if (before != nullptr && before->to_s < stay.from_s && from >= gap_at + least_px) {
      svg.rect({panel.at(before->to_s, 0.0).x, panel.box.y,
                std::max(from - panel.at(before->to_s, 0.0).x, least_px), panel.box.height},
               "class=\"gap\" fill=\"#222\"");
      gap_at = from;
    }
    before = &stay;
  }
}

std::string bwp_section(const Side& side) {
  const std::vector<BwpTimeline>& timelines = side.bwp_timelines;
  if (timelines.empty()) return {};
  const std::vector<std::uint32_t> parts = parts_of(timelines);
  const std::size_t drawn = std::min(timelines.size(), bwp_lanes_max);
  std::string html = fmt::format(
      "<section class=\"bwps\"><h2>Bandwidth parts</h2>\n<p>{} terminals switched.{}</p>\n{}"
      "<figure>{}</figure>\n{}",
      timelines.size(), drawn < timelines.size() ? fmt::format(" Drawn: the first {}.", drawn) : "",
      key_html(parts), lanes_svg(timelines, drawn, side.summary.simulated_s),
      share_table(timelines, parts));
  for (std::size_t i = 0; i < drawn; ++i) html += switches_html(timelines[i]);
  return html + "</section>\n";
}

}  // namespace redcell::analysis
