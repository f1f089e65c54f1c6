// Worlds of several cells for tests of their links, and free space and noise in plain double
// precision to hold them against.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "scenarios/deployment.h"
#include "scenarios/large_scale.h"
#include "scenarios/layer_channel.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {

/// A scenario made ready, its deployment, and the links of its first layer.
class World {
 public:
  explicit World(const std::string& text, const std::vector<std::string>& overrides = {})
      : scenario_(ready_text(text, overrides)),
        random_(scenario_.seed(), scenario_.run()),
        deployment_(make_deployment(scenario_, random_)) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] const schema::Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const Deployment& deployment() const { return deployment_; }
  [[nodiscard]] const LayerPlan& layer() const { return deployment_.layers.front(); }
  [[nodiscard]] const base::Random& random() const { return random_; }
  [[nodiscard]] const TerminalPlan& terminal(std::uint32_t ue) const {
    return deployment_.terminals[ue];
  }
  [[nodiscard]] LayerChannel channel() const { return {layer(), deployment_, random_}; }
  [[nodiscard]] LargeScale large_scale() const { return {layer(), deployment_, random_}; }

 private:
  schema::Scenario scenario_;
  base::Random random_;
  Deployment deployment_;
};

/// The scenario of one_cell() without its mast: other sites shall send on the carrier.
inline std::string no_cell(CellKind kind, const std::string& rest) {
  std::string text = one_cell(kind, rest);
  const std::size_t mast = text.find("site { name: \"mast\"");
  text.erase(mast, text.find('\n', mast) - mast);
  return text;
}

/// A site of one sector that looks along a bearing, as high as the mast of one_cell(). `panel` is
/// more text for the sector.
struct SiteAt {
  std::string name;
  double x_m = 0;
  double y_m = 0;
  double azimuth_deg = 0;
  std::string panel{};
};
inline std::string site_text(CellKind kind, const SiteAt& site) {
  return "site { name: \"" + site.name + "\" x_m: " + std::to_string(site.x_m) +
         " y_m: " + std::to_string(site.y_m) + " sector { carrier: \"" + carrier_name(kind) +
         "\" azimuth_deg: " + std::to_string(site.azimuth_deg) + " " + site.panel + " } }\n";
}

/// Terminals of one more group; `fields` is more text for it.
inline std::string group_text(const std::string& name, const std::string& fields) {
  return "terminal_group { name: \"" + name + "\" capability: \"redcap\" " + fields + " }\n";
}

/// A wrapped grid of sites with three sectors each; `panel` is more text for every sector.
inline std::string grid_text(CellKind kind, int rings, const std::string& panel = "") {
  std::string text = "site_grid { name: \"grid\" rings: " + std::to_string(rings) + "\n";
  for (const char* azimuth : {"30", "150", "270"}) {
    text += "  sector { carrier: \"" + carrier_name(kind) + "\" azimuth_deg: " + azimuth + " " +
            panel + " }\n";
  }
  return text + "}\n";
}

/// The same terminal standing somewhere else.
inline TerminalPlan standing_at(TerminalPlan terminal, double east_m, double north_m) {
  terminals::RouteConfig config;
  config.start = {.east_m = east_m,
                  .north_m = north_m,
                  .up_m = terminal.route.position_at(base::Instant()).up_m};
  terminal.route = terminals::Route(config);
  return terminal;
}

inline double db(double linear) { return 10 * std::log10(linear); }
inline double linear(double db) { return std::pow(10, db / 10); }

/// Power that free space leaves between two isotropic antennas (Friis).
inline double friis(double distance_m, double frequency_hz) {
  const double amplitude = 299'792'458.0 / (4 * std::numbers::pi * distance_m * frequency_hz);
  return amplitude * amplitude;
}

/// Thermal noise of one RE in W at 290 K.
inline double re_noise_w(CellKind kind, double figure_db) {
  const double scs_hz = kind == CellKind::n41_tdd ? 30e3 : 15e3;
  return 1.380649e-23 * 290 * scs_hz * linear(figure_db);
}

/// 33 dBm per MHz on one RE, in W.
inline double gnb_re_power_w(CellKind kind) {
  return linear(33) * 1e-3 * (kind == CellKind::n41_tdd ? 0.030 : 0.015);
}
inline double dl_centre_hz(CellKind kind) { return kind == CellKind::n41_tdd ? 2593e6 : 780.5e6; }
inline double ul_centre_hz(CellKind kind) { return kind == CellKind::n41_tdd ? 2593e6 : 725.5e6; }

/// A link on some PRBs of its carrier.
inline ServingLink on_prbs(ServingLink link, const phy::PrbRange& prb) {
  link.prb = prb;
  return link;
}

}  // namespace redcell::scenarios
