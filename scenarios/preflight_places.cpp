// Rules about places, the channel between them, and the experiment as a whole.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "analysis/verdict.h"
#include "phy/channel/path_loss.h"
#include "phy/channel/tdl.h"
#include "phy/nr/numerology.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

/// Share of a link's power that may fall behind the cyclic prefix before the channel model, which
/// knows no interference between symbols, says something untrue [ours]: -20 dB, below the floor of
/// 256QAM's EVM.
constexpr double late_power_max = 0.01;

std::optional<phy::PathLossModel> path_loss_model(const schema::Channel& channel) {
  switch (channel.path_loss()) {
    case schema::Channel::UMA_LOS:
      return phy::PathLossModel::uma_los;
    case schema::Channel::RMA_LOS:
      return phy::PathLossModel::rma_los;
    case schema::Channel::FREE_SPACE:
      break;
  }
  return std::nullopt;
}

std::optional<phy::TdlProfile> profile_of(const schema::Channel& channel) {
  switch (channel.fading()) {
    case schema::Channel::TDL_A:
      return phy::TdlProfile::tdl_a;
    case schema::Channel::TDL_B:
      return phy::TdlProfile::tdl_b;
    case schema::Channel::TDL_C:
      return phy::TdlProfile::tdl_c;
    case schema::Channel::TDL_D:
      return phy::TdlProfile::tdl_d;
    case schema::Channel::TDL_E:
      return phy::TdlProfile::tdl_e;
    case schema::Channel::NONE:
      break;
  }
  return std::nullopt;
}

/// One pair of site and group on one carrier.
struct Pair {
  const schema::Site& site;
  std::string site_path;
  const schema::TerminalGroup& group;
  std::string group_path;
  const schema::Carrier& carrier;
};

/// The value to blame for a quantity out of range.
std::string path_of(const Pair& pair, std::string_view quantity) {
  if (quantity == "bs_height_m") return pair.site_path + ".height_m";
  if (quantity == "ut_height_m") return pair.group_path + ".height_m";
  if (quantity == "carrier_hz")
    return fmt::format("carrier[{}].dl_centre_mhz", pair.carrier.name());
  return pair.group_path + ".placement";
}

void check_pair(const schema::Scenario& scenario, const Pair& pair, std::set<std::string>& said,
                Report& report) {
  const auto model = path_loss_model(pair.carrier.channel());
  if (!model) return;
  const DistanceRange range = distance_range(scenario, pair.group, pair.site);
  for (const double distance_m : {range.near_m, range.far_m}) {
    const auto finding = phy::path_loss_range_finding(
        *model, {.distance_2d = base::Metres(distance_m),
                 .bs_height = base::Metres(pair.site.height_m()),
                 .ut_height = base::Metres(pair.group.height_m()),
                 .carrier = base::Hertz(pair.carrier.dl_centre_mhz() * 1e6)});
    if (!finding) continue;
    const std::string path = path_of(pair, finding->quantity);
    // A height is wrong once, however many pairs it is part of.
    const bool is_distance = finding->quantity == "distance_2d_m";
    if (!said.insert(is_distance ? fmt::format("{} {}", path, distance_m) : path).second) continue;
    report.add(
        path,
        {.found = is_distance ? fmt::format("terminals {:.1f} m from {} (route included)",
                                            finding->value, pair.site.name())
                              : fmt::format("{} of {}", finding->quantity, finding->value),
         .allowed =
             fmt::format("{} of {} to {} for {}", finding->quantity, finding->low, finding->high,
                         schema::Channel::PathLoss_Name(pair.carrier.channel().path_loss())),
         .clause = std::string(finding->clause),
         .advice =
             "Or take another channel.path_loss of the carrier; FREE_SPACE has no such range."});
  }
}

void check_path_loss(const schema::Scenario& scenario, Report& report) {
  std::set<std::string> said;
  for (int s = 0; s < scenario.site_size(); ++s) {
    const schema::Site& site = scenario.site(s);
    for (const schema::Sector& sector : site.sector()) {
      const auto carrier =
          std::find_if(scenario.carrier().begin(), scenario.carrier().end(),
                       [&](const schema::Carrier& c) { return c.name() == sector.carrier(); });
      if (carrier == scenario.carrier().end()) continue;
      for (int g = 0; g < scenario.terminal_group_size(); ++g) {
        const schema::TerminalGroup& group = scenario.terminal_group(g);
        if (group.has_carrier() && group.carrier() != carrier->name()) continue;
        check_pair(scenario,
                   {.site = site,
                    .site_path = element_path("", site, "site", s),
                    .group = group,
                    .group_path = element_path("", group, "terminal_group", g),
                    .carrier = *carrier},
                   said, report);
      }
    }
  }
}

void check_sectors(const schema::Scenario& scenario, Report& report) {
  std::set<std::string> taken;
  for (int s = 0; s < scenario.site_size(); ++s) {
    const std::string site = element_path("", scenario.site(s), "site", s);
    for (int i = 0; i < scenario.site(s).sector_size(); ++i) {
      const std::string& carrier = scenario.site(s).sector(i).carrier();
      if (taken.insert(carrier).second) continue;
      report.add(fmt::format("{}.sector[{}]", site, i),
                 {.found = fmt::format("another cell on carrier '{}'", carrier),
                  .allowed = "one cell per carrier: interference between cells is not there yet",
                  .clause = "[ours]"});
    }
  }
}

void check_rings(const schema::Scenario& scenario, Report& report) {
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::Placement& place = scenario.terminal_group(g).placement();
    if (place.min_radius_m() <= place.max_radius_m()) continue;
    report.add(element_path("", scenario.terminal_group(g), "terminal_group", g) +
                   ".placement.min_radius_m",
               {.found = fmt::format("{} m, with max_radius_m of {} m", place.min_radius_m(),
                                     place.max_radius_m()),
                .allowed = fmt::format("0 to {} m", place.max_radius_m()),
                .clause = "[ours]"});
  }
}

void check_fading(const schema::Carrier& carrier, const std::string& path, Report& report) {
  const schema::Channel& channel = carrier.channel();
  const auto profile = profile_of(channel);
  const bool has_los = profile && phy::has_line_of_sight(*profile);
  if (channel.has_k_factor_db() && !has_los) {
    return report.add(
        path + ".channel.k_factor_db",
        {.found = fmt::format("a K factor with {}", schema::Channel::Fading_Name(channel.fading())),
         .allowed = "none: only TDL_D and TDL_E have a line of sight",
         .clause = "TR 38.901 7.7.6"});
  }
  if (!profile) return;
  phy::TdlScaling scaling{.delay_spread = base::Seconds(channel.delay_spread_ns() * 1e-9),
                          .k_factor = std::nullopt};
  if (channel.has_k_factor_db()) scaling.k_factor = base::Db(channel.k_factor_db());
  // The prefix of most symbols: 144 kappa 2^-mu Tc.
  const std::uint32_t steps = carrier.scs_khz() / 15;
  const double prefix_s = base::to_seconds(phy::duration_of_tc(144 * 64 / std::max(1U, steps)));
  double late_power = 0;
  for (const phy::TdlTap& tap : phy::tdl_taps(*profile, scaling)) {
    if (tap.delay_s > prefix_s) late_power += tap.rayleigh_power_lin + tap.los_power_lin;
  }
  if (late_power <= late_power_max) return;
  report.add(path + ".channel.delay_spread_ns",
             {.found = fmt::format("{} ns: {:.0f} % of the power comes after the cyclic prefix "
                                   "of {:.0f} ns at {} kHz",
                                   channel.delay_spread_ns(), 100 * late_power, prefix_s * 1e9,
                                   carrier.scs_khz()),
              .allowed = fmt::format("at most {:.0f} %", 100 * late_power_max),
              .clause = "TS 38.211 5.3.1"});
}

// -------------------------------------------------------------------------------------------
// experiment

/// The KPIs that a run can have, as analysis names them.
std::vector<std::string> kpi_names() {
  std::vector<std::string> names{"rtt_ms"};
  constexpr std::array figures{"throughput_mbps",  "goodput_mbps",        "latency_ms",
                               "mcs_index",        "rank_layers",         "block_size_prb",
                               "bler_first_ratio", "residual_loss_ratio", "packet_loss_ratio",
                               "unaccounted_bytes"};
  constexpr std::array parts{"core",       "queue", "alignment", "grant",      "air",
                             "processing", "harq",  "rlc",       "reordering", "unattributed"};
  for (const char* direction : {"dl", "ul"}) {
    for (const char* figure : figures) names.push_back(fmt::format("{}_{}", direction, figure));
    for (const char* part : parts)
      names.push_back(fmt::format("{}_latency_{}_ms", direction, part));
  }
  return names;
}

void check_targets(const schema::Scenario& scenario, Report& report) {
  const std::vector<std::string> names = kpi_names();
  for (int t = 0; t < scenario.target_size(); ++t) {
    const std::string path = fmt::format("target[{}]", t);
    const analysis::Target& target = scenario.target(t);
    for (const std::string& sentence : analysis::target_findings(target)) {
      report.add(path, {.found = sentence,
                        .allowed = "value with tolerance_percent, or low and high with RANGE",
                        .clause = "[ours]"});
    }
    if (std::find(names.begin(), names.end(), target.kpi()) != names.end()) continue;
    const std::string near = nearest(target.kpi(), names);
    report.add(path + ".kpi",
               {.found = fmt::format("'{}', a KPI that no run has", target.kpi()),
                .allowed = fmt::format("{}", fmt::join(names, ", ")),
                .advice = near.empty() ? "" : fmt::format("Did you mean {}?", near)});
  }
}

void check_traffic(const schema::Scenario& scenario, Report& report) {
  for (int t = 0; t < scenario.traffic_size(); ++t) {
    const schema::Traffic& traffic = scenario.traffic(t);
    const std::string path = element_path("", traffic, "traffic", t);
    if (traffic.start_s() >= scenario.duration_s()) {
      report.add(path + ".start_s", {.found = fmt::format("{} s, when the run of {} s is over",
                                                          traffic.start_s(), scenario.duration_s()),
                                     .allowed = "a start before duration_s",
                                     .clause = "[ours]"});
    }
    if (traffic.has_ping() &&
        traffic.ping().min_payload_bytes() > traffic.ping().max_payload_bytes()) {
      report.add(path + ".ping.min_payload_bytes",
                 {.found = fmt::format("{} bytes, with max_payload_bytes of {}",
                                       traffic.ping().min_payload_bytes(),
                                       traffic.ping().max_payload_bytes()),
                  .allowed = "at most max_payload_bytes",
                  .clause = "[ours]"});
    }
  }
}

}  // namespace

void check_places(const schema::Scenario& scenario, Report& report) {
  check_sectors(scenario, report);
  const std::size_t before = report.count();
  check_rings(scenario, report);
  if (report.count() == before) check_path_loss(scenario, report);
  for (int i = 0; i < scenario.carrier_size(); ++i) {
    check_fading(scenario.carrier(i), element_path("", scenario.carrier(i), "carrier", i), report);
  }
}

void check_experiment(const schema::Scenario& scenario, Report& report) {
  if (scenario.warm_up_s() >= scenario.duration_s()) {
    report.add("warm_up_s", {.found = fmt::format("{} s of a run of {} s", scenario.warm_up_s(),
                                                  scenario.duration_s()),
                             .allowed = "less than duration_s",
                             .clause = "[ours]"});
  }
  check_traffic(scenario, report);
  check_targets(scenario, report);
}

}  // namespace redcell::scenarios
