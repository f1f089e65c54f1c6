// A comparison as one HTML page: tables first, pictures as SVG, no scripts, nothing from elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/compare/comparison.h"
#include "analysis/compare/estimate_text.h"
#include "analysis/drive_picture.h"
#include "analysis/plot.h"
#include "analysis/report/page.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

constexpr const char* a_colour = "stroke=\"#1f5fbf\"";
constexpr const char* b_colour = "stroke=\"#d9730d\"";
std::string with_interval(const Estimate& estimate) {
  const EstimateText text = estimate_text(estimate);
  return fmt::format("{} <small>{}</small>", text.value, text.interval);
}

std::string mean_table(const Comparison& c) {
  std::string html = fmt::format(
      "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>mean, 95 % "
      "interval</th><th>A</th><th>B</th><th>A "
      "- "
      "B{}</th><th>margin</th><th>KS distance (p)</th><th>Wasserstein</th><th>the same?</th></tr>"
      "</thead><tbody>\n",
      c.paired ? ", paired" : "");
  for (const ComparedKpi& kpi : c.kpi) {
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.3f} ({})</td><td>{}"
        "</td>{}</tr>\n",
        kpi.name, with_interval(kpi.a.mean), with_interval(kpi.b.mean),
        with_interval(kpi.mean_difference), page_number(kpi.margin), kpi.ks, chance_text(kpi.ks_p),
        page_number(kpi.wasserstein), result_cell(kpi.result));
  }
  return html + "</tbody></table></div>\n";
}

std::string percentile_table(const Comparison& c) {
  std::string html =
      "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>percentiles</th><th></th>";
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
  const char* rate_title = has_mac_rates(side) ? mac_rate_title : "Goodput, 1 s (Mbps)";
  const char* handovers = side.handovers_are_changes
                              ? "<p>The log names no handovers: changes of the serving cell are "
                                "drawn as such.</p>\n"
                              : "";
  return fmt::format("<h2>The drive of {}</h2>\n{}<figure>{}</figure>\n", name, handovers,
                     with_own_ids(drive_svg(side.drive, rate_title), name));
}

}  // namespace

std::string comparison_html(const Comparison& c, const Side& a, const Side& b) {
  std::string html = page_head(c.title_a + " and " + c.title_b);
  html += fmt::format(
      "<h1>Side by side</h1>\n<p><span class=\"a\">A</span>: {} <small>{}</small><br><span "
      "class=\"b\">B</span>: {} <small>{}</small></p>\n",
      xml_escaped(c.title_a), xml_escaped(c.path_a), xml_escaped(c.title_b), xml_escaped(c.path_b));
  if (c.paired) html += "<p>Two runs of one world, compared second by second.</p>\n";
  html += notes_html(c.notes);
  if (c.verdict_a) html += verdict_html("Targets on A", *c.verdict_a);
  if (c.verdict_b) html += verdict_html("Targets on B", *c.verdict_b);
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
  html += curves_html(c.curves);
  html += places_html(c.places) + handovers_html(c.handovers);
  html += drive_section(a, 'A') + drive_section(b, 'B');
  return html + page_end();
}

}  // namespace redcell::analysis
