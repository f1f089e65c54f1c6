// Construction: from the deployment's plans to layers, cells, terminals and the ns-3 network.
#include <algorithm>
#include <utility>

#include "base/check.h"
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

}  // namespace

Layer::Layer(const LayerPlan& plan_in, const Deployment& deployment, const base::Random& random)
    : plan(plan_in), map(plan_in.resources), channel(plan_in, deployment, random) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    mac::gnb::CellConfig config = plan.cell;
    config.resources = &map;
    cells.push_back(std::make_unique<mac::gnb::Cell>(config));
  }
}

base::Slot Layer::first_slot_from(base::Instant t) const {
  base::Slot slot = plan.resources.numerology.slot_at(t);
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
      recorder_(deployment_.terminals.size(), options.sink),
      clock_([this](base::Instant now) { return tick(now); }) {
  terminals_.resize(deployment_.terminals.size());
  for (const LayerPlan& plan : deployment_.layers) {
    layers_.push_back(std::make_unique<Layer>(plan, deployment_, random_));
    for (const base::UeId ue : plan.terminals) connect(*layers_.back(), ue);
  }
  network_.set_wake([this](base::Instant now) { wake(now); });
  network_.on_core_delivered(
      [this](net::UplinkTicket ticket, base::Duration core) { on_core_delivered(ticket, core); });
  network_.assign_streams(0);
  for (const TerminalPlan& terminal : deployment_.terminals) {
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
  for (std::size_t i = 0; i < traffic_->saturated().size(); ++i) {
    const SaturatedFlow& flow = traffic_->saturated()[i];
    Terminal& terminal = *terminals_[flow.ue.value];
    terminal.flows.push_back(i);
    Layer& layer = *layers_[terminal.layer];
    layer.agenda.add(
        {.slot = layer.first_slot_from(flow.start), .task = mac::Task::wake, .ue = flow.ue});
  }
}

void Spine::connect(Layer& layer, base::UeId ue) {
  const TerminalPlan& plan = deployment_.terminals[ue.value];
  const SrPlan sr = sr_plan(layer.map, layer.plan.radio.sr_period, ue);
  const std::int64_t slots_per_ms = layer.plan.resources.numerology.slots_per_ms();
  terminals_[ue.value] = std::make_unique<Terminal>(
      mac::ue::UeConfig{.ue = ue,
                        .bearer = plan.bearer,
                        .sr_occasions = sr.occasions,
                        .sr_period = sr.period,
                        .retx_bsr = base::SlotCount(retx_bsr_ms * slots_per_ms)},
      layer.plan.id.value);
  Terminal& terminal = *terminals_[ue.value];
  const auto cell = std::find_if(layer.plan.cells.begin(), layer.plan.cells.end(),
                                 [&](const CellPlan& c) { return c.id == plan.serving; });
  RC_CHECK(cell != layer.plan.cells.end());
  terminal.cell = static_cast<std::uint32_t>(cell - layer.plan.cells.begin());
  terminal.connection = layer.cells[terminal.cell]->connect(
      {.ue = ue,
       .epoch = 0,
       .bearer = plan.bearer,
       .max_dl_modulation_order = static_cast<int>(plan.capability.max_dl_modulation()),
       .max_ul_modulation_order = static_cast<int>(plan.capability.max_ul_modulation())});
  // The connection was set up before the run began: a report and an uplink measurement are there.
  layer.channel.go_to(base::Slot(0));
  mac::gnb::Connection& c = connection(layer, terminal);
  c.csi = layer.channel.measure_csi(ue, base::Slot(0));
  measure_uplink(layer, ue, c);
  terminal.ungranted.reserve(64);
}

}  // namespace redcell::scenarios
