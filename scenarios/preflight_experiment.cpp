// Rules about the experiment: its times, and whether its traffic can get into the bearers.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/traffic.h"

namespace redcell::scenarios {
namespace {

constexpr double bytes_per_kb = 1000;

/// What a kind of traffic puts before its bearer at once.
struct Load {
  const char* field = "";  ///< Of the kind, with a dot before it; empty: a constant of ours.
  double bytes = 0;
};

Load load_of(const schema::Traffic& traffic) {
  switch (traffic.kind_case()) {
    case schema::Traffic::kFullBuffer:
      return {.field = ".full_buffer",
              .bytes =
                  static_cast<double>(built_in_queue_bytes) + traffic.full_buffer().packet_bytes()};
    case schema::Traffic::kUdpFullBuffer:
      return {.field = ".udp_full_buffer.queue_target_kb",
              .bytes = bytes_per_kb * traffic.udp_full_buffer().queue_target_kb()};
    case schema::Traffic::kFileTransfer:
      return {.field = ".file_transfer.file_kb",
              .bytes = bytes_per_kb * traffic.file_transfer().file_kb()};
    default:
      return {};
  }
}

/// What never fits would be dropped for as long as the run lasts, and sent anew.
void check_queue(const schema::Scenario& scenario, const schema::Traffic& traffic,
                 const std::string& path, Report& report) {
  const Load load = load_of(traffic);
  for (const schema::TerminalGroup& group : scenario.terminal_group()) {
    if (group.name() != traffic.terminal_group()) continue;
    const double limit_kb = group.bearer().queue_limit_kb();
    if (load.bytes <= bytes_per_kb * limit_kb) continue;
    report.add(path + load.field,
               {.found = fmt::format("{} kB at once, where the bearer of '{}' queues {} kB",
                                     load.bytes / bytes_per_kb, group.name(), limit_kb),
                .allowed = fmt::format("at most {} kB", limit_kb),
                .clause = "[ours]",
                .advice = fmt::format("Or raise terminal_group[{}].bearer.queue_limit_kb.",
                                      group.name())});
  }
}

void check_traffic(const schema::Scenario& scenario, const schema::Traffic& traffic,
                   const std::string& path, Report& report) {
  if (traffic.start_s() >= scenario.duration_s()) {
    report.add(path + ".start_s", {.found = fmt::format("{} s, when the run of {} s is over",
                                                        traffic.start_s(), scenario.duration_s()),
                                   .allowed = "a start before duration_s",
                                   .clause = "[ours]"});
  }
  const schema::Ping& ping = traffic.ping();
  if (traffic.has_ping() && ping.min_payload_bytes() > ping.max_payload_bytes()) {
    report.add(path + ".ping.min_payload_bytes",
               {.found = fmt::format("{} bytes, with max_payload_bytes of {}",
                                     ping.min_payload_bytes(), ping.max_payload_bytes()),
                .allowed = "at most max_payload_bytes",
                .clause = "[ours]"});
  }
  check_queue(scenario, traffic, path, report);
}

}  // namespace

void check_experiment(const schema::Scenario& scenario, Report& report) {
  if (scenario.warm_up_s() >= scenario.duration_s()) {
    report.add("warm_up_s", {.found = fmt::format("{} s of a run of {} s", scenario.warm_up_s(),
                                                  scenario.duration_s()),
                             .allowed = "less than duration_s",
                             .clause = "[ours]"});
  }
  for (int t = 0; t < scenario.traffic_size(); ++t) {
    const schema::Traffic& traffic = scenario.traffic(t);
    check_traffic(scenario, traffic, element_path("", traffic, "traffic", t), report);
  }
}

}  // namespace redcell::scenarios
