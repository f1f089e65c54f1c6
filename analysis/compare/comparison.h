// Two sides held against one another, figure by figure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/compare/bootstrap.h"
#include "analysis/compare/curves.h"
#include "analysis/compare/places.h"
#include "analysis/compare/side.h"
#include "analysis/schema/targets.pb.h"
#include "analysis/verdict.h"

namespace redcell::analysis {

inline constexpr double equivalence_level = 0.90;  ///< Two one-sided tests at 5 %.

/// One figure of both sides.
struct ComparedKpi {
  DriveColumn column = SS_RSRP_DBM;
  std::string name;
  Bootstrapped a;
  Bootstrapped b;
  Estimate mean_difference;    ///< a - b; of pairs when paired.
  Estimate median_difference;  ///< The same; of pairs the median of their differences.
  std::size_t pairs = 0;       ///< 0: not paired.
  double ks = 0.0;
  std::optional<double> ks_p;  ///< With effective counts; not of pairs, which depend on each other.
  double wasserstein = 0.0;
  double margin = 0.0;         ///< In the unit of the KPI.
  double equivalence_p = 1.0;  ///< Of the means, within the margin.
  /// PASS: the 90 % interval of the difference of means lies within the margin; FAIL: wholly
  /// outside; else UNDECIDED.
  Result result = Result::undecided;
  std::optional<double> times_samples;  ///< When undecided: so many times the samples would decide.
};

struct Comparison {
  std::string path_a, path_b;
  std::string title_a, title_b;
  bool paired = false;           ///< Two runs of one world.
  std::vector<ComparedKpi> kpi;  ///< Those that both sides have, in the order of drive.csv.
  std::vector<std::string> only_a, only_b;  ///< Figures of one side alone.
  std::vector<RateCurve> curves;            ///< Those that either side has.
  PlaceComparison places;
  std::vector<HandoverKpi> handovers;
  std::vector<std::string> notes;
  std::optional<Verdict> verdict_a, verdict_b;  ///< Of the targets; absent without.
};

/// Targets and margins of a file. Throws LogError.
[[nodiscard]] TargetFile load_targets(const std::string& path);

/// Compares. Runs of one world are paired second by second. Without a margin of the file: [ours] 3
/// dB for levels, 0.2 ranks, 2 MCS, 5 points of BLER, 15 % of b's mean for rates and round-trip
/// times (the trial's tolerance).
/// size_m: of the places of compare_places.
[[nodiscard]] Comparison compare(const Side& a, const Side& b, const TargetFile& targets,
                                 double size_m = place_size_m);

/// Plain text, at most 100 columns.
[[nodiscard]] std::string comparison_text(const Comparison& comparison);
/// The text of compare.json and of compare.csv (a line a figure, units in its names).
[[nodiscard]] std::string comparison_json(const Comparison& comparison);
[[nodiscard]] std::string comparison_csv(const Comparison& comparison);
/// PASS when A passes every target and every margin of the file holds, as the exit code says; FAIL
/// when any fails; else UNDECIDED, as a margin of a figure that is not in both.
[[nodiscard]] Result comparison_result(const Comparison& comparison, const TargetFile& targets);
/// The text of verdict.json: `targets` of A and `result` as in that of a run, with `margins`, and
/// `targets_b`, which decide nothing.
[[nodiscard]] std::string comparison_verdict_json(const Comparison& comparison,
                                                  const TargetFile& targets);
/// The text of junit.xml: a testcase a target of A and a margin of the file, as the exit code says;
/// figures without a margin of their own are skipped, with what they would have been.
[[nodiscard]] std::string comparison_junit(const Comparison& comparison, const TargetFile& targets);
/// One HTML file that needs nothing from elsewhere: verdict, tables, distributions, curves, drives.
[[nodiscard]] std::string comparison_html(const Comparison& comparison, const Side& a,
                                          const Side& b);

}  // namespace redcell::analysis
