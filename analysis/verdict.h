// Does the network meet its targets? PASS and FAIL only where the whole confidence interval says
// so.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/schema/targets.pb.h"
#include "analysis/statistics.h"
#include "analysis/summary.h"

namespace redcell::analysis {

enum class Result { pass, fail, undecided };

/// PASS, FAIL or UNDECIDED.
[[nodiscard]] const char* result_name(Result result);

struct TargetResult {
  Target target;
  Result result = Result::undecided;
  std::optional<Kpi> kpi;  ///< Absent when the run has no such figure.
  /// Further samples after which the interval should be narrow enough, if the value stays
  /// (half-width falls with the square root of the samples; for a ratio, as Wilson's). Only when
  /// undecided; absent when it cannot be foretold.
  std::optional<std::int64_t> further_samples;
  std::string words;  ///< Why: one sentence.
};

struct Verdict {
  std::vector<TargetResult> targets;  ///< In the order given.
  /// FAIL if any failed, else UNDECIDED if any is; PASS without targets.
  Result result = Result::pass;
};

/// What is wrong with a target as written, one sentence each; empty when it can be judged.
[[nodiscard]] std::vector<std::string> target_findings(const Target& target);

/// The figures that meet the target, ends included. Pre: target_findings(target) is empty.
[[nodiscard]] Interval allowed_interval(const Target& target);

/// MEAN of a ratio is the ratio. PASS: the whole interval is allowed; FAIL: none of it is; else
/// UNDECIDED, as is a figure the run does not have. Pre: target_findings is empty for each.
[[nodiscard]] Verdict judge(const Summary& summary, std::span<const Target> targets);

/// The text of verdict.json: {"run": {...}, "targets": [...], "result": ...}.
[[nodiscard]] std::string verdict_json(const RunFacts& run, const Verdict& verdict);
/// The text of junit.xml: one testcase a target; what does not pass is a failure, as the exit code
/// says.
[[nodiscard]] std::string junit_xml(const RunFacts& run, const Verdict& verdict);
/// One of its testcases, a line or three.
[[nodiscard]] std::string testcase_xml(const TargetResult& entry);
/// Aligned plain text, at most 100 columns, one line a target and one below what did not pass.
[[nodiscard]] std::string verdict_table(const Verdict& verdict);

}  // namespace redcell::analysis
