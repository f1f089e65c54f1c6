// Construction: from the deployment's plans to layers, cells, terminals and the ns-3 network.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "phy/nr/processing_time.h"
#include "scenarios/device_attributes.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {
namespace {

/// A UE with data whose grants and reports were all lost asks again after this long [ours];
/// TS 38.331 retxBSR-Timer allows it.
constexpr std::int64_t retx_bsr_ms = 80;

net::NetworkConfig network_config(const schema::Scenario& scenario, const Deployment& deployment,
                                  const TestbedOptions& options) {
  const bool own_nodes = options.user_nodes.GetN() == 0;
  return {
      .terminal_count = static_cast<std::uint32_t>(deployment.terminals.size()),
      .without_ip = own_nodes ? terminals_without_ip(scenario, deployment) : std::vector<bool>{},
      .user_nodes = options.user_nodes,
      .core_one_way_delay = duration_of_ms(scenario.core().one_way_delay_ms()),
      .core_rate_bps = scenario.core().rate_gbps() * 1e9};
}

CellCapacity capacity_of(const std::vector<phy::ResourceMap>& maps) {
  std::vector<const phy::ResourceMap*> bwps;
  for (const phy::ResourceMap& map : maps) bwps.push_back(&map);
  const std::int64_t slots = 1000 * maps.front().config().numerology.slots_per_ms();
  CellCapacity capacity;
  for (base::Slot slot; slot < base::Slot(slots); slot += base::SlotCount(1)) {
    capacity.dl_prb_slots += phy::usable_prb_count(bwps, base::Direction::downlink, slot);
    capacity.ul_prb_slots += phy::usable_prb_count(bwps, base::Direction::uplink, slot);
  }
  return capacity;
}

/// [cell] PRBs that data may take in a second at the beginning; none for a cell whose layer has no
/// terminals.
std::vector<CellCapacity> capacities(const Deployment& deployment) {
  std::vector<CellCapacity> out;
  for (const LayerPlan& layer : deployment.layers) {
    const auto& bwps = layer.fewer_open.empty() ? layer.bwps : layer.fewer_open.front();
    const CellCapacity capacity = capacity_of({bwps.begin(), bwps.end()});
    out.resize(std::max<std::size_t>(out.size(), layer.cells.back().id.value + 1));
    for (const CellPlan& cell : layer.cells) out[cell.id.value] = capacity;
  }
  return out;
}

/// N2 (TS 38.214 6.4) in whole slots.
base::SlotCount preparation_slots(const phy::Numerology& numerology) {
  const std::int64_t slot_ns = numerology.slot_duration().value();
  const std::int64_t needed_ns = phy::pusch_preparation_time(numerology, false).value();
  return base::SlotCount((needed_ns + slot_ns - 1) / slot_ns);
}

/// The network waits for a terminal on its way as long as both ends may take.
mac::gnb::MobilityConfig mobility_config(const LayerPlan& plan, const Deployment& deployment) {
  const base::Duration t304 = plan.t304;
  std::vector<std::uint32_t> group_of;
  for (const TerminalPlan& terminal : deployment.terminals) {
    group_of.push_back(plan.admission_group_of[terminal.slice]);
  }
  return {.cell_count = plan.cells.back().id.value + 1,
          .ue_count = static_cast<std::uint32_t>(deployment.terminals.size()),
          .admission = plan.admission,
          .group_of = std::move(group_of),
          .policy = {},
          .t304 = t304,
          .preparation = base::milliseconds(200) + 2 * (plan.xn_delay + plan.preparation),
          .arrival = base::milliseconds(400) + 2 * (plan.xn_delay + plan.preparation) + t304};
}

}  // namespace

Layer::Layer(const LayerPlan& plan_in, const Deployment& deployment, const base::Random& random)
    : plan(plan_in),
      maps(plan_in.bwps.begin(), plan_in.bwps.end()),
      channel(plan_in, deployment, random),
      mobility(mobility_config(plan_in, deployment)) {
  for (const auto& bwps : plan.fewer_open) fewer_open.emplace_back(bwps.begin(), bwps.end());
  for (const auto& bwps : fewer_open) capacities.push_back(capacity_of(bwps));
  capacities.push_back(capacity_of(maps));
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    mac::gnb::CellConfig config = plan.cell;
    config.cell = plan.cells[i].id.value;
    for (const phy::ResourceMap& map : maps) config.bwps.push_back(&map);
    for (const auto& bwps : fewer_open) {
      auto& row = config.fewer_open.emplace_back();
      for (const phy::ResourceMap& map : bwps) row.push_back(&map);
    }
    cells.push_back(std::make_unique<mac::gnb::Cell>(config));
  }
  const std::size_t at_most =
      cells.size() * maps.size() * static_cast<std::size_t>(plan.cell.max_ues_per_slot);
  const auto count_of = [&](auto has) {
    return static_cast<std::size_t>(
        std::count_if(plan.terminals.begin(), plan.terminals.end(),
                      [&](base::UeId ue) { return has(deployment.terminals[ue.value]); }));
  };
  const std::size_t unasked =
      count_of([](const TerminalPlan& t) { return t.configured_grant.has_value(); });
  const std::size_t untold =
      count_of([](const TerminalPlan& t) { return t.semi_persistent.has_value(); });
  assignments.reserve(at_most + untold);
  grants.reserve(at_most);
  dl_data.reserve(at_most + untold);
  dl_control.reserve(2 * at_most + plan.terminals.size());
  ul_data.reserve(at_most + unasked);
  downlink_on_air.reserve(at_most + untold);
  uplink_on_air.reserve(at_most + unasked);
  grants_missed.reserve(at_most);
  const std::size_t terminal_count = plan.terminals.size();
  uci_on_air.reserve(terminal_count);
  csi_on_air.reserve(4 * terminal_count);
  csi_due.reserve(terminal_count);
  csi_fresh.reserve(terminal_count);
  switches.reserve(terminal_count);
  configured.reserve(terminal_count);
  touched.reserve(terminal_count);
  expected_feedback.reserve(static_cast<std::size_t>(mac::harq_process_count_max) *
                            (at_most + untold));
}

base::Slot Layer::first_slot_from(base::Instant t) const {
  base::Slot slot = plan.numerology().slot_at(t);
  if (start_of(slot) < t) slot += base::SlotCount(1);
  return std::max(slot, last_run + base::SlotCount(1));
}

Spine::Spine(const schema::Scenario& scenario, const TestbedOptions& options)
    : scenario_(scenario),
      workers_(options.threads),
      random_(scenario.seed(), scenario.run()),
      duration_(duration_of_ms(scenario.duration_s() * 1e3)),
      deployment_(make_deployment(scenario, random_)),
      network_(network_config(scenario, deployment_, options)),
      recorder_(deployment_.terminals.size(), capacities(deployment_), options.sink),
      clock_([this](base::Instant now) { return tick(now); }) {
  terminals_.resize(deployment_.terminals.size());
  constexpr std::size_t block_count_max = 6 * 64;  // Of the schema, in one slot and direction.
  plan_.downlink.reserve(block_count_max);
  plan_.uplink.reserve(block_count_max);
  plan_.switches.reserve(terminals_.size());
  plan_.configured.reserve(terminals_.size());
  plan_.pdcch.reserve(cell_bwp_count_max);
  due_.reserve(8 * terminals_.size());
  due_terminals_.reserve(8 * terminals_.size());
  for (const LayerPlan& plan : deployment_.layers) {
    layers_.push_back(std::make_unique<Layer>(plan, deployment_, random_));
    for (const base::UeId ue : plan.terminals) connect(*layers_.back(), ue);
    start_bwps(*layers_.back());
  }
  network_.set_wake([this](base::Instant now) { wake(now); });
  network_.on_core_delivered(
      [this](net::UplinkTicket ticket, base::Duration core) { on_core_delivered(ticket, core); });
  network_.assign_streams(0);
  for (const TerminalPlan& terminal : deployment_.terminals) {
    network_.set_route(terminal.id, terminal.route);
    const auto device = network_.ue_device(terminal.id);
    if (device != nullptr) show_on_device(terminal.capability, *device);
  }
  for (const schema::Carrier& carrier : scenario_.carrier()) {
    if (carrier.name() == deployment_.layers.front().carrier) {
      show_on_device(carrier, *network_.gnb_device());
    }
  }
  traffic_ = std::make_unique<Traffic>(
      scenario_, deployment_, network_,
      Traffic::Context{.random = random_,
                       .on_payload =
                           [this](base::UeId ue, base::Direction direction, std::uint32_t bytes) {
                             recorder_.close_bins(net::virtual_now());
                             recorder_.payload(ue, direction, bytes);
                           },
                       .on_echo =
                           [this](const net::Ping::Echo& echo) {
                             recorder_.close_bins(net::virtual_now());
                             recorder_.round_trip(echo.ue, net::virtual_now(), echo.rtt,
                                                  echo.payload_bytes);
                           }});
  const auto& directions = traffic_->directions();
  for (const TerminalPlan& terminal : deployment_.terminals) {
    if (directions[terminal.id.value].downlink) {
      recorder_.take_part(terminal.id, base::Direction::downlink);
    }
    if (directions[terminal.id.value].uplink) {
      recorder_.take_part(terminal.id, base::Direction::uplink);
    }
  }
  plan_files();
  for (std::size_t i = 0; i < traffic_->saturated().size(); ++i) {
    const SaturatedFlow& flow = traffic_->saturated()[i];
    Terminal& terminal = *terminals_[flow.ue.value];
    terminal.flows.push_back(i);
    Layer& layer = *layers_[terminal.layer];
    layer.agenda.add(
        {.slot = layer.first_slot_from(flow.start), .task = mac::Task::wake, .ue = flow.ue});
  }
}

void Spine::plan_files() {
  for (std::size_t i = 0; i < traffic_->files().size(); ++i) {
    const FileFlow& flow = traffic_->files()[i];
    Terminal& terminal = *terminals_[flow.ue.value];
    terminal.files.push_back(i);
    Layer& layer = *layers_[terminal.layer];
    layer.agenda.add(
        {.slot = layer.first_slot_from(flow.next), .task = mac::Task::wake, .ue = flow.ue});
  }
}

void Spine::connect(Layer& layer, base::UeId ue) {
  const TerminalPlan& plan = deployment_.terminals[ue.value];
  const SrPlan sr = sr_plan(layer.map(), layer.plan.radio.sr_period, ue);
  const std::int64_t slots_per_ms = layer.plan.numerology().slots_per_ms();
  mac::ue::RrcConfig rrc = layer.plan.rrc;
  rrc.ue = ue;
  const std::uint32_t epoch = layer.mobility.attach(ue, plan.serving);
  terminals_[ue.value] = std::make_unique<Terminal>(
      mac::ue::UeConfig{.ue = ue,
                        .bearer = plan.bearer,
                        .sr_occasions = sr.occasions,
                        .sr_period = sr.period,
                        .retx_bsr = base::SlotCount(retx_bsr_ms * slots_per_ms),
                        .preparation = preparation_slots(layer.plan.numerology())},
      rrc, mac::ue::JoinCell{.cell = plan.serving, .epoch = epoch});
  Terminal& terminal = *terminals_[ue.value];
  terminal.layer = layer.plan.id.value;
  terminal.bwp = mac::ActiveBwp(bwp_timing(layer.plan, plan), plan.bwp);
  terminal.ungranted.reserve(64);
  open_connection(layer, {.ue = ue, .cell = plan.serving, .epoch = epoch});
  terminal.leg = terminal.legs.front();
  terminal.path_cell = terminal.leg.cell;
  auto bearer = std::make_unique<mac::RadioBearer>(plan.bearer);
  terminal.gnb_bearer = bearer.get();
  terminal.bearer_leg = terminal.leg;
  layer.cells[terminal.leg.cell]->attach(terminal.leg.connection, std::move(bearer));
  terminal.mac.connect(epoch);
  configure_grant(layer, ue, base::Instant());
  // The connection was set up before the run began: a report and an uplink measurement are there.
  layer.channel.go_to(base::Slot(0));
  mac::gnb::Connection& c = *connection(layer, terminal);
  const LayerChannel::ChannelReport report =
      layer.channel.measure_csi(ue, terminal.leg.cell, base::Slot(0));
  c.csi = report.csi;
  c.beam = report.beam;
  measure_uplink(layer, ue, terminal.leg);
  layer.channel.forget_interference(ue);
  if (!plan.route.moves()) return;
  plan_measurement(layer, ue, base::Slot(-1));
  if (!plan.is_background) {
    layer.agenda.add({.slot = layer.first_slot_from(base::Instant(plan.drive_log_period.value())),
                      .task = mac::Task::drive_row,
                      .ue = ue});
  }
}

}  // namespace redcell::scenarios
