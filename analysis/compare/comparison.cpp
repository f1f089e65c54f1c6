#include "analysis/compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/compare/side_parts.h"
#include "analysis/compare/two_samples.h"
#include "analysis/field/column_maps.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"

namespace redcell::analysis {
namespace {

double margin_of(const ComparedKpi& kpi, const TargetFile& targets) {
  const auto share_of_b = [&](double percent) {
    return std::fabs(kpi.b.mean.value) * percent / 100.0;
  };
  for (const Margin& margin : targets.margin()) {
    if (margin.kpi() != kpi.name) continue;
    return margin.has_absolute() ? margin.absolute() : share_of_b(margin.percent());
  }
  switch (kpi.column) {
    case SS_RSRP_DBM:
    case SS_RSRQ_DB:
    case SS_SINR_DB:
      return 3.0;
    case DL_RANK:
      return 0.2;
    case DL_MCS:
    case UL_MCS:
      return 2.0;
    case DL_BLER_PERCENT:
    case UL_BLER_PERCENT:
      return 5.0;
    default:
      return share_of_b(15.0);
  }
}

void judge(ComparedKpi& kpi) {
  const Estimate& d = kpi.mean_difference;
  if (d.degrees_of_freedom == 0.0) return;
  // A percentage of 0 leaves no room: only figures that are 0 in every second are the same.
  if (kpi.margin > 0.0) kpi.equivalence_p = equivalence_p_value(d, kpi.margin);
  const Interval interval = t_interval(d, equivalence_level);
  if (interval.low >= -kpi.margin && interval.high <= kpi.margin) {
    kpi.result = Result::pass;
  } else if (interval.low > kpi.margin || interval.high < -kpi.margin) {
    kpi.result = Result::fail;
  } else {
    // The half-width falls with the square root of the samples.
    const double room = std::fabs(std::fabs(d.value) - kpi.margin);
    const double half = (interval.high - interval.low) / 2.0;
    if (room > 0.0) kpi.times_samples = half * half / (room * room);
  }
}

ComparedKpi compare_series(DriveColumn column, const Series& a, const Series& b, bool paired) {
  const std::vector<double> values_a = values_of(a), values_b = values_of(b);
  ComparedKpi kpi;
  kpi.column = column;
  kpi.name = column_name(column);
  kpi.a = bootstrap_of(a, column);
  kpi.b = bootstrap_of(b, column);
  kpi.mean_difference = difference(kpi.a.mean, kpi.b.mean);
  kpi.median_difference = difference(kpi.a.median(), kpi.b.median());
  kpi.ks = ks_distance(values_a, values_b);
  kpi.wasserstein = wasserstein_distance(values_a, values_b);
  if (!paired) {
    kpi.ks_p = ks_p_value(kpi.ks, kpi.a.effective_count, kpi.b.effective_count);
    return kpi;
  }
  std::vector<double> differences;
  std::vector<std::int64_t> seconds;
  visit_pairs(a, b, [&](const SecondSample& x, const SecondSample& y) {
    differences.push_back(x.value - y.value);
    seconds.push_back(x.second);
  });
  if (differences.empty()) return kpi;
  const Bootstrapped pairs = bootstrap(differences, seconds, base::Random(bootstrap_seed, 1),
                                       drive_figure_count + static_cast<std::uint32_t>(column));
  kpi.pairs = differences.size();
  kpi.mean_difference = pairs.mean;
  kpi.median_difference = pairs.median();
  return kpi;
}

bool is_in_decibels(const std::string& name) {
  return name.ends_with("_db") || name.ends_with("_dbm");
}

std::vector<std::string> margin_findings(const Margin& margin) {
  std::vector<std::string> findings;
  bool known = false;
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    known |= is_measure(i) && margin.kpi() == column_name(static_cast<DriveColumn>(i));
  }
  if (!known) {
    findings.push_back(
        fmt::format("margin of kpi \"{}\"; allowed: a measure of drive.csv, such as "
                    "ss_rsrp_dbm",
                    margin.kpi()));
  }
  if (known && margin.has_percent() && is_in_decibels(margin.kpi())) {
    findings.push_back(fmt::format(
        "margin of {}: percent of decibels says nothing; allowed: absolute, in dB", margin.kpi()));
  }
  const double value = margin.has_absolute() ? margin.absolute() : margin.percent();
  if (margin.has_absolute() == margin.has_percent() || !(value > 0.0) || !std::isfinite(value)) {
    findings.push_back(
        fmt::format("margin of {}: either absolute or percent, above 0", margin.kpi()));
  }
  return findings;
}

}  // namespace

TargetFile load_targets(const std::string& path) {
  TargetFile file;
  parse_text_format(read_text_file(path), path,
                    "targets and margins in protobuf text format; docs/field-logs.md has a "
                    "template",
                    file);
  std::vector<std::string> findings;
  const auto take = [&](const std::vector<std::string>& more) {
    findings.insert(findings.end(), more.begin(), more.end());
  };
  for (const Target& target : file.target()) take(target_findings(target));
  std::set<std::string> kpis;
  for (const Margin& margin : file.margin()) {
    take(margin_findings(margin));
    if (!kpis.insert(margin.kpi()).second) {
      findings.push_back(
          fmt::format("found a second margin of {}; allowed: one for each figure", margin.kpi()));
    }
  }
  if (!findings.empty()) {
    throw LogError(fmt::format("{}: {}", path, fmt::join(findings, "\n" + path + ": ")));
  }
  return file;
}

Comparison compare(const Side& a, const Side& b, const TargetFile& targets, double size_m) {
  Comparison result;
  result.path_a = a.path;
  result.path_b = b.path;
  result.title_a = a.title;
  result.title_b = b.title;
  result.paired = a.is_run && b.is_run && !a.world.empty() && a.world == b.world;
  result.notes = a.notes;
  result.notes.insert(result.notes.end(), b.notes.begin(), b.notes.end());
  if (a.is_run && b.is_run && !result.paired) {
    result.notes.push_back("the runs are of different worlds: not paired");
  }
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    if (!is_measure(i)) continue;
    const auto column = static_cast<DriveColumn>(i);
    const bool in_a = !a.series[i].empty(), in_b = !b.series[i].empty();
    if (in_a && in_b) {
      ComparedKpi kpi = compare_series(column, a.series[i], b.series[i], result.paired);
      kpi.margin = margin_of(kpi, targets);
      judge(kpi);
      if (kpi.margin == 0.0) {
        result.notes.push_back(fmt::format(
            "{}: the mean of B is 0, and so is a margin in percent; give an absolute one",
            kpi.name));
      }
      result.kpi.push_back(std::move(kpi));
    } else if (in_a || in_b) {
      (in_a ? result.only_a : result.only_b).push_back(column_name(column));
    }
  }
  if (result.kpi.empty()) {
    throw LogError(fmt::format(
        "{} and {}: found no figure that both have; allowed: at least one. "
        "The first has {}, the second {}",
        a.path, b.path, fmt::join(result.only_a, ", "), fmt::join(result.only_b, ", ")));
  }
  result.curves = rate_curves(a, b);
  result.places = compare_places(a, b, size_m);
  result.handovers = compare_handovers(a, b, result.paired);
  if (targets.target_size() > 0) {
    const std::vector<Target> all(targets.target().begin(), targets.target().end());
    result.verdict_a = judge(a.summary, all);
    result.verdict_b = judge(b.summary, all);
  }
  return result;
}

}  // namespace redcell::analysis
