#include "scenarios/selftest/calibration_drop.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "base/check.h"
#include "base/math.h"
#include "base/random.h"
#include "phy/channel/antenna.h"
#include "phy/channel/cluster_rays.h"
#include "phy/channel/environment.h"
#include "phy/channel/large_scale_parameters.h"
#include "phy/channel/penetration.h"

namespace redcell::scenarios {
namespace {

using base::Metres;

constexpr double degree = std::numbers::pi / 180.0;
constexpr std::array<double, 3> boresights_deg = {30.0, 150.0, 270.0};

using Place = std::complex<double>;  ///< East and north in metres.

/// What tells one place from another.
struct PlaceFacts {
  phy::Environment environment;
  double site_distance_m;
  double distance_min_m;
  double station_height_m;
  double tilt_zenith_deg;
  double power_dbm;  ///< Up to 6 GHz; above it is 35, in InH 24.
};
PlaceFacts facts_of(DropPlace place) {
  switch (place) {
    case DropPlace::uma:
      return {phy::Environment::uma, 500.0, 35.0, 25.0, 102.0, 49.0};
    case DropPlace::umi:
      return {phy::Environment::umi, 200.0, 10.0, 10.0, 102.0, 44.0};
    case DropPlace::inh:
      break;
  }
  return {phy::Environment::inh_open, 20.0, 0.0, 3.0, 110.0, 24.0};
}

/// Noise of the whole bandwidth over the power of a station, linear: 20 MHz up to 6 GHz, else 100;
/// noise figure 9 dB.
double noise_over_power(const DropConfig& config, const PlaceFacts& facts) {
  const bool is_low = config.carrier_ghz <= 6.0;
  const double power_dbm = is_low ? facts.power_dbm : std::min(facts.power_dbm, 35.0);
  const double noise_dbm = -174.0 + 10.0 * std::log10(is_low ? 20e6 : 100e6) + 9.0;
  return std::pow(10.0, (noise_dbm - power_dbm) / 10.0);
}

/// Sites and the shifts by which they repeat.
struct Layout {
  std::vector<Place> sites;
  std::vector<Place> shifts = {0.0};
};

constexpr double office_length_m = 120.0;
constexpr double office_width_m = 50.0;

Layout office() {
  Layout out;
  for (int row = 0; row < 2; ++row) {
    for (int i = 0; i < 6; ++i) out.sites.emplace_back(10.0 + 20.0 * i, 15.0 + 20.0 * row);
  }
  return out;
}

Layout hexagons(double site_distance_m) {
  const Place a = std::polar(site_distance_m, 30.0 * degree);
  const Place b = std::polar(site_distance_m, 90.0 * degree);
  Layout out;
  for (int i = -2; i <= 2; ++i) {
    for (int j = -2; j <= 2; ++j) {
      if (std::abs(i + j) > 2) continue;
      out.sites.push_back(static_cast<double>(i) * a + static_cast<double>(j) * b);
    }
  }
  const Place shift = 3.0 * a + 2.0 * b;
  for (int turn = 0; turn < 6; ++turn) {
    out.shifts.push_back(shift * std::polar(1.0, 60.0 * degree * turn));
  }
  return out;
}

struct Terminal {
  std::uint32_t id;
  Place at;
  double height_m = 1.5;
  bool indoors = false;
  double depth_m = 0.0;
  double wall_db = 0.0;  ///< Penetration with the depth in it.
};

/// Purpose::placement numbers draws 0 to 4 of a terminal, a uniform number each.
double uniform(const base::Random& random, std::uint32_t id, std::uint64_t index) {
  return random.uniform(base::Purpose::placement, {id, 0}, index);
}

Place nearest_way(const Layout& where, Place from, Place to) {
  Place best = to - from;
  for (const Place& shift : where.shifts) {
    if (std::abs(to - from + shift) < std::abs(best)) best = to - from + shift;
  }
  return best;
}

/// Uniform over the area around a site that no other site is nearer to, but not too near; in an
/// office anywhere.
Place drop_near(const base::Random& random, const PlaceFacts& facts, Place site, std::uint32_t id) {
  const double reach_m = facts.site_distance_m / std::sqrt(3.0);
  for (std::uint64_t attempt = 0;; ++attempt) {
    const auto w = random.at(base::Purpose::placement, {id, 1}, attempt);
    const double u = w[0] * 0x1p-32;
    const double v = w[1] * 0x1p-32;
    if (facts.environment == phy::Environment::inh_open) {
      return {office_length_m * u, office_width_m * v};
    }
    const Place off((u - 0.5) * 2.0 * reach_m, (v - 0.5) * 2.0 * reach_m);
    bool inside = std::abs(off) >= facts.distance_min_m;
    for (int side = 0; side < 6; ++side) {
      const double along = (off * std::polar(1.0, -(30.0 + 60.0 * side) * degree)).real();
      inside = inside && along <= 0.5 * facts.site_distance_m;
    }
    if (inside) return site + off;
  }
}

Terminal terminal_of(const base::Random& random, const DropConfig& config, Place at,
                     std::uint32_t id) {
  Terminal t{.id = id, .at = at};
  if (config.place == DropPlace::inh) {
    t.height_m = 1.0;
    return t;
  }
  t.indoors = uniform(random, id, 0) < 0.8;
  if (!t.indoors) return t;
  const int floors = 4 + static_cast<int>(5.0 * uniform(random, id, 1));
  const int floor = 1 + static_cast<int>(floors * uniform(random, id, 2));
  t.height_m = 3.0 * (floor - 1) + 1.5;
  const bool high = uniform(random, id, 3) < 0.5;
  const phy::Penetration wall{.model = high ? phy::PenetrationModel::building_high_loss
                                            : phy::PenetrationModel::building_low_loss,
                              .environment = facts_of(config.place).environment,
                              .carrier = base::Hertz(config.carrier_ghz * 1e9)};
  t.depth_m = phy::indoor_depth(wall, random, base::UeId{id}).value();
  t.wall_db = phy::penetration_loss_db(wall, random, base::UeId{id});
  return t;
}

/// Which way a column of vertical elements looks.
struct Column {
  double boresight_deg;
  double tilt_zenith_deg;
  int rows;
};

/// Gain of its one beam, linear.
double station_gain(const Column& column, phy::RayDirection ray) {
  const int rows = column.rows;
  const double element_db = phy::element_gain({.azimuth_deg = column.boresight_deg}, ray).value();
  const double off = std::cos(ray.zenith_deg * degree) - std::cos(column.tilt_zenith_deg * degree);
  std::complex<double> sum = 0.0;
  for (int row = 0; row < rows; ++row) sum += std::polar(1.0, std::numbers::pi * row * off);
  return std::pow(10.0, element_db / 10.0) * std::norm(sum) / rows;
}

/// One terminal and one site.
struct SiteLink {
  phy::ClusterLink clusters;
  double path_gain_db;
};

SiteLink site_link(const DropConfig& config, const Terminal& t, Place way, double sight_draw) {
  const PlaceFacts facts = facts_of(config.place);
  SiteLink out{};
  const double ground_m = std::abs(way);
  const phy::PathGeometry geometry{.distance_2d = Metres(ground_m),
                                   .bs_height = Metres(facts.station_height_m),
                                   .ut_height = Metres(t.height_m),
                                   .carrier = base::Hertz(config.carrier_ghz * 1e9)};
  const double outdoors_m = std::max(ground_m - t.depth_m, 0.0);
  const bool in_sight =
      sight_draw < phy::los_probability(facts.environment, Metres(outdoors_m), geometry.ut_height);
  out.path_gain_db =
      -phy::path_loss(phy::path_loss_model(facts.environment, in_sight), geometry).value() -
      t.wall_db;
  const auto state =
      t.indoors ? phy::LinkState::o2i : (in_sight ? phy::LinkState::los : phy::LinkState::nlos);
  const double azimuth_deg = std::arg(way) / degree;
  const double fall_deg = std::atan2(facts.station_height_m - t.height_m, ground_m) / degree;
  out.clusters.floor = t.indoors ? static_cast<std::uint32_t>(t.height_m / 3.0) : 0;
  out.clusters.kind = {.surrounding = phy::surrounding_of(facts.environment),
                       .state = state,
                       .outside_in_sight = in_sight};
  out.clusters.distribution = phy::lsp_distribution(out.clusters.kind, geometry);
  out.clusters.carrier = geometry.carrier;
  out.clusters.departure = {.azimuth_deg = azimuth_deg, .zenith_deg = 90.0 + fall_deg};
  out.clusters.arrival = {.azimuth_deg = azimuth_deg + 180.0, .zenith_deg = 90.0 - fall_deg};
  return out;
}

/// Circular RMS of angles with their powers, degrees.
class CircularSpread {
 public:
  void add(double power, double angle_deg) {
    sum_ += std::polar(power, angle_deg * degree);
    power_ += power;
  }
  [[nodiscard]] double deg() const {
    return std::sqrt(-2.0 * std::log(std::min(std::abs(sum_) / power_, 1.0))) / degree;
  }

 private:
  std::complex<double> sum_ = 0.0;
  double power_ = 0.0;
};

/// A zenith beyond half a turn is as far on the other side (step 7).
double folded_deg(double zenith_deg) { return std::acos(std::cos(zenith_deg * degree)) / degree; }

/// One angle of a cluster: where it is, and the ray spread around it.
struct ClusterAngle {
  std::uint32_t turns;
  double ray_deg;
  bool is_zenith;
};

/// Rays stand around their cluster with offsets of RMS 1 (Table 7.5-3); the spread of a cluster is
/// added as that of its twenty rays.
void add_cluster(CircularSpread& spread, double power, const ClusterAngle& angle) {
  constexpr std::array<double, 10> offsets = {0.0447, 0.1413, 0.2492, 0.3715, 0.5129,
                                              0.6797, 0.8844, 1.1481, 1.5195, 2.1551};
  for (const double offset : offsets) {
    for (const double side : {-1.0, 1.0}) {
      const double ray_deg = angle.turns * (360.0 * 0x1p-32) + side * angle.ray_deg * offset;
      spread.add(power / 20.0, angle.is_zenith ? folded_deg(ray_deg) : ray_deg);
    }
  }
}

void measure_spreads(const base::Random& random, const phy::ClusterLink& link, Heard& heard) {
  const phy::Clusters c = phy::draw_clusters(random, link);
  CircularSpread asd, asa, zsd, zsa;
  double power = c.direct_share, mean = 0.0, square = 0.0;
  if (c.direct_share > 0.0) {
    asd.add(c.direct_share, link.departure.azimuth_deg);
    asa.add(c.direct_share, link.arrival.azimuth_deg);
    zsd.add(c.direct_share, link.departure.zenith_deg);
    zsa.add(c.direct_share, link.arrival.zenith_deg);
  }
  for (std::size_t i = 0; i < c.count; ++i) {
    power += c.power[i];
    mean += c.power[i] * c.delay_s[i];
    square += c.power[i] * c.delay_s[i] * c.delay_s[i];
    add_cluster(asd, c.power[i], {.turns = c.aod[i], .ray_deg = c.ray_asd_deg, .is_zenith = false});
    add_cluster(asa, c.power[i], {.turns = c.aoa[i], .ray_deg = c.ray_asa_deg, .is_zenith = false});
    add_cluster(zsd, c.power[i], {.turns = c.zod[i], .ray_deg = c.ray_zsd_deg, .is_zenith = true});
    add_cluster(zsa, c.power[i], {.turns = c.zoa[i], .ray_deg = c.ray_zsa_deg, .is_zenith = true});
  }
  mean /= power;
  heard.ds_ns = 1e9 * std::sqrt(std::max(square / power - mean * mean, 0.0));
  heard.asd_deg = asd.deg();
  heard.asa_deg = asa.deg();
  heard.zsd_deg = zsd.deg();
  heard.zsa_deg = zsa.deg();
}

/// What does not change from terminal to terminal.
struct Drop {
  base::Random random;
  DropConfig config;
  PlaceFacts facts;
  Layout where;
  std::vector<phy::LspFields> fields;  ///< [site]
  std::vector<phy::ClusterRegions> regions;
};

Heard listen(const Drop& drop, const Terminal& t) {
  const auto& [random, config, facts, where, fields, regions] = drop;
  double best = 0.0, total = 0.0;
  phy::ClusterLink serving;
  for (std::uint32_t site = 0; site < where.sites.size(); ++site) {
    const Place way = nearest_way(where, where.sites[site], t.at);
    const double sight_draw = random.uniform(base::Purpose::placement, {t.id, 2 + site}, 0);
    SiteLink link = site_link(config, t, way, sight_draw);
    const phy::LspArray deviates =
        fields[site].at(link.clusters.kind.state, t.at.real(), t.at.imag());
    link.clusters.site = site;
    link.clusters.regions = regions[site].at(link.clusters.kind.state, t.at.real(), t.at.imag());
    link.clusters.spreads = phy::large_scale_parameters(link.clusters.distribution, deviates);
    const double path_gain =
        std::pow(10.0, (link.path_gain_db + link.clusters.spreads.shadowing_db) / 10.0);
    for (const double boresight_deg : boresights_deg) {
      const double gain = path_gain * station_gain({.boresight_deg = boresight_deg,
                                                    .tilt_zenith_deg = facts.tilt_zenith_deg,
                                                    .rows = config.rows},
                                                   link.clusters.departure);
      total += gain;
      if (gain <= best) continue;
      best = gain;
      serving = link.clusters;
    }
  }
  Heard heard{.coupling_db = 10.0 * std::log10(best),
              .geometry_db = 10.0 * std::log10(best / (total - best)),
              .geometry_with_noise_db =
                  10.0 * std::log10(best / (total - best + noise_over_power(config, facts))),
              .ds_ns = 0.0,
              .asd_deg = 0.0,
              .asa_deg = 0.0,
              .zsd_deg = 0.0,
              .zsa_deg = 0.0};
  measure_spreads(random, serving, heard);
  return heard;
}

}  // namespace

std::vector<Heard> drop_terminals(const DropConfig& config, const DropProgress& progress) {
  RC_CHECK(config.terminals_per_sector >= 1 && config.rows >= 1);
  const PlaceFacts facts = facts_of(config.place);
  Drop drop{.random = base::Random(config.seed, 1),
            .config = config,
            .facts = facts,
            .where = config.place == DropPlace::inh ? office() : hexagons(facts.site_distance_m),
            .fields = {},
            .regions = {}};
  for (std::uint32_t site = 0; site < drop.where.sites.size(); ++site) {
    drop.fields.emplace_back(drop.random, site, phy::surrounding_of(facts.environment));
    drop.regions.emplace_back(drop.random, site, phy::surrounding_of(facts.environment));
  }
  std::vector<Heard> heard;
  std::uint32_t id = 0;
  for (const Place& site : drop.where.sites) {
    for (int i = 0; i < 3 * config.terminals_per_sector; ++i, ++id) {
      const Place at = drop_near(drop.random, facts, site, id);
      heard.push_back(listen(drop, terminal_of(drop.random, config, at, id)));
    }
    const std::size_t all = drop.where.sites.size() * 3;
    const auto done = static_cast<double>(heard.size()) / config.terminals_per_sector;
    if (progress) progress(done / static_cast<double>(all));
  }
  return heard;
}

double percentile(std::vector<double> values, double percent) {
  std::sort(values.begin(), values.end());
  const double at = percent / 100.0 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  const double part = at - static_cast<double>(low);
  return values[low] * (1.0 - part) + values[high] * part;
}

}  // namespace redcell::scenarios
