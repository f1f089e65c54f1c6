// Mobility as the spine carries it: measurements to the terminal's RRC, messages over SRB1, cells
// among each other over the wire; and what RRC at either end wants done.
#include <algorithm>
#include <variant>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/control_error.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

/// A cell is detected from this SINR of its SS/PBCH block on (TS 38.133 9.2.2: Es/Iot >= -6 dB).
constexpr double detectable_sinr_db = -6;
/// Evaluation periods of radio link monitoring (TS 38.133 8.1.2.2): out of sync over 200 ms, in
/// sync over 100 ms; as blocks of 20 ms.
constexpr std::size_t out_of_sync_blocks = 10;
constexpr std::size_t in_sync_blocks = 5;
/// The hypothetical PDCCH behind them (TS 38.133 Tables 8.1.2.1-1 and -2).
constexpr int out_of_sync_aggregation_level = 8;
constexpr int in_sync_aggregation_level = 4;
constexpr double out_of_sync_bler = 0.10;
constexpr double in_sync_bler = 0.02;

double mean_of_last(const std::vector<double>& ring, std::size_t newest, std::size_t count) {
  double sum = 0;
  for (std::size_t back = 0; back < count; ++back) {
    sum += ring[(newest + ring.size() - back) % ring.size()];
  }
  return sum / static_cast<double>(count);
}

}  // namespace

const Leg* Spine::find_leg(const Terminal& terminal, std::uint32_t cell,
                           std::uint32_t epoch) const {
  const auto found = std::find_if(terminal.legs.begin(), terminal.legs.end(), [&](const Leg& leg) {
    return leg.cell == cell && leg.epoch == epoch;
  });
  return found == terminal.legs.end() ? nullptr : &*found;
}

void Spine::plan_measurement(Layer& layer, base::UeId ue, base::Slot after) {
  Terminal& terminal = *terminals_[ue.value];
  if (terminal.measures) return;
  terminal.measures = true;
  const std::int64_t period = layer.plan.radio.ssb_period.value();
  const std::int64_t next = (after.value() + period) / period * period;
  layer.agenda.add({.slot = base::Slot(next), .task = mac::Task::measurement, .ue = ue});
}

mac::ue::LinkQuality Spine::link_quality(Terminal& terminal, double sinr_lin) const {
  if (terminal.link_sinr.empty()) terminal.link_sinr.resize(out_of_sync_blocks);
  const std::size_t newest = terminal.link_sinr_count++ % terminal.link_sinr.size();
  terminal.link_sinr[newest] = sinr_lin;
  if (terminal.link_sinr_count < out_of_sync_blocks) return mac::ue::LinkQuality::neither;
  const auto error_rate = [&](int level, std::size_t blocks) {
    return phy::dci_error_rate({.aggregation_level = level},
                               mean_of_last(terminal.link_sinr, newest, blocks));
  };
  if (error_rate(out_of_sync_aggregation_level, out_of_sync_blocks) > out_of_sync_bler) {
    return mac::ue::LinkQuality::out_of_sync;
  }
  return error_rate(in_sync_aggregation_level, in_sync_blocks) < in_sync_bler
             ? mac::ue::LinkQuality::in_sync
             : mac::ue::LinkQuality::neither;
}

void Spine::measure(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const base::Instant now = layer.start_of(slot);
  terminal.measures = false;
  layer.channel.measure_cells(ue, samples_);
  const base::CellId serving = terminal.rrc.connection().cell;
  const double serving_sinr = samples_[layer.index_of(serving)].sinr_lin;
  for (mac::ue::CellSample& sample : samples_) sample.cell = layer.id_of(sample.cell.value);
  const double least = base::from_db(detectable_sinr_db);
  // The serving cell is measured as long as it serves, however weak it is.
  std::erase_if(samples_, [&](const mac::ue::CellSample& sample) {
    return sample.sinr_lin < least && sample.cell != serving;
  });
  ue_actions_.clear();
  terminal.rrc.measure(now, {.samples = samples_, .link = link_quality(terminal, serving_sinr)},
                       ue_actions_);
  execute_ue(layer, ue, now);
  const bool goes_on = deployment_.terminals[ue.value].route.moves() ||
                       terminal.rrc.state() != mac::ue::RrcState::connected;
  if (goes_on) plan_measurement(layer, ue, slot);
}

base::PacketId Spine::keep_message(const mac::RrcMessage& message) {
  if (free_messages_.empty()) {
    messages_.push_back(message);
    return {static_cast<std::uint32_t>(messages_.size() - 1)};
  }
  const std::uint32_t number = free_messages_.back();
  free_messages_.pop_back();
  messages_[number] = message;
  return {number};
}

/// Messages that a block or a timer put out of SRB1 at one end. They are read when all that ended
/// with the slot has been received: a command must not undo what was sent before it.
void Spine::keep_signalling(Layer& layer, base::UeId ue, const Leg& leg, bool at_ue) {
  Terminal& terminal = *terminals_[ue.value];
  mac::RadioBearer& sender = at_ue ? layer.cells[leg.cell]->connection(leg.connection).signalling
                                   : terminal.mac.signalling();
  if (!output_.signalling.delivered.empty() || !output_.signalling.drops.empty()) {
    sender.tx.settle(output_.signalling.delivered, output_.signalling.drops);
  }
  for (const mac::DeliveredSdu& sdu : output_.signalling.delivered) {
    arrived_messages_.push_back({.ue = ue, .leg = leg, .at_ue = at_ue, .packet = sdu.packet});
  }
  output_.signalling.clear();
  output_.signalling_sender_drops.clear();
  watch_bearers(layer, ue, layer.start_of(layer.last_run + base::SlotCount(1)));
}

void Spine::take_messages(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (const ArrivedMessage& arrived : arrived_messages_) {
    Terminal& terminal = *terminals_[arrived.ue.value];
    const mac::RrcMessage message = messages_[arrived.packet.value];
    free_messages_.push_back(arrived.packet.value);
    touch(layer, arrived.ue);
    if (arrived.at_ue) {
      if (!terminal.mac.is_of(arrived.leg.epoch)) continue;
      if (const auto* bwp = std::get_if<mac::BwpReconfiguration>(&message)) {
        on_bwp_message(layer, arrived.ue, *bwp, slot);
        continue;
      }
      ue_actions_.clear();
      terminal.rrc.on_message(message, now, ue_actions_);
      execute_ue(layer, arrived.ue, now);
      continue;
    }
    network_actions_.clear();
    layer.mobility.on_message(
        {.ue = arrived.ue, .cell = layer.id_of(arrived.leg.cell), .epoch = arrived.leg.epoch},
        message, now, network_actions_);
    execute_network(layer, now);
  }
  arrived_messages_.clear();
}

/// An acknowledged bearer that gave an SDU up is a radio link failure at either end
/// (TS 38.331 5.3.10.3). The network's is told to the terminal at once [ours]: it would find out
/// from the cell's silence.
void Spine::watch_bearers(Layer& layer, base::UeId ue, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  if (!terminal.mac.is_connected()) return;
  const mac::gnb::Connection* c = connection(layer, terminal);
  const bool failed = terminal.mac.data().tx.failed() || terminal.mac.signalling().tx.failed() ||
                      terminal.gnb_bearer->tx.failed() ||
                      (c != nullptr && c->signalling.tx.failed());
  if (!failed) return;
  ue_actions_.clear();
  terminal.rrc.on_rlc_failure(now, ue_actions_);
  execute_ue(layer, ue, now);
}

void Spine::run_rrc_timer(Layer& layer, base::UeId ue, base::Instant now) {
  touch(layer, ue);
  ue_actions_.clear();
  terminals_[ue.value]->rrc.on_time(now, ue_actions_);
  execute_ue(layer, ue, now);
}

void Spine::run_network_timer(Layer& layer, base::Instant now) {
  network_actions_.clear();
  layer.mobility.on_time(now, network_actions_);
  execute_network(layer, now);
}

void Spine::execute_ue(Layer& layer, base::UeId ue, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  const base::Slot slot = layer.plan.numerology().slot_at(now);
  const mac::ue::RrcActions actions = ue_actions_;
  for (const mac::ue::RrcAction& action : actions) {
    std::visit(
        Overloaded{[&](const mac::ue::SendMessage& send) {
                     if (std::holds_alternative<mac::ReestablishmentRequest>(send.message)) {
                       return send_access(layer,
                                          {.step = AccessOnAir::Step::request,
                                           .ue = ue,
                                           .cell = layer.index_of(send.cell),
                                           .arrival = {},
                                           .heard = false,
                                           .message = send.message},
                                          slot);
                     }
                     if (!terminal.mac.is_connected()) return;
                     terminal.mac.enqueue_signalling({.packet = keep_message(send.message),
                                                      .bytes = mac::size_bytes(send.message),
                                                      .arrival = now},
                                                     slot, now);
                   },
                   [&](const mac::ue::LeaveCell&) { leave(layer, ue, now); },
                   [&](const mac::ue::StartAccess& access) {
                     terminal.access_cell = layer.index_of(access.cell);
                     plan_access(layer, ue, access.from);
                   },
                   [&](const mac::ue::JoinCell& connection) { join(layer, ue, connection, now); },
                   [&](const mac::ue::Failed& failed) {
                     recorder_.mobility(failed.event, now);
                     plan_measurement(layer, ue, slot);
                   },
                   [&](const mac::MobilityEvent& event) { recorder_.mobility(event, now); }},
        action);
  }
  touch(layer, ue);
}

void Spine::execute_network(Layer& layer, base::Instant now) {
  const std::vector<mac::gnb::NetworkAction> actions = network_actions_;
  for (const mac::gnb::NetworkAction& action : actions) {
    std::visit(
        Overloaded{[&](const mac::gnb::Send& send) { send_wire(layer, send, now); },
                   [&](const mac::gnb::SendRrc& send) { send_rrc(layer, send, now); },
                   [&](const mac::gnb::OpenConnection& open) { open_connection(layer, open.link); },
                   [&](const mac::gnb::CloseConnection& close) {
                     close_connection(layer, close.link, now);
                   },
                   [&](const mac::gnb::TakeBearer& take) {
                     Terminal& terminal = *terminals_[take.link.ue.value];
                     if (terminal.waiting_leg) return terminal.waiting_leg.reset();
                     RC_CHECK(terminal.bearer_leg.has_value());
                     const Leg leg = *terminal.bearer_leg;
                     // A terminal that has left hears nothing of what is still on its way.
                     if (!terminal.mac.is_of(leg.epoch))
                       flush_downlink(layer, take.link.ue, leg, now);
                     terminal.travelling = layer.cells[leg.cell]->detach(leg.connection);
                     terminal.bearer_leg.reset();
                   },
                   [&](const mac::gnb::InstallBearer& install) {
                     Terminal& terminal = *terminals_[install.link.ue.value];
                     const Leg* leg =
                         find_leg(terminal, layer.index_of(install.link.cell), install.link.epoch);
                     RC_CHECK(leg != nullptr && terminal.travelling != nullptr);
                     // Nothing is sent to a terminal that is not there yet.
                     if (!terminal.mac.is_of(leg->epoch)) {
                       terminal.waiting_leg = *leg;
                       return;
                     }
                     attach_bearer(layer, install.link.ue, *leg, now);
                   },
                   [&](const mac::MobilityEvent& event) { recorder_.mobility(event, now); }},
        action);
  }
  const std::optional<base::Instant> deadline = layer.mobility.deadline();
  if (deadline) {
    layer.agenda.add({.slot = layer.first_slot_from(std::max(*deadline, now + base::Duration(1))),
                      .task = mac::Task::network_timer,
                      .ue = {}});
  }
}

void Spine::send_wire(Layer& layer, const mac::gnb::Send& send, base::Instant now) {
  const auto delay_and_ue = [&](const auto& message) {
    using Message = std::decay_t<decltype(message)>;
    base::Duration delay = layer.plan.xn_delay;
    if constexpr (std::is_same_v<Message, mac::gnb::PathSwitch>) delay = layer.plan.path_switch;
    // Half of the decisions are the target's, before it sends its answer; half the source's, before
    // its request. All else is sent at once, so that messages between two cells stay in order.
    if constexpr (std::is_same_v<Message, mac::gnb::HandoverRequest> ||
                  std::is_same_v<Message, mac::gnb::HandoverRequestAck>) {
      delay += base::Duration(layer.plan.preparation.value() / 2);
    }
    return std::pair(delay, message.ue);
  };
  const auto [delay, ue] = std::visit(delay_and_ue, send.message);
  const WireItem item{.due = now + delay, .ue = ue, .message = send.message};
  const auto later =
      std::upper_bound(layer.wire.begin(), layer.wire.end(), item,
                       [](const WireItem& x, const WireItem& y) { return x.due < y.due; });
  layer.wire.insert(later, item);
  layer.agenda.add({.slot = layer.first_slot_from(item.due), .task = mac::Task::wake, .ue = ue});
}

void Spine::take_wire(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  while (!layer.wire.empty() && layer.wire.front().due <= now) {
    const WireItem item = layer.wire.front();
    layer.wire.erase(layer.wire.begin());
    touch(layer, item.ue);
    if (const auto* path = std::get_if<mac::gnb::PathSwitch>(&item.message)) {
      terminals_[item.ue.value]->path_cell = layer.index_of(path->cell);
      continue;
    }
    network_actions_.clear();
    layer.mobility.on_wire(item.message, now, network_actions_);
    execute_network(layer, now);
  }
}

void Spine::send_rrc(Layer& layer, const mac::gnb::SendRrc& send, base::Instant now) {
  const base::Slot slot = layer.plan.numerology().slot_at(now);
  Terminal& terminal = *terminals_[send.link.ue.value];
  const std::uint32_t cell = layer.index_of(send.link.cell);
  if (std::holds_alternative<mac::Reestablishment>(send.message)) {
    return send_access(layer,
                       {.step = AccessOnAir::Step::setup,
                        .ue = send.link.ue,
                        .cell = cell,
                        .arrival = {},
                        .heard = false,
                        .message = send.message},
                       slot);
  }
  const Leg* leg = find_leg(terminal, cell, send.link.epoch);
  RC_CHECK(leg != nullptr);
  drops_.clear();
  layer.cells[cell]->enqueue_signalling(leg->connection,
                                        {.packet = keep_message(send.message),
                                         .bytes = mac::size_bytes(send.message),
                                         .arrival = now},
                                        now, drops_);
  touch(layer, send.link.ue);
}

void Spine::attach_bearer(Layer& layer, base::UeId ue, const Leg& leg, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  RC_CHECK(terminal.travelling != nullptr);
  terminal.waiting_leg.reset();
  terminal.bearer_leg = leg;
  layer.cells[leg.cell]->attach(leg.connection, std::move(terminal.travelling));
  // Packets forwarded meanwhile may have been due before.
  layer.agenda.add(
      {.slot = layer.first_slot_from(now + base::Duration(1)), .task = mac::Task::wake, .ue = ue});
  touch(layer, ue);
}

void Spine::open_connection(Layer& layer, const mac::gnb::Link& link) {
  Terminal& terminal = *terminals_[link.ue.value];
  const TerminalPlan& plan = deployment_.terminals[link.ue.value];
  const std::uint32_t cell = layer.index_of(link.cell);
  const std::uint32_t index = layer.cells[cell]->connect(
      {.ue = link.ue,
       .epoch = link.epoch,
       .bwp = plan.bwp,
       .dl_slice = layer.plan.dl_slice_of[plan.slice],
       .ul_slice = layer.plan.ul_slice_of[plan.slice],
       .flow = plan.flow,
       .max_dl_modulation_order = static_cast<int>(plan.capability.max_dl_modulation()),
       .max_ul_modulation_order = static_cast<int>(plan.capability.max_ul_modulation()),
       .bwp_timing = bwp_timing(layer.plan, plan),
       .configured_grant = plan.configured_grant,
       .release_after = plan.release_after,
       .semi_persistent = plan.semi_persistent});
  terminal.legs.push_back({.cell = cell, .connection = index, .epoch = link.epoch});
  recorder_.connected(link.cell, 1);
}

void Spine::close_connection(Layer& layer, const mac::gnb::Link& link, base::Instant now) {
  Terminal& terminal = *terminals_[link.ue.value];
  const Leg* found = find_leg(terminal, layer.index_of(link.cell), link.epoch);
  RC_CHECK(found != nullptr && terminal.bearer_leg != *found && terminal.waiting_leg != *found);
  const Leg leg = *found;
  flush_downlink(layer, link.ue, leg, now);
  layer.cells[leg.cell]->disconnect(leg.connection);
  std::erase(terminal.legs, leg);
  recorder_.connected(link.cell, -1);
}

/// Data in downlink blocks of a connection that the terminal will not decode any more.
void Spine::flush_downlink(Layer& layer, base::UeId ue, const Leg& leg, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  mac::gnb::Connection& c = layer.cells[leg.cell]->connection(leg.connection);
  drops_.clear();
  for (int process = 0; process < mac::harq_process_count_max; ++process) {
    mac::MacPdu& pdu = c.dl_blocks[static_cast<std::size_t>(process)];
    const bool is_decoded =
        terminal.mac.is_of(leg.epoch) && terminal.mac.receiver().has_decoded(c.dl_harq.id(process));
    if (c.dl_harq.is_busy(process) && !is_decoded) {
      terminal.gnb_bearer->tx.on_block_lost(pdu.data.pdus, drops_);
    }
    pdu.clear();
  }
  account_drops(ue, base::Direction::downlink, drops_, now);
}

/// Both ends of the data bearer begin anew: RLC and PDCP are re-established (TS 38.331 5.3.5.5.4).
/// The network's end rests while the terminal is away, so it may do so in the same moment.
void Spine::restart_bearers(Layer& layer, base::UeId ue, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  const auto restart = [&](mac::TxBearer& tx, mac::RxBearer& rx, base::Direction direction) {
    output_.clear();
    rx.reestablish(output_.data.delivered, output_.data.drops);
    settle(layer, ue, direction, now);
    drops_.clear();
    tx.reestablish(drops_);
    account_drops(ue, direction, drops_, now);
    if (!deployment_.terminals[ue.value].bearer.acknowledged) book_.restart_counts(ue, direction);
  };
  restart(terminal.gnb_bearer->tx, terminal.mac.data().rx, base::Direction::downlink);
  restart(terminal.mac.data().tx, terminal.gnb_bearer->rx, base::Direction::uplink);
}

void Spine::leave(Layer& layer, base::UeId ue, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  if (!terminal.mac.is_connected()) return;
  const Leg* leg = find_leg(terminal, terminal.leg.cell, terminal.leg.epoch);
  if (leg != nullptr) {
    flush_downlink(layer, ue, *leg, now);
    mac::gnb::Connection& c = layer.cells[leg->cell]->connection(leg->connection);
    drops_.clear();
    terminal.mac.for_each_block([&](const mac::HarqId& harq, const mac::MacPdu& pdu) {
      if (c.receiver.has_decoded(harq)) return;
      terminal.mac.data().tx.on_block_lost(pdu.data.pdus, drops_);
    });
    account_drops(ue, base::Direction::uplink, drops_, now);
  }
  terminal.mac.disconnect();
  restart_bearers(layer, ue, now);
}

void Spine::join(Layer& layer, base::UeId ue, const mac::ue::JoinCell& connection,
                 base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  const Leg* leg = find_leg(terminal, layer.index_of(connection.cell), connection.epoch);
  // A connection the network has closed meanwhile is found out by silence.
  terminal.leg = leg != nullptr ? *leg
                                : Leg{.cell = layer.index_of(connection.cell),
                                      .connection = 0,
                                      .epoch = connection.epoch};
  restart_bearers(layer, ue, now);
  terminal.mac.connect(connection.epoch);
  reset_bwp(layer, ue);
  if (leg != nullptr) configure_grant(layer, ue, now);
  terminal.link_sinr_count = 0;
  terminal.interrupted = {true, true};
  layer.channel.forget_interference(ue);
  const base::Slot slot = layer.plan.numerology().slot_at(now);
  if (leg != nullptr) {
    if (terminal.waiting_leg == *leg) attach_bearer(layer, ue, *leg, now);
    layer.cells[leg->cell]->on_scheduling_request(leg->connection);
  }
  plan_csi(layer, ue, slot);
  terminal.mac.request_grant_if_needed(slot, now);
  touch(layer, ue);
}

void Spine::note_data(base::UeId ue, base::Direction direction, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  const auto d = static_cast<std::size_t>(direction);
  if (terminal.interrupted[d])
    recorder_.interruption(ue, direction, now, now - terminal.last_data[d]);
  terminal.interrupted[d] = false;
  terminal.last_data[d] = now;
}

void Spine::record_drive_row(Layer& layer, base::UeId ue, base::Instant now) {
  const Terminal& terminal = *terminals_[ue.value];
  const TerminalPlan& plan = deployment_.terminals[ue.value];
  DriveState state{.ue = ue,
                   .position = plan.route.position_at(now),
                   .serving = std::nullopt,
                   .connected = terminal.mac.is_connected() && !terminal.was_away,
                   .neighbour_count = 0,
                   .neighbours = {}};
  if (terminal.mac.is_connected()) {
    const base::CellId serving = terminal.rrc.connection().cell;
    state.serving = terminal.rrc.measurements().filtered(serving);
    std::array<mac::CellMeasurement, neighbour_count_max + 1> heard{};
    const int count = terminal.rrc.measurements().strongest(heard);
    for (int i = 0; i < count && state.neighbour_count < neighbour_count_max; ++i) {
      const mac::CellMeasurement& cell = heard[static_cast<std::size_t>(i)];
      if (cell.cell != serving) state.neighbours[state.neighbour_count++] = cell;
    }
  }
  recorder_.drive_row(state, now);
  terminals_[ue.value]->was_away = !terminal.mac.is_connected();
  layer.agenda.add({.slot = layer.first_slot_from(now + plan.drive_log_period),
                    .task = mac::Task::drive_row,
                    .ue = ue});
}

}  // namespace redcell::scenarios
