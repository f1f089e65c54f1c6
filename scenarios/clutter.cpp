#include "scenarios/clutter.h"

namespace redcell::scenarios {
namespace {

/// TR 38.901 Table 7.8-7, the clutter of its calibration.
constexpr phy::Clutter sparse{.density = 0.2, .height = base::Metres(2)};
constexpr phy::Clutter dense{.density = 0.6, .height = base::Metres(6)};

std::optional<phy::Environment> environment_of(schema::Channel::PathLoss path_loss) {
  switch (path_loss) {
    case schema::Channel::INF_SL:
      return phy::Environment::inf_sl;
    case schema::Channel::INF_DL:
      return phy::Environment::inf_dl;
    case schema::Channel::INF_SH:
      return phy::Environment::inf_sh;
    case schema::Channel::INF_DH:
      return phy::Environment::inf_dh;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Hall> hall_of(const schema::Channel& channel) {
  const std::optional<phy::Environment> environment = environment_of(channel.path_loss());
  if (!environment) return std::nullopt;
  Hall hall{.environment = *environment, .clutter = sparse};
  if (hall.is_dense()) hall.clutter = dense;
  if (channel.has_clutter_density_percent()) {
    hall.clutter.density = channel.clutter_density_percent() / 100;
  }
  if (channel.has_clutter_height_m()) {
    hall.clutter.height = base::Metres(channel.clutter_height_m());
  }
  return hall;
}

}  // namespace redcell::scenarios
