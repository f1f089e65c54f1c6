#include "scenarios/sweep/results.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace redcell::scenarios {
namespace {

std::string statistic_name(const schema::WantedKpi& kpi) {
  std::string name = analysis::Target::Statistic_Name(kpi.statistic());
  // P99_9 is p99.9.
  for (char& c : name) {
    c = c == '_' ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  // MEAN of a ratio is the ratio.
  return name == "mean" && kpi.kpi().ends_with("_ratio") ? "ratio" : name;
}

FigureKind kind_of(const std::string& statistic) {
  return statistic == "ratio" ? FigureKind::ratio : FigureKind::mean;
}

Sample sample_of(const analysis::Kpi& kpi) {
  return {.value = kpi.value, .weight = static_cast<double>(kpi.samples)};
}

/// Values of a figure by seed, over the row's seeds whose run has it.
std::map<std::uint32_t, const analysis::Kpi*> by_seed(const SweepData& data, std::size_t row,
                                                      const Figure& figure) {
  std::map<std::uint32_t, const analysis::Kpi*> values;
  for (const std::uint32_t seed : data.seeds[row]) {
    const PointResult& result = data.book.at(point_address(data.plan.rows[row].content, seed));
    if (const analysis::Kpi* kpi = find_figure(result.kpi, figure)) values.emplace(seed, kpi);
  }
  return values;
}

/// The decision where some runs lack the figure: they count as seeds, and tell nothing.
StopDecision decision_for(const std::vector<Sample>& samples, std::size_t seed_count,
                          const Figure& figure, std::uint32_t seed_count_max) {
  const auto without = static_cast<std::uint32_t>(seed_count - samples.size());
  const bool is_hopeless = samples.empty() && without >= goal_seed_count_min;
  StopDecision decision = decide(samples, figure.kind, figure.goal,
                                 seed_count_max > without ? seed_count_max - without : 0);
  if (decision.precision != Precision::more_seeds) return decision;
  if (is_hopeless) return {.precision = Precision::out_of_reach};
  decision.next_seed_count += without;
  return decision;
}

bool same_world(const SweepData& data, const RowDifference& pair,
                const std::vector<std::uint32_t>& seeds) {
  const auto world = [&](std::size_t row, std::uint32_t seed) {
    return data.book.at(point_address(data.plan.rows[row].content, seed)).world;
  };
  return std::all_of(seeds.begin(), seeds.end(), [&](std::uint32_t seed) {
    return world(pair.row, seed) == world(pair.reference, seed);
  });
}

/// The difference of the pair's figure; nullopt without a common seed.
std::optional<RowDifference> with_difference(const SweepData& data, RowDifference pair) {
  const Figure& figure = data.figures[pair.figure];
  const auto values = by_seed(data, pair.row, figure);
  const auto references = by_seed(data, pair.reference, figure);
  std::vector<Sample> a;
  std::vector<Sample> b;
  std::vector<std::uint32_t> common;
  for (const auto& [seed, kpi] : values) {
    const auto other = references.find(seed);
    if (other == references.end()) continue;
    a.push_back(sample_of(*kpi));
    b.push_back(sample_of(*other->second));
    common.push_back(seed);
  }
  if (common.empty()) return std::nullopt;
  pair.difference = paired_difference(a, b, figure.kind);
  pair.is_same_world = same_world(data, pair, common);
  return pair;
}

}  // namespace

std::vector<Figure> figures_of(const schema::Sweep& sweep,
                               const std::vector<analysis::Kpi>& first) {
  std::vector<Figure> figures;
  for (const schema::WantedKpi& kpi : sweep.kpi()) {
    const std::string statistic = statistic_name(kpi);
    figures.push_back(
        {.name = kpi.kpi(),
         .terminal_group = kpi.terminal_group(),
         .statistic = statistic,
         .kind = kind_of(statistic),
         .goal = {.half_width = kpi.half_width(), .half_width_percent = kpi.half_width_percent()},
         .better = kpi.better()});
  }
  if (!figures.empty()) return figures;
  for (const analysis::Kpi& kpi : first) {
    if (!kpi.terminal_group.empty()) continue;
    if (kpi.statistic != "mean" && kpi.statistic != "ratio") continue;
    figures.push_back({.name = kpi.name,
                       .terminal_group = {},
                       .statistic = kpi.statistic,
                       .kind = kind_of(kpi.statistic),
                       .goal = {}});
  }
  return figures;
}

std::string figure_text(const Figure& figure) {
  std::string text = figure.name;
  if (!figure.terminal_group.empty()) text += " of " + figure.terminal_group;
  const bool is_plain = figure.statistic == "mean" || figure.statistic == "ratio";
  return is_plain ? text : text + ", " + figure.statistic;
}

const analysis::Kpi* find_figure(const std::vector<analysis::Kpi>& kpi, const Figure& figure) {
  const auto found = std::find_if(kpi.begin(), kpi.end(), [&](const analysis::Kpi& k) {
    return k.name == figure.name && k.terminal_group == figure.terminal_group &&
           k.statistic == figure.statistic;
  });
  return found == kpi.end() ? nullptr : &*found;
}

const PointResult& ResultBook::at(const std::string& address) {
  const auto known = results_.find(address);
  if (known != results_.end()) return known->second;
  return results_.emplace(address, read_result(store_.point(address))).first->second;
}

std::vector<RowEstimate> estimate_rows(const SweepData& data) {
  std::vector<RowEstimate> estimates;
  for (std::size_t row = 0; row < data.plan.rows.size(); ++row) {
    if (data.seeds[row].empty()) continue;
    for (std::size_t f = 0; f < data.figures.size(); ++f) {
      std::vector<Sample> samples;
      for (const auto& [seed, kpi] : by_seed(data, row, data.figures[f])) {
        samples.push_back(sample_of(*kpi));
      }
      RowEstimate result{.row = row, .figure = f, .estimate = std::nullopt, .decision = {}};
      if (!samples.empty()) result.estimate = estimate(samples, data.figures[f].kind);
      result.decision = decision_for(samples, data.seeds[row].size(), data.figures[f],
                                     data.plan.loaded.sweep.seeds().max());
      estimates.push_back(result);
    }
  }
  return estimates;
}

std::vector<RowDifference> row_differences(const SweepData& data) {
  std::vector<RowDifference> differences;
  std::map<std::vector<std::size_t>, std::size_t> row_at;
  for (std::size_t row = 0; row < data.plan.rows.size(); ++row) {
    row_at.emplace(data.plan.design.rows[row].steps, row);
  }
  for (std::size_t row = 0; row < data.plan.rows.size(); ++row) {
    for (std::size_t group = 0; group < data.plan.design.rows[row].steps.size(); ++group) {
      std::vector<std::size_t> steps = data.plan.design.rows[row].steps;
      if (std::exchange(steps[group], 0) == 0) continue;
      const auto reference = row_at.find(steps);  // A constraint may have left it out.
      if (reference == row_at.end()) continue;
      for (std::size_t f = 0; f < data.figures.size(); ++f) {
        const RowDifference pair{.row = row,
                                 .reference = reference->second,
                                 .group = group,
                                 .figure = f,
                                 .difference = {},
                                 .is_same_world = false};
        const auto difference = with_difference(data, pair);
        if (difference) differences.push_back(*difference);
      }
    }
  }
  return differences;
}

}  // namespace redcell::scenarios
