#include "scenarios/large_scale.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "base/math.h"
#include "phy/channel/line_of_sight.h"

namespace redcell::scenarios {
namespace {

constexpr double degrees = 180 / base::pi;

enum FieldKind : std::uint32_t { sight_field, los_field, nlos_field };

/// Sight is lost behind an edge over the radius of the first Fresnel zone, not at once [ours]: at
/// 50 m from the edge, knife-edge diffraction. Where sight forgets within that, as among the
/// machines of a hall, obstacles are nearer and smaller, and a tenth of what it takes to forget is
/// all that is made smooth.
base::Metres edge_width(const LayerPlan& layer, base::Metres correlation_distance) {
  constexpr double edge_distance_m = 50;
  const double wavelength_m = base::speed_of_light_mps / layer.radio.dl_centre.value();
  return base::Metres(
      std::min(std::sqrt(wavelength_m * edge_distance_m), correlation_distance.value() / 10));
}

double distance_2d(const PlanePoint& way) {
  return std::sqrt(way.east_m * way.east_m + way.north_m * way.north_m);
}

/// Of O2I, wherever the terminal is; 0 where there is no such state.
double indoor_shadowing_sigma_db(phy::Environment environment) {
  const phy::Surrounding surrounding = phy::surrounding_of(environment);
  if (surrounding > phy::Surrounding::rma) return 0;
  return phy::lsp_distribution({.surrounding = surrounding, .state = phy::LinkState::o2i},
                               {.distance_2d = base::Metres(100),
                                .bs_height = base::Metres(25),
                                .ut_height = base::Metres(1.5),
                                .carrier = base::Hertz(1e9)})
      .sigma[phy::lsp_sf];
}

std::size_t strongest(std::span<const float> gains) {
  return static_cast<std::size_t>(std::max_element(gains.begin(), gains.end()) - gains.begin());
}

}  // namespace

LargeScale::LargeScale(const LayerPlan& layer, const Deployment& deployment,
                       const base::Random& random)
    : layer_(layer), deployment_(deployment), random_(random) {
  RC_CHECK(!layer.cells.empty());
  const phy::Environment environment = layer.channel.environment;
  if (layer.channel.by_clusters) indoor_sigma_db_ = indoor_shadowing_sigma_db(environment);
  if (layer.channel.blockers) blockers_.emplace(random, *layer.channel.blockers);
  for (const CellPlan& cell : layer.cells) {
    const auto known = std::find_if(sites_.begin(), sites_.end(),
                                    [&](const Site& s) { return s.index == cell.site; });
    site_of_cell_.push_back(static_cast<std::size_t>(known - sites_.begin()));
    if (known == sites_.end()) {
      Site& site = sites_.emplace_back(Site{.index = cell.site,
                                            .source = cell.id.value,
                                            .fields = {},
                                            .parameters = std::nullopt,
                                            .regions = std::nullopt});
      if (layer.channel.is_drawn) {
        const auto add_field = [&](FieldKind kind, base::Metres correlation,
                                   base::Metres finest = base::Metres(0)) {
          // One field a kind, site and layer, which its first cell names: another band stands
          // behind other obstacles.
          const base::RandomIds ids{.a = cell.id.value, .b = kind};
          site.fields.emplace_back(random, ids, correlation, finest);
        };
        const auto shadowing = [&](bool in_sight) {
          return phy::shadowing_correlation_distance(phy::path_loss_model(environment, in_sight));
        };
        const base::Metres sight_distance = phy::los_correlation_distance(environment);
        add_field(sight_field, sight_distance, edge_width(layer, sight_distance));
        if (layer.channel.by_clusters) {
          site.parameters.emplace(random, site.source, phy::surrounding_of(environment));
          site.regions.emplace(random, site.source, phy::surrounding_of(environment));
        } else {
          add_field(los_field, shadowing(true));
          add_field(nlos_field, shadowing(false));
        }
      }
    }
    beams_.emplace_back(cell.panel);
    ssb_beams_.emplace_back(cell.ssb_panel);
    beam_count_ = std::max(beam_count_, static_cast<std::size_t>(beams_.back().beam_count()));
    ssb_beam_count_ =
        std::max(ssb_beam_count_, static_cast<std::size_t>(ssb_beams_.back().beam_count()));
  }
  for (const TerminalPlan& terminal : deployment.terminals) {
    const phy::Penetration penetration{.model = terminal.penetration,
                                       .environment = environment,
                                       .carrier = layer.radio.dl_centre};
    const double inside_db = phy::penetration_loss_db(penetration, random, terminal.id);
    depth_m_.push_back(phy::indoor_depth(penetration, random, terminal.id).value());
    loss_db_.push_back(inside_db + terminal.extra_loss_db - terminal.capability.antenna_gain_dbi());
  }
}

double LargeScale::path_gain_lin(const phy::PathGeometry& geometry, const PathState& state) const {
  const phy::Environment environment = layer_.channel.environment;
  const auto gain = [&](bool in_sight, double shadow) {
    const phy::PathLossModel model = phy::path_loss_model(environment, in_sight);
    const double loss_db = phy::path_loss(model, geometry).value();
    const double sigma_db =
        state.is_indoors ? indoor_sigma_db_ : phy::shadowing_sigma_db(model, geometry);
    return base::from_db(-loss_db + shadow * sigma_db);
  };
  double gain_lin = 0;
  if (state.los_share > 0) gain_lin += state.los_share * gain(true, state.shadow_los);
  if (state.los_share < 1) gain_lin += (1 - state.los_share) * gain(false, state.shadow_nlos);
  return gain_lin;
}

LargeScale::Sightline LargeScale::sightline(const Site& site, const phy::Position& at) const {
  const SitePlan& plan = deployment_.sites[site.index];
  const PlanePoint way = from_site(plan, at);
  const double ground_m = distance_2d(way);
  return {.way = way,
          .ray = {.azimuth_deg = base::atan2(way.north_m, way.east_m) * degrees,
                  .zenith_deg = base::atan2(ground_m, at.up_m - plan.position.up_m) * degrees},
          .geometry = {.distance_2d = base::Metres(ground_m),
                       .bs_height = base::Metres(plan.position.up_m),
                       .ut_height = base::Metres(at.up_m),
                       .carrier = layer_.radio.dl_centre}};
}

LargeScale::PathState LargeScale::path_state(const Site& site, const TerminalPlan& terminal,
                                             const Sightline& line, bool is_nearest) const {
  const bool is_chosen = is_nearest && terminal.nearest_site_in_sight;
  if (!layer_.channel.is_drawn || is_chosen) return {};
  const auto field = [&](FieldKind kind) {
    return site.fields[kind].at(line.way.east_m, line.way.north_m);
  };
  // Table 7.4.2-1: the way outdoors counts.
  const double outdoors_m =
      std::max(line.geometry.distance_2d.value() - depth_m_[terminal.id.value], 0.0);
  const phy::Environment environment = layer_.channel.environment;
  const double probability =
      phy::has_clutter(environment)
          ? phy::los_probability(environment, line.geometry, layer_.channel.clutter)
          : phy::los_probability(environment, base::Metres(outdoors_m), line.geometry.ut_height);
  const base::Metres wavelength(base::speed_of_light_mps / line.geometry.carrier.value());
  PathState state;
  state.los_share = phy::los_share(probability, field(sight_field), wavelength);
  if (!site.parameters) {
    state.shadow_los = field(los_field);
    state.shadow_nlos = field(nlos_field);
    return state;
  }
  const auto shadow = [&](phy::LinkState of) {
    return site.parameters->at(of, line.way.east_m, line.way.north_m)[phy::lsp_sf];
  };
  state.is_indoors = is_indoors(terminal);
  state.shadow_los = shadow(state.is_indoors ? phy::LinkState::o2i : phy::LinkState::los);
  state.shadow_nlos = state.is_indoors ? state.shadow_los : shadow(phy::LinkState::nlos);
  return state;
}

LargeScale::Sighting LargeScale::sight(const Site& site, const TerminalPlan& terminal,
                                       const phy::Position& at, bool is_nearest) const {
  const Sightline line = sightline(site, at);
  const PathState state = path_state(site, terminal, line, is_nearest);
  const phy::Environment environment = layer_.channel.environment;
  phy::PathGeometry geometry = line.geometry;
  Sighting out{.ray = line.ray, .spread = {}, .link = {}};
  const double loss_lin = base::from_db(-loss_db_[terminal.id.value]);
  out.link.dl_gain_lin = path_gain_lin(geometry, state) * loss_lin;
  out.link.in_sight = state.los_share > 0.5;
  if (layer_.channel.is_drawn && !layer_.channel.by_clusters) {
    const phy::SmallScaleMedian median =
        phy::small_scale_median(phy::path_loss_model(environment, out.link.in_sight), geometry);
    const double k_lin = out.link.in_sight ? base::from_db(median.k_factor_db) : 0;
    out.spread = {.azimuth_deg = median.azimuth_spread_departure_deg,
                  .zenith_deg = median.zenith_spread_departure_deg,
                  .direct_share = k_lin / (k_lin + 1)};
  }
  geometry.carrier = layer_.radio.ul_centre;
  out.link.ul_gain_lin = geometry.carrier == layer_.radio.dl_centre
                             ? out.link.dl_gain_lin
                             : path_gain_lin(geometry, state) * loss_lin;
  return out;
}

std::size_t LargeScale::nearest_site(const phy::Position& at) const {
  std::size_t nearest = 0;
  double nearest_m = 0;
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    const double distance_m = distance_2d(from_site(deployment_.sites[sites_[s].index], at));
    if (s > 0 && distance_m >= nearest_m) continue;
    nearest = s;
    nearest_m = distance_m;
  }
  return nearest;
}

void LargeScale::links_at(const TerminalPlan& terminal, base::Instant t,
                          TerminalLinks& links) const {
  const phy::Position at = terminal.route.position_at(t);
  links.cells.resize(layer_.cells.size());
  links.beam_gain_lin.resize(layer_.cells.size() * beam_count_);
  links.ssb_gain_lin.resize(layer_.cells.size() * ssb_beam_count_);
  if (layer_.channel.by_clusters) see_clusters(terminal, t, links);
  const std::size_t nearest = nearest_site(at);
  // The sectors of a site follow one another.
  std::size_t seen = sites_.size();
  Sighting sighting;
  for (std::size_t cell = 0; cell < layer_.cells.size(); ++cell) {
    const std::size_t s = site_of_cell_[cell];
    if (s != seen) sighting = sight(sites_[s], terminal, at, s == nearest);
    seen = s;
    links.cells[cell] = sighting.link;
    if (layer_.channel.by_clusters) continue;
    beams_[cell].gains(sighting.ray, sighting.spread, traffic_gains(links, cell));
    ssb_beams_[cell].gains(sighting.ray, sighting.spread, ssb_gains(links, cell));
  }
}

std::size_t LargeScale::best_ssb_beam(const TerminalLinks& links, std::size_t cell) const {
  return strongest({links.ssb_gain_lin.data() + cell * ssb_beam_count_, ssb_beam_count_});
}

double LargeScale::ssb_gain_lin(const TerminalLinks& links, std::size_t cell) const {
  const std::size_t beam = best_ssb_beam(links, cell);
  return links.cells[cell].dl_gain_lin *
         static_cast<double>(links.ssb_gain_lin[cell * ssb_beam_count_ + beam]);
}

std::size_t LargeScale::best_beam(const TerminalLinks& links, std::size_t cell) const {
  return strongest({links.beam_gain_lin.data() + cell * beam_count_, beam_count_});
}

double LargeScale::mean_beam_gain(const TerminalLinks& links, std::size_t cell) const {
  const auto beams = static_cast<std::size_t>(beams_[cell].beam_count());
  const float* first = links.beam_gain_lin.data() + cell * beam_count_;
  return std::accumulate(first, first + beams, 0.0) / static_cast<double>(beams);
}

std::size_t LargeScale::loudest(const TerminalLinks& links) const {
  std::size_t best = 0;
  for (std::size_t cell = 1; cell < links.cells.size(); ++cell) {
    if (ssb_gain_lin(links, cell) > ssb_gain_lin(links, best)) best = cell;
  }
  return best;
}

}  // namespace redcell::scenarios
