// Rules about routes: ways that can be gone, and words that contradict each other.
#include <fmt/format.h>

#include <string>

#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_ways.h"

namespace redcell::scenarios {
namespace {

/// The least that a way point may say for itself.
constexpr double way_speed_kmh_min = 0.1;

bool is_same_place(const schema::WayPoint& a, const schema::WayPoint& b) {
  return a.x_m() == b.x_m() && a.y_m() == b.y_m();
}

/// Returns whether there is any way to go.
bool check_legs(const schema::Route& route, const std::string& path, Report& report) {
  const int count = route.way_point_size();
  const int leg_count = route.loop() ? count : count - 1;
  bool has_way = false;
  for (int i = 0; i < leg_count; ++i) {
    const schema::WayPoint& point = route.way_point(i);
    if (is_same_place(point, route.way_point((i + 1) % count))) continue;
    has_way = true;
    const double kmh = speed_kmh(route, point);
    if (kmh >= way_speed_kmh_min) continue;
    report.add(
        fmt::format("{}.way_point[{}].speed_kmh", path, i),
        {.found = fmt::format("{} km/h, the route's, to the next way point", kmh),
         .allowed = fmt::format("{} km/h or more where there is a way to go", way_speed_kmh_min),
         .clause = "[ours]",
         .advice = "Give the speed here, or for all way points as speed_kmh of the route."});
  }
  return has_way;
}

void check_way_points(const schema::Route& route, const std::string& path, Report& report) {
  const bool has_way = check_legs(route, path, report);
  if (route.start_offset_m() > 0 && (!route.loop() || !has_way)) {
    report.add(path + ".start_offset_m",
               {.found = fmt::format("{} m on {}", route.start_offset_m(),
                                     route.loop() ? "a loop without length" : "no loop"),
                .allowed = "an offset on a loop alone, and one that leads somewhere",
                .clause = "[ours]"});
  }
  if (!route.loop() || route.way_point_size() > 0) return;
  report.add(path + ".loop", {.found = "a loop without way points",
                              .allowed = "way_point blocks, or no loop",
                              .clause = "[ours]"});
}

void check_random_way(const schema::Route& route, const std::string& path, Report& report) {
  const schema::RandomWay& way = route.random_way();
  if (route.way_point_size() > 0) {
    report.add(
        path + ".random_way",
        {.found = "a random way beside way points", .allowed = "one of them", .clause = "[ours]"});
  }
  if (way.min_speed_kmh() <= way.max_speed_kmh()) return;
  report.add(path + ".random_way.min_speed_kmh",
             {.found = fmt::format("{} km/h, with max_speed_kmh of {}", way.min_speed_kmh(),
                                   way.max_speed_kmh()),
              .allowed = "at most max_speed_kmh",
              .clause = "[ours]"});
}

}  // namespace

void check_routes(const schema::Scenario& scenario, Report& report) {
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    const std::string path = element_path("", group, "terminal_group", g) + ".route";
    check_way_points(group.route(), path, report);
    if (group.route().has_random_way()) check_random_way(group.route(), path, report);
  }
}

}  // namespace redcell::scenarios
