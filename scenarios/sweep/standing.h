// How a sweep stands: what is planned, what of it is there, and what that says together.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenarios/sweep/plan.h"
#include "scenarios/sweep/results.h"
#include "scenarios/sweep/store.h"
#include "scenarios/sweep/tables.h"

namespace redcell::scenarios {

class Standing {
 public:
  /// Plan and store must outlive it.
  Standing(const Plan& plan, const Store& store);

  /// Looks again at what is complete.
  void look() { complete_ = store_.complete(); }
  /// True when a goal asks for more seeds and they may help; then they are planned.
  bool add_seeds();

  [[nodiscard]] const std::vector<Point>& points() const { return points_; }
  [[nodiscard]] std::vector<Point> missing() const { return points_that(false); }
  [[nodiscard]] std::vector<Point> done() const { return points_that(true); }

  /// Points without a result, and those with two. told: what is known besides the files.
  [[nodiscard]] std::vector<Failure> failures(const std::map<std::string, Failure>& told) const;
  /// What came out. A point with two results counts as not complete. is_partial: combinations that
  /// lack some of their seeds are judged too.
  [[nodiscard]] SweepReport report(std::vector<Failure> failures, bool is_partial);
  /// All of results/. Throws analysis::LogError.
  void write(const SweepReport& report);
  /// results/report.html, or the same elsewhere. Throws analysis::LogError.
  void write_page(const SweepReport& report, const std::filesystem::path& page);

 private:
  [[nodiscard]] std::vector<Point> points_that(bool are_complete) const;
  [[nodiscard]] RowSeeds complete_seeds(bool take_partial) const;
  std::vector<Figure> figures();

  const Plan& plan_;
  const Store& store_;
  ResultBook book_;
  std::vector<std::uint32_t> seed_count_;  ///< [row]
  std::vector<Point> points_;
  std::set<std::string> complete_;
};

/// 0 every point complete and every goal met; 1 a goal out of reach, or a KPI that no run has; 3
/// points missing or failed.
[[nodiscard]] int exit_code_of(const SweepReport& report);
/// Figures that no run has.
[[nodiscard]] std::vector<Figure> absent_figures(const SweepReport& report);

}  // namespace redcell::scenarios
