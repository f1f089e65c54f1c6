#include "scenarios/finding.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"

namespace redcell::scenarios {

std::string to_text(const Finding& finding) {
  std::string text = finding.file;
  if (finding.line > 0) text += fmt::format(":{}:{}", finding.line, finding.column);
  if (!text.empty()) text += ": ";
  if (!finding.path.empty()) text += finding.path + ": ";
  text += "found " + finding.found;
  if (!finding.allowed.empty()) text += "; allowed: " + finding.allowed;
  if (!finding.clause.empty()) text += " (" + finding.clause + ")";
  text += '.';
  if (!finding.advice.empty()) text += "\n    " + finding.advice;
  return text;
}

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) text += '\n';
    text += to_text(finding);
  }
  return text;
}

ScenarioError::ScenarioError(std::vector<Finding> all)
    : std::runtime_error(to_text(all)), findings(std::move(all)) {
  RC_CHECK(!findings.empty());
}

}  // namespace redcell::scenarios
