// Rules about mobility: what RRC has values for.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

// TS 38.331 6.3.2: TimeToTrigger, FilterCoefficient, ReportInterval (as far as the field goes),
// ReconfigurationWithSync and RLF-TimersAndConstants.
constexpr double time_to_trigger_ms[] = {0,   40,  64,  80,  100,  128,  160,  256,
                                         320, 480, 512, 640, 1024, 1280, 2560, 5120};
constexpr double filter_coefficient[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 17, 19};
constexpr double report_interval_ms[] = {120, 240, 480, 640, 1024, 2048, 5120, 10240, 20480};
constexpr double t304_ms[] = {50, 100, 150, 200, 500, 1000, 2000, 10000};
constexpr double t310_ms[] = {0, 50, 100, 200, 500, 1000, 2000, 4000, 6000};
constexpr double n310[] = {1, 2, 3, 4, 6, 8, 10, 20};
constexpr double n311[] = {1, 2, 3, 4, 5, 6, 8, 10};

/// A value that RRC signals in a coarser way than the field takes it.
struct Signalled {
  std::string path;
  double value;
  std::string unit;
  std::string clause;
};

/// The allowed values next to one that is not allowed.
void refuse(const Signalled& s, double below, double above, Report& report) {
  const std::string unit = s.unit.empty() ? "" : " " + s.unit;
  const std::string nearest = below == above ? fmt::format("{}{}", below, unit)
                                             : fmt::format("{} or {}{}", below, above, unit);
  report.add(s.path, {.found = fmt::format("{}{}", s.value, unit),
                      .allowed = nearest + ", the nearest that RRC can signal",
                      .clause = s.clause});
}

void check_list(const Signalled& s, std::span<const double> allowed, Report& report) {
  const auto next = std::lower_bound(allowed.begin(), allowed.end(), s.value);
  if (next != allowed.end() && *next == s.value) return;
  const double above = next != allowed.end() ? *next : allowed.back();
  const double below = next != allowed.begin() ? *(next - 1) : allowed.front();
  refuse(s, below, above, report);
}

void check_steps(const Signalled& s, double step, Report& report) {
  const double below = std::floor(s.value / step) * step;
  if (below != s.value) refuse(s, below, below + step, report);
}

}  // namespace

void check_mobility(const CarrierView& view, Report& report) {
  const schema::Mobility& m = view.carrier.mobility();
  const std::string path = view.path + ".mobility.";
  const std::string event = "TS 38.331 6.3.2 ReportConfigNR";
  const std::string failure = "TS 38.331 6.3.2 RLF-TimersAndConstants";
  check_steps({path + "a3_offset_db", m.a3_offset_db(), "dB", event}, 0.5, report);
  check_steps({path + "hysteresis_db", m.hysteresis_db(), "dB", event}, 0.5, report);
  check_list({path + "time_to_trigger_ms", m.time_to_trigger_ms(), "ms", event}, time_to_trigger_ms,
             report);
  check_list({path + "filter_coefficient", 1.0 * m.filter_coefficient(), "",
              "TS 38.331 6.3.2 FilterCoefficient"},
             filter_coefficient, report);
  check_list(
      {path + "report_interval_ms", m.report_interval_ms(), "ms", "TS 38.331 6.3.2 ReportInterval"},
      report_interval_ms, report);
  check_list({path + "t304_ms", m.t304_ms(), "ms", "TS 38.331 6.3.2 ReconfigurationWithSync"},
             t304_ms, report);
  check_list({path + "t310_ms", m.t310_ms(), "ms", failure}, t310_ms, report);
  check_list({path + "n310", 1.0 * m.n310(), "", failure}, n310, report);
  check_list({path + "n311", 1.0 * m.n311(), "", failure}, n311, report);
  check_steps({path + "preamble_target_dbm", m.preamble_target_dbm(), "dBm",
               "TS 38.331 6.3.2 RACH-ConfigGeneric"},
              2, report);
}

}  // namespace redcell::scenarios
