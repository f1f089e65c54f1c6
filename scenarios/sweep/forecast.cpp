#include "scenarios/sweep/forecast.h"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "analysis/file.h"
#include "analysis/log_error.h"
#include "scenarios/sweep/children.h"
#include "scenarios/sweep/point_files.h"
#include "scenarios/sweep/program.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pilot_count_max = 3;
constexpr std::size_t measured_count_max = 20;
constexpr double short_pilot_s = 0.3;  ///< Simulated; the difference to a longer one is the cost.
constexpr double long_pilot_s = 1.2;   ///< Simulated at first, then longer until it takes ...
constexpr double pilot_wall_s = 1.0;   ///< ... about this time.
constexpr double pilot_growth = 4.0;
constexpr double pilot_limit_s = 60.0;
constexpr double pilot_memory_mb = 1e6;

/// As many of the points, spread evenly.
std::vector<Point> spread(const std::vector<Point>& points, std::size_t count) {
  std::vector<Point> chosen;
  const std::size_t used = std::min(count, points.size());
  for (std::size_t i = 0; i < used; ++i) chosen.push_back(points[i * points.size() / used]);
  return chosen;
}

/// Folder that goes when its owner does.
struct ScratchFolder {
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "redcell-pilot-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), name);
    }
    path = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

/// Wall time of one point cut to `simulated_s`; infinite when it does not get there.
double wall_of(const Plan& plan, const Point& point, double simulated_s, const fs::path& scratch) {
  std::vector<std::string> words = {running_program().program.string(),
                                    "run",
                                    (scratch / "base.txtpb").string(),
                                    "--quiet",
                                    "--out",
                                    (scratch / "run").string(),
                                    "--seed",
                                    std::to_string(point.seed)};
  std::vector<std::string> overrides = plan.rows[point.row].overrides;
  overrides.push_back(fmt::format("duration_s={}", simulated_s));
  overrides.emplace_back("warm_up_s=0");
  for (const std::string& text : overrides) {
    words.emplace_back("--set");
    words.push_back(text);
  }
  double wall_s = INFINITY;
  run_children(1, 1,
               {.start =
                    [&](std::size_t) {
                      return Child{.words = words,
                                   .folder = scratch,
                                   .log = scratch / "log.txt",
                                   .time_limit_s = pilot_limit_s,
                                   .memory_limit_mb = pilot_memory_mb};
                    },
                .ended =
                    [&](std::size_t, const ChildEnd& end) {
                      const bool is_whole = end.kind == ChildEnd::Kind::exited && end.code <= 1;
                      if (is_whole) wall_s = end.wall_s;
                    },
                .tick = {}});
  return wall_s;
}

/// What the whole point costs, from cut runs of it; infinite when they do not end.
double pilot_of(const Plan& plan, const Point& point, const fs::path& scratch) {
  const double duration_s = plan.rows[point.row].duration_s;
  double simulated_s = std::min(duration_s, long_pilot_s);
  double wall_s = wall_of(plan, point, simulated_s, scratch);
  while (wall_s < pilot_wall_s && simulated_s < duration_s) {
    simulated_s = std::min(duration_s, pilot_growth * simulated_s);
    wall_s = wall_of(plan, point, simulated_s, scratch);
  }
  if (simulated_s >= duration_s) return wall_s;
  const double short_wall_s = wall_of(plan, point, short_pilot_s, scratch);
  const double slope = (wall_s - short_wall_s) / (simulated_s - short_pilot_s);
  return wall_s + std::max(0.0, slope) * (duration_s - simulated_s);
}

}  // namespace

Forecast measured_cost(const Store& store, const std::vector<Point>& points) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const Point& point : spread(points, measured_count_max)) {
    try {
      sum += read_result(store.point(point.address)).process_s;
      ++count;
    } catch (const analysis::LogError&) {
      continue;  // Judging it is another's job.
    }
  }
  if (count == 0) return {};
  return {.point_s = sum / static_cast<double>(count),
          .source = fmt::format("measured on {} points", count)};
}

Forecast pilot_cost(const Plan& plan, const std::vector<Point>& missing) {
  const ScratchFolder scratch;
  analysis::write_file_atomically(scratch.path / "base.txtpb", plan.base_text);
  double sum = 0.0;
  std::size_t count = 0;
  for (const Point& point : spread(missing, pilot_count_max)) {
    const double wall_s = pilot_of(plan, point, scratch.path);
    if (!std::isfinite(wall_s)) continue;
    sum += wall_s;
    ++count;
  }
  if (count == 0) return {};
  return {.point_s = sum / static_cast<double>(count),
          .source = fmt::format("pilot of {} points, cut short", count)};
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "unknown";
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (seconds < 10.0) return fmt::format("{:.1f} s", seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace redcell::scenarios
