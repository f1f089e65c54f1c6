// A terminal's tile of fast fading by itself, for tests that drive it, and a street to drive along.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/channel_tile.h"
#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {

inline constexpr std::uint32_t site_count = 4;

/// A tile of a terminal, alone in its bank, on a layer of which it follows some cells.
class Follower {
 public:
  Follower(const World& world, int tracked_cells, std::uint32_t ue = 0)
      : layer_(tracking(world, tracked_cells)),
        large_scale_(layer_, world.deployment(), world.random()),
        groups_(layer_),
        bank_({.layer = layer_,
               .groups = groups_,
               .bwp = 0,
               .random = world.random(),
               .rx_count = static_cast<int>(world.terminal(ue).capability.rx_branches()),
               .refresh_slots = refresh_slots(layer_, world.terminal(ue).route)}),
        tile_(bank_, world.terminal(ue)) {}

  void go_to(std::int64_t slot) { bank_.go_to(base::Slot(slot), large_scale_); }
  [[nodiscard]] ChannelTile& tile() { return tile_; }
  [[nodiscard]] FadingBank& bank() { return bank_; }
  [[nodiscard]] const LargeScale& large_scale() const { return large_scale_; }
  [[nodiscard]] std::size_t loudest() const { return large_scale_.loudest(tile_.links()); }

 private:
  static LayerPlan tracking(const World& world, int cells) {
    LayerPlan layer = world.layer();
    layer.channel.tracked_cells = cells;
    return layer;
  }

  LayerPlan layer_;
  LargeScale large_scale_;
  PrbGroups groups_;
  FadingBank bank_;
  ChannelTile tile_;
};

/// Every entry of a link's channel, both ways.
inline std::vector<double> bits(ChannelTile& tile, std::uint32_t cell) {
  std::vector<double> all;
  for (const phy::ChannelView& view : {tile.downlink(cell), tile.uplink(cell)}) {
    for (int group = 0; group < view.group_count; ++group) {
      for (int rx = 0; rx < view.rx_count; ++rx) {
        for (int tx = 0; tx < view.tx_count; ++tx) {
          all.push_back(view.h(group, rx, tx).real());
          all.push_back(view.h(group, rx, tx).imag());
        }
      }
    }
  }
  return all;
}

/// A street of four sites 400 m apart, along which the terminal goes up and down, at 100 m/s if
/// nothing is said: 21 s a round.
inline std::string street(CellKind kind, const std::string& rest = "", int speed_kmh = 360) {
  std::string text;
  for (std::uint32_t i = 0; i < site_count; ++i) {
    text += site_text(
        kind, {.name = "s" + std::to_string(i), .x_m = 400.0 * i, .y_m = 60, .azimuth_deg = 180});
  }
  std::string scenario = no_cell(kind, text + rest);
  const std::string route = "route { speed_kmh: " + std::to_string(speed_kmh) +
                            " loop: true way_point { x_m: 20 } "
                            "way_point { x_m: 1180 } } ";
  scenario.insert(scenario.find("  bearer { rlc_mode: AM"), route);
  return scenario;
}

/// Overrides: clusters on a carrier, and a field of the terminals.
inline std::vector<std::string> clusters_in(CellKind kind, const std::string& path_loss) {
  return {on(kind, "channel.path_loss=" + path_loss), on(kind, "channel.fading=CLUSTERS")};
}
inline std::vector<std::string> with(const std::string& field, const std::string& value) {
  return {"terminal_group[ue]." + field + "=" + value};
}

}  // namespace redcell::scenarios
