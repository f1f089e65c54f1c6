#include "analysis/report/run_page.h"

#include <fmt/format.h>

#include "analysis/report/bwp_section.h"
#include "analysis/report/page.h"
#include "analysis/report/run_sections.h"
#include "analysis/script.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

std::string facts_html(const RunStory& story) {
  if (story.facts.empty()) return {};
  std::string html = "<h2>The run</h2>\n<table class=\"facts\"><tbody>\n";
  for (const auto& [name, value] : story.facts) {
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", xml_escaped(name), xml_escaped(value));
  }
  return html + "</tbody></table>\n";
}

}  // namespace

std::string run_html(const Side& side, const RunStory& story) {
  std::string html = page_head(side.title);
  html += fmt::format("<h1>{}</h1>\n<p><small>{}</small></p>\n", xml_escaped(side.title),
                      xml_escaped(side.path));
  html += notes_html(side.notes);
  if (!story.verdict.targets.empty()) html += verdict_html("Verdict", story.verdict);
  html += kpi_section(side.summary);
  html += drive_sections(side);
  html += distribution_section(side);
  html += latency_section(side.summary);
  html += handover_section(side);
  html += slice_section(side);
  html += bwp_section(side);
  html += facts_html(story);
  if (!side.drive.empty()) html += fmt::format("<script>{}</script>\n", script[0].second);
  return html + page_end();
}

}  // namespace redcell::analysis
