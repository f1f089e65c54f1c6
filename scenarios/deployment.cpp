#include "scenarios/deployment.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/math.h"
#include "scenarios/clutter.h"
#include "scenarios/large_scale.h"

namespace redcell::scenarios {
namespace {

/// Layer 1 period of intra-frequency measurements, TS 38.133 9.2.5.2: at least 200 ms and at least
/// five SMTC periods.
int samples_per_measurement(double ssb_period_ms) {
  return std::max(5, static_cast<int>(200 / ssb_period_ms + 0.5));
}

phy::McsTable mcs_table(schema::MacMcsTable table, bool transform_precoding) {
  switch (table) {
    case schema::QAM64:
      return transform_precoding ? phy::McsTable::tp_qam64 : phy::McsTable::qam64;
    case schema::QAM256:
      return phy::McsTable::qam256;  // TS 38.214 6.1.4.1: also with transform precoding.
    case schema::QAM64_LOW_SE:
      return transform_precoding ? phy::McsTable::tp_qam64_low_se : phy::McsTable::qam64_low_se;
  }
  RC_CHECK(false);
  return phy::McsTable::qam64;
}

phy::CqiTable cqi_table(phy::McsTable table) {
  if (table == phy::McsTable::qam256) return phy::CqiTable::table_2;
  return table == phy::McsTable::qam64_low_se ? phy::CqiTable::table_3 : phy::CqiTable::table_1;
}

mac::gnb::PolicyKind policy_kind(const schema::Scheduler& scheduler) {
  switch (scheduler.policy()) {
    case schema::Scheduler::ROUND_ROBIN:
      return mac::gnb::PolicyKind::round_robin;
    case schema::Scheduler::PROPORTIONAL_FAIR:
      return mac::gnb::PolicyKind::proportional_fair;
    case schema::Scheduler::QOS:
      return mac::gnb::PolicyKind::qos;
  }
  RC_CHECK(false);
  return mac::gnb::PolicyKind::proportional_fair;
}

mac::gnb::CellConfig cell_config(const schema::Carrier& carrier) {
  const schema::Scheduler& scheduler = carrier.scheduler();
  const schema::LinkAdaptation& adaptation = carrier.link_adaptation();
  const phy::McsTable dl_table = mcs_table(carrier.downlink().mcs_table(), false);
  const bool transform_precoding = carrier.uplink().transform_precoding();
  const phy::Numerology numerology = numerology_of(carrier);
  mac::gnb::CellConfig config{
      .bwps = {},
      .dl_table = dl_table,
      .ul_table = mcs_table(carrier.uplink().mcs_table(), transform_precoding),
      .cqi_table = cqi_table(dl_table),
      .k1 = {carrier.downlink().k1().begin(), carrier.downlink().k1().end()},
      .k2 = {carrier.uplink().k2().begin(), carrier.uplink().k2().end()},
      .harq = {.process_count = static_cast<int>(carrier.harq().process_count()),
               .max_transmissions = static_cast<int>(carrier.harq().max_transmissions())},
      .outer_loop = {.enabled = adaptation.outer_loop(),
                     .target_bler = adaptation.target_bler(),
                     .step_db = adaptation.outer_loop_step_db()},
      .policy = {.kind = policy_kind(scheduler),
                 .connection_count = 0,  // Known when terminals are placed.
                 .time_constant_slots =
                     scheduler.pf_time_constant_ms() * numerology.slots_per_ms()},
      .slice_window_slots = static_cast<int>(scheduler.slice_window_slots()),
      .max_ues_per_slot = static_cast<int>(scheduler.max_ues_per_slot()),
      .layer_count_max = static_cast<int>(adaptation.max_rank()),
      .transform_precoding = transform_precoding,
      .sr_grant_bytes = carrier.uplink().sr_grant_bytes(),
      .aggregation_level_min = static_cast<int>(carrier.downlink().aggregation_level()),
      .pdcch_candidates = pdcch_candidates(carrier)};
  std::sort(config.k1.begin(), config.k1.end());
  std::sort(config.k2.begin(), config.k2.end());
  return config;
}

LayerRadio layer_radio(const schema::Carrier& carrier) {
  const double re_mhz = carrier.scs_khz() * 1e-3;
  const schema::LinkAdaptation& adaptation = carrier.link_adaptation();
  const double ul_centre_mhz =
      carrier.has_ul_centre_mhz() ? carrier.ul_centre_mhz() : carrier.dl_centre_mhz();
  const phy::Numerology numerology = numerology_of(carrier);
  const auto slots_of_ms = [&](double ms) {
    return base::SlotCount(static_cast<std::int64_t>(ms * numerology.slots_per_ms() + 0.5));
  };
  constexpr int ssb_prb_count = 20;  // TS 38.211 7.4.3.1.
  const int bwp_first = static_cast<int>(carrier.redcap_bwp().first_prb());
  const int bwp_count = static_cast<int>(carrier.redcap_bwp().prb_count());
  const int ssb_first = static_cast<int>(carrier.broadcast().ssb_first_prb());
  const int ssb_count = std::min(ssb_prb_count, bwp_count);
  const phy::PrbRange ssb{
      .first = std::clamp(ssb_first, bwp_first, bwp_first + bwp_count - ssb_count),
      .count = ssb_count};
  return {.dl_centre = base::Hertz(carrier.dl_centre_mhz() * 1e6),
          .ul_centre = base::Hertz(ul_centre_mhz * 1e6),
          .dl_re_power_w = base::from_db(carrier.power_dbm_per_mhz()) * re_mhz * 1e-3,
          .gnb_noise_figure_db = carrier.noise_figure_db(),
          .gnb_evm = carrier.evm_percent() / 100,
          .p0_dbm = carrier.uplink().p0_dbm(),
          .alpha = carrier.uplink().alpha(),
          .transform_precoding = carrier.uplink().transform_precoding(),
          .max_rank = static_cast<int>(adaptation.max_rank()),
          .measurement_error_db = adaptation.measurement_error_db(),
          .csi_period = base::SlotCount(adaptation.csi_period_slots()),
          .sr_period = base::SlotCount(carrier.uplink().sr_period_slots()),
          .ssb_period = slots_of_ms(carrier.broadcast().ssb_period_ms()),
          .prach_period = slots_of_ms(carrier.uplink().prach_period_ms()),
          .prach_offset = base::SlotCount(bwp_configs(carrier).front().prach.slot_offset),
          .ssb = ssb};
}

phy::PanelConfig panel_of(const schema::Sector& sector) {
  return {.element = {.max_gain = base::Db(sector.gain_dbi()),
                      // Compass bearing to mathematical angle.
                      .azimuth_deg = 90 - sector.azimuth_deg(),
                      .downtilt_deg = sector.downtilt_deg()},
          .columns = static_cast<int>(sector.columns()),
          .rows = static_cast<int>(sector.rows()),
          .horizontal_beams = static_cast<int>(sector.horizontal_beams()),
          .vertical_beams = static_cast<int>(sector.vertical_beams()),
          .first_tilt_deg = sector.first_tilt_deg(),
          .last_tilt_deg = sector.last_tilt_deg()};
}

/// SS/PBCH blocks go out over fewer rows, one beam beside the other.
phy::PanelConfig ssb_panel_of(const schema::Sector& sector, const schema::Carrier& carrier) {
  phy::PanelConfig panel = panel_of(sector);
  const int beams = static_cast<int>(carrier.broadcast().ssb_beam_count());
  const int rows = std::min(static_cast<int>(sector.ssb_rows()), panel.rows);
  const int columns = std::min(beams, panel.columns);
  const double left_out = static_cast<double>(rows * columns) / (panel.rows * panel.columns);
  panel.element.max_gain += base::Db(base::to_db(left_out));
  panel.rows = rows;
  panel.columns = columns;
  panel.horizontal_beams = beams;
  panel.vertical_beams = 1;
  return panel;
}

struct SectorOfSite {
  std::uint32_t site = 0;
  const schema::Sector* sector = nullptr;
};

/// All sectors in the order of the file, sites first, and their sites.
std::vector<SectorOfSite> add_sites(const schema::Scenario& scenario, Deployment& d) {
  std::vector<SectorOfSite> sectors;
  for (const schema::Site& site : scenario.site()) {
    const auto index = static_cast<std::uint32_t>(d.sites.size());
    d.sites.push_back(
        {.name = site.name(),
         .position = {.east_m = site.x_m(), .north_m = site.y_m(), .up_m = site.height_m()},
         .wrap = std::nullopt});
    for (const schema::Sector& sector : site.sector()) sectors.push_back({index, &sector});
  }
  for (const schema::SiteGrid& grid : scenario.site_grid()) {
    const int rings = static_cast<int>(grid.rings());
    const double isd_m = grid.inter_site_distance_m();
    int number = 0;
    for (const PlanePoint& at : hexagonal_sites(rings, isd_m)) {
      const auto index = static_cast<std::uint32_t>(d.sites.size());
      d.sites.push_back(
          {.name = grid.name() + std::to_string(number++),
           .position = {.east_m = at.east_m, .north_m = at.north_m, .up_m = grid.height_m()},
           .wrap = grid.wrap_around() ? std::optional(WrapAround(rings, isd_m)) : std::nullopt});
      for (const schema::Sector& sector : grid.sector()) sectors.push_back({index, &sector});
    }
  }
  return sectors;
}

std::vector<CellPlan> cells_of(std::span<const SectorOfSite> sectors,
                               const schema::Carrier& carrier, std::uint32_t& next_cell) {
  std::vector<CellPlan> cells;
  for (const SectorOfSite& at : sectors) {
    if (at.sector->carrier() != carrier.name()) continue;
    cells.push_back({.id = {next_cell++},
                     .site = at.site,
                     .panel = panel_of(*at.sector),
                     .ssb_panel = ssb_panel_of(*at.sector, carrier)});
  }
  return cells;
}

void set_environment(const schema::Channel& channel, ChannelPlan& plan) {
  using schema::Channel;
  plan.is_drawn = true;
  switch (channel.path_loss()) {
    case Channel::FREE_SPACE:
    case Channel::UMA_LOS:
    case Channel::RMA_LOS:
      plan.is_drawn = false;
      plan.environment = channel.path_loss() == Channel::FREE_SPACE ? phy::Environment::free_space
                         : channel.path_loss() == Channel::UMA_LOS  ? phy::Environment::uma
                                                                    : phy::Environment::rma;
      break;
    case Channel::UMA:
      plan.environment = phy::Environment::uma;
      break;
    case Channel::RMA:
      plan.environment = phy::Environment::rma;
      break;
    case Channel::UMI:
      plan.environment = phy::Environment::umi;
      break;
    case Channel::INH_OPEN:
      plan.environment = phy::Environment::inh_open;
      break;
    case Channel::INH_MIXED:
      plan.environment = phy::Environment::inh_mixed;
      break;
    case Channel::INF_SL:
    case Channel::INF_DL:
    case Channel::INF_SH:
    case Channel::INF_DH: {
      const Hall hall = *hall_of(channel);
      plan.environment = hall.environment;
      plan.clutter = hall.clutter;
      break;
    }
    case Channel::INF_HH:
      plan.environment = phy::Environment::inf_hh;
      break;
  }
}

ChannelPlan channel_plan(const schema::Channel& channel) {
  ChannelPlan plan;
  set_environment(channel, plan);
  switch (channel.fading()) {
    case schema::Channel::NONE:
    case schema::Channel::CLUSTERS:
      break;
    case schema::Channel::TDL_A:
    case schema::Channel::BY_SIGHT:
      plan.fading = phy::TdlProfile::tdl_a;
      break;
    case schema::Channel::TDL_B:
      plan.fading = phy::TdlProfile::tdl_b;
      break;
    case schema::Channel::TDL_C:
      plan.fading = phy::TdlProfile::tdl_c;
      break;
    case schema::Channel::TDL_D:
      plan.fading = phy::TdlProfile::tdl_d;
      break;
    case schema::Channel::TDL_E:
      plan.fading = phy::TdlProfile::tdl_e;
      break;
  }
  plan.by_sight = channel.fading() == schema::Channel::BY_SIGHT;
  plan.by_clusters = channel.fading() == schema::Channel::CLUSTERS;
  plan.delay_spread_s = channel.delay_spread_ns() * 1e-9;
  if (channel.has_k_factor_db()) plan.k_factor_db = channel.k_factor_db();
  plan.prb_group_size = static_cast<int>(channel.prb_group_size());
  plan.tracked_cells = static_cast<int>(channel.tracked_cells());
  const schema::Blockers& blockers = channel.blockers();
  if (blockers.per_km2() > 0) {
    plan.blockers = phy::BlockerConfig{.per_km2 = blockers.per_km2(),
                                       .width_m = blockers.width_m(),
                                       .height_m = blockers.height_m(),
                                       .speed_mps = blockers.speed_kmh() / 3.6};
  }
  return plan;
}

mac::ue::RrcConfig rrc_config(const schema::Carrier& carrier) {
  const schema::Mobility& m = carrier.mobility();
  mac::ue::RrcConfig config;
  config.measurements = {
      .a3_offset = base::Db(m.a3_offset_db()),
      .hysteresis = base::Db(m.hysteresis_db()),
      .time_to_trigger = duration_of_ms(m.time_to_trigger_ms()),
      .report_interval = duration_of_ms(m.report_interval_ms()),
      .filter_coefficient = static_cast<int>(m.filter_coefficient()),
      .samples_per_measurement = samples_per_measurement(carrier.broadcast().ssb_period_ms()),
      .sample_period = duration_of_ms(carrier.broadcast().ssb_period_ms())};
  config.radio_link = {.n310 = static_cast<int>(m.n310()),
                       .n311 = static_cast<int>(m.n311()),
                       .t310 = duration_of_ms(m.t310_ms())};
  config.access.preamble_target = base::Dbm(m.preamble_target_dbm());
  return config;
}

/// [cell, slice with parts of its own or 0] How many terminals have been given one.
using PartTurns = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>;

/// RedCap's parts in turn, in each cell by itself: those of the terminal's slice, or those for all.
void choose_part(const LayerPlan& layer, PartTurns& turns, TerminalPlan& terminal) {
  const std::vector<std::uint32_t> parts = first_parts(layer, terminal.slice);
  const std::uint32_t slice = parts.front() < layer.shared_bwp_count() ? 0 : terminal.slice;
  std::uint32_t& turn = turns[{terminal.serving.value, slice}];
  terminal.bwp = parts[turn++ % parts.size()];
}

/// Every terminal starts connected to the cell it hears loudest.
void choose_serving_cells(const base::Random& random, Deployment& d) {
  struct Best {
    LayerPlan* layer = nullptr;
    base::CellId cell;
    double rsrp_w = 0;
  };
  std::vector<Best> best(d.terminals.size());
  for (LayerPlan& layer : d.layers) {
    const LargeScale large_scale(layer, d, random);
    TerminalLinks links;
    for (const TerminalPlan& terminal : d.terminals) {
      if (!terminal.carrier.empty() && terminal.carrier != layer.carrier) continue;
      large_scale.links_at(terminal, base::Instant(), links);
      const std::size_t loudest = large_scale.loudest(links);
      const double rsrp_w = layer.radio.dl_re_power_w * large_scale.ssb_gain_lin(links, loudest);
      Best& b = best[terminal.id.value];
      if (b.layer == nullptr || rsrp_w > b.rsrp_w) b = {&layer, layer.cells[loudest].id, rsrp_w};
    }
  }
  PartTurns next_of;
  for (TerminalPlan& terminal : d.terminals) {
    const Best& b = best[terminal.id.value];
    RC_CHECK(b.layer != nullptr);
    terminal.serving = b.cell;
    terminal.bwp = bwp_of(terminal.capability, b.layer->bwps);
    if (terminal.bwp == 0) choose_part(*b.layer, next_of, terminal);
    b.layer->terminals.push_back(terminal.id);
  }
}

}  // namespace

base::Duration duration_of_ms(double ms) {
  return base::Duration(static_cast<std::int64_t>(std::floor(ms * 1e6 + 0.5)));
}

phy::Numerology numerology_of(const schema::Carrier& carrier) {
  return phy::Numerology(static_cast<int>(carrier.scs_khz()));
}

phy::Duplex duplex_of(const schema::Carrier& carrier) {
  const phy::Numerology numerology = numerology_of(carrier);
  if (carrier.tdd().empty()) return phy::Duplex::fdd(numerology);
  std::vector<phy::TddPattern> patterns;
  for (const schema::TddPattern& p : carrier.tdd()) {
    patterns.push_back({.period = duration_of_ms(p.period_ms()),
                        .dl_slots = static_cast<int>(p.dl_slots()),
                        .dl_symbols = static_cast<int>(p.dl_symbols()),
                        .ul_slots = static_cast<int>(p.ul_slots()),
                        .ul_symbols = static_cast<int>(p.ul_symbols())});
  }
  return phy::Duplex::tdd(numerology, patterns);
}

PlanePoint from_site(const SitePlan& site, const phy::Position& position) {
  const PlanePoint direct{.east_m = position.east_m - site.position.east_m,
                          .north_m = position.north_m - site.position.north_m};
  return site.wrap ? site.wrap->shortest(direct) : direct;
}

Deployment make_network(const schema::Scenario& scenario) {
  Deployment d;
  const std::vector<SectorOfSite> sectors = add_sites(scenario, d);
  std::uint32_t next_cell = 0;
  for (const schema::Carrier& carrier : scenario.carrier()) {
    std::vector<CellPlan> cells = cells_of(sectors, carrier, next_cell);
    if (cells.empty()) continue;  // A carrier nobody sends on.
    d.layers.push_back({.id = {static_cast<std::uint32_t>(d.layers.size())},
                        .carrier = carrier.name(),
                        .channel = channel_plan(carrier.channel()),
                        .bwps = bwp_configs(carrier),
                        .fewer_open = {},
                        .bwp_plan = bwp_plan(carrier),
                        .owners = {},
                        .cell = cell_config(carrier),
                        .dl_slice_of = {},
                        .ul_slice_of = {},
                        .admission = {},
                        .admission_group_of = {},
                        .radio = layer_radio(carrier),
                        .rrc = rrc_config(carrier),
                        .t304 = duration_of_ms(carrier.mobility().t304_ms()),
                        .xn_delay = duration_of_ms(scenario.core().xn_delay_ms()),
                        .preparation = duration_of_ms(scenario.core().preparation_ms()),
                        .path_switch = duration_of_ms(scenario.core().path_switch_ms()),
                        .cells = std::move(cells),
                        .terminals = {}});
    add_slices(scenario, carrier, d.layers.back());
    LayerPlan& layer = d.layers.back();
    layer.cell.sibling_count = layer.shared_bwp_count();
    if (!layer.bwp_plan.manager) continue;
    for (std::uint32_t open = 1; open < layer.cell.sibling_count; ++open) {
      layer.fewer_open.push_back(bwp_configs(carrier, static_cast<int>(open)));
    }
  }
  return d;
}

Deployment make_deployment(const schema::Scenario& scenario, const base::Random& random) {
  Deployment d = make_network(scenario);
  add_terminals(scenario, random, d);
  choose_serving_cells(random, d);
  add_configured_grants(scenario, d);
  add_semi_persistent(scenario, d);
  // A layer without terminals has nothing to do.
  std::erase_if(d.layers, [](const LayerPlan& layer) { return layer.terminals.empty(); });
  for (std::size_t i = 0; i < d.layers.size(); ++i) {
    d.layers[i].id = {static_cast<std::uint32_t>(i)};
    // At a handover a terminal may for a while have a connection at both ends of a return.
    d.layers[i].cell.policy.connection_count =
        2 * static_cast<std::uint32_t>(d.layers[i].terminals.size());
  }
  return d;
}

SrPlan sr_plan(const phy::ResourceMap& map, base::SlotCount period, base::UeId ue) {
  const std::int64_t all = std::lcm(period.value(), map.period().value());
  std::vector<std::vector<base::Slot>> by_offset;
  for (std::int64_t offset = 0; offset < period.value(); ++offset) {
    std::vector<base::Slot> occasions;
    for (std::int64_t slot = offset; slot < all; slot += period.value()) {
      if (map.uplink(base::Slot(slot)).symbols.count > 0) occasions.emplace_back(slot);
    }
    if (!occasions.empty()) by_offset.push_back(std::move(occasions));
  }
  RC_CHECK(!by_offset.empty());
  return {.occasions = by_offset[ue.value % by_offset.size()], .period = base::SlotCount(all)};
}

}  // namespace redcell::scenarios
