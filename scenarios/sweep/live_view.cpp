#include "scenarios/sweep/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace redcell::scenarios {
namespace {

constexpr std::size_t word_size_max = 40;

/// What a terminal may be shown of another process's words.
std::string plain(const std::string& words) {
  std::string text = words.substr(0, word_size_max);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

LiveView::LiveView(std::set<std::string> addresses, std::string kpi)
    : addresses_(std::move(addresses)), kpi_(std::move(kpi)) {}

void LiveView::take(std::span<const analysis::LiveReport> reports, Time now) {
  for (const analysis::LiveReport& report : reports) take_one(report, now);
}

void LiveView::take_one(const analysis::LiveReport& report, Time now) {
  if (!addresses_.contains(report.name())) return;
  switch (report.state()) {
    case analysis::LiveReport::RUNNING: {
      const double share = report.simulated_s() / report.duration_s();
      const double rate = report.simulated_s() / report.wall_s();
      if (!(share >= 0.0 && share <= 1.0) || !(rate >= 0.0 && std::isfinite(rate))) return;
      running_[report.name()] = {.share = share, .simulated_per_s = rate, .told = now};
      return;
    }
    case analysis::LiveReport::COMPLETE:
      running_.erase(report.name());
      take_result(report);
      return;
    case analysis::LiveReport::FAILED:
      running_.erase(report.name());
      last_cause_ = plain(report.cause());
      return;
  }
}

void LiveView::take_result(const analysis::LiveReport& report) {
  for (const analysis::LiveFigure& figure : report.figure()) {
    if (!kpi_.empty() && figure.name() != kpi_) continue;
    last_result_ = fmt::format("{} {:.4g}", plain(figure.name()), figure.value());
    return;
  }
}

LiveState LiveView::state(Time now) const {
  LiveState state{.last_cause = last_cause_, .last_result = last_result_};
  for (const auto& [address, point] : running_) {
    if (now - point.told > live_silence_max) continue;
    ++state.running;
    state.done_points += point.share;
    state.simulated_per_s += point.simulated_per_s;
  }
  return state;
}

}  // namespace redcell::scenarios
