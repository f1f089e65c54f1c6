// A comparison as a table for the terminal, as JSON and as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/compare/comparison.h"
#include "analysis/compare/estimate_text.h"
#include "analysis/field/column_maps.h"
#include "analysis/verdict_json.h"

namespace redcell::analysis {
namespace {

using Json = nlohmann::ordered_json;

std::string with_interval(const Estimate& estimate) {
  const EstimateText text = estimate_text(estimate);
  return text.value + " " + text.interval;
}

std::string verdict_word(const ComparedKpi& kpi) {
  std::string words = result_name(kpi.result);
  if (kpi.mean_difference.degrees_of_freedom == 0.0) words = "too few";
  if (kpi.times_samples) words += fmt::format(" (x{})", number_text(std::ceil(*kpi.times_samples)));
  return words;
}

std::string mean_table(const Comparison& c) {
  constexpr const char* row = "{:<18} {:<23} {:<23} {:<23} {}\n";
  std::string text = fmt::format(fmt::runtime(row), "mean [95 %]", "A", "B",
                                 c.paired ? "A-B, paired" : "A-B", "same?");
  for (const ComparedKpi& kpi : c.kpi) {
    text += fmt::format(fmt::runtime(row), kpi.name, with_interval(kpi.a.mean),
                        with_interval(kpi.b.mean), with_interval(kpi.mean_difference),
                        result_name(kpi.result));
  }
  return text;
}

std::string percentile_table(const Comparison& c) {
  constexpr const char* row = "{:<18} {:<2} {:<24} {:<24} {}\n";
  std::string text = fmt::format(fmt::runtime(row), "percentile [95 %]", "", "p5", "median", "p95");
  for (const ComparedKpi& kpi : c.kpi) {
    const auto line = [&](const std::string& name, const char* side, const Bootstrapped& b) {
      text += fmt::format(fmt::runtime(row), name, side, with_interval(b.percentile.front()),
                          with_interval(b.median()), with_interval(b.percentile.back()));
    };
    line(kpi.name, "A", kpi.a);
    line("", "B", kpi.b);
  }
  return text;
}

std::string distance_table(const Comparison& c) {
  constexpr const char* row = "{:<18} {:>6} {:>9} {:>8} {:>8} {:>14} {:>14} {:>14}\n";
  std::string text = fmt::format(fmt::runtime(row), "distance", "KS", "p", "Wasser.", "margin",
                                 "seconds A", "seconds B", "same?");
  for (const ComparedKpi& kpi : c.kpi) {
    const auto count = [](const Bootstrapped& b) {
      return fmt::format("{} ({:.0f})", b.count, b.effective_count);
    };
    text += fmt::format(fmt::runtime(row), kpi.name, fmt::format("{:.3f}", kpi.ks),
                        chance_text(kpi.ks_p), number_text(kpi.wasserstein),
                        number_text(kpi.margin), count(kpi.a), count(kpi.b), verdict_word(kpi));
  }
  return text;
}

Json estimate_json(const Estimate& estimate) {
  return {{"value", estimate.value},
          {"ci_low", estimate.interval.low},
          {"ci_high", estimate.interval.high}};
}

Json side_json(const Bootstrapped& b) {
  Json json = {{"seconds", b.count},
               {"effective_seconds", b.effective_count},
               {"mean", estimate_json(b.mean)}};
  for (std::size_t i = 0; i < percentile_shares.size(); ++i) {
    json[fmt::format("p{:.0f}", 100.0 * percentile_shares[i])] = estimate_json(b.percentile[i]);
  }
  return json;
}

Json kpi_json(const ComparedKpi& kpi) {
  Json json = {{"name", kpi.name},
               {"a", side_json(kpi.a)},
               {"b", side_json(kpi.b)},
               {"pairs", kpi.pairs},
               {"mean_difference", estimate_json(kpi.mean_difference)},
               {"median_difference", estimate_json(kpi.median_difference)},
               {"ks_distance", kpi.ks},
               {"ks_p_value", kpi.ks_p ? Json(*kpi.ks_p) : Json(nullptr)},
               {"wasserstein_distance", kpi.wasserstein},
               {"margin", kpi.margin},
               {"equivalence_p_value", kpi.equivalence_p},
               {"result", result_name(kpi.result)}};
  json["times_samples_needed"] = kpi.times_samples ? Json(*kpi.times_samples) : Json(nullptr);
  return json;
}

Json places_json(const PlaceComparison& places) {
  Json kpi = Json::array();
  for (const PlacedKpi& one : places.kpi) {
    kpi.push_back({{"name", one.name},
                   {"places", one.place.size()},
                   {"mean_difference", one.mean_difference},
                   {"rms_difference", one.rms_difference},
                   {"correlation", one.correlation}});
  }
  return {{"by", places.is_grid ? "square" : "distance"},
          {"size_m", places.size_m},
          {"kpi", std::move(kpi)}};
}

Json curve_json(const std::vector<CurvePoint>& curve) {
  Json points = Json::array();
  for (const CurvePoint& point : curve) {
    points.push_back({{"level_low", point.level - level_class_db / 2.0},
                      {"level_high", point.level + level_class_db / 2.0},
                      {"median", estimate_json(point.median)},
                      {"p25", point.p25},
                      {"p75", point.p75},
                      {"seconds", point.seconds}});
  }
  return points;
}

Json curves_json(const std::vector<RateCurve>& curves) {
  Json all = Json::array();
  for (const RateCurve& curve : curves) {
    all.push_back({{"name", column_name(curve.figure)},
                   {"over", column_name(curve.level)},
                   {"a", curve_json(curve.a)},
                   {"b", curve_json(curve.b)}});
  }
  return all;
}

Json handovers_json(const std::vector<HandoverKpi>& handovers) {
  Json all = Json::array();
  for (const HandoverKpi& kpi : handovers) {
    all.push_back({{"name", kpi.name},
                   {"count_a", kpi.a.size()},
                   {"count_b", kpi.b.size()},
                   {"ks_distance", kpi.ks},
                   {"ks_p_value", kpi.ks_p ? Json(*kpi.ks_p) : Json(nullptr)},
                   {"wasserstein_distance", kpi.wasserstein}});
  }
  return all;
}

Json verdict_json(const std::optional<Verdict>& verdict) {
  if (!verdict) return nullptr;
  return {{"result", result_name(verdict->result)}, {"targets", targets_json(*verdict)}};
}

}  // namespace

std::string comparison_text(const Comparison& c) {
  std::string text =
      fmt::format("A: {} ({})\nB: {} ({})\n", c.title_a, c.path_a, c.title_b, c.path_b);
  text += c.paired ? "Two runs of one world: compared second by second.\n\n" : "\n";
  text += mean_table(c) + "\n" + percentile_table(c) + "\n" + distance_table(c);
  for (const std::string& more : {places_text(c.places), handovers_text(c.handovers)}) {
    if (!more.empty()) text += "\n" + more;
  }
  text +=
      "\nsame? PASS: the 90 % interval of A-B lies within the margin; FAIL: wholly outside; else\n"
      "UNDECIDED, with how many times the samples would decide. In brackets behind seconds: as "
      "many\n"
      "independent ones would tell as much. Too few: under 30 seconds, which decide nothing.\n";
  if (!c.only_a.empty()) text += fmt::format("only in A: {}\n", fmt::join(c.only_a, ", "));
  if (!c.only_b.empty()) text += fmt::format("only in B: {}\n", fmt::join(c.only_b, ", "));
  for (const std::string& note : c.notes) text += "note: " + note + "\n";
  if (c.verdict_a) text += "\ntargets on A\n" + verdict_table(*c.verdict_a);
  if (c.verdict_b) text += "\ntargets on B\n" + verdict_table(*c.verdict_b);
  return text;
}

std::string comparison_json(const Comparison& c) {
  Json kpi = Json::array();
  for (const ComparedKpi& one : c.kpi) kpi.push_back(kpi_json(one));
  const Json json = {{"a", {{"path", c.path_a}, {"title", c.title_a}}},
                     {"b", {{"path", c.path_b}, {"title", c.title_b}}},
                     {"paired", c.paired},
                     {"kpi", std::move(kpi)},
                     {"curves", curves_json(c.curves)},
                     {"places", places_json(c.places)},
                     {"handovers", handovers_json(c.handovers)},
                     {"only_a", c.only_a},
                     {"only_b", c.only_b},
                     {"notes", c.notes},
                     {"targets_a", verdict_json(c.verdict_a)},
                     {"targets_b", verdict_json(c.verdict_b)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string comparison_csv(const Comparison& c) {
  std::string text = "kpi";
  for (const char* side : {"a", "b"}) {
    text +=
        fmt::format(",{0}_seconds,{0}_effective_seconds,{0}_mean,{0}_mean_low,{0}_mean_high", side);
    for (const double share : percentile_shares) {
      text += fmt::format(",{0}_p{1:.0f},{0}_p{1:.0f}_low,{0}_p{1:.0f}_high", side, 100.0 * share);
    }
  }
  text +=
      ",pairs,mean_difference,mean_difference_low,mean_difference_high,median_difference,"
      "median_difference_low,median_difference_high,ks_distance,ks_p_value,wasserstein_distance,"
      "margin,equivalence_p_value,result\n";
  const auto put = [&](double value) {
    text += ',';
    if (std::isfinite(value)) text += fmt::format("{}", value);
  };
  const auto put_estimate = [&](const Estimate& estimate) {
    for (const double value : {estimate.value, estimate.interval.low, estimate.interval.high}) {
      put(value);
    }
  };
  for (const ComparedKpi& kpi : c.kpi) {
    text += kpi.name;
    for (const Bootstrapped* b : {&kpi.a, &kpi.b}) {
      text += fmt::format(",{}", b->count);
      put(b->effective_count);
      put_estimate(b->mean);
      for (const Estimate& percentile : b->percentile) put_estimate(percentile);
    }
    text += fmt::format(",{}", kpi.pairs);
    put_estimate(kpi.mean_difference);
    put_estimate(kpi.median_difference);
    for (const double value :
         {kpi.ks, kpi.ks_p.value_or(infinity), kpi.wasserstein, kpi.margin, kpi.equivalence_p}) {
      put(value);
    }
    text += fmt::format(",{}\n", result_name(kpi.result));
  }
  return text;
}

}  // namespace redcell::analysis
