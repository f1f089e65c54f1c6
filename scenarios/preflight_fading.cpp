// Rules about fading: which tapped delay line fits the links, the carrier and the other fields.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "phy/channel/tdl.h"
#include "phy/nr/numerology.h"
#include "scenarios/clutter.h"
#include "scenarios/preflight_rules.h"

namespace redcell::scenarios {
namespace {

/// Share of a link's power that may fall behind the cyclic prefix before the channel model, which
/// knows no interference between symbols, says something untrue [ours]: -20 dB, below the floor of
/// 256QAM's EVM.
constexpr double late_power_max = 0.01;

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
    case schema::Channel::BY_SIGHT:
    case schema::Channel::CLUSTERS:
      break;
  }
  return std::nullopt;
}

/// A link's state says everything: what the file says beside it would not be read.
void check_by_state(const CarrierView& view, Report& report) {
  const schema::Channel& channel = view.carrier.channel();
  const std::string& fading = schema::Channel::Fading_Name(channel.fading());
  if (channel.fading() == schema::Channel::CLUSTERS && !is_drawn(channel)) {
    report.add(view.path + ".channel.fading",
               {.found = fmt::format("CLUSTERS in {}",
                                     schema::Channel::PathLoss_Name(channel.path_loss())),
                .allowed = "with UMA, UMI, RMA, an INH or an INF, which draw sight",
                .clause = "TR 38.901 7.5"});
  } else if (channel.path_loss() == schema::Channel::FREE_SPACE) {
    report.add(view.path + ".channel.fading",
               {.found = "BY_SIGHT in FREE_SPACE, which has no spreads",
                .allowed = "NONE or a profile with a delay spread of its own",
                .clause = "TR 38.901 Table 7.5-6"});
  }
  const bool has_clusters = channel.fading() == schema::Channel::CLUSTERS;
  const auto refuse = [&](const char* field) {
    report.add(
        fmt::format("{}.channel.{}", view.path, field),
        {.found = fmt::format("{} with fading {}", field, fading),
         .allowed = has_clusters ? "none: spreads and K are drawn for each link"
                                 : "none: the spreads and K are the medians of each link's state",
         .clause = "TR 38.901 Table 7.5-6"});
  };
  // The default may stand there: it does in a scenario that was written down with its defaults.
  const double spread_ns = channel.delay_spread_ns();
  if (spread_ns != schema::Channel::default_instance().delay_spread_ns()) refuse("delay_spread_ns");
  if (channel.has_k_factor_db()) refuse("k_factor_db");
}

}  // namespace

bool is_drawn(const schema::Channel& channel) {
  switch (channel.path_loss()) {
    case schema::Channel::UMA:
    case schema::Channel::RMA:
    case schema::Channel::UMI:
    case schema::Channel::INH_OPEN:
    case schema::Channel::INH_MIXED:
    case schema::Channel::INF_SL:
    case schema::Channel::INF_DL:
    case schema::Channel::INF_SH:
    case schema::Channel::INF_DH:
    case schema::Channel::INF_HH:
      return true;
    case schema::Channel::FREE_SPACE:
    case schema::Channel::UMA_LOS:
    case schema::Channel::RMA_LOS:
      break;
  }
  return false;
}

void check_clutter(const CarrierView& view, Report& report) {
  const schema::Channel& channel = view.carrier.channel();
  const std::string name = schema::Channel::PathLoss_Name(channel.path_loss());
  const std::optional<Hall> hall = hall_of(channel);
  const auto refuse = [&](const char* field) {
    report.add(fmt::format("{}.channel.{}", view.path, field),
               {.found = fmt::format("{} with {}", field, name),
                .allowed = "none: only INF_SL, INF_DL, INF_SH and INF_DH have clutter",
                .clause = "TR 38.901 Table 7.2-4"});
  };
  if (!hall) {
    if (channel.has_clutter_density_percent()) refuse("clutter_density_percent");
    if (channel.has_clutter_height_m()) refuse("clutter_height_m");
    return;
  }
  if (!channel.has_clutter_density_percent()) return;
  const double percent = channel.clutter_density_percent();
  if (hall->is_dense() == (percent >= dense_clutter_percent)) return;
  report.add(
      view.path + ".channel.clutter_density_percent",
      {.found = fmt::format("{} % in {}", percent, name),
       .allowed = fmt::format("{} {} %, for {} clutter", hall->is_dense() ? "at least" : "below",
                              dense_clutter_percent, hall->is_dense() ? "dense" : "sparse"),
       .clause = "TR 38.901 Table 7.2-4"});
}

void check_fading(const CarrierView& view, Report& report) {
  const schema::Channel& channel = view.carrier.channel();
  const schema::Blockers& blockers = channel.blockers();
  const schema::Blockers& usual = schema::Blockers::default_instance();
  if (blockers.per_km2() == 0 &&
      (blockers.width_m() != usual.width_m() || blockers.height_m() != usual.height_m() ||
       blockers.speed_kmh() != usual.speed_kmh())) {
    report.add(view.path + ".channel.blockers.per_km2",
               {.found = "no blockers, whose size or speed is given",
                .allowed = "more than 0",
                .clause = "TR 38.901 7.6.4.2"});
  }
  if (blockers.per_km2() > 0 && channel.fading() != schema::Channel::CLUSTERS) {
    report.add(view.path + ".channel.blockers.per_km2",
               {.found = fmt::format("blockers with fading {}",
                                     schema::Channel::Fading_Name(channel.fading())),
                .allowed = "CLUSTERS, which have directions to stand in the way of",
                .clause = "TR 38.901 7.6.4.2"});
  }
  if (channel.fading() == schema::Channel::BY_SIGHT ||
      channel.fading() == schema::Channel::CLUSTERS) {
    return check_by_state(view, report);
  }
  const auto profile = profile_of(channel);
  const bool has_los = profile && phy::has_line_of_sight(*profile);
  if (channel.has_k_factor_db() && !has_los) {
    return report.add(
        view.path + ".channel.k_factor_db",
        {.found = fmt::format("a K factor with {}", schema::Channel::Fading_Name(channel.fading())),
         .allowed = "none: only TDL_D and TDL_E have a line of sight",
         .clause = "TR 38.901 7.7.6"});
  }
  if (!profile) return;
  phy::TdlScaling scaling{.delay_spread = base::Seconds(channel.delay_spread_ns() * 1e-9),
                          .k_factor = std::nullopt};
  if (channel.has_k_factor_db()) scaling.k_factor = base::Db(channel.k_factor_db());
  // The prefix of most symbols: 144 kappa 2^-mu Tc.
  const std::uint32_t steps = view.carrier.scs_khz() / 15;
  const double prefix_s = base::to_seconds(phy::duration_of_tc(144 * 64 / std::max(1U, steps)));
  double late_power = 0;
  for (const phy::TdlTap& tap : phy::tdl_taps(*profile, scaling)) {
    if (tap.delay_s > prefix_s) late_power += tap.rayleigh_power_lin + tap.los_power_lin;
  }
  if (late_power <= late_power_max) return;
  report.add(view.path + ".channel.delay_spread_ns",
             {.found = fmt::format("{} ns: {:.0f} % of the power comes after the cyclic prefix "
                                   "of {:.0f} ns at {} kHz",
                                   channel.delay_spread_ns(), 100 * late_power, prefix_s * 1e9,
                                   view.carrier.scs_khz()),
              .allowed = fmt::format("at most {:.0f} %", 100 * late_power_max),
              .clause = "TS 38.211 5.3.1"});
}

}  // namespace redcell::scenarios
