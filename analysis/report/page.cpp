#include "analysis/report/page.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

/// Pictures carry colours for white paper; on a dark page the rules below win over them.
constexpr const char* page_style =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--ground:#fff;--line:#d0d0d0;--soft:#f4f5f7;"
    "--pass:#0b6b2d;--fail:#b00020;--open:#7a5900;--a:#1f5fbf;--b:#a8560a;"
    "--w0:#440154;--w1:#414487;--w2:#2a788e;--w3:#22a884;--w4:#7ad151;--w5:#fde725}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--ground:#16181c;--line:#44484f;"
    "--soft:#22252b;--pass:#7ddc9b;--fail:#ff9aa5;--open:#f0cf7a;--a:#8ab8ff;--b:#ffb066;"
    "--w0:#d05ad8;--w1:#8b86f0;--w2:#3fa3c0}\n"
    "svg>rect:first-of-type{fill:var(--ground)}svg [fill=\"#fafafa\"]{fill:var(--soft)}\n"
    "svg text:not(.cell){fill:var(--ink)}svg [stroke=\"#e2e2e2\"]{stroke:var(--line)}\n"
    "svg text[stroke=\"#fff\"]{stroke:var(--soft)}svg [stroke=\"#333\"]{stroke:var(--ink)}\n"
    "svg [stroke=\"#1f5fbf\"]{stroke:var(--a)}svg [stroke=\"#d9730d\"]{stroke:var(--b)}\n"
    "svg circle[fill=\"#222\"]{fill:var(--ink)}svg [stroke=\"#222\"]{stroke:var(--ink)}}\n"
    "body{font:15px/1.45 sans-serif;color:var(--ink);background:var(--ground);max-width:1160px;"
    "margin:0 auto;padding:1.2em}\n"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}h3{font-size:1em}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.3em .6em;border-bottom:1px solid var(--line);text-align:right}\n"
    "th:first-child,td:first-child{text-align:left}thead th{background:var(--soft)}\n"
    ".PASS{color:var(--pass);font-weight:bold}.FAIL{color:var(--fail);font-weight:bold}\n"
    ".UNDECIDED{color:var(--open);font-weight:bold}\n"
    ".wide{overflow-x:auto}figure{margin:1em 0}svg{max-width:100%;height:auto}\n"
    ".a{color:var(--a);font-weight:bold}.b{color:var(--b);font-weight:bold}\n"
    ".words td,.words th{text-align:left}:focus-visible{outline:2px solid var(--a)}\n"
    ".facts td{text-align:left}.facts td:first-child{width:14em}\n"
    ".key i{display:inline-block;width:1em;height:.7em;margin:0 .3em 0 1em}\n"
    ".w{stroke-width:4.5;stroke-linecap:round}.none{stroke:#bbb}\n"
    ".w0{stroke:var(--w0)}.w1{stroke:var(--w1)}.w2{stroke:var(--w2)}.w3{stroke:var(--w3)}\n"
    ".w4{stroke:var(--w4)}.w5{stroke:var(--w5)}.time{width:100%}\n"
    "@media print{body{max-width:none}figure{break-inside:avoid}.control{display:none}}\n";

std::string allowed_text(const Interval& allowed) {
  if (!std::isfinite(allowed.low)) return "at most " + page_number(allowed.high);
  if (!std::isfinite(allowed.high)) return "at least " + page_number(allowed.low);
  return fmt::format("{} to {}", page_number(allowed.low), page_number(allowed.high));
}

std::string target_row(const TargetResult& entry) {
  const auto measured = [&](double Kpi::*figure) {
    return entry.kpi ? page_number(*entry.kpi.*figure) : std::string("-");
  };
  return fmt::format(
      "<tr><td>{}<br><small>{}<br>{}</small></td><td>{}</td><td>{}</td><td>{} to {}</td>"
      "<td>{}</td>{}</tr>\n",
      xml_escaped(entry.target.kpi()), xml_escaped(entry.words), xml_escaped(entry.target.source()),
      Target::Statistic_Name(entry.target.statistic()), measured(&Kpi::value),
      measured(&Kpi::ci_low), measured(&Kpi::ci_high), allowed_text(allowed_interval(entry.target)),
      result_cell(entry.result));
}

}  // namespace

std::string page_head(std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{}</title>\n<style>{}</style></head><body>\n",
      xml_escaped(title), page_style);
}

std::string page_end() { return "</body></html>\n"; }

std::string notes_html(const std::vector<std::string>& notes) {
  std::string html;
  for (const std::string& note : notes) {
    html += fmt::format("<p><strong>Note:</strong> {}</p>\n", xml_escaped(note));
  }
  return html;
}

std::string page_number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : std::string("?");
}

std::string result_cell(Result result) {
  return fmt::format("<td class=\"{0}\">{0}</td>", result_name(result));
}

std::string verdict_html(std::string_view heading, const Verdict& verdict) {
  std::string html = fmt::format(
      "<h2>{}: <span class=\"{}\">{}</span></h2>\n<div class=\"wide\" "
      "tabindex=\"0\"><table><thead><tr>"
      "<th>target</th><th>statistic</th><th>measured</th><th>95 % interval</th><th>allowed</th>"
      "<th>result</th></tr></thead><tbody>\n",
      xml_escaped(heading), result_name(verdict.result), result_name(verdict.result));
  for (const TargetResult& entry : verdict.targets) html += target_row(entry);
  return html + "</tbody></table></div>\n";
}

void draw_distributions(Svg& svg, const Box& box, std::string_view title,
                        const std::vector<Distributed>& curves) {
  std::vector<double> all;
  for (const Distributed& curve : curves) {
    all.insert(all.end(), curve.values.begin(), curve.values.end());
  }
  const Panel panel = {.box = box, .x = range_of(all, 1e-3), .y = {0.0, 100.0}};
  draw_ground(svg, panel, title);
  draw_x_axis(svg, panel, " ");
  draw_y_axis(svg, panel);
  for (const Distributed& curve : curves) {
    if (!curve.values.empty()) draw_distribution(svg, panel, curve.values, curve.style);
  }
}

}  // namespace redcell::analysis
