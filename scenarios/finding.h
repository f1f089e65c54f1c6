// What is wrong with a scenario, for the person who wrote it: where, what was found, what is
// allowed.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace redcell::scenarios {

/// One thing that must change before the scenario can run. Absent parts are empty; a line of 0
/// means that the place has no lines (a command-line option, a missing file).
struct Finding {
  std::string file{};
  int line = 0;           ///< From 1.
  int column = 0;         ///< From 1.
  std::string path{};     ///< Such as carrier[n41].scs_khz.
  std::string found{};    ///< What stands there.
  std::string allowed{};  ///< What may stand there.
  std::string clause{};   ///< Where the limit comes from, such as "TS 38.213 17.1".
  std::string advice{};   ///< What to do, one sentence.
};

/// One or two lines: `file:line:column: path: found X; allowed Y (clause).` and the advice.
[[nodiscard]] std::string to_text(const Finding& finding);

/// All findings, each as in to_text, one below the other.
[[nodiscard]] std::string to_text(const std::vector<Finding>& findings);

/// The user's scenario cannot be used. Carries all findings at once; what() is their text.
class ScenarioError : public std::runtime_error {
 public:
  /// Pre: at least one finding.
  explicit ScenarioError(std::vector<Finding> all);

  std::vector<Finding> findings;
};

}  // namespace redcell::scenarios
