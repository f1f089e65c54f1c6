#include "analysis/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace redcell::analysis {
namespace {

/// As Kpi::statistic names it.
const char* statistic_name(Target::Statistic statistic) {
  switch (statistic) {
    case Target::MEAN:
      return "mean";
    case Target::MEDIAN:
      return "median";
    case Target::P5:
      return "p5";
    case Target::P95:
      return "p95";
    case Target::P99:
      return "p99";
    case Target::P99_9:
      return "p99.9";
    case Target::MIN:
      return "min";
    case Target::MAX:
      return "max";
    case Target::RATIO:
      return "ratio";
  }
  return "";
}

/// By which factor the interval must shrink to lie on the value's side of the limits; at most 1
/// when it does, infinite when the value lies on a limit.
double shrink_factor(const Kpi& kpi, const Interval& allowed) {
  double up = kpi.ci_high - kpi.value;
  double down = kpi.value - kpi.ci_low;
  // The shorter side of a mean's interval ends where no figure can lie, not where it would.
  if (kpi.statistic == "mean") up = down = std::max(up, down);
  if (kpi.value > allowed.high) return down / (kpi.value - allowed.high);
  if (kpi.value < allowed.low) return up / (allowed.low - kpi.value);
  return std::max(up / (allowed.high - kpi.value), down / (kpi.value - allowed.low));
}

bool holds(const Interval& allowed, const Interval& interval) {
  return interval.low >= allowed.low && interval.high <= allowed.high;
}

bool apart(const Interval& allowed, const Interval& interval) {
  return interval.high < allowed.low || interval.low > allowed.high;
}

/// Beyond this a number of samples means "never".
constexpr double samples_max = 1e15;

/// The least number within [1, samples_max] for which it holds, to a relative 1e-12; samples_max
/// when it holds for none. Once true it must stay true.
template <class Holds>
double least_number(Holds is_enough) {
  double no = 0.0, yes = 1.0;
  while (yes < samples_max && !is_enough(yes)) {
    no = yes;
    yes = std::min(2.0 * yes, samples_max);
  }
  for (int halving = 0; halving < 60 && yes < samples_max; ++halving) {
    const double middle = (no + yes) / 2.0;
    (is_enough(middle) ? yes : no) = middle;
  }
  return yes;
}

/// Of a ratio, whose interval does not shrink with the square root near the ends of the scale:
/// samples are as many times more as Wilson's interval needs trials more.
double samples_of_ratio(const Kpi& kpi, const Interval& allowed) {
  const auto interval_of = [&](double trials) {
    return wilson_interval(kpi.value * trials, trials);
  };
  const double trials = least_number([&](double count) {
    const Interval interval = interval_of(count);
    return interval.high - interval.low <= kpi.ci_high - kpi.ci_low;
  });
  const double needed = least_number([&](double count) {
    return holds(allowed, interval_of(count)) || apart(allowed, interval_of(count));
  });
  return needed < samples_max ? static_cast<double>(kpi.samples) * needed / trials : samples_max;
}

double samples_of_mean(const Kpi& kpi, const Interval& allowed) {
  const double factor = shrink_factor(kpi, allowed);
  return static_cast<double>(kpi.samples) * factor * factor;
}

void judge_figure(TargetResult& entry, const Interval& allowed) {
  const Kpi& kpi = *entry.kpi;
  const Interval interval = {.low = kpi.ci_low, .high = kpi.ci_high};
  if (holds(allowed, interval)) {
    entry.result = Result::pass;
    entry.words = "the whole interval is allowed";
    return;
  }
  if (apart(allowed, interval)) {
    entry.result = Result::fail;
    entry.words = kpi.ci_high < allowed.low ? "the whole interval lies below what is allowed"
                                            : "the whole interval lies above what is allowed";
    return;
  }
  if (!std::isfinite(kpi.ci_low) || !std::isfinite(kpi.ci_high)) {
    entry.words = fmt::format("{} samples do not bound it on both sides: run longer", kpi.samples);
    return;
  }
  const bool is_ratio = kpi.statistic == "ratio";
  const double needed = is_ratio ? samples_of_ratio(kpi, allowed) : samples_of_mean(kpi, allowed);
  if (!(needed < samples_max)) {
    entry.words = "the value lies on the limit: no number of samples would decide";
    return;
  }
  entry.further_samples =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(needed)) - kpi.samples);
  entry.words = fmt::format("the interval crosses the limit: about {} further samples needed",
                            *entry.further_samples);
}

TargetResult judge_target(const Summary& summary, const Target& target) {
  RC_CHECK(target_findings(target).empty());
  TargetResult entry{};
  entry.target = target;
  const char* statistic = statistic_name(target.statistic());
  const Kpi* kpi = summary.find(target.kpi(), target.terminal_group(), statistic);
  // The mean of trials that succeed or fail is their ratio.
  if (kpi == nullptr && target.statistic() == Target::MEAN) {
    kpi = summary.find(target.kpi(), target.terminal_group(), "ratio");
  }
  if (kpi == nullptr) {
    entry.words = fmt::format("there is no {} of {}{}", statistic, target.kpi(),
                              target.terminal_group().empty()
                                  ? ""
                                  : fmt::format(" for group {}", target.terminal_group()));
    return entry;
  }
  entry.kpi = *kpi;
  judge_figure(entry, allowed_interval(target));
  return entry;
}

}  // namespace

const char* result_name(Result result) {
  switch (result) {
    case Result::pass:
      return "PASS";
    case Result::fail:
      return "FAIL";
    case Result::undecided:
      return "UNDECIDED";
  }
  return "";
}

std::vector<std::string> target_findings(const Target& target) {
  std::vector<std::string> findings;
  if (target.kpi().empty()) findings.emplace_back("a target needs kpi, the name of a KPI");
  const double tolerance = target.tolerance_percent();
  if (!(tolerance >= 0.0 && tolerance <= 100.0)) {
    findings.push_back(fmt::format("tolerance_percent is {}; allowed is 0 to 100", tolerance));
  }
  if (target.sense() == Target::RANGE) {
    if (!target.has_low() || !target.has_high()) {
      findings.emplace_back("a target with sense RANGE needs low and high");
    } else if (!(target.low() <= target.high()) || !std::isfinite(target.high() - target.low())) {
      findings.push_back(
          fmt::format("low is {}, high is {}; low must not be above high, both finite",
                      target.low(), target.high()));
    }
    if (target.has_value()) findings.emplace_back("a target with sense RANGE has no value");
    return findings;
  }
  if (!target.has_value() || !std::isfinite(target.value())) {
    findings.emplace_back("a target needs a finite value (or sense RANGE with low and high)");
  }
  if (target.has_low() || target.has_high()) {
    findings.emplace_back("low and high belong to sense RANGE only");
  }
  if (target.sense() == Target::WITHIN && target.has_value() && !target.has_tolerance_percent()) {
    findings.emplace_back("a target with sense WITHIN needs tolerance_percent");
  }
  return findings;
}

Interval allowed_interval(const Target& target) {
  RC_CHECK(target_findings(target).empty());
  const double margin = std::fabs(target.value()) * target.tolerance_percent() / 100.0;
  switch (target.sense()) {
    case Target::WITHIN:
      return {target.value() - margin, target.value() + margin};
    case Target::AT_LEAST:
      return {target.value() - margin, infinity};
    case Target::AT_MOST:
      return {-infinity, target.value() + margin};
    case Target::RANGE:
      return {target.low(), target.high()};
  }
  return {};
}

Verdict judge(const Summary& summary, std::span<const Target> targets) {
  Verdict verdict;
  bool any_failed = false, any_undecided = false;
  for (const Target& target : targets) {
    verdict.targets.push_back(judge_target(summary, target));
    any_failed |= verdict.targets.back().result == Result::fail;
    any_undecided |= verdict.targets.back().result == Result::undecided;
  }
  if (any_undecided) verdict.result = Result::undecided;
  if (any_failed) verdict.result = Result::fail;
  return verdict;
}

}  // namespace redcell::analysis
