// A comparison as one HTML page: tables first, pictures as SVG, no scripts, nothing from elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/compare/comparison.h"
#include "analysis/compare/estimate_text.h"
#include "analysis/drive_picture.h"
#include "analysis/plot.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

constexpr const char* a_colour = "stroke=\"#1f5fbf\"";
constexpr const char* b_colour = "stroke=\"#d9730d\"";
constexpr const char* page_style =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--ground:#fff;--line:#d0d0d0;--soft:#f4f5f7;"
    "--pass:#0b6b2d;--fail:#b00020;--open:#7a5900;--a:#1f5fbf;--b:#a8560a}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--ground:#16181c;--line:#44484f;"
    "--soft:#22252b;--pass:#7ddc9b;--fail:#ff9aa5;--open:#f0cf7a;--a:#8ab8ff;--b:#ffb066}}\n"
    "body{font:15px/1.45 sans-serif;color:var(--ink);background:var(--ground);max-width:1160px;"
    "margin:0 auto;padding:1.2em}\n"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.3em .6em;border-bottom:1px solid var(--line);text-align:right}\n"
    "th:first-child,td:first-child{text-align:left}thead th{background:var(--soft)}\n"
    ".PASS{color:var(--pass);font-weight:bold}.FAIL{color:var(--fail);font-weight:bold}\n"
    ".UNDECIDED{color:var(--open);font-weight:bold}\n"
    ".wide{overflow-x:auto}figure{margin:1em 0}svg{max-width:100%;height:auto}\n"
    ".a{color:var(--a);font-weight:bold}.b{color:var(--b);font-weight:bold}\n"
    "@media print{body{max-width:none}figure{break-inside:avoid}}\n";

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : std::string("?");
}

std::string with_interval(const Estimate& estimate) {
  const EstimateText text = estimate_text(estimate);
  return fmt::format("{} <small>{}</small>", text.value, text.interval);
}

std::string result_cell(Result result) {
  return fmt::format("<td class=\"{0}\">{0}</td>", result_name(result));
}

std::string mean_table(const Comparison& c) {
  std::string html = fmt::format(
      "<div class=\"wide\"><table><thead><tr><th>mean, 95 % interval</th><th>A</th><th>B</th><th>A "
      "- "
      "B{}</th><th>margin</th><th>KS distance (p)</th><th>Wasserstein</th><th>the same?</th></tr>"
      "</thead><tbody>\n",
      c.paired ? ", paired" : "");
  for (const ComparedKpi& kpi : c.kpi) {
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.3f} ({:.2g})</td><td>{}"
        "</td>{}</tr>\n",
        kpi.name, with_interval(kpi.a.mean), with_interval(kpi.b.mean),
        with_interval(kpi.mean_difference), number(kpi.margin), kpi.ks, kpi.ks_p,
        number(kpi.wasserstein), result_cell(kpi.result));
  }
  return html + "</tbody></table></div>\n";
}

std::string percentile_table(const Comparison& c) {
  std::string html = "<div class=\"wide\"><table><thead><tr><th>percentiles</th><th></th>";
  for (const double share : percentile_shares)
    html += fmt::format("<th>p{:.0f}</th>", 100.0 * share);
  html += "<th>seconds</th></tr></thead><tbody>\n";
  for (const ComparedKpi& kpi : c.kpi) {
    const auto line = [&](const char* side, const Bootstrapped& b) {
      html += fmt::format("<tr><td>{}</td><td class=\"{}\">{}</td>", kpi.name,
                          side[0] == 'A' ? "a" : "b", side);
      for (const Estimate& estimate : b.percentile) {
        html += fmt::format("<td>{}</td>", with_interval(estimate));
      }
      html += fmt::format("<td>{}</td></tr>\n", b.count);
    };
    line("A", kpi.a);
    line("B", kpi.b);
  }
  return html + "</tbody></table></div>\n";
}

std::string verdict_section(const Comparison& c) {
  std::string html;
  const auto add = [&](const char* side, const std::optional<Verdict>& verdict) {
    if (!verdict) return;
    html += fmt::format(
        "<h2>Targets on {}: <span class=\"{}\">{}</span></h2>\n<table><thead><tr><th>target</th>"
        "<th>statistic</th><th>measured</th><th>interval</th><th>allowed</th><th>result</th></tr>"
        "</thead><tbody>\n",
        side, result_name(verdict->result), result_name(verdict->result));
    for (const TargetResult& entry : verdict->targets) {
      const Interval allowed = allowed_interval(entry.target);
      html += fmt::format(
          "<tr><td>{}<br><small>{} {}</small></td><td>{}</td><td>{}</td><td>{} to {}</td><td>{} to "
          "{}"
          "</td>{}</tr>\n",
          xml_escaped(entry.target.kpi()), xml_escaped(entry.words),
          xml_escaped(entry.target.source()), Target::Statistic_Name(entry.target.statistic()),
          entry.kpi ? number(entry.kpi->value) : "-", entry.kpi ? number(entry.kpi->ci_low) : "-",
          entry.kpi ? number(entry.kpi->ci_high) : "-", number(allowed.low), number(allowed.high),
          result_cell(entry.result));
    }
    html += "</tbody></table>\n";
  };
  add("A", c.verdict_a);
  add("B", c.verdict_b);
  return html;
}

std::string thin(const char* colour) { return fmt::format("{} stroke-width=\"1.6\"", colour); }

std::string broad(const char* colour) {
  return fmt::format("{} stroke-width=\"5\" stroke-opacity=\"0.3\"", colour);
}

/// The percentiles' intervals as bars across the curve.
void draw_bands(Svg& svg, const Panel& panel, const Bootstrapped& b, const char* colour) {
  for (std::size_t i = 0; i < percentile_shares.size(); ++i) {
    const Interval& interval = b.percentile[i].interval;
    if (!std::isfinite(interval.low)) continue;
    const double y = 100.0 * percentile_shares[i];
    const double low = std::clamp(interval.low, panel.x.low, panel.x.high);
    const double high = std::clamp(interval.high, panel.x.low, panel.x.high);
    svg.line(panel.at(low, y), panel.at(high, y), broad(colour));
  }
}

/// Distribution of one figure of both sides.
void draw_cdf(Svg& svg, const ComparedKpi& kpi, const Box& box,
              std::span<const Side* const> sides) {
  const std::vector<double> values_a = values_of(sides[0]->series[kpi.column]);
  const std::vector<double> values_b = values_of(sides[1]->series[kpi.column]);
  std::vector<double> all = values_a;
  all.insert(all.end(), values_b.begin(), values_b.end());
  const Panel panel = {.box = box, .x = range_of(all, 1e-3), .y = {0.0, 100.0}};
  draw_ground(svg, panel, kpi.name);
  draw_x_axis(svg, panel, " ");
  draw_y_axis(svg, panel);
  draw_bands(svg, panel, kpi.a, a_colour);
  draw_bands(svg, panel, kpi.b, b_colour);
  draw_distribution(svg, panel, values_a, thin(a_colour));
  draw_distribution(svg, panel, values_b, thin(b_colour));
}

std::string cdf_picture(const Comparison& c, const Side& a, const Side& b) {
  constexpr std::size_t columns = 3;
  constexpr double width = 300.0, height = 170.0, gap_x = 66.0, gap_y = 66.0;
  const std::size_t rows = (c.kpi.size() + columns - 1) / columns;
  const Side* const sides[] = {&a, &b};
  Svg svg(1120.0, 40.0 + static_cast<double>(rows) * (height + gap_y), "Distributions");
  for (std::size_t i = 0; i < c.kpi.size(); ++i) {
    const auto column = static_cast<double>(i % columns), row = static_cast<double>(i / columns);
    draw_cdf(svg, c.kpi[i],
             {48.0 + column * (width + gap_x), 34.0 + row * (height + gap_y), width, height},
             sides);
  }
  return svg.finish();
}

void draw_curve(Svg& svg, const Panel& panel, const std::vector<CurvePoint>& curve,
                const char* colour) {
  std::vector<Point> line;
  for (const CurvePoint& point : curve) {
    line.push_back(panel.at(point.level, point.median));
    svg.line(panel.at(point.level, point.low), panel.at(point.level, point.high), broad(colour));
    svg.circle(panel.at(point.level, point.median), 3.0,
               fmt::format("fill=\"none\" {}", thin(colour)));
  }
  svg.polyline(line, thin(colour));
}

struct CurveQuestion {
  DriveColumn figure;
  DriveColumn level;
  const char* title;
  const char* x_title;
};

/// False when neither side has enough for a curve.
bool draw_curves(Svg& svg, const CurveQuestion& question, const Box& box,
                 std::span<const Side* const> sides) {
  const std::vector<CurvePoint> a = curve_over(*sides[0], question.figure, question.level);
  const std::vector<CurvePoint> b = curve_over(*sides[1], question.figure, question.level);
  if (a.empty() && b.empty()) return false;
  std::vector<double> levels, figures = {0.0};
  for (const auto* curve : {&a, &b}) {
    for (const CurvePoint& point : *curve) {
      levels.insert(levels.end(), {point.level - 2.5, point.level + 2.5});
      figures.push_back(point.high);
    }
  }
  const Range y = range_of(figures, 1.0);
  const Panel panel = {.box = box, .x = range_of(levels, 5.0), .y = {0.0, 1.05 * y.high}};
  draw_ground(svg, panel, question.title);
  draw_x_axis(svg, panel, question.x_title);
  draw_y_axis(svg, panel);
  draw_curve(svg, panel, a, a_colour);
  draw_curve(svg, panel, b, b_colour);
  return true;
}

/// Empty when nothing can be drawn.
std::string curve_section(const Side& a, const Side& b) {
  const Side* const sides[] = {&a, &b};
  // Where either log knows rates above IP only, those are compared.
  const bool mac = !a.series[DL_THROUGHPUT_MBPS].empty() && !b.series[DL_THROUGHPUT_MBPS].empty();
  const DriveColumn rate = mac ? DL_THROUGHPUT_MBPS : DL_GOODPUT_MBPS;
  const char* title = mac ? "DL rate at MAC (Mbps)" : "DL goodput (Mbps)";
  Svg svg(1120.0, 300.0, "Rate over level");
  const bool by_rsrp = draw_curves(svg, {rate, SS_RSRP_DBM, title, "SS-RSRP (dBm)"},
                                   {48.0, 34.0, 480.0, 210.0}, sides);
  const bool by_sinr = draw_curves(svg, {rate, SS_SINR_DB, title, "SS-SINR (dB)"},
                                   {610.0, 34.0, 480.0, 210.0}, sides);
  if (!by_rsrp && !by_sinr) return {};
  return fmt::format(
      "<h2>Rate over level</h2>\n<p>Median of the seconds in classes of {:.0f} dB, bars: "
      "quartiles. "
      "<span class=\"a\">A</span>, <span class=\"b\">B</span></p>\n<figure>{}</figure>\n",
      level_class_db, svg.finish());
}

/// Identifiers are one page's: two pictures must not share them.
std::string with_own_ids(std::string svg, char side) {
  for (const std::string mark : {"id=\"clip", "url(#clip"}) {
    const std::string own = mark.substr(0, mark.size() - 4) + side + "-clip";
    for (std::size_t at = 0; (at = svg.find(mark, at)) != std::string::npos; at += own.size()) {
      svg.replace(at, mark.size(), own);
    }
  }
  return svg;
}

std::string drive_section(const Side& side, char name) {
  if (side.drive.empty()) return {};
  const bool mac = side.is_run || !side.series[DL_THROUGHPUT_MBPS].empty();
  const char* rate_title = mac ? mac_rate_title : "Goodput, 1 s (Mbps)";
  const char* handovers = side.handovers_are_changes
                              ? "<p>The log names no handovers: changes of the serving cell are "
                                "drawn as such.</p>\n"
                              : "";
  return fmt::format("<h2>The drive of {}</h2>\n{}<figure>{}</figure>\n", name, handovers,
                     with_own_ids(drive_svg(side.drive, rate_title), name));
}

}  // namespace

std::string comparison_html(const Comparison& c, const Side& a, const Side& b) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{} and {}</title>\n<style>{}</style></head><body>\n"
      "<h1>Side by side</h1>\n<p><span class=\"a\">A</span>: {} <small>{}</small><br><span "
      "class=\"b\">B</span>: {} <small>{}</small></p>\n",
      xml_escaped(c.title_a), xml_escaped(c.title_b), page_style, xml_escaped(c.title_a),
      xml_escaped(c.path_a), xml_escaped(c.title_b), xml_escaped(c.path_b));
  if (c.paired) html += "<p>Two runs of one world, compared second by second.</p>\n";
  for (const std::string& note : c.notes) {
    html += fmt::format("<p><strong>Note:</strong> {}</p>\n", xml_escaped(note));
  }
  html += verdict_section(c);
  html += "<h2>Figures</h2>\n" + mean_table(c);
  html +=
      "<p>PASS: the 90 % interval of A - B lies within the margin (two one-sided tests at 5 %); "
      "FAIL: "
      "wholly outside; else UNDECIDED. Samples are seconds; intervals come from a block bootstrap, "
      "the chance p of the KS distance from as many independent seconds as would tell as "
      "much.</p>\n";
  html += percentile_table(c);
  html += fmt::format(
      "<h2>Distributions</h2>\n<p>Share of seconds up to a value (%); bars: 95 % intervals of "
      "percentiles. <span class=\"a\">A</span>, <span "
      "class=\"b\">B</span></p>\n<figure>{}</figure>\n",
      cdf_picture(c, a, b));
  html += curve_section(a, b);
  html += drive_section(a, 'A') + drive_section(b, 'B');
  return html + "</body></html>\n";
}

}  // namespace redcell::analysis
