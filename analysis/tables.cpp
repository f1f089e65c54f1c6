// The plain text tables a terminal shows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/summary.h"
#include "analysis/verdict.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t columns_max = 100;

/// Shortened text shows that it is: its last character becomes '~'.
std::string clip(const std::string& text, std::size_t columns) {
  return text.size() <= columns ? text : text.substr(0, columns - 1) + "~";
}

/// Four digits, or all digits before the point.
std::string number(double value) {
  if (!std::isfinite(value)) return "?";
  if (std::fabs(value) >= 1e9) return fmt::format("{:.3e}", value);
  return std::fabs(value) >= 1000.0 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string interval_text(double low, double high) {
  return fmt::format("[{}, {}]", number(low), number(high));
}

/// Breaks at spaces; each line begins with the indent.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::string line(indent, ' ');
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = clip(text.substr(begin, end - begin), columns_max - indent);
    if (line.size() + word.size() > columns_max) {
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(indent, ' ');
    }
    line += word + " ";
    begin = end + 1;
  }
  return out + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

constexpr const char* kpi_row = "{:<30} {:>9} {:<21} {:>8} {:>8} {:>8} {:>9}\n";

/// The parts of a latency: too many to repeat for each group.
bool is_latency_part(const Kpi& kpi) {
  return kpi.name.find("_latency_") != std::string::npos && !kpi.name.ends_with("_latency_ms");
}

/// The other statistics of the KPI in the same group stand on the same line.
std::string kpi_line(const Summary& summary, const Kpi& kpi) {
  const auto beside = [&](const char* statistic) {
    const Kpi* found = summary.find(kpi.name, kpi.terminal_group, statistic);
    return found ? number(found->value) : std::string();
  };
  return fmt::format(fmt::runtime(kpi_row), clip(kpi.name, 30), number(kpi.value),
                     clip(interval_text(kpi.ci_low, kpi.ci_high), 21), beside("median"),
                     beside("p95"), beside("p99"), kpi.samples);
}

std::string wanted_text(const Target& target) {
  const Interval allowed = allowed_interval(target);
  if (target.sense() == Target::AT_LEAST) return fmt::format(">= {}", number(allowed.low));
  if (target.sense() == Target::AT_MOST) return fmt::format("<= {}", number(allowed.high));
  return fmt::format("{} to {}", number(allowed.low), number(allowed.high));
}

constexpr const char* verdict_row = "{:<9} {:<30} {:<6} {:>9} {:<21} {}\n";

std::string verdict_line(const TargetResult& entry) {
  const Target& target = entry.target;
  const Kpi* kpi = entry.kpi ? &*entry.kpi : nullptr;
  const std::string statistic = Target::Statistic_Name(target.statistic());
  std::string out = fmt::format(fmt::runtime(verdict_row), result_name(entry.result),
                                clip(target.kpi(), 30), statistic, kpi ? number(kpi->value) : "-",
                                kpi ? clip(interval_text(kpi->ci_low, kpi->ci_high), 21) : "-",
                                clip(wanted_text(target), 20));
  constexpr std::size_t below_kpi = 10;
  if (!target.terminal_group().empty())
    out += wrapped("group " + target.terminal_group(), below_kpi);
  if (entry.result != Result::pass) out += wrapped(entry.words, below_kpi);
  return out;
}

}  // namespace

std::string kpi_table(const Summary& summary) {
  std::string out = fmt::format(fmt::runtime(kpi_row), "KPI", "mean", "95 % interval", "median",
                                "p95", "p99", "samples");
  std::string group;
  for (const Kpi& kpi : summary.kpi) {
    // A figure that only exists as a maximum is a check of the run itself: shown when it is broken.
    const bool broken = kpi.statistic == "max" && kpi.value != 0.0 &&
                        summary.find(kpi.name, kpi.terminal_group, "mean") == nullptr;
    if (kpi.statistic != "mean" && kpi.statistic != "ratio" && !broken) continue;
    if (!broken && !kpi.terminal_group.empty() && is_latency_part(kpi)) continue;
    if (kpi.terminal_group != group) {
      group = kpi.terminal_group;
      out += wrapped(group == cell_group ? "all cells:" : "terminal group " + group + ":", 0);
    }
    out += kpi_line(summary, kpi);
  }
  return out;
}

std::string verdict_table(const Verdict& verdict) {
  if (verdict.targets.empty()) return "no targets\n";
  std::string out = fmt::format(fmt::runtime(verdict_row), "result", "KPI", "", "measured",
                                "95 % interval", "wanted");
  for (const TargetResult& entry : verdict.targets) out += verdict_line(entry);
  return out + fmt::format("verdict: {}\n", result_name(verdict.result));
}

}  // namespace redcell::analysis
