// Rules about time: what RRC has a list of periods for, and how soon a RedCap terminal can answer.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <string>

#include "base/units.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

// TS 38.331 ServingCellConfigCommon.
constexpr std::array ssb_period_ms{5.0, 10.0, 20.0, 40.0, 80.0, 160.0};
// TS 38.214 5.1.6.1.1.
constexpr std::array trs_period_ms{10.0, 20.0, 40.0, 80.0};
// TS 38.331 SchedulingRequestResourceConfig, whole slots; the longer ones from 30 and 60 kHz on.
constexpr std::array sr_period_slots{1.0,  2.0,  4.0,  5.0,   8.0,   10.0, 16.0,
                                     20.0, 40.0, 80.0, 160.0, 320.0, 640.0};
// TS 38.331 CSI-ReportPeriodicityAndOffset.
constexpr std::array csi_report_period_slots{4.0,  5.0,  8.0,  10.0,  16.0,
                                             20.0, 40.0, 80.0, 160.0, 320.0};
// TS 38.331 CSI-ResourcePeriodicityAndOffset.
constexpr std::array csi_rs_period_slots{4.0,  5.0,  8.0,  10.0,  16.0,  20.0, 32.0,
                                         40.0, 64.0, 80.0, 160.0, 320.0, 640.0};
// TS 38.211 Table 6.3.3.2-2, x frames.
constexpr std::array prach_period_ms{10.0, 20.0, 40.0, 80.0, 160.0};

/// A value of which the standard has a list.
struct Listed {
  std::string path;
  double value;
  std::span<const double> allowed;
  std::string unit;
  std::string clause;
};

void check_listed(const Listed& listed, Report& report) {
  const auto& list = listed.allowed;
  if (std::find(list.begin(), list.end(), listed.value) != list.end()) return;
  report.add(listed.path, {.found = fmt::format("{} {}", listed.value, listed.unit),
                           .allowed = fmt::format("{} {}", fmt::join(list, ", "), listed.unit),
                           .clause = listed.clause});
}

/// K1 or K2 as one rule: candidates, the least the terminal can do, and whether one is of any use.
struct Candidates {
  std::string path;
  std::vector<int> given;
  int least;
  int count_max;
  std::string name;
  std::string limit;  ///< "N1" or "N2".
  std::string clause;
};

template <class IsUseful>
void check_candidates(const Candidates& c, IsUseful is_useful, Report& report) {
  if (static_cast<int>(c.given.size()) > c.count_max) {
    report.add(c.path, {.found = fmt::format("{} candidates", c.given.size()),
                        .allowed = fmt::format("at most {}", c.count_max),
                        .clause = c.clause});
  }
  std::set<int> seen;
  for (std::size_t i = 0; i < c.given.size(); ++i) {
    const std::string at = fmt::format("{}[{}]", c.path, i);
    const int k = c.given[i];
    if (!seen.insert(k).second) {
      report.add(at, {.found = fmt::format("{} slots twice", k),
                      .allowed = "every value once",
                      .clause = c.clause});
    } else if (k < c.least) {
      report.add(at, {.found = fmt::format("{} of {} slots", c.name, k),
                      .allowed = fmt::format("{} or more: {} leaves the terminal no less", c.least,
                                             c.limit),
                      .clause = c.clause});
    } else if (!is_useful(k)) {
      report.add(at, {.found = fmt::format("{} of {} slots, which never leads from downlink to an "
                                           "uplink slot",
                                           c.name, k),
                      .allowed = "values that the TDD pattern has a use for",
                      .clause = c.clause});
    }
  }
}

}  // namespace

void check_periods(const CarrierView& view, Report& report) {
  const schema::Carrier& c = view.carrier;
  const double slots_per_ms = c.scs_khz() / 15;
  // 80 slots at 15 kHz, twice as many for each doubling of the spacing.
  const auto sr_end = std::find_if(sr_period_slots.begin(), sr_period_slots.end(),
                                   [&](double slots) { return slots > 80 * slots_per_ms; });
  check_listed({view.path + ".uplink.sr_period_slots",
                1.0 * c.uplink().sr_period_slots(),
                {sr_period_slots.begin(), sr_end},
                "slots",
                "TS 38.331 SchedulingRequestResourceConfig"},
               report);
  check_listed({view.path + ".link_adaptation.csi_period_slots",
                1.0 * c.link_adaptation().csi_period_slots(), csi_report_period_slots, "slots",
                "TS 38.331 CSI-ReportPeriodicityAndOffset"},
               report);
  check_listed({view.path + ".broadcast.ssb_period_ms", c.broadcast().ssb_period_ms(),
                ssb_period_ms, "ms", "TS 38.213 4.1"},
               report);
  check_listed({view.path + ".broadcast.trs_period_ms", c.broadcast().trs_period_ms(),
                trs_period_ms, "ms", "TS 38.214 5.1.6.1.1"},
               report);
  check_listed({view.path + ".uplink.prach_period_ms", c.uplink().prach_period_ms(),
                prach_period_ms, "ms", "TS 38.211 Table 6.3.3.2-2"},
               report);
  check_listed(
      {view.path + ".broadcast.csi_rs_period_ms", c.broadcast().csi_rs_period_ms() * slots_per_ms,
       csi_rs_period_slots, fmt::format("slots of {} kHz", c.scs_khz()),
       "TS 38.331 CSI-ResourcePeriodicityAndOffset"},
      report);
}

void check_timing(const CarrierView& view, double far_m, Report& report) {
  const schema::Carrier& c = view.carrier;
  const SlotOffsets offsets = slot_offsets(c, base::Metres(far_m));
  const auto check_derived = [&](const std::string& path, bool is_given, bool is_empty) {
    if (is_given || !is_empty) return;
    report.add(path, {.found = "a TDD pattern in which no value leads from downlink to uplink",
                      .allowed = "uplink soon enough after downlink",
                      .clause = "TS 38.213 11.1"});
  };
  check_derived(view.path + ".downlink.k1", c.downlink().k1_size() > 0, offsets.k1.empty());
  check_derived(view.path + ".uplink.k2", c.uplink().k2_size() > 0, offsets.k2.empty());
  check_candidates(
      {.path = view.path + ".downlink.k1",
       .given = {c.downlink().k1().begin(), c.downlink().k1().end()},
       .least = offsets.least_k1,
       .count_max = k1_candidate_count_max,
       .name = "K1",
       .limit = "N1 with the timing advance",
       .clause = "TS 38.214 5.3"},
      [&](int k1) { return reaches_uplink(c, k1); }, report);
  check_candidates(
      {.path = view.path + ".uplink.k2",
       .given = {c.uplink().k2().begin(), c.uplink().k2().end()},
       .least = offsets.least_k2,
       .count_max = k2_candidate_count_max,
       .name = "K2",
       .limit = "N2 with the timing advance",
       .clause = "TS 38.214 6.4"},
      [&](int k2) { return grants_uplink(c, k2); }, report);
}

}  // namespace redcell::scenarios
