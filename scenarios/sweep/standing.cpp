#include "scenarios/sweep/standing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/file.h"
#include "scenarios/cli.h"
#include "scenarios/sweep/page.h"
#include "scenarios/sweep/picture.h"

namespace redcell::scenarios {

namespace fs = std::filesystem;

Standing::Standing(const Plan& plan, const Store& store)
    : plan_(plan), store_(store), book_(store), complete_(store.complete()) {
  seed_count_.assign(plan.rows.size(), plan.loaded.sweep.seeds().count());
  points_ = points_of(plan_, seed_count_);
}

std::vector<Point> Standing::points_that(bool are_complete) const {
  std::vector<Point> points;
  for (const Point& point : points_) {
    if (complete_.contains(point.address) == are_complete) points.push_back(point);
  }
  return points;
}

/// Seeds of each row that are complete; none for a row that lacks one of those planned.
RowSeeds Standing::complete_seeds(bool take_partial) const {
  RowSeeds seeds(plan_.rows.size());
  const std::uint32_t first = plan_.loaded.sweep.seeds().first();
  for (std::size_t row = 0; row < plan_.rows.size(); ++row) {
    for (std::uint32_t i = 0; i < seed_count_[row]; ++i) {
      if (complete_.contains(point_address(plan_.rows[row].content, first + i))) {
        seeds[row].push_back(first + i);
      }
    }
    if (!take_partial && seeds[row].size() < seed_count_[row]) seeds[row].clear();
  }
  return seeds;
}

/// What is judged: asked for, or what the first complete point has.
std::vector<Figure> Standing::figures() {
  for (const Point& point : points_) {
    if (complete_.contains(point.address)) {
      return figures_of(plan_.loaded.sweep, book_.at(point.address).kpi);
    }
  }
  return {};
}

bool Standing::add_seeds() {
  if (!has_goal(plan_.loaded.sweep)) return false;
  bool has_more = false;
  const RowSeeds seeds = complete_seeds(false);
  const std::vector<Figure> judged = figures();
  for (const RowEstimate& row : estimate_rows({plan_, seeds, judged, book_})) {
    if (row.decision.precision != Precision::more_seeds) continue;
    seed_count_[row.row] = std::max(seed_count_[row.row], row.decision.next_seed_count);
    has_more = true;
  }
  if (has_more) points_ = points_of(plan_, seed_count_);
  return has_more;
}

std::vector<Failure> Standing::failures(const std::map<std::string, Failure>& told) const {
  std::map<std::string, Failure> known = told;
  for (const auto& [address, failure] : store_.failures()) {
    // Two results are told whatever else has been said of their point.
    if (failure.cause == causes::different) known.insert_or_assign(address, failure);
    known.try_emplace(address, failure);
  }
  std::vector<Failure> failures;
  for (const Point& point : points_) {
    const auto found = known.find(point.address);
    const bool is_doubtful = found != known.end() && found->second.cause == causes::different;
    if (complete_.contains(point.address) && !is_doubtful) continue;
    Failure failure = found == known.end()
                          ? Failure{.address = point.address,
                                    .cause = causes::cluster,
                                    .words = "no result and no report of a failure",
                                    .log = {}}
                          : found->second;
    failure.words =
        fmt::format("{} seed={}: {}", row_text(plan_, point.row), point.seed, failure.words);
    failures.push_back(std::move(failure));
  }
  return failures;
}

SweepReport Standing::report(std::vector<Failure> failures, bool is_partial) {
  for (const Failure& failure : failures) {
    if (failure.cause == causes::different) complete_.erase(failure.address);
  }
  const RowSeeds seeds = complete_seeds(is_partial);
  const std::vector<Figure> judged = figures();
  return {.plan = plan_,
          .points = points_,
          .failures = std::move(failures),
          .figures = judged,
          .estimates = estimate_rows({plan_, seeds, judged, book_}),
          .differences = row_differences({plan_, seeds, judged, book_})};
}

void Standing::write(const SweepReport& report) {
  fs::create_directories(store_.results());
  const auto write_text = [&](const char* name, const std::string& text) {
    analysis::write_file_atomically((store_.results() / name).string(), text);
  };
  write_text("estimates.csv", estimates_csv(report));
  write_text("differences.csv", differences_csv(report));
  write_text("runs.csv", runs_csv(report, book_, complete_));
  const std::string picture = sweep_svg(report);
  if (!picture.empty()) write_text("picture.svg", picture);
  write_sqlite(report, book_, complete_, store_.results() / "results.sqlite");
  write_page(report, store_.results() / "report.html");
}

void Standing::write_page(const SweepReport& report, const fs::path& page) {
  std::vector<const PointResult*> results;
  for (const Point& point : done()) results.push_back(&book_.at(point.address));
  analysis::write_file_atomically(page.string(),
                                  sweep_html(report, {.folder = store_.folder().string(),
                                                      .facts = sweep_facts(plan_, results)}));
}

std::vector<Figure> absent_figures(const SweepReport& report) {
  std::vector<bool> has_any(report.figures.size(), false);
  for (const RowEstimate& row : report.estimates) {
    if (row.estimate) has_any[row.figure] = true;
  }
  std::vector<Figure> absent;
  for (std::size_t f = 0; f < report.figures.size(); ++f) {
    if (!has_any[f]) absent.push_back(report.figures[f]);
  }
  return absent;
}

int exit_code_of(const SweepReport& report) {
  if (!report.failures.empty()) return exit_broken;
  const bool is_short = std::any_of(
      report.estimates.begin(), report.estimates.end(),
      [](const RowEstimate& e) { return e.decision.precision == Precision::out_of_reach; });
  return is_short || !absent_figures(report).empty() ? exit_target : exit_done;
}

}  // namespace redcell::scenarios
