#include "scenarios/deployment.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "base/math.h"
#include "phy/nr/band.h"
#include "scenarios/link_budget.h"

namespace redcell::scenarios {
namespace {

constexpr double mps_per_kmh = 1 / 3.6;

phy::DmrsConfig dmrs_config(const schema::Dmrs& dmrs) {
  return {.type = static_cast<int>(dmrs.type()),
          .additional_position = static_cast<int>(dmrs.additional_position()),
          .cdm_groups_without_data = static_cast<int>(dmrs.cdm_groups_without_data())};
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

/// The last uplink slot of a frame holds the PRACH, so that PUSCH can begin a period [ours].
int prach_slot(const phy::Numerology& numerology, const phy::Duplex& duplex) {
  for (int slot = numerology.slots_per_frame() - 1; slot > 0; --slot) {
    if (duplex.uplink(base::Slot(slot)).count == phy::symbols_per_slot) return slot;
  }
  return 0;
}

phy::ResourceMapConfig with_broadcast(phy::ResourceMapConfig map, const schema::Carrier& carrier) {
  const schema::Broadcast& b = carrier.broadcast();
  const phy::Band* band = phy::find_band(carrier.band());
  RC_CHECK(band != nullptr);
  const auto pattern = carrier.scs_khz() == 15 ? band->ssb_case_15_khz : band->ssb_case_30_khz;
  const int slots_per_ms = map.numerology.slots_per_ms();
  map.ssb = {.period = duration_of_ms(b.ssb_period_ms()),
             .beam_count = static_cast<int>(b.ssb_beam_count()),
             .first_prb = static_cast<int>(b.ssb_first_prb()),
             .pattern = pattern.value_or(phy::SsbCase::a)};
  map.sib1 = {.prb_count = static_cast<int>(b.sib1_prb_count()),
              .first_prb = static_cast<int>(b.sib1_first_prb()),
              .coreset_zero = {.first = map.bwp_dl.first, .count = map.coreset.prb_count},
              .coreset_zero_symbol_count = map.coreset.symbol_count};
  // Tracking and CSI reference signals lie in the half of a frame that has no SSB burst [ours].
  map.paging = {.period = duration_of_ms(b.paging_period_ms()),
                .slot_offset = 5 * slots_per_ms,
                .prb_count = static_cast<int>(b.paging_prb_count()),
                .first_prb = static_cast<int>(b.sib1_first_prb())};
  map.trs = {.period = duration_of_ms(b.trs_period_ms()), .slot_offset = 5 * slots_per_ms};
  map.csi_rs = {.period = duration_of_ms(b.csi_rs_period_ms()),
                .slot_offset = 5 * slots_per_ms + 2,
                .port_count = 2,
                .has_csi_im = true};
  return map;
}

mac::gnb::CellConfig cell_config(const schema::Carrier& carrier, std::uint32_t connection_count) {
  const schema::Scheduler& scheduler = carrier.scheduler();
  const schema::LinkAdaptation& adaptation = carrier.link_adaptation();
  const bool round_robin = scheduler.policy() == schema::Scheduler::ROUND_ROBIN;
  const phy::McsTable dl_table = mcs_table(carrier.downlink().mcs_table(), false);
  const bool transform_precoding = carrier.uplink().transform_precoding();
  const phy::Numerology numerology = numerology_of(carrier);
  mac::gnb::CellConfig config{
      .resources = nullptr,
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
      .policy = {.kind = round_robin ? mac::gnb::PolicyKind::round_robin
                                     : mac::gnb::PolicyKind::proportional_fair,
                 .connection_count = connection_count,
                 .time_constant_slots =
                     scheduler.pf_time_constant_ms() * numerology.slots_per_ms()},
      .max_ues_per_slot = static_cast<int>(scheduler.max_ues_per_slot()),
      .transform_precoding = transform_precoding,
      .sr_grant_bytes = carrier.uplink().sr_grant_bytes(),
      .aggregation_level_min = static_cast<int>(carrier.downlink().aggregation_level())};
  std::sort(config.k1.begin(), config.k1.end());
  std::sort(config.k2.begin(), config.k2.end());
  return config;
}

LayerRadio layer_radio(const schema::Carrier& carrier) {
  const double re_mhz = carrier.scs_khz() * 1e-3;
  const schema::LinkAdaptation& adaptation = carrier.link_adaptation();
  const double ul_centre_mhz =
      carrier.has_ul_centre_mhz() ? carrier.ul_centre_mhz() : carrier.dl_centre_mhz();
  return {.dl_centre = base::Hertz(carrier.dl_centre_mhz() * 1e6),
          .ul_centre = base::Hertz(ul_centre_mhz * 1e6),
          .dl_re_power_w = base::from_db(carrier.power_dbm_per_mhz()) * re_mhz * 1e-3,
          .gnb_noise_figure_db = carrier.noise_figure_db(),
          .gnb_evm = carrier.evm_percent() / 100,
          .p0_dbm = carrier.uplink().p0_dbm(),
          .alpha = carrier.uplink().alpha(),
          .bwp_prb_count = static_cast<int>(carrier.redcap_bwp().prb_count()),
          .transform_precoding = carrier.uplink().transform_precoding(),
          .max_rank = static_cast<int>(adaptation.max_rank()),
          .measurement_error_db = adaptation.measurement_error_db(),
          .csi_period = base::SlotCount(adaptation.csi_period_slots()),
          .sr_period = base::SlotCount(carrier.uplink().sr_period_slots())};
}

mac::BearerConfig bearer_config(const schema::Bearer& bearer) {
  const double discard_ms = bearer.pdcp_discard_ms();
  return {.acknowledged = bearer.rlc_mode() == schema::Bearer::AM,
          .rlc_sn_bits = static_cast<int>(bearer.rlc_sn_bits()),
          .pdcp_sn_bits = static_cast<int>(bearer.pdcp_sn_bits()),
          .pdcp_discard = discard_ms > 0 ? duration_of_ms(discard_ms) : mac::never,
          .t_reassembly = duration_of_ms(bearer.t_reassembly_ms()),
          .t_reordering = duration_of_ms(bearer.t_reordering_ms()),
          .t_poll_retransmit = duration_of_ms(bearer.t_poll_retransmit_ms()),
          .t_status_prohibit = duration_of_ms(bearer.t_status_prohibit_ms()),
          .poll_pdu = bearer.poll_pdu(),
          .max_retransmissions = bearer.max_retransmissions(),
          .queue_limit_bytes = std::uint64_t{1000} * bearer.queue_limit_kb()};
}

std::vector<CellPlan> cells_of(const schema::Scenario& scenario, const std::string& carrier,
                               std::uint32_t& next_cell) {
  std::vector<CellPlan> cells;
  for (const schema::Site& site : scenario.site()) {
    for (const schema::Sector& sector : site.sector()) {
      if (sector.carrier() != carrier) continue;
      cells.push_back(
          {.id = {next_cell++},
           .position = {.east_m = site.x_m(), .north_m = site.y_m(), .up_m = site.height_m()},
           .antenna = {.max_gain = base::Db(sector.gain_dbi()),
                       // Compass bearing to mathematical angle.
                       .azimuth_deg = 90 - sector.azimuth_deg(),
                       .downtilt_deg = sector.downtilt_deg()}});
    }
  }
  return cells;
}

ChannelPlan channel_plan(const schema::Channel& channel) {
  ChannelPlan plan;
  switch (channel.path_loss()) {
    case schema::Channel::FREE_SPACE:
      plan.path_loss = phy::PathLossModel::free_space;
      break;
    case schema::Channel::UMA_LOS:
      plan.path_loss = phy::PathLossModel::uma_los;
      break;
    case schema::Channel::RMA_LOS:
      plan.path_loss = phy::PathLossModel::rma_los;
      break;
  }
  switch (channel.fading()) {
    case schema::Channel::NONE:
      break;
    case schema::Channel::TDL_A:
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
  plan.delay_spread_s = channel.delay_spread_ns() * 1e-9;
  if (channel.has_k_factor_db()) plan.k_factor_db = channel.k_factor_db();
  plan.prb_group_size = static_cast<int>(channel.prb_group_size());
  return plan;
}

void add_terminals(const schema::Scenario& scenario, const base::Random& random, Deployment& d) {
  for (const schema::TerminalGroup& group : scenario.terminal_group()) {
    const auto capability =
        std::find_if(scenario.capability().begin(), scenario.capability().end(),
                     [&](const schema::Capability& c) { return c.name() == group.capability(); });
    RC_CHECK(capability != scenario.capability().end());
    const auto first_ue = static_cast<std::uint32_t>(d.terminals.size());
    const schema::Placement& at = group.placement();
    const schema::Route& route = group.route();
    for (std::uint32_t i = 0; i < group.count(); ++i) {
      const base::UeId ue{first_ue + i};
      const phy::Position start = terminals::place({.east_m = at.x_m(),
                                                    .north_m = at.y_m(),
                                                    .min_radius_m = at.min_radius_m(),
                                                    .max_radius_m = at.max_radius_m()},
                                                   group.height_m(), random, ue);
      d.terminals.push_back(
          {.id = ue,
           .group = static_cast<std::uint32_t>(d.groups.size()),
           .carrier = group.carrier(),
           .route = terminals::Route({.start = start,
                                      .speed_mps = route.speed_kmh() * mps_per_kmh,
                                      .heading_deg = route.heading_deg(),
                                      .fading_speed_mps = route.fading_speed_kmh() * mps_per_kmh}),
           .extra_loss_db = group.extra_loss_db(),
           .capability = *capability,
           .bearer = bearer_config(group.bearer()),
           .serving = {}});
    }
    d.groups.push_back({.name = group.name(), .first_ue = first_ue, .count = group.count()});
  }
}

/// Every terminal starts connected to the cell it hears loudest.
void choose_serving_cells(Deployment& d) {
  for (TerminalPlan& terminal : d.terminals) {
    LayerPlan* best_layer = nullptr;
    double best_dbm = 0;
    for (LayerPlan& layer : d.layers) {
      if (!terminal.carrier.empty() && terminal.carrier != layer.carrier) continue;
      for (const CellPlan& cell : layer.cells) {
        const double gain_db =
            link_gain_db({.channel = layer.channel.path_loss, .carrier = layer.radio.dl_centre},
                         cell, terminal, base::Instant());
        const double dbm = base::to_db(layer.radio.dl_re_power_w * 1e3) + gain_db;
        if (best_layer != nullptr && dbm <= best_dbm) continue;
        best_dbm = dbm;
        best_layer = &layer;
        terminal.serving = cell.id;
      }
    }
    RC_CHECK(best_layer != nullptr);
    best_layer->terminals.push_back(terminal.id);
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

phy::ResourceMapConfig resource_config(const schema::Carrier& carrier) {
  const phy::Numerology numerology = numerology_of(carrier);
  const phy::Duplex duplex = duplex_of(carrier);
  const phy::PrbRange bwp{.first = static_cast<int>(carrier.redcap_bwp().first_prb()),
                          .count = static_cast<int>(carrier.redcap_bwp().prb_count())};
  const int pucch = static_cast<int>(carrier.uplink().pucch_prb_count());
  const phy::PucchConfig edges{.low_edge_prb_count = pucch / 2,
                               .high_edge_prb_count = pucch - pucch / 2};
  phy::ResourceMapConfig map{
      .numerology = numerology,
      .duplex = duplex,
      .bwp_dl = bwp,
      .bwp_ul = bwp,
      .coreset = {.symbol_count = static_cast<int>(carrier.downlink().coreset_symbols()),
                  .prb_count = static_cast<int>(carrier.downlink().coreset_prb_count())},
      .pdsch_dmrs = dmrs_config(carrier.downlink().dmrs()),
      .pusch_dmrs = dmrs_config(carrier.uplink().dmrs()),
      .prach = {.period = duration_of_ms(carrier.uplink().prach_period_ms()),
                .slot_offset = prach_slot(numerology, duplex),
                .prb_count = static_cast<int>(carrier.uplink().prach_prb_count()),
                .first_prb = bwp.first + edges.low_edge_prb_count},
      .pucch = edges};
  return with_broadcast(map, carrier);
}

Deployment make_deployment(const schema::Scenario& scenario, const base::Random& random) {
  Deployment d;
  add_terminals(scenario, random, d);
  std::uint32_t next_cell = 0;
  for (const schema::Carrier& carrier : scenario.carrier()) {
    std::vector<CellPlan> cells = cells_of(scenario, carrier.name(), next_cell);
    if (cells.empty()) continue;  // A carrier nobody sends on.
    d.layers.push_back(
        {.id = {static_cast<std::uint32_t>(d.layers.size())},
         .carrier = carrier.name(),
         .channel = channel_plan(carrier.channel()),
         .resources = resource_config(carrier),
         .cell = cell_config(carrier, static_cast<std::uint32_t>(d.terminals.size())),
         .radio = layer_radio(carrier),
         .cells = std::move(cells),
         .terminals = {}});
  }
  choose_serving_cells(d);
  // A layer without terminals has nothing to do.
  std::erase_if(d.layers, [](const LayerPlan& layer) { return layer.terminals.empty(); });
  for (std::size_t i = 0; i < d.layers.size(); ++i)
    d.layers[i].id = {static_cast<std::uint32_t>(i)};
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
