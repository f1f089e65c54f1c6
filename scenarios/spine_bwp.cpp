// Terminals that go from one bandwidth part to another: what tells them, when they are there, and
// who decides it.
#include <algorithm>

#include "base/check.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {

void Spine::start_bwps(Layer& layer) {
  if (!layer.plan.bwp_plan.manager) return;
  layer.bwp_managers.assign(layer.cells.size(), mac::gnb::BwpManager(*layer.plan.bwp_plan.manager));
  layer.open_counts.assign(layer.cells.size(), 1);
  part_members_.reserve(terminals_.size());
  bwp_moves_.reserve(terminals_.size());
  layer.agenda.add({.slot = base::Slot(layer.plan.bwp_plan.period.value()),
                    .task = mac::Task::bwp_manager,
                    .ue = {}});
}

void Spine::manage_bwps(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (std::uint32_t number = 0; number < layer.cells.size(); ++number) {
    mac::gnb::Cell& cell = *layer.cells[number];
    cell.measure_parts(slot, now, part_loads_, part_members_);
    mac::gnb::BwpManager& manager = layer.bwp_managers[number];
    manager.decide(part_loads_, part_members_, cell.open_parts().ready(slot), bwp_moves_);
    for (const mac::gnb::BwpMove& move : bwp_moves_) {
      touch(layer, cell.connection(move.connection).config.ue);
      if (layer.plan.bwp_plan.by_dci) {
        cell.switch_by_dci(move.connection, move.to);
        continue;
      }
      const mac::RrcMessage message = mac::BwpReconfiguration{move.to};
      const base::PacketId packet = keep_message(message);
      drops_.clear();
      cell.enqueue_signalling(move.connection,
                              {.packet = packet, .bytes = mac::size_bytes(message), .arrival = now},
                              now, drops_);
      cell.expect_command(move.connection, {.packet = packet, .bwp = move.to});
    }
    cell.want_open(manager.open_count(), slot);
    note_open_parts(layer, number, slot);
  }
  layer.agenda.add(
      {.slot = slot + layer.plan.bwp_plan.period, .task = mac::Task::bwp_manager, .ue = {}});
}

void Spine::note_open_parts(Layer& layer, std::uint32_t cell, base::Slot slot) {
  if (layer.bwp_managers.empty()) return;
  const std::uint32_t open_count = layer.cells[cell]->open_parts().at(slot);
  if (open_count == layer.open_counts[cell]) return;
  layer.open_counts[cell] = open_count;
  recorder_.capacity(layer.id_of(cell), layer.capacities[open_count - 1], layer.start_of(slot));
}

void Spine::send_switch(Layer& layer, std::uint32_t cell, const mac::BwpSwitchDci& dci,
                        base::Slot slot) {
  Terminal& terminal = *terminals_[dci.ue.value];
  touch(layer, dci.ue);
  if (!terminal.mac.is_of(dci.epoch) || !listens(terminal, dci.from_bwp, slot)) return;
  const double error_rate = dci_error_rate(layer, {.ue = dci.ue, .cell = cell, .beam = dci.beam},
                                           dci.from_bwp, dci.aggregation_level);
  const double draw = random_.uniform(base::Purpose::control_channel, {.a = dci.ue.value, .b = 1},
                                      static_cast<std::uint64_t>(slot.value()));
  if (draw < error_rate) return;
  terminal.bwp.on_switch_dci(slot, dci.to_bwp);
  run_bwp_timer(layer, dci.ue, slot);
}

/// A command is acted upon from the slot in which its PDSCH ended.
void Spine::on_bwp_message(Layer& layer, base::UeId ue, const mac::BwpReconfiguration& message,
                           base::Slot slot) {
  const base::Slot last = slot - base::SlotCount(1);
  terminals_[ue.value]->bwp.on_command(last, last, message.bwp);
  touch(layer, ue);
}

void Spine::run_bwp_timer(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  touch(layer, ue);
  if (!terminal.mac.is_connected()) return;
  while (const auto done = terminal.bwp.advance(slot)) {
    layer.channel.set_bwp(ue, done->to_bwp);
    recorder_.bwp_switch(
        ue, layer.id_of(terminal.leg.cell), *done,
        {.from = layer.start_of(done->from), .until = layer.start_of(done->until)});
    // What the cell knows is of another part: the first report is of this one.
    layer.csi_fresh.push_back(ue);
    if (terminal.mac.has_configured_grant() || terminal.mac.has_semi_persistent()) {
      terminal.mac.enter_bwp(done->to_bwp, slot, layer.start_of(slot));
    }
    if (done->cause != mac::BwpCause::command) continue;
    const base::Instant now = layer.start_of(slot);
    const mac::RrcMessage message = mac::BwpReconfigurationComplete{};
    terminal.mac.enqueue_signalling(
        {.packet = keep_message(message), .bytes = mac::size_bytes(message), .arrival = now}, slot,
        now);
  }
  const std::optional<mac::BwpSwitch>& pending = terminal.bwp.pending();
  if (pending && terminal.bwp.in_gap(slot)) terminal.mac.pause(pending->from, pending->until);
}

/// A new connection begins in the part that its cell has given it.
void Spine::reset_bwp(Layer& layer, base::UeId ue) {
  Terminal& terminal = *terminals_[ue.value];
  const TerminalPlan& plan = deployment_.terminals[ue.value];
  terminal.bwp = mac::ActiveBwp(bwp_timing(layer.plan, plan), plan.bwp);
  layer.channel.set_bwp(ue, plan.bwp);
}

/// The configuration reaches the terminal with the connection: in what sets it up, or in the
/// handover command.
void Spine::configure_grant(Layer& layer, base::UeId ue, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  const mac::gnb::ConnectionConfig& config = connection(layer, terminal)->config;
  if (config.semi_persistent) terminal.mac.configure(config.semi_persistent->occasions);
  const std::optional<mac::ConfiguredGrant>& grant = config.configured_grant;
  if (!grant) return;
  terminal.mac.configure(*grant);
  terminal.mac.enter_bwp(terminal.bwp.bwp(), layer.plan.numerology().slot_at(now), now);
}

void Spine::send_configured(Layer& layer, std::uint32_t cell, const mac::ConfiguredGrantDci& dci,
                            base::Slot slot) {
  Terminal& terminal = *terminals_[dci.ue.value];
  const std::uint32_t bwp = dci.grant.format.bwp;
  touch(layer, dci.ue);
  if (!terminal.mac.is_of(dci.epoch) || !listens(terminal, bwp, slot)) return;
  const double error_rate = dci_error_rate(layer, {.ue = dci.ue, .cell = cell, .beam = dci.beam},
                                           bwp, dci.aggregation_level);
  const double draw = random_.uniform(base::Purpose::control_channel, {.a = dci.ue.value, .b = 2},
                                      static_cast<std::uint64_t>(slot.value()));
  if (draw < error_rate) return;
  terminal.bwp.on_dci(slot);
  terminal.mac.on_configured_grant(dci, slot, layer.start_of(slot));
}

}  // namespace redcell::scenarios
